/* From a preset and a user's settings to the knobs of a method on a GPU. */
#include "msw/perf/method.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

static const char *nearest_preset(const char *name) {
  size_t n;
  const msw_preset *presets = msw_presets(&n);
  const char *names[16];
  for (size_t i_preset = 0; i_preset < n; i_preset++) names[i_preset] = presets[i_preset].name;
  return msw_nearest(name, names, n);
}

/* "engine" stands among the knobs, too. */
static const char *nearest_knob(const char *name, msw_arena *arena) {
  size_t n;
  const msw_knob_info *knobs = msw_knobs_table(&n);
  const char **names = msw_arena_array(arena, n + 1, sizeof *names);
  for (size_t i_knob = 0; i_knob < n; i_knob++) names[i_knob] = knobs[i_knob].name;
  names[n] = "engine";
  return msw_nearest(name, names, n + 1);
}

static const char *choices_text(const msw_knob_info *knob, msw_arena *arena) {
  msw_buf text = {0};
  for (size_t i_choice = 0; knob->choices[i_choice]; i_choice++)
    msw_buf_printf(&text, "%s%s", i_choice ? ", " : "", knob->choices[i_choice]);
  if (knob->type == MSW_KNOB_BUCKETS) msw_buf_add(&text, " or an ascending list of lengths");
  const char *copy = msw_strdup(arena, text.text);
  msw_buf_free(&text);
  return copy;
}

static bool set_choice(msw_knobs *knobs, const msw_knob_info *knob, const msw_method_setting *setting, msw_diag *diag) {
  const bool is_text = setting->kind == MSW_SETTING_TEXT;
  int n_choices = 0;
  for (; knob->choices[n_choices]; n_choices++)
    if (is_text && strcmp(knob->choices[n_choices], setting->text) == 0) {
      memcpy((char *)knobs + knob->offset, &n_choices, sizeof n_choices);
      return true;
    }
  const char *nearest = is_text ? msw_nearest(setting->text, knob->choices, (size_t)n_choices) : NULL;
  msw_error(diag, setting->where.loc, setting->where.path, msw_did_you_mean(diag, nearest),
            "%s: expected one of %s; found %s", knob->name, choices_text(knob, &diag->arena), setting->text);
  return false;
}

static bool set_edges(msw_knobs *knobs, const msw_knob_info *knob, const msw_method_setting *setting, msw_diag *diag) {
  bool good = setting->n_list >= 1 && setting->n_list <= MSW_MAX_BUCKET_EDGES;
  for (size_t i_edge = 0; good && i_edge < setting->n_list; i_edge++)
    good = setting->list[i_edge] >= knob->min && setting->list[i_edge] <= knob->max &&
           (i_edge == 0 || setting->list[i_edge] > setting->list[i_edge - 1]);
  if (!good) {
    msw_error(diag, setting->where.loc, setting->where.path, NULL,
              "%s: expected 1 to %d ascending lengths from 1 to 1e9; found %s", knob->name, MSW_MAX_BUCKET_EDGES,
              setting->text);
    return false;
  }
  knobs->prefill_bucket = MSW_BUCKET_EDGES;
  knobs->n_bucket_edges = setting->n_list;
  memcpy(knobs->bucket_edges, setting->list, setting->n_list * sizeof *setting->list);
  return true;
}

static bool set_number(msw_knobs *knobs, const msw_knob_info *knob, const msw_method_setting *setting, msw_diag *diag) {
  if (setting->kind == MSW_SETTING_NUMBER && setting->number >= knob->min && setting->number <= knob->max) {
    memcpy((char *)knobs + knob->offset, &setting->number, sizeof setting->number);
    return true;
  }
  msw_error(diag, setting->where.loc, setting->where.path, NULL, "%s: expected a number from %g to %g; found %s",
            knob->name, knob->min, knob->max, setting->text);
  return false;
}

