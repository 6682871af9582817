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

static msw_status refuse(const char *path, const char *why, msw_diag *diag) {
  msw_error(diag, msw_file_loc(diag, path), NULL, "name another place with -o", "cannot be written: %s", why);
  return MSW_BAD_INPUT;
}

/* What may be otherwise tomorrow, against what is wrong with the name. */
static bool is_worlds_fault(int cause) {
  static const int causes[] = {EACCES, EPERM, EROFS, ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ESTALE};
  for (size_t i_cause = 0; i_cause < sizeof causes / sizeof causes[0]; i_cause++)
    if (cause == causes[i_cause]) return true;
  return false;
}

static msw_status fail(const char *path, int cause, const char *why, msw_diag *diag) {
  if (!is_worlds_fault(cause)) return refuse(path, why, diag);
  msw_fail(diag, msw_file_loc(diag, path), "cannot be written: %s", why);
  return MSW_FAILED;
}

/* Why nothing can be made below `path`, by its nearest existing parent; 0 when that is not what hinders. */
static int parent_problem(const char *path, msw_arena *arena) {
  const char *at = path;
  while (access(at, F_OK) != 0 && strcmp(at, "/") != 0 && strcmp(at, ".") != 0) at = msw_dir_name(arena, at);
  return access(at, W_OK) == 0 ? 0 : errno;
}

static msw_status make_folder(const char *path, msw_arena *arena, msw_diag *diag) {
  msw_diag unused = {0};
  const char *folder = msw_dir_name(arena, path);
  msw_status status = msw_is_dir(folder) ? MSW_OK : msw_make_dirs(folder, &unused);
  if (status != MSW_OK) {
    const msw_problem *problem = &unused.items[unused.n - 1];
    const char *why = msw_format(arena, "%s: %s", problem->loc.file ? problem->loc.file : folder, problem->message);
    status = fail(path, parent_problem(folder, arena), why, diag);
  }
  msw_diag_free(&unused);
  return status;
}

/* Permissions alone do not tell (root, read-only file systems, /proc): make a file and remove it. */
static msw_status try_file(const char *path, msw_arena *arena, msw_diag *diag) {
  const char *temp = msw_temp_name(arena, path);
  const int mode = 0666;   /* less the umask */
  int fd = open(temp, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
  if (fd < 0) return fail(path, errno, strerror(errno), diag);
  close(fd);
  unlink(temp);
  return MSW_OK;
}

static bool is_same_file(const char *a, const char *b) {
  struct stat info_a, info_b;
  return stat(a, &info_a) == 0 && stat(b, &info_b) == 0 && info_a.st_dev == info_b.st_dev &&
         info_a.st_ino == info_b.st_ino;
}

msw_status msw_place_check(const char *path, const char *const *inputs, size_t n_inputs, msw_diag *diag) {
  if (path[0] == '\0') return refuse("''", "the name is empty", diag);
  if (msw_ends_with(path, "/") || msw_is_dir(path)) return refuse(path, "it is a folder", diag);
  for (size_t i_input = 0; i_input < n_inputs; i_input++)
    if (is_same_file(path, inputs[i_input])) return refuse(path, "it is an input", diag);
  msw_arena arena = {0};
  msw_status status = make_folder(path, &arena, diag);
  if (status == MSW_OK) status = try_file(path, &arena, diag);
  msw_arena_free(&arena);
  return status;
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
  if (only_warn) msw_warn(diag, msw_file_loc(diag, path), NULL, NULL, "%s", message);
  else msw_error(diag, msw_file_loc(diag, path), NULL, "name another place with -o, or sweep fewer cells", "%s", message);
  return only_warn;
}
