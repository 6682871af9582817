/* Random settings of knobs. */
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/perf/method.h"
#include "random_world.h"

static const char *const engines[] = {"vllm-0.15.1", "vllm-0.9", "vllm-0.1", "vllm-0.10.2", "vllm-1", NULL};

const char *random_preset(rng *r) {
  size_t n;
  const msw_preset *presets = msw_sweep_presets(&n);
  return presets[rng_below(r, n)].name;
}

static msw_method_setting random_edges(rng *r, msw_arena *arena) {
  enum { MOST = 6 };
  double *edges = msw_arena_array(arena, MOST, sizeof *edges);
  size_t n = rng_axis(r, 1 + rng_below(r, MOST), 100, 100000, edges);
  return (msw_method_setting){.kind = MSW_SETTING_LIST, .text = "[…]", .list = edges, .n_list = n};
}

static double number_of(rng *r, const msw_knob_info *knob) {
  double low = knob->min, high = knob->max;
  if (strcmp(knob->unit, "tokens") == 0) return rng_chance(r, 0.2) ? 0.0 : (double)rng_int(r, 0, 3000);
  if (strcmp(knob->unit, "GB/s") == 0) return rng_chance(r, 0.3) ? 0.0 : rng_log_between(r, 1, 200);
  if (strcmp(knob->unit, "us") == 0) high = 500.0;          /* 0 … 500 us */
  else if (low < 0.05 && low > 0.0) low = 0.05;             /* shares and factors */
  if (high > 4.0 && strcmp(knob->unit, "us") != 0) high = 4.0;
  return rng_between(r, low, high);
}

static msw_method_setting random_number(rng *r, const msw_knob_info *knob) {
  return (msw_method_setting){.kind = MSW_SETTING_NUMBER, .text = "a number", .number = number_of(r, knob)};
}

static msw_method_setting random_setting(rng *r, msw_arena *arena, const msw_knob_info *knob) {
  if (knob->type == MSW_KNOB_NUMBER) return random_number(r, knob);
  if (knob->type == MSW_KNOB_BUCKETS && rng_chance(r, 0.3)) return random_edges(r, arena);
  if (knob->type == MSW_KNOB_FLAG)
    return (msw_method_setting){.kind = MSW_SETTING_BOOL, .text = "true or false", .boolean = rng_chance(r, 0.5)};
  return (msw_method_setting){.kind = MSW_SETTING_TEXT, .text = rng_pick(r, knob->choices)};
}

static msw_method_setting forced_setting(const msw_knob_info *knob, const char *value) {
  msw_method_setting setting = {.kind = MSW_SETTING_TEXT, .text = value};
  if (knob->type == MSW_KNOB_NUMBER && msw_parse_double(value, &setting.number)) setting.kind = MSW_SETTING_NUMBER;
  if (knob->type == MSW_KNOB_FLAG) {
    setting.kind = MSW_SETTING_BOOL;
    setting.boolean = strcmp(value, "true") == 0;
  }
  return setting;
}

msw_method_spec random_method(rng *r, msw_arena *arena, const char *preset, const char *label, const char *forced,
                              const char *value) {
  size_t n_knobs, n = 0;
  const msw_knob_info *knobs = msw_knobs_table(&n_knobs);
  msw_method_setting *settings = msw_arena_array(arena, n_knobs + 1, sizeof *settings);
  const double often = rng_chance(r, 0.2) ? 0.0 : rng_between(r, 0.1, 0.9);   /* now and then the preset as it is */
  for (size_t i_knob = 0; i_knob < n_knobs; i_knob++) {
    if (!msw_knob_is_of(&knobs[i_knob], msw_preset_find(preset)->family)) continue;
    bool is_forced = forced && strcmp(knobs[i_knob].name, forced) == 0;
    if (!is_forced && !rng_chance(r, often)) continue;
    settings[n] = is_forced ? forced_setting(&knobs[i_knob], value) : random_setting(r, arena, &knobs[i_knob]);
    settings[n++].knob = knobs[i_knob].name;
  }
  if (msw_preset_find(preset)->family == MSW_FAMILY_MEASURED && rng_chance(r, 0.4))
    settings[n++] = (msw_method_setting){.knob = "engine", .kind = MSW_SETTING_TEXT, .text = rng_pick(r, engines)};
  return (msw_method_spec){.label = label, .base = preset, .settings = settings, .n_settings = n};
}
