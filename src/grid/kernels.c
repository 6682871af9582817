/* The row kernels. Compiled several times (src/grid/CMakeLists.txt), MSW_KERNELS naming the variant's table.
 *
 * The reciprocal: single precision for the first guess, one Newton step in double: 1e-14 relative, a quarter of the time of a
 * double division, which alone would take longer than storing the cell. Denominators are MFU values or lengths, far inside
 * the range of single precision.
 */
#include "kernels.h"

#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* Whole groups: the compiler sees that no remainder is left, and writes no loop for it. */
static inline size_t whole(size_t n) { return (n + MSW_LANES - 1) / MSW_LANES * MSW_LANES; }
#define EACH_CELL for (size_t i = 0, end = whole(n); i < end; i++)

/* scale / x, added to p: the Newton step and the product are one. */
static inline double plus_ratio(double p, double scale, double x) {
  double guess = (double)(1.0f / (float)x);
  return __builtin_fma(scale * guess, __builtin_fma(-x, guess, 2.0), p);
}

static inline double straight_at(const msw_line *line, double x) { return __builtin_fma(line->q, x, line->p); }
static inline double ratio_at(const msw_line *line, double x) {
  return plus_ratio(line->p, line->q, __builtin_fma(line->s, x, line->a));
}
static inline double ratio_x_at(const msw_line *line, double x) {
  return plus_ratio(0.0, line->q * x, __builtin_fma(line->s, x, line->a));
}
static inline double square_at(const msw_line *line, double x) {
  double y = __builtin_fma(line->s, x, line->a);
  return plus_ratio(0.0, line->q * y * y, x);
}

static void line_values(const msw_line *given, const double *restrict x, size_t n, double *restrict out) {
  const msw_line line = *given;
  switch (line.form) {
    case MSW_LINE_STRAIGHT: EACH_CELL out[i] = straight_at(&line, x[i]); return;
    case MSW_LINE_RATIO: EACH_CELL out[i] = ratio_at(&line, x[i]); return;
    case MSW_LINE_RATIO_X: EACH_CELL out[i] = ratio_x_at(&line, x[i]); return;
    case MSW_LINE_SQUARE: EACH_CELL out[i] = square_at(&line, x[i]); return;
  }
}

static inline double larger(double a, double b) { return a > b ? a : b; }

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

static void longer(const double *restrict a, const double *restrict b, size_t n, double *restrict out) {
  EACH_CELL out[i] = larger(a[i], b[i]);
}

static void weighted(const double *restrict wa, const double *restrict a, const double *restrict wb,
                     const double *restrict b, size_t n, double *restrict out) {
  EACH_CELL out[i] = wa[i] * a[i] + wb[i] * b[i];
}

static void phase_time(const double *restrict gemm, const double *restrict attn, const double *restrict memory, size_t n,
                       double *restrict out) {
  EACH_CELL out[i] = larger(gemm[i] + attn[i], memory[i]);
}

static void pick_longer(const double *restrict time_a, const double *restrict time_b, const double *restrict a,
                        const double *restrict b, size_t n, double *restrict out) {
  EACH_CELL out[i] = time_a[i] > time_b[i] ? a[i] : b[i];
}

static void to_float(const double *restrict a, double add, size_t n, float *restrict out) {
  EACH_CELL out[i] = (float)(a[i] + add);
}

static void to_float_sum(const double *restrict a, const double *restrict b, size_t n, float *restrict out) {
  EACH_CELL out[i] = (float)(a[i] + b[i]);
}

static void to_float_scaled(const double *restrict a, double scale, size_t n, float *restrict out) {
  EACH_CELL out[i] = (float)(a[i] * scale);
}

static void to_float_rate(const double *restrict a, double scale, const double *restrict b, double add, size_t n,
                          float *restrict out) {
  EACH_CELL out[i] = (float)plus_ratio(0.0, a[i] * scale, b[i] + add);
}

#define STEP(at) EACH_CELL \
  out[i] = (float)larger(at(&line, x[i]), __builtin_fma(slope_us, kv[i], base_us))
static void decode_step(const msw_line *given, const double *restrict x, const double *restrict kv, double compute_us,
                        double base_us, double slope_us, size_t n, float *restrict out) {
  msw_line line = *given;
  line.p += compute_us;
  switch (line.form) {
    case MSW_LINE_STRAIGHT: STEP(straight_at); return;
    case MSW_LINE_RATIO: STEP(ratio_at); return;
    case MSW_LINE_RATIO_X: STEP(line.p + ratio_x_at); return;
    case MSW_LINE_SQUARE: STEP(line.p + square_at); return;
  }
}

static void phase_step(const double *restrict gemm, const double *restrict attn, double attn_base, double attn_scale,
                       const double *restrict bytes, double memory_base, double memory_scale, double other_us, size_t n,
                       float *restrict out) {
  EACH_CELL {
    double compute = gemm[i] + __builtin_fma(attn_scale, attn[i], attn_base);
    out[i] = (float)(larger(compute, __builtin_fma(memory_scale, bytes[i], memory_base)) + other_us);
  }
}

static void longer_step(const double *restrict time, double decode_us, double other_us, size_t n, float *restrict out) {
  EACH_CELL out[i] = (float)(larger(time[i], decode_us) + other_us);
}

static void weighted_step(const double *restrict wa, const double *restrict time, const double *restrict wb, double decode_us,
                          double other_us, size_t n, float *restrict out) {
  EACH_CELL out[i] = (float)(wa[i] * time[i] + wb[i] * decode_us + other_us);
}

static void bound(const double *restrict gemm, const double *restrict attn, const double *restrict memory,
                  const double *restrict hardware, double comm_us, double overhead_us, size_t n, uint8_t *restrict out) {
  EACH_CELL {
    uint8_t compute = attn[i] > gemm[i] ? MSW_BOUND_ATTENTION : MSW_BOUND_GEMM;
    uint8_t part = memory[i] > gemm[i] + attn[i] ? MSW_BOUND_MEMORY : compute;
    part = comm_us > hardware[i] ? MSW_BOUND_COMM : part;
    out[i] = overhead_us > hardware[i] && overhead_us >= comm_us ? MSW_BOUND_OVERHEAD : part;
  }
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

#define TEXT_OF(name) #name
#define NAME_OF(name) TEXT_OF(name)
const msw_kernels MSW_KERNELS = {
    .name = &NAME_OF(MSW_KERNELS)[sizeof "msw_kernels"],
    .line = line_values, .add_above = add_above, .fill = fill, .affine = affine, .product = product,
    .longer = longer, .weighted = weighted, .phase_time = phase_time, .pick_longer = pick_longer, .to_float = to_float,
    .to_float_sum = to_float_sum, .to_float_scaled = to_float_scaled, .to_float_rate = to_float_rate,
    .decode_step = decode_step, .phase_step = phase_step, .longer_step = longer_step, .weighted_step = weighted_step,
    .bound = bound, .stream = stream, .flags_or = flags_or, .flags_merge = flags_merge, .flags_above = flags_above,
    .flags_any = flags_any, .flags_count = flags_count,
};
