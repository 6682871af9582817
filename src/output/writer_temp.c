/* The place of a result file on disk: may it be written there, and its temporary file from birth to its final name. */
#include "writer_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"

/* The one file that msw_out_of_memory has to remove, and exit() too, which libgomp calls where it cannot go on: a process
 * builds one result at a time. */
static const char *volatile doomed;

static void remove_doomed(void) {
  const char *temp = doomed;
  if (temp) unlink(temp);
}

static void set_doomed(const char *temp) {
  static bool is_registered;
  if (!is_registered) is_registered = atexit(remove_doomed) == 0;
  doomed = temp;
  msw_set_emergency(temp ? remove_doomed : NULL);
}

/* Renaming over what is no regular file would do harm (a device) or fail at the end of a long run (a folder). */
static bool check_name(const char *path, msw_diag *diag) {
  struct stat info;
  const char *problem = NULL;
  if (path[0] == '\0') problem = "expected the name of a result file, found an empty text";
  else if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) problem = "is a folder, expected the name of a result file";
  else if (msw_ends_with(path, "/")) problem = "ends with '/', expected the name of a result file";
  else if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) problem = "is neither a regular file nor a free name";
  if (problem) msw_error(diag, msw_file_loc(diag, path), NULL, NULL, "%s", problem);
  return !problem;
}

/* Only the default folder is made: elsewhere a missing folder is more likely a slip of the pen. */
static bool check_folder(const char *path, const char *folder, msw_diag *diag) {
  if (msw_is_dir(folder)) return true;
  if (strcmp(folder, MSW_DEFAULT_RESULT_DIR) == 0) {
    msw_diag making = {0};
    bool made = msw_make_dirs(folder, &making) == MSW_OK;
    if (!made) msw_error(diag, msw_file_loc(diag, folder), NULL, NULL, "%s", making.items[0].message);
    msw_diag_free(&making);
    return made;
  }
  struct stat info;
  if (stat(folder, &info) == 0)
    msw_error(diag, msw_file_loc(diag, path), NULL, NULL, "cannot be written: '%s' is not a folder", folder);
  else if (errno == ENOENT)
    msw_error(diag, msw_file_loc(diag, path), NULL, "create it first", "cannot be written: there is no folder '%s'", folder);
  else
    msw_error(diag, msw_file_loc(diag, path), NULL, NULL, "cannot be written: folder '%s': %s", folder, strerror(errno));
  return false;
}

/* What the user can put right by another path, against what only happens here and now. */
static bool is_users_fault(int cause) {
  return cause != ENOSPC && cause != EDQUOT && cause != EIO && cause != EMFILE && cause != ENFILE;
}

static msw_status create_empty(const char *path, const char *folder, const char *temp, msw_diag *diag) {
  enum { MODE = 0666 /* less the umask */ };
  /* A file of this name is a killed process's whose number has come round again. */
  int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, MODE);
  if (fd >= 0) {
    close(fd);
    return MSW_OK;
  }
  int cause = errno;
  const char *why = msw_format(&diag->arena, "cannot create files in folder '%s': %s", folder, strerror(cause));
  if (is_users_fault(cause)) msw_error(diag, msw_file_loc(diag, path), NULL, NULL, "%s", why);
  else msw_fail(diag, msw_file_loc(diag, path), "%s", why);
  return is_users_fault(cause) ? MSW_BAD_INPUT : MSW_FAILED;
}

msw_status msw_temp_claim(const char *path, msw_arena *arena, msw_diag *diag, const char **temp) {
  const char *folder = msw_dir_name(arena, path);
  if (!check_name(path, diag) || !check_folder(path, folder, diag)) return MSW_BAD_INPUT;
  *temp = msw_temp_name(arena, path);
  msw_status status = create_empty(path, folder, *temp, diag);
  if (status == MSW_OK) set_doomed(*temp);
  return status;
}

void msw_temp_hide(const char *temp, const char *path, msw_diag *diag) {
  for (size_t i_problem = 0; i_problem < diag->n; i_problem++) {
    msw_loc *loc = &diag->items[i_problem].loc;
    if (loc->file && strcmp(loc->file, temp) == 0) loc->file = msw_strdup(&diag->arena, path);
  }
}

void msw_temp_remove(const char *temp) {
  unlink(temp);
  if (doomed == temp) set_doomed(NULL);
}

msw_status msw_temp_promote(const char *temp, const char *path, msw_diag *diag, unsigned long long *n_bytes) {
  struct stat info;
  msw_status status = msw_sync_path(temp, diag);
  if (status == MSW_OK && stat(temp, &info) == 0) *n_bytes = (unsigned long long)info.st_size;
  if (status == MSW_OK) status = msw_rename_durably(temp, path, diag);
  if (status != MSW_OK) {
    unlink(temp);   /* gone already where only the sync of the folder failed */
    msw_temp_hide(temp, path, diag);
  }
  if (doomed == temp) set_doomed(NULL);
  return status;
}
