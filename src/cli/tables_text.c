/* Kernel tables for people. */
#include <stdio.h>

#include "mfu_column.h"
#include "msw/base/str.h"
#include "stand_ins.h"
#include "tables.h"
#include "tables_latency.h"

static const double flop_per_tflop = 1e12, bytes_per_gb = 1e9;

static void print_gpu(const msw_gpu *gpu, const char *indent, msw_arena *arena) {
  const char *peaks = "";
  for (int dtype = MSW_BF16; dtype < MSW_N_DTYPES; dtype++)
    if (gpu->peak_flop_per_s[dtype] > 0.0)
      peaks = msw_format(arena, "%s%s%s %.6g", peaks, peaks[0] ? ", " : "", msw_dtype_name((msw_dtype)dtype),
                         gpu->peak_flop_per_s[dtype] / flop_per_tflop);
  printf("%s%s: %s TFLOP/s; %.6g GB/s, %.6g GiB\n", indent, gpu->name, peaks[0] ? peaks : "no peaks known",
         gpu->mem_bw_bytes_per_s / bytes_per_gb, gpu->mem_gib);
}

/* "m 8..4096 (9)", "k 2048" */
static const char *range_text(const msw_table_column *column, msw_arena *arena) {
  if (column->n_distinct == 1) return msw_format(arena, "%s %.15g", column->name, column->min);
  return msw_format(arena, "%s %.15g..%.15g (%zu)", column->name, column->min, column->max, column->n_distinct);
}

static const char *sizes_text(const msw_table_report *report, msw_arena *arena) {
  const char *text = "";
  for (size_t i_size = 0; i_size < report->n_sizes; i_size++)
    text = msw_format(arena, "%s%s%s", text, i_size ? ", " : "", range_text(&report->sizes[i_size], arena));
  text = msw_format(arena, "%s; latency_us %.15g..%.15g", text, report->latency_us.min, report->latency_us.max);
  if (!report->file_mfu.values) return text;
  return msw_format(arena, "%s, mfu %.15g..%.15g", text, report->file_mfu.min, report->file_mfu.max);
}

/* "fp8", "bf16, KV bf16, heads 32, KV heads 8, head_dim 128, tp 2" */
static const char *format_text(const msw_kernel_table *table, msw_arena *arena) {
  const msw_attention_shape *shape = &table->shape;
  const char *dtype = table->dtype == MSW_DTYPE_NONE ? "number format not said" : msw_dtype_name(table->dtype);
  if (table->kind == MSW_KERNEL_GEMM) return dtype;
  const char *text =
      msw_format(arena, "%s, KV %s, heads %lld, KV heads %lld, head_dim %lld", dtype, msw_dtype_name(table->kv_dtype),
                 (long long)shape->num_heads, (long long)shape->num_kv_heads, (long long)shape->head_dim);
  return table->kind == MSW_KERNEL_DECODE_ATTENTION ? msw_format(arena, "%s, tp %lld", text, (long long)shape->tp)
                                                    : text;
}

static void print_peaks(const msw_kernel_table *table, const msw_gpu *gpu, msw_arena *arena) {
  const char *own = msw_peak_text(table->peak_flop_per_s, msw_peak_name(gpu, table->peak_flop_per_s, arena), arena);
  printf("    peak: %s, %s\n", own,
         table->peak_declared ? "declared by SOURCE.json" : "taken, because none is declared");
  if (table->implied_flop_per_s > 0.0)
    printf("    mfu column: divided by %s, as %zu of %zu rows agree\n",
           msw_peak_text(table->implied_flop_per_s, table->implied_name, arena), table->n_mfu_agree, table->n_mfu_rows);
  else printf("    mfu column: none that says anything\n");
}

static void print_defects(const char *const *defects, size_t n_defects) {
  for (size_t i_defect = 0; i_defect < n_defects; i_defect++) printf("    ! %s\n", defects[i_defect]);
}

static void print_table(const msw_kernel_table *table, const msw_gpu_tables *gpu, msw_arena *arena) {
  msw_table_report report = msw_table_examine(table, arena);
  size_t n_defects;
  const char *const *defects = msw_table_defects(table, &report, arena, &n_defects);
  printf("\n  %s  %s\n", msw_kernel_name(table->kind), table->file);
  printf("    %zu rows, %s\n", table->n_rows, format_text(table, arena));
  printf("    %s\n", sizes_text(&report, arena));
  print_peaks(table, gpu->own.gpu, arena);
  print_defects(defects, n_defects);
  defects = msw_latency_own_defects(&gpu->latencies, table, arena, &n_defects);
  print_defects(defects, n_defects);
}

/* What a sweep in another number format would rest on. */
static void print_stand_ins(const msw_kernel_set *set, msw_arena *arena) {
  const msw_notes notes = msw_stand_ins_of_gpu(set, arena);
  if (notes.n > 0) printf("\n");
  for (size_t i_note = 0; i_note < notes.n; i_note++) printf("  ! %s\n", notes.items[i_note]);
}

static bool has_tables(const msw_gpu_tables *gpu) { return gpu->own.n_tables > 0 || gpu->latencies.n_files > 0; }

void msw_tables_text(const msw_gpu_tables *gpus, size_t n_gpus, msw_arena *arena) {
  size_t n_without = 0;
  for (size_t i_gpu = 0; i_gpu < n_gpus; i_gpu++) {
    const msw_gpu_tables *gpu = &gpus[i_gpu];
    n_without += !has_tables(gpu);
    if (!has_tables(gpu)) continue;
    print_gpu(gpu->own.gpu, "", arena);
    for (size_t i_table = 0; i_table < gpu->own.n_tables; i_table++)
      print_table(&gpu->own.tables[i_table], gpu, arena);
    msw_tables_latency_text(&gpu->latencies, &gpu->own, arena);
    print_stand_ins(&gpu->own, arena);
    printf("\n");
  }
  if (n_without > 0) printf("without kernel tables\n");
  for (size_t i_gpu = 0; i_gpu < n_gpus; i_gpu++)
    if (!has_tables(&gpus[i_gpu])) print_gpu(gpus[i_gpu].own.gpu, "  ", arena);
}
