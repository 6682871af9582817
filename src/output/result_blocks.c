/* A block of a result from the variables that run along the same dimensions. */
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "result_grid.h"

/* A dataset without chunks, or with chunks of other shapes than the block's, is read as if it had such: rows of the last
 * dimensions that come to a reasonable piece. */
static void choose_chunk(const msw_h5_layout *layout, uint64_t *chunk) {
  const uint64_t most_cells = 1u << 16;
  uint64_t n = 1;
  for (size_t i_dim = layout->rank; i_dim-- > 0;) {
    uint64_t fits = most_cells / n, length = layout->dims[i_dim];
    chunk[i_dim] = length < fits ? length : fits;
    if (chunk[i_dim] == 0) chunk[i_dim] = 1;
    n *= chunk[i_dim];
  }
}

static msw_status set_shape(msw_result_grid *g, const msw_result_candidate *model, msw_result_block *block) {
  const msw_h5_layout *layout = &model->layout;
  block->rank = layout->rank;
  block->n_cells = 1;
  memcpy(block->dims, layout->dims, sizeof block->dims);
  if (layout->is_chunked) memcpy(block->chunk, layout->chunk, sizeof block->chunk);
  else choose_chunk(layout, block->chunk);
  msw_status status = MSW_OK;
  for (size_t i_dim = 0; i_dim < block->rank && status == MSW_OK; i_dim++) {
    status = msw_result_read_axis(g->opening, model->scales[i_dim], i_dim, &block->axes[i_dim]);
    bool fits = msw_mul_u64(block->n_cells, block->dims[i_dim], &block->n_cells) && block->axes[i_dim].n == block->dims[i_dim];
    if (status != MSW_OK || fits) continue;
    msw_fail(g->opening->diag, msw_file_loc(g->opening->diag, g->opening->result->files->items[0].path),
             "'%s' does not fit its coordinate %s", model->path, model->scales[i_dim]);
    status = MSW_FAILED;
  }
  return status;
}

static msw_status add_zipped(msw_result_grid *g, const char *name, msw_result_block *block, msw_result_axis *zipped) {
  msw_result_opening *opening = g->opening;
  const char *path = msw_format(opening->arena, "%s/%s", g->path, name), *scale = NULL;
  msw_h5 dataset = MSW_H5_NONE;
  msw_status status = msw_h5_open_dataset(opening->file, path, opening->diag, &dataset);
  if (status == MSW_OK) status = msw_h5_scale_of(dataset, 0, opening->arena, opening->diag, &scale);
  msw_h5_close(dataset);
  const char *slash = scale ? strrchr(scale, '/') : NULL;
  for (size_t i_dim = 0; slash && i_dim < block->rank && status == MSW_OK; i_dim++) {
    if (strcmp(block->axes[i_dim].name, slash + 1) != 0) continue;
    status = msw_result_read_axis(opening, path, i_dim, &zipped[block->n_zipped]);
    if (status == MSW_OK && zipped[block->n_zipped].n == block->dims[i_dim]) block->n_zipped++;
    break;
  }
  return status;
}

/* The names in `coordinates` (NULL: none). */
static msw_status add_all_zipped(msw_result_grid *g, const char *names, msw_result_block *block) {
  static const char blank[] = " ";
  msw_status status = MSW_OK;
  if (!names) return MSW_OK;
  msw_result_axis *zipped = msw_arena_array(g->opening->arena, strlen(names) / 2 + 1, sizeof *zipped);
  block->zipped = zipped;
  for (names += strspn(names, blank); *names && status == MSW_OK; names += strspn(names, blank)) {
    size_t len = strcspn(names, blank);
    status = add_zipped(g, msw_strndup(g->opening->arena, names, len), block, zipped);
    names += len;
  }
  return status;
}

static bool has_chunks_of(const msw_h5_layout *layout, const msw_result_block *block) {
  return layout->is_chunked && memcmp(layout->chunk, block->chunk, block->rank * sizeof block->chunk[0]) == 0;
}

static msw_status add_field(msw_result_grid *g, msw_result_candidate *c, msw_result_block *block,
                            msw_result_field *field, msw_result_variable *variable) {
  msw_result_opening *opening = g->opening;
  msw_h5 dataset = MSW_H5_NONE;
  *variable = (msw_result_variable){.path = c->path, .number = opening->result->files->n_variables++};
  msw_status status = msw_h5_open_dataset(g->group, c->name, opening->diag, &dataset);
  if (status == MSW_OK) status = msw_result_read_field(opening, dataset, c->name, field);
  if (status == MSW_OK) status = msw_h5_storage_of(dataset, opening->diag, &variable->storage);
  msw_h5_close(dataset);
  variable->is_raw = variable->storage.is_known && has_chunks_of(&c->layout, block);
  field->stored = variable->storage.type;
  c->is_taken = true;
  return status;
}

/* The next block and its source, cleared; those before it may move. */
static msw_result_block *next_block(msw_result_opening *opening) {
  if (opening->n_blocks == opening->room_blocks) {
    const size_t room = 2 * opening->room_blocks + 1;
    msw_result_block *blocks = msw_arena_array(opening->arena, room, sizeof *blocks);
    msw_result_source *sources = msw_arena_array(opening->arena, room, sizeof *sources);
    for (size_t i_block = 0; i_block < opening->n_blocks; i_block++) {
      blocks[i_block] = opening->blocks[i_block];
      sources[i_block] = opening->sources[i_block];
    }
    opening->blocks = blocks;
    opening->sources = sources;
    opening->room_blocks = room;
  }
  return &opening->blocks[opening->n_blocks++];
}

static msw_status add_fields(msw_result_grid *g, const msw_result_candidate *model, msw_result_block *block,
                             msw_result_source *source) {
  msw_result_field *fields = msw_arena_array(g->opening->arena, g->n, sizeof *fields);
  msw_result_variable *variables = msw_arena_array(g->opening->arena, g->n, sizeof *variables);
  msw_status status = MSW_OK;
  block->fields = fields;
  source->variables = variables;
  for (size_t i = 0; i < g->n && status == MSW_OK; i++) {
    msw_result_candidate *c = &g->candidates[i];
    if (c->is_taken || !msw_result_is_along(c, model)) continue;
    status = add_field(g, c, block, &fields[block->n_fields], &variables[block->n_fields]);
    block->n_fields++;
  }
  block->signal = fields[0].name;
  for (size_t i_field = 0; g->signal && i_field < block->n_fields; i_field++)
    if (strcmp(fields[i_field].name, g->signal) == 0) block->signal = fields[i_field].name;
  return status;
}

msw_status msw_result_add_block(msw_result_grid *g, const msw_result_candidate *model, const char *name) {
  msw_result_opening *opening = g->opening;
  msw_result_block *block = next_block(opening);
  msw_result_source *source = &opening->sources[opening->n_blocks - 1];
  *block = (msw_result_block){.name = name, .phase = model->reduction || !g->phase ? "" : g->phase};
  *source = (msw_result_source){.is_reduced = model->reduction != NULL, .first_tile = opening->n_tiles_seen};
  msw_status status = set_shape(g, model, block);
  if (status == MSW_OK) status = add_all_zipped(g, model->coordinates, block);
  return status == MSW_OK ? add_fields(g, model, block, source) : status;
}
