/* Reading a JSON document: the stages in order, and the tree built from cJSON's and from the tokens side by side. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "json_text.h"
#include "msw/base/file.h"
#include "msw/base/num.h"
#include "source_text.h"

bool msw_json_fault(msw_json_source *source, msw_loc loc, const char *hint, const char *fmt, ...) {
  msw_arena scratch = {0};
  va_list args;
  va_start(args, fmt);
  const char *message = msw_vformat(&scratch, fmt, args);
  va_end(args);
  msw_error(source->diag, loc, NULL, hint, "%s", message);
  msw_arena_free(&scratch);
  return ++source->n_errors < MSW_JSON_MAX_ERRORS;
}

/* cJSON knows the values, the tokens know where they stand. Both run through the document in step. */
typedef struct {
  msw_json_source *source;
  msw_json_lexer lexer;
  msw_arena *arena;
} builder;

static msw_json_type type_of(const cJSON *item) {
  if (cJSON_IsObject(item)) return MSW_JSON_OBJECT;
  if (cJSON_IsArray(item)) return MSW_JSON_ARRAY;
  if (cJSON_IsString(item)) return MSW_JSON_STRING;
  if (cJSON_IsNumber(item)) return MSW_JSON_NUMBER;
  return cJSON_IsBool(item) ? MSW_JSON_BOOL : MSW_JSON_NULL;
}

static void build_children(builder *b, msw_json *node, const cJSON *item);

/* The node for `item`, which begins with `token`. Recursion is as deep as the document: the checks have limited it. */
static msw_json *build(builder *b, msw_json *parent, const cJSON *item, msw_json_token key, msw_json_token token) {
  msw_json *node = msw_json_new(b->arena, type_of(item), token.loc);
  if (item->string) {
    node->key = msw_strdup(b->arena, item->string);
    node->key_loc = key.loc;
  }
  if (parent) msw_json_append(parent, node);
  if (node->type == MSW_JSON_BOOL) node->boolean = cJSON_IsTrue(item);
  if (node->type == MSW_JSON_STRING) node->text = msw_strdup(b->arena, item->valuestring);
  if (node->type == MSW_JSON_NUMBER) {
    node->text = msw_strndup(b->arena, b->source->text + token.start, token.end - token.start);
    msw_parse_double(node->text, &node->number);   /* a bad one has been reported by the checks */
  }
  build_children(b, node, item);
  return node;
}

static void build_children(builder *b, msw_json *node, const cJSON *item) {
  bool is_object = node->type == MSW_JSON_OBJECT;
  if (!is_object && node->type != MSW_JSON_ARRAY) return;
  for (const cJSON *child = item->child; child; child = child->next) {
    msw_json_token key = {0};
    if (is_object) {
      key = msw_json_next(&b->lexer);
      msw_json_next(&b->lexer);              /* colon */
    }
    build(b, node, child, key, msw_json_next(&b->lexer));
    if (child->next) msw_json_next(&b->lexer);   /* comma */
  }
  msw_json_next(&b->lexer);                  /* closing bracket */
  if (is_object) msw_json_check_duplicates(node, b->source->diag);
}

/* NULL when cJSON refuses the text, which is then explained. */
static msw_json *parse_and_build(msw_json_source *source, msw_arena *arena) {
  cJSON_Hooks hooks = {.malloc_fn = msw_alloc, .free_fn = free};
  cJSON_InitHooks(&hooks);
  const char *stop = source->text;
  cJSON *item = cJSON_ParseWithLengthOpts(source->text, source->len + 1, &stop, true);   /* with its NUL */
  if (!item) {
    msw_json_explain(source, (size_t)(stop - source->text));
    return NULL;
  }
  builder b = {.source = source, .lexer = msw_json_lexer_of(source), .arena = arena};
  msw_json *root = build(&b, NULL, item, (msw_json_token){0}, msw_json_next(&b.lexer));
  cJSON_Delete(item);
  return root;
}

bool msw_json_source_of(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag,
                        msw_json_source *source) {
  if (len > MSW_JSON_MAX_BYTES) {
    msw_error(diag, (msw_loc){.file = file}, NULL, NULL, "larger than %d MiB", MSW_JSON_MAX_BYTES >> 20);
    return false;
  }
  size_t bom = msw_text_bom(text, len);
  *source = (msw_json_source){.len = len - bom, .file = file, .diag = diag};
  source->text = msw_arena_alloc(arena, source->len + 1);
  if (source->len > 0) memcpy(source->text, text + bom, source->len);
  return true;
}

msw_status msw_json_parse(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag,
                          msw_json **root) {
  *root = NULL;
  size_t errors_before = diag->n_errors;
  msw_arena scratch = {0};
  msw_json_source source;
  if (!msw_json_source_of(text, len, file, &scratch, diag, &source)) return MSW_BAD_INPUT;
  bool sound = msw_json_check_bytes(&source);
  sound = msw_json_blank(&source) && sound;
  if (source.n_errors < MSW_JSON_MAX_ERRORS) sound = msw_json_check_tokens(&source) && sound;
  msw_json *parsed = sound ? parse_and_build(&source, arena) : NULL;
  msw_arena_free(&scratch);
  if (diag->n_errors > errors_before) return MSW_BAD_INPUT;
  *root = parsed;
  return MSW_OK;
}

msw_status msw_json_load(const char *path, msw_arena *arena, msw_diag *diag, msw_json **root) {
  *root = NULL;
  msw_arena scratch = {0};
  char *text = NULL;
  size_t len = 0;
  msw_status status = msw_read_file(path, MSW_JSON_MAX_BYTES, &scratch, diag, &text, &len);
  if (status == MSW_OK) status = msw_json_parse(text, len, msw_strdup(arena, path), arena, diag, root);
  msw_arena_free(&scratch);
  return status;
}
