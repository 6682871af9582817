/* Chunks as they are stored: written, measured and read without passing through libhdf5's filters. */
#include "h5_inner.h"

/* The number of dimensions of a dataset, or -1. */
static int rank_of(hid_t dataset) {
  hid_t space = H5Dget_space(dataset);
  int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
  msw_h5_close(space);
  return rank;
}

msw_status msw_h5_chunk_offset(msw_h5 dataset, const uint64_t *offset, msw_diag *diag, hsize_t converted[MSW_H5_MAX_RANK]) {
  int rank = rank_of(dataset);
  if (rank < 1 || rank > MSW_H5_MAX_RANK) return msw_h5_fail(dataset, diag, "find the dimensions");
  for (int i_dim = 0; i_dim < rank; i_dim++) converted[i_dim] = offset[i_dim];
  return MSW_OK;
}

msw_status msw_h5_write_chunk(msw_h5 dataset, const uint64_t *offset, const void *bytes, size_t n_bytes,
                              msw_diag *diag) {
  msw_h5_begin();
  hsize_t first[MSW_H5_MAX_RANK];
  msw_status status = msw_h5_chunk_offset(dataset, offset, diag, first);
  if (status != MSW_OK) return status;
  const uint32_t all_filters_applied = 0;
  if (H5Dwrite_chunk(dataset, H5P_DEFAULT, all_filters_applied, first, n_bytes, bytes) >= 0) return MSW_OK;
  return msw_h5_fail(dataset, diag, "write a chunk");
}

msw_status msw_h5_chunk_bytes(msw_h5 dataset, const uint64_t *offset, msw_diag *diag, size_t *n_bytes) {
  msw_h5_begin();
  hsize_t first[MSW_H5_MAX_RANK], size = 0;
  *n_bytes = 0;
  msw_status status = msw_h5_chunk_offset(dataset, offset, diag, first);
  if (status != MSW_OK) return status;
  if (H5Dget_chunk_storage_size(dataset, first, &size) < 0) return msw_h5_fail(dataset, diag, "look up a chunk");
  *n_bytes = (size_t)size;
  return MSW_OK;
}

msw_status msw_h5_read_chunk(msw_h5 dataset, const uint64_t *offset, void *bytes, msw_diag *diag) {
  msw_h5_begin();
  hsize_t first[MSW_H5_MAX_RANK];
  uint32_t skipped_filters = 0;
  msw_status status = msw_h5_chunk_offset(dataset, offset, diag, first);
  if (status != MSW_OK) return status;
  if (H5Dread_chunk(dataset, H5P_DEFAULT, first, &skipped_filters, bytes) < 0)
    return msw_h5_fail(dataset, diag, "read a chunk");
  if (skipped_filters != 0) return msw_h5_refuse(dataset, diag, "a chunk has not passed all filters of its dataset");
  return MSW_OK;
}

msw_status msw_h5_count_chunks(msw_h5 dataset, msw_diag *diag, uint64_t *n) {
  msw_h5_begin();
  hsize_t found = 0;
  *n = 0;
  hid_t space = H5Dget_space(dataset);
  bool is_counted = space >= 0 && H5Dget_num_chunks(dataset, space, &found) >= 0;
  msw_status status = is_counted ? MSW_OK : msw_h5_fail(dataset, diag, "count the chunks");
  msw_h5_close(space);
  *n = found;
  return status;
}
