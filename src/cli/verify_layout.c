/* Has the file the variables that the plan says, cut as it says, with all their chunks? */
#include <inttypes.h>

#include "msw/base/str.h"
#include "verify.h"

const char *msw_verify_path(const msw_verification *v, const msw_plan_block *block, const char *name) {
  const char *group = block->spec->name;
  return msw_format(&v->ctx->arena, "%s%s/%s", group[0] ? "/" : "", group, name);
}

static bool is_cut_as(const msw_h5_layout *layout, const msw_plan_block *block) {
  if (!layout->is_chunked || layout->rank != block->rank) return false;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    if (layout->dims[i_dim] != block->dims[i_dim].n || layout->chunk[i_dim] != block->dims[i_dim].chunk) return false;
  return true;
}

/* Tiles of the block that the file holds. */
static uint64_t tiles_held(const msw_verification *v, const msw_plan_block *block) {
  return msw_tiles_within(v->tiles, block->first_tile, block->n_cases * block->tiles_per_case).n;
}

static bool check_variable(msw_verification *v, const msw_plan_block *block, const char *path) {
  msw_diag problems = {0};
  msw_h5 dataset = MSW_H5_NONE;
  msw_h5_layout layout = {0};
  uint64_t n_chunks = 0, n_wanted = tiles_held(v, block);
  bool is_there = msw_h5_exists(v->file, path);
  msw_status status = is_there ? msw_h5_open_dataset(v->file, path, &problems, &dataset) : MSW_FAILED;
  if (status == MSW_OK) status = msw_h5_layout_of(dataset, &problems, &layout);
  bool is_sound = status == MSW_OK && is_cut_as(&layout, block);
  if (is_sound) status = msw_h5_count_chunks(dataset, &problems, &n_chunks);
  if (!is_there) msw_verify_problem(v, "%s is missing", path);
  else if (problems.n > 0) msw_verify_problem(v, "%s: %s", path, problems.items[0].message);
  else if (!is_sound) msw_verify_problem(v, "%s has other dimensions or chunks than the sweep", path);
  else if (n_chunks != n_wanted)
    msw_verify_problem(v, "%s has %" PRIu64 " chunks instead of %" PRIu64, path, n_chunks, n_wanted);
  msw_h5_close(dataset);
  msw_diag_free(&problems);
  return is_sound;
}

static void want_variable(msw_verification *v, const msw_plan_block *block, const char *name) {
  const char *path = msw_verify_path(v, block, name);
  if (!msw_h5_exists(v->file, path)) msw_verify_problem(v, "%s is missing", path);
}

/* Of what was reduced only that it is there. */
static void check_reductions(msw_verification *v, const msw_plan_block *block) {
  for (size_t i = 0; i < block->spec->n_reductions; i++) {
    const msw_spec_reduction *reduction = &block->spec->reductions[i];
    const bool is_arg = reduction->op == MSW_REDUCE_ARGMIN || reduction->op == MSW_REDUCE_ARGMAX;
    if (!is_arg) want_variable(v, block, reduction->name);
    for (msw_axis_id axis = 0; is_arg && axis < MSW_N_AXES; axis++)
      if (reduction->over_axis[axis])
        want_variable(v, block, msw_format(&v->ctx->arena, "%s_%s", reduction->name, msw_axis_name(axis)));
  }
}

void msw_verify_layout(msw_verification *v) {
  for (size_t i_block = 0; i_block < v->plan.n_blocks; i_block++) {
    const msw_plan_block *block = &v->plan.blocks[i_block];
    bool is_sound = block->n_fields > 0;   /* reduced blocks store no cells */
    check_reductions(v, block);
    for (size_t i_field = 0; i_field < block->n_fields; i_field++)
      is_sound = check_variable(v, block, msw_verify_path(v, block, block->fields[i_field]->name)) && is_sound;
    v->is_sound[i_block] = is_sound;
  }
}