static bool set_flag(msw_knobs *knobs, const msw_knob_info *knob, const msw_method_setting *setting, msw_diag *diag) {
  if (setting->kind != MSW_SETTING_BOOL) {
    msw_error(diag, setting->where.loc, setting->where.path, NULL, "%s: expected true or false; found %s", knob->name,
              setting->text);
    return false;
  }
  int value = setting->boolean;
  memcpy((char *)knobs + knob->offset, &value, sizeof value);
  return true;
}

/* Presets of the families that have a knob. */
static const char *owners_text(const msw_knob_info *knob, msw_arena *arena) {
  size_t n;
  const msw_preset *presets = msw_presets(&n);
  const char *text = "it is one of";
  for (size_t i_preset = 0, n_named = 0; i_preset < n; i_preset++)
    if (msw_knob_is_of(knob, presets[i_preset].family))
      text = msw_format(arena, "%s%s %s", text, n_named++ ? "," : "", presets[i_preset].name);
  return text;
}

/* `preset` NULL: not known, so that any knob will do. */
static bool apply_setting(msw_knobs *knobs, const msw_preset *preset, const msw_method_setting *setting, msw_diag *diag) {
  const msw_knob_info *knob = msw_knob_find(setting->knob);
  if (!knob) {
    msw_error(diag, setting->where.loc, setting->where.path, msw_did_you_mean(diag, nearest_knob(setting->knob, &diag->arena)),
              "unknown knob \"%s\"", setting->knob);
    return false;
  }
  if (preset && !msw_knob_is_of(knob, preset->family)) {
    msw_error(diag, setting->where.loc, setting->where.path, owners_text(knob, &diag->arena), "%s has no knob \"%s\"",
              preset->name, knob->name);
    return false;
  }
  switch (knob->type) {
    case MSW_KNOB_CHOICE: return set_choice(knobs, knob, setting, diag);
    case MSW_KNOB_BUCKETS:
      if (setting->kind == MSW_SETTING_LIST) return set_edges(knobs, knob, setting, diag);
      return set_choice(knobs, knob, setting, diag);
    case MSW_KNOB_NUMBER: return set_number(knobs, knob, setting, diag);
    case MSW_KNOB_FLAG: return set_flag(knobs, knob, setting, diag);
  }
  return false;
}

static bool find_preset(const char *name, msw_where where, msw_diag *diag, const msw_preset **preset) {
  *preset = msw_preset_find(name);
  if (*preset) return true;
  const char *nearest = nearest_preset(name);
  size_t n;
  const msw_preset *all = msw_presets(&n);
  msw_buf names = {0};
  for (size_t i_preset = 0; i_preset < n; i_preset++)
    msw_buf_printf(&names, "%s%s", i_preset ? ", " : "", all[i_preset].name);
  const char *hint = nearest ? msw_did_you_mean(diag, nearest) : msw_format(&diag->arena, "methods: %s", names.text);
  msw_error(diag, where.loc, where.path, hint, "unknown method \"%s\"", name);
  msw_buf_free(&names);
  return false;
}

static bool is_engine(const msw_method_setting *setting) { return strcmp(setting->knob, "engine") == 0; }

/* Not a knob: it chooses a set of them. */
static bool set_engine(const msw_method_setting *setting, msw_diag *diag, msw_method *method) {
  bool has_engines = !method->preset || method->preset->family == MSW_FAMILY_MEASURED;
  method->engine = setting->text;
  if (has_engines && setting->kind == MSW_SETTING_TEXT) return true;
  msw_error(diag, setting->where.loc, setting->where.path, NULL,
            has_engines ? "engine: expected a name and version, \"vllm-0.15.1\"" : "%s has no engines", method->preset->name);
  return false;
}

