/* A shard folder on its way: opened, taken stock of, its shards claimed one after the other. */
#include "msw/output/shards.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "shards_parts.h"

static bool stopped(const msw_shards_order *order) { return order->stop && *order->stop; }

static bool is_own(const msw_share *share, uint64_t i_shard) { return i_shard % share->n == share->i; }

/* Only what killed processes leave behind before there is anything: no manifest, no shard, nothing foreign. */
static bool is_worthless(const char *folder) {
  msw_arena arena = {0};
  const char **names;
  size_t n;
  bool worthless = msw_list_dir(folder, &arena, NULL, &names, &n) == MSW_OK;
  for (size_t i_name = 0; i_name < n && worthless; i_name++) {
    msw_shards_name_kind kind = msw_shards_name_of(names[i_name], &arena).kind;
    worthless = kind != MSW_NAME_MANIFEST && kind != MSW_NAME_SHARD && kind != MSW_NAME_FOREIGN;
  }
  msw_arena_free(&arena);
  return worthless;
}

bool msw_shards_wanted(const msw_shards_order *order) {
  msw_arena arena = {0};
  const char *folder = msw_shards_folder(&arena, order->out);
  uint64_t bytes = order->shard_bytes ? order->shard_bytes : MSW_SHARD_BYTES;
  bool wanted = order->share.n > 1 || msw_cut_plan(order->plan, bytes).n_shards > 1 ||
                (msw_is_dir(folder) && !is_worthless(folder));
  msw_arena_free(&arena);
  return wanted;
}

/* ---- Opening ---- */

/* mkdir and the sync of the folder above: a folder that a power cut takes away would take the shards along. */
static msw_status make_folder(const char *folder, msw_diag *diag) {
  enum { MODE = 0777 /* less the umask */ };
  msw_arena arena = {0};
  msw_status status = MSW_OK;
  if (mkdir(folder, MODE) == 0) {
    status = msw_sync_path(msw_dir_name(&arena, folder), diag);
  } else if (errno != EEXIST || !msw_is_dir(folder)) {
    const char *why = errno == EEXIST ? "something else has this name" : strerror(errno);
    msw_fail(diag, msw_file_loc(diag, folder), "cannot create the folder of shards: %s", why);
    status = MSW_FAILED;
  }
  msw_arena_free(&arena);
  return status;
}

static void short_pause(void) {
  const struct timespec tenth_s = {.tv_nsec = 100000000};
  nanosleep(&tenth_s, NULL);
}

static msw_status refuse_lock(const char *folder, msw_diag *diag) {
  msw_fail(diag, msw_file_loc(diag, folder), "cannot create files in the folder of shards: %s",
           errno == ENOENT ? "the folder has vanished" : strerror(errno));
  return MSW_FAILED;
}

/* Under the lock: another process may have been faster. */
static msw_status write_manifest(const msw_shards *shards, msw_arena *arena, msw_diag *diag, msw_manifest *manifest) {
  bool exists = false;
  msw_status status = msw_manifest_read(shards->folder, arena, diag, &exists, manifest);
  if (status != MSW_OK || exists) return status;
  if (msw_shards_list(shards->folder, arena, NULL) > 0) {
    msw_error(diag, msw_file_loc(diag, shards->folder), NULL, "--fresh discards them; -o names another file",
              "holds shards, but no " MSW_MANIFEST_FILE " that says of what");
    return MSW_BAD_INPUT;
  }
  status = msw_manifest_write(&shards->order, shards->folder, &shards->cut, diag);
  if (status == MSW_OK) status = msw_manifest_read(shards->folder, arena, diag, &exists, manifest);
  return status;
}

