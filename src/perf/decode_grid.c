/* Decode attention: MFU over batch x kv_len from a table whose large cells may be missing. */
#include "msw/perf/decode_grid.h"

#include <math.h>
#include <string.h>

#include "knots.h"

/* Kept in order as they come: an axis has few values beside many rows. */
static size_t sorted_unique(const double *values, size_t n, double *out) {
  size_t kept = 0;
  for (size_t i_value = 0; i_value < n; i_value++) {
    double value = values[i_value];
    size_t at = kept > 0 ? msw_floor_index(out, kept, value) : 0;
    if (at < kept && out[at] < value) at++;
    if (at < kept && !(out[at] > value)) continue;   /* there already */
    memmove(out + at + 1, out + at, (kept - at) * sizeof *out);
    out[at] = value;
    kept++;
  }
  return kept;
}

msw_decode_grid msw_decode_grid_build(const msw_kernel_table *table, const double *mfu, msw_arena *arena) {
  size_t n = table->n_rows;
  double *batch = msw_arena_array(arena, n + 1, sizeof *batch), *kv_len = msw_arena_array(arena, n + 1, sizeof *kv_len);
  msw_decode_grid grid = {.n_rows = n, .row_batch = table->batch, .row_kv_len = table->kv_len, .row_mfu = mfu,
                          .batch = batch, .kv_len = kv_len};
  grid.n_batch = sorted_unique(table->batch, n, batch);
  grid.n_kv = sorted_unique(table->kv_len, n, kv_len);
  double *cells = msw_arena_array(arena, grid.n_batch * grid.n_kv, sizeof *cells);
  size_t *rows = msw_arena_array(arena, grid.n_batch * grid.n_kv, sizeof *rows);
  size_t *first_rows = msw_arena_array(arena, grid.n_batch * grid.n_kv, sizeof *rows);
  for (size_t i_cell = 0; i_cell < grid.n_batch * grid.n_kv; i_cell++) cells[i_cell] = NAN;
  for (size_t i_row = 0; i_row < n; i_row++) {   /* a repeated row: the last in file order wins */
    size_t i_cell = msw_floor_index(batch, grid.n_batch, table->batch[i_row]) * grid.n_kv +
                    msw_floor_index(kv_len, grid.n_kv, table->kv_len[i_row]);
    if (isnan(cells[i_cell])) first_rows[i_cell] = i_row;
    cells[i_cell] = mfu[i_row];
    rows[i_cell] = i_row;
  }
  grid.mfu = cells;
  grid.first_row = first_rows;
  grid.row = rows;
  return grid;
}

/* Row nearest to the point by the given measure among those that `allow` lets through; n_rows when there is none. */
typedef bool (*row_filter)(const msw_decode_grid *grid, size_t i_row, double batch, double kv_len, double mfu_floor);

static bool any_row(const msw_decode_grid *grid, size_t i_row, double batch, double kv_len, double mfu_floor) {
  (void)grid, (void)i_row, (void)batch, (void)kv_len, (void)mfu_floor;
  return true;
}
static bool not_above(const msw_decode_grid *grid, size_t i_row, double batch, double kv_len, double mfu_floor) {
  (void)mfu_floor;
  return grid->row_batch[i_row] <= batch && grid->row_kv_len[i_row] <= kv_len;
}
static bool usable_row(const msw_decode_grid *grid, size_t i_row, double batch, double kv_len, double mfu_floor) {
  (void)batch, (void)kv_len;
  return grid->row_mfu[i_row] >= mfu_floor;
}

static size_t nearest_row(const msw_decode_grid *grid, row_filter allow, bool l1, double batch, double kv_len,
                          double mfu_floor) {
  size_t best = grid->n_rows;
  double best_distance = INFINITY;
  for (size_t i_row = 0; i_row < grid->n_rows; i_row++) {
    if (!allow(grid, i_row, batch, kv_len, mfu_floor)) continue;
    double d_batch = grid->row_batch[i_row] - batch, d_kv = grid->row_kv_len[i_row] - kv_len;
    double distance = l1 ? fabs(d_batch) + fabs(d_kv) : d_batch * d_batch + d_kv * d_kv;
    if (distance < best_distance) {
      best_distance = distance;
      best = i_row;
    }
  }
  return best;
}

static double take_row(const msw_decode_grid *grid, size_t i_row, msw_rows_used *used) {
  if (used) *used = (msw_rows_used){.n = 1, .row = {i_row}, .weight = {1.0}};
  return grid->row_mfu[i_row];
}

/* The cell that stands in for a missing corner: the same batch's last measured one before it, else its first; n_kv when
 * the batch has none. */
static size_t last_measured_kv(const msw_decode_grid *grid, size_t i_batch, size_t i_kv, double mfu_floor) {
  const double *row = grid->mfu + i_batch * grid->n_kv;
  for (size_t i_before = i_kv; i_before-- > 0;)
    if (row[i_before] >= mfu_floor) return i_before;
  for (size_t i_after = i_kv; i_after < grid->n_kv; i_after++)
    if (row[i_after] >= mfu_floor) return i_after;
  return grid->n_kv;
}

