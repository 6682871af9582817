/* Rows of one phase, binned over set, method, batch and length. */
#include <math.h>
#include <stdlib.h>

#include "error_grid_parts.h"
#include "msw/analysis/groups.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

/* Where the rows of a phase go. */
typedef struct {
  const size_t *rows;
  size_t n_rows;
  size_t *set;              /* [n_rows] */
  double *length;           /* [n_rows] */
  int first_bin, n_bins;
} placing;

static size_t *rows_of_phase(const msw_error_table *table, msw_phase phase, msw_arena *arena, size_t *n) {
  size_t *rows = msw_arena_array(arena, table->n_chosen, sizeof *rows);
  *n = 0;
  for (size_t i_chosen = 0; i_chosen < table->n_chosen; i_chosen++)
    if (table->measured->rows[table->chosen[i_chosen]].phase == phase) rows[(*n)++] = table->chosen[i_chosen];
  return rows;
}

static const char *set_label(const msw_measured_row *row, msw_arena *arena) {
  return msw_format(arena, "%s %s %s tp%lld %s/%s", row->gpu, row->engine, row->model, (long long)row->tp,
                    row->weight_dtype == MSW_DTYPE_NONE ? "config" : msw_dtype_name(row->weight_dtype),
                    row->kv_dtype == MSW_DTYPE_NONE ? "default" : msw_dtype_name(row->kv_dtype));
}

/* Sets in the order in which they occur. */
static void place_sets(const msw_error_table *table, placing *place, msw_arena *arena, msw_error_block *block) {
  msw_texts known = {0};
  place->set = msw_arena_array(arena, place->n_rows, sizeof *place->set);
  for (size_t i_row = 0; i_row < place->n_rows; i_row++)
    place->set[i_row] = (size_t)msw_texts_id(&known, set_label(&table->measured->rows[place->rows[i_row]], arena));
  block->dims[0] = known.n;
  block->sets = msw_arena_array(arena, known.n, sizeof *block->sets);
  for (size_t i_set = 0; i_set < known.n; i_set++) block->sets[i_set] = msw_strdup(arena, known.texts[i_set]);
  msw_texts_free(&known);
}

static double batch_of(const msw_measured_row *row) {
  return row->step.n_decode > 0 ? msw_decode_requests(&row->step) : msw_prefill_requests(&row->step);
}

static void place_batches(const msw_error_table *table, const placing *place, msw_arena *arena, msw_error_block *block) {
  double *batches = msw_arena_array(arena, place->n_rows, sizeof *batches);
  for (size_t i_row = 0; i_row < place->n_rows; i_row++)
    batches[i_row] = batch_of(&table->measured->rows[place->rows[i_row]]);
  qsort(batches, place->n_rows, sizeof *batches, msw_compare_numbers);
  block->batches = msw_arena_array(arena, place->n_rows, sizeof *block->batches);
  size_t n = 0;
  for (size_t i_row = 0; i_row < place->n_rows; i_row++)
    if (n == 0 || (int32_t)batches[i_row] > block->batches[n - 1]) block->batches[n++] = (int32_t)batches[i_row];
  block->dims[2] = n;
}

static void place_lengths(const msw_error_table *table, placing *place, msw_arena *arena, msw_error_block *block) {
  int last_bin = 0;
  place->length = msw_arena_array(arena, place->n_rows, sizeof *place->length);
  for (size_t i_row = 0; i_row < place->n_rows; i_row++) {
    const msw_step *step = &table->measured->rows[place->rows[i_row]].step;
    place->length[i_row] = step->n_decode > 0 ? step->decode[0].kv_len : step->prefill[0].new_len;
    const int bin = msw_size_bin(place->length[i_row], MSW_LIKE_BINS);
    if (i_row == 0 || bin < place->first_bin) place->first_bin = bin;
    if (i_row == 0 || bin > last_bin) last_bin = bin;
  }
  place->n_bins = last_bin - place->first_bin + 1;
  block->dims[3] = (uint64_t)place->n_bins;
  block->lengths = msw_arena_array(arena, (size_t)place->n_bins, sizeof *block->lengths);
  for (int i_bin = 0; i_bin < place->n_bins; i_bin++)
    block->lengths[i_bin] = msw_size_bin_end(place->first_bin + i_bin, MSW_LIKE_BINS);
}

