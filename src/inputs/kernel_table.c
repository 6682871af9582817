/* The catalogue: finds the kernel tables of one GPU in the bench-data folders and settles their peaks. */
#include "msw/inputs/kernel_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_internal.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "units.h"

/* A peak that so many rows of the mfu column agree with is one to rely on. */
static const double MIN_IMPLIED_SHARE = .5;
/* Peaks of two number formats that differ by less are one peak. */
static const double SAME_PEAK = .01;

typedef struct {
  const msw_data_root *data;
  const msw_gpu *gpu;
  msw_arena *arena;
  msw_diag *diag;
  size_t i_dir;                /* bench folder that is being searched */
  msw_kernel_table *tables;    /* [n], of bench folder i_dirs[] */
  size_t *i_dirs;
  size_t n, tables_cap, i_dirs_cap;
} table_catalogue;

static bool is_same_shape(msw_attention_shape a, msw_attention_shape b) {
  return a.num_heads == b.num_heads && a.num_kv_heads == b.num_kv_heads && a.head_dim == b.head_dim && a.tp == b.tp;
}

static bool is_same_key(const msw_kernel_table *a, const msw_kernel_table *b) {
  return a->kind == b->kind && a->dtype == b->dtype && a->kv_dtype == b->kv_dtype && is_same_shape(a->shape, b->shape);
}

/* Rows of a GEMM table may be spread over the files of one folder; two attention files of one shape are a mistake. */
static bool is_shadowed(const table_catalogue *catalogue, const msw_kernel_table *table) {
  for (size_t i_table = 0; i_table < catalogue->n; i_table++) {
    const msw_kernel_table *earlier = &catalogue->tables[i_table];
    if (!is_same_key(earlier, table)) continue;
    if (catalogue->i_dirs[i_table] != catalogue->i_dir) return true;
    if (table->kind == MSW_KERNEL_GEMM) continue;
    msw_warn(catalogue->diag, (msw_loc){.file = table->file}, NULL, NULL, "has the shape of %s and is not used",
             earlier->file);
    return true;
  }
  return false;
}

static void add_table(table_catalogue *catalogue, const msw_kernel_table *table) {
  const size_t n_need = catalogue->n + 1;
  catalogue->tables = msw_grow(catalogue->tables, &catalogue->tables_cap, n_need, sizeof *catalogue->tables);
  catalogue->i_dirs = msw_grow(catalogue->i_dirs, &catalogue->i_dirs_cap, n_need, sizeof *catalogue->i_dirs);
  catalogue->tables[catalogue->n] = *table;
  catalogue->i_dirs[catalogue->n++] = catalogue->i_dir;
}

/* ---- Peaks ---- */

/* SOURCE.json's peak, unless the rows say that they are of another number format with another peak. */
static double declared_peak(const table_catalogue *catalogue, const msw_kernel_source *source,
                            const msw_kernel_table *table) {
  if (source->dtype == MSW_DTYPE_NONE || source->dtype == table->dtype) return source->peak_flop_per_s;
  const double *peaks = catalogue->gpu->peak_flop_per_s;
  msw_warn(catalogue->diag, (msw_loc){.file = table->file}, "dtype", NULL,
           "rows are %s, but %s says %s; the rows count", msw_dtype_name(table->dtype), source->file,
           msw_dtype_name(source->dtype));
  const double rows_peak = peaks[table->dtype], source_peak = peaks[source->dtype];
  return source_peak > 0.0 && fabs(rows_peak / source_peak - 1.0) < SAME_PEAK ? source->peak_flop_per_s : 0.0;
}

/* Says which peak an undeclared table gets, once for files of one folder that get the same. */
static void warn_of_peak(const table_catalogue *catalogue, const msw_kernel_table *table, bool is_implied) {
  const msw_kernel_table *last = catalogue->n > 0 ? &catalogue->tables[catalogue->n - 1] : NULL;
  if (last && last->kind == table->kind && !last->peak_declared &&
      catalogue->i_dirs[catalogue->n - 1] == catalogue->i_dir &&
      memcmp(&last->peak_flop_per_s, &table->peak_flop_per_s, sizeof(double)) == 0)
    return;
  const double tflops = table->peak_flop_per_s / FLOP_PER_TFLOP;
  const char *hint = "write SOURCE.json with dtype and peak_tflops beside it";
  const msw_loc loc = {.file = table->file};
  if (is_implied)
    msw_warn(catalogue->diag, loc, NULL, hint, "no peak declared: takes %g TFLOP/s, which its mfu column implies (%s)",
             tflops, table->implied_name ? table->implied_name : "no known peak");
  else
    msw_warn(catalogue->diag, loc, NULL, hint, "no peak declared: takes %g TFLOP/s, the %s peak of %s", tflops,
             msw_dtype_name(table->dtype == MSW_DTYPE_NONE ? MSW_BF16 : table->dtype), catalogue->gpu->name);
}

