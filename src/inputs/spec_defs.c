/* "defs": "$name" as a whole value, and {"$merge": [ … ]}, become what they stand for. */
#include "spec_parts.h"

#include <string.h>

/* As deep as a document may be; and an end to defs that double each other. */
enum { MAX_DEPTH = 64, MAX_VALUES = 1000000 };

typedef enum { DEF_RAW, DEF_BUSY, DEF_DONE, DEF_BAD } def_state;
typedef struct { msw_json *value; def_state state; bool is_used; size_t height, n_values; } def;

typedef struct {
  msw_spec_reader *reader;
  def *defs;
  const char **names;     /* [n] of defs */
  size_t n;
  size_t n_copied;
} defs_table;

static bool replace_in(defs_table *table, msw_json *value, size_t depth);

/* Levels of the tree and how many values it has. */
static size_t measure(const msw_json *value, size_t *n_values) {
  size_t height = 0;
  ++*n_values;
  for (const msw_json *child = value->first; child; child = child->next) {
    const size_t below = measure(child, n_values);
    if (below > height) height = below;
  }
  return height + 1;
}

static def *find_def(defs_table *table, const char *name) {
  for (size_t i_def = 0; i_def < table->n; i_def++)
    if (strcmp(table->names[i_def], name) == 0) return &table->defs[i_def];
  return NULL;
}

/* Works a def out, once; false when it cannot be used. */
static bool complete(defs_table *table, def *d, const msw_json *at) {
  if (d->state == DEF_BUSY) {
    msw_json_error(table->reader->diag, at, NULL, "%s refers to itself", at->text);
    return false;
  }
  if (d->state == DEF_RAW) {
    d->state = DEF_BUSY;
    const bool good = replace_in(table, d->value, 1);
    d->state = good ? DEF_DONE : DEF_BAD;
    d->height = measure(d->value, &d->n_values);
  }
  return d->state == DEF_DONE;
}

/* The copy of a def that takes the place of "$name", or NULL after an error. */
static msw_json *resolve(defs_table *table, const msw_json *at, size_t depth) {
  msw_diag *diag = table->reader->diag;
  def *d = find_def(table, at->text + 1);
  if (!d) {
    const char *nearest = msw_nearest(at->text + 1, table->names, table->n);
    msw_json_error(diag, at, msw_did_you_mean(diag, nearest), "\"defs\" has no \"%s\"", at->text + 1);
    return NULL;
  }
  d->is_used = true;
  if (!complete(table, d, at)) return NULL;
  table->n_copied += d->n_values;
  if (depth + d->height > MAX_DEPTH || table->n_copied > MAX_VALUES) {
    msw_json_error(diag, at, NULL, "defs grow too large: at most %d values in all, nested %d deep", MAX_VALUES,
                   MAX_DEPTH);
    return NULL;
  }
  return msw_json_copy(table->reader->arena, d->value);
}

/* {"$merge": [object, …]} whose items have been replaced already; NULL after an error. */
static msw_json *merge(defs_table *table, const msw_json *value, const msw_json *items) {
  msw_spec_reader *reader = table->reader;
  bool good = items->type == MSW_JSON_ARRAY && value->n_children == 1;
  if (!good)
    msw_json_error(reader->diag, value, NULL, "\"$merge\" takes a list of objects, and no other key beside it");
  msw_json *merged = msw_json_new(reader->arena, MSW_JSON_OBJECT, value->loc);
  for (const msw_json *item = items->first; good && item; item = item->next) {
    good = item->type == MSW_JSON_OBJECT;
    if (good) msw_json_merge(reader->arena, merged, item);
    else msw_json_error(reader->diag, item, NULL, "\"$merge\" takes objects, not %s", msw_json_type_name(item->type));
  }
  return good ? merged : NULL;
}

