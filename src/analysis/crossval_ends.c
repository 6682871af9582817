/* Attention beyond what is measured: the largest length of a batch, the largest batch of a length. */
#include "crossval_parts.h"
#include "msw/base/num.h"

static const size_t FEWEST_LENGTHS = 5, FEWEST_BATCHES = 4;   /* with the largest one */

/* The surfaces' time at a point that the box takes away. */
static double without_us(const msw_cross_attention *a, size_t i_config, const msw_cross_box *box, double batch, double x) {
  msw_cross_rest rest;
  msw_time_curve curve;
  msw_cross_keep_around(a, i_config, box, &rest);
  const bool found = msw_cross_curve(a, &rest, &a->configs[i_config]->key, batch, &curve);
  const double us = found ? msw_time_at(&curve, x, NULL) : (double)NAN;
  msw_cross_end(&rest);
  return us;
}

/* ---- The largest length of a batch: the table ends before it, for all batches */

static void test_length(const msw_cross_attention *a, size_t i_config, const msw_cross_row *row, msw_cross_trial *trial) {
  const msw_latency_slice *config = a->configs[i_config];
  const size_t i_last = row->end - 1;
  const double x = config->x[i_last];
  const msw_cross_knot before = {config->x[i_last - 2], config->latency_us[i_last - 2]};
  const msw_cross_knot last = {config->x[i_last - 1], config->latency_us[i_last - 1]};
  const msw_cross_box box = msw_cross_x(x, (double)INFINITY);
  msw_cross_guess guess = msw_cross_no_guess();
  msw_cross_beyond(before, last, x, msw_cross_work(&config->key, x, last.x), &guess);
  guess.us[MSW_CROSS_MEASURED] = without_us(a, i_config, &box, row->y, x);
  trial->n_tests++;
  msw_cross_add(trial, config->latency_us[i_last], &guess);
}

static void test_lengths(const msw_cross_attention *a, msw_cross_list *list) {
  msw_cross_trial trial = msw_cross_start(a->table, a->is_windowed, MSW_CROSS_LAST_LENGTH, 0, 0);
  for (size_t i_config = 0; i_config < a->n_configs; i_config++)
    for (size_t i_row = 0; i_row < a->n_rows[i_config]; i_row++) {
      const msw_cross_row *row = &a->rows[i_config][i_row];
      if (row->end - row->first >= FEWEST_LENGTHS) test_length(a, i_config, row, &trial);
    }
  msw_cross_finish(&trial, list);
}

/* ---- The largest batch of a length that other lengths go beyond: the corner of the table, one step larger */

/* Points of a length in ascending batch: the last three. */
typedef struct { size_t n; size_t i_point[3]; } column;

static column column_of(const msw_cross_attention *a, size_t i_config, double x) {
  column found = {.n = 0};
  for (size_t i_row = 0; i_row < a->n_rows[i_config]; i_row++) {
    const size_t i_point = msw_latency_point(a->configs[i_config], x, a->rows[i_config][i_row].y);
    if (i_point == SIZE_MAX) continue;
    found.i_point[0] = found.i_point[1];
    found.i_point[1] = found.i_point[2];
    found.i_point[2] = i_point;
    found.n++;
  }
  return found;
}

/* The row of a batch goes on below x. */
static bool has_shorter(const msw_latency_slice *config, size_t i_point) {
  return i_point > 0 && msw_same_number(config->y[i_point - 1], config->y[i_point]);
}

static void test_batch(const msw_cross_attention *a, size_t i_config, double x, msw_cross_trial *trial) {
  const msw_latency_slice *config = a->configs[i_config];
  const column of = column_of(a, i_config, x);
  const size_t i_before = of.i_point[0], i_last = of.i_point[1], i_held = of.i_point[2];
  const double most = a->rows[i_config][a->n_rows[i_config] - 1].y;
  if (of.n < FEWEST_BATCHES || !(config->y[i_held] < most) || !has_shorter(config, i_held)) return;
  const double batch = config->y[i_held];
  const msw_cross_box box = {x, (double)INFINITY, batch, (double)INFINITY};
  msw_cross_guess guess = msw_cross_no_guess();
  msw_cross_beyond((msw_cross_knot){config->y[i_before], config->latency_us[i_before]},
                   (msw_cross_knot){config->y[i_last], config->latency_us[i_last]}, batch, batch / config->y[i_last], &guess);
  guess.us[MSW_CROSS_MEASURED] = without_us(a, i_config, &box, batch, x);
  trial->n_tests++;
  msw_cross_add(trial, config->latency_us[i_held], &guess);
}

/* Lengths of a configuration: those of the row that begins with the smallest batch, which has all of them or most. */
static void test_batches(const msw_cross_attention *a, msw_cross_list *list) {
  msw_cross_trial trial = msw_cross_start(a->table, a->is_windowed, MSW_CROSS_LAST_BATCH, 0, 0);
  for (size_t i_config = 0; i_config < a->n_configs; i_config++) {
    const msw_cross_row *row = &a->rows[i_config][0];
    for (size_t i_point = row->first; i_point < row->end; i_point++)
      test_batch(a, i_config, a->configs[i_config]->x[i_point], &trial);
  }
  msw_cross_finish(&trial, list);
}

void msw_cross_ends(const msw_cross_attention *attention, msw_cross_list *list) {
  test_lengths(attention, list);
  test_batches(attention, list);
}
