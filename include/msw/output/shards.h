/* The shard folder: a run in immutable parts, so that a kill costs seconds and many processes can share the work.
 *
 * A shard is a stretch of the plan's tiles in a result file of its own (writer.h), OUT.h5.shards/shard_00012.h5. It
 * gets its name when it is whole and is never changed afterwards: there is no other record of what is done.
 * manifest.json says what the shards are parts of. While a shard is built, its process holds a lock (base/lock.h) on
 * .shard_00012.claim.
 * One thread at a time.
 */
#ifndef MSW_OUTPUT_SHARDS_H
#define MSW_OUTPUT_SHARDS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/lock.h"
#include "msw/grid/plan.h"
#include "msw/grid/run.h"
#include "msw/output/provenance.h"
#include "msw/output/writer.h"

/* ---- The cut: the same for every machine and number of threads. ---- */

#define MSW_SHARD_BYTES 256000000u   /* of uncompressed cells, unless told otherwise: seconds of work */

/* Cells that are only reduced count as a byte for so many: a shard is some 10^9 of them, unless told otherwise. */
#define MSW_REDUCED_CELLS_PER_BYTE 4u

typedef struct { uint64_t n_tiles, tiles_per_shard, n_shards; } msw_cut;

/* As many tiles to a shard as fit for sure, at least one; a plan that fits as a whole is one shard. */
msw_cut msw_cut_plan(const msw_plan *plan, uint64_t shard_bytes);
msw_tile_range msw_cut_tiles(const msw_cut *cut, uint64_t i_shard);
uint64_t msw_tiles_cells(const msw_plan *plan, msw_tile_range tiles);

/* One of n processes that split the shards beforehand: those with number % n == i. {0, 1}: all of them. */
typedef struct { uint64_t i, n; } msw_share;

/* ---- Names. All texts in the arena. ---- */

char *msw_shards_folder(msw_arena *arena, const char *out);                    /* "OUT.h5.shards" */
/* shard_00012.h5 and .shard_00012.claim, in the folder. */
char *msw_shard_file(msw_arena *arena, const char *folder, uint64_t i_shard);
char *msw_shard_claim_file(msw_arena *arena, const char *folder, uint64_t i_shard);
/* Number of a finished shard by its name without the folder; false for any other name, temporary ones included. */
bool msw_shard_number(const char *name, uint64_t *i_shard);

/* ---- A folder in use. ---- */

typedef struct {
  const char *out;                     /* the result that the shards make; borrowed like all of this */
  const msw_plan *plan;
  const msw_provenance *provenance;
  msw_writer_options storage;          /* tiles and n_threads do not count */
  uint64_t shard_bytes;                /* 0: MSW_SHARD_BYTES, or the cut that the folder has */
  msw_share share;
  const volatile sig_atomic_t *stop;   /* non-zero: end soon with MSW_INTERRUPTED; may be NULL */
} msw_shards_order;

typedef struct {
  msw_shards_order order;
  const char *folder;
  msw_cut cut;
  bool *done;                          /* [cut.n_shards] is known to be there and good; only shards of the share */
  uint64_t n_own, n_done;              /* shards of the share */
  uint64_t i_first;                    /* all of the share before this one are done */
  uint64_t n_cells, n_cells_done;      /* of the share */
  msw_block_counts *counts;            /* [plan->n_blocks], of the shards done */
  uint64_t i_claimed;                  /* while claimed */
  msw_lock claim;
  bool warned;                         /* of missing locks */
  msw_arena *arena;
} msw_shards;

/* Whether the order goes through a folder: several shards, several processes, or a folder that is in use. */
bool msw_shards_wanted(const msw_shards_order *order);

/* Makes the folder and its manifest, or finds that it holds parts of this very result: anything else is MSW_BAD_INPUT,
 * and notes say what differs. Temporary files of dead processes go. Shards of the share that are there are opened,
 * checked and counted; one that cannot be trusted is MSW_BAD_INPUT, never removed. */
msw_status msw_shards_open(const msw_shards_order *order, msw_arena *arena, msw_diag *diag, msw_shards *shards);

/* The next shard of the share that is neither there nor claimed. */
typedef enum {
  MSW_CLAIM_MINE,     /* *i_shard is to be built, then msw_shards_keep or msw_shards_drop */
  MSW_CLAIM_WAIT,     /* others build all that is left: ask again after a while */
  MSW_CLAIM_DONE,     /* all are there */
  MSW_CLAIM_FAILED    /* said in the diag, whose status tells more */
} msw_claim_result;
msw_claim_result msw_shards_claim(msw_shards *shards, msw_diag *diag, uint64_t *i_shard);
/* The claimed shard got its name; `counts` [n_blocks] are its own. */
void msw_shards_keep(msw_shards *shards, const msw_block_counts *counts);
void msw_shards_drop(msw_shards *shards);

/* ---- A folder as it lies there. ---- */

/* Finished shards, by their names alone; `paths` (may be NULL) in order of their numbers, in the arena. */
uint64_t msw_shards_list(const char *folder, msw_arena *arena, const char *const **paths);

/* The lock under which a folder's shards are merged; errno after MSW_LOCK_FAILED. */
msw_lock_result msw_shards_lock_merge(const char *folder, msw_lock *lock);
/* Is someone building a shard or merging? */
bool msw_shards_in_use(const char *folder);
/* A folder that nobody uses and nobody needs once the result `hash` is complete: its shards, or what a removal left. */
bool msw_shards_are_spent(const char *folder, const char *hash);
/* Removes the manifest first, then shards, claims and temporary files, then the folder; what is not ours stays, and the
 * folder with it, under a warning. What others hold stays silently: they remove it. A missing folder is fine. */
msw_status msw_shards_remove(const char *folder, msw_diag *diag);
/* The same once the result is there, whatever becomes of the shards: what hinders their removal is only a warning. */
void msw_shards_tidy(const char *folder, msw_diag *diag);
/* The same where nobody uses the folder, else MSW_BAD_INPUT. */
msw_status msw_shards_discard(const char *folder, msw_diag *diag);

#endif
