/* Kernel tables in memory. */
#include "made_tables.h"

static const double us_per_s = 1e6;

/* flop and mfu are the table's own arrays by now. */
static void set_latency(msw_arena *arena, msw_kernel_table *table, const double *flop, const double *mfu) {
  double *latency_us = msw_arena_array(arena, table->n_rows, sizeof *latency_us);
  for (size_t i_row = 0; i_row < table->n_rows; i_row++)
    latency_us[i_row] = flop[i_row] / (mfu[i_row] * table->peak_flop_per_s) * us_per_s;
  table->flop = flop;
  table->file_mfu = mfu;
  table->latency_us = latency_us;
}

static msw_kernel_table new_table(msw_kernel_kind kind, double peak_flop_per_s, msw_attention_shape shape, size_t n_rows) {
  return (msw_kernel_table){.kind = kind, .file = "made.csv", .gpu = "made", .dtype = MSW_BF16, .shape = shape,
                            .kv_dtype = kind == MSW_KERNEL_GEMM ? MSW_DTYPE_NONE : MSW_BF16, .n_rows = n_rows,
                            .causal = true, .peak_flop_per_s = peak_flop_per_s, .peak_declared = true,
                            .implied_flop_per_s = peak_flop_per_s};
}

msw_kernel_table made_gemm(msw_arena *arena, double peak_flop_per_s, const made_gemm_row *rows, size_t n_rows) {
  msw_kernel_table table = new_table(MSW_KERNEL_GEMM, peak_flop_per_s, (msw_attention_shape){0}, n_rows);
  double *columns[5];
  for (int i_column = 0; i_column < 5; i_column++) columns[i_column] = msw_arena_array(arena, n_rows, sizeof(double));
  double *m = columns[0], *k = columns[1], *n = columns[2], *flop = columns[3], *mfu = columns[4];
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    m[i_row] = rows[i_row].m;
    k[i_row] = rows[i_row].k;
    n[i_row] = rows[i_row].n;
    mfu[i_row] = rows[i_row].mfu;
    flop[i_row] = 2.0 * rows[i_row].m * rows[i_row].k * rows[i_row].n;
  }
  table.m = m;
  table.k = k;
  table.n = n;
  set_latency(arena, &table, flop, mfu);
  return table;
}

msw_kernel_table made_prefill(msw_arena *arena, double peak_flop_per_s, msw_attention_shape shape,
                              const made_prefill_row *rows, size_t n_rows) {
  msw_kernel_table table = new_table(MSW_KERNEL_PREFILL_ATTENTION, peak_flop_per_s, shape, n_rows);
  double *columns[5];
  for (int i_column = 0; i_column < 5; i_column++) columns[i_column] = msw_arena_array(arena, n_rows, sizeof(double));
  double *batch = columns[0], *cached_len = columns[1], *seq_len = columns[2], *flop = columns[3], *mfu = columns[4];
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    double s = rows[i_row].seq_len;
    batch[i_row] = 1.0;
    cached_len[i_row] = 0.0;
    seq_len[i_row] = s;
    mfu[i_row] = rows[i_row].mfu;
    flop[i_row] = 4.0 * (double)shape.num_heads * (double)shape.head_dim * s * s / 2.0;
  }
  table.batch = batch;
  table.cached_len = cached_len;
  table.seq_len = seq_len;
  set_latency(arena, &table, flop, mfu);
  return table;
}

msw_kernel_table made_decode(msw_arena *arena, double peak_flop_per_s, msw_attention_shape shape,
                             const made_decode_row *rows, size_t n_rows) {
  msw_kernel_table table = new_table(MSW_KERNEL_DECODE_ATTENTION, peak_flop_per_s, shape, n_rows);
  double *columns[4];
  for (int i_column = 0; i_column < 4; i_column++) columns[i_column] = msw_arena_array(arena, n_rows, sizeof(double));
  double *batch = columns[0], *kv_len = columns[1], *flop = columns[2], *mfu = columns[3];
  double heads = (double)shape.num_heads / (double)shape.tp;
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    batch[i_row] = rows[i_row].batch;
    kv_len[i_row] = rows[i_row].kv_len;
    mfu[i_row] = rows[i_row].mfu;
    flop[i_row] = 4.0 * heads * (double)shape.head_dim * kv_len[i_row] * batch[i_row];
  }
  table.batch = batch;
  table.kv_len = kv_len;
  set_latency(arena, &table, flop, mfu);
  return table;
}
