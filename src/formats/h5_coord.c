/* 1-D datasets: coordinates (dimension scales, which make a dimension known by name) and the small ones of /meta. */
#include "h5_inner.h"

#include <hdf5_hl.h>

msw_status msw_h5_write_dataset(hid_t parent, const msw_h5_array *array, msw_diag *diag, hid_t *dataset) {
  hid_t creation = msw_h5_creation_list(H5P_DATASET_CREATE);
  *dataset = creation < 0 ? H5I_INVALID_HID : H5Dcreate2(parent, array->name, array->disk_type, array->space,
                                                         H5P_DEFAULT, creation, H5P_DEFAULT);
  msw_status status = *dataset < 0 ? msw_h5_fail(parent, diag, "create dataset '%s'", array->name) : MSW_OK;
  msw_h5_close(creation);
  if (status != MSW_OK || array->n == 0) return status;
  if (H5Dwrite(*dataset, array->memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, array->values) < 0) {
    status = msw_h5_fail(parent, diag, "write dataset '%s'", array->name);
    msw_h5_close(*dataset);
    *dataset = MSW_H5_NONE;
  }
  return status;
}

msw_status msw_h5_write_number_line(hid_t parent, const char *name, msw_h5_type type, const void *values, size_t n,
                                    msw_diag *diag, hid_t *dataset) {
  hid_t space = msw_h5_line_space(n);
  msw_h5_array array = {name, msw_h5_disk_type(type), msw_h5_memory_type(type), space, n, values};
  msw_status status = msw_h5_write_dataset(parent, &array, diag, dataset);
  msw_h5_close(space);
  return status;
}

msw_status msw_h5_write_text_line(hid_t parent, const char *name, const char *const *values, size_t n, msw_diag *diag,
                                  hid_t *dataset) {
  hid_t type = msw_h5_text_type(H5T_VARIABLE), space = msw_h5_line_space(n);
  msw_h5_array array = {name, type, type, space, n, values};
  msw_status status = msw_h5_write_dataset(parent, &array, diag, dataset);
  msw_h5_close(space);
  msw_h5_close(type);
  return status;
}

static msw_status make_scale(msw_h5 group, const char *name, msw_diag *diag, msw_h5 *dataset) {
  if (H5DSset_scale(*dataset, name) >= 0) return MSW_OK;
  msw_status status = msw_h5_fail(group, diag, "make '%s' a dimension scale", name);
  msw_h5_close(*dataset);
  *dataset = MSW_H5_NONE;
  return status;
}

msw_status msw_h5_coord_numbers(msw_h5 group, const char *name, msw_h5_type type, const void *values, size_t n,
                                msw_diag *diag, msw_h5 *dataset) {
  msw_h5_begin();
  msw_status status = msw_h5_write_number_line(group, name, type, values, n, diag, dataset);
  return status == MSW_OK ? make_scale(group, name, diag, dataset) : status;
}

msw_status msw_h5_coord_texts(msw_h5 group, const char *name, const char *const *values, size_t n, msw_diag *diag,
                              msw_h5 *dataset) {
  msw_h5_begin();
  msw_status status = msw_h5_write_text_line(group, name, values, n, diag, dataset);
  return status == MSW_OK ? make_scale(group, name, diag, dataset) : status;
}

msw_status msw_h5_write_numbers(msw_h5 group, const char *name, msw_h5_type type, const void *values, size_t n,
                                msw_diag *diag) {
  msw_h5_begin();
  hid_t dataset;
  msw_status status = msw_h5_write_number_line(group, name, type, values, n, diag, &dataset);
  msw_h5_close(dataset);
  return status;
}

msw_status msw_h5_write_texts(msw_h5 group, const char *name, const char *const *values, size_t n, msw_diag *diag) {
  msw_h5_begin();
  hid_t dataset;
  msw_status status = msw_h5_write_text_line(group, name, values, n, diag, &dataset);
  msw_h5_close(dataset);
  return status;
}

msw_status msw_h5_write_text(msw_h5 group, const char *name, const char *value, msw_diag *diag) {
  msw_h5_begin();
  hid_t type = msw_h5_text_type(H5T_VARIABLE), space = H5Screate(H5S_SCALAR), dataset;
  msw_h5_array array = {name, type, type, space, 1, &value};
  msw_status status = msw_h5_write_dataset(group, &array, diag, &dataset);
  msw_h5_close(dataset);
  msw_h5_close(space);
  msw_h5_close(type);
  return status;
}

msw_status msw_h5_rewrite_numbers(msw_h5 parent, const char *path, msw_h5_type type, const void *values, size_t n,
                                  msw_diag *diag) {
  hid_t dataset;
  msw_h5_layout layout;
  msw_status status = msw_h5_open_dataset(parent, path, diag, &dataset);
  if (status == MSW_OK) status = msw_h5_layout_of(dataset, diag, &layout);
  if (status == MSW_OK && (layout.rank != 1 || layout.dims[0] != n))
    status = msw_h5_refuse(parent, diag, "'%s' does not have %zu elements", path, n);
  if (status == MSW_OK && H5Dwrite(dataset, msw_h5_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    status = msw_h5_fail(dataset, diag, "write the numbers");
  msw_h5_close(dataset);
  return status;
}