double msw_decode_corner_mfu(const msw_decode_grid *grid, bool clamp, size_t i_batch, size_t i_kv, double mfu_floor,
                             msw_flags *flags, size_t *row) {
  size_t i_first = i_batch * grid->n_kv, i_instead = grid->n_kv, unused;
  if (!row) row = &unused;
  *row = grid->row[i_first + i_kv];
  if (grid->mfu[i_first + i_kv] >= mfu_floor) return grid->mfu[i_first + i_kv];
  *flags |= MSW_FLAG_TABLE_HOLE;
  *row = grid->n_rows;
  if (clamp) i_instead = last_measured_kv(grid, i_batch, i_kv, mfu_floor);
  if (i_instead == grid->n_kv) return 0.0;
  *row = grid->row[i_first + i_instead];
  return grid->mfu[i_first + i_instead];
}

typedef struct { size_t low, high; double weight, at; } bracket;

static bracket bracket_of(const double *values, size_t n, double at) {
  if (at <= values[0]) return (bracket){0, 0, 0.0, values[0]};
  if (at >= values[n - 1]) return (bracket){n - 1, n - 1, 0.0, values[n - 1]};
  size_t low = msw_floor_index(values, n, at);
  return (bracket){low, low + 1, (at - values[low]) / (values[low + 1] - values[low]), at};
}

static double lerp(double low, double high, double weight) { return low + weight * (high - low); }

static double bilinear(const msw_decode_grid *grid, const msw_knobs *knobs, double batch, double kv_len,
                       msw_flags *flags, msw_rows_used *used) {
  bool in_time = knobs->lookup_domain == MSW_DOMAIN_LATENCY;
  bool clamp = in_time || knobs->ragged_corner == MSW_CORNER_CLAMP;
  double mfu_floor = in_time ? msw_mfu_floor(knobs) : -(double)INFINITY;
  bracket b = bracket_of(grid->batch, grid->n_batch, batch), c = bracket_of(grid->kv_len, grid->n_kv, kv_len);
  size_t i_batch[4] = {b.low, b.high, b.low, b.high}, i_kv[4] = {c.low, c.low, c.high, c.high};
  double share[4] = {(1 - b.weight) * (1 - c.weight), b.weight * (1 - c.weight), (1 - b.weight) * c.weight,
                     b.weight * c.weight};
  double value[4] = {0.0};
  msw_rows_used rows = {0};
  for (size_t i_corner = 0; i_corner < 4; i_corner++) {
    if (!(share[i_corner] > 0.0)) continue;   /* on a row of the axis: what stands beyond it, a hole or a zero, does not matter */
    size_t row;
    value[i_corner] = msw_decode_corner_mfu(grid, clamp, i_batch[i_corner], i_kv[i_corner], mfu_floor, flags, &row);
    if (row < grid->n_rows) {
      rows.row[rows.n] = row;
      rows.weight[rows.n++] = share[i_corner];
    }
    if (in_time) value[i_corner] = grid->batch[i_batch[i_corner]] * grid->kv_len[i_kv[i_corner]] / value[i_corner];
  }
  if (used) *used = rows;
  double at = lerp(lerp(value[0], value[1], b.weight), lerp(value[2], value[3], b.weight), c.weight);
  if (!in_time) return at;
  /* time is held below the table, MFU above it */
  double above = (batch > b.at ? batch / b.at : 1.0) * (kv_len > c.at ? kv_len / c.at : 1.0);
  return batch * kv_len / (at * above);
}

double msw_decode_grid_at(const msw_decode_grid *grid, const msw_knobs *knobs, double batch, double kv_len,
                          msw_flags *flags, msw_rows_used *used) {
  if (batch < grid->batch[0] || batch > grid->batch[grid->n_batch - 1] || kv_len < grid->kv_len[0] ||
      kv_len > grid->kv_len[grid->n_kv - 1])
    *flags |= MSW_FLAG_TABLE_CLAMPED;
  double mfu, mfu_floor = msw_mfu_floor(knobs);
  if (knobs->decode_lookup == MSW_DECODE_BILINEAR) {
    mfu = bilinear(grid, knobs, batch, kv_len, flags, used);
  } else {
    bool l1 = knobs->decode_lookup == MSW_DECODE_NEAREST_L1;
    size_t i_row = nearest_row(grid, l1 ? any_row : not_above, l1, batch, kv_len, mfu_floor);
    if (i_row == grid->n_rows) i_row = nearest_row(grid, any_row, l1, batch, kv_len, mfu_floor);
    mfu = take_row(grid, i_row, used);
  }
  if (mfu >= mfu_floor) return mfu;
  size_t i_row = nearest_row(grid, usable_row, false, batch, kv_len, mfu_floor);
  return i_row < grid->n_rows ? take_row(grid, i_row, used) : mfu;
}
