/* Selections: which positions of each dimension are meant. */
#include <string.h>

#include "msw/base/str.h"
#include "result_values.h"

msw_selection msw_select_all(const msw_result_block *block, msw_arena *arena) {
  msw_selection all = {0};
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    uint64_t *at = msw_arena_array(arena, (size_t)block->dims[i_dim], sizeof *at);
    for (uint64_t i_value = 0; i_value < block->dims[i_dim]; i_value++) at[i_value] = i_value;
    all.dims[i_dim] = (msw_result_positions){(size_t)block->dims[i_dim], at};
  }
  return all;
}

uint64_t msw_selection_cells(const msw_result_block *block, const msw_selection *selection) {
  uint64_t n = 1;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) n *= selection->dims[i_dim].n;
  return n;
}

/* The positions that are there and chosen. */
static msw_result_positions keep_chosen(const msw_result_positions *positions, const bool *chosen, msw_arena *arena) {
  uint64_t *at = msw_arena_array(arena, positions->n, sizeof *at);
  size_t n = 0;
  for (size_t i = 0; i < positions->n; i++)
    if (chosen[positions->at[i]]) at[n++] = positions->at[i];
  return (msw_result_positions){n, at};
}

msw_status msw_select(const msw_result_block *block, const char *text, const char *what, msw_arena *arena, msw_diag *diag,
                      msw_selection *selection) {
  const char *equals = strchr(text, '=');
  if (!equals) {
    msw_error(diag, (msw_loc){0}, what, "e.g. batch=1,8,64", "'%s' is not AXIS=VALUES", text);
    return MSW_BAD_INPUT;
  }
  const msw_result_axis *axis =
      msw_result_find_axis(block, msw_strndup(&diag->arena, text, (size_t)(equals - text)), what, diag);
  if (!axis) return MSW_BAD_INPUT;
  bool *chosen = msw_arena_array(arena, axis->n, sizeof *chosen);
  if (!msw_result_match(axis, equals + 1, what, diag, chosen)) return MSW_BAD_INPUT;
  msw_result_positions *positions = &selection->dims[axis->i_dim];
  const msw_result_positions kept = keep_chosen(positions, chosen, arena);
  if (kept.n == 0) {
    msw_error(diag, (msw_loc){0}, what, NULL, "'%s' and what was selected before leave nothing of %s", text,
              block->axes[axis->i_dim].name);
    return MSW_BAD_INPUT;
  }
  *positions = kept;
  return MSW_OK;
}

void msw_select_thin(msw_selection *selection, size_t i_dim, size_t most, msw_arena *arena) {
  msw_result_positions *positions = &selection->dims[i_dim];
  if (most == 0) most = 1;
  if (positions->n <= most) return;
  uint64_t *at = msw_arena_array(arena, most, sizeof *at);
  at[0] = positions->at[0];
  const size_t last = positions->n - 1, n_steps = most - 1;
  for (size_t i_step = 1; i_step <= n_steps; i_step++)   /* rounded; steps are at least 1, so that none repeats */
    at[i_step] = positions->at[(i_step * last + n_steps / 2) / n_steps];
  *positions = (msw_result_positions){most, at};
}
