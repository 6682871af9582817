/* A labelled grid on its way to disk: cells, and the file from birth to its final name. */
#include "grid_file.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grid_file_parts.h"
#include "msw/base/file.h"

msw_grid_file *msw_grid_file_create(const char *path, const msw_grid_layout *layout, int n_threads, msw_diag *diag) {
  msw_grid_file *file = msw_alloc_zero(1, sizeof *file);
  *file = (msw_grid_file){.layout = layout, .n_threads = n_threads, .diag = diag, .file = MSW_H5_NONE};
  file->path = path;
  file->temp = msw_temp_name(&file->arena, path);
  file->datasets = msw_arena_array(&file->arena, layout->n_variables, sizeof *file->datasets);
  for (size_t i = 0; i < layout->n_variables; i++) file->datasets[i] = MSW_H5_NONE;
  msw_status status = msw_h5_create(file->temp, diag, &file->file);
  if (status == MSW_OK) status = msw_grid_describe(file);
  if (status == MSW_OK) return file;
  msw_grid_file_end(file, status);
  return NULL;
}

void msw_grid_chunk(const msw_result_block *block, const msw_selection *selection, uint64_t *chunk) {
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    const size_t n = selection->dims[i_dim].n;
    chunk[i_dim] = block->chunk[i_dim] > 0 && block->chunk[i_dim] < n ? block->chunk[i_dim] : n;
  }
}

/* ---- Chunks of a box */

typedef struct { unsigned char *bytes; size_t n; uint64_t offset[MSW_H5_MAX_RANK]; } encoded_chunk;

/* The cells of a chunk, from those of the box that has it; what lies over the edge is 0. */
static void gather(const msw_grid_file *file, const msw_box *box, const msw_box *part, const unsigned char *values,
                   size_t cell_bytes, unsigned char *chunk) {
  const size_t rank = file->layout->rank, last = rank - 1;
  msw_scan_piece piece = {.n_cells = part->n_cells};
  for (size_t i_dim = 0; i_dim < rank; i_dim++) {
    piece.first[i_dim] = box->first[i_dim] + part->first[i_dim];
    piece.count[i_dim] = part->count[i_dim];
  }
  for (size_t i_row = 0; i_row < part->n_cells / part->count[last]; i_row++) {
    size_t to = 0, rest = i_row, stride = (size_t)file->layout->chunk[last];
    for (size_t i_dim = last; i_dim-- > 0;) {
      to += rest % part->count[i_dim] * stride;
      stride *= (size_t)file->layout->chunk[i_dim];
      rest /= part->count[i_dim];
    }
    memcpy(chunk + to * cell_bytes, values + msw_box_row(box, rank, &piece, i_row) * cell_bytes,
           part->count[last] * cell_bytes);
  }
}

static void encode(const msw_grid_file *file, const msw_box *box, const msw_box *part, const void *values, size_t cell_bytes,
                   msw_h5_encoder *encoder, encoded_chunk *out) {
  size_t n_bytes = cell_bytes;
  for (size_t i_dim = 0; i_dim < file->layout->rank; i_dim++) {
    n_bytes *= (size_t)file->layout->chunk[i_dim];
    out->offset[i_dim] = box->first[i_dim] + part->first[i_dim];
  }
  unsigned char *plain = msw_alloc_zero(n_bytes, 1);
  gather(file, box, part, values, cell_bytes, plain);
  out->bytes = msw_alloc(msw_h5_encode_bound(encoder, n_bytes));
  out->n = msw_h5_encode(encoder, plain, n_bytes, cell_bytes, out->bytes);
  free(plain);
}

msw_status msw_grid_file_put(msw_grid_file *file, size_t i_variable, const msw_box *box, const void *values) {
  const msw_grid_layout *layout = file->layout;
  const size_t cell_bytes = msw_h5_type_size(layout->variables[i_variable].type);
  if (layout->rank == 0)
    return msw_h5_write_slab(file->datasets[i_variable], layout->variables[i_variable].type, 0, NULL, NULL, values, file->diag);
  size_t count[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < layout->rank; i_dim++) count[i_dim] = box->count[i_dim];
  const msw_boxes chunks = msw_boxes_cut(layout->rank, count, layout->chunk, 0);   /* one chunk each */
  encoded_chunk *encoded = msw_alloc_zero(chunks.n_boxes, sizeof *encoded);
#pragma omp parallel num_threads(file->n_threads)
  {
    msw_h5_encoder *encoder = msw_h5_encoder_new(1);
#pragma omp for schedule(dynamic)
    for (size_t i_chunk = 0; i_chunk < chunks.n_boxes; i_chunk++) {
      const msw_box part = msw_boxes_get(&chunks, i_chunk);
      encode(file, box, &part, values, cell_bytes, encoder, &encoded[i_chunk]);
    }
    msw_h5_encoder_free(encoder);
  }
  msw_status status = MSW_OK;
  for (size_t i_chunk = 0; i_chunk < chunks.n_boxes; i_chunk++) {
    if (status == MSW_OK)
      status = msw_h5_write_chunk(file->datasets[i_variable], encoded[i_chunk].offset, encoded[i_chunk].bytes,
                                  encoded[i_chunk].n, file->diag);
    free(encoded[i_chunk].bytes);
  }
  free(encoded);
  return status;
}

/* ---- The end */

msw_status msw_grid_file_end(msw_grid_file *file, msw_status status) {
  if (!file) return status;
  for (size_t i = 0; i < file->layout->n_variables; i++) msw_h5_close(file->datasets[i]);
  if (file->file != MSW_H5_NONE) {
    const msw_status closed = msw_h5_close_file(file->file, file->diag);
    if (status == MSW_OK) status = closed;
  }
  if (status == MSW_OK) status = msw_sync_path(file->temp, file->diag);
  if (status == MSW_OK) status = msw_rename_durably(file->temp, file->path, file->diag);
  if (status != MSW_OK) unlink(file->temp);
  msw_arena_free(&file->arena);
  free(file);
  return status;
}
