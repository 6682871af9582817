/* Kernel tables for machines. Keys are stable. */
#include <stdio.h>

#include "msw/formats/json.h"
#include "stand_ins.h"
#include "tables.h"
#include "tables_latency.h"

static void add_peaks(msw_arena *arena, msw_json *parent, const msw_gpu *gpu) {
  msw_json *peaks = msw_json_add_object(arena, parent, "peak_flop_per_s");
  for (int dtype = MSW_BF16; dtype < MSW_N_DTYPES; dtype++)
    if (gpu->peak_flop_per_s[dtype] > 0.0)
      msw_json_add_number(arena, peaks, msw_dtype_name((msw_dtype)dtype), gpu->peak_flop_per_s[dtype]);
}

static void add_column(msw_arena *arena, msw_json *parent, const msw_table_column *column) {
  if (!column->values) return;
  msw_json *object = msw_json_add_object(arena, parent, column->name);
  msw_json_add_number(arena, object, "min", column->min);
  msw_json_add_number(arena, object, "max", column->max);
  msw_json_add_number(arena, object, "distinct", (double)column->n_distinct);
}

static void add_shape(msw_arena *arena, msw_json *parent, const msw_kernel_table *table) {
  if (table->kind == MSW_KERNEL_GEMM) return;
  msw_json_add_string(arena, parent, "kv_dtype", msw_dtype_name(table->kv_dtype));
  msw_json_add_number(arena, parent, "num_heads", (double)table->shape.num_heads);
  msw_json_add_number(arena, parent, "num_kv_heads", (double)table->shape.num_kv_heads);
  msw_json_add_number(arena, parent, "head_dim", (double)table->shape.head_dim);
  if (table->kind == MSW_KERNEL_DECODE_ATTENTION) msw_json_add_number(arena, parent, "tp", (double)table->shape.tp);
}

static void add_mfu(msw_arena *arena, msw_json *parent, const msw_kernel_table *table) {
  msw_json_add_number(arena, parent, "peak_flop_per_s", table->peak_flop_per_s);
  msw_json_add_bool(arena, parent, "peak_declared", table->peak_declared);
  msw_json *column = msw_json_add_object(arena, parent, "mfu_column");
  msw_json_add_number(arena, column, "implied_flop_per_s", table->implied_flop_per_s);
  msw_json_add_string(arena, column, "implied_name", table->implied_name);
  msw_json_add_number(arena, column, "rows_agree", (double)table->n_mfu_agree);
  msw_json_add_number(arena, column, "rows", (double)table->n_mfu_rows);
  msw_json_add_bool(arena, column, "off", msw_kernel_table_mfu_is_off(table));
}

static void add_table(msw_arena *arena, msw_json *list, const msw_kernel_table *table,
                      const msw_latency_set *latencies) {
  msw_table_report report = msw_table_examine(table, arena);
  msw_json *object = msw_json_add_object(arena, list, NULL);
  msw_json_add_string(arena, object, "kernel", msw_kernel_name(table->kind));
  msw_json_add_string(arena, object, "file", table->file);
  msw_json_add_string(arena, object, "sha256", table->sha256);
  msw_json_add_string(arena, object, "dtype", msw_dtype_name(table->dtype));
  add_shape(arena, object, table);
  msw_json_add_number(arena, object, "rows", (double)table->n_rows);
  msw_json *columns = msw_json_add_object(arena, object, "columns");
  for (size_t i_size = 0; i_size < report.n_sizes; i_size++) add_column(arena, columns, &report.sizes[i_size]);
  add_column(arena, columns, &report.latency_us);
  add_column(arena, columns, &report.file_mfu);
  add_mfu(arena, object, table);
  msw_json_add_number(arena, object, "max_mfu", report.max_mfu);
  msw_json_add_number(arena, object, "duplicates", (double)report.n_duplicates);
  msw_json_add_number(arena, object, "holes", (double)report.n_holes);
  size_t n_defects;
  const char *const *defects = msw_table_defects(table, &report, arena, &n_defects);
  msw_json *texts = msw_json_add_array(arena, object, "defects");
  for (size_t i_defect = 0; i_defect < n_defects; i_defect++)
    msw_json_add_string(arena, texts, NULL, defects[i_defect]);
  defects = msw_latency_own_defects(latencies, table, arena, &n_defects);
  for (size_t i_defect = 0; i_defect < n_defects; i_defect++)
    msw_json_add_string(arena, texts, NULL, defects[i_defect]);
}

static void add_gpu(msw_arena *arena, msw_json *gpus, const msw_gpu_tables *tables) {
  const msw_kernel_set *own = &tables->own;
  msw_json *gpu = msw_json_add_object(arena, gpus, NULL);
  msw_json_add_string(arena, gpu, "name", own->gpu->name);
  add_peaks(arena, gpu, own->gpu);
  msw_json_add_number(arena, gpu, "mem_bw_bytes_per_s", own->gpu->mem_bw_bytes_per_s);
  msw_json_add_number(arena, gpu, "mem_gib", own->gpu->mem_gib);
  msw_json *list = msw_json_add_array(arena, gpu, "tables");
  for (size_t i_table = 0; i_table < own->n_tables; i_table++) add_table(arena, list, &own->tables[i_table], &tables->latencies);
  msw_tables_latency_json(&tables->latencies, own, arena, gpu);
  const msw_notes notes = msw_stand_ins_of_gpu(own, arena);
  msw_json *stand_ins = msw_json_add_array(arena, gpu, "stand_ins");
  for (size_t i_note = 0; i_note < notes.n; i_note++) msw_json_add_string(arena, stand_ins, NULL, notes.items[i_note]);
}

void msw_tables_json(const msw_gpu_tables *gpus, size_t n_gpus, msw_arena *arena) {
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json *list = msw_json_add_array(arena, root, "gpus");
  for (size_t i_gpu = 0; i_gpu < n_gpus; i_gpu++) add_gpu(arena, list, &gpus[i_gpu]);
  msw_buf text = {0};
  msw_json_write(root, 2, &text);
  puts(text.text);
  msw_buf_free(&text);
}
