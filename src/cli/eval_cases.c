/* Binding the cases of a steps CSV. */
#include "eval_cases.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/str.h"

typedef struct { const char *name; int64_t tp; msw_case *bound; } known_case;
/* model NULL: it could not be had, which was said already */
typedef struct { const char *name; msw_model *model; } known_model;

typedef struct {
  msw_context *ctx;
  const msw_setup *setup;
  msw_dtype dtype;
  known_case *cases;
  size_t n_cases, cases_cap;
  known_model *models;
  size_t n_models, models_cap;
} binder;

/* Each name is looked for, loaded and complained about once. */
static const msw_model *find_model(binder *b, const msw_step_row *row) {
  for (size_t i_model = 0; i_model < b->n_models; i_model++)
    if (msw_equal_nocase(b->models[i_model].name, row->model)) return b->models[i_model].model;
  size_t index;
  known_model found = {.name = row->model};
  if (msw_context_find_model(b->ctx, row->model, row->loc, &index)) {
    msw_model *model = msw_arena_alloc(&b->ctx->arena, sizeof *model);
    if (msw_data_load_model(&b->ctx->data, index, &b->ctx->arena, &b->ctx->diag, model) == MSW_OK) found.model = model;
  }
  b->models = msw_grow(b->models, &b->models_cap, b->n_models + 1, sizeof *b->models);
  b->models[b->n_models++] = found;
  return found.model;
}

static const msw_case *bind_row(binder *b, const msw_step_row *row) {
  for (size_t i_case = b->n_cases; i_case-- > 0;)   /* neighbouring rows are often of one case */
    if (b->cases[i_case].tp == row->tp && msw_equal_nocase(b->cases[i_case].name, row->model))
      return b->cases[i_case].bound;
  const msw_model *model = find_model(b, row);
  if (!model) return NULL;
  known_case bound = {row->model, row->tp, msw_arena_alloc(&b->ctx->arena, sizeof(msw_case))};
  msw_setup_bind(b->setup, model, (double)row->tp, b->dtype, true, &b->ctx->arena, bound.bound);
  if (bound.bound->flags & MSW_FLAGS_VOID)
    msw_warn(&b->ctx->diag, row->loc, NULL, NULL, "no numbers for %s at tp %lld: %s", model->name, (long long)row->tp,
             bound.bound->why_void);
  b->cases = msw_grow(b->cases, &b->cases_cap, b->n_cases + 1, sizeof *b->cases);
  b->cases[b->n_cases++] = bound;
  return bound.bound;
}

const msw_case *const *msw_eval_bind_rows(msw_context *ctx, const msw_setup *setup, msw_dtype dtype,
                                          const msw_steps *steps) {
  binder b = {.ctx = ctx, .setup = setup, .dtype = dtype};
  const msw_case **of_row = msw_arena_array(&ctx->arena, steps->n_rows, sizeof *of_row);
  bool is_good = true;
  for (size_t i_row = 0; i_row < steps->n_rows; i_row++) {
    of_row[i_row] = bind_row(&b, &steps->rows[i_row]);
    is_good = is_good && of_row[i_row];
  }
  free(b.cases);
  free(b.models);
  return is_good ? of_row : NULL;
}
