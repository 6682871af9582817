/* GEMM sites by shape, their spikes replaced by what lies around them. */
#include <stdlib.h>
#include <string.h>

#include "knots.h"
#include "msw/base/num.h"
#include "surface_index.h"

/* Share of spikes from which a table is unsteady. In a steady one they are rare and often a kernel's own, as they are in the
 * table of the sister GPU too: they stay. */
static const double UNSTEADY = .01;
enum { N_AXES = 3 };   /* m, n, k */

/* ---- Spikes: judged on the table as measured, all at once */

/* Site indices by k, then n: the neighbours in n. */
static int by_k(const void *a, const void *b, void *sites) {
  const msw_gemm_site *left = (const msw_gemm_site *)sites + *(const size_t *)a;
  const msw_gemm_site *right = (const msw_gemm_site *)sites + *(const size_t *)b;
  if (!msw_same_number(left->k, right->k)) return left->k < right->k ? -1 : 1;
  return (left->n > right->n) - (left->n < right->n);
}

/* Time of a measured m, or 0. Most sites have the same m. */
static double measured_at(const msw_gemm_site *site, size_t i_m, double m) {
  if (i_m >= site->knots.n || !msw_same_number(site->knots.x[i_m], m)) i_m = msw_floor_index(site->knots.x, site->knots.n, m);
  return msw_same_number(site->knots.x[i_m], m) ? site->slice->latency_us[i_m] : 0.0;
}

static double between(double x_low, double low, double x_high, double high, double x) {
  return low + (high - low) * (x - x_low) / (x_high - x_low);
}

/* Neighbours of a site along n and along k; NULL where there are none on both sides. */
typedef struct { const msw_gemm_site *below[2], *above[2]; } site_neighbours;

/* What the neighbours say of a point, axis by axis; returns the number of axes that have any. */
static size_t expect(const msw_gemm_site *site, const site_neighbours *around, size_t i_m, double expected[N_AXES]) {
  const double *m = site->knots.x, *us = site->slice->latency_us;
  size_t n = 0;
  if (i_m > 0 && i_m + 1 < site->knots.n)
    expected[n++] = between(m[i_m - 1], us[i_m - 1], m[i_m + 1], us[i_m + 1], m[i_m]);
  for (size_t i_axis = 0; i_axis < 2; i_axis++) {
    const msw_gemm_site *below = around->below[i_axis], *above = around->above[i_axis];
    if (!below || !above) continue;
    const double low = measured_at(below, i_m, m[i_m]), high = measured_at(above, i_m, m[i_m]);
    if (!(low > 0.0 && high > 0.0)) continue;
    expected[n++] = i_axis == 0 ? between(below->n, low, above->n, high, site->n)
                                : between(below->k, low, above->k, high, site->k);
  }
  return n;
}

/* Writes the repaired times of a site; the middle one of the expectations replaces a spike, of two the larger. */
static size_t repair_site(const msw_gemm_site *site, const site_neighbours *around, double *us, msw_flags *flags) {
  size_t n_spikes = 0;
  for (size_t i_m = 0; i_m < site->knots.n; i_m++) {
    double expected[N_AXES];
    const size_t n = expect(site, around, i_m, expected);
    us[i_m] = site->slice->latency_us[i_m];
    if (n < 2) continue;
    qsort(expected, n, sizeof *expected, msw_compare_numbers);
    if (!(us[i_m] > MSW_SPIKE * expected[n - 1])) continue;
    us[i_m] = expected[n / 2];
    flags[i_m] = MSW_FLAG_INTERPOLATED;
    n_spikes++;
  }
  return n_spikes;
}