static void settle_peak(const table_catalogue *catalogue, const msw_kernel_source *source, msw_kernel_rounding rounding,
                        msw_kernel_table *table) {
  const double declared = declared_peak(catalogue, source, table);
  msw_kernel_imply_peak(catalogue->data, catalogue->gpu, declared, rounding, catalogue->arena, table);
  table->peak_declared = declared > 0.0;
  table->peak_flop_per_s = declared;
  if (table->peak_declared) return;
  const bool is_implied =
      table->n_mfu_rows > 0 && (double)table->n_mfu_agree >= MIN_IMPLIED_SHARE * (double)table->n_mfu_rows;
  const double *peaks = catalogue->gpu->peak_flop_per_s;
  const double own = peaks[table->dtype] > 0.0 ? peaks[table->dtype] : peaks[MSW_BF16];
  table->peak_flop_per_s = is_implied ? table->implied_flop_per_s : own;
  warn_of_peak(catalogue, table, is_implied);
}

/* ---- Folders ---- */

static bool read_shape(const table_catalogue *catalogue, const char *path, msw_kernel_table *table) {
  const msw_loc loc = {.file = path};
  if (table->kind == MSW_KERNEL_GEMM) return true;
  if (!msw_kernel_parse_file_name(table->kind, msw_base_name(path), &table->shape)) {
    msw_warn(catalogue->diag, loc, NULL, NULL, "is not used: its name is not %s",
             table->kind == MSW_KERNEL_PREFILL_ATTENTION ? "<H>-<Hkv>-<dh>.csv" : "<H>-<Hkv>-<dh>-tp<T>.csv");
    return false;
  }
  const msw_attention_shape *shape = &table->shape;
  if (shape->num_heads % shape->num_kv_heads == 0 && shape->num_heads % shape->tp == 0) return true;
  const bool is_tp = shape->num_heads % shape->num_kv_heads == 0;
  msw_error(catalogue->diag, loc, NULL, NULL, "its name says %lld heads, not a multiple of %s %lld",
            (long long)shape->num_heads, is_tp ? "tp" : "KV heads",
            (long long)(is_tp ? shape->tp : shape->num_kv_heads));
  return false;
}

static void load_table(table_catalogue *catalogue, msw_kernel_kind kind, const char *path,
                       const msw_kernel_source *source) {
  msw_kernel_table table = {.kind = kind, .gpu = catalogue->gpu->name, .source_file = source->file};
  memcpy(table.source_sha256, source->sha256, sizeof table.source_sha256);
  msw_kernel_rounding rounding = {0};
  if (!read_shape(catalogue, path, &table)) return;
  const msw_status read = msw_kernel_read(path, msw_kernel_layout_of(kind), source, catalogue->arena, catalogue->diag,
                                          &table, &rounding);
  if (read != MSW_OK || is_shadowed(catalogue, &table)) return;
  settle_peak(catalogue, source, rounding, &table);
  add_table(catalogue, &table);
}

static void load_folder(table_catalogue *catalogue, msw_kernel_kind kind, const char *dir) {
  msw_kernel_source source;
  if (msw_kernel_source_load(dir, catalogue->gpu, catalogue->arena, catalogue->diag, &source) != MSW_OK) return;
  const char **files = NULL;
  size_t n_files;
  (void)msw_list_dir(dir, catalogue->arena, catalogue->diag, &files, &n_files);
  for (size_t i_file = 0; i_file < n_files; i_file++)
    if (msw_ends_with(files[i_file], ".csv"))
      load_table(catalogue, kind, msw_join_path(catalogue->arena, dir, files[i_file]), &source);
}

static void load_kind(table_catalogue *catalogue, msw_kernel_kind kind) {
  for (catalogue->i_dir = 0; catalogue->i_dir < catalogue->data->n_bench_dirs; catalogue->i_dir++) {
    const char *bench_dir = catalogue->data->bench_dirs[catalogue->i_dir];
    const char *folder = msw_join_path(catalogue->arena, bench_dir, msw_kernel_name(kind));
    const char **names = NULL;
    size_t n_names;
    (void)msw_list_dir(folder, catalogue->arena, catalogue->diag, &names, &n_names);
    for (size_t i_name = 0; i_name < n_names; i_name++)
      if (msw_gpu_is(catalogue->gpu, names[i_name]))
        load_folder(catalogue, kind, msw_join_path(catalogue->arena, folder, names[i_name]));
  }
}

msw_status msw_kernel_set_load(const msw_data_root *data, const msw_gpu *gpu, msw_arena *arena, msw_diag *diag,
                               msw_kernel_set *set) {
  const size_t n_errors_before = diag->n_errors;
  table_catalogue catalogue = {.data = data, .gpu = gpu, .arena = arena, .diag = diag};
  for (int i_kind = 0; i_kind < MSW_N_KERNELS; i_kind++) load_kind(&catalogue, (msw_kernel_kind)i_kind);

  msw_kernel_table *tables = msw_arena_array(arena, catalogue.n, sizeof *tables);
  if (catalogue.n > 0) memcpy(tables, catalogue.tables, catalogue.n * sizeof *tables);
  free(catalogue.tables);
  free(catalogue.i_dirs);
  *set = (msw_kernel_set){.gpu = gpu, .tables = tables, .n_tables = catalogue.n};
  return diag->n_errors > n_errors_before ? MSW_BAD_INPUT : MSW_OK;
}
