/* Results of a reduction as a variable of the file: written, or compared with what was written. */
#include <stdlib.h>
#include <string.h>

#include "reduced.h"
#include "writer_parts.h"

msw_h5_type msw_reduced_h5_type(msw_reduced_type type) {
  switch (type) {
    case MSW_REDUCED_F32: return MSW_H5_F32;
    case MSW_REDUCED_I64: return MSW_H5_I64;
    case MSW_REDUCED_F64: return MSW_H5_F64;
    case MSW_REDUCED_U32: return MSW_H5_U32;
  }
  return MSW_H5_F32;
}

/* A box of the variable, a chunk or what of it lies inside, and its cells. */
typedef struct {
  msw_h5_layout layout;
  uint64_t start[MSW_H5_MAX_RANK], count[MSW_H5_MAX_RANK];
  void *cells;
} box;

static void choose_box(box *b) {
  for (size_t i_dim = 0; i_dim < b->layout.rank; i_dim++) {
    uint64_t left = b->layout.dims[i_dim] - b->start[i_dim];
    b->count[i_dim] = left < b->layout.chunk[i_dim] ? left : b->layout.chunk[i_dim];
  }
}

static bool next_box(box *b) {
  for (size_t i_dim = b->layout.rank; i_dim-- > 0;) {
    b->start[i_dim] += b->layout.chunk[i_dim];
    if (b->start[i_dim] < b->layout.dims[i_dim]) return true;
    b->start[i_dim] = 0;
  }
  return false;
}

/* Fills the box from dimension i_dim on; `first` is the cell at start, of the dimensions before. Returns where it ends. */
static char *fill(const box *b, const msw_results *results, size_t i_dim, uint64_t first, char *out) {
  const size_t size = msw_reduced_size(results->variable->type);
  if (b->layout.rank == 0) {
    msw_partial_results(results->partial, results->variable, 0, 1, out);
    return out + size;
  }
  if (i_dim + 1 == b->layout.rank) {
    uint64_t cell = first * b->layout.dims[i_dim] + b->start[i_dim];
    msw_partial_results(results->partial, results->variable, cell, (size_t)b->count[i_dim], out);
    return out + b->count[i_dim] * size;
  }
  for (uint64_t at = 0; at < b->count[i_dim]; at++)
    out = fill(b, results, i_dim + 1, first * b->layout.dims[i_dim] + b->start[i_dim] + at, out);
  return out;
}

static size_t fill_box(box *b, const msw_results *results) {
  size_t n_bytes = (size_t)(fill(b, results, 0, 0, b->cells) - (char *)b->cells);
  if (results->variable->type == MSW_REDUCED_F32 && results->keepbits > 0)
    msw_round_mantissas(b->cells, n_bytes / sizeof(float), results->keepbits, b->cells);
  return n_bytes;
}

static msw_status begin_boxes(msw_h5 dataset, const msw_results *results, msw_diag *diag, box *b) {
  *b = (box){0};
  msw_status status = msw_h5_layout_of(dataset, diag, &b->layout);
  uint64_t n_cells = 1;
  for (size_t i_dim = 0; i_dim < b->layout.rank; i_dim++) n_cells *= b->layout.chunk[i_dim];
  b->cells = msw_alloc_zero(n_cells, msw_reduced_size(results->variable->type));
  return status;
}

msw_status msw_put_results(msw_h5 dataset, const msw_results *results, msw_diag *diag) {
  box b;
  msw_status status = begin_boxes(dataset, results, diag, &b);
  bool more = status == MSW_OK;
  while (more) {
    choose_box(&b);
    fill_box(&b, results);
    status = msw_h5_write_slab(dataset, msw_reduced_h5_type(results->variable->type), b.layout.rank, b.start, b.count,
                               b.cells, diag);
    more = status == MSW_OK && next_box(&b);
  }
  free(b.cells);
  return status;
}

msw_status msw_check_results(msw_h5 file, const char *path, const msw_results *results, msw_diag *diag) {
  box b;
  msw_h5 dataset = MSW_H5_NONE;
  size_t size = msw_reduced_size(results->variable->type), cap = 0;
  void *found = NULL;
  msw_status status = msw_h5_open_dataset(file, path, diag, &dataset);
  if (status != MSW_OK) return status;
  status = begin_boxes(dataset, results, diag, &b);
  msw_h5_close(dataset);
  bool more = status == MSW_OK;
  while (more) {
    choose_box(&b);
    size_t n_bytes = fill_box(&b, results);
    found = msw_grow(found, &cap, n_bytes / size, size);
    status = msw_h5_read_slab(file, path, msw_reduced_h5_type(results->variable->type), b.layout.rank, b.start, b.count,
                              found, diag);
    if (status == MSW_OK && memcmp(found, b.cells, n_bytes) != 0) {
      msw_fail(diag, (msw_loc){0}, "'%s' did not arrive as it was sent: memory or the disk is not to be trusted", path);
      status = MSW_FAILED;
    }
    more = status == MSW_OK && next_box(&b);
  }
  free(found);
  free(b.cells);
  return status;
}
