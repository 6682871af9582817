/* The life of a result file: opened under a temporary name, filled through the sink, finished or given up. */
#include "writer_parts.h"

#include <stdlib.h>

#include "msw/base/str.h"

static void allocate_datasets(msw_writer *writer) {
  size_t n_blocks = writer->plan->n_blocks;
  writer->datasets = msw_arena_array(&writer->arena, n_blocks, sizeof *writer->datasets);
  for (size_t i_block = 0; i_block < n_blocks; i_block++) {
    size_t n_fields = writer->plan->blocks[i_block].n_fields;
    writer->datasets[i_block] = msw_arena_array(&writer->arena, n_fields, sizeof **writer->datasets);
    for (size_t i_field = 0; i_field < n_fields; i_field++) writer->datasets[i_block][i_field] = MSW_H5_NONE;
  }
}

static void close_datasets(msw_writer *writer) {
  for (size_t i_block = 0; i_block < writer->plan->n_blocks; i_block++)
    for (size_t i_field = 0; i_field < writer->plan->blocks[i_block].n_fields; i_field++) {
      msw_h5_close(writer->datasets[i_block][i_field]);
      writer->datasets[i_block][i_field] = MSW_H5_NONE;
    }
}

static msw_status close_file(msw_writer *writer, msw_diag *diag) {
  close_datasets(writer);
  msw_status status = msw_h5_close_file(writer->file, diag);
  writer->file = MSW_H5_NONE;
  return status;
}

static void release(msw_writer *writer) {
  msw_write_behind_end(&writer->behind);
  msw_slots_end(writer);
  msw_reduce_free(writer->reduce);
  msw_arena_free(&writer->arena);
  free(writer);
}

/* What goes wrong while closing a file that nobody will see has nothing to tell: the reason was noted before. */
void msw_writer_abort(msw_writer *writer) {
  if (!writer) return;
  msw_diag unheard = {0};
  msw_temp_remove(writer->temp);
  (void)close_file(writer, &unheard);
  msw_diag_free(&unheard);
  release(writer);
}

msw_writer *msw_writer_open(const char *path, const msw_plan *plan, const msw_provenance *provenance,
                            msw_writer_options options, msw_diag *diag) {
  msw_writer *writer = msw_alloc_zero(1, sizeof *writer);
  *writer = (msw_writer){.plan = plan, .provenance = provenance, .options = options, .diag = diag, .file = MSW_H5_NONE,
                         .behind = MSW_WRITE_BEHIND_NONE};
  if (options.tiles.n == 0) writer->options.tiles = (msw_tile_range){0, plan->n_tiles};
  writer->path = msw_strdup(&writer->arena, path);
  writer->cells = msw_arena_array(&writer->arena, plan->n_blocks, sizeof *writer->cells);
  if (msw_check_names(plan, &options, diag) != MSW_OK || msw_temp_claim(path, &writer->arena, diag, &writer->temp) != MSW_OK) {
    release(writer);
    return NULL;
  }
  allocate_datasets(writer);
  msw_slots_start(writer);
  writer->reduce = msw_reduce_new(plan, options.n_threads, MSW_REDUCE_BUDGET);
  msw_status status = msw_h5_create(writer->temp, diag, &writer->file);
  if (status == MSW_OK) status = msw_write_blocks(writer);
  if (status == MSW_OK) status = msw_write_meta(writer);
  if (status == MSW_OK) {
    writer->behind = msw_write_behind_start(writer->temp);
    return writer;
  }
  msw_temp_hide(writer->temp, writer->path, diag);
  msw_writer_abort(writer);
  return NULL;
}

msw_status msw_writer_finish(msw_writer *writer, const msw_block_counts *counts, unsigned long long *stored_bytes) {
  msw_status status = msw_write_counts(writer, counts);
  if (status == MSW_OK) status = msw_write_reduced(writer);
  if (status == MSW_OK) status = close_file(writer, writer->diag);
  if (status == MSW_OK)
    status = msw_write_behind_wait(&writer->behind, writer->options.stop, writer->path, writer->diag);
  if (status != MSW_OK) {
    msw_temp_hide(writer->temp, writer->path, writer->diag);
    msw_writer_abort(writer);
    return status;
  }
  status = msw_temp_promote(writer->temp, writer->path, writer->diag, stored_bytes);
  release(writer);
  return status;
}
