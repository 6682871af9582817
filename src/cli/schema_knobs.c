/* The schema's knobs: what each takes, and which preset has it. */
#include <string.h>

#include "msw/base/str.h"
#include "msw/perf/method.h"
#include "schema_parts.h"

static bool is_of_sweeps(const msw_knob_info *knob) {
  size_t n;
  const msw_preset *presets = msw_sweep_presets(&n);
  bool has_it = false;
  for (size_t i_preset = 0; i_preset < n; i_preset++) has_it = has_it || msw_knob_is_of(knob, presets[i_preset].family);
  return has_it;
}

/* "GEMM rows over m; v1-calibrated, v2-floor, v2-interp" */
static const char *description_of(const msw_knob_info *knob, msw_arena *arena) {
  size_t n;
  const msw_preset *presets = msw_sweep_presets(&n);
  const bool has_unit = *knob->unit && strcmp(knob->unit, "1") != 0;
  const char *text = msw_format(arena, "%s%s%s%s", knob->description, has_unit ? " [" : "", has_unit ? knob->unit : "",
                                has_unit ? "]" : "");
  for (size_t i_preset = 0, n_named = 0; i_preset < n; i_preset++)
    if (msw_knob_is_of(knob, presets[i_preset].family))
      text = msw_format(arena, "%s%s %s", text, n_named++ ? "," : "; of", presets[i_preset].name);
  return text;
}

static void add_choices(const msw_knob_info *knob, msw_json *forms, msw_arena *arena) {
  msw_json *choices = msw_json_add_array(arena, msw_json_add_object(arena, forms, NULL), "enum");
  for (size_t i_choice = 0; knob->choices[i_choice]; i_choice++)
    msw_json_add_string(arena, choices, NULL, knob->choices[i_choice]);
}

static void add_number(const msw_knob_info *knob, msw_json *parent, const char *key, msw_arena *arena) {
  msw_json *number = msw_json_add_object(arena, parent, key);
  msw_json_add_string(arena, number, "type", "number");
  msw_json_add_number(arena, number, "minimum", knob->min);
  msw_json_add_number(arena, number, "maximum", knob->max);
}

static void add_edges(const msw_knob_info *knob, msw_json *forms, msw_arena *arena) {
  msw_json *edges = msw_json_add_object(arena, forms, NULL);
  msw_json_add_string(arena, edges, "type", "array");
  msw_json_add_number(arena, edges, "minItems", 1);
  msw_json_add_number(arena, edges, "maxItems", MSW_MAX_BUCKET_EDGES);
  add_number(knob, edges, "items", arena);
}

static void add_forms(const msw_knob_info *knob, msw_json *forms, msw_arena *arena) {
  switch (knob->type) {
    case MSW_KNOB_CHOICE: add_choices(knob, forms, arena); break;
    case MSW_KNOB_BUCKETS:
      add_choices(knob, forms, arena);
      add_edges(knob, forms, arena);
      break;
    case MSW_KNOB_NUMBER: add_number(knob, forms, NULL, arena); break;
    case MSW_KNOB_FLAG: msw_json_add_string(arena, msw_json_add_object(arena, forms, NULL), "type", "boolean"); break;
  }
  msw_json_add_string(arena, msw_json_add_object(arena, forms, NULL), "$ref", "#/$defs/placeholder");
}

msw_json *msw_schema_knobs(const msw_json *at, msw_arena *arena) {
  (void)at;
  size_t n;
  const msw_knob_info *knobs = msw_knobs_table(&n);
  msw_json *object = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  for (size_t i_knob = 0; i_knob < n; i_knob++) {
    if (!is_of_sweeps(&knobs[i_knob])) continue;
    msw_json *schema = msw_json_add_object(arena, object, knobs[i_knob].name);
    msw_json_add_string(arena, schema, "description", description_of(&knobs[i_knob], arena));
    add_forms(&knobs[i_knob], msw_json_add_array(arena, schema, "anyOf"), arena);
  }
  return object;
}

/* {"if": base is the preset, "then": only its knobs} */
static void add_preset(const msw_preset *preset, msw_json *list, msw_arena *arena) {
  size_t n;
  const msw_knob_info *knobs = msw_knobs_table(&n);
  msw_json *rule = msw_json_add_object(arena, list, NULL);
  msw_json *condition = msw_json_add_object(arena, rule, "if");
  msw_json *base = msw_json_add_object(arena, msw_json_add_object(arena, condition, "properties"), "base");
  msw_json_add_string(arena, base, "const", preset->name);
  msw_json *names = msw_json_add_array(
      arena, msw_json_add_object(arena, msw_json_add_object(arena, rule, "then"), "propertyNames"), "enum");
  msw_json_add_string(arena, names, NULL, "base");
  msw_json_add_string(arena, names, NULL, "name");
  if (preset->family == MSW_FAMILY_MEASURED) msw_json_add_string(arena, names, NULL, "engine");
  for (size_t i_knob = 0; i_knob < n; i_knob++)
    if (msw_knob_is_of(&knobs[i_knob], preset->family)) msw_json_add_string(arena, names, NULL, knobs[i_knob].name);
}

msw_json *msw_schema_knobs_of_presets(const msw_json *at, msw_arena *arena) {
  (void)at;
  size_t n;
  const msw_preset *presets = msw_sweep_presets(&n);
  msw_json *list = msw_json_new(arena, MSW_JSON_ARRAY, (msw_loc){0});
  for (size_t i_preset = 0; i_preset < n; i_preset++) add_preset(&presets[i_preset], list, arena);
  return list;
}
