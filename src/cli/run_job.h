/* What the stages of `mfusweep run` share: the order that the command line and the sweep give, and a run on its way. */
#ifndef MSW_CLI_RUN_JOB_H
#define MSW_CLI_RUN_JOB_H

#include "context.h"
#include "msw/grid/plan.h"
#include "msw/grid/run.h"
#include "msw/inputs/spec.h"
#include "msw/output/provenance.h"
#include "msw/output/shards.h"
#include "msw/output/writer.h"

typedef struct {
  msw_data_options data;
  const char *spec, *output, *compress, *shard, *shard_bytes, *keepbits;
  int n_threads;
  bool fresh, dry_run, quiet, verbose, keep_shards, fletcher32;
  msw_opt_list sets, only;
} msw_run_order;

typedef struct {
  const msw_run_order *order;
  msw_context *ctx;
  msw_spec spec;
  msw_plan plan;
  const char *path, *folder;           /* of the result, of its shards */
  msw_writer_options storage;
  uint64_t shard_bytes;                /* 0: the usual, or what the folder has */
  msw_share share;
  const char *share_source;            /* "--shard", an environment variable; NULL without a share */
  int n_threads;
  msw_run_tables tables;
  msw_provenance provenance;
  const volatile sig_atomic_t *stop;
} msw_run_job;

/* ---- run_options.c ---- */
/* shard_bytes and share, and how the sweep document is to be edited before it is read. All mistakes are told. */
msw_status msw_run_read_options(msw_run_job *job, msw_spec_edits *edits);
/* storage, from the command line and the sweep. */
msw_status msw_run_choose_storage(msw_run_job *job);

/* ---- run_before.c ---- */
/* Limits, room and a writable place: all that forbids a run is said together. */
msw_status msw_run_check_feasible(const msw_run_job *job);
/* Looks at what lies at the result's place. *complete: it is this very result, and nothing is left to do. Anything else
 * there is refused, or removed with --fresh. */
msw_status msw_run_look_at_old(msw_run_job *job, bool *complete);
/* Is the result there by now, made by another process? Cheap while there is no file. */
bool msw_run_is_complete(const msw_run_job *job);
/* Room for what is still to be written. */
msw_status msw_run_check_place(const msw_run_job *job, uint64_t n_cells_left);

/* ---- run_tell.c ---- */
/* Passes on what was found where something ended with `status`, and returns the status to go on with. Where another
 * process has completed the result meanwhile, and perhaps removed what we missed, all is well and nothing is told. */
msw_status msw_run_tell(const msw_run_job *job, const msw_diag *found, msw_status status);

/* ---- run_tiles.c ---- */
/* Evaluates tiles (n 0: all) into a file, which gets its name when it is whole. `counts` [n_blocks] are theirs; the
 * progress goes on from n_cells_before. Problems name the result or its folder of shards, and nothing else. */
msw_status msw_run_tiles(msw_run_job *job, const char *path, msw_tile_range tiles, msw_progress *progress,
                         uint64_t n_cells_before, msw_block_counts *counts, unsigned long long *stored_bytes);
/* The whole result in one file. */
msw_status msw_run_direct(msw_run_job *job);

/* ---- run_shards.c ---- */
/* Shard after shard, as many processes as like; then one file of them, unless this process has a share only. */
msw_status msw_run_shards(msw_run_job *job);

/* ---- run_merge.c ---- */
/* Makes one file of the shards, all of which are there, or waits for the process that does. *merged: by this one. */
msw_status msw_run_merge(msw_run_job *job, unsigned long long *stored_bytes, bool *merged);
/* For waiting: a fraction of a second, less when a signal comes. */
void msw_run_pause(void);

#endif
