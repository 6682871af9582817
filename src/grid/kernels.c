/* The row kernels. Compiled several times (src/grid/CMakeLists.txt), MSW_KERNELS naming the variant's table.
 */
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "kernel_lines.h"

#define EACH_CELL for (size_t i = 0, end = whole(n); i < end; i++)

static void line_values(const msw_line *given, const double *restrict x, size_t n, double *restrict out) {
  const msw_line line = *given;
  switch (line.form) {
    case MSW_LINE_STRAIGHT: EACH_CELL out[i] = straight_at(&line, x[i]); return;
    case MSW_LINE_RATIO: EACH_CELL out[i] = ratio_at(&line, x[i]); return;
    case MSW_LINE_RATIO_X: EACH_CELL out[i] = ratio_x_at(&line, x[i]); return;
    case MSW_LINE_SQUARE: EACH_CELL out[i] = square_at(&line, x[i]); return;
    case MSW_LINE_QUADRATIC: EACH_CELL out[i] = quadratic_at(&line, x[i]); return;
  }
}

static void add_above(const double *restrict a, double floor, size_t n, double *restrict out) {
  EACH_CELL out[i] += larger(a[i], floor);
}

static void fill(double value, size_t n, double *restrict out) { EACH_CELL out[i] = value; }

static void affine(double base, double slope, const double *restrict x, size_t n, double *restrict out) {
  EACH_CELL out[i] = __builtin_fma(slope, x[i], base);
}

static void product(double scale, const double *restrict a, const double *restrict b, size_t n, double *restrict out) {
  EACH_CELL out[i] = scale * a[i] * b[i];
}

static void longer(const double *restrict a, double b, size_t n, double *restrict out) {
  EACH_CELL out[i] = larger(a[i], b);
}

static void weighted(const double *restrict wa, const double *restrict a, const double *restrict wb, double b, size_t n,
                     double *restrict out) {
  EACH_CELL out[i] = wa[i] * a[i] + wb[i] * b;
}

static void pick_longer(const double *restrict time_a, double time_b, const double *restrict a, double b, size_t n,
                        double *restrict out) {
  EACH_CELL out[i] = time_a[i] > time_b ? a[i] : b;
}

static void phase_time(const double *restrict gemm, const double *restrict attn, const double *restrict memory, size_t n,
                       double *restrict out) {
  EACH_CELL out[i] = larger(gemm[i] + attn[i], memory[i]);
}

static void phase_time_of(double gemm, const double *restrict attn, const double *restrict memory, size_t n,
                          double *restrict out) {
  EACH_CELL out[i] = larger(gemm + attn[i], memory[i]);
}

static void sum(const double *restrict a, const double *restrict b, size_t n, double *restrict out) {
  EACH_CELL out[i] = a[i] + b[i];
}

static void cached_share(double cached, const double *restrict context, size_t n, double *restrict out) {
  EACH_CELL {
    double share = plus_ratio(0.0, cached, context[i]);
    out[i] = __builtin_fma(-share, share, 1.0);
  }
}

static inline uint8_t bound_of(double gemm, double attn, double memory, double hardware, double comm, double overhead) {
  uint8_t compute = attn > gemm ? MSW_BOUND_ATTENTION : MSW_BOUND_GEMM;
  uint8_t part = memory > gemm + attn ? MSW_BOUND_MEMORY : compute;
  part = comm > hardware ? MSW_BOUND_COMM : part;
  return overhead > hardware && overhead >= comm ? MSW_BOUND_OVERHEAD : part;
}

static void bound(const double *restrict gemm, const double *restrict attn, const double *restrict memory,
                  const double *restrict hardware, double comm_us, double overhead_us, size_t n, uint8_t *restrict out) {
  EACH_CELL out[i] = bound_of(gemm[i], attn[i], memory[i], hardware[i], comm_us, overhead_us);
}

static void bound_rows(const double *restrict gemm, const double *restrict attn, const double *restrict memory,
                       const double *restrict hardware, const double *restrict comm, const double *restrict overhead,
                       size_t n, uint8_t *restrict out) {
  EACH_CELL out[i] = bound_of(gemm[i], attn[i], memory[i], hardware[i], comm[i], overhead[i]);
}

static void difference(double base, const double *restrict a, const double *restrict b, size_t n, double *restrict out) {
  EACH_CELL out[i] = base + (a[i] - b[i]);
}

static void above_line(double base, double slope, const double *restrict x, size_t n, double *restrict out) {
  EACH_CELL out[i] = larger(out[i], __builtin_fma(slope, x[i], base));
}

static void stream(const float *restrict from, size_t n, float *restrict to) {
#if defined(__AVX512F__)
  for (size_t i = 0; i < n; i += 16) _mm512_stream_ps(to + i, _mm512_loadu_ps(from + i));
#elif defined(__AVX__)
  for (size_t i = 0; i < n; i += 8) _mm256_stream_ps(to + i, _mm256_loadu_ps(from + i));
#elif defined(__SSE2__)
  for (size_t i = 0; i < n; i += 4) _mm_stream_ps(to + i, _mm_loadu_ps(from + i));
#else
  memcpy(to, from, n * sizeof *to);
#endif
}

static void flags_or(const msw_flags *a, msw_flags b, size_t n, msw_flags *out) { EACH_CELL out[i] = a[i] | b; }

static void flags_merge(const msw_flags *restrict a, size_t n, msw_flags *restrict out) { EACH_CELL out[i] |= a[i]; }

static void flags_above(const double *restrict value, double limit, msw_flags flag, size_t n, msw_flags *restrict out) {
  EACH_CELL out[i] |= value[i] > limit ? flag : 0;
}

static msw_flags flags_any(const msw_flags *restrict cells, size_t n) {
  msw_flags any = 0;
  for (size_t i = 0; i < n; i++) any |= cells[i];
  return any;
}

static size_t flags_count(const msw_flags *restrict cells, msw_flags bits, size_t n) {
  uint32_t found = 0;   /* a row has few cells */
  for (size_t i = 0; i < n; i++) found += (cells[i] & bits) != 0;
  return found;
}

extern const msw_cell_kernels MSW_CELLS, MSW_STREAMED;

#define TEXT_OF(name) #name
#define NAME_OF(name) TEXT_OF(name)
const msw_kernels MSW_KERNELS = {
    .name = &NAME_OF(MSW_KERNELS)[sizeof "msw_kernels"],
    .line = line_values, .add_above = add_above, .fill = fill, .affine = affine, .product = product,
    .longer = longer, .weighted = weighted, .pick_longer = pick_longer, .phase_time = phase_time,
    .phase_time_of = phase_time_of,
    .cells = &MSW_CELLS, .streamed = &MSW_STREAMED, .bound = bound, .bound_rows = bound_rows,
    .difference = difference, .above_line = above_line, .sum = sum, .cached_share = cached_share, .stream = stream,
    .flags_or = flags_or, .flags_merge = flags_merge, .flags_above = flags_above, .flags_any = flags_any,
    .flags_count = flags_count,
};
