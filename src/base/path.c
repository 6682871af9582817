/* Path arithmetic and questions about paths that cannot fail. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"

bool msw_is_file(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool msw_is_dir(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *msw_join_path(msw_arena *arena, const char *dir, const char *name) {
  bool is_here = dir[0] == '\0' || strcmp(dir, ".") == 0;
  if (name[0] == '/' || is_here) return msw_strdup(arena, name);
  return msw_format(arena, "%s%s%s", dir, msw_ends_with(dir, "/") ? "" : "/", name);
}

/* `len` less the slashes that end path[0..len), but never less than a leading one. */
static size_t without_slashes(const char *path, size_t len) {
  while (len > 1 && path[len - 1] == '/') len--;
  return len;
}

char *msw_dir_name(msw_arena *arena, const char *path) {
  size_t len = without_slashes(path, strlen(path));
  while (len > 0 && path[len - 1] != '/') len--;
  if (len == 0) return msw_strdup(arena, ".");
  return msw_strndup(arena, path, without_slashes(path, len));
}

const char *msw_base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

char *msw_temp_name(msw_arena *arena, const char *path) {
  enum { HOST_BYTES = 65 };   /* Linux: at most 64 */
  char host[HOST_BYTES] = "";
  if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') memcpy(host, "host", sizeof "host");
  return msw_format(arena, "%s.tmp-%s-%ld", path, host, (long)getpid());
}

bool msw_free_bytes(const char *path, unsigned long long *bytes) {
  msw_arena arena = {0};
  struct statvfs info;
  const char *at = path;
  int failed = statvfs(at, &info);
  while (failed && strcmp(at, "/") != 0 && strcmp(at, ".") != 0) {
    at = msw_dir_name(&arena, at);
    failed = statvfs(at, &info);
  }
  msw_arena_free(&arena);
  if (failed) return false;
  *bytes = (unsigned long long)info.f_bavail * info.f_frsize;
  return true;
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t msw_list_dir(const char *path, msw_arena *arena, const char ***names) {
  *names = NULL;
  DIR *dir = opendir(path);
  if (!dir && errno == ENOMEM) msw_out_of_memory(0);   /* it is not known to be missing */
  if (!dir) return 0;
  const char **found = NULL;
  size_t n = 0, cap = 0;
  for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    found = msw_grow(found, &cap, n + 1, sizeof *found);
    found[n++] = msw_strdup(arena, entry->d_name);
  }
  closedir(dir);
  if (n > 0) {
    qsort(found, n, sizeof *found, compare_names);
    *names = msw_arena_array(arena, n, sizeof *found);
    memcpy(*names, found, n * sizeof *found);
  }
  free(found);
  return n;
}
