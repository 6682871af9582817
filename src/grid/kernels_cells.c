/* The row kernels that make cells as files hold them. Compiled for each instruction set, with ordinary stores and, with
 * MSW_AROUND_CACHES, with stores around the caches (src/grid/CMakeLists.txt); MSW_CELLS names the variant's table.
 */
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "kernel_lines.h"

#ifdef MSW_AROUND_CACHES
/* A group of cells on its way from the registers to the chunk. */
static inline void put_group(const float *group, float *out) {
#if defined(__AVX__)
  for (size_t i = 0; i < MSW_LANES; i += 8) _mm256_stream_ps(out + i, _mm256_loadu_ps(group + i));
#elif defined(__SSE2__)
  for (size_t i = 0; i < MSW_LANES; i += 4) _mm_stream_ps(out + i, _mm_loadu_ps(group + i));
#else
  memcpy(out, group, MSW_LANES * sizeof *out);
#endif
}

/* `value`: of cell i. */
#define PUT_CELLS(value)                                                                                      \
  for (size_t first = 0, end = whole(n); first < end; first += MSW_LANES) {                                   \
    float group[MSW_LANES];                                                                                   \
    for (size_t lane = 0, i = first; lane < MSW_LANES; lane++, i++) group[lane] = (float)(value);             \
    put_group(group, out + first);                                                                            \
  }
#else
#define PUT_CELLS(value) \
  for (size_t i = 0, end = whole(n); i < end; i++) out[i] = (float)(value);
#endif

static void constant(double value, size_t n, float *restrict out) { PUT_CELLS(value) }

static void sum(const double *restrict a, double add, size_t n, float *restrict out) { PUT_CELLS(a[i] + add) }

static void sum_rows(const double *restrict a, const double *restrict b, size_t n, float *restrict out) {
  PUT_CELLS(a[i] + b[i])
}

static void scaled(const double *restrict a, double scale, size_t n, float *restrict out) { PUT_CELLS(a[i] * scale) }

static void rate(const double *restrict a, double scale, const double *restrict b, double add, size_t n, float *restrict out) {
  PUT_CELLS(plus_ratio(0.0, a[i] * scale, b[i] + add))
}

static void rate_of(double amount, const double *restrict b, double add, size_t n, float *restrict out) {
  PUT_CELLS(plus_ratio(0.0, amount, b[i] + add))
}

static void decode_row(const msw_decode_steps *row, const double *restrict x, const double *restrict kv, size_t n) {
  const msw_line line = row->line;
  const double base_us = row->base_us, slope_us = row->slope_us;
  float *restrict out = row->out;
  switch (line.form) {
    case MSW_LINE_STRAIGHT: PUT_CELLS(larger(straight_at(&line, x[i]), __builtin_fma(slope_us, kv[i], base_us))) return;
    case MSW_LINE_RATIO: PUT_CELLS(larger(ratio_at(&line, x[i]), __builtin_fma(slope_us, kv[i], base_us))) return;
    case MSW_LINE_RATIO_X: PUT_CELLS(larger(line.p + ratio_x_at(&line, x[i]), __builtin_fma(slope_us, kv[i], base_us))) return;
    case MSW_LINE_QUADRATIC: PUT_CELLS(larger(quadratic_at(&line, x[i]), __builtin_fma(slope_us, kv[i], base_us))) return;
    case MSW_LINE_SQUARE: PUT_CELLS(larger(line.p + square_at(&line, x[i]), __builtin_fma(slope_us, kv[i], base_us))) return;
  }
}

static void decode_steps(const msw_decode_steps *rows, size_t n_rows, const double *x, const double *kv, size_t n) {
  for (size_t i_row = 0; i_row < n_rows; i_row++) decode_row(&rows[i_row], x, kv, n);
}

static void phase_row(const msw_phase_steps *row, size_t n) {
  const double *restrict gemm = row->gemm, *restrict attn = row->attn, *restrict bytes = row->bytes;
  const double attn_base = row->attn_base, attn_scale = row->attn_scale, memory_base = row->memory_base,
               memory_scale = row->memory_scale, other_us = row->other_us;
  float *restrict out = row->out;
  PUT_CELLS(larger(gemm[i] + __builtin_fma(attn_scale, attn[i], attn_base),
                   __builtin_fma(memory_scale, bytes[i], memory_base)) + other_us)
}

static void phase_steps(const msw_phase_steps *rows, size_t n_rows, size_t n) {
  for (size_t i_row = 0; i_row < n_rows; i_row++) phase_row(&rows[i_row], n);
}

static void longer_row(const double *restrict time, double decode_us, double other_us, size_t n, float *restrict out) {
  PUT_CELLS(larger(time[i], decode_us) + other_us)
}

static void longer_steps(const msw_longer_steps *rows, size_t n_rows, size_t n) {
  for (const msw_longer_steps *row = rows; row < rows + n_rows; row++)
    longer_row(row->time, row->decode_us, row->other_us, n, row->out);
}

static void weighted_row(const double *restrict wa, const double *restrict time, const double *restrict wb, double decode_us,
                         double other_us, size_t n, float *restrict out) {
  PUT_CELLS(wa[i] * time[i] + wb[i] * decode_us + other_us)
}

static void weighted_steps(const msw_weighted_steps *rows, size_t n_rows, size_t n) {
  for (const msw_weighted_steps *row = rows; row < rows + n_rows; row++)
    weighted_row(row->wa, row->time, row->wb, row->decode_us, row->other_us, n, row->out);
}

static void context_row(const msw_context_steps *row, size_t n) {
  const msw_line line = row->line;
  const double *restrict at = row->at, *restrict spent = row->spent;
  const double host_us = row->host_us, other_us = row->other_us;
  float *restrict out = row->out;
  if (line.form == MSW_LINE_STRAIGHT) PUT_CELLS(larger(straight_at(&line, at[i]) + spent[i], host_us) + other_us)
  else PUT_CELLS(larger(quadratic_at(&line, at[i]) + spent[i], host_us) + other_us)
}

static void cached_row(const msw_context_steps *row, size_t n) {
  const msw_line line = row->line;
  const double *restrict at = row->at, *restrict x = row->x, *restrict share = row->share,
               *restrict spent = row->spent;
  const double base = row->read_base, slope = row->read_slope, host_us = row->host_us, other_us = row->other_us;
  float *restrict out = row->out;
  if (line.form == MSW_LINE_STRAIGHT)
    PUT_CELLS(larger(larger(straight_at(&line, at[i]) * share[i], __builtin_fma(slope, x[i], base)) + spent[i], host_us) + other_us)
  else
    PUT_CELLS(larger(larger(quadratic_at(&line, at[i]) * share[i], __builtin_fma(slope, x[i], base)) + spent[i], host_us) + other_us)
}

static void context_steps(const msw_context_steps *rows, size_t n_rows, size_t n) {
  for (const msw_context_steps *row = rows; row < rows + n_rows; row++)
    if (row->share) cached_row(row, n);
    else context_row(row, n);
}

const msw_cell_kernels MSW_CELLS = {
    .constant = constant, .sum = sum, .sum_rows = sum_rows, .scaled = scaled, .rate = rate, .rate_of = rate_of,
    .decode_steps = decode_steps, .phase_steps = phase_steps, .longer_steps = longer_steps, .weighted_steps = weighted_steps,
    .context_steps = context_steps,
};
