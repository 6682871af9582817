/* Rows of cells into accumulators. Inner loops have unit stride and no branches; what is negated for the least is as large
 * as the greatest, so there is one loop for both. */
#include <math.h>

#include "msw/grid/partial.h"

enum { LANES = 16 };

/* -1 where the least is looked for. */
static float sign_of(msw_reduce_op op) { return op == MSW_REDUCE_MIN || op == MSW_REDUCE_ARGMIN ? -1.0f : 1.0f; }

/* ---- Every value to a cell of its own ---- */

static void spread_extreme(float *extreme, float sign, const float *values, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float value = sign * values[i] + 0.0f, held = extreme[i];   /* + 0: no negative zero */
    extreme[i] = ((value > held) | isnan(held)) ? value : held;
  }
}

/* NaN never is greater, and where it takes the place of NaN the number beside it means nothing. */
static void spread_arg(float *extreme, uint64_t *numbers, float sign, const float *values, size_t n, uint64_t at) {
  for (size_t i = 0; i < n; i++) {
    float value = sign * values[i] + 0.0f, held = extreme[i];
    bool better = (value > held) | ((value >= held) & (at < numbers[i])) | isnan(held);
    extreme[i] = better ? value : held;
    numbers[i] = better ? at : numbers[i];
  }
}

static void spread_count(uint64_t *count, const float *values, size_t n) {
  for (size_t i = 0; i < n; i++) count[i] += isnan(values[i]) ? 0 : 1;
}

/* ---- All values to one cell ---- */

static float row_extreme(float sign, const float *values, size_t n) {
  float lanes[LANES], best = NAN;
  size_t i = 0;
  for (size_t i_lane = 0; i_lane < LANES; i_lane++) lanes[i_lane] = NAN;
  for (; i + LANES <= n; i += LANES)
    for (size_t i_lane = 0; i_lane < LANES; i_lane++) {
      float value = sign * values[i + i_lane] + 0.0f;
      lanes[i_lane] = ((value > lanes[i_lane]) | isnan(lanes[i_lane])) ? value : lanes[i_lane];
    }
  for (; i < n; i++) {
    float value = sign * values[i] + 0.0f;
    best = ((value > best) | isnan(best)) ? value : best;
  }
  for (size_t i_lane = 0; i_lane < LANES; i_lane++)
    best = ((lanes[i_lane] > best) | isnan(best)) ? lanes[i_lane] : best;
  return best;
}

/* The row is searched for its extreme only when that can win. */
static void gather_arg(float *extreme, uint64_t *number, float sign, const float *values, size_t n, uint64_t at) {
  float best = row_extreme(sign, values, n);
  if (isnan(best) || best < *extreme || (best <= *extreme && *number <= at)) return;
  size_t i_first = 0;
  while (!(sign * values[i_first] >= best)) i_first++;
  if (best <= *extreme && *number <= at + i_first) return;
  *extreme = best;
  *number = at + i_first;
}

static uint64_t row_count(const float *values, size_t n) {
  uint32_t found = 0;
  for (size_t i = 0; i < n; i++) found += isnan(values[i]) ? 0 : 1;
  return found;
}

/* ---- Both ---- */

static void add_spread(msw_partial *partial, uint64_t cell, const float *values, size_t n, uint64_t at) {
  float sign = sign_of(partial->op);
  if (partial->count) spread_count(partial->count + cell, values, n);
  else if (partial->at) spread_arg(partial->extreme + cell, partial->at + cell, sign, values, n, at);
  else if (partial->extreme) spread_extreme(partial->extreme + cell, sign, values, n);
  else for (size_t i = 0; i < n; i++) msw_exact_sum_add(&partial->sums[cell + i], values[i]);
}

static void add_gathered(msw_partial *partial, uint64_t cell, const float *values, size_t n, uint64_t at) {
  float sign = sign_of(partial->op);
  if (partial->count) partial->count[cell] += row_count(values, n);
  else if (partial->sums) msw_exact_sum_add_row(&partial->sums[cell], values, n);
  else if (partial->at) gather_arg(&partial->extreme[cell], &partial->at[cell], sign, values, n, at);
  else {
    float best = row_extreme(sign, values, n), *held = &partial->extreme[cell];
    *held = best > *held || isnan(*held) ? best : *held;
  }
}

void msw_partial_add(msw_partial *partial, uint64_t cell, bool spread, const float *values, size_t n, uint64_t at) {
  if (spread) add_spread(partial, cell, values, n, at);
  else add_gathered(partial, cell, values, n, at);
}