static void place_methods(const msw_error_table *table, msw_arena *arena, msw_error_block *block) {
  block->dims[1] = table->n_methods;
  block->methods = msw_arena_array(arena, table->n_methods, sizeof *block->methods);
  for (size_t i_method = 0; i_method < table->n_methods; i_method++)
    block->methods[i_method] = table->methods[i_method].label;
}

static size_t cell_of(const msw_error_block *block, const placing *place, size_t i_row, size_t i_method, double batch) {
  size_t i_batch = 0;
  while ((double)block->batches[i_batch] < batch) i_batch++;
  const size_t i_length = (size_t)(msw_size_bin(place->length[i_row], MSW_LIKE_BINS) - place->first_bin);
  return ((place->set[i_row] * block->dims[1] + i_method) * block->dims[2] + i_batch) * block->dims[3] + i_length;
}

/* Sums in double first: cells may hold thousands of rows. */
typedef struct { double bias, mape, measured_us, predicted_us; } cell_sum;

static void sum_rows(const msw_error_table *table, const placing *place, const msw_error_block *block, cell_sum *sums) {
  for (size_t i_method = 0; i_method < table->n_methods; i_method++)
    for (size_t i_row = 0; i_row < place->n_rows; i_row++) {
      const msw_error_row *row = &table->methods[i_method].rows[place->rows[i_row]];
      if (isnan(row->predicted_us)) continue;
      const size_t i_cell = cell_of(block, place, i_row, i_method, row->batch);
      sums[i_cell].bias += msw_error_percent(row);
      sums[i_cell].mape += fabs(msw_error_percent(row));
      sums[i_cell].measured_us += row->measured_us;
      sums[i_cell].predicted_us += row->predicted_us;
      block->n[i_cell]++;
    }
}

static void fill_cells(const msw_error_table *table, const placing *place, msw_arena *arena, msw_error_block *block) {
  block->n_cells = 1;
  for (size_t i_dim = 0; i_dim < MSW_N_ERROR_DIMS; i_dim++) block->n_cells *= (size_t)block->dims[i_dim];
  cell_sum *sums = msw_arena_array(arena, block->n_cells, sizeof *sums);
  float **fields[] = {&block->bias, &block->mape, &block->measured_us, &block->predicted_us};
  for (size_t i_field = 0; i_field < sizeof fields / sizeof *fields; i_field++)
    *fields[i_field] = msw_arena_array(arena, block->n_cells, sizeof **fields[i_field]);
  block->n = msw_arena_array(arena, block->n_cells, sizeof *block->n);
  sum_rows(table, place, block, sums);
  for (size_t i_cell = 0; i_cell < block->n_cells; i_cell++) {
    const double n = block->n[i_cell] > 0 ? (double)block->n[i_cell] : (double)NAN;
    block->bias[i_cell] = (float)(sums[i_cell].bias / n);
    block->mape[i_cell] = (float)(sums[i_cell].mape / n);
    block->measured_us[i_cell] = (float)(sums[i_cell].measured_us / n);
    block->predicted_us[i_cell] = (float)(sums[i_cell].predicted_us / n);
  }
}

bool msw_error_block_fill(const msw_error_table *table, msw_phase phase, msw_arena *arena, msw_error_block *block) {
  placing place = {0};
  place.rows = rows_of_phase(table, phase, arena, &place.n_rows);
  *block = (msw_error_block){.phase = phase, .length_name = phase == MSW_PREFILL ? "seq_len" : "kv_len"};
  if (place.n_rows == 0 || table->n_methods == 0) return false;
  place_sets(table, &place, arena, block);
  place_methods(table, arena, block);
  place_batches(table, &place, arena, block);
  place_lengths(table, &place, arena, block);
  fill_cells(table, &place, arena, block);
  return true;
}
