/* The project's own tables as measured latencies. */
#include <string.h>

#include "latency_internal.h"
#include "msw/base/file.h"
#include "msw/base/str.h"

static bool lies_in(const msw_kernel_table *table, const char *bench_dir, msw_arena *scratch) {
  const char *folder = msw_join_path(scratch, bench_dir, msw_kernel_name(table->kind));
  return msw_starts_with(table->file, folder) && table->file[strlen(folder)] == '/';
}

/* Index of the first bench folder that holds the table; 0 for tables from elsewhere. */
static size_t dir_of(const msw_data_root *data, const msw_kernel_table *table) {
  msw_arena scratch = {0};
  size_t found = 0;
  for (size_t i_dir = data->n_bench_dirs; i_dir-- > 0;)
    if (lies_in(table, data->bench_dirs[i_dir], &scratch)) found = i_dir;
  msw_arena_free(&scratch);
  return found;
}

/* Prefill tables are of one GPU's heads as they stand in the file name; decode tables divide them by tp, a KV head at
 * least for each GPU. */
static msw_latency_key attention_key(const msw_kernel_table *table, msw_latency_kind kind) {
  const msw_attention_shape *shape = &table->shape;
  const int64_t tp = shape->tp > 0 ? shape->tp : 1;
  return (msw_latency_key){.kind = kind, .dtype = table->dtype, .kv_dtype = table->kv_dtype,
                           .num_heads = shape->num_heads / tp, .num_kv_heads = (shape->num_kv_heads + tp - 1) / tp,
                           .head_dim = shape->head_dim};
}

static void add_row(msw_latency_loading *loading, msw_latency_source *source, const msw_kernel_table *table,
                    size_t i_row) {
  msw_latency_row row = {.source = source, .latency_us = table->latency_us[i_row], .y = 1.0,
                         .line = table->lines ? (uint32_t)table->lines[i_row] : 0};
  msw_latency_key key = {.kind = MSW_LATENCY_GEMM, .dtype = table->dtype};
  switch (table->kind) {
  case MSW_KERNEL_GEMM:
    key.n = (int64_t)table->n[i_row], key.k = (int64_t)table->k[i_row];
    row.x = table->m[i_row];
    break;
  case MSW_KERNEL_PREFILL_ATTENTION:
    key = attention_key(table, MSW_LATENCY_PREFILL);
    row.x = table->seq_len[i_row], row.y = table->batch[i_row];
    break;
  case MSW_KERNEL_DECODE_ATTENTION:
    key = attention_key(table, MSW_LATENCY_DECODE);
    row.x = table->kv_len[i_row], row.y = table->batch[i_row];
    break;
  }
  if (table->kind == MSW_KERNEL_PREFILL_ATTENTION && table->cached_len[i_row] > 0.0)
    msw_latency_count(source, MSW_LATENCY_CACHED, row.line);
  else
    msw_latency_add_row(loading, &key, row);
}

void msw_latency_add_own(msw_latency_loading *loading, const msw_kernel_set *own, size_t i_dir) {
  for (size_t i_table = 0; own && i_table < own->n_tables; i_table++) {
    const msw_kernel_table *table = &own->tables[i_table];
    if (dir_of(loading->data, table) != i_dir) continue;
    msw_latency_source *source = msw_latency_source_new(table->file, loading->gpu->name, "", loading->arena);
    memcpy(source->file.sha256, table->sha256, sizeof source->file.sha256);
    source->file.n_rows = table->n_rows;
    msw_latency_add_source(loading, source);
    for (size_t i_row = 0; i_row < table->n_rows; i_row++) add_row(loading, source, table, i_row);
  }
}
