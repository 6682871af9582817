/* One attention configuration at a time: a point, a batch or a length of it between others. */
#include <stdlib.h>

#include "crossval_parts.h"
#include "msw/base/num.h"

typedef struct { size_t i_config, i_row, i_point; double x; } cell;

static const size_t FEWEST_BETWEEN = 3;   /* values of an axis of which one lies between others */
static const size_t POINT_SHARE = 12;     /* a point takes a set of its own */

/* ---- Cells and their neighbours */

static msw_cross_knot along_x(const msw_cross_attention *a, const cell *at, bool is_high) {
  const msw_latency_slice *config = a->configs[at->i_config];
  const size_t i_point = is_high ? at->i_point + 1 : at->i_point - 1;
  return (msw_cross_knot){config->x[i_point], config->latency_us[i_point]};
}

static bool is_inner_x(const msw_cross_attention *a, const cell *at) {
  const msw_cross_row *row = &a->rows[at->i_config][at->i_row];
  return at->i_point > row->first && at->i_point + 1 < row->end;
}

/* The same length at the next batch; us NaN where that was not measured. */
static msw_cross_knot along_batch(const msw_cross_attention *a, const cell *at, bool is_high) {
  const msw_latency_slice *config = a->configs[at->i_config];
  const double batch = a->rows[at->i_config][is_high ? at->i_row + 1 : at->i_row - 1].y;
  const size_t i_point = msw_latency_point(config, at->x, batch);
  return (msw_cross_knot){batch, i_point == SIZE_MAX ? (double)NAN : config->latency_us[i_point]};
}

static bool is_inner_batch(const msw_cross_attention *a, const cell *at) {
  if (at->i_row == 0 || at->i_row + 1 == a->n_rows[at->i_config]) return false;
  return !isnan(along_batch(a, at, false).us) && !isnan(along_batch(a, at, true).us);
}

/* All tests lie between others along both axes, if there are enough values on the axis that is not asked for. */
static bool is_wanted(const msw_cross_attention *a, const cell *at, msw_cross_protocol protocol) {
  const msw_cross_row *row = &a->rows[at->i_config][at->i_row];
  const bool few_lengths = protocol == MSW_CROSS_BATCH && row->end - row->first < FEWEST_BETWEEN;
  const bool few_batches = protocol == MSW_CROSS_LENGTH && a->n_rows[at->i_config] < FEWEST_BETWEEN;
  return (few_lengths || is_inner_x(a, at)) && (few_batches || is_inner_batch(a, at));
}

static cell *find_cells(const msw_cross_attention *a, msw_cross_protocol protocol, size_t *n) {
  size_t n_points = 0;
  for (size_t i_config = 0; i_config < a->n_configs; i_config++) n_points += a->configs[i_config]->n_points;
  cell *cells = msw_arena_array(a->table->arena, n_points, sizeof *cells);
  *n = 0;
  for (size_t i_config = 0; i_config < a->n_configs; i_config++)
    for (size_t i_row = 0; i_row < a->n_rows[i_config]; i_row++)
      for (size_t i_point = a->rows[i_config][i_row].first; i_point < a->rows[i_config][i_row].end; i_point++) {
        const cell at = {i_config, i_row, i_point, a->configs[i_config]->x[i_point]};
        if (is_wanted(a, &at, protocol)) cells[(*n)++] = at;
      }
  return cells;
}

/* Of one configuration by length, so that what shares a length is left out once. */
static int by_length(const void *left, const void *right) {
  const cell *a = left, *b = right;
  if (a->i_config != b->i_config) return a->i_config < b->i_config ? -1 : 1;
  const int order = (a->x > b->x) - (a->x < b->x);
  return order ? order : (a->i_row > b->i_row) - (a->i_row < b->i_row);
}

/* ---- Tests */

