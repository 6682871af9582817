/* Accumulators of a reduction: made, combined, turned into results. Cells come in by partial_rows.c. */
#include "msw/grid/partial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool has_extreme(msw_reduce_op op) { return op != MSW_REDUCE_MEAN && op != MSW_REDUCE_COUNT; }

static bool is_least(msw_reduce_op op) { return op == MSW_REDUCE_MIN || op == MSW_REDUCE_ARGMIN; }

uint64_t msw_partial_cell_bytes(msw_reduce_op op) {
  switch (op) {
    case MSW_REDUCE_MIN:
    case MSW_REDUCE_MAX: return sizeof(float);
    case MSW_REDUCE_ARGMIN:
    case MSW_REDUCE_ARGMAX: return sizeof(float) + sizeof(uint64_t);
    case MSW_REDUCE_COUNT: return sizeof(uint64_t);
    case MSW_REDUCE_MEAN: return sizeof(msw_exact_sum);
    case MSW_N_REDUCE_OPS: break;
  }
  return 0;
}

void msw_partial_init(msw_partial *partial, msw_reduce_op op, uint64_t n) {
  *partial = (msw_partial){.op = op, .n = n};
  if (op == MSW_REDUCE_COUNT) partial->count = msw_alloc_zero(n, sizeof *partial->count);
  if (op == MSW_REDUCE_MEAN) partial->sums = msw_alloc_zero(n, sizeof *partial->sums);
  if (msw_reduce_op_is_arg(op)) partial->at = msw_alloc_zero(n, sizeof *partial->at);
  if (!has_extreme(op)) return;
  partial->extreme = msw_alloc_zero(n, sizeof *partial->extreme);
  for (uint64_t i_cell = 0; i_cell < n; i_cell++) partial->extreme[i_cell] = NAN;
}

void msw_partial_free(msw_partial *partial) {
  free(partial->extreme);
  free(partial->at);
  free(partial->count);
  free(partial->sums);
  *partial = (msw_partial){0};
}

static void combine_arg(msw_partial *into, uint64_t first, const msw_partial *from) {
  for (uint64_t i_cell = 0; i_cell < from->n; i_cell++) {
    float own = into->extreme[first + i_cell], other = from->extreme[i_cell];
    bool earlier = from->at[i_cell] < into->at[first + i_cell];
    if (!(isnan(own) || other > own || (other >= own && earlier))) continue;
    into->extreme[first + i_cell] = other;
    into->at[first + i_cell] = from->at[i_cell];
  }
}

void msw_partial_combine(msw_partial *into, uint64_t first, const msw_partial *from) {
  if (into->at) {
    combine_arg(into, first, from);
    return;
  }
  for (uint64_t i_cell = 0; i_cell < from->n; i_cell++) {
    if (into->count) into->count[first + i_cell] += from->count[i_cell];
    else if (into->sums) msw_exact_sum_combine(&into->sums[first + i_cell], &from->sums[i_cell]);
    else if (isnan(into->extreme[first + i_cell]) || from->extreme[i_cell] > into->extreme[first + i_cell])
      into->extreme[first + i_cell] = from->extreme[i_cell];
  }
}

static bool is_empty(const msw_partial *partial, uint64_t i_cell) {
  if (partial->count) return partial->count[i_cell] == 0;
  if (partial->sums) return partial->sums[i_cell].n == 0;
  return isnan(partial->extreme[i_cell]);
}

void msw_partial_extent(const msw_partial *partial, uint64_t *first, uint64_t *n) {
  uint64_t from = 0, end = partial->n;
  while (from < end && is_empty(partial, from)) from++;
  while (end > from && is_empty(partial, end - 1)) end--;
  *first = from < partial->n ? from : 0;
  *n = end - from;
}

/* ---- Results ---- */

static float value_of(const msw_partial *partial, uint64_t i_cell) {
  if (partial->sums) return msw_exact_sum_mean(&partial->sums[i_cell]);
  float extreme = partial->extreme[i_cell];
  if (isnan(extreme)) return NAN;   /* always the same one */
  return is_least(partial->op) ? 0.0f - extreme : extreme;
}

void msw_partial_results(const msw_partial *partial, const msw_reduced_variable *variable, uint64_t first, size_t n,
                         void *out) {
  for (size_t i = 0; i < n; i++) {
    uint64_t i_cell = first + i, position = 0;
    bool found = partial->at && !isnan(partial->extreme[i_cell]);
    if (found) position = partial->at[i_cell] / variable->stride % variable->n;
    switch (variable->type) {
      case MSW_REDUCED_F32: ((float *)out)[i] = value_of(partial, i_cell); break;
      case MSW_REDUCED_I64: ((int64_t *)out)[i] = (int64_t)partial->count[i_cell]; break;
      case MSW_REDUCED_F64: ((double *)out)[i] = found ? variable->values[position] : (double)NAN; break;
      case MSW_REDUCED_U32: ((uint32_t *)out)[i] = found ? (uint32_t)variable->values[position] : 0; break;
    }
  }
}
