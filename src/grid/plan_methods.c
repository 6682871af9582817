/* Methods of a block, checked and worked out for each of its GPUs. */
#include "plan_dims.h"

bool msw_plan_methods(const msw_spec_block *spec, msw_arena *arena, msw_diag *diag, msw_plan_block *block) {
  size_t n_methods = spec->axes[MSW_AXIS_METHOD].n, n_gpus = spec->axes[MSW_AXIS_GPU].n;
  msw_method *methods = msw_arena_array(arena, n_methods, sizeof *methods);
  msw_knobs *knobs = msw_arena_array(arena, n_gpus * n_methods, sizeof *knobs);
  msw_flags *flags = msw_arena_array(arena, n_gpus * n_methods, sizeof *flags);
  bool good = true;
  for (size_t i_method = 0; i_method < n_methods; i_method++)
    good = msw_method_resolve(&spec->methods[i_method], diag, &methods[i_method]) && good;
  for (size_t i_gpu = 0; good && i_gpu < n_gpus; i_gpu++)
    for (size_t i_method = 0; i_method < n_methods; i_method++) {
      size_t at = i_gpu * n_methods + i_method;
      good = msw_method_knobs(&methods[i_method], spec->gpus[i_gpu], diag, &knobs[at], &flags[at]) && good;
    }
  block->methods = methods;
  block->knobs = knobs;
  block->method_flags = flags;
  return good;
}
