/* The result's methods against measured steps, as `mfusweep validate` would put it. */
#include <math.h>
#include <string.h>

#include "msw/analysis/report.h"
#include "msw/analysis/stalls.h"
#include "msw/base/str.h"
#include "report.h"
#include "validate.h"

enum { MOST_POINTS = 4000 };

/* ---- Which methods ---- */

/* Methods as the sweep calls them, and as `validate` takes them: "v2-floor+mfu_source=latency". */
typedef struct { msw_opt_list labels, texts; } method_list;

static bool is_among(const msw_opt_list *names, const char *name) {
  for (size_t i_name = 0; i_name < names->n; i_name++)
    if (strcmp(names->items[i_name], name) == 0) return true;
  return false;
}

/* What /meta says of a method: {"preset", "changed": [knobs], "knobs": {gpu: {knob: value}}}; NULL where it says nothing. */
static const msw_json *find_method(const msw_json *methods, const char *label) {
  for (const msw_json *block = methods ? methods->first : NULL; block; block = block->next) {
    const msw_json *method = msw_json_get(block, label);
    if (method && msw_json_get(method, "preset")) return method;
  }
  return NULL;
}

static const char *value_text(const msw_json *value, msw_arena *arena) {
  msw_buf text = {0};
  if (value->type == MSW_JSON_STRING) return value->text;
  msw_json_write(value, 0, &text);
  const char *copy = msw_strdup(arena, text.text);
  msw_buf_free(&text);
  return copy;
}

/* Knobs that a sweep sets are the same on all GPUs. */
static const char *method_text(const msw_json *methods, const char *label, msw_arena *arena) {
  const msw_json *method = find_method(methods, label);
  if (!method) return label;
  const char *text = msw_json_get(method, "preset")->text;
  const msw_json *changed = msw_json_get(method, "changed"), *knobs = msw_json_get(method, "knobs");
  for (const msw_json *knob = changed ? changed->first : NULL; knob && knobs; knob = knob->next) {
    const msw_json *value = knobs->first ? msw_json_get(knobs->first, knob->text) : NULL;
    if (value) text = msw_format(arena, "%s+%s=%s", text, knob->text, value_text(value, arena));
  }
  return text;
}

/* Silently no where a name says nothing to validate. */
static bool is_method(const char *text, msw_context *ctx) {
  const msw_opt_list one = {&text, 1}, no_sets = {0};
  const msw_validate_method *methods;
  size_t n;
  const msw_diag_mark before = msw_diag_here(&ctx->diag);
  const bool is_good = msw_validate_methods(&one, &no_sets, &ctx->arena, &ctx->diag, &methods, &n) && n == 1;
  msw_diag_rewind(&ctx->diag, before);
  return is_good;
}

static void add_name(msw_opt_list *list, const char *name, msw_arena *arena) {
  const char **items = msw_arena_array(arena, list->n + 1, sizeof *items);
  if (list->n > 0) memcpy(items, list->items, list->n * sizeof *items);
  items[list->n++] = name;
  list->items = items;
}

static void add_methods(const msw_result_axis *axis, const msw_json *methods, msw_context *ctx, method_list *list) {
  if (strcmp(axis->name, "method") != 0 || !axis->is_text) return;
  for (size_t i_value = 0; i_value < axis->n; i_value++) {
    const char *text = method_text(methods, axis->texts[i_value], &ctx->arena);
    if (is_among(&list->texts, text) || !is_method(text, ctx)) continue;
    add_name(&list->labels, axis->texts[i_value], &ctx->arena);
    add_name(&list->texts, text, &ctx->arena);
  }
}

static method_list methods_of(const msw_report_job *job) {
  static const char *own = "measured";
  method_list list = {0};
  msw_json *methods = NULL;
  const char *text = job->result->methods;
  const msw_diag_mark before = msw_diag_here(&job->ctx->diag);
  if (text) (void)msw_json_parse(text, strlen(text), job->result->path, &job->ctx->arena, &job->ctx->diag, &methods);
  msw_diag_rewind(&job->ctx->diag, before);
  for (size_t i_block = 0; i_block < job->n_blocks; i_block++) {
    const msw_result_block *block = job->blocks[i_block];
    for (size_t i_dim = 0; i_dim < block->rank; i_dim++) add_methods(&block->axes[i_dim], methods, job->ctx, &list);
    for (size_t i_axis = 0; i_axis < block->n_zipped; i_axis++) add_methods(&block->zipped[i_axis], methods, job->ctx, &list);
  }
  return list.texts.n > 0 ? list : (method_list){{&own, 1}, {&own, 1}};
}

/* ---- The document ---- */

static void add_figures(msw_arena *arena, msw_json *object, const msw_error_figures *figures) {
  msw_json_add_number(arena, object, "n", (double)figures->n);
  for (size_t i_figure = 0; i_figure < MSW_N_FIGURES; i_figure++)
    msw_json_add_number(arena, object, msw_validate_figures[i_figure].name,
                        msw_figure_of(figures, &msw_validate_figures[i_figure]));
}

