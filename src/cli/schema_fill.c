/* What the schema has from tables: axes, presets, knobs, fields, numbers. */
#include <stdlib.h>
#include <string.h>

#include "schema_parts.h"

#include "msw/base/str.h"
#include "msw/grid/field.h"
#include "msw/grid/reduction.h"
#include "msw/inputs/dtype.h"
#include "msw/inputs/spec.h"
#include "msw/perf/method.h"

/* JSON from a text in which ' stands for ". */
static msw_json *from_text(msw_arena *arena, const char *text) {
  msw_diag diag = {0};
  msw_json *value = NULL;
  char *json = msw_strdup(arena, text);
  for (char *at = json; (at = strchr(at, '\'')); at++) *at = '"';
  if (msw_json_parse(json, strlen(json), "schema_fill.c", arena, &diag, &value) != MSW_OK) abort();
  msw_diag_free(&diag);
  return value;
}

static msw_json *new_list(msw_arena *arena) { return msw_json_new(arena, MSW_JSON_ARRAY, (msw_loc){0}); }
static msw_json *new_object(msw_arena *arena) { return msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0}); }

static void add(msw_json *parent, const char *key, msw_json *child) {
  child->key = key;
  msw_json_append(parent, child);
}

/* ---- Lists of names ---- */

static msw_json *list_presets(const msw_json *at, msw_arena *arena) {
  (void)at;
  size_t n;
  const msw_preset *presets = msw_sweep_presets(&n);
  msw_json *list = new_list(arena);
  for (size_t i_preset = 0; i_preset < n; i_preset++) msw_json_add_string(arena, list, NULL, presets[i_preset].name);
  return list;
}

static msw_json *list_fields(const msw_json *at, msw_arena *arena) {
  (void)at;
  size_t n;
  const msw_field *fields = msw_fields(&n);
  msw_json *list = new_list(arena);
  for (size_t i_field = 0; i_field < n; i_field++) msw_json_add_string(arena, list, NULL, fields[i_field].name);
  return list;
}

static msw_json *list_number_fields(const msw_json *at, msw_arena *arena) {
  (void)at;
  size_t n;
  const char *const *names = msw_sweep_field_names(&n);
  msw_json *list = new_list(arena);
  for (size_t i_name = 0; i_name < n; i_name++) msw_json_add_string(arena, list, NULL, names[i_name]);
  return list;
}

static msw_json *list_reduce_ops(const msw_json *at, msw_arena *arena) {
  (void)at;
  msw_json *list = new_list(arena);
  for (msw_reduce_op op = 0; op < MSW_N_REDUCE_OPS; op++) msw_json_add_string(arena, list, NULL, msw_reduce_op_name(op));
  return list;
}

static msw_json *list_phases(const msw_json *at, msw_arena *arena) {
  (void)at;
  msw_json *list = new_list(arena);
  for (msw_phase phase = MSW_DECODE; phase <= MSW_MIXED; phase++)
    msw_json_add_string(arena, list, NULL, msw_phase_name(phase));
  return list;
}

static msw_json *list_dtypes(const msw_json *at, msw_arena *arena) {
  (void)at;
  msw_json *list = new_list(arena);
  msw_json_add_string(arena, list, NULL, "config");
  for (msw_dtype dtype = MSW_DTYPE_NONE + 1; dtype < MSW_N_DTYPES; dtype++)
    msw_json_add_string(arena, list, NULL, msw_dtype_name(dtype));
  return list;
}

/* Axes, their aliases, and the texts of "and". */
static msw_json *list_axis_names(const msw_json *at, msw_arena *arena) {
  msw_json *list = new_list(arena);
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    msw_json_add_string(arena, list, NULL, msw_axis_name(id));
    if (msw_axis_alias(id)) msw_json_add_string(arena, list, NULL, msw_axis_alias(id));
  }
  const msw_json *more = msw_json_get(at, "and");
  for (const msw_json *name = more ? more->first : NULL; name; name = name->next)
    msw_json_add_string(arena, list, NULL, name->text);
  return list;
}

static msw_json *language(const msw_json *at, msw_arena *arena) {
  (void)at;
  msw_json *number = msw_json_new(arena, MSW_JSON_NUMBER, (msw_loc){0});
  number->number = MSW_SWEEP_LANGUAGE;
  return number;
}

/* ---- Axes ---- */

/* {"gpu": {"$ref": "#/$defs/<as>gpu"}, "hw": …} */
static msw_json *axes(const msw_json *at, msw_arena *arena) {
  const char *as = msw_json_get(at, "as")->text;
  msw_json *object = new_object(arena);
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const char *const names[] = {msw_axis_name(id), msw_axis_alias(id)};
    for (size_t i_name = 0; i_name < 2 && names[i_name]; i_name++)
      msw_json_add_string(arena, msw_json_add_object(arena, object, names[i_name]), "$ref",
                          msw_format(arena, "#/$defs/%s%s", as, names[0]));
  }
  return object;
}

static const char *const EXAMPLES[MSW_N_AXES] = {
    [MSW_AXIS_TP] = "[1, [1, 2, 4, 8]]",
    [MSW_AXIS_EP] = "[1]",
    [MSW_AXIS_BATCH] = "['1:512:*2', [1, 8, 64], {'union': ['1:16', '32:512:*2']}]",
    [MSW_AXIS_KV_LEN] = "['1Ki:128Ki:*2', {'log': [128, 131072, 41], 'round': 'int'}]",
    [MSW_AXIS_PREFILL_BATCH] = "[1, [1, 2, 4]]",
    [MSW_AXIS_CACHED_LEN] = "[0, [0, '4Ki', '16Ki']]",
    [MSW_AXIS_SEQ_LEN] = "['128:16Ki:*2', [512, 2048]]",
};

