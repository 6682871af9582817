/* "defs": "$name" as a whole value, and {"$merge": [ … ]}, become what they stand for. */
#include "spec_parts.h"

#include <stdlib.h>
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
    msw_json_error(diag, at, NULL, "defs grow too large: at most %d values in all, nested %d deep", MAX_VALUES, MAX_DEPTH);
    return NULL;
  }
  return msw_json_copy(table->reader->arena, d->value);
}

/* {"$merge": [object, …]} whose items have been replaced already; NULL after an error. */
static msw_json *merge(defs_table *table, const msw_json *value, const msw_json *items) {
  msw_spec_reader *reader = table->reader;
  bool good = items->type == MSW_JSON_ARRAY && value->n_children == 1;
  if (!good) msw_json_error(reader->diag, value, NULL, "\"$merge\" takes a list of objects, and no other key beside it");
  msw_json *merged = msw_json_new(reader->arena, MSW_JSON_OBJECT, value->loc);
  for (const msw_json *item = items->first; good && item; item = item->next) {
    good = item->type == MSW_JSON_OBJECT;
    if (good) msw_json_merge(reader->arena, merged, item);
    else msw_json_error(reader->diag, item, NULL, "\"$merge\" takes objects, not %s", msw_json_type_name(item->type));
  }
  return good ? merged : NULL;
}

/* What cannot be replaced vanishes from a list and becomes null elsewhere. */
static void give_up(msw_json *value) {
  if (value->parent && value->parent->type == MSW_JSON_ARRAY) {
    msw_json_detach(value);
    return;
  }
  value->type = MSW_JSON_NULL;
  value->first = value->last = NULL;
  value->n_children = 0;
}

/* Replaces inside `value`, and `value` itself; false after an error. */
static bool replace_in(defs_table *table, msw_json *value, size_t depth) {
  bool good = true;
  for (msw_json *child = value->first, *next; child; child = next) {
    next = child->next;
    good &= replace_in(table, child, depth + 1);
  }
  const bool is_reference = value->type == MSW_JSON_STRING && value->text[0] == '$';
  const msw_json *items = msw_json_get(value, "$merge");
  if (!is_reference && !items) return good;
  msw_json *new_value = is_reference ? resolve(table, value, depth) : good ? merge(table, value, items) : NULL;
  if (new_value) {
    *value = (msw_json){.type = new_value->type, .loc = new_value->loc, .key = value->key, .key_loc = value->key_loc,
                        .boolean = new_value->boolean, .number = new_value->number, .text = new_value->text,
                        .parent = value->parent, .next = value->next, .prev = value->prev};
    for (msw_json *child = new_value->first, *next; child; child = next) {
      next = child->next;
      msw_json_detach(child);
      msw_json_append(value, child);
    }
  } else give_up(value);
  return good && new_value;
}
