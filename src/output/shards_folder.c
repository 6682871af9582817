/* A shard folder as it lies there: what is in it, whether it is in use, and its removal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "shards_parts.h"

/* By number: without leading zeros that is by length, then by text. */
static int compare_shards(const void *a, const void *b) {
  const char *one = *(const char *const *)a, *other = *(const char *const *)b;
  size_t n_one = strlen(one), n_other = strlen(other);
  return n_one != n_other ? (n_one > n_other) - (n_one < n_other) : strcmp(one, other);
}

uint64_t msw_shards_list(const char *folder, msw_arena *arena, const char *const **paths) {
  const char **names;
  uint64_t n_shards = 0, i_shard;
  size_t n;
  (void)msw_list_dir(folder, arena, NULL, &names, &n);   /* callers open the folder's manifest too, and tell */
  const char **found = msw_arena_array(arena, n, sizeof *found);
  for (size_t i_name = 0; i_name < n; i_name++)
    if (msw_shard_number(names[i_name], &i_shard)) found[n_shards++] = msw_join_path(arena, folder, names[i_name]);
  if (n_shards > 0) qsort(found, n_shards, sizeof *found, compare_shards);
  if (paths) *paths = found;
  return n_shards;
}

msw_lock_result msw_shards_lock_merge(const char *folder, msw_lock *lock) {
  msw_arena scratch = {0};
  msw_lock_result locked = msw_lock_try(msw_join_path(&scratch, folder, MSW_MERGE_CLAIM), lock);
  int cause = errno;
  msw_arena_free(&scratch);
  errno = cause;
  return locked;
}

static bool is_lock_file(msw_shards_name_kind kind) { return kind == MSW_NAME_CLAIM || kind == MSW_NAME_LOCK; }

bool msw_shards_in_use(const char *folder) {
  msw_arena arena = {0};
  const char **names;
  size_t n;
  bool in_use = msw_list_dir(folder, &arena, NULL, &names, &n) != MSW_OK;   /* what cannot be seen may be anyone's */
  for (size_t i_name = 0; i_name < n && !in_use; i_name++)
    in_use = is_lock_file(msw_shards_name_of(names[i_name], &arena).kind) &&
             msw_lock_is_held(msw_join_path(&arena, folder, names[i_name]));
  msw_arena_free(&arena);
  return in_use;
}

static bool holds_only_ours(const char *folder, msw_arena *arena) {
  const char **names;
  size_t n;
  if (msw_list_dir(folder, arena, NULL, &names, &n) != MSW_OK) return false;
  for (size_t i_name = 0; i_name < n; i_name++)
    if (msw_shards_name_of(names[i_name], arena).kind == MSW_NAME_FOREIGN) return false;
  return true;
}

bool msw_shards_are_spent(const char *folder, const char *hash) {
  if (!msw_is_dir(folder) || msw_shards_in_use(folder)) return false;
  msw_arena arena = {0};
  msw_diag unheard = {0};
  msw_manifest manifest;
  bool exists = false;
  bool readable = msw_manifest_read(folder, &arena, &unheard, &exists, &manifest) == MSW_OK;
  bool spent = readable && (exists ? strcmp(manifest.hash, hash) == 0 : holds_only_ours(folder, &arena));
  msw_diag_free(&unheard);
  msw_arena_free(&arena);
  return spent;
}

/* Removes what is ours and held by nobody; returns the errno of a failure. *n_foreign: how many names are not ours. */
static int remove_names(const char *folder, size_t *n_foreign) {
  msw_arena arena = {0};
  const char **names;
  size_t n;
  int cause = msw_list_dir(folder, &arena, NULL, &names, &n) == MSW_OK ? 0 : errno;
  *n_foreign = 0;
  for (size_t i_name = 0; i_name < n; i_name++) {
    const char *path = msw_join_path(&arena, folder, names[i_name]);
    msw_shards_name_kind kind = msw_shards_name_of(names[i_name], &arena).kind;
    if (kind == MSW_NAME_FOREIGN) (*n_foreign)++;
    else if (is_lock_file(kind) && msw_lock_is_held(path)) continue;
    else if (unlink(path) != 0 && errno != ENOENT) cause = errno;
  }
  msw_arena_free(&arena);
  return cause;
}

/* A folder that is not empty holds what others hold; one that is no folder is a link, and the user's. */
static int remove_folder(const char *folder) {
  if (rmdir(folder) == 0) return 0;
  return errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT || errno == ENOTDIR ? 0 : errno;
}

/* Others may look in meanwhile and leave a lock file for a moment, hence more than one try. */
msw_status msw_shards_remove(const char *folder, msw_diag *diag) {
  enum { MOST_TRIES = 5 };
  const struct timespec a_moment = {.tv_nsec = 20000000};
  msw_loc loc = msw_file_loc(diag, folder);
  msw_arena arena = {0};
  if (msw_is_dir(folder)) unlink(msw_join_path(&arena, folder, MSW_MANIFEST_FILE));
  msw_arena_free(&arena);
  size_t n_foreign = 0;
  int cause = 0;
  for (int i_try = 0; i_try < MOST_TRIES && msw_is_dir(folder) && cause == 0 && n_foreign == 0; i_try++) {
    if (i_try > 0) nanosleep(&a_moment, NULL);
    cause = remove_names(folder, &n_foreign);
    if (cause == 0 && n_foreign == 0) cause = remove_folder(folder);
  }
  if (cause != 0) {
    msw_fail(diag, loc, "cannot remove the shards: %s", strerror(cause));
    return MSW_FAILED;
  }
  if (n_foreign > 0)
    msw_warn(diag, loc, NULL, NULL, "stays, for it holds %zu other file%s", n_foreign, n_foreign == 1 ? "" : "s");
  return MSW_OK;
}

void msw_shards_tidy(const char *folder, msw_diag *diag) {
  msw_diag problems = {0};
  (void)msw_shards_remove(folder, &problems);
  for (size_t i_problem = 0; i_problem < problems.n; i_problem++)
    msw_warn(diag, msw_file_loc(diag, folder), NULL, NULL, "%s", problems.items[i_problem].message);
  msw_diag_free(&problems);
}

msw_status msw_shards_discard(const char *folder, msw_diag *diag) {
  if (!msw_shards_in_use(folder)) return msw_shards_remove(folder, diag);
  msw_loc loc = msw_file_loc(diag, folder);
  msw_error(diag, loc, NULL, "`mfusweep status` shows it; stop it first", "another process is at work there");
  return MSW_BAD_INPUT;
}
