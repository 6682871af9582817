/* Which GEMM rows price a weight shape. */
#include "gemm_surface.h"

#include <stdlib.h>

#include "made_tables.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const double eps = 1e-15;

typedef struct { msw_arena arena; msw_kernel_table table; msw_knobs knobs; } fixture;

/* The last row's shape is not the largest one. */
static const made_gemm_row rows[] = {
    {8, 2048, 4096, .1},  {64, 2048, 4096, .5}, {8, 4096, 4096, .2}, {64, 4096, 4096, .6}, {8, 8192, 8192, .3},
    {64, 8192, 8192, .7}, {8, 4096, 1024, .4},  {64, 4096, 1024, .8},
};

static int setup(void **state) {
  fixture *f = msw_alloc_zero(1, sizeof *f);
  f->table = made_gemm(&f->arena, 1e14, rows, COUNT(rows));
  f->knobs = (msw_knobs){.mfu_source = MSW_MFU_FROM_FILE, .gemm_lookup = MSW_LOOKUP_LINEAR};
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  msw_arena_free(&f->arena);
  free(f);
  return 0;
}

static msw_gemm_surface bind(fixture *f, double k, double n) {
  const msw_kernel_table *table = &f->table;
  const double *mfu = msw_table_mfu(table, &f->knobs, &f->arena);
  return msw_gemm_surface_bind(&table, &mfu, 1, k, n, &f->arena);
}

static const struct { double k, n, table_k, table_n; } shapes[] = {
    {2048, 4096, 2048, 4096},   /* exact */
    {2000, 4000, 2048, 4096},   /* the nearest that covers */
    {2048, 1000, 4096, 1024},   /* 2048 and 24 away; (2048,4096) is 3096 */
    {4096, 1000, 4096, 1024},
    {2049, 4096, 4096, 4096},
    {4096, 4097, 8192, 8192},
    {9000, 100, 4096, 1024},    /* nothing covers: the last row's shape, though (8192,8192) is larger */
    {100, 9000, 4096, 1024},
    {8192, 8192, 8192, 8192},
};

static void shape_choice(void **state) {
  fixture *f = *state;
  for (size_t i_row = 0; i_row < COUNT(shapes); i_row++) {
    double k = shapes[i_row].k, n = shapes[i_row].n;
    msw_gemm_surface surface = bind(f, k, n);
    assert_same(surface.table_k, shapes[i_row].table_k);
    assert_same(surface.table_n, shapes[i_row].table_n);
    bool exact = fabs(surface.table_k - k) + fabs(surface.table_n - n) <= 0;
    assert_int_equal(surface.flags, exact ? 0 : MSW_FLAG_SHAPE_BORROWED);
    assert_int_equal(surface.curve.n, 2);
    assert_same(surface.k, k);
    assert_same(surface.n, n);
  }
}

static void mfu_over_m_with_flags(void **state) {
  fixture *f = *state;
  msw_gemm_surface exact = bind(f, 2048, 4096), borrowed = bind(f, 2000, 4096);
  msw_flags flags = 0;
  assert_close(msw_gemm_surface_at(&exact, &f->knobs, 36, &flags, NULL), .3, eps, 0);
  assert_int_equal(flags, 0);
  assert_close(msw_gemm_surface_at(&borrowed, &f->knobs, 36, &flags, NULL), .3, eps, 0);
  assert_int_equal(flags, MSW_FLAG_SHAPE_BORROWED);
  assert_close(msw_gemm_surface_at(&exact, &f->knobs, 4, &flags, NULL), .1, eps, 0);
  assert_int_equal(flags, MSW_FLAG_SHAPE_BORROWED | MSW_FLAG_TABLE_CLAMPED);
  f->knobs.gemm_lookup = MSW_LOOKUP_FLOOR;
  assert_close(msw_gemm_surface_at(&exact, &f->knobs, 63, &flags, NULL), .1, eps, 0);
}

static void mfu_sources(void **state) {
  fixture *f = *state;
  static const double column[COUNT(rows)] = {.11, .51, .21, .61, .31, .71, .41, .81};
  f->table.file_mfu = column;
  assert_ptr_equal(msw_table_mfu(&f->table, &f->knobs, &f->arena), column);
  f->knobs.mfu_source = MSW_MFU_FROM_LATENCY;
  const double *mfu = msw_table_mfu(&f->table, &f->knobs, &f->arena);
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) assert_close(mfu[i_row], rows[i_row].mfu, 1e-14, 0);
  f->knobs.mfu_source = MSW_MFU_FROM_FILE;
  f->table.file_mfu = NULL;   /* no such column: from latency after all */
  mfu = msw_table_mfu(&f->table, &f->knobs, &f->arena);
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) assert_close(mfu[i_row], rows[i_row].mfu, 1e-14, 0);
}

/* A zero of the rounded column is replaced by the row nearest in (m, k, n) of the weight, whatever its shape. */
static void zeros_of_the_column(void **state) {
  fixture *f = *state;
  static const double column[COUNT(rows)] = {0, 0, .21, .61, .31, .71, .41, .81};
  f->table.file_mfu = column;
  msw_gemm_surface surface = bind(f, 2048, 4096);
  msw_flags flags = 0;
  msw_rows_used used;
  assert_same(msw_gemm_surface_at(&surface, &f->knobs, 8, &flags, &used), .21);
  assert_int_equal(used.n, 1);
  assert_int_equal(used.row[0], 2);
  assert_same(msw_gemm_surface_at(&surface, &f->knobs, 50, &flags, NULL), .61);   /* m 64 is nearer than 8 */
  f->knobs.mfu_source = MSW_MFU_FROM_LATENCY;
  surface = bind(f, 2048, 4096);
  assert_close(msw_gemm_surface_at(&surface, &f->knobs, 8, &flags, NULL), .1, 1e-14, 0);
}

static void nothing_but_zeros(void **state) {
  fixture *f = *state;
  static const double column[COUNT(rows)] = {0};
  f->table.file_mfu = column;
  msw_gemm_surface surface = bind(f, 2048, 4096);
  msw_flags flags = 0;
  assert_same(msw_gemm_surface_at(&surface, &f->knobs, 8, &flags, NULL), 0);
}

static void shapes_of_several_tables(void **state) {
  fixture *f = *state;
  static const made_gemm_row more[] = {{8, 2000, 4000, .9}, {64, 2000, 4000, .9}};
  msw_kernel_table second = made_gemm(&f->arena, 1e14, more, COUNT(more));
  const msw_kernel_table *tables[] = {&f->table, &second};
  const double *mfu[] = {f->table.file_mfu, second.file_mfu};
  msw_gemm_surface surface = msw_gemm_surface_bind(tables, mfu, 2, 2000, 4000, &f->arena);
  assert_ptr_equal(surface.table, &second);
  assert_int_equal(surface.flags, 0);
  surface = msw_gemm_surface_bind(tables, mfu, 2, 2048, 4096, &f->arena);
  assert_ptr_equal(surface.table, &f->table);
  surface = msw_gemm_surface_bind(tables, mfu, 2, 9000, 9000, &f->arena);   /* none covers: the first table's last row */
  assert_ptr_equal(surface.table, &f->table);
  assert_same(surface.table_k, 4096);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(shape_choice), TEST(mfu_over_m_with_flags), TEST(mfu_sources), TEST(zeros_of_the_column),
      TEST(nothing_but_zeros), TEST(shapes_of_several_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
