/* Reading a YAML document: libyaml's events become the tree that JSON would give. */
#include <string.h>

#include "msw/base/str.h"
#include "msw/formats/yaml.h"
#include "source_text.h"
#include "yaml_reading.h"

typedef struct {
  msw_json_source source;
  msw_yaml_place place;
  yaml_parser_t parser;
  msw_arena *arena;
  msw_yaml_anchors anchors;
  msw_json *root, *open;   /* `open`: the innermost list or object that has not ended, NULL at the root */
  size_t depth;            /* of `open` */
  const char *key;         /* of the value that comes next, NULL where a key comes next or none is wanted */
  msw_loc key_loc;
  bool has_document;
} builder;

/* Every function below returns false when reading is over or makes no sense any more. */

static msw_loc loc_of(builder *b, const yaml_event_t *event) { return msw_yaml_loc(&b->place, &b->source, event->start_mark); }

static void put(builder *b, msw_json *node) {
  node->key = b->key;
  node->key_loc = b->key ? b->key_loc : (msw_loc){0};
  b->key = NULL;
  if (b->open) msw_json_append(b->open, node);
  else b->root = node;
}

/* ---- Keys */

static bool wants_key(const builder *b) { return b->open && b->open->type == MSW_JSON_OBJECT && !b->key; }

/* What no key has: a null byte, an anchor, a tag, or what only seems to be one. An error then. */
static bool check_key(builder *b, const yaml_event_t *event) {
  const char *message = NULL, *hint = NULL;
  msw_arena scratch = {0};
  bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (strlen(b->key) < event->data.scalar.length) {
    message = "\\0 is not allowed in a key";
  } else if (event->data.scalar.anchor) {
    message = "an anchor names a value, not a key";
    hint = "write it behind the colon";
  } else if (event->data.scalar.tag || b->source.text[b->place.offset] == '!') {
    message = "a key has no tag";
    hint = "a text that begins with ! needs quotes";
  } else if (is_plain && strcmp(b->key, "<<") == 0) {
    message = "merge keys \"<<\" are not read";
    hint = "\"extends\" merges files, {\"$merge\": [\"$a\", {…}]} the objects of \"defs\"";
  } else if (is_plain && strstr(b->key, " ? ")) {   /* a ? b : c */
    message = msw_format(&scratch, "the colon makes a key of %s", msw_text_quote(&scratch, b->key, strlen(b->key)));
    hint = "a text with a colon and a blank in it needs quotes";
  }
  bool go_on = !message || msw_json_fault(&b->source, b->key_loc, hint, "%s", message);
  msw_arena_free(&scratch);
  return go_on;
}

