/* Cells on their way into the file: encoded by every thread for itself, written in tile order by one at a time. */
#include "writer_parts.h"

#include <stdlib.h>
#include <string.h>

static size_t most_fields(const msw_plan *plan) {
  size_t most = 0;
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++)
    if (plan->blocks[i_block].n_fields > most) most = plan->blocks[i_block].n_fields;
  return most;
}

void msw_threads_start(msw_writer *writer) {
  size_t n_threads = (size_t)writer->options.n_threads, n_fields = most_fields(writer->plan);
  writer->threads = msw_arena_array(&writer->arena, n_threads, sizeof *writer->threads);
  for (size_t i_thread = 0; i_thread < n_threads; i_thread++) {
    msw_writer_thread *thread = &writer->threads[i_thread];
    thread->fields = msw_arena_array(&writer->arena, n_fields, sizeof *thread->fields);
    if (writer->options.deflate) thread->encoder = msw_h5_encoder_new(writer->options.deflate_level);
  }
}

void msw_threads_end(msw_writer *writer) {
  if (!writer->threads) return;
  size_t n_fields = most_fields(writer->plan);
  for (int i_thread = 0; i_thread < writer->options.n_threads; i_thread++) {
    msw_writer_thread *thread = &writer->threads[i_thread];
    for (size_t i_field = 0; i_field < n_fields; i_field++) free(thread->fields[i_field].bytes);
    msw_h5_encoder_free(thread->encoder);
  }
}

static void encode(void *context, int thread, size_t i_block, size_t i_field, const void *cells, size_t n_bytes) {
  msw_writer *writer = context;
  msw_h5_encoder *encoder = writer->threads[thread].encoder;
  msw_stored_chunk *chunk = &writer->threads[thread].fields[i_field];
  size_t cell_bytes = msw_field_size(writer->plan->blocks[i_block].fields[i_field]->type);
  size_t bound = encoder ? msw_h5_encode_bound(encoder, n_bytes) : n_bytes;
  chunk->bytes = msw_grow(chunk->bytes, &chunk->cap, bound, 1);
  if (encoder) {
    chunk->n = msw_h5_encode(encoder, cells, n_bytes, cell_bytes, chunk->bytes);
  } else {
    memcpy(chunk->bytes, cells, n_bytes);   /* the caller may refill its cells before commit */
    chunk->n = n_bytes;
  }
}

static msw_status commit(void *context, int thread, size_t i_block, const msw_tile *tile) {
  msw_writer *writer = context;
  size_t n_fields = writer->plan->blocks[i_block].n_fields;
  msw_status status = MSW_OK;
  for (size_t i_field = 0; i_field < n_fields && status == MSW_OK; i_field++) {
    const msw_stored_chunk *chunk = &writer->threads[thread].fields[i_field];
    status = msw_h5_write_chunk(writer->datasets[i_block][i_field], tile->start, chunk->bytes, chunk->n, writer->diag);
  }
  return status;
}

msw_sink msw_writer_sink(msw_writer *writer) {
  return (msw_sink){.context = writer, .encode = encode, .commit = commit};
}
