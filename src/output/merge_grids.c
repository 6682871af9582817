/* What is to be merged: the variables of every block, found in the file itself. Their chunks are the plan's tiles, numbered
 * through the blocks in the order of the file, row by row.
 */
#include <string.h>

#include "merge_parts.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "writer_parts.h"

/* 0 where the product overflows, which no file of ours reaches. */
static uint64_t count_chunks(const msw_h5_layout *layout) {
  uint64_t n = 1;
  for (size_t i_dim = 0; i_dim < layout->rank; i_dim++) {
    uint64_t n_along = layout->chunk[i_dim] ? (layout->dims[i_dim] + layout->chunk[i_dim] - 1) / layout->chunk[i_dim] : 0;
    if (!msw_mul_u64(n, n_along, &n)) return 0;
  }
  return n;
}

static bool is_same_cut(const msw_h5_layout *a, const msw_h5_layout *b) {
  size_t n_bytes = a->rank * sizeof a->dims[0];
  return a->rank == b->rank && memcmp(a->dims, b->dims, n_bytes) == 0 && memcmp(a->chunk, b->chunk, n_bytes) == 0;
}

static msw_status refuse_cut(msw_merge_job *job, const char *variable) {
  msw_error(job->diag, msw_file_loc(job->diag, job->shards[0].path), variable, NULL,
            "cannot be merged: it is not cut into the tiles of the plan");
  return MSW_BAD_INPUT;
}

/* How a shard's data set gets into the result. This is the one place that knows. */
typedef enum {
  FROM_FIRST,   /* the same in every shard: coordinates and the like */
  BY_TILES,     /* fields: every shard has the chunks of its own tiles */
  COMBINED      /* reductions: worked out from the partial results in all shards (merge_reduced.c) */
} merge_rule;

static msw_status look_at_variable(msw_merge_job *job, msw_h5 group, const char *name, msw_h5_layout *layout,
                                   merge_rule *rule) {
  msw_h5 dataset = MSW_H5_NONE;
  const char *reduction = NULL;
  msw_status status = msw_h5_open_dataset(group, name, job->diag, &dataset);
  if (status == MSW_OK) status = msw_h5_layout_of(dataset, job->diag, layout);
  if (status == MSW_OK) status = msw_h5_read_attr_text(dataset, MSW_REDUCTION_ATTR, &job->arena, job->diag, &reduction);
  msw_h5_close(dataset);
  *rule = reduction ? COMBINED : layout->is_chunked ? BY_TILES : FROM_FIRST;
  return status;
}

static void add_variable(msw_merge_job *job, msw_merge_grid *grid, const char *path) {
  const size_t n = job->n_variables;
  if ((n & (n - 1)) == 0) {   /* room doubles at powers of two */
    const char **grown = msw_arena_array(&job->arena, n > 0 ? 2 * n : 1, sizeof *grown);
    if (n > 0) memcpy(grown, job->variables, n * sizeof *grown);
    job->variables = grown;
  }
  job->variables[job->n_variables++] = path;
  grid->n_variables++;
}

/* A block whose cells are reduced has tiles too, but no variables that are cut into them: /meta says how many. */
static msw_status find_reduced_tiles(msw_merge_job *job, msw_h5 file, const char *path, uint64_t *n_tiles) {
  const char *name = path[0] ? path + 1 : MSW_UNNAMED_BLOCK;
  const char *counts = msw_format(&job->arena, "/" MSW_META_GROUP "/%s", name);
  bool is_other = !path[0] && msw_h5_exists(file, "/" MSW_UNNAMED_BLOCK), found;   /* a block that has that name */
  int64_t n = 0;
  msw_h5 group = MSW_H5_NONE;
  *n_tiles = 0;
  if (is_other || !msw_h5_exists(file, counts)) return MSW_OK;
  msw_status status = msw_h5_open_group(file, counts, job->diag, &group);
  if (status == MSW_OK) status = msw_h5_read_attr_int(group, MSW_REDUCED_TILES, job->diag, &n, &found);
  msw_h5_close(group);
  *n_tiles = (uint64_t)n;
  return status;
}

