/* How the cells of a dataset are stored, and chunks as they are stored, for who decodes them without libhdf5. */
#include "h5_inner.h"

#include <math.h>

/* ---- Types and filters ---- */

static bool find_type(hid_t stored, msw_h5_type *type) {
  static const msw_h5_type types[] = {MSW_H5_F32, MSW_H5_F64, MSW_H5_U8, MSW_H5_U32, MSW_H5_I32, MSW_H5_I64, MSW_H5_U64};
  for (size_t i_type = 0; i_type < sizeof types / sizeof types[0]; i_type++) {
    if (H5Tequal(stored, msw_h5_disk_type(types[i_type])) <= 0) continue;
    *type = types[i_type];
    return H5Tequal(stored, msw_h5_memory_type(types[i_type])) > 0;   /* no machine of ours has to turn bytes around */
  }
  return false;
}

static bool find_filter(H5Z_filter_t id, msw_h5_filter *filter) {
  static const struct { H5Z_filter_t id; msw_h5_filter filter; } known[] = {
      {H5Z_FILTER_SHUFFLE, MSW_H5_SHUFFLE}, {H5Z_FILTER_DEFLATE, MSW_H5_DEFLATE}, {H5Z_FILTER_FLETCHER32, MSW_H5_FLETCHER32}};
  for (size_t i_known = 0; i_known < sizeof known / sizeof known[0]; i_known++) {
    if (known[i_known].id != id) continue;
    *filter = known[i_known].filter;
    return true;
  }
  return false;
}

static bool find_filters(hid_t list, msw_h5_storage *storage) {
  int n = H5Pget_nfilters(list);
  if (n < 0 || n > MSW_H5_MOST_FILTERS) return false;
  for (int i_filter = 0; i_filter < n; i_filter++) {
    unsigned flags = 0;
    size_t n_values = 0;
    H5Z_filter_t id = H5Pget_filter2(list, (unsigned)i_filter, &flags, &n_values, NULL, 0, NULL, NULL);
    if (!find_filter(id, &storage->filters[i_filter])) return false;
  }
  storage->n_filters = (size_t)n;
  return true;
}

msw_status msw_h5_storage_of(msw_h5 dataset, msw_diag *diag, msw_h5_storage *storage) {
  msw_h5_begin();
  *storage = (msw_h5_storage){0};
  hid_t type = H5Dget_type(dataset), list = H5Dget_create_plist(dataset);
  H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
  bool is_seen = type >= 0 && list >= 0 && H5Pfill_value_defined(list, &fill) >= 0;
  if (is_seen && fill != H5D_FILL_VALUE_UNDEFINED)
    is_seen = H5Pget_fill_value(list, H5T_NATIVE_DOUBLE, &storage->fill) >= 0;
  msw_status status = is_seen ? MSW_OK : msw_h5_fail(dataset, diag, "find out how the dataset is stored");
  const bool is_our_type = is_seen && find_type(type, &storage->type);
  if (!is_our_type) storage->type = MSW_H5_F64;
  storage->is_known = is_our_type && H5Pget_layout(list) == H5D_CHUNKED && find_filters(list, storage);
  msw_h5_close(list);
  msw_h5_close(type);
  return status;
}

/* ---- Chunks ---- */

static herr_t note_innermost(unsigned depth, const H5E_error2_t *entry, void *context) {
  if (depth == 0) *(hid_t *)context = entry->maj_num;
  return 0;
}

/* Why did the last call fail: because there is no such chunk? Then it was the code for datasets that gave up; files,
 * indices and caches below it had nothing to complain of. */
static bool is_never_written(void) {
  hid_t innermost = H5I_INVALID_HID;
  return H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_innermost, &innermost) >= 0 && innermost == H5E_DATASET;
}

msw_status msw_h5_fetch_chunk(msw_h5 dataset, const uint64_t *offset, msw_diag *diag, msw_h5_stored *stored) {
  msw_h5_begin();
  hsize_t first[MSW_H5_MAX_RANK], size = 0;
  stored->n = 0;
  stored->skipped = 0;
  msw_status status = msw_h5_chunk_offset(dataset, offset, diag, first);
  if (status != MSW_OK) return status;
  if (H5Dget_chunk_storage_size(dataset, first, &size) < 0)
    return is_never_written() ? MSW_OK : msw_h5_fail(dataset, diag, "look up a chunk");
  if (size == 0) return MSW_OK;   /* no chunk of the dataset was ever written */
  stored->bytes = msw_grow(stored->bytes, &stored->cap, (size_t)size, 1);   /* without filters, any chunk has a size */
  if (H5Dread_chunk(dataset, H5P_DEFAULT, first, &stored->skipped, stored->bytes) < 0)
    return is_never_written() ? MSW_OK : msw_h5_fail(dataset, diag, "read a chunk");
  stored->n = (size_t)size;
  return MSW_OK;
}