static void add_groups(msw_arena *arena, msw_json *method, const msw_validation *validation, const msw_method_report *report) {
  msw_json *groups = msw_json_add_array(arena, method, "groups");
  for (size_t i_group = 0; i_group < validation->n_groups; i_group++) {
    msw_json *object = msw_json_add_object(arena, groups, NULL);
    for (size_t i_key = 0; i_key < validation->n_keys; i_key++)
      msw_json_add_string(arena, object, validation->keys[i_key].name,
                          validation->keys[i_key].labels[validation->groups[i_group].rows[0]]);
    add_figures(arena, object, &report->groups[i_group]);
  }
}

/* Every so many rows, so that a page holds no more than it can draw. */
static size_t step_of(size_t n) { return n > MOST_POINTS ? (n + MOST_POINTS - 1) / MOST_POINTS : 1; }

static void add_predictions(msw_arena *arena, msw_json *method, const msw_validation *validation,
                            const msw_predictions *predictions) {
  const size_t step = step_of(validation->n_chosen);
  float *predicted = msw_arena_array(arena, validation->n_chosen, sizeof *predicted);
  size_t n = 0;
  for (size_t i = 0; i < validation->n_chosen; i += step)
    predicted[n++] = (float)predictions->rows[validation->chosen[i]].predicted_us;
  msw_report_add_floats(arena, method, "predicted_us", predicted, n);
}

static void add_rows(msw_arena *arena, msw_json *object, const msw_validation *validation) {
  const size_t step = step_of(validation->n_chosen);
  float *measured = msw_arena_array(arena, validation->n_chosen, sizeof *measured);
  size_t n = 0;
  msw_json *labels = msw_json_add_array(arena, object, "labels");
  for (size_t i = 0; i < validation->n_chosen; i += step) {
    const msw_measured_row *row = &validation->measured->rows[validation->chosen[i]];
    measured[n++] = (float)row->latency_us;
    msw_json_add_string(arena, labels, NULL, msw_format(arena, "%s, tp %lld, %s", row->model, (long long)row->tp,
                                                        msw_measured_step_text(&row->step, arena)));
  }
  msw_report_add_floats(arena, object, "measured_us", measured, n);
}

static void add_accuracy(const msw_validation *validation, const msw_opt_list *files, const msw_opt_list *labels,
                         msw_arena *arena, msw_json *document) {
  msw_json *object = msw_json_add_object(arena, document, "accuracy");
  msw_json *names = msw_json_add_array(arena, object, "files"), *methods = NULL;
  for (size_t i_file = 0; i_file < files->n; i_file++) msw_json_add_string(arena, names, NULL, files->items[i_file]);
  msw_json_add_number(arena, object, "n_rows", (double)validation->n_chosen);
  msw_json_add_number(arena, object, "n_stalls", (double)validation->n_stalls);
  add_rows(arena, object, validation);
  methods = msw_json_add_array(arena, object, "methods");
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++) {
    const msw_method_report *report = &validation->methods[i_method];
    msw_json *method = msw_json_add_object(arena, methods, NULL);
    msw_json_add_string(arena, method, "label", labels->items[i_method]);
    msw_json_add_string(arena, method, "method", report->label);
    add_figures(arena, method, &report->overall);
    add_groups(arena, method, validation, report);
    add_predictions(arena, method, validation, &validation->predictions[i_method]);
  }
}

/* ---- The whole ---- */

static msw_status predict(const msw_report_job *job, const msw_opt_list *names, msw_measured *measured,
                          msw_validation *validation) {
  msw_context *ctx = job->ctx;
  const msw_opt_list no_sets = {0};
  const msw_validate_method *methods = NULL;
  if (!msw_validate_methods(names, &no_sets, &ctx->arena, &ctx->diag, &methods, &validation->n_methods)) return MSW_BAD_INPUT;
  validation->is_stall = msw_find_stalls(measured, &ctx->arena);
  validation->chosen = msw_validate_choose(NULL, measured, &ctx->arena, &ctx->diag, &validation->n_chosen);
  msw_predictions *predictions = msw_arena_array(&ctx->arena, validation->n_methods, sizeof *predictions);
  validation->predictions = predictions;
  return msw_validate_predict(ctx, methods, validation->n_methods, measured, validation->chosen, validation->n_chosen,
                              predictions);
}

msw_status msw_report_accuracy(const msw_report_job *job, const msw_opt_list *files, msw_json *document) {
  static const char *const by[] = {"model", "tp", "phase"};
  enum { N_BY = sizeof by / sizeof by[0] };
  msw_context *ctx = job->ctx;
  msw_measured measured;
  msw_group_key keys[N_BY];
  msw_validation validation = {.measured = &measured, .keys = keys, .n_keys = N_BY};
  if (files->n == 0) return MSW_OK;
  const method_list list = methods_of(job);
  msw_status status = msw_measured_load(files->items, files->n, &ctx->arena, &ctx->diag, &measured);
  if (status == MSW_OK) status = predict(job, &list.texts, &measured, &validation);
  if (status != MSW_OK) return status;
  for (size_t i_key = 0; i_key < N_BY; i_key++)
    keys[i_key] = msw_group_key_of(msw_measured_find(&measured, by[i_key]), measured.n_rows, &ctx->arena);
  msw_validate_report(&validation, 0, &ctx->arena);
  add_accuracy(&validation, files, &list.labels, &ctx->arena, document);
  return MSW_OK;
}
