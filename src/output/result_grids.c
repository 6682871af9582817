/* The blocks of a result: groups that hold variables, each of which says itself by its dimension scales what it runs along. */
#include <string.h>

#include "msw/base/str.h"
#include "reduced.h"
#include "result_grid.h"
#include "writer_parts.h"

/* ---- What a group holds ---- */

/* False where the dataset is no variable: a coordinate, or one without dimensions that no reduction made. */
static msw_status look_at(msw_result_grid *g, const char *name, msw_h5 dataset, msw_result_candidate *found,
                          bool *is_variable) {
  msw_arena *arena = g->opening->arena;
  msw_diag *diag = g->opening->diag;
  *found = (msw_result_candidate){.name = name, .path = msw_format(arena, "%s/%s", g->path, name)};
  *is_variable = false;
  if (msw_h5_is_scale(dataset) || msw_h5_is_text(dataset)) return MSW_OK;
  msw_status status = msw_h5_layout_of(dataset, diag, &found->layout);
  if (status == MSW_OK) status = msw_h5_read_attr_text(dataset, "coordinates", arena, diag, &found->coordinates);
  if (status == MSW_OK) status = msw_h5_read_attr_text(dataset, MSW_REDUCTION_ATTR, arena, diag, &found->reduction);
  bool has_all = found->layout.rank > 0 || found->reduction;
  for (size_t i_dim = 0; i_dim < found->layout.rank && status == MSW_OK; i_dim++) {
    status = msw_h5_scale_of(dataset, i_dim, arena, diag, &found->scales[i_dim]);
    has_all = has_all && found->scales[i_dim];
  }
  *is_variable = has_all;
  return status;
}

static msw_status find_candidates(msw_result_grid *g) {
  const msw_h5_member *members = NULL;
  size_t n_members = 0;
  msw_result_opening *opening = g->opening;
  msw_status status = msw_h5_list(g->group, opening->arena, opening->diag, &members, &n_members);
  g->candidates = msw_arena_array(opening->arena, n_members, sizeof *g->candidates);
  for (size_t i_member = 0; i_member < n_members && status == MSW_OK; i_member++) {
    msw_h5 dataset = MSW_H5_NONE;
    bool is_variable = false;
    if (members[i_member].kind != MSW_H5_DATASET) continue;
    status = msw_h5_open_dataset(g->group, members[i_member].name, opening->diag, &dataset);
    if (status == MSW_OK) status = look_at(g, members[i_member].name, dataset, &g->candidates[g->n], &is_variable);
    if (status == MSW_OK && is_variable) g->n++;
    msw_h5_close(dataset);
  }
  return status;
}

/* Is it one of the names, which are separated by blanks? */
static bool is_named(const char *name, const char *names) {
  static const char blank[] = " ";
  size_t len = strlen(name);
  for (names += strspn(names, blank); *names; names += strcspn(names, blank), names += strspn(names, blank))
    if (strcspn(names, blank) == len && strncmp(names, name, len) == 0) return true;
  return false;
}

/* Axes along zips have a scale as variables have; those that name them tell. */
static void drop_coordinates(msw_result_grid *g) {
  for (size_t i_named = 0; i_named < g->n; i_named++)
    for (size_t i_by = 0; i_by < g->n && !g->candidates[i_named].is_taken; i_by++)
      if (g->candidates[i_by].coordinates && is_named(g->candidates[i_named].name, g->candidates[i_by].coordinates))
        g->candidates[i_named].is_taken = true;
}

bool msw_result_is_along(const msw_result_candidate *a, const msw_result_candidate *b) {
  bool is_same = a->layout.rank == b->layout.rank && !a->reduction == !b->reduction;
  for (size_t i_dim = 0; is_same && i_dim < a->layout.rank; i_dim++) is_same = strcmp(a->scales[i_dim], b->scales[i_dim]) == 0;
  return is_same;
}

/* ---- Which blocks they make ---- */

/* Without reductions a grid has one block, that of the signal: other variables are someone else's. */
static const msw_result_candidate *find_model(const msw_result_grid *g) {
  const msw_result_candidate *first = NULL;
  for (size_t i = 0; i < g->n; i++) {
    const msw_result_candidate *c = &g->candidates[i];
    if (c->is_taken || c->reduction) continue;
    if (g->signal && strcmp(c->name, g->signal) == 0) return c;
    if (!first) first = c;
  }
  return first;
}

