/* A table as the surfaces see it, and what is left of it when rows are held out. */
#include "crossval_parts.h"
#include "msw/base/num.h"

/* ---- Slices */

const msw_cross_row *msw_cross_rows(const msw_latency_slice *slice, msw_arena *arena, size_t *n) {
  msw_cross_row *rows = msw_arena_array(arena, slice->n_points, sizeof *rows);
  *n = 0;
  for (size_t i_point = 0; i_point < slice->n_points; i_point++) {
    if (*n == 0 || rows[*n - 1].y < slice->y[i_point])
      rows[(*n)++] = (msw_cross_row){.y = slice->y[i_point], .first = i_point};
    rows[*n - 1].end = i_point + 1;
  }
  return rows;
}

/* Points of a new slice. */
typedef struct { double *x, *y, *us; size_t n; } point_list;

static point_list points_like(const msw_latency_slice *slice, msw_arena *arena) {
  double *numbers = msw_arena_array(arena, 3 * slice->n_points, sizeof *numbers);
  return (point_list){numbers, numbers + slice->n_points, numbers + 2 * slice->n_points, 0};
}

static void push_point(point_list *points, double x, double y, double us) {
  points->x[points->n] = x;
  points->y[points->n] = y;
  points->us[points->n++] = us;
}

/* What no lookup asks for is left out. */
static msw_latency_slice slice_of(const msw_latency_key *key, const point_list *points) {
  return (msw_latency_slice){.key = *key, .n_points = points->n, .x = points->x, .y = points->y, .latency_us = points->us};
}

/* ---- Cleaning */

/* One slice answers a lookup of messages or experts; which of several that is does not matter here. */
static bool line_of(const msw_gpu *gpu, const msw_latency_slice *slice, msw_arena *arena, msw_time_curve *curve) {
  const msw_latency_set alone = {.gpu = gpu, .slices = slice, .n_slices = 1};
  msw_surfaces *surfaces = msw_surfaces_new(&alone);
  const bool found = msw_cross_line(surfaces, &slice->key, arena, curve);
  msw_surfaces_free(surfaces);
  return found;
}

/* The time that the surfaces have for a row of a slice, as a curve. */
static bool curve_of(const msw_surfaces *surfaces, const msw_latency_slice *slice, double y, msw_arena *arena,
                     msw_time_curve *curve) {
  const msw_latency_key *key = &slice->key;
  msw_surface_source source;
  const msw_attention_kernel kernel = {key->kv_dtype, (double)key->num_heads, (double)key->num_kv_heads,
                                       (double)key->head_dim, (double)key->window};
  const msw_gpu *gpu = msw_surfaces_set(surfaces)->gpu;
  if (key->kind == MSW_LATENCY_GEMM)
    return msw_surface_gemm(surfaces, key->dtype, key->block_scaled, (double)key->n, (double)key->k, arena, curve, &source);
  if (key->kind == MSW_LATENCY_PREFILL) return msw_surface_prefill(surfaces, &kernel, y, arena, curve, &source);
  if (key->kind == MSW_LATENCY_DECODE)
    return msw_surface_decode(surfaces, &kernel, y, gpu->l2_bytes, arena, curve, &source);
  return line_of(gpu, slice, arena, curve);
}

/* GEMM rows that are repaired stay with their new time; other kinds lose the row. */
static msw_latency_slice clean_slice(const msw_surfaces *surfaces, const msw_latency_slice *slice, msw_arena *arena,
                                     bool *is_truth) {
  point_list clean = points_like(slice, arena);
  msw_arena scratch = {0};
  msw_time_curve curve = {NULL, 0};
  for (size_t i_point = 0; i_point < slice->n_points; i_point++) {
    const double x = slice->x[i_point], y = slice->y[i_point], measured_us = slice->latency_us[i_point];
    if (i_point == 0 || slice->y[i_point - 1] < y)
      if (!curve_of(surfaces, slice, y, &scratch, &curve)) curve.n = 0;
    const double us = curve.n > 0 ? msw_time_at(&curve, x, NULL) : measured_us;
    const bool is_same = msw_same_number(us, measured_us);
    if (!is_same && slice->key.kind != MSW_LATENCY_GEMM) continue;
    is_truth[clean.n] = is_same;
    push_point(&clean, x, y, us);
  }
  msw_arena_free(&scratch);
  return slice_of(&slice->key, &clean);
}

msw_cross_table msw_cross_clean(const msw_latency_set *whole, const msw_latency_slice *slices, size_t n, size_t most_tests,
                                msw_arena *arena) {
  const msw_latency_set these = {.gpu = whole->gpu, .slices = slices, .n_slices = n};
  msw_surfaces *surfaces = msw_surfaces_new(&these);
  msw_latency_slice *clean = msw_arena_array(arena, n, sizeof *clean);
  const bool **is_truth = msw_arena_array(arena, n, sizeof *is_truth);
  for (size_t i_slice = 0; i_slice < n; i_slice++) {
    bool *truths = msw_arena_array(arena, slices[i_slice].n_points, sizeof *truths);
    clean[i_slice] = clean_slice(surfaces, &slices[i_slice], arena, truths);
    is_truth[i_slice] = truths;
  }
  msw_surfaces_free(surfaces);
  return (msw_cross_table){whole->gpu, {.gpu = whole->gpu, .slices = clean, .n_slices = n}, is_truth, most_tests, arena};
}

/* ---- What is left */

msw_cross_box msw_cross_x(double low, double high) {
  return (msw_cross_box){low, high, -(double)INFINITY, (double)INFINITY};
}

static bool is_inside(const msw_cross_box *box, double x, double y) {
  return x >= box->x_low && x <= box->x_high && y >= box->y_low && y <= box->y_high;
}

void msw_cross_begin(msw_cross_rest *rest, const msw_cross_table *table) {
  *rest = (msw_cross_rest){.set = {.gpu = table->gpu}};
  rest->slices = msw_arena_array(&rest->arena, table->set.n_slices, sizeof *rest->slices);
  rest->set.slices = rest->slices;
}

void msw_cross_keep(msw_cross_rest *rest, const msw_latency_slice *slice, const msw_cross_box *without) {
  msw_latency_slice kept = *slice;
  if (without) {
    point_list points = points_like(slice, &rest->arena);
    for (size_t i_point = 0; i_point < slice->n_points; i_point++)
      if (!is_inside(without, slice->x[i_point], slice->y[i_point]))
        push_point(&points, slice->x[i_point], slice->y[i_point], slice->latency_us[i_point]);
    kept = slice_of(&slice->key, &points);
  }
  if (kept.n_points > 0) rest->slices[rest->set.n_slices++] = kept;
}

const msw_surfaces *msw_cross_lookup(msw_cross_rest *rest) { return rest->surfaces = msw_surfaces_new(&rest->set); }

void msw_cross_end(msw_cross_rest *rest) {
  msw_surfaces_free(rest->surfaces);
  rest->surfaces = NULL;
  msw_arena_free(&rest->arena);
}
