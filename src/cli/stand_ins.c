/* Collecting what stands in. */
#include "stand_ins.h"

#include <string.h>

#include "msw/perf/stand_in.h"

static void add_text(msw_notes *notes, const char *text) {
  for (size_t i = 0; i < notes->n; i++)
    if (strcmp(notes->items[i], text) == 0) return;
  if ((notes->n & (notes->n - 1)) == 0) {   /* room doubles at powers of two */
    const char **grown = msw_arena_array(notes->arena, notes->n > 0 ? 2 * notes->n : 1, sizeof *grown);
    if (notes->n > 0) memcpy(grown, notes->items, notes->n * sizeof *grown);
    notes->items = grown;
  }
  notes->items[notes->n++] = text;
}

static void add(msw_notes *notes, const msw_kernel_set *set, msw_dtype weights) {
  msw_stand_in found[MSW_MAX_STAND_INS];
  if (!set || weights == MSW_DTYPE_NONE) return;
  const size_t n = msw_stand_ins(set, weights, found);
  for (size_t i = 0; i < n; i++) add_text(notes, msw_stand_in_text(&found[i], set->gpu, notes->arena));
}

/* The measured family flags its own (dtype_borrowed). */
static bool takes_stand_ins(msw_family family) {
  return msw_family_uses_tables(family) && family != MSW_FAMILY_MEASURED;
}

/* ---- A plan ---- */

static bool has_stand_ins(const msw_plan_block *block) {
  for (size_t i_method = 0; i_method < block->spec->axes[MSW_AXIS_METHOD].n; i_method++)
    if (takes_stand_ins(block->methods[i_method].preset->family)) return true;
  return false;
}

static msw_dtype weights_of(const char *dtype, const msw_model *model) {
  msw_dtype weights = model->torch_dtype;   /* stays so for "config" */
  msw_dtype_parse(dtype, &weights);
  return weights;
}

/* Members of a zip stand at one position together. */
static bool can_meet(const msw_spec_block *spec, msw_axis_id a, size_t at_a, msw_axis_id b, size_t at_b) {
  return spec->axes[a].zip < 0 || spec->axes[a].zip != spec->axes[b].zip || at_a == at_b;
}

static void add_models(msw_notes *notes, const msw_spec_block *spec, const msw_kernel_set *set, size_t i_gpu) {
  const msw_spec_axis *models = &spec->axes[MSW_AXIS_MODEL], *dtypes = &spec->axes[MSW_AXIS_DTYPE];
  for (size_t i_model = 0; i_model < models->n; i_model++)
    for (size_t i_dtype = 0; i_dtype < dtypes->n; i_dtype++)
      if (can_meet(spec, MSW_AXIS_GPU, i_gpu, MSW_AXIS_MODEL, i_model) &&
          can_meet(spec, MSW_AXIS_GPU, i_gpu, MSW_AXIS_DTYPE, i_dtype) &&
          can_meet(spec, MSW_AXIS_MODEL, i_model, MSW_AXIS_DTYPE, i_dtype))
        add(notes, set, weights_of(dtypes->labels[i_dtype], spec->models[i_model]));
}

static const msw_kernel_set *set_of(const msw_run_tables *tables, const msw_gpu *gpu) {
  for (size_t i_set = 0; i_set < tables->n_sets; i_set++)
    if (tables->sets[i_set]->gpu == gpu) return tables->sets[i_set];
  return NULL;
}

static void add_points(msw_notes *notes, const msw_plan_block *block, const msw_run_tables *tables) {
  for (size_t i_point = 0; i_point < block->spec->n_points; i_point++) {
    const msw_spec_point *point = block->points[i_point].spec;
    if (takes_stand_ins(block->points[i_point].method.preset->family))
      add(notes, set_of(tables, point->gpu), weights_of(point->dtype, point->model));
  }
}

msw_notes msw_stand_ins_of_plan(const msw_plan *plan, const msw_run_tables *tables, msw_arena *arena) {
  msw_notes notes = {.arena = arena};
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    for (size_t i_gpu = 0; i_gpu < block->spec->axes[MSW_AXIS_GPU].n; i_gpu++)
      if (tables->of_block[i_block][i_gpu] && has_stand_ins(block)) add_models(&notes, block->spec, tables->of_block[i_block][i_gpu], i_gpu);
    add_points(&notes, block, tables);
  }
  return notes;
}

/* ---- Others ---- */

msw_notes msw_stand_ins_of_cases(const msw_case *const *cases, size_t n, const msw_kernel_set *set, msw_arena *arena) {
  msw_notes notes = {.arena = arena};
  for (size_t i_case = 0; i_case < n; i_case++) {
    if (i_case > 0 && cases[i_case] == cases[i_case - 1]) continue;
    bool uses_tables = takes_stand_ins(cases[i_case]->family) && !(cases[i_case]->flags & MSW_FLAGS_VOID);
    if (uses_tables) add(&notes, set, cases[i_case]->weight_dtype);
  }
  return notes;
}

msw_notes msw_stand_ins_of_gpu(const msw_kernel_set *set, msw_arena *arena) {
  msw_notes notes = {.arena = arena};
  for (int dtype = MSW_DTYPE_NONE + 1; dtype < MSW_N_DTYPES; dtype++)
    if (set->gpu->peak_flop_per_s[dtype] > 0.0) add(&notes, set, (msw_dtype)dtype);
  return notes;
}
