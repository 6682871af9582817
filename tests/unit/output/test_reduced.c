/* Partial results and results of reductions in files: what is written comes back, and what cannot be trusted is refused. */
#include "reduced.h"

#include "sample_result.h"

enum { N_CELLS = 12, N_PLACES = 3 };

static const double places[N_PLACES] = {1, 2, 4}, codes[N_PLACES] = {1, 2, 3};
static const float some_values[] = {3, NAN, 1, 2, 2};

/* A reduction by itself: two variables where the operation gives positions, else one. */
typedef struct { msw_spec_reduction spec; msw_reduction reduction; msw_reduced_variable variables[2]; msw_partial partial; } made;

static void make(made *m, msw_reduce_op op) {
  *m = (made){.spec = {.name = "best", .op = op}};
  m->reduction = (msw_reduction){.spec = &m->spec, .n_cells = N_CELLS, .variables = m->variables, .n_variables = 1};
  m->variables[0] = (msw_reduced_variable){.name = "best", .axis = MSW_N_AXES,
                                           .type = op == MSW_REDUCE_COUNT ? MSW_REDUCED_I64 : MSW_REDUCED_F32};
  if (msw_reduce_op_is_arg(op)) {
    m->reduction.n_variables = 2;
    m->variables[0] = (msw_reduced_variable){"best_tp", MSW_REDUCED_F64, MSW_AXIS_TP, 1, N_PLACES, places};
    m->variables[1] = (msw_reduced_variable){"best_model", MSW_REDUCED_U32, MSW_AXIS_MODEL, N_PLACES, N_PLACES, codes};
  }
  msw_partial_init(&m->partial, op, N_CELLS);
  msw_partial_add(&m->partial, 4, true, some_values, 5, 7);
  msw_partial_add(&m->partial, 6, false, some_values, 5, 2);
}

/* The results of one variable, as bytes. */
static void results_of(const msw_partial *partial, const msw_reduced_variable *variable, char bytes[N_CELLS * sizeof(double)]) {
  memset(bytes, 0, N_CELLS * sizeof(double));
  msw_partial_results(partial, variable, 0, N_CELLS, bytes);
}

static msw_h5 new_file(sample *s, const char *path) {
  msw_h5 file;
  assert_int_equal(msw_h5_create(path, &s->diag, &file), MSW_OK);
  return file;
}

static void partial_results_come_back(void **state) {
  sample *s = *state;
  for (int i_op = 0; i_op < MSW_N_REDUCE_OPS; i_op++) {
    made m;
    msw_stored_partial stored;
    msw_partial total;
    make(&m, (msw_reduce_op)i_op);
    msw_h5 file = new_file(s, in_dir(s, "partial.h5"));
    assert_int_equal(msw_write_partial(file, &m.reduction, &m.partial, &s->diag), MSW_OK);
    assert_int_equal(msw_read_partial(file, "best", "shard.h5", &s->arena, &s->diag, &stored), MSW_OK);
    assert_int_equal(stored.n_cells, N_CELLS);
    assert_int_equal(stored.first, 4);
    assert_int_equal(stored.partial.n, 5);
    assert_int_equal(stored.n_variables, m.reduction.n_variables);
    msw_partial_init(&total, (msw_reduce_op)i_op, N_CELLS);
    msw_partial_combine(&total, stored.first, &stored.partial);
    for (size_t i = 0; i < stored.n_variables; i++) {
      char wanted[N_CELLS * sizeof(double)], found[N_CELLS * sizeof(double)];
      assert_string_equal(stored.variables[i].name, m.variables[i].name);
      results_of(&m.partial, &m.variables[i], wanted);
      results_of(&total, &stored.variables[i], found);
      assert_memory_equal(found, wanted, sizeof wanted);
    }
    assert_int_equal(msw_h5_close_file(file, &s->diag), MSW_OK);
    msw_partial_free(&stored.partial);
    msw_partial_free(&total);
    msw_partial_free(&m.partial);
  }
}

static void nothing_comes_back_as_nothing(void **state) {
  sample *s = *state;
  made m;
  msw_stored_partial stored;
  make(&m, MSW_REDUCE_MEAN);
  msw_partial_free(&m.partial);
  msw_partial_init(&m.partial, MSW_REDUCE_MEAN, N_CELLS);
  msw_h5 file = new_file(s, in_dir(s, "partial.h5"));
  assert_int_equal(msw_write_partial(file, &m.reduction, &m.partial, &s->diag), MSW_OK);
  assert_int_equal(msw_read_partial(file, "best", "shard.h5", &s->arena, &s->diag, &stored), MSW_OK);
  assert_int_equal(stored.partial.n, 0);
  assert_false(msw_h5_exists(file, "best/sums"));
  assert_int_equal(msw_h5_close_file(file, &s->diag), MSW_OK);
  msw_partial_free(&stored.partial);
  msw_partial_free(&m.partial);
}

