/* The time of a GEMM y[m,n] = x[m,k] W over m: its own measurements, else a line in k through the sites of the same n, else a
 * line in n through what the columns beside it say for this k, else the nearest sites. */
#include "msw/base/num.h"
#include "surface_index.h"

static const double MAX_OCTAVES = 2.0;   /* away in (n, k), where only the nearest sites are left */
enum { N_NEAREST = MSW_MOST_MIXED };

/* sum(weight * curve), limited where the weights extrapolate. */
static msw_time_knots mix(const msw_time_knots *curves, const double *weights, size_t n_curves, double ratio,
                          msw_arena *arena) {
  size_t n = 0;
  const double *m = msw_mix_places(curves, n_curves, &n, arena);
  double *us = msw_arena_array(arena, n, sizeof *us);
  for (size_t i_m = 0; i_m < n; i_m++) {
    const double first = msw_knots_linear_at(&curves[0], m[i_m]);
    double sum = weights[0] * first;
    for (size_t i_curve = 1; i_curve < n_curves; i_curve++)
      sum += weights[i_curve] * msw_knots_linear_at(&curves[i_curve], m[i_m]);
    us[i_m] = msw_mix_limited(sum, first, ratio);
  }
  return (msw_time_knots){.x = m, .us = us, .n = n};
}

/* ---- Columns: sites of one n */

/* What a column says of a k that may not be measured: at most two of its sites. */
typedef struct { const msw_gemm_site *sites; msw_axis_weights along; msw_flags flags; } column_plan;

static bool plan_column(const msw_gemm_sites *format, const msw_gemm_column *column, double k, column_plan *plan) {
  plan->sites = &format->sites[column->first];
  if (!msw_axis_along(&format->k[column->first], column->end - column->first, k, &plan->along)) return false;
  plan->flags = (plan->along.flags & MSW_FLAG_EXTRAPOLATED) | (plan->along.flags ? MSW_FLAG_SHAPE_BORROWED : 0);
  return true;
}

static msw_time_knots column_curve(const column_plan *plan, msw_arena *arena) {
  const msw_axis_weights *along = &plan->along;
  if (!along->flags) return plan->sites[along->i[0]].knots;
  msw_time_knots curves[2];
  for (size_t i_part = 0; i_part < along->n; i_part++) curves[i_part] = plan->sites[along->i[i_part]].knots;
  return mix(curves, along->weight, along->n, along->ratio, arena);
}

static void name_source(const column_plan *plan, double weight, msw_surface_source *source) {
  for (size_t i_part = 0; i_part < plan->along.n; i_part++) {
    source->slice[source->n] = plan->sites[plan->along.i[i_part]].slice;
    source->weight[source->n++] = weight * plan->along.weight[i_part];
  }
}

/* ---- Shapes */

typedef struct { msw_time_knots knots; msw_flags flags; } gemm_curve;

static gemm_curve of_column(const column_plan *plan, msw_arena *scratch, msw_surface_source *source) {
  name_source(plan, 1.0, source);
  return (gemm_curve){column_curve(plan, scratch), plan->flags};
}

/* The column of exactly this n, or NULL. */
static const msw_gemm_column *own_column(const msw_gemm_sites *format, double n) {
  size_t low = 0, high = format->n_columns;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (format->columns[middle].n < n)
      low = middle + 1;
    else
      high = middle;
  }
  return low < format->n_columns && !(format->columns[low].n > n) ? &format->columns[low] : NULL;
}

typedef struct { double *n; column_plan *plans; size_t n_columns; } column_list;

/* The other columns that can say something of this k, those that must reach beyond their sites only if asked for. */
static column_list list_columns(const msw_gemm_sites *format, double n, double k, bool reaching, msw_arena *scratch) {
  column_list list = {msw_arena_array(scratch, format->n_columns, sizeof *list.n),
                      msw_arena_array(scratch, format->n_columns, sizeof *list.plans), 0};
  for (size_t i_column = 0; i_column < format->n_columns; i_column++) {
    const msw_gemm_column *column = &format->columns[i_column];
    column_plan *plan = &list.plans[list.n_columns];
    if (msw_same_number(column->n, n) || !plan_column(format, column, k, plan)) continue;
    if (reaching || !(plan->flags & MSW_FLAG_EXTRAPOLATED)) list.n[list.n_columns++] = column->n;
  }
  return list;
}

static gemm_curve between_columns(const column_list *list, const msw_axis_weights *along, msw_arena *scratch,
                                  msw_surface_source *source) {
  msw_time_knots curves[2];
  msw_flags flags = MSW_FLAG_SHAPE_BORROWED | (along->flags & MSW_FLAG_EXTRAPOLATED);
  for (size_t i_part = 0; i_part < along->n; i_part++) {
    const column_plan *plan = &list->plans[along->i[i_part]];
    curves[i_part] = column_curve(plan, scratch);
    flags |= plan->flags;
    name_source(plan, along->weight[i_part], source);
  }
  return (gemm_curve){mix(curves, along->weight, along->n, along->ratio, scratch), flags};
}