/* Any preset. */
static bool resolve(const msw_method_spec *spec, msw_diag *diag, msw_method *method) {
  *method = (msw_method){.label = spec->label, .settings = spec->settings, .n_settings = spec->n_settings};
  bool good = find_preset(spec->base, spec->where, diag, &method->preset);
  msw_knobs trial;
  msw_preset_find("v2-floor")->set(&trial);
  for (size_t i_setting = 0; i_setting < spec->n_settings; i_setting++) {
    const msw_method_setting *setting = &spec->settings[i_setting];
    good = (is_engine(setting) ? set_engine(setting, diag, method) : apply_setting(&trial, method->preset, setting, diag)) && good;
  }
  return good;
}

bool msw_method_resolve(const msw_method_spec *spec, msw_diag *diag, msw_method *method) {
  bool good = resolve(spec, diag, method);
  if (!method->preset || method->preset->in_sweeps) return good;
  msw_error(diag, spec->where.loc, spec->where.path, "sweeps do not take it yet",
            "method \"%s\" is for eval, explain and validate", method->preset->name);
  return false;
}

/* "[512,1024]" -> list. False when it is not one. */
static bool parse_list(const char *text, msw_arena *arena, const double **list, size_t *n) {
  size_t len = strlen(text);
  if (len < 2 || text[0] != '[' || text[len - 1] != ']') return false;
  double *values = msw_arena_array(arena, len, sizeof *values);
  const char *at = text + 1;
  for (*n = 0; *at; (*n)++) {
    size_t item = strcspn(at, ",]");
    if (at[item] == ']' && at[item + 1] != '\0') return false;
    if (!msw_parse_suffixed(msw_strndup(arena, at, item), &values[*n])) return false;
    at += item + 1;
  }
  *list = values;
  return true;
}

static msw_method_setting parse_setting(const char *set, size_t equals, msw_arena *arena) {
  msw_method_setting setting = {.knob = msw_strndup(arena, set, equals), .text = msw_strdup(arena, set + equals + 1)};
  setting.where.path = msw_format(arena, "--set %s", setting.knob);
  if (parse_list(setting.text, arena, &setting.list, &setting.n_list)) setting.kind = MSW_SETTING_LIST;
  else if (msw_parse_double(setting.text, &setting.number)) setting.kind = MSW_SETTING_NUMBER;
  else if (strcmp(setting.text, "true") == 0 || strcmp(setting.text, "false") == 0) {
    setting.kind = MSW_SETTING_BOOL;
    setting.boolean = setting.text[0] == 't';
  } else setting.kind = MSW_SETTING_TEXT;
  return setting;
}

bool msw_method_parse(const char *preset, const char *const *sets, size_t n_sets, msw_arena *arena, msw_diag *diag,
                      msw_method *method) {
  msw_method_setting *settings = msw_arena_array(arena, n_sets, sizeof *settings);
  bool good = true;
  for (size_t i_set = 0; i_set < n_sets; i_set++) {
    size_t equals = strcspn(sets[i_set], "=");
    if (sets[i_set][equals] == '=' && equals > 0) {
      settings[i_set] = parse_setting(sets[i_set], equals, arena);
      continue;
    }
    msw_error(diag, (msw_loc){0}, "--set", NULL, "expected KNOB=VALUE, found \"%s\"", sets[i_set]);
    good = false;
  }
  if (!good) return false;
  msw_method_spec spec = {.label = preset, .base = preset, .settings = settings, .n_settings = n_sets,
                          .where = {.path = "--method"}};
  return resolve(&spec, diag, method);
}

bool msw_method_sets(const msw_method *method, const char *knob) {
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++)
    if (strcmp(method->settings[i_setting].knob, knob) == 0) return true;
  return false;
}

/* "vllm-0.11.0, vllm-0.15.1", or that there is none. */
static const char *engines_text(const msw_gpu *gpu, msw_arena *arena) {
  if (gpu->n_engines == 0) return "its entry has no \"engines\"";
  const char *text = "engines:";
  for (size_t i_engine = 0; i_engine < gpu->n_engines; i_engine++)
    text = msw_format(arena, "%s%s %s", text, i_engine ? "," : "", gpu->engines[i_engine].method);
  return text;
}

