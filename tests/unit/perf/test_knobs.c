/* The table of knobs: names that scripts use, their values as text. */
#include <stddef.h>

#include "made_case.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct { const char *knob, *values; } design[] = {   /* DESIGN, "Words" */
    {"mfu_source", "latency file"},
    {"lookup_domain", "mfu latency"},
    {"gemm_lookup", "floor linear"},
    {"prefill_lookup", "floor linear sqrt"},
    {"decode_lookup", "floor_nearest nearest_l1 bilinear"},
    {"ragged_corner", "clamp zero"},
    {"prefill_bucket", "pow2 exact"},
    {"prefill_flop", "bucket request"},
    {"decode_aggregation", "max mean request buckets"},
    {"mixed_rule", "fused max sum weighted"},
    {"head_dim_rule", "config hidden_over_heads"},
    {"tp_fallback", "tp1 nearest"},
    {"shape_fallback", "nearest_l2 none"},
};

static void choices_are_those_of_the_design(void **state) {
  (void)state;
  for (size_t i_row = 0; i_row < COUNT(design); i_row++) {
    const msw_knob_info *knob = msw_knob_find(design[i_row].knob);
    assert_non_null(knob);
    assert_true(knob->type == MSW_KNOB_CHOICE || knob->type == MSW_KNOB_BUCKETS);
    char joined[128] = "";
    for (size_t i_choice = 0; knob->choices[i_choice]; i_choice++) {
      if (i_choice) strcat(joined, " ");
      strcat(joined, knob->choices[i_choice]);
    }
    assert_string_equal(joined, design[i_row].values);
  }
}

static void numbers_and_flags_of_the_design(void **state) {
  (void)state;
  static const char *const numbers[] = {"causal_factor", "bw_efficiency", "per_layer_overhead_us", "per_request_overhead_us"};
  for (size_t i_name = 0; i_name < COUNT(numbers); i_name++)
    assert_int_equal(msw_knob_find(numbers[i_name])->type, MSW_KNOB_NUMBER);
  assert_int_equal(msw_knob_find("gemm_weight_floor")->type, MSW_KNOB_FLAG);
}

static void every_entry_is_complete_and_found_by_its_name(void **state) {
  (void)state;
  size_t n;
  const msw_knob_info *knobs = msw_knobs_table(&n);
  assert_true(n >= 32);
  for (size_t i_knob = 0; i_knob < n; i_knob++) {
    const msw_knob_info *knob = &knobs[i_knob];
    assert_ptr_equal(msw_knob_find(knob->name), knob);   /* no name twice */
    assert_true(knob->description[0] != '\0');
    assert_true(knob->families != 0);
    assert_true(knob->offset < sizeof(msw_knobs));
    bool has_choices = knob->type == MSW_KNOB_CHOICE || knob->type == MSW_KNOB_BUCKETS;
    assert_int_equal(has_choices, knob->choices != NULL);
    if (knob->type == MSW_KNOB_NUMBER) assert_true(knob->min < knob->max);
  }
}

static void no_two_knobs_share_a_field(void **state) {
  (void)state;
  size_t n;
  const msw_knob_info *knobs = msw_knobs_table(&n);
  for (size_t a = 0; a < n; a++)
    for (size_t b = a + 1; b < n; b++) assert_true(knobs[a].offset != knobs[b].offset);
}

static void unknown_names_are_not_found(void **state) {
  (void)state;
  assert_null(msw_knob_find("gemm_lookups"));
  assert_null(msw_knob_find("GEMM_LOOKUP"));
  assert_null(msw_knob_find(""));
}

static const char *text_of(msw_knobs *knobs, const char *name, msw_arena *arena) {
  return msw_knob_text(knobs, msw_knob_find(name), arena);
}

static void values_as_text(void **state) {
  made_world *world = *state;
  msw_arena *arena = &world->arena;
  msw_knobs knobs = made_knobs("v2-interp");
  assert_string_equal(text_of(&knobs, "decode_lookup", arena), "bilinear");
  assert_string_equal(text_of(&knobs, "gemm_weight_floor", arena), "true");
  assert_string_equal(text_of(&knobs, "prefill_bucket", arena), "pow2");
  assert_string_equal(text_of(&knobs, "causal_factor", arena), "1.8");
  assert_string_equal(text_of(&knobs, "bw_efficiency", arena), "0.5");
  knobs.gemm_weight_floor = 0;
  knobs.bw_efficiency = NAN;
  assert_string_equal(text_of(&knobs, "gemm_weight_floor", arena), "false");
  assert_string_equal(text_of(&knobs, "bw_efficiency", arena), "nan");
}

static void edges_as_text(void **state) {
  made_world *world = *state;
  msw_knobs knobs = made_knobs("v2-interp");
  knobs.prefill_bucket = MSW_BUCKET_EDGES;
  knobs.n_bucket_edges = 1;
  knobs.bucket_edges[0] = 512;
  assert_string_equal(text_of(&knobs, "prefill_bucket", &world->arena), "[512]");
  knobs.n_bucket_edges = 3;
  knobs.bucket_edges[1] = 1024;
  knobs.bucket_edges[2] = 1e9;
  assert_string_equal(text_of(&knobs, "prefill_bucket", &world->arena), "[512,1024,1000000000]");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(choices_are_those_of_the_design),
      cmocka_unit_test(numbers_and_flags_of_the_design),
      cmocka_unit_test(every_entry_is_complete_and_found_by_its_name),
      cmocka_unit_test(no_two_knobs_share_a_field),
      cmocka_unit_test(unknown_names_are_not_found),
      cmocka_unit_test_setup_teardown(values_as_text, made_setup, made_teardown),
      cmocka_unit_test_setup_teardown(edges_as_text, made_setup, made_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
