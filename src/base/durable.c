/* Replacing files so that a reader, or a crash at any moment, sees the old content or the new, never a mixture. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"

static msw_status fail_at(msw_diag *diag, const char *path, const char *what, int cause) {
  msw_fail(diag, msw_file_loc(diag, path), "%s: %s", what, strerror(cause));
  return MSW_FAILED;
}

msw_status msw_sync_path(const char *path, msw_diag *diag) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fail_at(diag, path, "cannot be opened to be synced", errno);
  int cause = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (cause == EINVAL) cause = 0;   /* file systems that have no fsync of folders say so in this way */
  return cause ? fail_at(diag, path, "cannot be synced to disk", cause) : MSW_OK;
}

msw_status msw_rename_durably(const char *temp, const char *path, msw_diag *diag) {
  if (rename(temp, path) != 0) return fail_at(diag, path, "cannot be replaced", errno);
  msw_arena arena = {0};
  msw_status status = msw_sync_path(msw_dir_name(&arena, path), diag);
  msw_arena_free(&arena);
  return status;
}

/* Writes all bytes, syncs and closes; returns 0 or the errno of the first failure. Closes in every case. */
static int write_and_close(int fd, const char *bytes, size_t len) {
  int cause = 0;
  size_t done = 0;
  while (cause == 0 && done < len) {
    ssize_t put = write(fd, bytes + done, len - done);
    if (put >= 0)
      done += (size_t)put;
    else if (errno != EINTR)
      cause = errno;
  }
  if (cause == 0 && fsync(fd) != 0) cause = errno;
  if (close(fd) != 0 && cause == 0) cause = errno;
  return cause;
}

/* Creates a temporary file that nobody else has. Process ids come round again and containers share host names: a name
 * that is taken may be a killed process's or a living one's, so it is left alone and the next one is tried. */
static int create_temp(const char *path, msw_arena *arena, const char **temp) {
  enum { MAX_TRIES = 100, MODE = 0666 /* less the umask */ };
  const char *name = msw_temp_name(arena, path);
  *temp = name;
  int fd = open(*temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
  for (int i_try = 2; fd < 0 && errno == EEXIST && i_try <= MAX_TRIES; i_try++) {
    *temp = msw_format(arena, "%s-%d", name, i_try);
    fd = open(*temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
  }
  return fd;
}

msw_status msw_write_file_atomic(const char *path, const void *bytes, size_t len, msw_diag *diag) {
  msw_arena arena = {0};
  const char *temp = NULL;
  msw_status status = MSW_OK;
  int fd = create_temp(path, &arena, &temp);
  if (fd < 0) {
    status = fail_at(diag, path, "cannot be written", errno);
  } else {
    int cause = write_and_close(fd, bytes, len);
    status = cause ? fail_at(diag, path, "cannot be written", cause) : msw_rename_durably(temp, path, diag);
    if (status != MSW_OK) unlink(temp);   /* gone already where only the sync of the folder failed */
  }
  msw_arena_free(&arena);
  return status;
}
