/* Step times and raw lookups of the published code (../shared/data/golden), row by row, through the scalar reference. */
#include "golden_world.h"
#include "msw/base/num.h"
#include "msw/inputs/steps.h"
#include "msw/perf/step.h"

static size_t find_column(const msw_steps *steps, const char *name) {
  for (size_t i_col = 0; i_col < steps->n_cols; i_col++)
    if (strcmp(steps->names[i_col], name) == 0) return i_col;
  fail_msg("no column %s", name);
  return 0;
}

/* Binds and evaluates one row; returns the relative error of the step time. */
static double check_row(world *w, const msw_method *method, const msw_step_row *row, msw_arena *scratch, double total_us,
                        const char *const *names, const double *values, size_t n_values) {
  msw_knobs knobs;
  msw_flags flags = 0;
  assert_true(msw_method_knobs(method, w->gpu, &w->diag, &knobs, &flags));
  msw_case_key key = {.gpu = w->gpu, .model = load_model(w, row->model), .tp = (double)row->tp,
                      .family = method->preset->family, .knobs = &knobs, .method_flags = flags, .tables = &w->tables};
  msw_case bound;
  msw_case_bind(&key, scratch, &bound);
  msw_breakdown got;
  msw_step_eval(&bound, &row->step, NULL, &got);
  const double parts[] = {got.prefill.gemm_us + got.prefill.attn_us, got.prefill.memory_us,
                          got.decode.gemm_us + got.decode.attn_us, got.decode.memory_us, got.hardware_us,
                          got.comm_us + got.overhead_us};
  assert_close(got.step_us, total_us, 1e-9, 0.0);
  for (size_t i_value = 0; i_value < n_values; i_value++) {
    if (fabs(parts[i_value] - values[i_value]) > 1e-9 * fabs(values[i_value]) + 1e-9)
      print_error("%s of %s tp %g\n", names[i_value], row->model, (double)row->tp);
    assert_close(parts[i_value], values[i_value], 1e-9, 1e-9);
  }
  return fabs(got.step_us / total_us - 1.0);
}

static void check_file(world *w, const char *preset, const char *file) {
  static const char *const names[] = {"prefill_compute_us", "prefill_memory_us", "decode_compute_us",
                                      "decode_memory_us", "combined_us", "overhead_us"};
  enum { N_NAMES = sizeof names / sizeof names[0] };
  const char *const raw[] = {"bw_efficiency=1", "per_layer_overhead_us=0"};
  msw_method h100, h100_raw;
  assert_true(msw_method_parse(preset, NULL, 0, &w->arena, &w->diag, &h100));
  assert_true(msw_method_parse(preset, raw, 2, &w->arena, &w->diag, &h100_raw));
  msw_steps steps;
  msw_steps_load(file, &w->arena, &w->diag, &steps);
  assert_no_errors(&w->diag);
  assert_true(steps.n_rows > 1000);
  size_t hw = find_column(&steps, "hw"), total = find_column(&steps, "total_us"), columns[N_NAMES];
  for (size_t i_name = 0; i_name < N_NAMES; i_name++) columns[i_name] = find_column(&steps, names[i_name]);
  double worst = 0.0;
  for (size_t i_row = 0; i_row < steps.n_rows; i_row++) {
    const msw_step_row *row = &steps.rows[i_row];
    double total_us, values[N_NAMES];
    assert_true(msw_parse_double(row->cells[total], &total_us));
    for (size_t i_name = 0; i_name < N_NAMES; i_name++)
      assert_true(msw_parse_double(row->cells[columns[i_name]], &values[i_name]));
    msw_arena scratch = {0};
    const msw_method *method = strcmp(row->cells[hw], "h100_raw") == 0 ? &h100_raw : &h100;
    worst = fmax(worst, check_row(w, method, row, &scratch, total_us, names, values, N_NAMES));
    msw_arena_free(&scratch);
  }
  print_message("%s: %zu rows, worst relative error %.2g\n", preset, steps.n_rows, worst);
}

static void v1_calibrated(void **state) { check_file(*state, "v1-calibrated", SHARED "/golden/v1_calibrated.csv"); }
static void v2_floor(void **state) { check_file(*state, "v2-floor", SHARED "/golden/v2_floor.csv"); }
static void v2_interp(void **state) { check_file(*state, "v2-interp", SHARED "/golden/v2_interp.csv"); }

int main(void) {
  skip_without(SHARED "/golden/v2_interp.csv");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(v1_calibrated, setup, teardown),
      cmocka_unit_test_setup_teardown(v2_floor, setup, teardown),
      cmocka_unit_test_setup_teardown(v2_interp, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
