/* One loop per field over a row of cells: the same figures as step.c gives for one step. */
#include "field_fill.h"

#include "msw/perf/phase.h"
#include "row.h"

static const double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

static void put_term(const msw_row *row, msw_term term, float *out) {
  if (term.cells) row->cells->sum(term.cells, 0.0, row->n, out);
  else row->cells->constant(term.one, row->n, out);
}

static void put_both(const msw_row *row, msw_term a, msw_term b, float *out) {
  if (a.cells && b.cells) row->cells->sum_rows(a.cells, b.cells, row->n, out);
  else if (a.cells) row->cells->sum(a.cells, b.one, row->n, out);
  else if (b.cells) row->cells->sum(b.cells, a.one, row->n, out);
  else row->cells->constant(a.one + b.one, row->n, out);
}

void msw_fill_step_us(const msw_row *row, void *out) {
  row->cells->sum(row->spent_us, row->other_us, row->n, out);
}

void msw_fill_prefill_us(const msw_row *row, void *out) { put_term(row, row->prefill.time_us, out); }

void msw_fill_decode_us(const msw_row *row, void *out) { put_term(row, row->decode.time_us, out); }

void msw_fill_gemm_us(const msw_row *row, void *out) {
  if (row->is_fused) row->cells->sum(row->part.gemm_us, 0.0, row->n, out);
  else put_both(row, row->prefill.gemm_us, row->decode.gemm_us, out);
}

void msw_fill_attn_us(const msw_row *row, void *out) { put_both(row, row->prefill.attn_us, row->decode.attn_us, out); }

void msw_fill_memory_us(const msw_row *row, void *out) {
  if (row->is_fused) row->cells->sum(row->part.memory_us, 0.0, row->n, out);
  else put_both(row, row->prefill.memory_us, row->decode.memory_us, out);
}

void msw_fill_comm_us(const msw_row *row, void *out) { put_term(row, row->comm_us, out); }

void msw_fill_overhead_us(const msw_row *row, void *out) { put_term(row, row->overhead_us, out); }

void msw_fill_bound(const msw_row *row, void *out) {
  if (row->comm_us.cells) {
    row->kernels->bound_rows(row->part.gemm_us, row->part.attn_us, row->part.memory_us, row->hardware_us, row->comm_us.cells,
                             row->overhead_us.cells, row->n, out);
    return;
  }
  row->kernels->bound(row->part.gemm_us, row->part.attn_us, row->part.memory_us, row->hardware_us, row->comm_us.one,
                      row->overhead_us.one, row->n, out);
}

void msw_fill_tok_per_s_per_gpu(const msw_row *row, void *out) {
  const double us_per_s = 1e6, scale = us_per_s / row->bound->tp;
  if (row->tok.cells) row->cells->rate(row->tok.cells, scale, row->spent_us, row->other_us, row->n, out);
  else row->cells->rate_of(row->tok.one * scale, row->spent_us, row->other_us, row->n, out);
}

void msw_fill_weight_gib(const msw_row *row, void *out) {
  row->cells->constant(row->bound->weight_bytes_per_gpu / bytes_per_gib, row->n, out);
}

void msw_fill_kv_gib(const msw_row *row, void *out) {
  row->cells->scaled(row->kv_tok, row->bound->kv_bytes_per_tok_per_gpu / bytes_per_gib, row->n, out);
}
