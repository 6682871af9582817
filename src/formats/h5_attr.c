/* Attributes: scalar texts, and 1-D arrays of numbers or texts. Never 2-D: netCDF-C refuses the whole file. */
#include "h5_inner.h"

#include <string.h>

msw_status msw_h5_write_attribute(hid_t object, const msw_h5_array *array, msw_diag *diag) {
  hid_t attribute = H5Acreate2(object, array->name, array->disk_type, array->space, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute < 0) return msw_h5_fail(object, diag, "create attribute '%s'", array->name);
  msw_status status = MSW_OK;
  if (array->n > 0 && H5Awrite(attribute, array->memory_type, array->values) < 0)
    status = msw_h5_fail(object, diag, "write attribute '%s'", array->name);
  msw_h5_close(attribute);
  return status;
}

msw_status msw_h5_attr_text(msw_h5 object, const char *name, const char *value, msw_diag *diag) {
  msw_h5_begin();
  size_t len = strlen(value);
  hid_t type = msw_h5_text_type(len > 0 ? len : 1);   /* libhdf5 has no string of size 0; "" is one NUL */
  hid_t space = H5Screate(H5S_SCALAR);
  msw_h5_array array = {name, type, type, space, 1, value};
  msw_status status = msw_h5_write_attribute(object, &array, diag);
  msw_h5_close(space);
  msw_h5_close(type);
  return status;
}

msw_status msw_h5_attr_numbers(msw_h5 object, const char *name, msw_h5_type type, const void *values, size_t n,
                               msw_diag *diag) {
  msw_h5_begin();
  hid_t space = msw_h5_line_space(n);
  msw_h5_array array = {name, msw_h5_disk_type(type), msw_h5_memory_type(type), space, n, values};
  msw_status status = msw_h5_write_attribute(object, &array, diag);
  msw_h5_close(space);
  return status;
}

msw_status msw_h5_attr_texts(msw_h5 object, const char *name, const char *const *values, size_t n, msw_diag *diag) {
  msw_h5_begin();
  hid_t type = msw_h5_text_type(H5T_VARIABLE), space = msw_h5_line_space(n);
  msw_h5_array array = {name, type, type, space, n, values};
  msw_status status = msw_h5_write_attribute(object, &array, diag);
  msw_h5_close(space);
  msw_h5_close(type);
  return status;
}

msw_status msw_h5_read_attr_text(msw_h5 object, const char *name, msw_arena *arena, msw_diag *diag,
                                 const char **value) {
  msw_h5_begin();
  *value = NULL;
  htri_t there = H5Aexists(object, name);
  if (there == 0) return MSW_OK;
  hid_t attribute = there < 0 ? H5I_INVALID_HID : H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return msw_h5_fail(object, diag, "open attribute '%s'", name);
  msw_status status = msw_h5_read_one_text(attribute, name, arena, diag, value);
  msw_h5_close(attribute);
  return status;
}

msw_status msw_h5_read_attr_int(msw_h5 object, const char *name, msw_diag *diag, int64_t *value, bool *found) {
  msw_h5_begin();
  htri_t there = H5Aexists(object, name);
  *found = there > 0;
  if (there == 0) return MSW_OK;
  hid_t attribute = there < 0 ? H5I_INVALID_HID : H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return msw_h5_fail(object, diag, "open attribute '%s'", name);
  hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
  int64_t number = 0;
  msw_status status = MSW_OK;
  if (H5Sget_simple_extent_npoints(space) != 1 || H5Tget_class(type) != H5T_INTEGER)
    status = msw_h5_refuse(object, diag, "attribute '%s' is not one integer", name);
  else if (H5Aread(attribute, H5T_NATIVE_INT64, &number) < 0)
    status = msw_h5_fail(object, diag, "read attribute '%s'", name);
  else
    *value = number;
  msw_h5_close(type);
  msw_h5_close(space);
  msw_h5_close(attribute);
  return status;
}

msw_status msw_h5_rewrite_attr(msw_h5 object, const char *name, msw_h5_type type, const void *values, size_t n,
                               msw_diag *diag) {
  msw_h5_begin();
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return msw_h5_fail(object, diag, "open attribute '%s'", name);
  hid_t space = H5Aget_space(attribute);
  hssize_t n_there = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
  msw_status status = MSW_OK;
  if (n_there < 0 || (uint64_t)n_there != n)
    status = msw_h5_refuse(object, diag, "attribute '%s' does not have %zu elements", name, n);
  else if (H5Awrite(attribute, msw_h5_memory_type(type), values) < 0)
    status = msw_h5_fail(object, diag, "write attribute '%s'", name);
  msw_h5_close(space);
  msw_h5_close(attribute);
  return status;
}

msw_status msw_h5_read_attr_numbers(msw_h5 object, const char *name, msw_h5_type type, msw_arena *arena, msw_diag *diag,
                                    const void **values, size_t *n) {
  msw_h5_begin();
  *values = NULL;
  *n = 0;
  htri_t there = H5Aexists(object, name);
  if (there == 0) return MSW_OK;
  hid_t attribute = there < 0 ? H5I_INVALID_HID : H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return msw_h5_fail(object, diag, "open attribute '%s'", name);
  hid_t space = H5Aget_space(attribute);
  hssize_t n_there = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
  void *found = n_there < 0 ? NULL : msw_arena_array(arena, (size_t)n_there, msw_h5_type_size(type));
  msw_status status = MSW_OK;
  if (!found || H5Aread(attribute, msw_h5_memory_type(type), found) < 0)
    status = msw_h5_fail(object, diag, "read attribute '%s' as numbers", name);
  msw_h5_close(space);
  msw_h5_close(attribute);
  if (status != MSW_OK) return status;
  *values = found;
  *n = (size_t)n_there;
  return MSW_OK;
}
