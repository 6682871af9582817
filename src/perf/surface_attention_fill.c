/* Rows of attention measurements, one per batch: without spikes, with holes and the corner of large batches filled. */
#include <stdlib.h>

#include "knots.h"
#include "msw/base/num.h"
#include "surface_attention_cells.h"

static bool is_measured(const msw_attention_cells *cells, size_t i_batch, size_t i_x) {
  return *msw_attention_cell(cells, i_batch, i_x) > 0.0;
}

/* ---- Reading a slice */

static double *sorted_unique(const double *values, size_t n_values, size_t *n, msw_arena *arena) {
  double *sorted = msw_arena_array(arena, n_values, sizeof *sorted);
  for (size_t i_value = 0; i_value < n_values; i_value++) sorted[i_value] = values[i_value];
  qsort(sorted, n_values, sizeof *sorted, msw_compare_numbers);
  *n = 0;
  for (size_t i_value = 0; i_value < n_values; i_value++)
    if (*n == 0 || sorted[*n - 1] < sorted[i_value]) sorted[(*n)++] = sorted[i_value];
  return sorted;
}

static msw_attention_cells read_cells(msw_attention_config *config, msw_arena *arena, msw_arena *scratch) {
  const msw_latency_slice *slice = config->slice;
  msw_attention_cells cells = {.n_x = 0};
  cells.x = sorted_unique(slice->x, slice->n_points, &cells.n_x, scratch);
  config->batches = sorted_unique(slice->y, slice->n_points, &config->n_batches, arena);
  cells.n_batches = config->n_batches;
  cells.us = msw_arena_array(scratch, cells.n_batches * cells.n_x, sizeof *cells.us);
  for (size_t i_point = 0; i_point < slice->n_points; i_point++) {
    const size_t i_batch = msw_floor_index(config->batches, cells.n_batches, slice->y[i_point]);
    *msw_attention_cell(&cells, i_batch, msw_floor_index(cells.x, cells.n_x, slice->x[i_point])) = slice->latency_us[i_point];
  }
  return cells;
}

/* ---- Spikes: slower than both neighbours along x and both along batch; judged on the table as measured, all at once */

/* The next measured x of a row after i_x, or n_x. */
static size_t next_measured(const msw_attention_cells *cells, size_t i_batch, size_t i_x) {
  do i_x++;
  while (i_x < cells->n_x && !is_measured(cells, i_batch, i_x));
  return i_x;
}

static bool is_spike(const msw_attention_cells *cells, size_t i_batch, size_t i_before, size_t i_x, size_t i_after) {
  if (!is_measured(cells, i_batch - 1, i_x) || !is_measured(cells, i_batch + 1, i_x)) return false;
  const double along_x = fmax(*msw_attention_cell(cells, i_batch, i_before), *msw_attention_cell(cells, i_batch, i_after));
  const double along_batch = fmax(*msw_attention_cell(cells, i_batch - 1, i_x), *msw_attention_cell(cells, i_batch + 1, i_x));
  return *msw_attention_cell(cells, i_batch, i_x) > MSW_SPIKE * fmax(along_x, along_batch);
}

static size_t drop_spikes(msw_attention_cells *cells, msw_arena *scratch) {
  size_t *spikes = msw_arena_array(scratch, cells->n_batches * cells->n_x, sizeof *spikes), n_spikes = 0;
  for (size_t i_batch = 1; i_batch + 1 < cells->n_batches; i_batch++) {
    size_t i_before = is_measured(cells, i_batch, 0) ? 0 : next_measured(cells, i_batch, 0);
    if (i_before == cells->n_x) continue;
    size_t i_x = next_measured(cells, i_batch, i_before);
    while (i_x < cells->n_x) {
      const size_t i_after = next_measured(cells, i_batch, i_x);
      if (i_after == cells->n_x) break;
      if (is_spike(cells, i_batch, i_before, i_x, i_after)) spikes[n_spikes++] = i_batch * cells->n_x + i_x;
      i_before = i_x;
      i_x = i_after;
    }
  }
  for (size_t i_spike = 0; i_spike < n_spikes; i_spike++) cells->us[spikes[i_spike]] = 0.0;
  return n_spikes;
}

static void form_rows(msw_attention_cells *cells, msw_arena *scratch) {
  cells->rows = msw_arena_array(scratch, cells->n_batches, sizeof *cells->rows);
  cells->curves = msw_arena_array(scratch, cells->n_batches, sizeof *cells->curves);
  for (size_t i_batch = 0; i_batch < cells->n_batches; i_batch++) {
    double *x = msw_arena_array(scratch, cells->n_x, sizeof *x), *us = msw_arena_array(scratch, cells->n_x, sizeof *us);
    size_t n = 0;
    for (size_t i_x = 0; i_x < cells->n_x; i_x++) {
      if (!is_measured(cells, i_batch, i_x)) continue;
      x[n] = cells->x[i_x];
      us[n++] = *msw_attention_cell(cells, i_batch, i_x);
    }
    cells->rows[i_batch] = (msw_time_knots){.x = x, .us = us, .n = n};
  }
}

