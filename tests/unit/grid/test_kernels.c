/* The row kernels: every instruction set, with ordinary stores and around the caches, gives the same bits. */
#include "kernels.h"

#include <math.h>
#include <string.h>

#include "msw_test.h"

enum { N = 5 * MSW_LANES, N_ROWS = 2, N_VARIANTS = 3 };

/* Rows of numbers as evaluation meets them: lengths, times, weights. */
typedef struct {
  _Alignas(MSW_LINE_BYTES) double x[N];
  _Alignas(MSW_LINE_BYTES) double a[N];
  _Alignas(MSW_LINE_BYTES) double b[N];
  _Alignas(MSW_LINE_BYTES) double wa[N];
  _Alignas(MSW_LINE_BYTES) double wb[N];
} numbers;

typedef struct { _Alignas(MSW_LINE_BYTES) float cells[N_ROWS][N]; } result;

static void make_numbers(numbers *in) {
  for (int i = 0; i < N; i++) {
    in->x[i] = 3.0 + 977.0 * i;
    in->a[i] = 1e4 / (1.0 + i) + 0.1 * i;
    in->b[i] = 17.3 * i + 1.0 / 3.0;
    in->wa[i] = 1.0 / (1.0 + i);
    in->wb[i] = 1.0 - in->wa[i];
  }
}

static const msw_line lines[] = {
    {.form = MSW_LINE_STRAIGHT, .p = 12.25, .q = 0.3},
    {.form = MSW_LINE_RATIO, .p = 900.0, .q = -150.0, .a = 0.11, .s = 3.7e-5},
    {.form = MSW_LINE_RATIO_X, .q = 0.07, .a = 0.31, .s = 1.3e-9},
    {.form = MSW_LINE_SQUARE, .q = 1.7e-3, .a = 55.0, .s = 0.21},
};
enum { N_LINES = sizeof lines / sizeof lines[0], N_KERNELS = N_LINES + 9 };

static void run_steps(const msw_cell_kernels *cells, int i_kernel, const numbers *in, result *out) {
  msw_phase_steps phase[N_ROWS];
  msw_longer_steps longer[N_ROWS];
  msw_weighted_steps weighted[N_ROWS];
  for (int i_row = 0; i_row < N_ROWS; i_row++) {
    phase[i_row] = (msw_phase_steps){in->a, in->b, in->x, 2.5, 3.0 + i_row, 40.0, 0.01, 7.7, out->cells[i_row]};
    longer[i_row] = (msw_longer_steps){in->a, 300.1 * i_row, 7.7, out->cells[i_row]};
    weighted[i_row] = (msw_weighted_steps){in->wa, in->a, in->wb, 300.1 * i_row, 7.7, out->cells[i_row]};
  }
  if (i_kernel == 0) cells->phase_steps(phase, N_ROWS, N);
  if (i_kernel == 1) cells->longer_steps(longer, N_ROWS, N);
  if (i_kernel == 2) cells->weighted_steps(weighted, N_ROWS, N);
}

static void run_kernel(const msw_cell_kernels *cells, int i_kernel, const numbers *in, result *out) {
  float *row = out->cells[0];
  memset(out, 0, sizeof *out);
  if (i_kernel < N_LINES) {
    const msw_decode_steps rows[N_ROWS] = {{lines[i_kernel], 5.5, 0.02, row}, {lines[i_kernel], 1e3, 0.0, out->cells[1]}};
    cells->decode_steps(rows, N_ROWS, in->x, in->x, N);
    return;
  }
  switch (i_kernel - N_LINES) {
    case 0: cells->constant(1.0 / 3.0, N, row); return;
    case 1: cells->sum(in->a, 0.7, N, row); return;
    case 2: cells->sum_rows(in->a, in->b, N, row); return;
    case 3: cells->scaled(in->a, 1e6 / 3.0, N, row); return;
    case 4: cells->rate(in->x, 1e6 / 8.0, in->a, 3.3, N, row); return;
    case 5: cells->rate_of(5.1e7, in->a, 3.3, N, row); return;
    default: run_steps(cells, i_kernel - N_LINES - 6, in, out); return;
  }
}

static size_t usable_variants(const msw_kernels *variants[N_VARIANTS]) {
  size_t n = 0;
  variants[n++] = &msw_kernels_base;
#ifdef __x86_64__
  const char *best = msw_kernels_best()->name;   /* it can do with less */
  if (strcmp(best, "base") != 0) variants[n++] = &msw_kernels_avx2;
  if (strcmp(best, "avx512") == 0) variants[n++] = &msw_kernels_avx512;
#endif
  return n;
}

static void same_bits(void **state) {
  (void)state;
  static numbers in;
  static result want, got;
  const msw_kernels *variants[N_VARIANTS];
  const size_t n_variants = usable_variants(variants);
  make_numbers(&in);
  for (int i_kernel = 0; i_kernel < N_KERNELS; i_kernel++) {
    run_kernel(msw_kernels_base.cells, i_kernel, &in, &want);
    for (size_t i_variant = 0; i_variant < n_variants; i_variant++)
      for (int streams = 0; streams < 2; streams++) {
        run_kernel(streams ? variants[i_variant]->streamed : variants[i_variant]->cells, i_kernel, &in, &got);
        if (memcmp(&want, &got, sizeof want) != 0)
          fail_msg("kernel %d of %s%s differs", i_kernel, variants[i_variant]->name, streams ? ", around the caches" : "");
      }
  }
}

static void expect_near(float got, double want) {
  const double closeness = 1e-7;
  if (!(fabs((double)got - want) <= closeness * want)) fail_msg("%.9g, not %.9g", (double)got, want);
}

/* The values themselves, worked out in another way. */
static void values(void **state) {
  (void)state;
  static numbers in;
  static result got;
  make_numbers(&in);
  run_kernel(msw_kernels_best()->streamed, N_LINES + 4, &in, &got);
  for (int i = 0; i < N; i++) expect_near(got.cells[0][i], in.x[i] * 1e6 / 8.0 / (in.a[i] + 3.3));
  run_kernel(msw_kernels_best()->streamed, 1, &in, &got);   /* the ratio */
  for (int i = 0; i < N; i++)
    expect_near(got.cells[0][i], fmax(900.0 - 150.0 / (0.11 + 3.7e-5 * in.x[i]), 5.5 + 0.02 * in.x[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits), cmocka_unit_test(values)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