/* Makes `value`, where it stands, the same as `other`, whose children it takes. */
static void become(msw_json *value, msw_json *other) {
  value->type = other->type;
  value->loc = other->loc;
  value->boolean = other->boolean;
  value->number = other->number;
  value->text = other->text;
  value->style = other->style;
  value->first = value->last = NULL;
  value->n_children = 0;
  for (msw_json *child = other->first, *next; child; child = next) {
    next = child->next;
    msw_json_detach(child);
    msw_json_append(value, child);
  }
}

/* A lost value is a null with a text, which no document has. */
static const char LOST[] = "lost";

bool msw_spec_is_lost(const msw_json *value) { return value->type == MSW_JSON_NULL && value->text == LOST; }

void msw_spec_lose(msw_spec_reader *reader, msw_json *value) {
  msw_json *lost = msw_json_new(reader->arena, MSW_JSON_NULL, value->loc);
  lost->text = LOST;
  if (value->parent && value->parent->type == MSW_JSON_ARRAY) msw_json_detach(value);
  else become(value, lost);
}

/* Replaces inside `value`, which stands `depth` deep, and then `value` itself; false after an error. */
static bool replace_in(defs_table *table, msw_json *value, size_t depth) {
  bool good = true;
  for (msw_json *child = value->first, *next; child; child = next) {
    next = child->next;
    good &= replace_in(table, child, depth + 1);
  }
  const bool is_reference = value->type == MSW_JSON_STRING && value->text[0] == '$';
  const msw_json *items = msw_json_get(value, "$merge");
  if (!is_reference && !items) return good;
  msw_json *stands_for = is_reference ? resolve(table, value, depth) : good ? merge(table, value, items) : NULL;
  if (stands_for) become(value, stands_for);
  else msw_spec_lose(table->reader, value);
  return good && stands_for;
}

static bool is_def_name(const char *name) {
  static const char CHARS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return *name && name[strspn(name, CHARS)] == '\0';
}

static void list_defs(defs_table *table, const msw_json *object) {
  msw_arena *arena = table->reader->arena;
  table->defs = msw_arena_array(arena, object->n_children, sizeof *table->defs);
  table->names = msw_arena_array(arena, object->n_children, sizeof *table->names);
  for (msw_json *member = object->first; member; member = member->next) {
    if (!is_def_name(member->key))
      msw_json_error(table->reader->diag, member, NULL, "the name of a def has letters, digits, _ and - only");
    table->names[table->n] = member->key;
    table->defs[table->n++].value = member;
  }
}

/* Every def is worked out, so that mistakes in unused ones are seen. Those of the file itself should be of use. */
static void finish_defs(defs_table *table) {
  const msw_spec_reader *reader = table->reader;
  for (size_t i_def = 0; i_def < table->n; i_def++) complete(table, &table->defs[i_def], table->defs[i_def].value);
  for (size_t i_def = 0; i_def < table->n; i_def++) {
    const msw_json *value = table->defs[i_def].value;
    if (table->defs[i_def].is_used || strcmp(value->loc.file, reader->spec->file) != 0) continue;
    const char *path = msw_json_path(reader->arena, value);
    msw_warn(reader->diag, value->loc, path, NULL, "\"%s\" is not used", table->names[i_def]);
  }
}

void msw_spec_apply_defs(msw_spec_reader *reader, msw_json *document) {
  static const char *const SECTIONS[] = {"axes",    "fixed",   "zip",         "when",   "let",
                                         "exclude", "include", "constraints", "fields", "blocks"};
  defs_table table = {.reader = reader};
  msw_json *object = msw_json_get(document, "defs");
  if (object && object->type == MSW_JSON_OBJECT) list_defs(&table, object);
  else if (object) msw_json_error(reader->diag, object, NULL, "expected an object of named values");
  for (size_t i_section = 0; i_section < sizeof SECTIONS / sizeof *SECTIONS; i_section++) {
    msw_json *section = msw_json_get(document, SECTIONS[i_section]);
    if (section) replace_in(&table, section, 1);
  }
  msw_json *reduce = msw_json_get(msw_json_get(document, "output"), "reduce");
  if (reduce) replace_in(&table, reduce, 2);
  finish_defs(&table);
  if (object) msw_json_detach(object);
}