/* The variables of the group at `path` ("" for the root); a group that is no block adds no grid. */
static msw_status find_grid(msw_merge_job *job, msw_h5 file, msw_h5 group, const char *path) {
  const msw_h5_member *members;
  size_t n_members;
  msw_merge_grid *grid = &job->grids[job->n_grids];
  *grid = (msw_merge_grid){.first_variable = job->n_variables};
  msw_status status = msw_h5_list(group, &job->arena, job->diag, &members, &n_members);
  for (size_t i_member = 0; i_member < n_members && status == MSW_OK; i_member++) {
    msw_h5_layout layout;
    merge_rule rule;
    if (members[i_member].kind != MSW_H5_DATASET) continue;
    const char *variable = msw_format(&job->arena, "%s/%s", path, members[i_member].name);
    status = look_at_variable(job, group, members[i_member].name, &layout, &rule);
    if (status != MSW_OK || rule != BY_TILES) continue;
    if (grid->n_variables == 0) grid->layout = layout;
    else if (!is_same_cut(&grid->layout, &layout)) status = refuse_cut(job, variable);
    add_variable(job, grid, variable);
  }
  if (status == MSW_OK && grid->n_variables > 0) grid->n_tiles = count_chunks(&grid->layout);
  else if (status == MSW_OK) status = find_reduced_tiles(job, file, path, &grid->n_tiles);
  if (status == MSW_OK && grid->n_tiles > 0) job->n_grids++;
  return status;
}

/* Tiles and records are numbered through the grids. */
static msw_status number_grids(msw_merge_job *job) {
  uint64_t n_tiles = 0, n_records = 0;
  for (size_t i_grid = 0; i_grid < job->n_grids; i_grid++) {
    msw_merge_grid *grid = &job->grids[i_grid];
    grid->first_tile = n_tiles;
    grid->first_record = n_records;
    n_tiles += grid->n_tiles;
    n_records += grid->n_tiles * grid->n_variables;
  }
  if (n_tiles != job->n_tiles) return refuse_cut(job, job->n_variables > 0 ? job->variables[0] : NULL);
  job->records = msw_alloc_zero(n_records, sizeof *job->records);
  job->targets = msw_arena_array(&job->arena, job->n_variables, sizeof *job->targets);
  for (size_t i_variable = 0; i_variable < job->n_variables; i_variable++) job->targets[i_variable] = MSW_H5_NONE;
  return MSW_OK;
}

msw_status msw_merge_find_grids(msw_merge_job *job, msw_h5 file) {
  const msw_h5_member *members;
  size_t n_members;
  msw_status status = msw_h5_list(file, &job->arena, job->diag, &members, &n_members);
  if (status != MSW_OK) return status;
  job->grids = msw_arena_array(&job->arena, n_members + 1, sizeof *job->grids);
  status = find_grid(job, file, file, "");
  for (size_t i_member = 0; i_member < n_members && status == MSW_OK; i_member++) {
    const char *name = members[i_member].name;
    msw_h5 group = MSW_H5_NONE;
    if (members[i_member].kind != MSW_H5_GROUP || strcmp(name, MSW_META_GROUP) == 0) continue;
    status = msw_h5_open_group(file, name, job->diag, &group);
    if (status == MSW_OK) status = find_grid(job, file, group, msw_format(&job->arena, "/%s", name));
    msw_h5_close(group);
  }
  return status == MSW_OK ? number_grids(job) : status;
}

msw_status msw_merge_open_variables(const msw_merge_job *job, msw_h5 file, msw_h5 *datasets) {
  msw_status status = MSW_OK;
  for (size_t i_variable = 0; i_variable < job->n_variables; i_variable++) {
    datasets[i_variable] = MSW_H5_NONE;
    if (status == MSW_OK)
      status = msw_h5_open_dataset(file, job->variables[i_variable], job->diag, &datasets[i_variable]);
  }
  return status;
}

void msw_merge_close_variables(const msw_merge_job *job, msw_h5 *datasets) {
  for (size_t i_variable = 0; datasets && i_variable < job->n_variables; i_variable++) {
    msw_h5_close(datasets[i_variable]);
    datasets[i_variable] = MSW_H5_NONE;
  }
}

msw_tile_range msw_merge_tiles_in(const msw_merge_grid *grid, msw_tile_range tiles) {
  return msw_tiles_within(tiles, grid->first_tile, grid->n_tiles);
}

void msw_merge_offset(const msw_merge_grid *grid, uint64_t i_tile, uint64_t offset[MSW_H5_MAX_RANK]) {
  const msw_h5_layout *layout = &grid->layout;
  for (size_t i_dim = layout->rank; i_dim-- > 0;) {
    uint64_t n_along = (layout->dims[i_dim] + layout->chunk[i_dim] - 1) / layout->chunk[i_dim];
    offset[i_dim] = i_tile % n_along * layout->chunk[i_dim];
    i_tile /= n_along;
  }
}
