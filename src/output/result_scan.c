/* Going over a result by all threads: each takes the next chunk that holds a selected cell, in the order of the file. */
#include "msw/output/result_scan.h"

#include <omp.h>
#include <stdlib.h>

#include "result_walk.h"

static void worker_init(const msw_walk *walk, msw_walk_worker *worker) {
  const size_t n_streams = walk->order->n_streams;
  *worker = (msw_walk_worker){.decoder = msw_h5_decoder_new(), .chunks = msw_alloc_zero(n_streams, sizeof *worker->chunks),
                              .values = msw_alloc_zero(n_streams, sizeof *worker->values)};
}

static void worker_free(const msw_walk *walk, msw_walk_worker *worker) {
  for (size_t i_stream = 0; i_stream < walk->order->n_streams; i_stream++) {
    free(worker->chunks[i_stream].cells);
    free(worker->values[i_stream]);
  }
  free(worker->chunks);
  free(worker->values);
  free(worker->stored.bytes);
  free(worker->inner);
  msw_h5_decoder_free(worker->decoder);
}

/* Room for the values of a piece: the first of a box is the largest. */
static void make_room(const msw_walk *walk, msw_walk_worker *worker, size_t n_cells) {
  if (n_cells <= worker->values_cap) return;
  for (size_t i_stream = 0; i_stream < walk->order->n_streams; i_stream++)
    worker->values[i_stream] = msw_realloc(worker->values[i_stream], n_cells * sizeof *worker->values[i_stream]);
  worker->values_cap = n_cells;
}

static void end(msw_walk *walk, msw_status status) {
  pthread_mutex_lock(&walk->files->mutex);
  msw_walk_end(walk, status);
  pthread_mutex_unlock(&walk->files->mutex);
}

static bool is_over(msw_walk *walk) {
  if (walk->order->stop && *walk->order->stop) end(walk, MSW_INTERRUPTED);
  return atomic_load(&walk->is_over);
}

static void do_box(msw_walk *walk, msw_walk_worker *worker, uint64_t i_box, size_t i_thread) {
  msw_scan_piece box, piece;
  uint64_t chunk_at[MSW_H5_MAX_RANK];
  const msw_walk_chunk *chunks[MSW_SCAN_MAX_STREAMS];
  msw_walk_box(walk, i_box, &box, chunk_at);
  box.i_thread = i_thread;
  for (size_t i_stream = 0; i_stream < walk->order->n_streams; i_stream++)
    if (msw_walk_load(walk, worker, i_stream, chunk_at, &chunks[i_stream]) != MSW_OK) return;
  for (size_t i_piece = 0; msw_walk_piece(&box, walk->order->block->rank, i_piece, &piece) && !is_over(walk); i_piece++) {
    make_room(walk, worker, piece.n_cells);
    for (size_t i_stream = 0; i_stream < walk->order->n_streams; i_stream++)
      msw_walk_gather(walk, worker, i_stream, chunks[i_stream], &piece);
    piece.values = (const double *const *)worker->values;
    if (!walk->visit(walk->context, &piece)) end(walk, MSW_FAILED);
  }
}

static void do_boxes(msw_walk *walk) {
  msw_walk_worker worker;
  worker_init(walk, &worker);
  while (!is_over(walk)) {
    const uint64_t i_box = atomic_fetch_add(&walk->next, 1);
    if (i_box >= walk->n_boxes) break;
    do_box(walk, &worker, i_box, (size_t)omp_get_thread_num());
  }
  worker_free(walk, &worker);
}

static int threads_for(const msw_walk *walk) {
  const int wanted = walk->order->n_threads > 0 ? walk->order->n_threads : 1;
  return walk->n_boxes < (uint64_t)wanted ? (int)walk->n_boxes : wanted;
}

msw_status msw_result_scan(const msw_scan *scan, msw_scan_visit *visit, void *context, msw_diag *diag) {
  msw_arena scratch = {0};
  const msw_result_source *source = &scan->result->files->sources[scan->block - scan->result->blocks];
  const msw_result_variable *variables[MSW_SCAN_MAX_STREAMS];
  msw_walk walk = {.order = scan, .files = scan->result->files, .source = source, .variables = variables, .visit = visit,
                   .context = context, .diag = diag};
  for (size_t i_stream = 0; i_stream < scan->n_streams; i_stream++)
    variables[i_stream] = &source->variables[scan->streams[i_stream].field - scan->block->fields];
  msw_walk_cut(&walk, &scratch);
  if (walk.n_boxes > 0) {
#pragma omp parallel num_threads(threads_for(&walk))
    do_boxes(&walk);
  }
  msw_arena_free(&scratch);
  return walk.status;
}
