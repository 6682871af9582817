/* Cases that can have no numbers, found without looking at kernel tables. */
#include "void_case.h"

#include <string.h>

msw_case_key msw_plan_case_key(const msw_plan_block *block, const size_t position[MSW_N_AXES]) {
  const msw_spec_block *spec = block->spec;
  size_t i_gpu = position[MSW_AXIS_GPU], i_method = position[MSW_AXIS_METHOD];
  size_t i_knobs = i_gpu * spec->axes[MSW_AXIS_METHOD].n + i_method;
  msw_dtype dtype = MSW_DTYPE_NONE;   /* stays so for "config" */
  msw_dtype_parse(spec->axes[MSW_AXIS_DTYPE].labels[position[MSW_AXIS_DTYPE]], &dtype);
  return (msw_case_key){
      .gpu = spec->gpus[i_gpu],
      .model = spec->models[position[MSW_AXIS_MODEL]],
      .tp = spec->axes[MSW_AXIS_TP].values[position[MSW_AXIS_TP]],
      .dtype = dtype,
      .family = block->methods[i_method].preset->family,
      .knobs = &block->knobs[i_knobs],
      .method_flags = block->method_flags[i_knobs],
  };
}

msw_flags msw_plan_case_void(const msw_plan_block *block, const size_t position[MSW_N_AXES]) {
  msw_case_key key = msw_plan_case_key(block, position);
  msw_arena arena = {0};
  msw_case bound;
  msw_case_bind(&key, &arena, &bound);
  msw_arena_free(&arena);
  return bound.flags & MSW_FLAGS_VOID & ~MSW_FLAG_VOID_TABLE;
}
