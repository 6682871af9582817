/* Whole reads of regular files, and new folders. */
#include "msw/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

/* The place "this file as a whole"; the name is copied because locations outlive our caller's string. */
static const char *kind_name(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/* Is the open file one that we read whole? Else says why not. */
static msw_status check_readable(int fd, const char *path, size_t max_bytes, msw_diag *diag, size_t *size) {
  struct stat info;
  if (fstat(fd, &info) != 0) {
    msw_fail(diag, msw_file_loc(diag, path), "cannot be read: %s", strerror(errno));
    return MSW_FAILED;
  }
  if (!S_ISREG(info.st_mode)) {
    msw_error(diag, msw_file_loc(diag, path), NULL, NULL, "is %s, expected a regular file", kind_name(info.st_mode));
    return MSW_BAD_INPUT;
  }
  *size = (size_t)info.st_size;
  if (*size <= max_bytes) return MSW_OK;
  enum { TEXT_BYTES = 32 };
  char has[TEXT_BYTES], limit[TEXT_BYTES];
  msw_error(diag, msw_file_loc(diag, path), NULL, NULL, "is too large: %s, at most %s can be read here",
            msw_human_bytes((double)*size, has, sizeof has), msw_human_bytes((double)max_bytes, limit, sizeof limit));
  return MSW_BAD_INPUT;
}

/* Reads until `n` bytes or the end of the file; returns the bytes read, or -1 with errno. */
static ssize_t read_up_to(int fd, char *bytes, size_t n) {
  size_t done = 0;
  while (done < n) {
    ssize_t got = read(fd, bytes + done, n - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

static msw_status read_open_file(int fd, const char *path, size_t max_bytes, msw_arena *arena, msw_diag *diag,
                                 char **text, size_t *len) {
  size_t size = 0;
  msw_status status = check_readable(fd, path, max_bytes, diag, &size);
  if (status != MSW_OK) return status;
  char *bytes = msw_arena_alloc(arena, size + 1);
  ssize_t got = read_up_to(fd, bytes, size + 1);   /* one more than there should be: has it grown? */
  if (got < 0) {
    msw_fail(diag, msw_file_loc(diag, path), "cannot be read: %s", strerror(errno));
    return MSW_FAILED;
  }
  if ((size_t)got != size) {
    msw_fail(diag, msw_file_loc(diag, path), "changed while it was being read");
    return MSW_FAILED;
  }
  *text = bytes;
  *len = size;
  return MSW_OK;
}

static const char *suffix_of(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot && dot > name ? dot : "";
}

/* Suffixes make any two names of one kind alike, so that names are compared without them. Another suffix will do only where
 * the rest is the same. */
const char *msw_nearest_file(const char *path, msw_arena *arena) {
  const char **names = NULL;
  size_t n = 0, n_stems = 0;
  const char *dir = msw_dir_name(arena, path), *base = msw_base_name(path), *suffix = suffix_of(base);
  const char *stem = msw_strndup(arena, base, strlen(base) - strlen(suffix));
  if (msw_list_dir(dir, arena, NULL, &names, &n) != MSW_OK) return NULL;
  const char **stems = msw_arena_array(arena, n, sizeof *stems);
  for (size_t i_name = 0; i_name < n; i_name++) {
    const char *other = msw_strndup(arena, names[i_name], strlen(names[i_name]) - strlen(suffix_of(names[i_name])));
    if (strcmp(suffix_of(names[i_name]), suffix) != 0 && !msw_equal_nocase(other, stem)) continue;
    names[n_stems] = names[i_name];
    stems[n_stems++] = other;
  }
  const char *found = msw_nearest(stem, stems, n_stems);
  size_t i_name = 0;
  while (i_name < n_stems && stems[i_name] != found) i_name++;
  const char *nearest = i_name < n_stems ? msw_join_path(arena, dir, names[i_name]) : NULL;
  return nearest && msw_is_file(nearest) ? nearest : NULL;
}

msw_status msw_read_file(const char *path, size_t max_bytes, msw_arena *arena, msw_diag *diag, char **text,
                         size_t *len) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);   /* opening a pipe must not wait for a writer */
  if (fd < 0) {
    const int cause = errno;
    const char *nearest = cause == ENOENT ? msw_nearest_file(path, arena) : NULL;
    msw_error(diag, msw_file_loc(diag, path), NULL, msw_did_you_mean(diag, nearest), "cannot be read: %s", strerror(cause));
    return MSW_BAD_INPUT;
  }
  msw_status status = read_open_file(fd, path, max_bytes, arena, diag, text, len);
  close(fd);
  return status;
}

/* mkdir where an existing folder is fine. */
static bool make_dir(const char *path, msw_diag *diag) {
  if (mkdir(path, 0777) == 0) return true;
  int cause = errno;
  if (msw_is_dir(path)) return true;
  const char *reason = cause == EEXIST ? "something else has this name" : strerror(cause);
  msw_fail(diag, msw_file_loc(diag, path), "cannot create the folder: %s", reason);
  return false;
}

msw_status msw_make_dirs(const char *path, msw_diag *diag) {
  msw_arena arena = {0};
  char *prefix = msw_strdup(&arena, path);
  bool good = true;
  for (char *at = prefix; good && *at; at++) {
    bool ends_component = at > prefix && *at == '/' && at[-1] != '/';
    if (!ends_component) continue;
    *at = '\0';
    good = make_dir(prefix, diag);
    *at = '/';
  }
  if (good) good = make_dir(prefix, diag);
  msw_arena_free(&arena);
  return good ? MSW_OK : MSW_FAILED;
}
