/* GEMM shapes that are held out: the table, and the tests at every m of a shape. */
#include <stdlib.h>

#include "crossval_shapes.h"
#include "msw/base/num.h"

bool msw_cross_is_out(msw_cross_out what, const msw_latency_key *held, const msw_latency_key *key) {
  if (what == MSW_OUT_FROM_N) return key->n >= held->n;
  if (what == MSW_OUT_FROM_K) return key->k >= held->k;
  if (what == MSW_OUT_N_AND_K) return key->n == held->n || key->k == held->k;
  return key->n == held->n && (what == MSW_OUT_N || key->k == held->k);
}

/* ---- The table */

static double *distinct(const msw_latency_set *set, bool of_n, size_t *n, msw_arena *arena) {
  double *values = msw_arena_array(arena, set->n_slices, sizeof *values);
  *n = 0;
  for (size_t i_slice = 0; i_slice < set->n_slices; i_slice++)
    values[i_slice] = (double)(of_n ? set->slices[i_slice].key.n : set->slices[i_slice].key.k);
  qsort(values, set->n_slices, sizeof *values, msw_compare_numbers);
  for (size_t i_slice = 0; i_slice < set->n_slices; i_slice++)
    if (*n == 0 || values[*n - 1] < values[i_slice]) values[(*n)++] = values[i_slice];
  return values;
}

static msw_cross_shape_table read_table(const msw_cross_table *table) {
  msw_cross_shape_table shapes = {.table = table};
  shapes.n = distinct(&table->set, true, &shapes.n_n, table->arena);
  shapes.k = distinct(&table->set, false, &shapes.n_k, table->arena);
  shapes.curves = msw_arena_array(table->arena, table->set.n_slices, sizeof *shapes.curves);
  for (size_t i_slice = 0; i_slice < table->set.n_slices; i_slice++) {
    const msw_latency_slice *slice = &table->set.slices[i_slice];
    shapes.curves[i_slice] = msw_time_linear(slice->x, slice->latency_us, slice->n_points, table->arena);
  }
  return shapes;
}

double msw_cross_shape_us(const msw_cross_shape_table *shapes, double n, double k, double m) {
  msw_latency_key key = shapes->table->set.slices[0].key;
  key.n = (int64_t)n;
  key.k = (int64_t)k;
  const msw_latency_slice *slice = msw_latency_find(&shapes->table->set, &key);
  return slice ? msw_time_at(&shapes->curves[slice - shapes->table->set.slices], m, NULL) : (double)NAN;
}

/* ---- Tests */

void msw_cross_leave_out(const msw_cross_shape_table *shapes, msw_cross_out what, const msw_latency_key *held,
                         msw_cross_rest *rest) {
  msw_cross_begin(rest, shapes->table);
  for (size_t i_slice = 0; i_slice < shapes->table->set.n_slices; i_slice++)
    if (!msw_cross_is_out(what, held, &shapes->table->set.slices[i_slice].key))
      msw_cross_keep(rest, &shapes->table->set.slices[i_slice], NULL);
  msw_cross_lookup(rest);
}

void msw_cross_test_shape(const msw_cross_held *held, msw_cross_rest *rest, msw_cross_guess_fn *guess_at, const void *context) {
  const msw_latency_slice *slice = &held->shapes->table->set.slices[held->i_slice];
  const msw_latency_key *key = &slice->key;
  msw_time_curve curve;
  msw_surface_source source;
  const bool found = msw_surface_gemm(rest->surfaces, key->dtype, key->block_scaled, (double)key->n, (double)key->k,
                                      &rest->arena, &curve, &source);
  for (size_t i_m = 0; i_m < slice->n_points; i_m++) {
    if (!held->shapes->table->is_truth[held->i_slice][i_m]) continue;
    msw_cross_guess guess = guess_at(held, context, slice->x[i_m]);
    if (found) guess.us[MSW_CROSS_MEASURED] = msw_time_at(&curve, slice->x[i_m], NULL);
    msw_cross_add(held->trial, slice->latency_us[i_m], &guess);
  }
}

void msw_cross_shapes(const msw_cross_table *table, msw_cross_list *list) {
  const msw_cross_shape_table shapes = read_table(table);
  msw_cross_inner_shapes(&shapes, list);
  msw_cross_last_shapes(&shapes, list);
}
