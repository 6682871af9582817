/* A file that is written bit by bit and appears as a whole. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "slice_job.h"

msw_status msw_out_file_open(const char *path, msw_diag *diag, msw_out_file *file) {
  *file = (msw_out_file){.stream = stdout, .path = path};
  if (!path) return MSW_OK;
  file->temp = msw_temp_name(&file->arena, path);
  file->stream = fopen(file->temp, "wb");
  if (file->stream) return MSW_OK;
  msw_fail(diag, msw_file_loc(diag, path), "cannot be written: %s", strerror(errno));
  msw_arena_free(&file->arena);
  return MSW_FAILED;
}

msw_status msw_out_file_close(msw_out_file *file, msw_status status, msw_diag *diag) {
  if (!file->path) return status;   /* main flushes stdout and complains */
  errno = 0;
  const bool is_written = fflush(file->stream) == 0 && !ferror(file->stream), is_closed = fclose(file->stream) == 0;
  if (status == MSW_OK && !(is_written && is_closed)) {
    msw_fail(diag, msw_file_loc(diag, file->path), "cannot be written: %s", errno ? strerror(errno) : "writing failed");
    status = MSW_FAILED;
  }
  if (status == MSW_OK) status = msw_sync_path(file->temp, diag);
  if (status == MSW_OK) status = msw_rename_durably(file->temp, file->path, diag);
  if (status != MSW_OK) unlink(file->temp);
  msw_arena_free(&file->arena);
  return status;
}
