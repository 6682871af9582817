/* Locks by flock(2) on files that are removed when they are given back. */
#include "msw/base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msw/base/mem.h"

/* Said by file systems without locks, or whose lock service is down. */
static bool has_no_locks(int cause) {
  return cause == ENOLCK || cause == ENOSYS || cause == EOPNOTSUPP || cause == EINVAL;
}

/* Its holder may have removed the file between our open and our lock: then we hold the lock of a file nobody sees. */
static bool is_still_there(const char *path, int fd) {
  struct stat named, held;
  return stat(path, &named) == 0 && fstat(fd, &held) == 0 && named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

static int flock_now(int fd, int kind) {
  int failed;
  do failed = flock(fd, kind | LOCK_NB);
  while (failed && errno == EINTR);
  return failed ? errno : 0;
}

static msw_lock_result taken(const char *path, int fd, msw_lock_result how, msw_lock *lock) {
  size_t size = strlen(path) + 1;
  *lock = (msw_lock){.path = memcpy(msw_alloc(size), path, size), .fd = fd};
  return how;
}

msw_lock_result msw_lock_try(const char *path, msw_lock *lock) {
  enum { MODE = 0666 /* less the umask */ };
  for (;;) {
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, MODE);   /* NFS locks what is open for writing */
    if (fd < 0) return MSW_LOCK_FAILED;
    int cause = flock_now(fd, LOCK_EX);
    if (has_no_locks(cause)) return taken(path, fd, MSW_LOCK_NONE, lock);
    if (cause == 0 && is_still_there(path, fd)) return taken(path, fd, MSW_LOCK_MINE, lock);
    close(fd);
    if (cause == EWOULDBLOCK) return MSW_LOCK_BUSY;
    if (cause != 0) {
      errno = cause;
      return MSW_LOCK_FAILED;
    }
  }
}

void msw_lock_release(msw_lock *lock) {
  unlink(lock->path);   /* while it is ours: nobody else's file can have the name */
  close(lock->fd);
  free(lock->path);
  *lock = (msw_lock){.fd = -1};
}

bool msw_lock_is_held(const char *path) {
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  bool held = flock_now(fd, LOCK_SH) == EWOULDBLOCK;
  close(fd);
  return held;
}
