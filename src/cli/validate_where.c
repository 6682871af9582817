/* --where: the sweep language's expressions over the columns of measured steps. */
#include <math.h>
#include <stdlib.h>

#include "msw/inputs/expr.h"
#include "validate.h"

typedef struct { const msw_measured *measured; const char **names; } known_columns;

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  const known_columns *known = context;
  const msw_measured_column *column = msw_measured_find(known->measured, name);
  if (!column) return false;
  *slot = (size_t)(column - known->measured->columns);
  *is_text = !column->numbers;
  return true;
}

static const char *const *names_of(void *context, size_t *n) {
  const known_columns *known = context;
  *n = known->measured->n_columns;
  return known->names;
}

static const double *text_ids(const msw_measured_column *column, size_t n_rows, msw_texts *texts, msw_arena *arena) {
  double *ids = msw_arena_array(arena, n_rows, sizeof *ids);
  for (size_t i_row = 0; i_row < n_rows; i_row++) ids[i_row] = msw_texts_id(texts, column->texts[i_row]);
  return ids;
}

/* A rule that yields NaN, as one over an empty cell does, does not hold. */
static size_t *rows_that_hold(const msw_expr *expr, const msw_measured *measured, msw_texts *texts, msw_arena *arena,
                              size_t *n_chosen) {
  const size_t n_rows = measured->n_rows;
  size_t n_slots;
  const size_t *slots = msw_expr_slots(expr, &n_slots);
  msw_expr_input *inputs = msw_arena_array(arena, measured->n_columns, sizeof *inputs);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) {
    const msw_measured_column *column = &measured->columns[slots[i_slot]];
    inputs[slots[i_slot]].values = column->numbers ? column->numbers : text_ids(column, n_rows, texts, arena);
    inputs[slots[i_slot]].stride = 1;
  }
  double *scratch = msw_arena_array(arena, msw_expr_scratch(expr, n_rows), sizeof *scratch);
  double *holds = msw_arena_array(arena, n_rows, sizeof *holds);
  size_t *chosen = msw_arena_array(arena, n_rows, sizeof *chosen);
  msw_expr_eval(expr, inputs, n_rows, scratch, holds);
  for (size_t i_row = 0; i_row < n_rows; i_row++)
    if (!isnan(holds[i_row]) && fabs(holds[i_row]) > 0.0) chosen[(*n_chosen)++] = i_row;
  return chosen;
}

static const size_t *all_rows(const msw_measured *measured, msw_arena *arena, size_t *n_chosen) {
  size_t *chosen = msw_arena_array(arena, measured->n_rows, sizeof *chosen);
  for (size_t i_row = 0; i_row < measured->n_rows; i_row++) chosen[i_row] = i_row;
  *n_chosen = measured->n_rows;
  return chosen;
}

const size_t *msw_validate_choose(const char *text, const msw_measured *measured, msw_arena *arena, msw_diag *diag,
                                  size_t *n_chosen) {
  *n_chosen = 0;
  if (!text) return all_rows(measured, arena, n_chosen);
  msw_texts texts = {0};
  known_columns known = {measured, msw_arena_array(arena, measured->n_columns, sizeof *known.names)};
  for (size_t i_col = 0; i_col < measured->n_columns; i_col++) known.names[i_col] = measured->columns[i_col].name;
  const msw_expr_scope scope = {.context = &known, .resolve = resolve, .names = names_of, .texts = &texts};
  const msw_expr *expr = msw_expr_compile(text, (msw_loc){0}, "--where", &scope, arena, diag);
  const size_t *chosen = expr ? rows_that_hold(expr, measured, &texts, arena, n_chosen) : NULL;
  if (expr && *n_chosen == 0) {
    msw_error(diag, (msw_loc){0}, "--where", NULL, "no row of %zu is left", measured->n_rows);
    chosen = NULL;
  }
  msw_texts_free(&texts);
  return chosen;
}
