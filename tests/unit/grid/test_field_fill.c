/* What each field takes from a row of cells: strides, sums of phases, the fused pass. */
#include "msw/grid/field.h"

#include "msw_test.h"

enum { N = 3 };
static const double gemm[N] = {1, 2, 3}, attn[N] = {10, 20, 1}, memory[N] = {5, 30, 40}, time[N] = {11, 30, 40};
static const double d_gemm = 4, d_attn = 2, d_memory = 9, d_time = 35;
static const double hardware[N] = {100, 200, 300}, tok[N] = {8, 16, 24}, kv_tok[N] = {1024, 2048, 4096};
static const double f_gemm[N] = {6, 50, 6}, f_attn[N] = {12, 22, 50}, f_memory[N] = {90, 60, 7}, f_time[N] = {90, 72, 56};
static const msw_flags flags[N] = {0, MSW_FLAG_TABLE_HOLE, MSW_FLAG_MEMORY_FULL};
static const msw_case bound = {.tp = 2, .weight_bytes_per_gpu = 3. * (1 << 30), .kv_bytes_per_tok_per_gpu = 1 << 20};
static const msw_phase_row fused = {f_gemm, f_attn, f_memory, f_time, 1};

/* A prefill phase that changes along the row beside one decode. */
static msw_row row(void) {
  return (msw_row){.n = N, .bound = &bound, .prefill = {gemm, attn, memory, time, 1},
                   .decode = {&d_gemm, &d_attn, &d_memory, &d_time, 0}, .hardware_us = hardware, .tok = tok,
                   .kv_tok = kv_tok, .comm_us = 7, .overhead_us = 13, .flags = flags};
}

static void expect(const msw_row *cells, const char *field, double a, double b, double c) {
  float out[N + 1] = {0, 0, 0, 42};
  const double want[N] = {a, b, c};
  msw_field_find(field)->fill(cells, out);
  for (int i_cell = 0; i_cell < N; i_cell++)
    if (out[i_cell] < (float)want[i_cell] || out[i_cell] > (float)want[i_cell])
      fail_msg("%s[%d] = %.9g, not %.9g", field, i_cell, (double)out[i_cell], want[i_cell]);
  assert_same((double)out[N], 42);
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
  cells.fused = &fused;
  expect(&cells, "gemm_us", 6, 50, 6);
  expect(&cells, "attn_us", 12, 22, 3);   /* both phases', as in the phases */
  expect(&cells, "memory_us", 90, 60, 7);
  expect(&cells, "prefill_us", 11, 30, 40);
}

static void bounds_and_flags(void **state) {
  (void)state;
  msw_row cells = row();
  uint8_t got[N];
  uint32_t bits[N];
  msw_field_find("bound")->fill(&cells, got);
  assert_int_equal(got[0], MSW_BOUND_MEMORY);      /* decode is longer: 9 against 6 */
  assert_int_equal(got[1], MSW_BOUND_MEMORY);
  assert_int_equal(got[2], MSW_BOUND_MEMORY);      /* prefill is longer: 40 against 4 */
  cells.fused = &fused;
  msw_field_find("bound")->fill(&cells, got);
  assert_int_equal(got[0], MSW_BOUND_MEMORY);
  assert_int_equal(got[1], MSW_BOUND_GEMM);
  assert_int_equal(got[2], MSW_BOUND_ATTENTION);
  cells.comm_us = 250;
  cells.overhead_us = 150;
  msw_field_find("bound")->fill(&cells, got);
  assert_int_equal(got[0], MSW_BOUND_COMM);
  assert_int_equal(got[2], MSW_BOUND_ATTENTION);
  msw_field_find("flags")->fill(&cells, bits);
  assert_memory_equal(bits, flags, sizeof bits);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(of_the_fused_pass),
                                     cmocka_unit_test(bounds_and_flags)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
