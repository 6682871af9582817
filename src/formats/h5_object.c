/* Groups, handles, and the types and property lists that all our objects share. */
#include "h5_inner.h"

#include <hdf5_hl.h>

void msw_h5_close(msw_h5 object) {
  if (object < 0) return;
  msw_h5_begin();
  if (H5Idec_ref(object) < 0) msw_h5_mark_broken();   /* the file's close will report it */
}

hid_t msw_h5_creation_list(hid_t property_class) {
  const unsigned in_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  hid_t list = H5Pcreate(property_class);
  if (list < 0) return list;
  bool holds_links = H5Pisa_class(list, H5P_GROUP_CREATE) > 0 || H5Pisa_class(list, H5P_FILE_CREATE) > 0;
  if (H5Pset_obj_track_times(list, false) >= 0 && H5Pset_attr_creation_order(list, in_order) >= 0 &&
      (!holds_links || H5Pset_link_creation_order(list, in_order) >= 0))
    return list;
  msw_h5_close(list);
  return H5I_INVALID_HID;
}

msw_status msw_h5_create_group(msw_h5 parent, const char *name, msw_diag *diag, msw_h5 *group) {
  msw_h5_begin();
  hid_t creation = msw_h5_creation_list(H5P_GROUP_CREATE);
  *group = creation < 0 ? MSW_H5_NONE : H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
  msw_status status = *group < 0 ? msw_h5_fail(parent, diag, "create group '%s'", name) : MSW_OK;
  msw_h5_close(creation);
  return status;
}

msw_status msw_h5_open_group(msw_h5 parent, const char *path, msw_diag *diag, msw_h5 *group) {
  msw_h5_begin();
  *group = H5Gopen2(parent, path, H5P_DEFAULT);
  return *group < 0 ? msw_h5_fail(parent, diag, "open group '%s'", path) : MSW_OK;
}

bool msw_h5_exists(msw_h5 parent, const char *path) {
  msw_h5_begin();
  return H5LTpath_valid(parent, path, true) > 0;   /* H5Lexists fails when a group on the way is missing */
}

size_t msw_h5_type_size(msw_h5_type type) {
  switch (type) {
    case MSW_H5_U8: return 1;
    case MSW_H5_F32: case MSW_H5_U32: case MSW_H5_I32: return 4;
    case MSW_H5_F64: case MSW_H5_I64: case MSW_H5_U64: return 8;
  }
  return 0;
}

hid_t msw_h5_disk_type(msw_h5_type type) {
  switch (type) {
    case MSW_H5_F32: return H5T_IEEE_F32LE;
    case MSW_H5_F64: return H5T_IEEE_F64LE;
    case MSW_H5_U8: return H5T_STD_U8LE;
    case MSW_H5_U32: return H5T_STD_U32LE;
    case MSW_H5_I32: return H5T_STD_I32LE;
    case MSW_H5_I64: return H5T_STD_I64LE;
    case MSW_H5_U64: return H5T_STD_U64LE;
  }
  return H5I_INVALID_HID;
}

hid_t msw_h5_memory_type(msw_h5_type type) {
  switch (type) {
    case MSW_H5_F32: return H5T_NATIVE_FLOAT;
    case MSW_H5_F64: return H5T_NATIVE_DOUBLE;
    case MSW_H5_U8: return H5T_NATIVE_UINT8;
    case MSW_H5_U32: return H5T_NATIVE_UINT32;
    case MSW_H5_I32: return H5T_NATIVE_INT32;
    case MSW_H5_I64: return H5T_NATIVE_INT64;
    case MSW_H5_U64: return H5T_NATIVE_UINT64;
  }
  return H5I_INVALID_HID;
}

hid_t msw_h5_text_type(size_t size) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return type;
  bool is_variable = size == H5T_VARIABLE;
  if (H5Tset_size(type, size) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0 &&
      (is_variable || H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0))
    return type;
  msw_h5_close(type);
  return H5I_INVALID_HID;
}

hid_t msw_h5_line_space(size_t n) {
  const hsize_t length = n;
  return H5Screate_simple(1, &length, NULL);
}