/* ---- Nearest sites: time per FLOP, weighted by 1 / distance^2 in octaves of (n, k) */

typedef struct { const msw_gemm_site *site[N_NEAREST]; double distance2[N_NEAREST]; size_t n; } near_sites;

/* Of sites at one distance those first in the index win. */
static void keep_nearest(near_sites *near, const msw_gemm_site *site, double distance2) {
  size_t i_place = near->n;
  while (i_place > 0 && distance2 < near->distance2[i_place - 1]) i_place--;
  if (i_place == N_NEAREST) return;
  if (near->n < N_NEAREST) near->n++;
  for (size_t i_later = near->n - 1; i_later > i_place; i_later--) {
    near->site[i_later] = near->site[i_later - 1];
    near->distance2[i_later] = near->distance2[i_later - 1];
  }
  near->site[i_place] = site;
  near->distance2[i_place] = distance2;
}

static bool from_nearest(const msw_gemm_sites *format, double n, double k, msw_arena *scratch, gemm_curve *out,
                         msw_surface_source *source) {
  near_sites near = {.n = 0};
  for (size_t i_site = 0; i_site < format->n_sites; i_site++) {
    const double octaves_n = log2(format->sites[i_site].n / n), octaves_k = log2(format->sites[i_site].k / k);
    const double distance2 = octaves_n * octaves_n + octaves_k * octaves_k;
    if (distance2 <= MAX_OCTAVES * MAX_OCTAVES) keep_nearest(&near, &format->sites[i_site], distance2);
  }
  msw_time_knots curves[N_NEAREST];
  double weights[N_NEAREST], total = 0.0;
  for (size_t i_near = 0; i_near < near.n; i_near++) total += 1.0 / near.distance2[i_near];
  for (size_t i_near = 0; i_near < near.n; i_near++) {
    const msw_gemm_site *site = near.site[i_near];
    curves[i_near] = site->knots;
    weights[i_near] = 1.0 / near.distance2[i_near] / total * (n * k) / (site->n * site->k);
    source->slice[i_near] = site->slice;
    source->weight[i_near] = weights[i_near];
  }
  source->n = near.n;
  if (near.n == 0) return false;
  *out = (gemm_curve){mix(curves, weights, near.n, 0.0, scratch), MSW_FLAG_SHAPE_BORROWED | MSW_FLAG_EXTRAPOLATED};
  return true;
}

static bool find_curve(const msw_gemm_sites *format, double n, double k, msw_arena *scratch, gemm_curve *out,
                       msw_surface_source *source) {
  const msw_gemm_column *own = own_column(format, n);
  column_plan plan = {0};
  const bool has_own = own && plan_column(format, own, k, &plan);
  if (has_own && !(plan.flags & MSW_FLAG_EXTRAPOLATED)) {
    *out = of_column(&plan, scratch, source);
    return true;
  }
  column_list others = list_columns(format, n, k, false, scratch);
  if (!has_own && others.n_columns == 0) others = list_columns(format, n, k, true, scratch);
  msw_axis_weights along = {0};
  const bool has_others = msw_axis_along(others.n, others.n_columns, n, &along);
  if (has_others && !(has_own && (along.flags & MSW_FLAG_EXTRAPOLATED)))
    *out = between_columns(&others, &along, scratch, source);
  else if (has_own)
    *out = of_column(&plan, scratch, source);
  else
    return from_nearest(format, n, k, scratch, out, source);
  return true;
}

static const msw_gemm_sites *find_format(const msw_surfaces *surfaces, const msw_format_choice *wanted) {
  for (size_t i_format = 0; i_format < surfaces->n_gemm; i_format++) {
    const msw_gemm_sites *format = &surfaces->gemm[i_format];
    if (format->dtype == wanted->dtype && format->block_scaled == wanted->block_scaled) return format;
  }
  return NULL;
}

bool msw_surface_gemm(const msw_surfaces *surfaces, msw_dtype dtype, bool block_scaled, double n, double k, msw_arena *arena,
                      msw_time_curve *curve, msw_surface_source *source) {
  msw_format_choice choices[MSW_FORMAT_CHOICES];
  const size_t n_choices = msw_format_choices(dtype, block_scaled, choices);
  msw_arena scratch = {0};
  bool found = false;
  for (size_t i_choice = 0; i_choice < n_choices && !found; i_choice++) {
    const msw_gemm_sites *format = find_format(surfaces, &choices[i_choice]);
    gemm_curve made = {0};
    *source = (msw_surface_source){.n = 0};
    found = format && find_curve(format, n, k, &scratch, &made, source);
    if (!found) continue;
    const msw_time_curve bare = msw_knots_held(&made.knots, &scratch);
    *curve = msw_time_copy(&bare, made.flags | choices[i_choice].flags, arena);
  }
  msw_arena_free(&scratch);
  return found;
}
