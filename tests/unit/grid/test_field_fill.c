/* What each field takes from a row of cells: sums of phases, the fused pass, rates. */
#include "msw/grid/field.h"

#include "msw_test.h"
#include "row.h"

enum { N = 3, ROOM = N + MSW_LANES };   /* kernels work in whole groups of lanes */
static const double gemm[ROOM] = {1, 2, 3}, attn[ROOM] = {10, 20, 1}, memory[ROOM] = {5, 30, 40}, time[ROOM] = {11, 30, 40};
static const double hardware[ROOM] = {100, 200, 300}, tok[ROOM] = {8, 16, 24}, kv_tok[ROOM] = {1024, 2048, 4096};
static const double f_gemm[ROOM] = {6, 50, 6}, f_attn[ROOM] = {12, 22, 50}, f_memory[ROOM] = {90, 60, 7};
static const msw_case bound = {.tp = 2, .weight_bytes_per_gpu = 3. * (1 << 30), .kv_bytes_per_tok_per_gpu = 1 << 20};

/* A prefill phase that changes along the row beside decodes that do not. */
static msw_row row(void) {
  return (msw_row){.n = N, .bound = &bound, .kernels = msw_kernels_best(), .cells = msw_kernels_best()->cells,
                   .prefill = {{.cells = gemm}, {.cells = attn}, {.cells = memory}, {.cells = time}},
                   .decode = {{.one = 4}, {.one = 2}, {.one = 9}, {.one = 35}}, .part = {gemm, attn, memory},
                   .hardware_us = hardware, .tok = {.cells = tok}, .kv_tok = kv_tok, .spent_us = hardware, .other_us = 20,
                   .comm_us = {.one = 7}, .overhead_us = {.one = 13}};
}

static void expect(const msw_row *cells, const char *field, double a, double b, double c) {
  float out[ROOM] = {0};
  const double want[N] = {a, b, c};
  msw_field_find(field)->fill(cells, out);
  for (int i_cell = 0; i_cell < N; i_cell++)
    if (out[i_cell] < (float)want[i_cell] || out[i_cell] > (float)want[i_cell])
      fail_msg("%s[%d] = %.9g, not %.9g", field, i_cell, (double)out[i_cell], want[i_cell]);
}

static void numbers(void **state) {
  (void)state;
  msw_row cells = row();
  expect(&cells, "step_us", 120, 220, 320);
  expect(&cells, "prefill_us", 11, 30, 40);
  expect(&cells, "decode_us", 35, 35, 35);
  expect(&cells, "gemm_us", 5, 6, 7);
  expect(&cells, "attn_us", 12, 22, 3);
  expect(&cells, "memory_us", 14, 39, 49);
  expect(&cells, "comm_us", 7, 7, 7);
  expect(&cells, "overhead_us", 13, 13, 13);
  expect(&cells, "tok_per_s_per_gpu", 8e6 / 120 / 2, 16e6 / 220 / 2, 24e6 / 320 / 2);
  expect(&cells, "weight_gib", 3, 3, 3);
  expect(&cells, "kv_gib", 1, 2, 4);
}

static void of_the_fused_pass(void **state) {
  (void)state;
  msw_row cells = row();
  cells.is_fused = true;
  cells.part = (msw_part_row){f_gemm, f_attn, f_memory};
  expect(&cells, "gemm_us", 6, 50, 6);
  expect(&cells, "attn_us", 12, 22, 3);   /* both phases', as in the phases */
  expect(&cells, "memory_us", 90, 60, 7);
  expect(&cells, "prefill_us", 11, 30, 40);
}

static void bounds(void **state) {
  (void)state;
  msw_row cells = row();
  uint8_t got[ROOM];
  msw_field_find("bound")->fill(&cells, got);
  assert_int_equal(got[0], MSW_BOUND_ATTENTION);   /* 10 of 11 against 5 */
  assert_int_equal(got[1], MSW_BOUND_MEMORY);
  assert_int_equal(got[2], MSW_BOUND_MEMORY);
  cells.part = (msw_part_row){f_gemm, f_attn, f_memory};
  msw_field_find("bound")->fill(&cells, got);
  assert_int_equal(got[0], MSW_BOUND_MEMORY);
  assert_int_equal(got[1], MSW_BOUND_GEMM);
  assert_int_equal(got[2], MSW_BOUND_ATTENTION);
  cells.comm_us.one = 150;
  msw_field_find("bound")->fill(&cells, got);
  assert_int_equal(got[0], MSW_BOUND_COMM);
  assert_int_equal(got[1], MSW_BOUND_GEMM);
  cells.overhead_us.one = 250;
  msw_field_find("bound")->fill(&cells, got);
  assert_int_equal(got[0], MSW_BOUND_OVERHEAD);
  assert_int_equal(got[1], MSW_BOUND_OVERHEAD);
  assert_int_equal(got[2], MSW_BOUND_ATTENTION);
}

static void nothing(void **state) {
  (void)state;
  float number[2];
  uint32_t flags[2];
  uint8_t code[2] = {9, 9};
  msw_field_fill_void(msw_field_find("step_us"), MSW_FLAG_EXCLUDED, 2, number);
  msw_field_fill_void(msw_field_find("flags"), MSW_FLAG_EXCLUDED, 2, flags);
  msw_field_fill_void(msw_field_find("bound"), MSW_FLAG_EXCLUDED, 2, code);
  assert_true(isnan((double)number[0]) && isnan((double)number[1]));
  assert_int_equal(flags[1], MSW_FLAG_EXCLUDED);
  assert_int_equal(code[1], MSW_BOUND_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(of_the_fused_pass),
                                     cmocka_unit_test(bounds), cmocka_unit_test(nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
