/* Decode attention lookups (decode_grid.c) along kv_len for one batch, as pieces. */
#include <math.h>
#include <stdlib.h>

#include "knots.h"
#include "pieces.h"

/* ---- Interpolation: between the two measured batches around the asked one ---- */

typedef struct {
  const msw_decode_grid *grid;
  size_t low, high;          /* measured batches around the asked one */
  double weight, at, batch;  /* weight of `high`; the batch held to the measured ones; the batch asked for */
  bool in_time, clamp;
  double mfu_floor;
} batch_line;

static batch_line line_at(const msw_decode_grid *grid, const msw_knobs *knobs, double batch) {
  size_t last = grid->n_batch - 1, low = msw_floor_index(grid->batch, grid->n_batch, batch);
  batch_line line = {.grid = grid, .low = low, .high = low, .at = batch, .batch = batch,
                     .in_time = knobs->lookup_domain == MSW_DOMAIN_LATENCY, .mfu_floor = -(double)INFINITY};
  line.clamp = line.in_time || knobs->ragged_corner == MSW_CORNER_CLAMP;
  if (line.in_time) line.mfu_floor = msw_mfu_floor(knobs);
  if (batch <= grid->batch[0]) line.at = grid->batch[0];
  else if (batch >= grid->batch[last]) line.at = grid->batch[last];
  else line.weight = (batch - grid->batch[low]) / (grid->batch[low + 1] - grid->batch[low]);
  if (line.weight > 0.0) line.high = low + 1;
  return line;
}

static double corner(const batch_line *line, size_t i_batch, size_t i_kv, msw_flags *flags) {
  double mfu = msw_decode_corner_mfu(line->grid, line->clamp, i_batch, i_kv, line->mfu_floor, flags, NULL);
  return line->in_time ? line->grid->batch[i_batch] * line->grid->kv_len[i_kv] / mfu : mfu;
}

/* MFU (or time) on the line at a measured kv_len. */
static double value_at(const batch_line *line, size_t i_kv, msw_flags *flags) {
  double low = corner(line, line->low, i_kv, flags);
  if (line->high == line->low) return low;
  return low + line->weight * (corner(line, line->high, i_kv, flags) - low);
}

/* Between two measured kv_len. On the first one itself what stands at the second, a hole or a zero, does not matter. */
static void add_between(const msw_decode_grid *grid, size_t i_kv, msw_piece piece, double next, msw_flags there,
                        msw_pieces *pieces) {
  msw_flags here = piece.flags;
  piece.begin = piece.x0 = grid->kv_len[i_kv];
  piece.slope = (next - piece.y0) / (grid->kv_len[i_kv + 1] - piece.begin);
  bool endless = !isfinite(piece.slope);   /* a time without end: MFU 0 */
  if (endless || there & ~here) {
    msw_piece first = piece;
    first.slope = 0.0;
    msw_pieces_add(pieces, first);
    piece.begin = msw_just_above(piece.begin);
    piece.flags |= there;
    if (endless) piece.slope = 0.0, piece.y0 = (double)INFINITY;
  }
  msw_pieces_add(pieces, piece);
}

static void interpolated_pieces(const msw_decode_grid *grid, const msw_knobs *knobs, double batch, msw_pieces *pieces) {
  batch_line line = line_at(grid, knobs, batch);
  double beyond_batch = batch > line.at ? batch / line.at : 1.0, scale = line.in_time ? beyond_batch / batch : 1.0;
  msw_piece_kind kind = line.in_time ? MSW_PIECE_TIME : MSW_PIECE_MFU;
  size_t last = grid->n_kv - 1;
  msw_flags here = 0;
  double value = value_at(&line, 0, &here) * scale;
  msw_pieces_add(pieces, (msw_piece){.begin = -(double)INFINITY, .y0 = value, .kind = kind, .flags = here});
  for (size_t i_kv = 0; i_kv < last; i_kv++) {
    msw_flags there = 0;
    double next = value_at(&line, i_kv + 1, &there) * scale;
    add_between(grid, i_kv, (msw_piece){.y0 = value, .kind = kind, .flags = here}, next, there, pieces);
    value = next, here = there;
  }
  double last_kv = grid->kv_len[last], held = line.in_time ? last_kv / value : value;   /* beyond the table MFU is held */
  msw_pieces_add(pieces, (msw_piece){.begin = last_kv, .y0 = value, .kind = kind, .flags = here});
  msw_pieces_add(pieces, (msw_piece){.begin = msw_just_above(last_kv), .y0 = held, .kind = MSW_PIECE_MFU, .flags = here});
}

/* ---- Nearest rows ---- */

/* The row of a column at one measured batch, unless it is missing or its MFU counts as missing. */
static bool site_of(const msw_decode_grid *grid, size_t i_batch, size_t i_kv, double batch, msw_metric metric,
                    double mfu_floor, msw_site *site) {
  size_t i_cell = i_batch * grid->n_kv + i_kv;
  if (isnan(grid->mfu[i_cell])) return false;
  size_t i_row = grid->first_row[i_cell];
  double apart = fabs(grid->batch[i_batch] - batch), cost = metric == MSW_NEAREST_L1 ? apart : apart * apart;
  *site = (msw_site){grid->kv_len[i_kv], cost, grid->row_mfu[i_row], i_row};
  return site->mfu >= mfu_floor;
}

/* Of the rows at one kv_len, the nearest in batch (FLOOR: at or below the asked one); false when there is none. `start`: the
 * batch's msw_floor_index. */
