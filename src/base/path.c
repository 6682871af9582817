/* Path arithmetic, questions about paths, and what is in a folder. */
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

/* Copies of all names, on the heap; errno is 0 unless reading stopped early. */
static const char **read_names(DIR *dir, msw_arena *arena, size_t *n) {
  const char **found = NULL;
  size_t cap = 0;
  *n = 0;
  errno = 0;
  for (struct dirent *entry = readdir(dir); entry; errno = 0, entry = readdir(dir)) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    found = msw_grow(found, &cap, *n + 1, sizeof *found);
    found[(*n)++] = msw_strdup(arena, entry->d_name);
  }
  return found;
}

static msw_status refuse_folder(const char *path, int cause, msw_diag *diag) {
  if (cause == ENOMEM) msw_out_of_memory(0);
  if (diag) msw_fail(diag, msw_file_loc(diag, path), "the folder cannot be read: %s", strerror(cause));
  errno = cause;
  return MSW_FAILED;
}

msw_status msw_list_dir(const char *path, msw_arena *arena, msw_diag *diag, const char ***names, size_t *n) {
  *names = NULL;
  *n = 0;
  DIR *dir = opendir(path);
  if (!dir) return errno == ENOENT || errno == ENOTDIR ? MSW_OK : refuse_folder(path, errno, diag);
  size_t n_found;
  const char **found = read_names(dir, arena, &n_found);
  const int cause = errno;
  closedir(dir);
  if (cause == 0 && n_found > 0) {
    qsort(found, n_found, sizeof *found, compare_names);
    *names = msw_arena_array(arena, n_found, sizeof *found);
    memcpy(*names, found, n_found * sizeof *found);
    *n = n_found;
  }
  free(found);
  return cause == 0 ? MSW_OK : refuse_folder(path, cause, diag);
}