/* A part of a partial result is taken away or put in the place of the right one. */
static void what_is_damaged_is_refused(void **state) {
  sample *s = *state;
  static const struct { const char *path; uint64_t n; bool is_error_of_ours; } cases[] = {
      {"best/extreme", 40, true}, {"best/at", 2, true}, {"best/at", 0, true}, {"best/types", 1, true},
      {"best/strides", 3, true}, {"best/values_0", 0, true}, {"best/variables", 0, false}, {"best", 0, false}};
  const uint64_t zeros[40] = {0};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    made m;
    msw_stored_partial stored;
    make(&m, MSW_REDUCE_ARGMAX);
    msw_h5 file = new_file(s, in_dir(s, "partial.h5"));
    assert_int_equal(msw_write_partial(file, &m.reduction, &m.partial, &s->diag), MSW_OK);
    assert_no_errors(&s->diag);
    assert_int_equal(msw_h5_remove(file, cases[i_case].path, &s->diag), MSW_OK);
    if (cases[i_case].n > 0)
      assert_int_equal(msw_h5_write_numbers(file, cases[i_case].path, MSW_H5_U64, zeros, (size_t)cases[i_case].n, &s->diag),
                       MSW_OK);
    assert_int_not_equal(msw_read_partial(file, "best", "shard.h5", &s->arena, &s->diag, &stored), MSW_OK);
    if (cases[i_case].is_error_of_ours) {
      assert_says(&s->diag, "the partial result of 'best' cannot be understood");
      assert_string_equal(s->diag.items[0].loc.file, "shard.h5");
    }
    assert_int_equal(msw_h5_close_file(file, &s->diag), MSW_OK);
    msw_diag_free(&s->diag);
    s->diag = (msw_diag){0};
    msw_partial_free(&stored.partial);
    msw_partial_free(&m.partial);
  }
}

/* Results go into chunks that do not divide the grid, and a difference is noticed. */
static void results_are_written_and_compared(void **state) {
  sample *s = *state;
  made m;
  make(&m, MSW_REDUCE_ARGMIN);
  const uint64_t dims[2] = {4, 3}, chunk[2] = {3, 2};
  msw_h5 scales[2], dataset, file = new_file(s, in_dir(s, "results.h5"));
  const int32_t along[4] = {0, 1, 2, 3};
  msw_h5_coord_numbers(file, "y", MSW_H5_I32, along, 4, &s->diag, &scales[0]);
  msw_h5_coord_numbers(file, "x", MSW_H5_I32, along, 3, &s->diag, &scales[1]);
  const msw_h5_variable shape = {.name = "best_tp", .type = MSW_H5_F64, .rank = 2, .dims = dims, .chunk = chunk,
                                 .scales = scales, .deflate = true, .fletcher32 = true};
  assert_int_equal(msw_h5_create_variable(file, &shape, &s->diag, &dataset), MSW_OK);
  const msw_results results = {.partial = &m.partial, .variable = &m.variables[0]};
  assert_int_equal(msw_put_results(dataset, &results, &s->diag), MSW_OK);
  double found[N_CELLS], wanted[N_CELLS];
  const uint64_t start[2] = {0, 0};
  assert_int_equal(msw_h5_read_slab(file, "best_tp", MSW_H5_F64, 2, start, dims, found, &s->diag), MSW_OK);
  msw_partial_results(&m.partial, &m.variables[0], 0, N_CELLS, wanted);
  assert_memory_equal(found, wanted, sizeof wanted);
  assert_int_equal(msw_check_results(file, "best_tp", &results, &s->diag), MSW_OK);
  const float less = -5.0f;
  msw_partial_add(&m.partial, 11, false, &less, 1, 1);
  assert_int_equal(msw_check_results(file, "best_tp", &results, &s->diag), MSW_FAILED);
  assert_says(&s->diag, "'best_tp' did not arrive as it was sent");
  for (size_t i = 0; i < 2; i++) msw_h5_close(scales[i]);
  msw_h5_close(dataset);
  assert_int_equal(msw_h5_close_file(file, &s->diag), MSW_OK);
  msw_partial_free(&m.partial);
}

static void a_single_number(void **state) {
  sample *s = *state;
  made m;
  make(&m, MSW_REDUCE_MAX);
  msw_h5 dataset, file = new_file(s, in_dir(s, "number.h5"));
  const msw_h5_variable shape = {.name = "best", .type = MSW_H5_F32, .deflate = true, .fletcher32 = true};
  assert_int_equal(msw_h5_create_variable(file, &shape, &s->diag, &dataset), MSW_OK);
  const float pi = 3.14159265f;
  msw_partial_add(&m.partial, 0, false, &pi, 1, 0);
  const msw_results results = {.partial = &m.partial, .variable = &m.variables[0], .keepbits = 4};
  float found;
  assert_int_equal(msw_put_results(dataset, &results, &s->diag), MSW_OK);
  assert_int_equal(msw_h5_read_slab(file, "best", MSW_H5_F32, 0, NULL, NULL, &found, &s->diag), MSW_OK);
  assert_same((double)found, 3.125);   /* of four bits behind the first one */
  msw_h5_close(dataset);
  assert_int_equal(msw_h5_close_file(file, &s->diag), MSW_OK);
  msw_partial_free(&m.partial);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(partial_results_come_back, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(nothing_comes_back_as_nothing, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(what_is_damaged_is_refused, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(results_are_written_and_compared, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_single_number, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
