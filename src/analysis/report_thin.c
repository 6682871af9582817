/* Which positions of long axes a page shows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msw/analysis/report.h"

/* Positions of numbers that all are above 0, ascending and reach over so many octaves are chosen by their logarithm. */
enum { LOG_OCTAVES = 3 };
/* Steps an octave, fewest first: powers of two where they fit, of 16, 8 or 4 where they do not. */
static const double steps_per_octave[] = {0.25, 1.0 / 3.0, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};

static bool is_wide(const msw_result_axis *axis, msw_result_positions positions) {
  if (!axis->values || positions.n < 2) return false;
  for (size_t i = 1; i < positions.n; i++)
    if (!(axis->values[positions.at[i]] > axis->values[positions.at[i - 1]])) return false;
  const double first = axis->values[positions.at[0]], last = axis->values[positions.at[positions.n - 1]];
  return first > 0.0 && log2(last / first) >= LOG_OCTAVES;
}

/* The positions nearest to first * 2^(i / per_octave), each once, and the last one. Returns how many. */
static size_t take_by_log(const double *values, msw_result_positions positions, double per_octave, uint64_t *out) {
  const size_t last = positions.n - 1;
  const double first = values[positions.at[0]];
  size_t n = 0, at = 0;
  for (int i_step = 0; at < last; i_step++) {
    const double target = first * exp2(i_step / per_octave);
    while (at < last && values[positions.at[at]] < target) at++;
    if (at > 0 && target / values[positions.at[at - 1]] < values[positions.at[at]] / target) at--;
    if (n == 0 || out[n - 1] < positions.at[at]) out[n++] = positions.at[at];
    if (target >= values[positions.at[last]]) break;
  }
  if (n == 0 || out[n - 1] < positions.at[last]) out[n++] = positions.at[last];
  return n;
}

static msw_result_positions thin_by_log(const double *values, msw_result_positions positions, size_t most, msw_arena *arena) {
  uint64_t *taken = msw_arena_array(arena, positions.n, sizeof *taken);
  uint64_t *tried = msw_alloc_zero(positions.n, sizeof *tried);
  size_t n = 0;
  for (size_t i = 0; i < sizeof steps_per_octave / sizeof steps_per_octave[0]; i++) {
    const size_t n_tried = take_by_log(values, positions, steps_per_octave[i], tried);
    if (n_tried > most) break;
    memcpy(taken, tried, n_tried * sizeof *taken);
    n = n_tried;
  }
  free(tried);
  return (msw_result_positions){n, taken};
}

static msw_result_positions thin_by_position(msw_result_positions positions, size_t most, msw_arena *arena) {
  uint64_t *taken = msw_arena_array(arena, most, sizeof *taken);
  for (size_t i = 0; i < most; i++) taken[i] = positions.at[i * (positions.n - 1) / (most - 1)];
  return (msw_result_positions){most, taken};
}

msw_result_positions msw_report_thin_axis(const msw_result_axis *axis, msw_result_positions positions, size_t most,
                                          msw_arena *arena, bool *is_log) {
  const bool by_log = is_wide(axis, positions);
  if (is_log) *is_log = by_log;
  if (most < 2) most = 2;
  if (positions.n <= most) return positions;
  if (by_log) {
    const msw_result_positions thinned = thin_by_log(axis->values, positions, most, arena);
    if (thinned.n > 0) return thinned;   /* else not even every fourth octave fits */
  }
  return thin_by_position(positions, most, arena);
}

/* ---- A block ---- */

static uint64_t cells_of(const msw_result_block *block, const size_t *most) {
  uint64_t n = 1;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) n *= most[i_dim];
  return n;
}

/* Shortens the longest of the dimensions that may be, by a fifth; false where none is longer than `least`. */
static bool shorten(const msw_result_block *block, size_t *most, bool with_texts, size_t least) {
  size_t longest = block->rank;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    if (block->axes[i_dim].is_text && !with_texts) continue;
    if (longest == block->rank || most[i_dim] > most[longest]) longest = i_dim;
  }
  if (longest == block->rank || most[longest] <= least) return false;
  most[longest] -= (most[longest] + 4) / 5;
  if (most[longest] < least) most[longest] = least;
  return true;
}

msw_selection msw_report_thin(const msw_result_block *block, const msw_selection *selection, uint64_t most_cells,
                              msw_arena *arena) {
  enum { LEAST_OF_NUMBERS = 5, LEAST = 2 };   /* fewer points of a line show nothing; then names go as well */
  size_t most[MSW_H5_MAX_RANK];
  msw_selection thinned = *selection;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) most[i_dim] = selection->dims[i_dim].n;
  while (cells_of(block, most) > most_cells && shorten(block, most, false, LEAST_OF_NUMBERS)) continue;
  while (cells_of(block, most) > most_cells && shorten(block, most, true, LEAST)) continue;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    if (most[i_dim] < selection->dims[i_dim].n)
      thinned.dims[i_dim] = msw_report_thin_axis(&block->axes[i_dim], selection->dims[i_dim], most[i_dim], arena, NULL);
  return thinned;
}
