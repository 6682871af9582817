/* One loop per field over a row of cells: the same figures as step.c gives for one step. */
#include "field_fill.h"

#include "msw/perf/phase.h"
#include "row.h"

static const double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

void msw_fill_step_us(const msw_row *row, void *out) {
  row->kernels->to_float(row->hardware_us, row->comm_us + row->overhead_us, row->n, out);
}

void msw_fill_prefill_us(const msw_row *row, void *out) { row->kernels->to_float(row->prefill.time_us, 0.0, row->n, out); }

void msw_fill_decode_us(const msw_row *row, void *out) { row->kernels->to_float(row->decode.time_us, 0.0, row->n, out); }

void msw_fill_gemm_us(const msw_row *row, void *out) {
  if (row->is_fused) row->kernels->to_float(row->part.gemm_us, 0.0, row->n, out);
  else row->kernels->to_float_sum(row->prefill.gemm_us, row->decode.gemm_us, row->n, out);
}

void msw_fill_attn_us(const msw_row *row, void *out) {
  row->kernels->to_float_sum(row->prefill.attn_us, row->decode.attn_us, row->n, out);
}

void msw_fill_memory_us(const msw_row *row, void *out) {
  if (row->is_fused) row->kernels->to_float(row->part.memory_us, 0.0, row->n, out);
  else row->kernels->to_float_sum(row->prefill.memory_us, row->decode.memory_us, row->n, out);
}

static void fill_constant(double value, size_t n, float *out) {
  for (size_t i_cell = 0; i_cell < n; i_cell++) out[i_cell] = (float)value;
}

void msw_fill_comm_us(const msw_row *row, void *out) { fill_constant(row->comm_us, row->n, out); }

void msw_fill_overhead_us(const msw_row *row, void *out) { fill_constant(row->overhead_us, row->n, out); }

void msw_fill_bound(const msw_row *row, void *out) {
  row->kernels->bound(row->part.gemm_us, row->part.attn_us, row->part.memory_us, row->hardware_us, row->comm_us,
                      row->overhead_us, row->n, out);
}

void msw_fill_tok_per_s_per_gpu(const msw_row *row, void *out) {
  const double us_per_s = 1e6;
  row->kernels->to_float_rate(row->tok, us_per_s / row->bound->tp, row->hardware_us, row->comm_us + row->overhead_us, row->n,
                              out);
}

void msw_fill_weight_gib(const msw_row *row, void *out) {
  fill_constant(row->bound->weight_bytes_per_gpu / bytes_per_gib, row->n, out);
}

void msw_fill_kv_gib(const msw_row *row, void *out) {
  row->kernels->to_float_scaled(row->kv_tok, row->bound->kv_bytes_per_tok_per_gpu / bytes_per_gib, row->n, out);
}
