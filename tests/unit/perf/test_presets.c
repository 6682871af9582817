/* Presets: the rules that make up the published methods (docs/model.md, "Method presets"). */
#include "made_case.h"
#include "msw_test.h"

static const struct { const char *preset, *knob, *value; } table[] = {
    {"v2-floor", "mfu_source", "file"},
    {"v2-floor", "lookup_domain", "mfu"},
    {"v2-floor", "gemm_lookup", "floor"},
    {"v2-floor", "prefill_lookup", "floor"},
    {"v2-floor", "decode_lookup", "floor_nearest"},
    {"v2-floor", "prefill_bucket", "pow2"},
    {"v2-floor", "prefill_flop", "bucket"},
    {"v2-floor", "decode_aggregation", "max"},
    {"v2-floor", "causal_factor", "1.8"},
    {"v2-floor", "mixed_rule", "weighted"},
    {"v2-floor", "gemm_weight_floor", "false"},
    {"v2-floor", "head_dim_rule", "hidden_over_heads"},
    {"v2-floor", "tp_fallback", "tp1"},
    {"v2-floor", "shape_fallback", "nearest_l2"},
    {"v2-interp", "mfu_source", "file"},
    {"v2-interp", "lookup_domain", "mfu"},
    {"v2-interp", "gemm_lookup", "linear"},
    {"v2-interp", "prefill_lookup", "linear"},
    {"v2-interp", "decode_lookup", "bilinear"},
    {"v2-interp", "ragged_corner", "zero"},
    {"v2-interp", "prefill_bucket", "pow2"},
    {"v2-interp", "prefill_flop", "request"},
    {"v2-interp", "decode_aggregation", "request"},
    {"v2-interp", "causal_factor", "1.8"},
    {"v2-interp", "mixed_rule", "max"},
    {"v2-interp", "gemm_weight_floor", "true"},
    {"v2-interp", "head_dim_rule", "hidden_over_heads"},
    {"v2-interp", "tp_fallback", "tp1"},
    {"v2-interp", "shape_fallback", "nearest_l2"},
    {"v1-calibrated", "mixed_rule", "weighted"},
    {"v1-calibrated", "head_dim_rule", "hidden_over_heads"},
    {"v1-calibrated", "per_layer_overhead_us", "0"},
    {"infersim", "mfu_source", "file"},
    {"infersim", "decode_aggregation", "mean"},
    {"infersim", "causal_factor", "1.8"},
    {"infersim", "fp8_kv", "false"},
    {"infersim", "deepep", "false"},
    {"infersim", "two_batch_overlap", "false"},
    {"infersim", "default_prefill_mfu", "0.9"},
    {"infersim", "prefill_scheduler_us", "30000"},
    {"infersim", "decode_scheduler_us", "5000"},
    {"infersim", "sm_ratio", "0.818181818181818"},
    {"infersim", "world_size", "0"},
    {"infersim", "num_nodes", "1"},
    {"infersim", "max_prefill_tokens", "0"},
};

static void rules_are_those_of_the_documentation(void **state) {
  (void)state;
  msw_arena arena = {0};
  for (size_t i_row = 0; i_row < sizeof table / sizeof table[0]; i_row++) {
    msw_knobs knobs;
    msw_preset_find(table[i_row].preset)->set(&knobs);
    const char *got = msw_knob_text(&knobs, msw_knob_find(table[i_row].knob), &arena);
    if (strcmp(got, table[i_row].value) != 0) fail_msg("%s %s: %s", table[i_row].preset, table[i_row].knob, got);
  }
  msw_arena_free(&arena);
}

/* What was fitted comes from the GPU entry: a preset must not bring a number of its own. */
static void fitted_numbers_are_left_open(void **state) {
  (void)state;
  static const char *const preset_given[] = {"causal_factor", "per_request_overhead_us", "usable_memory_fraction"};
  static const char *const by_infersim[] = {"default_prefill_mfu", "prefill_scheduler_us", "decode_scheduler_us", "sm_ratio",
                                            "world_size", "num_nodes", "max_prefill_tokens"};
  size_t n_presets, n_knobs;
  const msw_preset *presets = msw_presets(&n_presets);
  const msw_knob_info *knobs_table = msw_knobs_table(&n_knobs);
  for (size_t i_preset = 0; i_preset < n_presets; i_preset++) {
    msw_knobs knobs;
    presets[i_preset].set(&knobs);
    for (size_t i_knob = 0; i_knob < n_knobs; i_knob++) {
      if (knobs_table[i_knob].type != MSW_KNOB_NUMBER || !msw_knob_is_of(&knobs_table[i_knob], presets[i_preset].family)) continue;
      double number;
      memcpy(&number, (const char *)&knobs + knobs_table[i_knob].offset, sizeof number);
      bool given = presets[i_preset].family == MSW_FAMILY_CONSTANT_MFU &&
                   strcmp(knobs_table[i_knob].name, "per_layer_overhead_us") == 0;   /* parsed but unused by V1 */
      for (size_t i_given = 0; i_given < 3; i_given++)
        given = given || strcmp(knobs_table[i_knob].name, preset_given[i_given]) == 0;
      for (size_t i_given = 0; i_given < sizeof by_infersim / sizeof by_infersim[0]; i_given++)
        given = given || (presets[i_preset].family == MSW_FAMILY_INFERSIM && strcmp(knobs_table[i_knob].name, by_infersim[i_given]) == 0);
      if (isnan(number) == given) fail_msg("%s %s = %g", presets[i_preset].name, knobs_table[i_knob].name, number);
    }
  }
}

static void every_preset_sets_every_field(void **state) {
  (void)state;
  size_t n;
  const msw_preset *presets = msw_presets(&n);
  assert_int_equal(n, 5);
  for (size_t i_preset = 0; i_preset < n; i_preset++) {
    msw_knobs a, b;
    memset(&a, 0x55, sizeof a);
    memset(&b, 0xaa, sizeof b);
    presets[i_preset].set(&a);
    presets[i_preset].set(&b);
    assert_memory_equal(&a, &b, sizeof a);
    assert_ptr_equal(msw_preset_find(presets[i_preset].name), &presets[i_preset]);
    assert_true(presets[i_preset].description[0] && presets[i_preset].source[0]);
  }
}

static void names_are_exact(void **state) {
  (void)state;
  assert_null(msw_preset_find("V2-floor"));
  assert_null(msw_preset_find("v2"));
  assert_int_equal(msw_preset_find("v1-calibrated")->family, MSW_FAMILY_CONSTANT_MFU);
  assert_int_equal(msw_preset_find("v2-floor")->family, MSW_FAMILY_KERNEL_TABLES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_are_those_of_the_documentation),
      cmocka_unit_test(fitted_numbers_are_left_open),
      cmocka_unit_test(every_preset_sets_every_field),
      cmocka_unit_test(names_are_exact),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