/* ---- Filling */

/* What is measured at an x, along batch. */
static msw_time_knots column_of(const msw_attention_table *table, size_t i_config, size_t i_x, double *batches, double *us) {
  const msw_attention_cells *cells = &table->cells[i_config];
  size_t n = 0;
  for (size_t i_batch = 0; i_batch < cells->n_batches; i_batch++) {
    if (!is_measured(cells, i_batch, i_x)) continue;
    batches[n] = table->configs[i_config].batches[i_batch];
    us[n++] = *msw_attention_cell(cells, i_batch, i_x);
  }
  return (msw_time_knots){.x = batches, .us = us, .n = n};
}

/* The time that a row gets at an x, 0 for none, and what is to be said of it. */
static double filled_us(const msw_attention_table *table, size_t i_config, size_t i_batch, size_t i_x,
                        const msw_time_knots *column, msw_flags *flags) {
  const msw_attention_config *config = &table->configs[i_config];
  const msw_time_knots *row = &table->cells[i_config].rows[i_batch];
  const double x = table->cells[i_config].x[i_x], batch = config->batches[i_batch];
  *flags = 0;
  if (is_measured(&table->cells[i_config], i_batch, i_x)) return *msw_attention_cell(&table->cells[i_config], i_batch, i_x);
  const double last = row->x[row->n - 1];
  if (x < last || batch < column->x[column->n - 1]) {
    *flags = MSW_FLAG_INTERPOLATED;
    return msw_attention_hole_us(table, i_config, i_batch, i_x, column);
  }
  *flags = MSW_FLAG_EXTRAPOLATED;
  const bool is_held = config->slice->key.kind == MSW_LATENCY_DECODE && config->window > 0.0 && last >= config->window;
  return is_held ? 0.0 : msw_knots_linear_at(column, batch);
}

typedef struct { double *x, *us; msw_flags *flags; size_t n; } filled_row;

static void fill_config(const msw_attention_table *table, size_t i_config, msw_attention_config *config, msw_arena *arena) {
  const msw_attention_cells *cells = &table->cells[i_config];
  const size_t n_batches = cells->n_batches, n_x = cells->n_x;
  double *batches = msw_arena_array(table->scratch, n_batches, sizeof *batches);
  double *us = msw_arena_array(table->scratch, n_batches, sizeof *us);
  filled_row *filled = msw_arena_array(table->scratch, n_batches, sizeof *filled);
  for (size_t i_batch = 0; i_batch < n_batches; i_batch++)
    filled[i_batch] = (filled_row){msw_arena_array(arena, n_x, sizeof(double)), msw_arena_array(arena, n_x, sizeof(double)),
                                   msw_arena_array(arena, n_x, sizeof(msw_flags)), 0};
  for (size_t i_x = 0; i_x < n_x; i_x++) {
    const msw_time_knots column = column_of(table, i_config, i_x, batches, us);
    for (size_t i_batch = 0; i_batch < n_batches; i_batch++) {
      filled_row *row = &filled[i_batch];
      row->us[row->n] = filled_us(table, i_config, i_batch, i_x, &column, &row->flags[row->n]);
      row->x[row->n] = cells->x[i_x];
      if (row->us[row->n] > 0.0) row->n++;
    }
  }
  msw_time_knots *rows = msw_arena_array(arena, n_batches, sizeof *rows);
  for (size_t i_batch = 0; i_batch < n_batches; i_batch++)
    rows[i_batch] = (msw_time_knots){filled[i_batch].x, filled[i_batch].us, filled[i_batch].flags, filled[i_batch].n};
  config->rows = rows;
}

size_t msw_attention_fill(msw_attention_config *configs, size_t n_configs, double l2_bytes, msw_arena *arena) {
  msw_arena scratch = {0};
  size_t n_spikes = 0;
  msw_attention_cells *cells = msw_arena_array(&scratch, n_configs, sizeof *cells);
  for (size_t i_config = 0; i_config < n_configs; i_config++) {
    cells[i_config] = read_cells(&configs[i_config], arena, &scratch);
    n_spikes += drop_spikes(&cells[i_config], &scratch);
    form_rows(&cells[i_config], &scratch);
  }
  const msw_attention_table table = {configs, cells, n_configs, l2_bytes, &scratch};
  for (size_t i_config = 0; i_config < n_configs; i_config++) msw_attention_meet(&table, i_config, &cells[i_config]);
  for (size_t i_config = 0; i_config < n_configs; i_config++) fill_config(&table, i_config, &configs[i_config], arena);
  msw_arena_free(&scratch);
  return n_spikes;
}
