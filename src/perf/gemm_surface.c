/* GEMM rows for a weight shape: which (k, n) of the table, then MFU over m. */
#include "gemm_surface.h"
#include "msw/base/num.h"

#include <math.h>
#include <stdlib.h>

const double *msw_table_mfu(const msw_kernel_table *table, const msw_knobs *knobs, msw_arena *arena) {
  if (knobs->mfu_source == MSW_MFU_FROM_FILE && table->file_mfu) return table->file_mfu;
  const double us_per_s = 1e6;
  double *mfu = msw_arena_array(arena, table->n_rows, sizeof *mfu);
  for (size_t i_row = 0; i_row < table->n_rows; i_row++)
    mfu[i_row] = table->flop[i_row] / (table->latency_us[i_row] / us_per_s) / table->peak_flop_per_s;
  return mfu;
}

size_t msw_gemm_tables(const msw_kernel_set *set, msw_dtype wanted, msw_arena *arena, const msw_kernel_table ***tables) {
  *tables = msw_arena_array(arena, set->n_tables, sizeof **tables);
  msw_dtype dtype = MSW_DTYPE_NONE;
  for (size_t i_table = set->n_tables; i_table-- > 0;)
    if (set->tables[i_table].kind == MSW_KERNEL_GEMM && dtype != wanted) dtype = set->tables[i_table].dtype;
  size_t n = 0;
  for (size_t i_table = 0; i_table < set->n_tables; i_table++) {
    const msw_kernel_table *table = &set->tables[i_table];
    if (table->kind == MSW_KERNEL_GEMM && table->dtype == dtype) (*tables)[n++] = table;
  }
  return n;
}

/* The covering row pair nearest to [k, n]; the last row of the first table when none covers. */
static void choose_shape(const msw_kernel_table *const *tables, size_t n_tables, double k, double n, size_t *i_table,
                         size_t *i_row) {
  double best = INFINITY;
  *i_table = 0;
  *i_row = tables[0]->n_rows - 1;
  for (size_t t = 0; t < n_tables; t++)
    for (size_t r = 0; r < tables[t]->n_rows; r++) {
      double d_k = tables[t]->k[r] - k, d_n = tables[t]->n[r] - n;
      if (d_k < 0.0 || d_n < 0.0 || d_k * d_k + d_n * d_n >= best) continue;
      best = d_k * d_k + d_n * d_n;
      *i_table = t;
      *i_row = r;
    }
}

msw_gemm_surface msw_gemm_surface_bind(const msw_kernel_table *const *tables, const double *const *mfu, size_t n_tables,
                                       double k, double n, msw_arena *arena) {
  size_t i_table, i_row;
  choose_shape(tables, n_tables, k, n, &i_table, &i_row);
  const msw_kernel_table *table = tables[i_table];
  msw_gemm_surface surface = {.k = k, .n = n, .table = table, .mfu = mfu[i_table],
                              .table_k = table->k[i_row], .table_n = table->n[i_row]};
  size_t *pick = msw_arena_array(arena, table->n_rows, sizeof *pick), n_pick = 0;
  for (size_t r = 0; r < table->n_rows; r++)
    if (msw_same_number(table->k[r], surface.table_k) && msw_same_number(table->n[r], surface.table_n)) pick[n_pick++] = r;
  surface.curve = msw_curve_build(table->m, mfu[i_table], pick, n_pick, 1.0, arena);
  if (!msw_same_number(surface.table_k, k) || !msw_same_number(surface.table_n, n)) surface.flags = MSW_FLAG_SHAPE_BORROWED;
  return surface;
}

/* The published way out of a zero in a rounded mfu column: the nearest row of all, in raw units, that is not. */
static double nearest_usable(const msw_gemm_surface *surface, double m, double mfu_floor, double otherwise,
                             msw_rows_used *used) {
  const msw_kernel_table *table = surface->table;
  double best = INFINITY, mfu = otherwise;
  for (size_t r = 0; r < table->n_rows; r++) {
    double d_m = table->m[r] - m, d_k = table->k[r] - surface->k, d_n = table->n[r] - surface->n;
    double distance = d_m * d_m + d_k * d_k + d_n * d_n;
    if (surface->mfu[r] < mfu_floor || distance >= best) continue;
    best = distance;
    mfu = surface->mfu[r];
    if (used) *used = (msw_rows_used){.n = 1, .row = {r}, .weight = {1.0}};
  }
  return mfu;
}

double msw_gemm_surface_at(const msw_gemm_surface *surface, const msw_knobs *knobs, double m, msw_flags *flags,
                           msw_rows_used *used) {
  *flags |= surface->flags;
  double mfu = msw_curve_at(&surface->curve, (msw_curve_rule)knobs->gemm_lookup, (msw_domain)knobs->lookup_domain, m,
                            flags, used);
  double mfu_floor = msw_mfu_floor(knobs);
  return mfu >= mfu_floor ? mfu : nearest_usable(surface, m, mfu_floor, mfu, used);
}
