/* Methods of the points beside the grid ("include"), checked and worked out for each point's GPU. */
#include "plan_dims.h"

/* A point names what the axes have, or something else. What they have has been checked with them: mistakes are told once. */
static bool find_on_axes(const msw_spec_block *spec, const msw_spec_point *point, size_t *i_gpu, size_t *i_method) {
  size_t n_gpus = spec->axes[MSW_AXIS_GPU].n, n_methods = spec->axes[MSW_AXIS_METHOD].n;
  for (*i_gpu = 0; *i_gpu < n_gpus && spec->gpus[*i_gpu] != point->gpu;) ++*i_gpu;
  for (*i_method = 0; *i_method < n_methods && &spec->methods[*i_method] != point->method;) ++*i_method;
  return *i_method < n_methods;
}

static bool plan_point(const msw_plan_block *block, const msw_spec_point *spec, msw_diag *diag, msw_plan_point *point) {
  size_t i_gpu, i_method, n_methods = block->spec->axes[MSW_AXIS_METHOD].n;
  point->spec = spec;
  if (find_on_axes(block->spec, spec, &i_gpu, &i_method)) {
    point->method = block->methods[i_method];
    if (!point->method.preset) return false;
  } else if (!msw_method_resolve(spec->method, diag, &point->method)) return false;
  if (i_method == n_methods || i_gpu == block->spec->axes[MSW_AXIS_GPU].n)
    return msw_method_knobs(&point->method, spec->gpu, diag, &point->knobs, &point->method_flags);
  point->knobs = block->knobs[i_gpu * n_methods + i_method];
  point->method_flags = block->method_flags[i_gpu * n_methods + i_method];
  return true;
}

bool msw_plan_points(const msw_spec_block *spec, msw_arena *arena, msw_diag *diag, msw_plan_block *block) {
  msw_plan_point *points = msw_arena_array(arena, spec->n_points, sizeof *points);
  bool good = true;
  for (size_t i_point = 0; i_point < spec->n_points; i_point++)
    good = plan_point(block, &spec->points[i_point], diag, &points[i_point]) && good;
  block->points = points;
  return good;
}
