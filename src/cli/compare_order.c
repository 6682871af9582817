/* From the command line of compare to a comparison that can begin. */
#include <string.h>

#include "compare_job.h"
#include "formula_list.h"
#include "msw/base/str.h"
#include "place.h"
#include "validate.h"

enum { USUAL_BINS = 16 };

/* ---- Sides */

/* Every value of an axis of one file. */
static msw_status take_along(msw_compare_job *job) {
  size_t i_dim = 0;
  const msw_compare_options *options = job->options;
  job->along = options->along;
  if (options->others.n > 0) {
    msw_error(&job->ctx->diag, (msw_loc){0}, "--along", "one of the two", "does not go with several files");
    return MSW_BAD_INPUT;
  }
  const msw_status status =
      msw_compare_along(&job->view.result, job->view.block, &job->view.selection, options->along, options->reference,
                        &job->ctx->arena, &job->ctx->diag, &job->sides, &job->order.n_sides, &i_dim);
  job->order.along = (int)i_dim;
  return status;
}

static const msw_result_block *same_block(const msw_compare_job *job, const msw_result *result) {
  const char *name = job->view.block->name;
  return msw_result_find_block(result, name[0] ? name : NULL, "--block", &job->ctx->diag);
}

static msw_status take_files(msw_compare_job *job) {
  const msw_opt_list *files = &job->options->others;
  job->along = "file";
  job->order.along = -1;
  if (job->options->reference)
    msw_error(&job->ctx->diag, (msw_loc){0}, "--ref", "of files the first is the reference", "goes with --along only");
  job->sides = msw_arena_array(&job->ctx->arena, files->n + 1, sizeof *job->sides);
  job->opened = msw_arena_array(&job->ctx->arena, files->n, sizeof *job->opened);
  job->sides[0] = (msw_compared){.label = job->view.result.path, .result = &job->view.result, .block = job->view.block,
                                 .selection = job->view.selection};
  job->order.n_sides = files->n + 1;
  for (; job->n_opened < files->n; job->n_opened++) {
    msw_result *result = &job->opened[job->n_opened];
    const msw_status status = msw_result_open(files->items[job->n_opened], &job->ctx->arena, &job->ctx->diag, result);
    if (status != MSW_OK) return status;
    msw_compared *side = &job->sides[job->n_opened + 1];
    *side = (msw_compared){.label = result->path, .result = result, .block = same_block(job, result)};
    if (!side->block) {
      msw_result_close(result);
      return MSW_BAD_INPUT;
    }
    side->selection = msw_select_all(side->block, &job->ctx->arena);
  }
  return msw_compare_align(job->sides, job->order.n_sides, &job->ctx->arena, &job->ctx->diag);
}

static msw_status take_sides(msw_compare_job *job) {
  if (job->options->along) return take_along(job);
  if (job->options->others.n > 0) return take_files(job);
  msw_error(&job->ctx->diag, (msw_loc){0}, NULL, "compare OUT.h5 --along method, or compare A.h5 B.h5",
            "say what is to be compared: the values of an axis, or several files");
  return MSW_BAD_INPUT;
}

/* ---- Formulas: the same for all sides; values of one axis share them */

static void make_formulas(msw_compare_job *job) {
  for (size_t i_side = 0; i_side < job->order.n_sides; i_side++) {
    msw_compared *side = &job->sides[i_side];
    if (i_side > 0 && job->order.along >= 0) side->formulas = job->sides[0].formulas;
    else side->formulas = msw_formulas_new(side->block, job->view.data, &job->ctx->arena);
  }
}

static size_t n_own_formulas(const msw_compare_job *job) { return job->order.along >= 0 ? 1 : job->order.n_sides; }

static bool add_formula(msw_compare_job *job, const char *text, const char *what, size_t *i_formula) {
  bool is_good = true;
  for (size_t i_side = 0; i_side < n_own_formulas(job) && is_good; i_side++)
    is_good = msw_formulas_add(job->sides[i_side].formulas, text, what, &job->ctx->diag, i_formula) == MSW_OK;
  return is_good;
}

