/* Raw MFU lookups of the published code (../shared/data/golden/lookups_*.csv): columns a,b,c are gemm m,k,n; prefill
 * seq_len; decode batch, kv_len, tp.
 */
#include "gemm_surface.h"
#include "golden_world.h"
#include "msw/base/num.h"
#include "msw/formats/csv.h"
#include "msw/perf/case.h"

static msw_case bind(world *w, const msw_method *method, const char *model, double tp, msw_arena *scratch) {
  msw_knobs knobs;
  msw_flags flags = 0;
  assert_true(msw_method_knobs(method, w->gpu, &w->diag, &knobs, &flags));
  msw_case_key key = {.gpu = w->gpu, .model = load_model(w, model), .tp = tp, .family = method->preset->family,
                      .knobs = &knobs, .method_flags = flags, .tables = &w->tables, .allow_split_heads = true};
  msw_case bound;
  msw_case_bind(&key, scratch, &bound);
  assert_int_equal(bound.flags & MSW_FLAGS_VOID, 0);
  return bound;
}

static double gemm_mfu(const msw_case *bound, double m, double k, double n, msw_arena *scratch) {
  const msw_kernel_table *table = bound->gemm[0].table;
  const double *mfu = msw_table_mfu(table, &bound->knobs, scratch);
  msw_gemm_surface surface = msw_gemm_surface_bind(&table, &mfu, 1, k, n, scratch);
  msw_flags flags = 0;
  return msw_gemm_surface_at(&surface, &bound->knobs, m, &flags, NULL);
}

static double lookup(world *w, const msw_method *method, const char *func, const char *model, const double *abc) {
  msw_arena scratch = {0};
  msw_flags flags = 0;
  double mfu;
  msw_case bound = bind(w, method, model, strcmp(func, "decode") == 0 ? abc[2] : 1.0, &scratch);
  if (strcmp(func, "gemm") == 0) mfu = gemm_mfu(&bound, abc[0], abc[1], abc[2], &scratch);
  else if (strcmp(func, "prefill") == 0)
    mfu = msw_curve_at(&bound.prefill, (msw_curve_rule)bound.knobs.prefill_lookup, MSW_DOMAIN_MFU, abc[0], &flags, NULL);
  else mfu = msw_decode_grid_at(&bound.decode, &bound.knobs, abc[0], abc[1], &flags, NULL);
  msw_arena_free(&scratch);
  return mfu;
}

static void check_file(world *w, const char *preset, const char *file) {
  msw_method method;
  msw_csv csv;
  assert_true(msw_method_parse(preset, NULL, 0, &w->arena, &w->diag, &method));
  assert_int_equal(msw_csv_load(file, &w->arena, &w->diag, &csv), MSW_OK);
  assert_true(csv.n_rows > 1000);
  const int abc_cols[] = {msw_csv_find(&csv, "a"), msw_csv_find(&csv, "b"), msw_csv_find(&csv, "c")};
  int func = msw_csv_find(&csv, "func"), model = msw_csv_find(&csv, "model"), mfu = msw_csv_find(&csv, "mfu");
  for (size_t i_row = 0; i_row < csv.n_rows; i_row++) {
    double abc[3] = {0}, want;
    for (int i_col = 0; i_col < 3; i_col++) {
      const char *cell = msw_csv_cell(&csv, i_row, abc_cols[i_col]);
      assert_true(*cell == '\0' || msw_parse_double(cell, &abc[i_col]));
    }
    assert_true(msw_parse_double(msw_csv_cell(&csv, i_row, mfu), &want));
    double got = lookup(w, &method, msw_csv_cell(&csv, i_row, func), msw_csv_cell(&csv, i_row, model), abc);
    assert_close(got, want, 1e-14, 0.0);
  }
  print_message("%s: %zu lookups within 1e-14\n", preset, csv.n_rows);
}

static void v2_floor(void **state) { check_file(*state, "v2-floor", SHARED "/golden/lookups_v2_floor.csv"); }
static void v2_interp(void **state) { check_file(*state, "v2-interp", SHARED "/golden/lookups_v2_interp.csv"); }

int main(void) {
  skip_without(SHARED "/golden/lookups_v2_interp.csv");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(v2_floor, setup, teardown),
      cmocka_unit_test_setup_teardown(v2_interp, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
