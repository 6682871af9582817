/* Dimension scales as a reader finds them, and what tells coordinates from other datasets. */
#include "h5_inner.h"

#include <hdf5_hl.h>

bool msw_h5_is_scale(msw_h5 dataset) {
  msw_h5_begin();
  return H5DSis_scale(dataset) > 0;
}

bool msw_h5_is_text(msw_h5 dataset) {
  msw_h5_begin();
  hid_t type = H5Dget_type(dataset);
  bool is_text = type >= 0 && H5Tget_class(type) == H5T_STRING;
  msw_h5_close(type);
  return is_text;
}

typedef struct { msw_arena *arena; const char *path; } found_scale;

/* Called for each scale of a dimension; the first one is the coordinate. */
static herr_t take_path(hid_t dataset, unsigned dim, hid_t scale, void *context) {
  (void)dataset, (void)dim;
  const herr_t failed = -1, enough = 1;
  found_scale *found = context;
  ssize_t len = H5Iget_name(scale, NULL, 0);
  if (len <= 0) return failed;
  char *path = msw_arena_alloc(found->arena, (size_t)len + 1);
  if (H5Iget_name(scale, path, (size_t)len + 1) < 0) return failed;
  found->path = path;
  return enough;
}

msw_status msw_h5_scale_of(msw_h5 dataset, size_t i_dim, msw_arena *arena, msw_diag *diag, const char **path) {
  msw_h5_begin();
  found_scale found = {.arena = arena};
  *path = NULL;
  int n = H5DSget_num_scales(dataset, (unsigned)i_dim);
  if (n < 0 || (n > 0 && H5DSiterate_scales(dataset, (unsigned)i_dim, NULL, take_path, &found) < 0))
    return msw_h5_fail(dataset, diag, "find the coordinate of dimension %zu", i_dim);
  *path = found.path;
  return MSW_OK;
}