static bool add_fields(msw_compare_job *job) {
  const msw_result_block *block = job->sides[0].block;
  const char *usual = msw_result_field_named(block, "step_us") ? "step_us" : block->signal;
  const msw_opt_list only_usual = {.items = &usual, .n = 1};
  bool is_good = msw_split_fields(job->options->field.n > 0 ? &job->options->field : &only_usual, &job->ctx->arena,
                                  &job->ctx->diag, &job->fields, &job->order.n_fields);
  size_t *fields = msw_arena_array(&job->ctx->arena, job->order.n_fields, sizeof *fields);
  for (size_t i_field = 0; i_field < job->order.n_fields; i_field++) {
    const msw_result_field *field = msw_result_field_named(block, job->fields[i_field]);
    is_good = add_formula(job, job->fields[i_field], "--field", &fields[i_field]) && is_good;
    if (!field || field->type == MSW_FIELD_F32) continue;
    msw_error(&job->ctx->diag, (msw_loc){0}, "--field", "a formula such as bound.memory is one",
              "%s holds codes, not a quantity", field->name);
    is_good = false;
  }
  job->order.fields = fields;
  return is_good;
}

/* ---- Slices */

static bool add_keys(msw_compare_job *job) {
  bool is_good = true;
  const msw_compared *reference = &job->sides[0];
  const char *const *names = msw_split_commas(&job->options->by, &job->ctx->arena, &job->order.n_keys);
  msw_compare_key *keys = msw_arena_array(&job->ctx->arena, job->order.n_keys, sizeof *keys);
  const size_t most = job->options->bins > 0 ? (size_t)job->options->bins : (size_t)USUAL_BINS;
  for (size_t i_key = 0; i_key < job->order.n_keys; i_key++) {
    const msw_result_axis *axis = msw_result_find_axis(reference->block, names[i_key], "--by", &job->ctx->diag);
    is_good = is_good && axis;
    if (!axis) continue;
    if ((int)axis->i_dim == job->order.along) {
      msw_error(&job->ctx->diag, (msw_loc){0}, "--by", NULL, "%s is what is compared along", axis->name);
      is_good = false;
    }
    keys[i_key] = msw_compare_key_of(axis, &reference->selection.dims[axis->i_dim], most, &job->ctx->arena);
    for (size_t i_other = 0; i_other < i_key; i_other++) {
      if (!keys[i_other].name || strcmp(keys[i_other].name, axis->name) != 0) continue;
      msw_error(&job->ctx->diag, (msw_loc){0}, "--by", NULL, "'%s' is given twice", axis->name);
      is_good = false;
    }
  }
  job->order.keys = keys;
  return is_good;
}

/* ---- Decisions */

static void decide_dim(msw_compare_job *job, size_t i_dim) {
  const char *name = job->sides[0].block->axes[i_dim].name;
  if (!job->order.is_decided[i_dim])
    job->decided = msw_format(&job->ctx->arena, "%s%s%s", job->decided, job->decided[0] ? ", " : "", name);
  job->order.is_decided[i_dim] = true;
}

/* tp and batch, as far as they vary; tp alone where it is the time of a step that counts, which one request has the least. */
static void decide_usual(msw_compare_job *job, bool has_batch) {
  static const char *const usual[] = {"tp", "batch"};
  const msw_compared *reference = &job->sides[0];
  for (size_t i_usual = 0; i_usual < (has_batch ? 2 : 1); i_usual++)
    for (size_t i_dim = 0; i_dim < reference->block->rank; i_dim++)
      if (reference->selection.dims[i_dim].n > 1 && strcmp(reference->block->axes[i_dim].name, usual[i_usual]) == 0)
        decide_dim(job, i_dim);
}

static bool decide_named(msw_compare_job *job) {
  size_t n = 0;
  bool is_good = true;
  const char *const *names = msw_split_commas(&job->options->decide, &job->ctx->arena, &n);
  for (size_t i_name = 0; i_name < n; i_name++) {
    const msw_result_axis *axis = msw_result_find_axis(job->sides[0].block, names[i_name], "--decide", &job->ctx->diag);
    is_good = is_good && axis && (int)axis->i_dim != job->order.along;
    if (axis && (int)axis->i_dim != job->order.along) decide_dim(job, axis->i_dim);
    if (axis && (int)axis->i_dim == job->order.along)
      msw_error(&job->ctx->diag, (msw_loc){0}, "--decide", NULL, "%s is what is compared along", axis->name);
  }
  return is_good;
}

/* What is best unless the user says it; NULL where nothing suggests itself. */
static const char *usual_goal(const msw_result_block *block, bool *is_max) {
  *is_max = msw_result_field_named(block, "tok_per_s_per_gpu") != NULL;
  if (*is_max) return "tok_per_s_per_gpu";
  return msw_result_field_named(block, "step_us") ? "step_us" : NULL;
}

/* Decisions that nobody asked for are left out where they would be too many. */
static bool are_too_many(const msw_compare_job *job) {
  uint64_t n = job->order.n_sides - 1;
  const msw_compared *reference = &job->sides[0];
  for (size_t i_dim = 0; i_dim < reference->block->rank && n <= MSW_COMPARE_MOST_PLACES; i_dim++)
    if (!job->order.is_decided[i_dim]) n *= reference->selection.dims[i_dim].n;
  return n > MSW_COMPARE_MOST_PLACES;
}

