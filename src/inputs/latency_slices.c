/* Sorts the rows of a folder into slices, one point per place. */
#include <stdlib.h>
#include <string.h>

#include "latency_internal.h"
#include "msw/base/num.h"

/* Beyond rounding and clocks above the nominal one. */
static const double TOO_FAST = 1.05;
/* Kernels get slower at some sizes, by a wave of tiles or a poorer choice, but not so: where public tables have such points
 * they lie at random sizes and last as long as a hiccup of the machine. */
static const double OUTLIER = 2.0;

void msw_latency_add_source(msw_latency_loading *loading, msw_latency_source *source) {
  const size_t n_need = loading->n_sources + 1;
  loading->sources = msw_grow(loading->sources, &loading->sources_cap, n_need, sizeof(msw_latency_source *));
  loading->sources[loading->n_sources++] = source;
}

void msw_latency_add_row(msw_latency_loading *loading, const msw_latency_key *key, msw_latency_row row) {
  if (row.latency_us * TOO_FAST < msw_latency_floor_us(loading->gpu, key, row.x, row.y)) {
    msw_latency_count(row.source, MSW_LATENCY_TOO_FAST, row.line);
    return;
  }
  row.i_key = msw_latency_key_add(&loading->keys, key, loading->arena);
  loading->rows = msw_grow(loading->rows, &loading->rows_cap, loading->n_rows + 1, sizeof *loading->rows);
  loading->rows[loading->n_rows++] = row;
}

/* ---- Order */

static int by_key(const void *a, const void *b, void *keys) {
  const msw_latency_key *items = keys;
  return msw_latency_key_compare(&items[*(const uint32_t *)a], &items[*(const uint32_t *)b]);
}

/* Replaces each row's key index by the key's rank, so that rows compare by numbers; returns the keys by rank. */
static msw_latency_key *rank_keys(msw_latency_loading *loading) {
  const msw_latency_keys *keys = &loading->keys;
  uint32_t *order = msw_alloc_zero(keys->n, sizeof *order), *rank = msw_alloc_zero(keys->n, sizeof *rank);
  msw_latency_key *ranked = msw_alloc_zero(keys->n, sizeof *ranked);
  for (size_t i_key = 0; i_key < keys->n; i_key++) order[i_key] = (uint32_t)i_key;
  qsort_r(order, keys->n, sizeof *order, by_key, keys->items);
  for (size_t i_rank = 0; i_rank < keys->n; i_rank++) {
    rank[order[i_rank]] = (uint32_t)i_rank;
    ranked[i_rank] = keys->items[order[i_rank]];
  }
  for (size_t i_row = 0; i_row < loading->n_rows; i_row++) loading->rows[i_row].i_key = rank[loading->rows[i_row].i_key];
  free(order);
  free(rank);
  return ranked;
}


static int compare_places(const msw_latency_row *a, const msw_latency_row *b) {
  if (a->i_key != b->i_key) return a->i_key < b->i_key ? -1 : 1;
  const int order = msw_compare_numbers(&a->y, &b->y);
  return order != 0 ? order : msw_compare_numbers(&a->x, &b->x);
}

/* Of the rows of one place the one that counts comes first. */
static int compare_rows(const void *a, const void *b) {
  const msw_latency_row *left = a, *right = b;
  int order = compare_places(left, right);
  if (order == 0) order = left->is_eager - right->is_eager;
  if (order == 0) order = msw_compare_numbers(&left->latency_us, &right->latency_us);
  return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* ---- Slices */

static msw_latency_oddity why_unused(const msw_latency_row *row, const msw_latency_row *best) {
  if (row->is_eager != best->is_eager) return MSW_LATENCY_EAGER;
  return row->kernel == best->kernel ? MSW_LATENCY_REPEAT : MSW_LATENCY_OTHER_KERNEL;
}

/* Keeps the first of the rows of each place; returns how many are left. */
static size_t drop_repeats(msw_latency_row *rows, size_t n_rows) {
  size_t n_kept = 0;
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    const msw_latency_row *best = n_kept > 0 ? &rows[n_kept - 1] : NULL;
    if (best && compare_places(best, &rows[i_row]) == 0)
      msw_latency_count(rows[i_row].source, why_unused(&rows[i_row], best), rows[i_row].line);
    else
      rows[n_kept++] = rows[i_row];
  }
  return n_kept;
}

static bool are_neighbours(const msw_latency_row *a, const msw_latency_row *b) {
  return a->i_key == b->i_key && msw_same_number(a->y, b->y);
}

