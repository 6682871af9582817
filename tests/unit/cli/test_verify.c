/* Pieces of verify: distances, the worst differences, random numbers, commands that explain. */
#include "verify.h"

#include <float.h>

#include "msw_test.h"

static void ulps(void **state) {
  (void)state;
  const struct { float a, b; double want; } cases[] = {
      {1.0f, 1.0f, 0},        {1.0f, 1.0f + FLT_EPSILON, 1}, {1.0f + FLT_EPSILON, 1.0f, 1},
      {0.0f, -0.0f, 0},       {NAN, NAN, 0},                 {-1.0f, -1.0f - FLT_EPSILON, 1},
      {FLT_TRUE_MIN, -FLT_TRUE_MIN, 2}, {2.0f, 1.0f, 8388608}, {FLT_MAX, INFINITY, 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_same(msw_ulps_apart(cases[i].a, cases[i].b), cases[i].want);
  assert_true(isinf(msw_ulps_apart(NAN, 1.0f)));
  assert_true(isinf(msw_ulps_apart(-INFINITY, NAN)));
}

/* Largest first, of equal ones the earlier first; the rest is forgotten. */
static void the_worst_are_kept(void **state) {
  (void)state;
  msw_verification v = {0};
  for (int i = 0; i < 25; i++) {
    msw_difference difference = {.ulps = i % 5 == 4 ? (double)INFINITY : i, .found = i};
    msw_verify_keep(&v, &difference);
  }
  const double want[MSW_WORST_SHOWN] = {4, 9, 14, 19, 24, 23, 22, 21, 20, 18};
  assert_int_equal(v.n_worst, MSW_WORST_SHOWN);
  for (size_t i = 0; i < MSW_WORST_SHOWN; i++) assert_same(v.worst[i].found, want[i]);
}

static void random_numbers(void **state) {
  (void)state;
  uint64_t one = 7, other = 7, n_seen[8] = {0};
  for (int i = 0; i < 8000; i++) {
    uint64_t number = msw_random_below(&one, 8);
    assert_int_equal(number, msw_random_below(&other, 8));
    n_seen[number]++;
  }
  for (int i = 0; i < 8; i++) assert_in_range(n_seen[i], 850, 1150);
  assert_int_equal(msw_random_below(&one, 1), 0);
}

/* Fields are named by axes, values as a shell takes them. */
static void commands(void **state) {
  (void)state;
  static const char *const gpu[] = {"h100_sxm"}, *const model[] = {"it's"}, *const dtype[] = {"config"}, *const method[] = {"m"};
  static const double one[] = {1}, batch[] = {2, 5}, zero[] = {0}, seq_len[] = {512};
  static const msw_method_setting setting = {.knob = "prefill_bucket", .text = "[512,2048]"};
  msw_method planned = {.label = "m", .preset = msw_preset_find("v2-interp"), .settings = &setting, .n_settings = 1};
  msw_spec_block spec = {.name = "b", .phase = MSW_PREFILL};
  const char *const *labels[] = {gpu, model, NULL, NULL, dtype, method};
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++)
    if (msw_phase_has_axis(MSW_PREFILL, axis)) spec.axes[axis] = (msw_spec_axis){.id = axis, .n = 1, .values = one};
  for (msw_axis_id axis = 0; axis < MSW_FIRST_NUMERIC_AXIS; axis++) spec.axes[axis].labels = labels[axis];
  spec.axes[MSW_AXIS_BATCH] = (msw_spec_axis){.id = MSW_AXIS_BATCH, .n = 2, .values = batch};
  spec.axes[MSW_AXIS_CACHED_LEN].values = zero;
  spec.axes[MSW_AXIS_SEQ_LEN].values = seq_len;
  const msw_plan_block block = {.spec = &spec, .methods = &planned};
  msw_difference difference = {.block = &block, .position = {[MSW_AXIS_BATCH] = 1}, .field = msw_field_find("step_us")};
  const char *dirs[] = {"my tables"};
  const msw_data_options data = {.bench_dirs = {dirs, 1}};
  msw_arena arena = {0};
  assert_string_equal(msw_difference_cell(&difference, &arena),
                      "block=b,gpu=h100_sxm,model=it's,tp=1,ep=1,dtype=config,method=m,batch=5,cached_len=0,seq_len=512");
  assert_string_equal(msw_difference_explain(&difference, &data, &arena),
                      "mfusweep explain --gpu h100_sxm --model 'it'\\''s' --tp 1 --dtype config --method v2-interp"
                      " --set 'prefill_bucket=[512,2048]' --prefill '5*0:512' --bench-data 'my tables'");
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ulps), cmocka_unit_test(the_worst_are_kept),
                                     cmocka_unit_test(random_numbers), cmocka_unit_test(commands)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
