/* Attributes by the table. */
#include "writer_parts.h"

#include "msw/base/str.h"

msw_status msw_write_text_attrs(msw_h5 object, const msw_text_attr *attrs, size_t n, msw_diag *diag) {
  msw_status status = MSW_OK;
  for (size_t i_attr = 0; i_attr < n && status == MSW_OK; i_attr++) {
    const msw_text_attr *attr = &attrs[i_attr];
    if (attr->value && attr->value[0]) status = msw_h5_attr_text(object, attr->name, attr->value, diag);
  }
  return status;
}

const char *msw_flag_meanings(msw_arena *arena) {
  const char *meanings = "";
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    meanings = msw_format(arena, "%s%s%s", meanings, i_flag ? " " : "", msw_flag_table[i_flag].name);
  return meanings;
}