/* Drops the points that stand out from both neighbours along x; returns how many are left. */
static size_t drop_outliers(msw_latency_row *rows, size_t n_rows) {
  size_t n_kept = 0;
  msw_latency_row before = {0};   /* as it was: rows in front are written over */
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    const msw_latency_row row = rows[i_row], *after = i_row + 1 < n_rows ? &rows[i_row + 1] : NULL;
    const bool is_inner = i_row > 0 && after && are_neighbours(&before, &row) && are_neighbours(&row, after);
    if (is_inner && row.latency_us > OUTLIER * before.latency_us && row.latency_us > OUTLIER * after->latency_us)
      msw_latency_count(row.source, MSW_LATENCY_OUTLIER, row.line);
    else
      rows[n_kept++] = row;
    before = row;
  }
  return n_kept;
}

static void form_slice(msw_latency_loading *loading, const msw_latency_key *key, const msw_latency_row *rows, size_t n) {
  double *numbers = msw_arena_array(loading->arena, 3 * n, sizeof *numbers);   /* x, y, latency_us */
  uint32_t *lines = msw_arena_array(loading->arena, n, sizeof *lines);
  uint8_t *is_eager = msw_arena_array(loading->arena, n, sizeof *is_eager);
  const msw_latency_file **files = msw_arena_array(loading->arena, n, sizeof *files);
  for (size_t i_point = 0; i_point < n; i_point++) {
    const msw_latency_row *row = &rows[i_point];
    numbers[i_point] = row->x, numbers[n + i_point] = row->y, numbers[2 * n + i_point] = row->latency_us;
    lines[i_point] = row->line;
    is_eager[i_point] = row->is_eager;
    files[i_point] = &row->source->file;
    row->source->file.n_used++;
  }
  const size_t n_need = loading->n_slices + 1;
  loading->slices = msw_grow(loading->slices, &loading->slices_cap, n_need, sizeof *loading->slices);
  loading->slices[loading->n_slices++] = (msw_latency_slice){
      .key = *key, .n_points = n, .x = numbers, .y = numbers + n, .latency_us = numbers + 2 * n, .row = lines,
      .is_eager = is_eager, .file = files};
}

static int compare_slices(const void *a, const void *b) {
  const msw_latency_slice *left = a, *right = b;
  return msw_latency_key_compare(&left->key, &right->key);
}

static bool is_hidden(const msw_latency_loading *loading, size_t n_earlier, const msw_latency_key *key) {
  const msw_latency_slice wanted = {.key = *key};
  return n_earlier > 0 && bsearch(&wanted, loading->slices, n_earlier, sizeof wanted, compare_slices);
}

/* With a whole table in an earlier folder a handful of points does not count. */
static bool is_too_sparse(const msw_latency_loading *loading, size_t n_earlier, const msw_latency_key *key, size_t n_points) {
  if (n_points >= MSW_LATENCY_FEW_POINTS) return false;
  for (size_t i_slice = 0; i_slice < n_earlier; i_slice++) {
    const msw_latency_key *earlier = &loading->slices[i_slice].key;
    const bool is_same_width = msw_same_number(msw_dtype_bytes(earlier->dtype), msw_dtype_bytes(key->dtype));
    if (earlier->kind == key->kind && is_same_width) return true;
  }
  return false;
}

void msw_latency_form_slices(msw_latency_loading *loading) {
  if (loading->n_rows == 0) return;
  const size_t n_earlier = loading->n_slices;
  msw_latency_row *rows = loading->rows;
  msw_latency_key *ranked = rank_keys(loading);
  qsort(rows, loading->n_rows, sizeof *rows, compare_rows);
  const size_t n_rows = drop_outliers(rows, drop_repeats(rows, loading->n_rows));
  for (size_t first = 0, end; first < n_rows; first = end) {
    const msw_latency_key *key = &ranked[rows[first].i_key];
    for (end = first + 1; end < n_rows && rows[end].i_key == rows[first].i_key;) end++;
    const bool hidden = is_hidden(loading, n_earlier, key);
    if (!hidden && !is_too_sparse(loading, n_earlier, key, end - first)) {
      form_slice(loading, key, &rows[first], end - first);
      continue;
    }
    for (size_t i_row = first; i_row < end; i_row++)
      msw_latency_count(rows[i_row].source, hidden ? MSW_LATENCY_HIDDEN : MSW_LATENCY_SPARSE, rows[i_row].line);
  }
  qsort(loading->slices, loading->n_slices, sizeof *loading->slices, compare_slices);
  free(ranked);
  loading->n_rows = 0;
  loading->keys.n = 0;
  memset(loading->keys.slots, 0, loading->keys.n_slots * sizeof *loading->keys.slots);
}