/* Sets below, above along n, where the sites beside this one in `order` (by k, then n) have its k; and along k. */
static site_neighbours neighbours_of(const msw_gemm_site *sites, size_t n_sites, const size_t *order, size_t i_rank) {
  const size_t i_site = order[i_rank];
  const msw_gemm_site *site = &sites[i_site];
  site_neighbours around = {0};
  if (i_rank > 0 && i_rank + 1 < n_sites) {
    const msw_gemm_site *below = &sites[order[i_rank - 1]], *above = &sites[order[i_rank + 1]];
    if (msw_same_number(below->k, site->k)) around.below[0] = below;
    if (msw_same_number(above->k, site->k)) around.above[0] = above;
  }
  if (i_site > 0 && i_site + 1 < n_sites) {
    if (msw_same_number(site[-1].n, site->n)) around.below[1] = site - 1;
    if (msw_same_number(site[1].n, site->n)) around.above[1] = site + 1;
  }
  return around;
}

/* Returns the number of spikes, which are replaced in an unsteady table alone. */
static size_t repair(msw_gemm_site *sites, size_t n_sites, msw_arena *arena) {
  size_t n_spikes = 0, n_points = 0;
  size_t *order = msw_alloc_zero(n_sites, sizeof *order);
  for (size_t i_site = 0; i_site < n_sites; i_site++) order[i_site] = i_site;
  qsort_r(order, n_sites, sizeof *order, by_k, sites);
  for (size_t i_rank = 0; i_rank < n_sites; i_rank++) {
    msw_gemm_site *site = &sites[order[i_rank]];
    const site_neighbours around = neighbours_of(sites, n_sites, order, i_rank);
    double *us = msw_arena_array(arena, site->knots.n, sizeof *us);
    msw_flags *flags = msw_arena_array(arena, site->knots.n, sizeof *flags);
    n_spikes += repair_site(site, &around, us, flags);
    n_points += site->knots.n;
    site->knots.us = us;
    site->knots.flags = flags;
  }
  free(order);
  if ((double)n_spikes > UNSTEADY * (double)n_points) return n_spikes;
  for (size_t i_site = 0; i_site < n_sites; i_site++) {
    sites[i_site].knots.us = sites[i_site].slice->latency_us;
    sites[i_site].knots.flags = NULL;
  }
  return n_spikes;
}

/* ---- Index */

static bool same_format(const msw_latency_slice *a, const msw_latency_slice *b) {
  return a->key.dtype == b->key.dtype && a->key.block_scaled == b->key.block_scaled;
}

/* Slices come by n, then k. */
static msw_gemm_sites index_format(const msw_latency_slice *slices, size_t n, msw_arena *arena) {
  msw_gemm_site *sites = msw_arena_array(arena, n, sizeof *sites);
  msw_gemm_column *columns = msw_arena_array(arena, n, sizeof *columns);
  double *k = msw_arena_array(arena, n, sizeof *k);
  size_t n_columns = 0;
  for (size_t i_site = 0; i_site < n; i_site++) {
    const msw_latency_slice *slice = &slices[i_site];
    sites[i_site] = (msw_gemm_site){(double)slice->key.n, (double)slice->key.k, slice,
                                    {.x = slice->x, .us = slice->latency_us, .n = slice->n_points}};
    k[i_site] = sites[i_site].k;
    if (n_columns == 0 || columns[n_columns - 1].n < sites[i_site].n)
      columns[n_columns++] = (msw_gemm_column){.n = sites[i_site].n, .first = i_site};
    columns[n_columns - 1].end = i_site + 1;
  }
  const size_t n_spikes = repair(sites, n, arena);
  return (msw_gemm_sites){slices[0].key.dtype, slices[0].key.block_scaled, sites, k, n, columns, n_columns, n_spikes};
}

size_t msw_gemm_index(const msw_latency_set *set, msw_arena *arena, msw_gemm_sites **formats) {
  size_t n = 0, n_formats = 0;
  const msw_latency_slice *slices = msw_latency_of_kind(set, MSW_LATENCY_GEMM, &n);
  *formats = msw_arena_array(arena, 2 * MSW_N_DTYPES, sizeof **formats);
  for (size_t first = 0, end; first < n; first = end) {
    for (end = first + 1; end < n && same_format(&slices[end], &slices[first]);) end++;
    (*formats)[n_formats++] = index_format(&slices[first], end - first, arena);
  }
  return n_formats;
}
