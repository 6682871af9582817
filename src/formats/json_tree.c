/* JSON trees: finding, building, copying and merging values. */
#include <ctype.h>
#include <string.h>

#include "json_text.h"
#include "msw/formats/json.h"

const char *msw_json_type_name(msw_json_type type) {
  switch (type) {
    case MSW_JSON_NULL: return "null";
    case MSW_JSON_BOOL: return "boolean";
    case MSW_JSON_NUMBER: return "number";
    case MSW_JSON_STRING: return "string";
    case MSW_JSON_ARRAY: return "array";
    case MSW_JSON_OBJECT: return "object";
  }
  return "value";
}

static msw_json *find(const msw_json *object, const char *key) {
  for (msw_json *member = object->first; member; member = member->next)
    if (member->key && strcmp(member->key, key) == 0) return member;
  return NULL;
}

msw_json *msw_json_get(const msw_json *object, const char *key) {
  return object && object->type == MSW_JSON_OBJECT ? find(object, key) : NULL;
}

/* ---- Paths */

static bool is_plain_key(const char *key) {
  if (!*key) return false;
  for (; *key; key++)
    if (!isalnum((unsigned char)*key) && *key != '_' && *key != '-') return false;
  return true;
}

static size_t index_of(const msw_json *element) {
  size_t index = 0;
  for (const msw_json *before = element->prev; before; before = before->prev) index++;
  return index;
}

static void add_path(msw_buf *path, const msw_json *value) {
  if (!value->parent) return;
  add_path(path, value->parent);
  if (!value->key) {
    msw_buf_printf(path, "[%zu]", index_of(value));
  } else if (is_plain_key(value->key)) {
    msw_buf_printf(path, "%s%s", path->len > 0 ? "." : "", value->key);
  } else {
    msw_buf_add(path, "[");
    msw_json_write_string(value->key, path);
    msw_buf_add(path, "]");
  }
}

const char *msw_json_path(msw_arena *arena, const msw_json *value) {
  msw_buf path = {0};
  add_path(&path, value);
  const char *text = msw_strdup(arena, path.text ? path.text : "");
  msw_buf_free(&path);
  return text;
}

/* ---- Building */

msw_json *msw_json_new(msw_arena *arena, msw_json_type type, msw_loc loc) {
  msw_json *value = msw_arena_alloc(arena, sizeof *value);
  value->type = type;
  value->loc = loc;
  return value;
}

void msw_json_append(msw_json *parent, msw_json *child) {
  child->parent = parent;
  child->prev = parent->last;
  child->next = NULL;
  if (parent->last)
    parent->last->next = child;
  else
    parent->first = child;
  parent->last = child;
  parent->n_children++;
}

/* A value of its own: no key, parent, siblings or children. */
static msw_json *copy_scalar(msw_arena *arena, const msw_json *value) {
  msw_json *copy = msw_json_new(arena, value->type, value->loc);
  copy->boolean = value->boolean;
  copy->number = value->number;
  copy->style = value->style;
  copy->text = value->text ? msw_strdup(arena, value->text) : NULL;
  return copy;
}

static void take_key(msw_arena *arena, msw_json *to, const msw_json *from) {
  to->key = from->key ? msw_strdup(arena, from->key) : NULL;
  to->key_loc = from->key_loc;
}

msw_json *msw_json_copy(msw_arena *arena, const msw_json *value) {
  msw_json *copy = copy_scalar(arena, value);
  take_key(arena, copy, value);
  for (const msw_json *child = value->first; child; child = child->next)
    msw_json_append(copy, msw_json_copy(arena, child));
  return copy;
}

/* What points at `value` from before and behind it points at these instead. */
static void relink(msw_json *value, msw_json *for_before, msw_json *for_behind) {
  if (value->prev)
    value->prev->next = for_before;
  else
    value->parent->first = for_before;
  if (value->next)
    value->next->prev = for_behind;
  else
    value->parent->last = for_behind;
}

void msw_json_detach(msw_json *child) {
  if (!child->parent) return;
  relink(child, child->next, child->prev);
  child->parent->n_children--;
  child->parent = child->prev = child->next = NULL;
}

void msw_json_replace(msw_json *old_value, msw_json *new_value) {
  new_value->key = old_value->key;
  new_value->key_loc = old_value->key_loc;
  new_value->parent = old_value->parent;
  new_value->prev = old_value->prev;
  new_value->next = old_value->next;
  if (old_value->parent) relink(old_value, new_value, new_value);
  old_value->parent = old_value->prev = old_value->next = NULL;
}

/* ---- Merging */

static void merge_member(msw_arena *arena, msw_json *base, const msw_json *over) {
  msw_json *old_value = find(base, over->key);
  if (over->type == MSW_JSON_NULL) {
    if (old_value) msw_json_detach(old_value);
    return;
  }
  bool both_objects = old_value && old_value->type == MSW_JSON_OBJECT && over->type == MSW_JSON_OBJECT;
  msw_json *value = old_value;
  if (!both_objects) {
    /* An object that replaces is merged into an empty one: nulls in it delete nothing, but they do not stay either. */
    value = over->type == MSW_JSON_OBJECT ? msw_json_new(arena, over->type, over->loc) : msw_json_copy(arena, over);
    if (old_value)
      msw_json_replace(old_value, value);
    else
      msw_json_append(base, value);
    take_key(arena, value, over);
  }
  if (over->type == MSW_JSON_OBJECT) msw_json_merge(arena, value, over);
}

void msw_json_merge(msw_arena *arena, msw_json *base, const msw_json *over) {
  for (const msw_json *member = over->first; member; member = member->next)
    if (member->key) merge_member(arena, base, member);
}