/* Values of a numeric axis. */
static msw_json *numeric_values(msw_axis_id id, msw_arena *arena) {
  static const char FORM[] =
      "{'anyOf': [{'$ref': '#/$defs/range_text'}, {'type': 'integer', 'minimum': %.17g, 'maximum': %.17g},"
      " {'$ref': '#/$defs/range_object'}, {'type': 'array', 'minItems': 1, 'items': {'$ref': '#/$defs/values_%s'}},"
      " {'$ref': '#/$defs/placeholder'}]}";
  double min, max;
  msw_axis_limits(id, &min, &max);
  msw_json *values = new_object(arena);
  msw_json_add_string(arena, values, "description", msw_axis_long_name(id));
  add(values, "examples", from_text(arena, EXAMPLES[id]));
  msw_json *forms = msw_json_get(from_text(arena, msw_format(arena, FORM, min, max, msw_axis_name(id))), "anyOf");
  msw_json_detach(forms);
  add(values, "anyOf", forms);
  return values;
}

/* What an axis may be in the places where sweeps name axes; %s is its name. */
typedef struct { const char *prefix, *of_numbers, *of_texts; } axis_place;
#define VALUES "{'$ref': '#/$defs/values_%s'}"
#define NONE "{'type': 'array', 'maxItems': 0}"
#define SINGLE(what) "{'$ref': '#/$defs/" what "%s', 'if': {'type': 'array'}, 'then': {'maxItems': 1}}"
#define CONDITIONAL                                                                                         \
  "{'anyOf': [" VALUES ", {'type': 'object', 'description': 'values that count only under a condition',"    \
  " 'required': ['when', 'values'], 'additionalProperties': false, 'properties': {"                         \
  "'when': {'$ref': '#/$defs/expression'}, 'values': {'anyOf': [" VALUES ", " NONE "]},"                    \
  " 'else': {'anyOf': [" VALUES ", " NONE "], 'description': 'values that count elsewhere'}}}]}"
#define ENTRY                                                                                               \
  "{'anyOf': [{'type': 'object', 'required': ['if'], 'additionalProperties': false, 'properties': {"        \
  "'if': {'$ref': '#/$defs/expression'},"                                                                   \
  " 'else': {'anyOf': [" VALUES ", " NONE "], 'description': 'values that count elsewhere'}}},"             \
  " {'$ref': '#/$defs/reference'}, {'$ref': '#/$defs/merge'}]}"
static const axis_place PLACES[] = {
    {"axis_", CONDITIONAL, CONDITIONAL},
    {"fixed_", SINGLE("axis_"), SINGLE("axis_")},
    {"when_", ENTRY, ENTRY},
    {"match_", VALUES, "{'$ref': '#/$defs/texts'}"},
    {"point_", SINGLE("values_"), "{'anyOf': [{'type': 'string', 'minLength': 1}, " VALUES "]}"},
};
enum { N_PLACES = sizeof PLACES / sizeof *PLACES };

/* The form with the axis's name in the place of every %s. */
static msw_json *place_of(const char *form, msw_axis_id id, msw_arena *arena) {
  msw_buf text = {0};
  for (const char *at; (at = strstr(form, "%s")); form = at + 2) {
    msw_buf_add_n(&text, form, (size_t)(at - form));
    msw_buf_add(&text, msw_axis_name(id));
  }
  msw_buf_add(&text, form);
  msw_json *schema = from_text(arena, text.text);
  msw_buf_free(&text);
  return schema;
}

/* values_tp, axis_tp, fixed_tp … of every axis; values of text axes are in the skeleton. */
static msw_json *axis_values(const msw_json *at, msw_arena *arena) {
  (void)at;
  msw_json *object = new_object(arena);
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const bool is_text = msw_axis_is_text(id);
    if (!is_text) add(object, msw_format(arena, "values_%s", msw_axis_name(id)), numeric_values(id, arena));
    for (size_t i_place = 0; i_place < N_PLACES; i_place++)
      add(object, msw_format(arena, "%s%s", PLACES[i_place].prefix, msw_axis_name(id)),
          place_of(is_text ? PLACES[i_place].of_texts : PLACES[i_place].of_numbers, id, arena));
  }
  return object;
}

msw_json *msw_schema_fill(const char *name, const msw_json *at, msw_arena *arena) {
  static const struct { const char *name; msw_json *(*make)(const msw_json *at, msw_arena *arena); } FILLS[] = {
    {"language", language},         {"phases", list_phases},         {"dtypes", list_dtypes},
    {"presets", list_presets},      {"fields", list_fields},         {"number_fields", list_number_fields},
    {"reduce_ops", list_reduce_ops}, {"axis_names", list_axis_names}, {"axes", axes},
    {"axis_values", axis_values},   {"knobs", msw_schema_knobs},     {"knobs_of_presets", msw_schema_knobs_of_presets},
  };
  for (size_t i_fill = 0; i_fill < sizeof FILLS / sizeof *FILLS; i_fill++)
    if (strcmp(FILLS[i_fill].name, name) == 0) return FILLS[i_fill].make(at, arena);
  abort();   /* the skeleton asks for what nobody has */
}