static bool read_key(builder *b, const yaml_event_t *event) {
  b->key_loc = loc_of(b, event);
  if (event->type != YAML_SCALAR_EVENT) {
    msw_json_fault(&b->source, b->key_loc, "a text with [, {, * or & in front needs quotes", "expected a text as key");
    return false;
  }
  b->key = msw_strndup(b->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
  return check_key(b, event);
}

/* {tp:1} is an object with the key "tp:1" and nothing behind it. */
static bool is_glued(const builder *b, const yaml_event_t *event) {
  return b->key && strchr(b->key, ':') && event->data.scalar.length == 0 && !event->data.scalar.anchor &&
         event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* ---- Values */

static bool name_value(builder *b, const yaml_char_t *anchor, const msw_json *node) {
  return !anchor || msw_yaml_add_anchor(&b->source, &b->anchors, b->arena, (const char *)anchor, node);
}

static bool read_scalar(builder *b, const yaml_event_t *event) {
  if (is_glued(b, event)) {
    msw_arena scratch = {0};
    const char *shown = msw_text_quote(&scratch, b->key, strlen(b->key));
    bool go_on = msw_json_fault(&b->source, b->key_loc, "a key ends with a colon and a blank", "key %s has no value", shown);
    msw_arena_free(&scratch);
    if (!go_on) return false;
  }
  msw_json *node = msw_json_new(b->arena, MSW_JSON_NULL, loc_of(b, event));
  put(b, node);
  return msw_yaml_read_scalar(&b->source, &b->place, event, b->arena, node) &&
         name_value(b, event->data.scalar.anchor, node);
}

static bool read_alias(builder *b, const yaml_event_t *event) {
  const char *name = (const char *)event->data.alias.anchor;
  msw_json *copy = msw_yaml_copy(&b->source, &b->anchors, b->arena, name, b->open, b->depth, loc_of(b, event));
  if (copy) put(b, copy);
  return copy && b->source.n_errors < MSW_JSON_MAX_ERRORS;
}

static bool begin(builder *b, const yaml_event_t *event) {
  bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
  const yaml_char_t *tag = is_list ? event->data.sequence_start.tag : event->data.mapping_start.tag;
  const yaml_char_t *anchor = is_list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
  msw_json *node = msw_json_new(b->arena, is_list ? MSW_JSON_ARRAY : MSW_JSON_OBJECT, loc_of(b, event));
  put(b, node);
  b->open = node;
  if (++b->depth > MSW_JSON_MAX_DEPTH) {
    msw_json_fault(&b->source, node->loc, NULL, "nested deeper than %d levels", MSW_JSON_MAX_DEPTH);
    return false;
  }
  return msw_yaml_check_tag(&b->source, node->loc, tag, is_list ? "seq" : "map") && name_value(b, anchor, node);
}

static bool end(builder *b) {
  if (b->open->type == MSW_JSON_OBJECT) b->source.n_errors += msw_json_check_duplicates(b->open, b->source.diag);
  b->open = b->open->parent;
  b->depth--;
  return b->source.n_errors < MSW_JSON_MAX_ERRORS;
}

/* ---- Events */

static bool begin_document(builder *b, const yaml_event_t *event) {
  if (b->has_document)
    msw_json_fault(&b->source, loc_of(b, event), "one file holds one document", "a second document begins here");
  bool go_on = !b->has_document;
  b->has_document = true;
  return go_on;
}

static bool end_stream(builder *b, const yaml_event_t *event) {
  if (!b->has_document)
    msw_json_fault(&b->source, loc_of(b, event), NULL, "expected a YAML value, found an empty document");
  return false;
}

static bool take(builder *b, const yaml_event_t *event) {
  switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: return begin_document(b, event);
    case YAML_STREAM_END_EVENT: return end_stream(b, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return end(b);
    case YAML_SCALAR_EVENT: return wants_key(b) ? read_key(b, event) : read_scalar(b, event);
    case YAML_ALIAS_EVENT: return wants_key(b) ? read_key(b, event) : read_alias(b, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT: return wants_key(b) ? read_key(b, event) : begin(b, event);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT: return true;
  }
  return true;
}

static void build(builder *b) {
  if (!yaml_parser_initialize(&b->parser)) msw_out_of_memory(0);
  yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&b->parser, (const yaml_char_t *)b->source.text, b->source.len);
  for (bool go_on = true; go_on;) {
    yaml_event_t event;
    if (yaml_parser_parse(&b->parser, &event)) {
      go_on = take(b, &event);
      yaml_event_delete(&event);
      continue;
    }
    if (b->parser.error == YAML_MEMORY_ERROR) msw_out_of_memory(0);
    msw_yaml_explain(&b->source, &b->place, &b->parser);
    break;
  }
  yaml_parser_delete(&b->parser);
  msw_yaml_free_anchors(&b->anchors);
}

bool msw_yaml_is_named(const char *file) {
  const char *dot = strrchr(file, '.');
  return dot && (msw_equal_nocase(dot, ".yaml") || msw_equal_nocase(dot, ".yml"));
}

msw_status msw_yaml_parse(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag,
                          msw_json **root) {
  *root = NULL;
  size_t errors_before = diag->n_errors;
  msw_arena scratch = {0};
  builder b = {.arena = arena, .place = {.line = 1}};
  if (msw_json_source_of(text, len, file, &scratch, diag, &b.source) && msw_json_check_bytes(&b.source) &&
      b.source.n_errors == 0)
    build(&b);
  msw_arena_free(&scratch);
  if (diag->n_errors > errors_before) return MSW_BAD_INPUT;
  *root = b.root;
  return MSW_OK;
}
