/* Storing a file while it is still being written. */
#include "write_behind.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msw/base/str.h"

/* Large enough to keep a disk busy, small enough that a slow one (30 MB/s) stores it within a second. */
enum { STEP_BYTES = 16 << 20 };

msw_write_behind msw_write_behind_start(const char *path) {
  return (msw_write_behind){.fd = open(path, O_RDONLY | O_CLOEXEC)};
}

void msw_write_behind_to(msw_write_behind *behind, uint64_t n_bytes) {
  if (behind->fd < 0 || n_bytes < behind->begun + STEP_BYTES) return;
  (void)sync_file_range(behind->fd, (off_t)behind->begun, (off_t)(n_bytes - behind->begun), SYNC_FILE_RANGE_WRITE);
  behind->begun = n_bytes;
}

/* File systems that cannot do this say so in one of these ways. */
static bool is_unable(int cause) { return cause == EINVAL || cause == ENOSYS || cause == ESPIPE || cause == EBADF; }

msw_status msw_write_behind_wait(msw_write_behind *behind, const volatile sig_atomic_t *stop, const char *path,
                                 msw_diag *diag) {
  const unsigned until_stored = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  struct stat info;
  if (behind->fd < 0 || fstat(behind->fd, &info) != 0) return MSW_OK;
  for (off_t at = 0; at < info.st_size; at += STEP_BYTES) {
    if (stop && *stop) return MSW_INTERRUPTED;
    if (sync_file_range(behind->fd, at, STEP_BYTES, until_stored) == 0 || is_unable(errno)) continue;
    msw_fail(diag, msw_file_loc(diag, path), "cannot be synced to disk: %s", strerror(errno));
    return MSW_FAILED;
  }
  return MSW_OK;
}

void msw_write_behind_end(msw_write_behind *behind) {
  if (behind->fd >= 0) close(behind->fd);
  *behind = MSW_WRITE_BEHIND_NONE;
}