static bool best_of_column(const msw_decode_grid *grid, size_t i_kv, double batch, size_t start, msw_metric metric,
                           double mfu_floor, msw_site *best) {
  bool below = false, above = false;
  msw_site other;
  for (size_t i_batch = start + 1; i_batch-- > 0 && !below;)
    below = (metric != MSW_NEAREST_FLOOR || grid->batch[i_batch] <= batch) &&
            site_of(grid, i_batch, i_kv, batch, metric, mfu_floor, best);
  if (metric == MSW_NEAREST_FLOOR) return below;
  for (size_t i_batch = start + 1; i_batch < grid->n_batch && !above; i_batch++)
    above = site_of(grid, i_batch, i_kv, batch, metric, mfu_floor, &other);
  bool nearer = above && (!below || other.cost < best->cost || (other.cost <= best->cost && other.row < best->row));
  if (nearer) *best = other;
  return below || above;
}

static size_t sites_of(const msw_decode_grid *grid, double batch, msw_metric metric, double mfu_floor, msw_site *sites) {
  size_t n = 0, start = msw_floor_index(grid->batch, grid->n_batch, batch);
  for (size_t i_kv = 0; i_kv < grid->n_kv; i_kv++)
    if (best_of_column(grid, i_kv, batch, start, metric, mfu_floor, &sites[n])) n++;
  return n;
}

static void nearest_pieces(const msw_decode_grid *grid, const msw_knobs *knobs, double batch, msw_site *sites,
                           msw_pieces *pieces) {
  bool l1 = knobs->decode_lookup == MSW_DECODE_NEAREST_L1;
  msw_metric metric = l1 ? MSW_NEAREST_L1 : MSW_NEAREST_L2;
  const double any = -(double)INFINITY;
  msw_nearest_pieces(sites, sites_of(grid, batch, metric, any, sites), metric, 0, pieces);
  if (l1) return;
  size_t n = sites_of(grid, batch, MSW_NEAREST_FLOOR, any, sites);
  if (n == 0) return;
  msw_pieces below = {.power = 1.0};   /* rows at or below the point come first, where there are any */
  msw_nearest_pieces(sites, n, MSW_NEAREST_FLOOR, 0, &below);
  while (pieces->n > 0 && pieces->piece[pieces->n - 1].begin >= below.piece[0].begin) pieces->n--;
  for (size_t i_piece = 0; i_piece < below.n; i_piece++) msw_pieces_add(pieces, below.piece[i_piece]);
  msw_pieces_free(&below);
}

/* ---- Both ---- */

static void flag_outside(const msw_decode_grid *grid, double batch, msw_pieces *pieces) {
  bool all = batch < grid->batch[0] || batch > grid->batch[grid->n_batch - 1];
  double first = grid->kv_len[0], beyond = msw_just_above(grid->kv_len[grid->n_kv - 1]);
  msw_pieces out = {.power = pieces->power};
  for (size_t i_piece = 0; i_piece < pieces->n; i_piece++) {
    msw_piece piece = pieces->piece[i_piece];
    double end = i_piece + 1 < pieces->n ? pieces->piece[i_piece + 1].begin : (double)INFINITY;
    const double cuts[] = {piece.begin, first, beyond};
    for (size_t i_cut = 0; i_cut < sizeof cuts / sizeof cuts[0]; i_cut++) {
      if (cuts[i_cut] < piece.begin || !(cuts[i_cut] < end)) continue;
      piece.begin = cuts[i_cut];
      msw_piece part = piece;
      if (all || part.begin < first || part.begin >= beyond) part.flags |= MSW_FLAG_TABLE_CLAMPED;
      msw_pieces_add(&out, part);
    }
  }
  msw_pieces_free(pieces);
  *pieces = out;
}

static bool any_low(const msw_pieces *pieces, double mfu_floor) {
  for (size_t i_piece = 0; i_piece < pieces->n; i_piece++) {
    const msw_piece *piece = &pieces->piece[i_piece];
    double end = i_piece + 1 < pieces->n ? pieces->piece[i_piece + 1].begin : piece->x0;
    if (piece->kind != MSW_PIECE_MFU || !(piece->y0 >= mfu_floor)) return true;
    if (piece->slope < 0.0 && !(piece->y0 + piece->slope * (end - piece->x0) >= mfu_floor)) return true;
  }
  return false;
}

void msw_decode_pieces(const msw_decode_grid *grid, const msw_knobs *knobs, double batch, msw_pieces *pieces) {
  double mfu_floor = msw_mfu_floor(knobs);
  msw_site *sites = msw_alloc_zero(grid->n_kv, sizeof *sites);
  pieces->n = 0;
  pieces->power = 1.0;
  if (knobs->decode_lookup == MSW_DECODE_BILINEAR) interpolated_pieces(grid, knobs, batch, pieces);
  else nearest_pieces(grid, knobs, batch, sites, pieces);
  flag_outside(grid, batch, pieces);
  if (any_low(pieces, mfu_floor)) {
    msw_pieces usable = {.power = 1.0};
    size_t n = sites_of(grid, batch, MSW_NEAREST_L2, mfu_floor, sites);
    if (n > 0) msw_nearest_pieces(sites, n, MSW_NEAREST_L2, 0, &usable);
    if (n > 0) msw_pieces_replace_low(pieces, mfu_floor, &usable);
    msw_pieces_free(&usable);
  }
  free(sites);
  msw_pieces_clear_below_zero(pieces);
}