/* An engine that the user named and the GPU entry does not know. A row of measured steps may name any. */
static bool refuse_engine(const msw_method *method, const msw_gpu *gpu, msw_diag *diag) {
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++) {
    const msw_method_setting *setting = &method->settings[i_setting];
    if (!is_engine(setting)) continue;
    msw_error(diag, setting->where.loc, setting->where.path, engines_text(gpu, &diag->arena),
              "%s has no constants of engine \"%s\"", gpu->name, setting->text);
    return false;
  }
  return true;
}

/* Applies the GPU entry's constants; *borrowed: one of them stays in use and was fitted on another GPU or engine. */
static bool apply_gpu(const msw_method *method, const msw_gpu *gpu, msw_diag *diag, msw_knobs *knobs, bool *borrowed) {
  bool good = true, is_exact = true, of_engine = method->preset->family == MSW_FAMILY_MEASURED;
  const msw_gpu_method *block = of_engine ? msw_gpu_find_engine(gpu, method->engine, &is_exact)
                                          : msw_gpu_find_method(gpu, method->preset->name);
  *borrowed = !is_exact && block;
  if (of_engine && !block) good = refuse_engine(method, gpu, diag);
  for (size_t i_param = 0; block && i_param < block->n_params; i_param++) {
    const msw_gpu_param *param = &block->params[i_param];
    msw_method_setting setting = {.knob = param->name, .kind = param->is_flag ? MSW_SETTING_BOOL : MSW_SETTING_NUMBER,
                                  .number = param->value, .boolean = param->value > 0.0, .text = msw_format(&diag->arena, "%g", param->value), .where = {.loc = param->loc}};
    good = apply_setting(knobs, method->preset, &setting, diag) && good;
    if (!msw_method_sets(method, param->name) && block->fitted_on && !msw_gpu_is(gpu, block->fitted_on)) *borrowed = true;
  }
  return good;
}

static bool lacks_constants(const msw_knobs *knobs, msw_family family) {
  if (family == MSW_FAMILY_MEASURED)
    return isnan(knobs->bw_efficiency + knobs->step_overhead_us + knobs->small_kernel_us + knobs->sustained_gemm_fraction +
                 knobs->chain_gb_per_s + knobs->chain_queue_share + knobs->cached_scan_ns_per_tok + knobs->graph_max_tok +
                 knobs->host_piece_us);
  if (family == MSW_FAMILY_INFERSIM)
    return isnan(knobs->peak_16bit_tflops + knobs->peak_8bit_tflops + knobs->mem_bw_gib_per_s + knobs->intra_node_gib_per_s +
                 knobs->inter_node_gib_per_s + knobs->default_mfu);
  if (isnan(knobs->bw_efficiency) || isnan(knobs->per_layer_overhead_us)) return true;
  if (family == MSW_FAMILY_KERNEL_TABLES) return false;
  return isnan(knobs->step_overhead_us + knobs->all_reduce_latency_us + knobs->mfu_prefill +
               knobs->mfu_prefill_multiplier + knobs->mfu_decode + knobs->mfu_decode_multiplier +
               knobs->tp_scaling_exponent + knobs->decode_tp_scaling_exponent + knobs->prefill_bw_factor +
               knobs->decode_bw_factor + knobs->vector_peak_fraction + knobs->prefill_overhead_us +
               knobs->mixed_prefill_overhead_us);
}

bool msw_method_knobs(const msw_method *method, const msw_gpu *gpu, msw_diag *diag, msw_knobs *knobs, msw_flags *flags) {
  bool borrowed;
  method->preset->set(knobs);
  bool good = apply_gpu(method, gpu, diag, knobs, &borrowed);
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++)
    if (!is_engine(&method->settings[i_setting]))
      good = apply_setting(knobs, method->preset, &method->settings[i_setting], diag) && good;
  if (borrowed) *flags |= MSW_FLAG_PARAMS_BORROWED;
  if (lacks_constants(knobs, method->preset->family)) *flags |= MSW_FLAG_VOID_PARAMS;
  return good;
}
