/* From the skeleton to the schema: the tables filled in, and null where it is as good as absent. */
#include "schema_parts.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/str.h"

extern const unsigned char msw_schema_skeleton[];   /* schema_skeleton.json */
extern const size_t msw_schema_skeleton_size;

static bool is_among(const msw_json *value, const char *const *keys, size_t n) {
  bool is_there = false;
  for (size_t i_key = 0; i_key < n && value->key; i_key++) is_there = is_there || strcmp(value->key, keys[i_key]) == 0;
  return is_there;
}

/* ---- Filling in ---- */

static void take_members(msw_json *object, msw_json *made) {
  for (msw_json *member = made->first, *next; member; member = next) {
    next = member->next;
    msw_json_detach(member);
    msw_json_append(object, member);
  }
}

/* A copy in which every "$fill" has become what it stands for. */
static msw_json *filled(const msw_json *value, msw_arena *arena) {
  static const char *const TOLD[] = {"as", "and"};   /* what a "$fill" is told beside its name */
  const bool has_fill = msw_json_get(value, "$fill") != NULL;
  msw_json *copy = msw_json_new(arena, value->type, value->loc);
  copy->key = value->key;
  copy->boolean = value->boolean;
  copy->number = value->number;
  copy->text = value->text;
  for (const msw_json *child = value->first; child; child = child->next) {
    if (has_fill && is_among(child, TOLD, sizeof TOLD / sizeof *TOLD)) continue;
    if (!child->key || strcmp(child->key, "$fill") != 0) {
      msw_json_append(copy, filled(child, arena));
      continue;
    }
    msw_json *made = msw_schema_fill(child->text, value, arena);
    made->key = value->key;
    if (made->type != MSW_JSON_OBJECT) return made;
    take_members(copy, made);
  }
  return copy;
}

/* ---- Null ---- */

static bool is_required(const msw_json *schema, const char *key) {
  const msw_json *required = msw_json_get(schema, "required");
  for (const msw_json *name = required ? required->first : NULL; name; name = name->next)
    if (strcmp(name->text, key) == 0) return true;
  return false;
}

/* {"anyOf": [member, {"type": "null"}]} in its place; what editors show stays outside. */
static void allow_null(msw_json *member, msw_arena *arena) {
  static const char *const SHOWN[] = {"description", "examples", "default"};
  msw_json *outer = msw_json_new(arena, MSW_JSON_OBJECT, member->loc), *inner = msw_json_copy(arena, member);
  for (msw_json *part = inner->first, *next; part; part = next) {
    next = part->next;
    if (!is_among(part, SHOWN, sizeof SHOWN / sizeof *SHOWN)) continue;
    msw_json_detach(part);
    msw_json_append(outer, part);
  }
  inner->key = NULL;
  msw_json *choices = inner->n_children == 1 ? msw_json_get(inner, "anyOf") : NULL;
  if (choices) {
    msw_json_detach(choices);
    msw_json_append(outer, choices);
  } else {
    choices = msw_json_add_array(arena, outer, "anyOf");
    msw_json_append(choices, inner);
  }
  msw_json_add_string(arena, msw_json_add_object(arena, choices, NULL), "type", "null");
  msw_json_replace(member, outer);
}

/* Everywhere but in conditions, which must not hold of what is absent. */
static void allow_nulls(msw_json *schema, msw_arena *arena) {
  static const char *const CONDITIONS[] = {"if", "then", "else"};
  msw_json *properties = msw_json_get(schema, "properties");
  msw_json *others = msw_json_get(schema, "additionalProperties");
  for (msw_json *child = schema->first; child; child = child->next)
    if (child == properties || !is_among(child, CONDITIONS, sizeof CONDITIONS / sizeof *CONDITIONS)) allow_nulls(child, arena);
  for (msw_json *member = properties ? properties->first : NULL, *next; member; member = next) {
    next = member->next;
    if (!is_required(schema, member->key)) allow_null(member, arena);
  }
  if (others && others->type == MSW_JSON_OBJECT) allow_null(others, arena);
}

/* ---- All of it ---- */

msw_json *msw_sweep_schema(msw_arena *arena) {
  msw_diag diag = {0};
  msw_json *skeleton;
  const char *text = (const char *)msw_schema_skeleton;
  if (msw_json_parse(text, msw_schema_skeleton_size, "schema_skeleton.json", arena, &diag, &skeleton) != MSW_OK) {
    msw_diag_print(&diag, stderr, 1);   /* no user's doing: every test would fail */
    abort();
  }
  msw_diag_free(&diag);
  msw_json *schema = filled(skeleton, arena);
  allow_nulls(schema, arena);
  return schema;
}
