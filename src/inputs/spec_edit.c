/* "--set PATH=VALUE": edits of the document from the command line. */
#include "spec_parts.h"

#include <string.h>

#include "msw/base/num.h"

enum { MAX_PARTS = 16 };

/* One edit under way. */
typedef struct {
  msw_spec_reader *reader;
  const char *path;       /* "axes.tp" */
  msw_loc loc;            /* file: "--set axes.tp" */
} edit;

/* A step of the path: a member's name or, in [ ], an element's index. */
typedef struct { const char *key; size_t index; } part;

static bool fail(const edit *e, const char *message) {
  msw_error(e->reader->diag, e->loc, NULL, "write PATH=VALUE, e.g. axes.tp=1,2,4 or blocks[1].axes.batch=1:64", "%s",
            message);
  return false;
}

/* Cuts "blocks[1].axes.tp" into its parts; 0 after an error. */
static size_t split_path(const edit *e, part parts[MAX_PARTS]) {
  size_t n_parts = 0;
  const char *rest = e->path;
  while (*rest) {
    if (n_parts == MAX_PARTS) return fail(e, "the path is too long");
    part *p = &parts[n_parts++];
    const size_t len = strcspn(rest, ".[]");
    if (*rest == '[' && n_parts > 1) {
      const size_t n_digits = strspn(rest + 1, "0123456789");
      int64_t index;
      if (rest[1 + n_digits] != ']' || !msw_parse_int(msw_strndup(e->reader->arena, rest + 1, n_digits), &index))
        return fail(e, "the path has something else than a number in [ ]");
      *p = (part){NULL, (size_t)index};
      rest += n_digits + 2;
    } else {
      if (len == 0) return fail(e, "the path has an empty part");
      *p = (part){msw_strndup(e->reader->arena, rest, len), 0};
      rest += len;
    }
    if (*rest == '.' && rest[1]) rest++;
    else if (*rest && *rest != '[') return fail(e, "the path has an empty part");
  }
  return n_parts ? n_parts : fail(e, "the path is empty");
}

static msw_json *new_text(const edit *e, const char *text) {
  msw_json *value = msw_json_new(e->reader->arena, MSW_JSON_STRING, e->loc);
  value->text = text;
  return value;
}

/* JSON, or else the word as it stands. */
static msw_json *json_or_word(const edit *e, const char *text) {
  msw_json *value = NULL;
  msw_diag unused = {0};
  msw_json_parse(text, strlen(text), e->loc.file, e->reader->arena, &unused, &value);
  msw_diag_free(&unused);
  return value ? value : new_text(e, text);
}

/* VALUE: JSON, a bare word, or a bare list "1,2,4". NULL after an error. */
static msw_json *read_value(const edit *e, const char *text) {
  msw_json *value = NULL;
  msw_arena *arena = e->reader->arena;
  if (*text && strchr("[{\"", *text)) {
    msw_json_parse(text, strlen(text), e->loc.file, arena, e->reader->diag, &value);
    return value;
  }
  if (!strchr(text, ',')) return json_or_word(e, text);
  value = msw_json_new(arena, MSW_JSON_ARRAY, e->loc);
  for (const char *rest = text; rest;) {
    const size_t len = strcspn(rest, ",");
    msw_json_append(value, json_or_word(e, msw_strndup(arena, rest, len)));
    rest = rest[len] ? rest + len + 1 : NULL;
  }
  return value;
}

/* The child that a part names; a member that is missing is made, an element is not. NULL after an error. */
static msw_json *child_of(const edit *e, msw_json *parent, part p) {
  if (!p.key) {
    msw_json *element = parent->type == MSW_JSON_ARRAY ? parent->first : NULL;
    for (size_t i = 0; element && i < p.index; i++) element = element->next;
    if (!element) fail(e, msw_format(e->reader->arena, "the document has no element [%zu] there", p.index));
    return element;
  }
  if (parent->type != MSW_JSON_OBJECT) {
    fail(e, msw_format(e->reader->arena, "\"%s\" would be inside %s", p.key, msw_json_type_name(parent->type)));
    return NULL;
  }
  msw_json *member = msw_json_get(parent, p.key);
  if (member) return member;
  member = msw_json_new(e->reader->arena, MSW_JSON_OBJECT, e->loc);
  member->key = p.key;
  member->key_loc = e->loc;
  msw_json_append(parent, member);
  return member;
}

static void apply(const edit *e, msw_json *document, const char *text) {
  part parts[MAX_PARTS];
  const size_t n_parts = split_path(e, parts);
  if (n_parts && strcmp(parts[0].key, "extends") == 0) {
    fail(e, "files are merged before edits are made: \"extends\" cannot be set");
    return;
  }
  msw_json *value = n_parts ? read_value(e, text) : NULL;
  msw_json *place = value ? document : NULL;
  for (size_t i_part = 0; place && i_part < n_parts; i_part++) place = child_of(e, place, parts[i_part]);
  if (!place) return;
  if (value->type == MSW_JSON_NULL) {
    msw_json_detach(place);
    return;
  }
  msw_json_replace(place, value);
  value->key_loc = e->loc;
}

void msw_spec_edit(msw_spec_reader *reader, msw_json *document, msw_spec_edits edits) {
  for (size_t i_set = 0; i_set < edits.n_sets; i_set++) {
    const char *equals = strchr(edits.sets[i_set], '=');
    edit e = {.reader = reader, .path = edits.sets[i_set], .loc = {.file = msw_strdup(reader->arena, "--set")}};
    if (!equals) {
      fail(&e, msw_format(reader->arena, "\"%s\" has no =", edits.sets[i_set]));
      continue;
    }
    e.path = msw_strndup(reader->arena, edits.sets[i_set], (size_t)(equals - edits.sets[i_set]));
    e.loc.file = msw_format(reader->arena, "--set %s", e.path);
    apply(&e, document, msw_strdup(reader->arena, equals + 1));
  }
}