/* Reads the manifest, or writes it first: one process at a time, and it takes no time. */
static msw_status get_manifest(const msw_shards *shards, msw_arena *arena, msw_diag *diag, msw_manifest *manifest) {
  bool exists = false;
  msw_status status = msw_manifest_read(shards->folder, arena, diag, &exists, manifest);
  if (status != MSW_OK || exists) return status;
  msw_lock lock;
  const char *path = msw_join_path(arena, shards->folder, MSW_MANIFEST_CLAIM);
  msw_lock_result locked = msw_lock_try(path, &lock);
  for (; locked == MSW_LOCK_BUSY && !stopped(&shards->order); locked = msw_lock_try(path, &lock)) short_pause();
  if (locked == MSW_LOCK_BUSY) return MSW_INTERRUPTED;
  if (locked == MSW_LOCK_FAILED) return refuse_lock(shards->folder, diag);
  status = write_manifest(shards, arena, diag, manifest);
  msw_lock_release(&lock);
  return status;
}

/* Temporary files of processes of this host that are gone; how many shards have one does not matter much. */
static void clean_stale(const msw_shards *shards, msw_arena *arena) {
  const char **names;
  const char *last = "";
  size_t n;
  (void)msw_list_dir(shards->folder, arena, NULL, &names, &n);
  for (size_t i_name = 0; i_name < n; i_name++) {   /* sorted: those of one shard stand together */
    msw_shards_name name = msw_shards_name_of(names[i_name], arena);
    if (name.kind != MSW_NAME_TEMP_SHARD && name.kind != MSW_NAME_TEMP_MANIFEST) continue;
    if (strcmp(name.base, last) != 0) msw_writer_clean_stale(msw_join_path(arena, shards->folder, name.base));
    last = name.base;
  }
}

static void set_done(msw_shards *shards, uint64_t i_shard) {
  shards->done[i_shard] = true;
  shards->n_done++;
  shards->n_cells_done += msw_tiles_cells(shards->order.plan, msw_cut_tiles(&shards->cut, i_shard));
}

/* A shard is there: opened, checked, counted, once. */
static msw_status take_in(msw_shards *shards, uint64_t i_shard, msw_diag *diag) {
  msw_status status = msw_shard_check(shards, i_shard, diag, shards->counts);
  if (status == MSW_OK) set_done(shards, i_shard);
  return status;
}

static msw_status take_stock(msw_shards *shards, msw_arena *arena, msw_diag *diag) {
  const msw_share *share = &shards->order.share;
  shards->done = msw_arena_array(shards->arena, shards->cut.n_shards, sizeof *shards->done);
  for (uint64_t i_shard = share->i; i_shard < shards->cut.n_shards; i_shard += share->n) {
    shards->n_own++;
    shards->n_cells += msw_tiles_cells(shards->order.plan, msw_cut_tiles(&shards->cut, i_shard));
  }
  const char **names;
  size_t n;
  msw_status status = msw_list_dir(shards->folder, arena, diag, &names, &n);
  for (size_t i_name = 0; i_name < n; i_name++) {
    uint64_t i_shard;
    if (stopped(&shards->order)) return MSW_INTERRUPTED;
    bool wanted = msw_shard_number(names[i_name], &i_shard) && i_shard < shards->cut.n_shards && is_own(share, i_shard);
    if (wanted && take_in(shards, i_shard, diag) != MSW_OK) status = MSW_BAD_INPUT;   /* all of them are told */
  }
  return status;
}

/* Folders and merges get slow with too many files, and so does looking for work. */
static msw_status check_cut(const msw_shards *shards, msw_diag *diag) {
  const uint64_t most_shards = 1000000;
  if (shards->cut.n_shards <= most_shards) return MSW_OK;
  enum { TEXT_BYTES = 32 };
  char wanted[TEXT_BYTES], most[TEXT_BYTES];
  msw_human_count(shards->cut.n_shards, wanted, sizeof wanted);
  msw_human_count(most_shards, most, sizeof most);
  msw_error(diag, (msw_loc){0}, "--shard-bytes", "choose larger shards",
            "%s shards are too many, at most %s can be handled", wanted, most);
  return MSW_BAD_INPUT;
}