static bool add_decisions(msw_compare_job *job) {
  const msw_compare_options *options = job->options;
  const bool is_asked = options->decide.n > 0 || options->max || options->min;
  const char *goal = options->max ? options->max : options->min;
  job->order.decide_max = options->max != NULL;
  if (options->max && options->min) {
    msw_error(&job->ctx->diag, (msw_loc){0}, NULL, NULL, "--max and --min exclude each other");
    return false;
  }
  if (!goal) goal = usual_goal(job->sides[0].block, &job->order.decide_max);
  if (options->decide.n > 0 && !decide_named(job)) return false;
  if (options->decide.n == 0) decide_usual(job, job->order.decide_max || options->min);
  if (is_asked && (!goal || !job->decided[0])) {
    msw_error(&job->ctx->diag, (msw_loc){0}, goal ? "--decide" : NULL, goal ? NULL : "name it with --max or --min",
              goal ? "name the axes: neither tp nor batch varies here"
                   : "neither tok_per_s_per_gpu nor step_us is in the file: what is best?");
    return false;
  }
  if (!goal || !job->decided[0] || (!is_asked && are_too_many(job))) return true;
  job->goal = msw_format(&job->ctx->arena, "%s %s", job->order.decide_max ? "largest" : "least", goal);
  return add_formula(job, goal, options->max ? "--max" : options->min ? "--min" : "--decide", &job->order.i_decide);
}

/* ---- All of it */

static bool add_where(msw_compare_job *job) {
  const char *fitting = job->options->misfits ? NULL : msw_fitting_cells(job->sides[0].block);
  for (size_t i_side = 1; i_side < job->order.n_sides && fitting; i_side++) fitting = msw_fitting_cells(job->sides[i_side].block);
  job->only_fitting = fitting != NULL;
  msw_status status = MSW_OK;
  for (size_t i_side = 0; i_side < n_own_formulas(job) && status == MSW_OK; i_side++)
    status = msw_formulas_add_where(job->sides[i_side].formulas, job->options->result.where, fitting, &job->ctx->diag,
                                    &job->order.i_where);
  return status == MSW_OK;
}

static msw_status fill_order(msw_compare_job *job) {
  const msw_compare_options *options = job->options;
  make_formulas(job);
  bool is_good = add_fields(job);
  is_good = add_where(job) && is_good;
  is_good = add_keys(job) && is_good;
  is_good = add_decisions(job) && is_good;
  if (options->worst > MSW_COMPARE_MOST_WORST) {
    msw_error(&job->ctx->diag, (msw_loc){0}, "--worst", NULL, "%d is the most", MSW_COMPARE_MOST_WORST);
    is_good = false;
  }
  job->order.sides = job->sides;
  job->order.n_worst = (size_t)options->worst;
  job->order.n_threads = job->view.n_threads;
  job->order.stop = job->view.stop;
  if (is_good) job->compare = msw_compare_new(&job->order, &job->ctx->diag);
  return job->compare ? MSW_OK : MSW_BAD_INPUT;
}

msw_status msw_compare_job_open(const msw_compare_options *options, msw_context *ctx, msw_compare_job *job) {
  msw_result_form form;
  *job = (msw_compare_job){.options = options, .ctx = ctx, .decided = "", .goal = ""};
  job->order.i_where = job->order.i_decide = MSW_NO_FORMULA;
  bool is_good = msw_result_order_check_output(&options->result, MSW_FORM_H5 | MSW_FORM_NC, &ctx->diag, &form);
  if (form != MSW_FORM_NONE)
    is_good =
        msw_place_check(options->result.output, options->others.items, options->others.n, &ctx->diag) == MSW_OK && is_good;
  msw_status status = msw_result_order_open(&options->result, ctx, &job->view);
  if (status == MSW_OK) status = take_sides(job);
  if (status == MSW_OK) status = fill_order(job);
  return status == MSW_OK && !is_good ? MSW_BAD_INPUT : status;
}

void msw_compare_job_close(msw_compare_job *job) {
  msw_compare_free(job->compare);
  for (size_t i_side = 0; job->sides && i_side < job->order.n_sides; i_side++)
    if (i_side == 0 || job->order.along < 0) msw_formulas_free(job->sides[i_side].formulas);
  for (size_t i = 0; i < job->n_opened; i++) msw_result_close(&job->opened[i]);
  msw_result_view_close(&job->view);
}
