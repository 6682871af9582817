/* Measured steps through the scalar reference: GPUs, engines, models and cases are each found and bound once for a method. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mfu_column.h"
#include "msw/base/str.h"
#include "msw/perf/step.h"
#include "setup.h"
#include "stand_ins.h"
#include "validate.h"

/* NULL: it could not be had, which was said already. */
typedef struct { const char *gpu, *engine; msw_setup *setup; } known_setup;
typedef struct { const char *name; msw_model *model; } known_model;
typedef struct {
  const msw_setup *setup;
  const msw_model *model;
  int64_t tp;
  msw_dtype weight_dtype, kv_dtype;   /* as the rows have them */
  msw_case *bound;
} known_case;

typedef struct {
  msw_context *ctx;
  const msw_method *method;
  known_setup *setups;
  known_model *models;
  known_case *cases;
  size_t n_setups, setups_cap, n_models, models_cap, n_cases, cases_cap;
} binder;

static const msw_gpu *find_gpu(msw_context *ctx, const msw_measured_row *row) {
  const msw_gpu *gpu = msw_data_find_gpu(&ctx->data, row->gpu);
  if (gpu) return gpu;
  const char *nearest = msw_data_nearest_gpu(&ctx->data, row->gpu);
  const char *hint = nearest ? msw_did_you_mean(&ctx->diag, nearest) : "GPUs are the files of bench_data/gpus/";
  msw_error(&ctx->diag, row->loc, "gpu", hint, "unknown GPU '%s'", row->gpu);
  return NULL;
}

/* The method as it is for the row's GPU and engine; an engine that the user set for the method stays. */
static msw_setup *new_setup(binder *b, const msw_measured_row *row) {
  const msw_gpu *gpu = find_gpu(b->ctx, row);
  if (!gpu) return NULL;
  msw_setup *setup = msw_arena_alloc(&b->ctx->arena, sizeof *setup);
  *setup = (msw_setup){.gpu = gpu, .method = *b->method};
  if (!setup->method.engine && row->engine[0]) setup->method.engine = row->engine;
  if (msw_setup_load(b->ctx, setup) != MSW_OK) return NULL;
  /* Rows have the sum of the requests' lengths; in an engine's batch they are far from equal. */
  if (!msw_method_sets(b->method, "kv_spread")) setup->knobs.kv_spread = MSW_KV_EXPONENTIAL;
  return setup;
}

static const msw_setup *find_setup(binder *b, const msw_measured_row *row) {
  bool is_gpu_missing = false;
  for (size_t i_setup = b->n_setups; i_setup-- > 0;) {
    const known_setup *known = &b->setups[i_setup];
    if (!msw_equal_nocase(known->gpu, row->gpu)) continue;
    if (strcmp(known->engine, row->engine) == 0) return known->setup;
    is_gpu_missing = is_gpu_missing || !known->setup;
  }
  known_setup found = {row->gpu, row->engine, is_gpu_missing ? NULL : new_setup(b, row)};
  b->setups = msw_grow(b->setups, &b->setups_cap, b->n_setups + 1, sizeof *b->setups);
  b->setups[b->n_setups++] = found;
  return found.setup;
}

static const msw_model *find_model(binder *b, const msw_measured_row *row) {
  for (size_t i_model = 0; i_model < b->n_models; i_model++)
    if (msw_equal_nocase(b->models[i_model].name, row->model)) return b->models[i_model].model;
  size_t index;
  known_model found = {.name = row->model};
  if (msw_context_find_model(b->ctx, row->model, row->loc, &index)) {
    found.model = msw_arena_alloc(&b->ctx->arena, sizeof *found.model);
    if (msw_data_load_model(&b->ctx->data, index, &b->ctx->arena, &b->ctx->diag, found.model) != MSW_OK) found.model = NULL;
  }
  b->models = msw_grow(b->models, &b->models_cap, b->n_models + 1, sizeof *b->models);
  b->models[b->n_models++] = found;
  return found.model;
}

static void warn_of_kv(binder *b, const msw_measured_row *row, const msw_case *bound) {
  const bool is_void = (bound->flags & MSW_FLAGS_VOID) != 0;
  if (is_void || row->kv_dtype == MSW_DTYPE_NONE) return;
  const double differ = msw_dtype_bytes(row->kv_dtype) - bound->kv_bytes_per_value;
  if (!(fabs(differ) > 0.0)) return;
  msw_warn(&b->ctx->diag, row->loc, "kv_dtype", NULL,
           "%s at tp %lld was measured with a KV cache in %s; %s takes %g bytes a value", bound->model->name,
           (long long)row->tp, msw_dtype_name(row->kv_dtype), b->method->label, bound->kv_bytes_per_value);
}

