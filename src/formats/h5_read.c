/* Reading datasets by path: their shape, a box of their numbers, or their one text. */
#include "h5_inner.h"

msw_status msw_h5_open_dataset(msw_h5 group, const char *path, msw_diag *diag, msw_h5 *dataset) {
  msw_h5_begin();
  *dataset = H5Dopen2(group, path, H5P_DEFAULT);
  return *dataset < 0 ? msw_h5_fail(group, diag, "open dataset '%s'", path) : MSW_OK;
}

msw_status msw_h5_read_text(msw_h5 parent, const char *path, msw_arena *arena, msw_diag *diag, const char **value) {
  hid_t dataset;
  *value = NULL;
  msw_status status = msw_h5_open_dataset(parent, path, diag, &dataset);
  if (status == MSW_OK) status = msw_h5_read_one_text(dataset, path, arena, diag, value);
  msw_h5_close(dataset);
  return status;
}

/* The extent of an open dataset; dims has room for libhdf5's largest rank. */
static msw_status extent_of(hid_t dataset, msw_diag *diag, int *rank, hsize_t *dims) {
  hid_t space = H5Dget_space(dataset);
  *rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, dims, NULL);
  msw_status status = *rank < 0 ? msw_h5_fail(dataset, diag, "find the shape") : MSW_OK;
  msw_h5_close(space);
  return status;
}

msw_status msw_h5_shape(msw_h5 parent, const char *path, size_t max_rank, msw_diag *diag, size_t *rank,
                        uint64_t *dims) {
  hid_t dataset;
  hsize_t extent[H5S_MAX_RANK];
  int found = 0;
  *rank = 0;
  msw_status status = msw_h5_open_dataset(parent, path, diag, &dataset);
  if (status == MSW_OK) status = extent_of(dataset, diag, &found, extent);
  if (status == MSW_OK && (size_t)found > max_rank)
    status = msw_h5_refuse(dataset, diag, "'%s' has %d dimensions; at most %zu are expected", path, found, max_rank);
  msw_h5_close(dataset);
  if (status != MSW_OK) return status;
  for (int i_dim = 0; i_dim < found; i_dim++) dims[i_dim] = extent[i_dim];
  *rank = (size_t)found;
  return MSW_OK;
}

typedef struct { const char *path; size_t rank; const uint64_t *start, *count; } box;

static msw_status check_box(hid_t dataset, const box *wanted, msw_diag *diag) {
  hsize_t extent[H5S_MAX_RANK];
  int rank = 0;
  msw_status status = extent_of(dataset, diag, &rank, extent);
  if (status != MSW_OK) return status;
  if ((size_t)rank != wanted->rank)
    return msw_h5_refuse(dataset, diag, "'%s' has %d dimensions instead of %zu", wanted->path, rank, wanted->rank);
  for (size_t i_dim = 0; i_dim < wanted->rank; i_dim++) {
    uint64_t start = wanted->start[i_dim], count = wanted->count[i_dim];
    if (start > extent[i_dim] || count > extent[i_dim] - start)
      return msw_h5_refuse(dataset, diag, "%llu elements from %llu on are not in dimension %zu of '%s', which has %llu",
                           (unsigned long long)count, (unsigned long long)start, i_dim, wanted->path,
                           (unsigned long long)extent[i_dim]);
  }
  return MSW_OK;
}

static msw_status read_box(hid_t dataset, const box *wanted, msw_h5_type type, void *out, msw_diag *diag) {
  hsize_t start[H5S_MAX_RANK], count[H5S_MAX_RANK];
  for (size_t i_dim = 0; i_dim < wanted->rank; i_dim++) {
    start[i_dim] = wanted->start[i_dim];
    count[i_dim] = wanted->count[i_dim];
  }
  hid_t in_file = H5Dget_space(dataset), in_memory = H5Screate_simple((int)wanted->rank, count, NULL);
  bool is_read = in_file >= 0 && in_memory >= 0;
  if (is_read && wanted->rank > 0)
    is_read = H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0;
  is_read = is_read && H5Dread(dataset, msw_h5_memory_type(type), in_memory, in_file, H5P_DEFAULT, out) >= 0;
  msw_status status = is_read ? MSW_OK : msw_h5_fail(dataset, diag, "read the numbers");
  msw_h5_close(in_memory);
  msw_h5_close(in_file);
  return status;
}

msw_status msw_h5_read_slab(msw_h5 parent, const char *path, msw_h5_type type, size_t rank, const uint64_t *start,
                            const uint64_t *count, void *out, msw_diag *diag) {
  const box wanted = {path, rank, start, count};
  hid_t dataset;
  msw_status status = msw_h5_open_dataset(parent, path, diag, &dataset);
  if (status == MSW_OK) status = check_box(dataset, &wanted, diag);
  if (status == MSW_OK) status = read_box(dataset, &wanted, type, out, diag);
  msw_h5_close(dataset);
  return status;
}
