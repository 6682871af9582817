/* Values picked out of axes: what is left of them, or of two together. */
#include "spec_parts.h"

void msw_spec_pick(msw_spec_reader *reader, const msw_pick *picks, size_t n, msw_given_axis *given) {
  msw_arena *arena = reader->arena;
  const msw_axis_id id = given->axis.id;
  double *values = msw_arena_array(arena, n, sizeof *values);
  const bool is_text = msw_axis_is_text(id);
  const char **labels = is_text ? msw_arena_array(arena, n, sizeof *labels) : NULL;
  const msw_gpu **gpus = id == MSW_AXIS_GPU ? msw_arena_array(arena, n, sizeof *gpus) : NULL;
  const msw_model **models = id == MSW_AXIS_MODEL ? msw_arena_array(arena, n, sizeof *models) : NULL;
  msw_method_spec *methods = id == MSW_AXIS_METHOD ? msw_arena_array(arena, n, sizeof *methods) : NULL;
  for (size_t i = 0; i < n; i++) {
    const msw_given_axis *from = picks[i].from;
    const size_t at = picks[i].at;
    values[i] = from->axis.values[at];
    if (labels) labels[i] = from->axis.labels[at];
    if (gpus) gpus[i] = from->gpus[at];
    if (models) models[i] = from->models[at];
    if (methods) methods[i] = from->methods[at];
  }
  given->axis.n = n;
  given->axis.values = values;
  given->axis.labels = labels;
  given->gpus = gpus;
  given->models = models;
  given->methods = methods;
}

msw_given_axis *msw_spec_axis_now(msw_spec_reader *reader, const msw_block_draft *draft, msw_axis_id id) {
  msw_given_axis *now = msw_arena_alloc(reader->arena, sizeof *now);
  if (draft->given[id]) *now = *draft->given[id];
  now->axis = draft->block.axes[id];
  if (id == MSW_AXIS_GPU) now->gpus = draft->block.gpus;
  if (id == MSW_AXIS_MODEL) now->models = draft->block.models;
  if (id == MSW_AXIS_METHOD) now->methods = draft->block.methods;
  return now;
}
