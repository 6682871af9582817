/* One loop per field over a row of cells. Each does what step.c does for one step, in the same order of operations. */
#include "field_fill.h"

#include <string.h>

#include "msw/perf/phase.h"

static const double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

static double step_us_at(const msw_row *row, size_t i_cell) {
  return row->hardware_us[i_cell] + row->comm_us + row->overhead_us;
}

void msw_fill_step_us(const msw_row *row, void *out) {
  float *cells = out;
  for (size_t i_cell = 0; i_cell < row->n; i_cell++) cells[i_cell] = (float)step_us_at(row, i_cell);
}

static void fill_constant(double value, size_t n, void *out) {
  float *cells = out;
  for (size_t i_cell = 0; i_cell < n; i_cell++) cells[i_cell] = (float)value;
}

static void fill_strided(const double *values, size_t stride, size_t n, void *out) {
  float *cells = out;
  for (size_t i_cell = 0; i_cell < n; i_cell++) cells[i_cell] = (float)values[i_cell * stride];
}

void msw_fill_prefill_us(const msw_row *row, void *out) {
  fill_strided(row->prefill.time_us, row->prefill.stride, row->n, out);
}

void msw_fill_decode_us(const msw_row *row, void *out) {
  fill_strided(row->decode.time_us, row->decode.stride, row->n, out);
}

static void fill_sum(const double *prefill, size_t prefill_stride, const double *decode, size_t decode_stride, size_t n,
                     void *out) {
  float *cells = out;
  for (size_t i_cell = 0; i_cell < n; i_cell++)
    cells[i_cell] = (float)(prefill[i_cell * prefill_stride] + decode[i_cell * decode_stride]);
}

void msw_fill_gemm_us(const msw_row *row, void *out) {
  if (row->fused) fill_strided(row->fused->gemm_us, row->fused->stride, row->n, out);
  else fill_sum(row->prefill.gemm_us, row->prefill.stride, row->decode.gemm_us, row->decode.stride, row->n, out);
}

void msw_fill_attn_us(const msw_row *row, void *out) {
  fill_sum(row->prefill.attn_us, row->prefill.stride, row->decode.attn_us, row->decode.stride, row->n, out);
}

void msw_fill_memory_us(const msw_row *row, void *out) {
  if (row->fused) fill_strided(row->fused->memory_us, row->fused->stride, row->n, out);
  else fill_sum(row->prefill.memory_us, row->prefill.stride, row->decode.memory_us, row->decode.stride, row->n, out);
}

void msw_fill_comm_us(const msw_row *row, void *out) { fill_constant(row->comm_us, row->n, out); }

void msw_fill_overhead_us(const msw_row *row, void *out) { fill_constant(row->overhead_us, row->n, out); }

static msw_phase_time phase_at(const msw_phase_row *phase, size_t i_cell) {
  size_t at = i_cell * phase->stride;
  return (msw_phase_time){phase->gemm_us[at], phase->attn_us[at], phase->memory_us[at], phase->time_us[at]};
}

void msw_fill_bound(const msw_row *row, void *out) {
  uint8_t *cells = out;
  for (size_t i_cell = 0; i_cell < row->n; i_cell++) {
    msw_phase_time prefill = phase_at(&row->prefill, i_cell), decode = phase_at(&row->decode, i_cell);
    msw_phase_time dominant = prefill.time_us > decode.time_us ? prefill : decode;
    if (row->fused) dominant = phase_at(row->fused, i_cell);
    cells[i_cell] = (uint8_t)msw_bound_of(&dominant, row->hardware_us[i_cell], row->comm_us, row->overhead_us);
  }
}

void msw_fill_flags(const msw_row *row, void *out) { memcpy(out, row->flags, row->n * sizeof *row->flags); }

void msw_fill_tok_per_s_per_gpu(const msw_row *row, void *out) {
  const double us_per_s = 1e6;
  float *cells = out;
  for (size_t i_cell = 0; i_cell < row->n; i_cell++)
    cells[i_cell] = (float)(row->tok[i_cell] * us_per_s / step_us_at(row, i_cell) / row->bound->tp);
}

void msw_fill_weight_gib(const msw_row *row, void *out) {
  fill_constant(row->bound->weight_bytes_per_gpu / bytes_per_gib, row->n, out);
}

void msw_fill_kv_gib(const msw_row *row, void *out) {
  float *cells = out;
  for (size_t i_cell = 0; i_cell < row->n; i_cell++)
    cells[i_cell] = (float)(row->kv_tok[i_cell] * row->bound->kv_bytes_per_tok_per_gpu / bytes_per_gib);
}