static msw_cross_guess guess_of(const msw_cross_attention *a, const cell *at, msw_cross_protocol protocol) {
  const msw_latency_key *key = &a->configs[at->i_config]->key;
  const bool is_prefill = key->kind == MSW_LATENCY_PREFILL;
  const double batch = a->rows[at->i_config][at->i_row].y;
  msw_cross_guess guess = msw_cross_no_guess();
  if (protocol == MSW_CROSS_BATCH || (protocol == MSW_CROSS_POINT && is_prefill)) {
    const msw_cross_knot low = along_batch(a, at, false), high = along_batch(a, at, true);
    msw_cross_between(low, high, batch, batch / low.x, &guess);
    return guess;
  }
  msw_cross_knot low = along_x(a, at, false), high = along_x(a, at, true);
  msw_cross_between(low, high, at->x, msw_cross_work(key, at->x, low.x), &guess);
  if (!is_prefill) return guess;
  const double root = sqrt(low.us) + (sqrt(high.us) - sqrt(low.us)) * (at->x - low.x) / (high.x - low.x);
  guess.us[MSW_CROSS_AICONFIGURATOR] = root * root;
  return guess;
}

static msw_cross_box box_of(const msw_cross_attention *a, const cell *at, msw_cross_protocol protocol) {
  const double batch = a->rows[at->i_config][at->i_row].y, far = (double)INFINITY;
  if (protocol == MSW_CROSS_BATCH) return (msw_cross_box){-far, far, batch, batch};
  if (protocol == MSW_CROSS_LENGTH) return msw_cross_x(at->x, at->x);
  return (msw_cross_box){at->x, at->x, batch, batch};
}

/* Whether two cells are held out by the same box. */
static bool is_together(const cell *a, const cell *b, msw_cross_protocol protocol) {
  if (a->i_config != b->i_config) return false;
  if (protocol == MSW_CROSS_BATCH) return a->i_row == b->i_row;
  return protocol == MSW_CROSS_LENGTH && msw_same_number(a->x, b->x);
}

/* Cells first to end share what is left out. */
static void test_together(const msw_cross_attention *a, const cell *cells, size_t n, msw_cross_trial *trial) {
  const msw_cross_box box = box_of(a, &cells[0], trial->protocol);
  const msw_latency_slice *config = a->configs[cells[0].i_config];
  msw_cross_rest rest;
  msw_time_curve curve;
  bool found = false;
  msw_cross_keep_around(a, cells[0].i_config, &box, &rest);
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    const cell *at = &cells[i_cell];
    const double batch = a->rows[at->i_config][at->i_row].y;
    if (i_cell == 0 || at->i_row != at[-1].i_row) found = msw_cross_curve(a, &rest, &config->key, batch, &curve);
    msw_cross_guess guess = guess_of(a, at, trial->protocol);
    if (found) guess.us[MSW_CROSS_MEASURED] = msw_time_at(&curve, at->x, NULL);
    msw_cross_add(trial, config->latency_us[at->i_point], &guess);
  }
  msw_cross_end(&rest);
}

static void test_cells(const msw_cross_attention *a, msw_cross_protocol protocol, msw_cross_list *list) {
  const size_t most = protocol == MSW_CROSS_POINT ? a->table->most_tests / POINT_SHARE : a->table->most_tests;
  size_t n_tests = 0, n = 0;
  cell *cells = find_cells(a, protocol, &n_tests);
  msw_cross_trial trial = msw_cross_start(a->table, a->is_windowed, protocol, n_tests, most);
  for (size_t i_cell = 0; i_cell < n_tests; i_cell++)
    if (msw_cross_is_due(&trial, i_cell)) cells[n++] = cells[i_cell];
  if (protocol == MSW_CROSS_LENGTH) qsort(cells, n, sizeof *cells, by_length);
  for (size_t first = 0, end; first < n; first = end) {
    for (end = first + 1; end < n && is_together(&cells[first], &cells[end], protocol);) end++;
    test_together(a, &cells[first], end - first, &trial);
  }
  msw_cross_finish(&trial, list);
}

void msw_cross_cells(const msw_cross_attention *attention, msw_cross_list *list) {
  test_cells(attention, MSW_CROSS_POINT, list);
  test_cells(attention, MSW_CROSS_BATCH, list);
  test_cells(attention, MSW_CROSS_LENGTH, list);
}
