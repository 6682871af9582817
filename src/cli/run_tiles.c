/* Tiles into a file: the writer's life around one msw_run. */
#include "run_job.h"
#include "run_summary.h"

/* The writer's sink, and how many cells went through it. */
typedef struct { msw_sink writer; msw_progress *progress; uint64_t n_before, n_done; } counting_sink;

static void encode(void *context, int thread, size_t i_block, size_t i_field, const void *cells, size_t n_bytes) {
  const msw_sink *writer = &((counting_sink *)context)->writer;
  writer->encode(writer->context, thread, i_block, i_field, cells, n_bytes);
}

static msw_status commit(void *context, int thread, size_t i_block, const msw_tile *tile) {
  counting_sink *sink = context;
  msw_status status = sink->writer.commit(sink->writer.context, thread, i_block, tile);
  if (status != MSW_OK) return status;
  sink->n_done += tile->n_cells;
  msw_progress_at(sink->progress, sink->n_before + sink->n_done);
  return MSW_OK;
}

static msw_status fill(msw_run_job *job, msw_writer *writer, msw_tile_range tiles, counting_sink *counting,
                       msw_block_counts *counts) {
  counting->writer = msw_writer_sink(writer);
  const msw_sink sink = {.context = counting, .encode = encode, .commit = commit, .reduce = counting->writer.reduce};
  const msw_run_options how = {.n_threads = job->n_threads, .tiles = tiles, .stop = job->stop};
  uint64_t n_wanted = tiles.n > 0 ? msw_tiles_cells(&job->plan, tiles) : job->plan.n_cells;
  msw_status status = msw_run(&job->plan, &job->tables, &sink, &how, counts);
  /* Too late a signal: what is complete is kept. */
  return status == MSW_INTERRUPTED && counting->n_done == n_wanted ? MSW_OK : status;
}

msw_status msw_run_tiles(msw_run_job *job, const char *path, msw_tile_range tiles, msw_progress *progress,
                         uint64_t n_cells_before, msw_block_counts *counts, unsigned long long *stored_bytes) {
  msw_diag found = {0};
  msw_writer_options how = job->storage;
  how.n_threads = job->n_threads;
  how.tiles = tiles;
  how.stop = job->stop;
  counting_sink counting = {.progress = progress, .n_before = n_cells_before};
  msw_writer *writer = msw_writer_open(path, &job->plan, &job->provenance, how, &found);
  msw_status status = writer ? fill(job, writer, tiles, &counting, counts) : MSW_FAILED;
  if (writer && status == MSW_OK) status = msw_writer_finish(writer, counts, stored_bytes);
  else msw_writer_abort(writer);
  if (!writer) status = found.status;
  status = msw_run_tell(job, &found, status);
  msw_diag_free(&found);
  return status;
}

msw_status msw_run_direct(msw_run_job *job) {
  msw_block_counts *counts = msw_arena_array(&job->ctx->arena, job->plan.n_blocks, sizeof *counts);
  msw_run_summary summary = {.path = job->path, .plan = &job->plan, .tables = &job->tables, .counts = counts,
                             .n_cells_computed = job->plan.n_cells, .n_threads = job->n_threads};
  msw_progress progress;
  msw_writer_clean_stale(job->path);
  double start_s = msw_now_s();
  msw_progress_start(&progress, job->plan.n_cells);
  const msw_tile_range all = {0, 0};
  msw_status status = msw_run_tiles(job, job->path, all, &progress, 0, counts, &summary.stored_bytes);
  msw_progress_end(&progress);
  summary.seconds = msw_now_s() - start_s;
  if (status == MSW_OK) msw_run_summary_print(&summary);
  if (status == MSW_INTERRUPTED) msw_log_loud("interrupted: %s was not written", job->path);
  return status;
}
