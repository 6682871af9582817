/* HDF5 files: create, open, and the close that proves that everything reached the disk. */
#include "h5_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"

/* Set once and never cleared: there is no way back to a library that can be trusted. */
static bool broken;

bool msw_h5_broken(void) { return broken; }
void msw_h5_mark_broken(void) { broken = true; }

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, release) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(release)

const char *msw_h5_library_version(void) { return VERSION_TEXT(H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE); }

/* V18 is what netCDF-C writes. No sieve buffer: data goes to the disk where a failure can be reported, not when a
 * handle is closed. SEMI: a file with open handles refuses to close instead of staying half open. */
static hid_t access_list(void) {
  hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  if (list < 0) return list;
  if (H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 && H5Pset_sieve_buf_size(list, 0) >= 0 &&
      H5Pset_fclose_degree(list, H5F_CLOSE_SEMI) >= 0)
    return list;
  msw_h5_close(list);
  return H5I_INVALID_HID;
}

msw_status msw_h5_create(const char *path, msw_diag *diag, msw_h5 *file) {
  msw_h5_begin();
  hid_t access = access_list(), creation = msw_h5_creation_list(H5P_FILE_CREATE);
  *file = access < 0 || creation < 0 ? MSW_H5_NONE : H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
  msw_status status = *file < 0 ? msw_h5_fail_path(path, diag, "create the file") : MSW_OK;
  msw_h5_close(creation);
  msw_h5_close(access);
  return status;
}

/* What the user may have got wrong, before libhdf5 is asked. */
static msw_status check_readable(const char *path, msw_diag *diag) {
  msw_loc loc = msw_file_loc(diag, path);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    msw_error(diag, loc, NULL, NULL, "cannot open the file: %s", strerror(errno));
    return MSW_BAD_INPUT;
  }
  close(fd);
  if (msw_is_file(path) && H5Fis_hdf5(path) > 0) return MSW_OK;
  msw_error(diag, loc, NULL, NULL, "not an HDF5 file");
  return MSW_BAD_INPUT;
}

static msw_status open_old(const char *path, unsigned mode, msw_diag *diag, msw_h5 *file) {
  msw_h5_begin();
  *file = MSW_H5_NONE;
  msw_status status = check_readable(path, diag);
  if (status != MSW_OK) return status;
  hid_t access = access_list();
  *file = access < 0 ? MSW_H5_NONE : H5Fopen(path, mode, access);
  if (*file < 0) status = msw_h5_fail_path(path, diag, "open the file");
  msw_h5_close(access);
  return status;
}

msw_status msw_h5_open_read(const char *path, msw_diag *diag, msw_h5 *file) {
  return open_old(path, H5F_ACC_RDONLY, diag, file);
}

msw_status msw_h5_open_update(const char *path, msw_diag *diag, msw_h5 *file) {
  return open_old(path, H5F_ACC_RDWR, diag, file);
}

/* Handles that an error path forgot. A handle may be counted more than once, hence until none is left. */
static bool close_leftovers(hid_t file) {
  enum { AT_ONCE = 64 };
  const unsigned kinds = H5F_OBJ_DATASET | H5F_OBJ_GROUP | H5F_OBJ_DATATYPE | H5F_OBJ_ATTR | H5F_OBJ_LOCAL;
  hid_t left[AT_ONCE];
  for (;;) {
    ssize_t n = H5Fget_obj_ids(file, kinds, AT_ONCE, left);
    if (n <= 0) return n == 0;
    for (ssize_t i_left = 0; i_left < n; i_left++)
      if (H5Idec_ref(left[i_left]) < 0) return false;
  }
}

/* The steps of a close; the first that fails ends it, for libhdf5 cannot finish a close that failed once. */
static msw_status flush_and_close(hid_t file, msw_diag *diag) {
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) return msw_h5_fail(file, diag, "write the file");
  if (!close_leftovers(file)) return msw_h5_fail(file, diag, "close what is open in the file");
  if (H5Fget_obj_count(file, H5F_OBJ_ALL | H5F_OBJ_LOCAL) != 1)
    return msw_h5_refuse(file, diag, "cannot close the file: handles of it stay open");
  if (H5Fclose(file) < 0) return msw_h5_fail(file, diag, "close the file");
  return MSW_OK;
}

msw_status msw_h5_close_file(msw_h5 file, msw_diag *diag) {
  if (file < 0) return MSW_OK;
  msw_h5_begin();
  if (broken) return msw_h5_refuse(file, diag, "cannot close the file: an earlier failure left libhdf5 unusable");
  msw_status status = flush_and_close(file, diag);
  if (status != MSW_OK) msw_h5_mark_broken();
  return status;
}
