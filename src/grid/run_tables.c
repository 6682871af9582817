/* Loading the kernel tables that a plan needs, each GPU once. */
#include "msw/grid/run.h"
#include "msw/perf/surface.h"

static msw_kernel_set *find_set(msw_kernel_set *const *sets, size_t n_sets, const msw_gpu *gpu) {
  for (size_t i_set = 0; i_set < n_sets; i_set++)
    if (sets[i_set]->gpu == gpu) return sets[i_set];
  return NULL;
}

/* What is wanted of a GPU. */
typedef struct { bool tables, latencies; } needs;

static needs needs_of(const msw_method *method) {
  return (needs){msw_family_uses_tables(method->preset->family), method->preset->family == MSW_FAMILY_MEASURED};
}

static needs needs_of_block(const msw_plan_block *block) {
  needs all = {false, false};
  for (size_t i_method = 0; i_method < block->spec->axes[MSW_AXIS_METHOD].n; i_method++) {
    const needs one = needs_of(&block->methods[i_method]);
    all = (needs){all.tables || one.tables, all.latencies || one.latencies};
  }
  return all;
}

/* The sets that are loaded so far. */
typedef struct { msw_kernel_set **items; size_t n; msw_status status; } set_list;

static msw_kernel_set *want_tables(set_list *list, const msw_data_root *data, const msw_gpu *gpu, msw_arena *arena,
                                   msw_diag *diag) {
  msw_kernel_set *known = find_set(list->items, list->n, gpu);
  if (known) return known;
  msw_kernel_set *set = msw_arena_array(arena, 1, sizeof *set);
  msw_status loaded = msw_kernel_set_load(data, gpu, arena, diag, set);
  set->gpu = gpu;
  if (loaded != MSW_OK) list->status = loaded;
  return list->items[list->n++] = set;
}

static const msw_kernel_set *want_set(set_list *list, const msw_data_root *data, const msw_gpu *gpu, needs wanted,
                                      msw_arena *arena, msw_diag *diag) {
  if (!wanted.tables) return NULL;
  msw_kernel_set *set = want_tables(list, data, gpu, arena, diag);
  if (wanted.latencies && !set->surfaces && list->status == MSW_OK) list->status = msw_surfaces_load(data, arena, diag, set);
  return set;
}

/* Points may be on GPUs that no axis has. */
static void want_sets_of_points(set_list *list, const msw_data_root *data, const msw_plan_block *block, msw_arena *arena,
                                msw_diag *diag) {
  for (size_t i_point = 0; i_point < block->spec->n_points; i_point++) {
    const msw_plan_point *point = &block->points[i_point];
    want_set(list, data, point->spec->gpu, needs_of(&point->method), arena, diag);
  }
}

msw_status msw_run_load_tables(const msw_plan *plan, const msw_data_root *data, msw_arena *arena, msw_diag *diag,
                               msw_run_tables *tables) {
  const msw_kernel_set ***of_block = msw_arena_array(arena, plan->n_blocks, sizeof *of_block);
  set_list list = {.items = msw_arena_array(arena, data->n_gpus, sizeof *list.items)};
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    size_t n_gpus = block->spec->axes[MSW_AXIS_GPU].n;
    of_block[i_block] = msw_arena_array(arena, n_gpus, sizeof **of_block);
    const needs wanted = needs_of_block(block);
    for (size_t i_gpu = 0; i_gpu < n_gpus; i_gpu++)
      of_block[i_block][i_gpu] = want_set(&list, data, block->spec->gpus[i_gpu], wanted, arena, diag);
  }
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++)
    want_sets_of_points(&list, data, &plan->blocks[i_block], arena, diag);
  *tables = (msw_run_tables){.of_block = (const msw_kernel_set *const *const *)of_block, .sets = (const msw_kernel_set *const *)list.items,
                             .n_sets = list.n};
  return list.status;
}
