/* What --method and --where of validate mean. */
#include "validate.h"

#include <stdlib.h>

#include "msw/base/mem.h"
#include "msw_test.h"

typedef struct { msw_arena arena; msw_diag diag; } fixture;

static int setup(void **state) {
  *state = msw_alloc_zero(1, sizeof(fixture));
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  msw_diag_free(&f->diag);
  msw_arena_free(&f->arena);
  free(f);
  return 0;
}

static void commas_in_brackets_do_not_split(void **state) {
  fixture *f = *state;
  const char *items[] = {"a,b[1,2],c", "", "d,"};
  static const char *const EXPECTED[] = {"a", "b[1,2]", "c", "", "d", ""};
  const msw_opt_list list = {items, 3};
  size_t n;
  const char *const *parts = msw_split_commas(&list, &f->arena, &n);
  assert_int_equal(n, 6);
  for (size_t i_part = 0; i_part < n; i_part++) assert_string_equal(parts[i_part], EXPECTED[i_part]);
}

static void methods_with_knobs(void **state) {
  fixture *f = *state;
  const char *names[] = {"v2-interp+prefill_bucket=[512,1024]+per_layer_overhead_us=1e+2,column:made_us", "v1-calibrated"};
  const char *set_items[] = {"bw_efficiency=0.5", "per_layer_overhead_us=7"};
  const msw_opt_list list = {names, 2}, sets = {set_items, 2};
  const msw_validate_method *methods;
  size_t n;
  assert_true(msw_validate_methods(&list, &sets, &f->arena, &f->diag, &methods, &n));
  assert_no_errors(&f->diag);
  assert_int_equal(n, 3);
  assert_string_equal(methods[0].label, "v2-interp+prefill_bucket=[512,1024]+per_layer_overhead_us=1e+2");
  assert_string_equal(methods[0].method.label, methods[0].label);
  assert_string_equal(methods[0].method.preset->name, "v2-interp");
  assert_null(methods[0].column);
  assert_int_equal(methods[0].method.n_settings, 4);
  assert_string_equal(methods[0].method.settings[3].knob, "per_layer_overhead_us");   /* the method's own comes last */
  assert_same(methods[0].method.settings[3].number, 100.0);
  assert_string_equal(methods[1].column, "made_us");
  assert_string_equal(methods[2].method.preset->name, "v1-calibrated");
  assert_int_equal(methods[2].method.n_settings, 2);
}

static void wrong_methods(void **state) {
  static const struct { const char *name, *said; } CASES[] = {
      {"v3", "unknown method \"v3\""},
      {"v2-interp+mfu_source", "expected KNOB=VALUE, found \"mfu_source\""},
      {"v2-interp+mfu_source=often", "mfu_source"},
      {"v2-interp,v2-floor,v2-interp", "'v2-interp' is given twice"},
      {"", "found nothing"},
  };
  fixture *f = *state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    const char *name = CASES[i_case].name;
    const msw_opt_list list = {&name, 1}, sets = {NULL, 0};
    const msw_validate_method *methods;
    size_t n;
    assert_false(msw_validate_methods(&list, &sets, &f->arena, &f->diag, &methods, &n));
    assert_says(&f->diag, CASES[i_case].said);
    msw_diag_free(&f->diag);
  }
}

/* Names match without regard to case; an expression over an empty cell does not hold. */
static void rows_by_expression(void **state) {
  static const char *const models[] = {"Llama", "qwen", "llama", "qwen"};
  static const char *const extras[] = {"1", "", "3", "4"};
  static const double numbers[] = {1, NAN, 3, 4};
  static const msw_measured_column COLUMNS[] = {{"model", models, NULL, false}, {"extra", extras, numbers, false}};
  static const struct { const char *text; size_t n, rows[4]; } CASES[] = {
      {NULL, 4, {0, 1, 2, 3}},          {"model == 'llama'", 2, {0, 2}}, {"extra > 1", 2, {2, 3}},
      {"extra <= 1 || extra > 3", 2, {0, 3}}, {"model in ['qwen'] && extra > 0", 1, {3}}, {"extra - 1", 2, {2, 3}},
  };
  fixture *f = *state;
  const msw_measured measured = {.columns = COLUMNS, .n_columns = 2, .n_rows = 4};
  size_t n;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    const size_t *rows = msw_validate_choose(CASES[i_case].text, &measured, &f->arena, &f->diag, &n);
    assert_int_equal(n, CASES[i_case].n);
    for (size_t i_row = 0; i_row < n; i_row++) assert_int_equal(rows[i_row], CASES[i_case].rows[i_row]);
  }
  assert_no_errors(&f->diag);
  assert_null(msw_validate_choose("extra > 9", &measured, &f->arena, &f->diag, &n));
  assert_says(&f->diag, "no row of 4 is left");
  assert_null(msw_validate_choose("modl == 'llama'", &measured, &f->arena, &f->diag, &n));
  assert_says(&f->diag, "did you mean 'model'?");
  assert_null(msw_validate_choose("model", &measured, &f->arena, &f->diag, &n));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(commas_in_brackets_do_not_split, setup, teardown),
      cmocka_unit_test_setup_teardown(methods_with_knobs, setup, teardown),
      cmocka_unit_test_setup_teardown(wrong_methods, setup, teardown),
      cmocka_unit_test_setup_teardown(rows_by_expression, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
