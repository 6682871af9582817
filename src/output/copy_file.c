/* A file's bytes into another file, by the kernel where it can. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "merge_parts.h"
#include "msw/base/str.h"

enum { STEP_BYTES = 16 << 20 };   /* little enough to stop between two of them */

static msw_status fail(const char *path, const char *what, int cause, msw_diag *diag) {
  msw_fail(diag, msw_file_loc(diag, path), "%s: %s", what, strerror(cause));
  return MSW_FAILED;
}

/* Bytes copied: 0 at the end, -1 with errno. Through memory where the kernel cannot copy between these two. */
static ssize_t copy_step(int from, int to, bool *through_memory) {
  if (!*through_memory) {
    ssize_t n = copy_file_range(from, NULL, to, NULL, STEP_BYTES, 0);
    bool cannot = n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EBADF);
    if (!cannot) return n;
    *through_memory = true;
  }
  char *piece = msw_alloc(STEP_BYTES);
  ssize_t n = read(from, piece, STEP_BYTES), done = 0;
  while (n > 0 && done < n) {
    ssize_t put = write(to, piece + done, (size_t)(n - done));
    if (put < 0 && errno != EINTR) n = -1;
    else if (put > 0) done += put;
  }
  int cause = errno;
  free(piece);
  errno = cause;
  return n;
}

static msw_status copy_all(int from, int to, const char *out, const volatile sig_atomic_t *stop,
                           msw_write_behind *behind, msw_diag *diag) {
  bool through_memory = false;
  uint64_t n_done = 0;
  for (;;) {
    if (stop && *stop) return MSW_INTERRUPTED;
    ssize_t n = copy_step(from, to, &through_memory);
    if (n == 0) return MSW_OK;
    if (n < 0 && errno != EINTR) return fail(out, "cannot be written", errno, diag);
    if (n > 0) n_done += (uint64_t)n;
    msw_write_behind_to(behind, n_done);
  }
}

msw_status msw_copy_file(const char *from, const char *to, const char *out, const volatile sig_atomic_t *stop,
                         msw_write_behind *behind, msw_diag *diag) {
  int source = open(from, O_RDONLY | O_CLOEXEC);
  if (source < 0) return fail(from, "cannot be read", errno, diag);
  int target = open(to, O_WRONLY | O_CLOEXEC);
  msw_status status = target < 0 ? fail(out, "cannot be written", errno, diag) : MSW_OK;
  if (target >= 0) (void)flock(target, LOCK_EX | LOCK_NB);   /* as libhdf5 does later: it is no dead process's file */
  if (status == MSW_OK) status = copy_all(source, target, out, stop, behind, diag);
  if (target >= 0 && close(target) != 0 && status == MSW_OK) status = fail(out, "cannot be written", errno, diag);
  close(source);
  return status;
}
