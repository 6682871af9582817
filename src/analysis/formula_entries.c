/* Figures of the models and GPUs that a result names, from the data root. */
#include <math.h>

#include "formula_parts.h"
#include "msw/base/str.h"

/* Index of the model with this name, or the number of models. */
static size_t find_model(const msw_data_root *data, const char *name) {
  size_t i_model = 0;
  while (i_model < data->n_models && !msw_equal_nocase(data->model_names[i_model], name)) i_model++;
  return i_model;
}

static bool load_model(msw_formulas *formulas, const char *name, msw_model *model) {
  const msw_data_root *data = formulas->data;
  const size_t i_model = find_model(data, name);
  if (i_model < data->n_models)
    return msw_data_load_model(data, i_model, formulas->arena, formulas->diag, model) == MSW_OK;
  msw_error(formulas->diag, msw_file_loc(formulas->diag, formulas->what), NULL,
            msw_did_you_mean(formulas->diag, msw_data_nearest_model(data, name)),
            "model \"%s\" of the result is not in the data root %s", name, data->root);
  return false;
}

const double *msw_formula_model_values(msw_formulas *formulas, const msw_result_axis *axis, const char *figure) {
  double *values = msw_arena_array(formulas->arena, axis->n, sizeof *values);
  if (!formulas->models) {
    msw_model *models = msw_arena_array(formulas->arena, axis->n, sizeof *models);
    bool is_good = true;
    for (size_t i = 0; i < axis->n; i++) is_good = load_model(formulas, axis->texts[i], &models[i]) && is_good;
    if (!is_good) return NULL;
    formulas->models = models;
  }
  for (size_t i = 0; i < axis->n; i++) msw_model_field(&formulas->models[i], figure, &values[i]);
  return values;
}

static bool find_gpus(msw_formulas *formulas, const msw_result_axis *axis) {
  const msw_gpu **gpus = msw_arena_array(formulas->arena, axis->n, sizeof *gpus);
  bool is_good = true;
  for (size_t i = 0; i < axis->n; i++) {
    gpus[i] = msw_data_find_gpu(formulas->data, axis->texts[i]);
    if (gpus[i]) continue;
    msw_error(formulas->diag, msw_file_loc(formulas->diag, formulas->what), NULL,
              msw_did_you_mean(formulas->diag, msw_data_nearest_gpu(formulas->data, axis->texts[i])),
              "GPU \"%s\" of the result is not in the data root %s", axis->texts[i], formulas->data->root);
    is_good = false;
  }
  if (is_good) formulas->gpus = gpus;
  return is_good;
}

/* A GPU may run along a zip more than once. */
static bool is_first(const msw_gpu *const *gpus, size_t i) {
  for (size_t earlier = 0; earlier < i; earlier++)
    if (gpus[earlier] == gpus[i]) return false;
  return true;
}

const double *msw_formula_gpu_values(msw_formulas *formulas, const msw_result_axis *axis, const char *figure) {
  double *values = msw_arena_array(formulas->arena, axis->n, sizeof *values);
  if (!formulas->gpus && !find_gpus(formulas, axis)) return NULL;
  for (size_t i = 0; i < axis->n; i++) {
    const msw_gpu *gpu = formulas->gpus[i];
    msw_gpu_field(gpu, figure, &values[i]);
    if (isnan(values[i]) && is_first(formulas->gpus, i))
      msw_warn(formulas->diag, msw_file_loc(formulas->diag, formulas->what), NULL, NULL,
               "GPU %s has no %s in its entry: cells of it have no number here", gpu->name, figure);
  }
  return values;
}