static msw_status add_plain(msw_result_grid *g, const msw_result_candidate *model) {
  msw_result_opening *opening = g->opening;
  msw_status status = msw_result_add_block(g, model, g->name);
  if (status != MSW_OK) return status;
  const msw_result_block *block = &opening->blocks[opening->n_blocks - 1];
  opening->n_tiles_seen += msw_result_chunks(block);
  return MSW_OK;
}

/* Their tiles are cells that the file does not hold; /meta says how many. */
static msw_status count_reduced_tiles(msw_result_grid *g) {
  msw_result_opening *opening = g->opening;
  const char *path = msw_format(opening->arena, "/" MSW_META_GROUP "/%s", g->name[0] ? g->name : MSW_UNNAMED_BLOCK);
  msw_h5 group = MSW_H5_NONE;
  int64_t n = 0;
  bool found = false;
  if (!msw_h5_exists(opening->file, path)) return MSW_OK;
  msw_status status = msw_h5_open_group(opening->file, path, opening->diag, &group);
  if (status == MSW_OK) status = msw_h5_read_attr_int(group, MSW_REDUCED_TILES, opening->diag, &n, &found);
  msw_h5_close(group);
  if (found && n > 0) opening->n_tiles_seen += (uint64_t)n;
  return status;
}

static msw_status add_reduced(msw_result_grid *g) {
  msw_result_opening *opening = g->opening;
  const msw_result_candidate *first = NULL;
  bool is_one = true;
  for (size_t i = 0; i < g->n; i++) {
    const msw_result_candidate *c = &g->candidates[i];
    if (c->is_taken || !c->reduction) continue;
    if (!first) first = c;
    is_one = is_one && msw_result_is_along(c, first);
  }
  if (!first) return MSW_OK;
  if (!opening->result->files->is_whole) {
    msw_warn(opening->diag, msw_file_loc(opening->diag, opening->result->path), NULL, "mfusweep merge does that",
             "what reductions made of '%s' is not there before the shards are merged", g->name[0] ? g->name : first->name);
    return count_reduced_tiles(g);
  }
  msw_status status = MSW_OK;
  for (size_t i = 0; i < g->n && status == MSW_OK; i++) {
    const msw_result_candidate *c = &g->candidates[i];
    if (c->is_taken || !c->reduction) continue;
    const char *several = msw_format(opening->arena, "%s%s%s", g->name, g->name[0] ? "/" : "", c->name);
    status = msw_result_add_block(g, c, is_one ? g->name : several);
  }
  return status;
}

static msw_status take_apart(msw_result_grid *g) {
  msw_result_opening *opening = g->opening;
  msw_status status = msw_h5_read_attr_text(g->group, "signal", opening->arena, opening->diag, &g->signal);
  if (status == MSW_OK) status = msw_h5_read_attr_text(g->group, "phase", opening->arena, opening->diag, &g->phase);
  if (status == MSW_OK) status = find_candidates(g);
  if (status != MSW_OK) return status;
  drop_coordinates(g);
  const msw_result_candidate *model = find_model(g);
  return model ? add_plain(g, model) : add_reduced(g);
}

msw_status msw_result_find_blocks(msw_result_opening *opening) {
  const msw_h5_member *members = NULL;
  size_t n_members = 0;
  msw_result_grid root = {.opening = opening, .group = opening->file, .name = "", .path = ""};
  msw_status status = take_apart(&root);
  if (status == MSW_OK) status = msw_h5_list(opening->file, opening->arena, opening->diag, &members, &n_members);
  for (size_t i_member = 0; i_member < n_members && status == MSW_OK; i_member++) {
    const char *name = members[i_member].name;
    if (members[i_member].kind != MSW_H5_GROUP || strcmp(name, MSW_META_GROUP) == 0) continue;
    msw_result_grid g = {
        .opening = opening, .group = MSW_H5_NONE, .name = name, .path = msw_format(opening->arena, "/%s", name)};
    status = msw_h5_open_group(opening->file, name, opening->diag, &g.group);
    if (status == MSW_OK) status = take_apart(&g);
    msw_h5_close(g.group);
  }
  if (status != MSW_OK || opening->n_blocks > 0) return status;
  msw_error(opening->diag, msw_file_loc(opening->diag, opening->result->path), NULL, NULL, "holds no grid");
  return MSW_BAD_INPUT;
}
