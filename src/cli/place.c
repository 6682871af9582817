/* Trying out the place of a result before there is one. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

/* What to hope for: smooth surfaces of float32 shrink to a third and better (the quickstart's to a fifth). */
static const double usual_compression = 3.0;

static msw_loc place_of(const char *path, msw_diag *diag) {
  return (msw_loc){.file = msw_strdup(&diag->arena, path)};
}

static bool refuse(const char *path, const char *why, msw_diag *diag) {
  msw_error(diag, place_of(path, diag), NULL, "name another place with -o", "cannot be written: %s", why);
  return false;
}

static bool make_folder(const char *path, msw_arena *arena, msw_diag *diag) {
  msw_diag unused = {0};
  const char *folder = msw_dir_name(arena, path);
  bool good = msw_is_dir(folder) || msw_make_dirs(folder, &unused) == MSW_OK;
  if (!good) {
    const msw_problem *problem = &unused.items[unused.n - 1];
    refuse(path, msw_format(arena, "%s: %s", problem->loc.file ? problem->loc.file : folder, problem->message), diag);
  }
  msw_diag_free(&unused);
  return good;
}

/* Permissions alone do not tell (root, read-only file systems, /proc): make a file and remove it. */
static bool try_file(const char *path, msw_arena *arena, msw_diag *diag) {
  const char *temp = msw_temp_name(arena, path);
  const int mode = 0666;   /* less the umask */
  int fd = open(temp, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
  if (fd < 0) return refuse(path, strerror(errno), diag);
  close(fd);
  unlink(temp);
  return true;
}

static bool is_same_file(const char *a, const char *b) {
  struct stat info_a, info_b;
  return stat(a, &info_a) == 0 && stat(b, &info_b) == 0 && info_a.st_dev == info_b.st_dev &&
         info_a.st_ino == info_b.st_ino;
}

bool msw_place_check(const char *path, const char *const *inputs, size_t n_inputs, msw_diag *diag) {
  if (path[0] == '\0') return refuse("''", "the name is empty", diag);
  if (msw_ends_with(path, "/") || msw_is_dir(path)) return refuse(path, "it is a folder", diag);
  for (size_t i_input = 0; i_input < n_inputs; i_input++)
    if (is_same_file(path, inputs[i_input])) return refuse(path, "it is an input", diag);
  msw_arena arena = {0};
  bool good = make_folder(path, &arena, diag) && try_file(path, &arena, diag);
  msw_arena_free(&arena);
  return good;
}

bool msw_place_has_room(const char *path, uint64_t bytes, bool compressed, bool only_warn, msw_diag *diag) {
  unsigned long long free_bytes = 0;
  if (!msw_free_bytes(path, &free_bytes)) return true;
  double least = compressed ? (double)bytes / usual_compression : (double)bytes;
  if (least <= (double)free_bytes) return true;
  enum { TEXT_BYTES = 32 };
  char all[TEXT_BYTES], room[TEXT_BYTES];
  const char *message = msw_format(&diag->arena, "the result takes %s uncompressed; %s free there would not do%s",
                                   msw_human_bytes((double)bytes, all, sizeof all),
                                   msw_human_bytes((double)free_bytes, room, sizeof room),
                                   compressed ? " even if it shrank to a third" : "");
  if (only_warn) msw_warn(diag, place_of(path, diag), NULL, NULL, "%s", message);
  else msw_error(diag, place_of(path, diag), NULL, "name another place with -o, or sweep fewer cells", "%s", message);
  return only_warn;
}
