/* Changing what is there: boxes of numbers written into datasets, objects taken out. */
#include "h5_inner.h"

msw_status msw_h5_write_slab(msw_h5 dataset, msw_h5_type type, size_t rank, const uint64_t *start, const uint64_t *count,
                             const void *values, msw_diag *diag) {
  msw_h5_begin();
  hsize_t from[MSW_H5_MAX_RANK], length[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < rank; i_dim++) {
    from[i_dim] = start[i_dim];
    length[i_dim] = count[i_dim];
  }
  hid_t in_file = H5Dget_space(dataset), in_memory = H5Screate_simple((int)rank, length, NULL);
  bool is_written = in_file >= 0 && in_memory >= 0;
  if (is_written && rank > 0)
    is_written = H5Sselect_hyperslab(in_file, H5S_SELECT_SET, from, NULL, length, NULL) >= 0;
  is_written = is_written && H5Dwrite(dataset, msw_h5_memory_type(type), in_memory, in_file, H5P_DEFAULT, values) >= 0;
  is_written = is_written && H5Dflush(dataset) >= 0;   /* a full disk shows here, not when the dataset is closed */
  msw_status status = is_written ? MSW_OK : msw_h5_fail(dataset, diag, "write the numbers");
  msw_h5_close(in_memory);
  msw_h5_close(in_file);
  return status;
}

msw_status msw_h5_remove(msw_h5 parent, const char *path, msw_diag *diag) {
  msw_h5_begin();
  return H5Ldelete(parent, path, H5P_DEFAULT) >= 0 ? MSW_OK : msw_h5_fail(parent, diag, "remove '%s'", path);
}
