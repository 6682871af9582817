/* Temporary files that killed writers left behind. */
#include "writer_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

/* A living writer holds libhdf5's lock on its file. That catches what process numbers do not show: writers in other
 * containers that share the host's name. */
static bool is_locked(const char *path) {
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return true;
  bool locked = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return locked;
}

static bool is_gone(int64_t pid) { return pid > 0 && (pid_t)pid == pid && kill((pid_t)pid, 0) != 0 && errno == ESRCH; }

void msw_writer_clean_stale(const char *path) {
  msw_arena arena = {0};
  const char *folder = msw_dir_name(&arena, path);
  char *prefix = msw_strdup(&arena, msw_base_name(msw_temp_name(&arena, path)));
  strrchr(prefix, '-')[1] = '\0';   /* less this process's number */
  const char **names;
  size_t n;
  (void)msw_list_dir(folder, &arena, NULL, &names, &n);   /* the place itself is checked elsewhere */
  for (size_t i_name = 0; i_name < n; i_name++) {
    int64_t pid = 0;
    if (!msw_starts_with(names[i_name], prefix) || !msw_parse_int(names[i_name] + strlen(prefix), &pid)) continue;
    const char *stale = msw_join_path(&arena, folder, names[i_name]);
    if (is_gone(pid) && !is_locked(stale)) unlink(stale);
  }
  msw_arena_free(&arena);
}
