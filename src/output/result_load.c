/* Chunks on their way into memory: fetched under the lock, decoded outside of it. */
#include <inttypes.h>
#include <string.h>

#include "msw/base/str.h"
#include "result_walk.h"

void msw_walk_end(msw_walk *walk, msw_status status) {
  if (walk->status == MSW_OK) walk->status = status;
  atomic_store(&walk->is_over, true);
}

/* Where the chunk of a stream for a box begins; its number in the block. */
static uint64_t locate(const msw_walk *walk, const msw_scan_stream *stream, const uint64_t *chunk_at, uint64_t *start) {
  const msw_result_block *block = walk->order->block;
  uint64_t i_chunk = 0;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    const uint64_t chunk = block->chunk[i_dim], n_along = (block->dims[i_dim] + chunk - 1) / chunk;
    const uint64_t at = stream->pinned_dim == (int)i_dim ? stream->pinned_at / chunk : chunk_at[i_dim];
    start[i_dim] = at * chunk;
    i_chunk = i_chunk * n_along + at;
  }
  return i_chunk;
}

/* Cells of a chunk: all of it as it is stored, which reaches over the edge; what libhdf5 reads, does not. */
static size_t lay_out(const msw_walk *walk, msw_walk_chunk *chunk, uint64_t *count) {
  const msw_result_block *block = walk->order->block;
  uint64_t n = 1;
  for (size_t i_dim = block->rank; i_dim-- > 0;) {
    const uint64_t left = block->dims[i_dim] - chunk->start[i_dim];
    count[i_dim] = chunk->variable->is_raw || left > block->chunk[i_dim] ? block->chunk[i_dim] : left;
    chunk->stride[i_dim] = n;
    n *= count[i_dim];
  }
  return (size_t)n;
}

/* With the mutex held. */
static msw_status fetch(msw_walk *walk, msw_walk_worker *worker, msw_walk_chunk *chunk, const uint64_t *count) {
  size_t i_file = 0;
  msw_h5 dataset = MSW_H5_NONE;
  const msw_result_variable *variable = chunk->variable;
  chunk->is_there = msw_result_file_of(walk->files, walk->source, chunk->i_chunk, &i_file);
  if (!chunk->is_there) return MSW_OK;
  msw_status status = msw_result_dataset(walk->files, i_file, variable, walk->diag, &dataset);
  if (status != MSW_OK) return status;
  if (!variable->is_raw)
    return msw_h5_read_slab(dataset, ".", MSW_H5_F64, walk->order->block->rank, chunk->start, count, chunk->cells, walk->diag);
  status = msw_h5_fetch_chunk(dataset, chunk->start, walk->diag, &worker->stored);
  chunk->is_there = worker->stored.n > 0;
  return status;
}

static void refuse(msw_walk *walk, const msw_walk_chunk *chunk, const char *problem) {
  size_t i_file = 0;
  (void)msw_result_file_of(walk->files, walk->source, chunk->i_chunk, &i_file);
  pthread_mutex_lock(&walk->files->mutex);
  const char *offset = "";
  for (size_t i_dim = 0; i_dim < walk->order->block->rank; i_dim++)
    offset = msw_format(&walk->diag->arena, "%s%s%" PRIu64, offset, i_dim ? ", " : "", chunk->start[i_dim]);
  if (walk->status == MSW_OK)
    msw_fail(walk->diag, msw_file_loc(walk->diag, walk->files->items[i_file].path), "the chunk of '%s' at [%s] is damaged: %s",
             chunk->variable->path, offset, problem);
  msw_walk_end(walk, MSW_FAILED);
  pthread_mutex_unlock(&walk->files->mutex);
}

static msw_status load(msw_walk *walk, msw_walk_worker *worker, msw_walk_chunk *chunk) {
  uint64_t count[MSW_H5_MAX_RANK];
  const msw_result_variable *variable = chunk->variable;
  chunk->type = variable->is_raw ? variable->storage.type : MSW_H5_F64;
  const size_t n_bytes = lay_out(walk, chunk, count) * msw_h5_type_size(chunk->type);
  chunk->cells = msw_grow(chunk->cells, &chunk->cap, n_bytes, 1);
  pthread_mutex_lock(&walk->files->mutex);
  msw_status status = walk->status;   /* whoever failed first has said why */
  if (status == MSW_OK) status = fetch(walk, worker, chunk, count);
  if (status != MSW_OK) msw_walk_end(walk, status);
  pthread_mutex_unlock(&walk->files->mutex);
  if (status != MSW_OK || !chunk->is_there || !variable->is_raw) return status;
  const char *problem = msw_h5_decode(worker->decoder, &variable->storage, &worker->stored, chunk->cells, n_bytes);
  if (!problem) return MSW_OK;
  refuse(walk, chunk, problem);
  return MSW_FAILED;
}

/* Streams of one field with other pins may lie in the same chunk, and one pinned far away stays where it is. */
msw_status msw_walk_load(msw_walk *walk, msw_walk_worker *worker, size_t i_stream, const uint64_t *chunk_at,
                         const msw_walk_chunk **chunk) {
  uint64_t start[MSW_H5_MAX_RANK];
  const msw_result_variable *variable = walk->variables[i_stream];
  const uint64_t i_chunk = locate(walk, &walk->order->streams[i_stream], chunk_at, start);
  for (size_t i_other = 0; i_other <= i_stream; i_other++) {
    *chunk = &worker->chunks[i_other];
    if ((*chunk)->variable == variable && (*chunk)->i_chunk == i_chunk) return MSW_OK;
  }
  msw_walk_chunk *own = &worker->chunks[i_stream];
  own->variable = variable;
  own->i_chunk = i_chunk;
  memcpy(own->start, start, sizeof start[0] * walk->order->block->rank);
  msw_status status = load(walk, worker, own);
  if (status != MSW_OK) own->variable = NULL;
  *chunk = own;
  return status;
}