static const msw_case *bind_row(binder *b, const msw_measured_row *row) {
  const msw_setup *setup = find_setup(b, row);
  const msw_model *model = find_model(b, row);
  if (!setup || !model) return NULL;
  for (size_t i_case = b->n_cases; i_case-- > 0;) {   /* neighbouring rows are often of one case */
    const known_case *known = &b->cases[i_case];
    if (known->setup == setup && known->model == model && known->tp == row->tp &&
        known->weight_dtype == row->weight_dtype && known->kv_dtype == row->kv_dtype)
      return known->bound;
  }
  known_case found = {setup, model, row->tp, row->weight_dtype, row->kv_dtype,
                      msw_arena_alloc(&b->ctx->arena, sizeof(msw_case))};
  msw_setup_bind(setup, model, (double)row->tp, row->weight_dtype, true, &b->ctx->arena, found.bound);
  warn_of_kv(b, row, found.bound);
  b->cases = msw_grow(b->cases, &b->cases_cap, b->n_cases + 1, sizeof *b->cases);
  b->cases[b->n_cases++] = found;
  return found.bound;
}

static bool was_said(const msw_diag *diag, const char *text) {
  for (size_t i_problem = 0; i_problem < diag->n; i_problem++)
    if (strcmp(diag->items[i_problem].message, text) == 0) return true;
  return false;
}

/* Tables of another number format that stand in; several methods may say the same. */
static void warn_of_stand_ins(binder *b) {
  msw_diag *diag = &b->ctx->diag;
  for (size_t i_case = 0; i_case < b->n_cases; i_case++) {
    const msw_case *bound = b->cases[i_case].bound;
    const msw_notes notes = msw_stand_ins_of_cases(&bound, 1, &b->cases[i_case].setup->tables, &b->ctx->arena);
    for (size_t i_note = 0; i_note < notes.n; i_note++)
      if (!was_said(diag, notes.items[i_note])) msw_warn(diag, (msw_loc){0}, NULL, NULL, "%s", notes.items[i_note]);
  }
}

static void warn_of_columns(const binder *b) {
  const msw_kernel_set **sets = msw_arena_array(&b->ctx->arena, b->n_setups, sizeof *sets);
  size_t n_sets = 0;
  for (size_t i_setup = 0; i_setup < b->n_setups; i_setup++) {
    bool is_known = false;
    for (size_t i_set = 0; i_set < n_sets; i_set++)
      is_known = is_known || sets[i_set]->gpu == b->setups[i_setup].setup->gpu;
    if (!is_known) sets[n_sets++] = &b->setups[i_setup].setup->tables;
  }
  msw_warn_mfu_columns(sets, n_sets);
}

static msw_flags predict_row(const msw_case *bound, const msw_measured_row *row, size_t i_row, msw_arena *arena,
                             msw_predictions *predictions) {
  msw_breakdown breakdown;
  msw_step_eval(bound, &row->step, NULL, &breakdown);
  predictions->flags[i_row] = breakdown.flags;
  predictions->rows[i_row].predicted_us = breakdown.step_us;
  if (!isnan(breakdown.step_us)) return breakdown.flags;
  predictions->why[i_row] = bound->why_void ? bound->why_void
                                            : msw_format(arena, "no number for %s at tp %lld", row->model, (long long)row->tp);
  return breakdown.flags;
}

msw_status msw_validate_evaluate(msw_context *ctx, const msw_method *method, const msw_measured *measured,
                                 const size_t *chosen, size_t n_chosen, bool *knows_columns,
                                 msw_predictions *predictions) {
  const size_t n_errors_before = ctx->diag.n_errors;
  binder b = {.ctx = ctx, .method = method};
  msw_flags all = 0;
  for (size_t i_chosen = 0; i_chosen < n_chosen; i_chosen++) {
    const msw_measured_row *row = &measured->rows[chosen[i_chosen]];
    const msw_case *bound = bind_row(&b, row);
    if (bound) all |= predict_row(bound, row, chosen[i_chosen], &ctx->arena, predictions);
  }
  const bool is_good = ctx->diag.n_errors == n_errors_before && ctx->diag.status == MSW_OK;
  if (is_good) warn_of_stand_ins(&b);
  if (is_good && !*knows_columns && (all & MSW_FLAG_MFU_COLUMN_OFF)) {
    warn_of_columns(&b);
    *knows_columns = true;
  }
  free(b.cases);
  free(b.models);
  free(b.setups);
  return is_good ? MSW_OK : ctx->diag.status;
}
