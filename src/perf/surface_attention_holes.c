/* A hole in attention measurements: the middle one of what is measured on both sides of it, of a line between these, and of
 * what neighbouring configurations take. No mean of them: short times lie on steps of 2 us (B200, B300), and the mean of two
 * steps is a time that never occurs. */
#include <stdlib.h>

#include "knots.h"
#include "msw/base/num.h"
#include "surface_attention_cells.h"

/* Two sides along two axes, a line, and a neighbour's time as it is and scaled. */
enum { MOST_ESTIMATES = 2 * 2 + 1 + 2 * MSW_MOST_NEIGHBOURS, MOST_AROUND = 9 };
typedef struct { double us[MOST_ESTIMATES]; size_t n; } estimates;

static void say(estimates *said, double us) {
  if (us > 0.0) said->us[said->n++] = us;
}

/* The median; n >= 1. */
static double middle(double *values, size_t n) {
  qsort(values, n, sizeof *values, msw_compare_numbers);
  const double half = .5, low = values[(n - 1) / 2], high = values[n / 2];
  return low + half * (high - low);
}

/* ---- Along the axes */

static bool has_both_sides(const msw_time_knots *line, double at) {
  return line->n > 0 && line->x[0] < at && at < line->x[line->n - 1];
}

static void say_sides(estimates *said, const msw_time_knots *line, double at) {
  if (!has_both_sides(line, at)) return;
  const size_t i_low = msw_floor_index(line->x, line->n, at);
  say(said, line->us[i_low]);
  say(said, line->us[i_low + 1]);
}

static double along_row(const msw_attention_table *table, size_t i_config, size_t i_batch, double x) {
  const msw_attention_cells *cells = &table->cells[i_config];
  if (!has_both_sides(&cells->rows[i_batch], x)) return 0.0;
  msw_time_curve *curve = &cells->curves[i_batch];
  if (curve->n == 0) {
    const msw_attention_config *config = &table->configs[i_config];
    const msw_attention_row what = msw_attention_row_of(config, config->batches[i_batch], table->l2_bytes);
    *curve = msw_attention_curve(&what, &cells->rows[i_batch], table->scratch);
  }
  return msw_time_at(curve, x, NULL);
}

static double along_column(const msw_time_knots *column, double batch) {
  return has_both_sides(column, batch) ? msw_knots_linear_at(column, batch) : 0.0;
}

/* ---- Neighbouring configurations */

/* Of the same kernel with `factor` times the KV heads and the heads; n_configs: none. */
static size_t find_exchanged(const msw_attention_table *table, const msw_attention_config *config, double factor) {
  msw_attention_config wanted = *config;
  wanted.num_kv_heads *= factor;
  wanted.num_heads *= factor;
  size_t i_other = 0;
  while (i_other < table->n_configs && !(msw_attention_same_heads(&table->configs[i_other], &wanted) &&
                                         msw_same_number(table->configs[i_other].num_heads, wanted.num_heads)))
    i_other++;
  return i_other;
}

void msw_attention_meet(const msw_attention_table *table, size_t i_config, msw_attention_cells *cells) {
  static const double FACTORS[] = {.5, 2.0};
  const msw_attention_config *config = &table->configs[i_config];
  cells->n_neighbours = 0;
  if (i_config > 0 && msw_attention_same_heads(config - 1, config))
    cells->neighbours[cells->n_neighbours++] = (msw_attention_neighbour){i_config - 1, 1.0};
  if (i_config + 1 < table->n_configs && msw_attention_same_heads(config, config + 1))
    cells->neighbours[cells->n_neighbours++] = (msw_attention_neighbour){i_config + 1, 1.0};
  for (size_t i_factor = 0; i_factor < sizeof FACTORS / sizeof *FACTORS; i_factor++) {
    const size_t i_other = find_exchanged(table, config, FACTORS[i_factor]);
    if (i_other < table->n_configs)
      cells->neighbours[cells->n_neighbours++] = (msw_attention_neighbour){i_other, 1.0 / FACTORS[i_factor]};
  }
}

/* 0 where a configuration is not measured. */
static double measured_at(const msw_attention_table *table, size_t i_config, double batch, double x) {
  const msw_attention_config *config = &table->configs[i_config];
  const msw_attention_cells *cells = &table->cells[i_config];
  const size_t i_batch = msw_floor_index(config->batches, cells->n_batches, batch);
  const size_t i_x = msw_floor_index(cells->x, cells->n_x, x);
  if (!msw_same_number(config->batches[i_batch], batch) || !msw_same_number(cells->x[i_x], x)) return 0.0;
  return *msw_attention_cell(cells, i_batch, i_x);
}

/* How many times as long as a neighbour this configuration takes, by the cells around that are measured of both; 0: none. */
static double times_as_long(const msw_attention_table *table, size_t i_config, const msw_attention_neighbour *neighbour,
                            size_t i_batch, size_t i_x) {
  const msw_attention_cells *cells = &table->cells[i_config];
  double ratios[MOST_AROUND];
  size_t n = 0;
  for (size_t i_row = i_batch > 0 ? i_batch - 1 : 0; i_row <= i_batch + 1 && i_row < cells->n_batches; i_row++)
    for (size_t i_at = i_x > 0 ? i_x - 1 : 0; i_at <= i_x + 1 && i_at < cells->n_x; i_at++) {
      const double batch = table->configs[i_config].batches[i_row] * neighbour->batch_factor;
      const double us = *msw_attention_cell(cells, i_row, i_at);
      const double other_us = us > 0.0 ? measured_at(table, neighbour->i_config, batch, cells->x[i_at]) : 0.0;
      if (other_us > 0.0) ratios[n++] = us / other_us;
    }
  return n > 0 ? middle(ratios, n) : 0.0;
}

/* ---- All together */

double msw_attention_hole_us(const msw_attention_table *table, size_t i_config, size_t i_batch, size_t i_x,
                             const msw_time_knots *column) {
  const msw_attention_cells *cells = &table->cells[i_config];
  const double x = cells->x[i_x], batch = table->configs[i_config].batches[i_batch];
  const double row_us = along_row(table, i_config, i_batch, x), column_us = along_column(column, batch);
  const bool is_decode = table->configs[i_config].slice->key.kind == MSW_LATENCY_DECODE;
  estimates said = {.n = 0};
  say(&said, column_us > 0.0 && (!is_decode || !(row_us > 0.0)) ? column_us : row_us);   /* the better axis, if it has one */
  say_sides(&said, &cells->rows[i_batch], x);
  say_sides(&said, column, batch);
  for (size_t i_neighbour = 0; i_neighbour < cells->n_neighbours; i_neighbour++) {
    const msw_attention_neighbour *neighbour = &cells->neighbours[i_neighbour];
    const double there_us = measured_at(table, neighbour->i_config, batch * neighbour->batch_factor, x);
    say(&said, there_us);
    if (there_us > 0.0) say(&said, there_us * times_as_long(table, i_config, neighbour, i_batch, i_x));
  }
  return said.n > 0 ? middle(said.us, said.n) : 0.0;
}
