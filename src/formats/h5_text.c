/* Reading strings, whoever wrote them: fixed or variable length, ASCII or UTF-8, in an attribute or in a dataset. */
#include "h5_inner.h"

#include <stdlib.h>

#include "msw/base/str.h"

static bool is_attribute(hid_t holder) { return H5Iget_type(holder) == H5I_ATTR; }

static herr_t read_all(hid_t holder, hid_t type, void *out) {
  return is_attribute(holder) ? H5Aread(holder, type, out)
                              : H5Dread(holder, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
}

/* The number of elements, negative on failure. */
static hssize_t count_of(hid_t holder) {
  hid_t space = is_attribute(holder) ? H5Aget_space(holder) : H5Dget_space(holder);
  hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
  msw_h5_close(space);
  return n;
}

/* A memory type like the stored one; libhdf5 does not convert between character sets. */
static hid_t matching_type(hid_t stored, size_t size) {
  hid_t type = msw_h5_text_type(size);
  if (type >= 0 && H5Tset_cset(type, H5Tget_cset(stored)) >= 0) return type;
  msw_h5_close(type);
  return H5I_INVALID_HID;
}

static msw_status read_variable(hid_t holder, hid_t stored, const char *name, msw_arena *arena, msw_diag *diag,
                                const char **value) {
  hid_t type = matching_type(stored, H5T_VARIABLE);
  char *text = NULL;
  msw_status status = MSW_OK;
  if (type < 0 || read_all(holder, type, &text) < 0) status = msw_h5_fail(holder, diag, "read '%s'", name);
  else *value = msw_strdup(arena, text ? text : "");
  if (text && H5free_memory(text) < 0) msw_h5_mark_broken();
  msw_h5_close(type);
  return status;
}

static msw_status read_fixed(hid_t holder, hid_t stored, const char *name, msw_arena *arena, msw_diag *diag,
                             const char **value) {
  size_t size = H5Tget_size(stored);
  hid_t type = size == 0 ? H5I_INVALID_HID : matching_type(stored, size);
  char *text = msw_arena_alloc(arena, size + 1);
  msw_status status = MSW_OK;
  if (type < 0 || read_all(holder, type, text) < 0) status = msw_h5_fail(holder, diag, "read '%s'", name);
  else *value = text;
  msw_h5_close(type);
  return status;
}

msw_status msw_h5_read_one_text(hid_t holder, const char *name, msw_arena *arena, msw_diag *diag, const char **value) {
  hid_t stored = is_attribute(holder) ? H5Aget_type(holder) : H5Dget_type(holder);
  hssize_t n = count_of(holder);
  htri_t is_variable = stored < 0 ? -1 : H5Tis_variable_str(stored);
  msw_status status;
  if (n < 0 || is_variable < 0) status = msw_h5_fail(holder, diag, "look at '%s'", name);
  else if (H5Tget_class(stored) != H5T_STRING) status = msw_h5_refuse(holder, diag, "'%s' is not text", name);
  else if (n > 1) status = msw_h5_refuse(holder, diag, "'%s' holds %lld texts instead of one", name, (long long)n);
  else if (is_variable) status = read_variable(holder, stored, name, arena, diag, value);
  else status = read_fixed(holder, stored, name, arena, diag, value);
  msw_h5_close(stored);
  return status;
}

/* Copies the texts into the arena and gives libhdf5 its memory back. */
static const char *const *take_texts(char **texts, size_t n, msw_arena *arena) {
  const char **copies = msw_arena_array(arena, n, sizeof *copies);
  for (size_t i_text = 0; i_text < n; i_text++) {
    copies[i_text] = msw_strdup(arena, texts[i_text] ? texts[i_text] : "");
    if (texts[i_text] && H5free_memory(texts[i_text]) < 0) msw_h5_mark_broken();
  }
  return copies;
}

msw_status msw_h5_read_texts(msw_h5 parent, const char *path, msw_arena *arena, msw_diag *diag,
                             const char *const **values, size_t *n) {
  hid_t dataset;
  *values = NULL;
  *n = 0;
  msw_status status = msw_h5_open_dataset(parent, path, diag, &dataset);
  if (status != MSW_OK) return status;
  hid_t stored = H5Dget_type(dataset);
  hssize_t n_texts = count_of(dataset);
  htri_t is_variable = stored < 0 ? -1 : H5Tis_variable_str(stored);
  hid_t type = is_variable > 0 ? matching_type(stored, H5T_VARIABLE) : H5I_INVALID_HID;
  if (n_texts < 0 || is_variable < 0) {
    status = msw_h5_fail(dataset, diag, "look at '%s'", path);
  } else if (is_variable == 0) {
    status = msw_h5_refuse(dataset, diag, "'%s' holds no texts of variable length", path);
  } else {
    char **texts = msw_alloc_zero((size_t)n_texts, sizeof *texts);
    if (type < 0 || read_all(dataset, type, texts) < 0) status = msw_h5_fail(dataset, diag, "read '%s'", path);
    else *values = take_texts(texts, *n = (size_t)n_texts, arena);
    free(texts);
  }
  msw_h5_close(type);
  msw_h5_close(stored);
  msw_h5_close(dataset);
  return status;
}