msw_status msw_shards_open(const msw_shards_order *order, msw_arena *arena, msw_diag *diag, msw_shards *shards) {
  uint64_t bytes = order->shard_bytes ? order->shard_bytes : MSW_SHARD_BYTES;
  *shards = (msw_shards){.order = *order, .folder = msw_shards_folder(arena, order->out),
                         .cut = msw_cut_plan(order->plan, bytes), .claim = {.fd = -1}, .i_first = order->share.i,
                         .arena = arena};
  shards->counts = msw_arena_array(arena, order->plan->n_blocks, sizeof *shards->counts);
  msw_arena scratch = {0};
  msw_manifest manifest;
  msw_status status = check_cut(shards, diag);
  if (status == MSW_OK) status = make_folder(shards->folder, diag);
  if (status == MSW_OK) status = get_manifest(shards, &scratch, diag, &manifest);
  if (status == MSW_OK) status = msw_manifest_check(&manifest, order, shards->folder, diag);
  if (status == MSW_OK) {
    shards->cut = manifest.cut;
    clean_stale(shards, &scratch);
    status = take_stock(shards, &scratch, diag);
  }
  msw_arena_free(&scratch);
  return status;
}

/* ---- Building ---- */

/* A shard that nobody builds and that is not there becomes ours. */
static msw_claim_result claim_one(msw_shards *shards, uint64_t i_shard, msw_arena *scratch, msw_diag *diag) {
  const char *path = msw_shard_file(scratch, shards->folder, i_shard);
  msw_lock_result locked = MSW_LOCK_FAILED;
  if (!msw_is_file(path)) {
    locked = msw_lock_try(msw_shard_claim_file(scratch, shards->folder, i_shard), &shards->claim);
    if (locked == MSW_LOCK_BUSY) return MSW_CLAIM_WAIT;
    if (locked == MSW_LOCK_FAILED) {
      refuse_lock(shards->folder, diag);
      return MSW_CLAIM_FAILED;
    }
  }
  if (msw_is_file(path)) {   /* even between that look and the lock */
    if (locked != MSW_LOCK_FAILED) msw_lock_release(&shards->claim);
    return take_in(shards, i_shard, diag) == MSW_OK ? MSW_CLAIM_DONE : MSW_CLAIM_FAILED;
  }
  if (locked == MSW_LOCK_NONE && !shards->warned)
    msw_warn(diag, msw_file_loc(diag, shards->folder), NULL, "let one process work here",
             "this file system has no locks: several processes would do the same work twice");
  shards->warned = shards->warned || locked == MSW_LOCK_NONE;
  shards->i_claimed = i_shard;
  return MSW_CLAIM_MINE;
}

msw_claim_result msw_shards_claim(msw_shards *shards, msw_diag *diag, uint64_t *i_shard) {
  const uint64_t step = shards->order.share.n;
  msw_arena scratch = {0};
  msw_claim_result result = MSW_CLAIM_DONE;
  while (shards->i_first < shards->cut.n_shards && shards->done[shards->i_first]) shards->i_first += step;
  for (uint64_t i = shards->i_first; i < shards->cut.n_shards; i += step) {
    if (shards->done[i]) continue;
    msw_claim_result one = claim_one(shards, i, &scratch, diag);
    if (one != MSW_CLAIM_DONE) result = one;
    *i_shard = i;
    if (one == MSW_CLAIM_MINE || one == MSW_CLAIM_FAILED) break;
  }
  msw_arena_free(&scratch);
  return result;
}

void msw_shards_keep(msw_shards *shards, const msw_block_counts *counts) {
  msw_lock_release(&shards->claim);
  msw_counts_add(shards->counts, counts, shards->order.plan->n_blocks);
  set_done(shards, shards->i_claimed);
}

void msw_shards_drop(msw_shards *shards) { msw_lock_release(&shards->claim); }
