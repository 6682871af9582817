/* Buffers and the three ways to fill them without computing anything. */
#include "buffers.h"

#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "clock.h"
#include "msw/base/mem.h"

void bench_buffers_open(size_t n_fields, size_t chunk_cells, uint64_t n_chunks, bench_buffers *buffers) {
  const size_t page = 4096, wanted = (size_t)n_chunks * chunk_cells * sizeof(float);
  const size_t n_bytes = (wanted + page - 1) / page * page;
  *buffers = (bench_buffers){.n_fields = n_fields, .chunk_cells = chunk_cells, .n_chunks = n_chunks};
  for (size_t i_field = 0; i_field < n_fields; i_field++) {
    buffers->cells[i_field] = aligned_alloc(page, n_bytes);
    if (!buffers->cells[i_field]) msw_out_of_memory(n_bytes);
    memset(buffers->cells[i_field], 1, n_bytes);   /* every page is touched here, not in a pass */
  }
}

void bench_buffers_fit(size_t n_bytes, size_t n_fields, bench_buffers *buffers) {
  uint64_t n_chunks = n_bytes / (BENCH_CHUNK_CELLS * sizeof(float) * n_fields);
  bench_buffers_open(n_fields, BENCH_CHUNK_CELLS, n_chunks > 0 ? n_chunks : 1, buffers);
}

void bench_buffers_close(bench_buffers *buffers) {
  for (size_t i_field = 0; i_field < buffers->n_fields; i_field++) free(buffers->cells[i_field]);
  *buffers = (bench_buffers){0};
}

typedef void (*fill_chunk)(float *cells, size_t n, float value);

__attribute__((noinline)) static void store_chunk(float *cells, size_t n, float value) {
  for (size_t i_cell = 0; i_cell < n; i_cell++) cells[i_cell] = value;
}

__attribute__((noinline)) static void memset_chunk(float *cells, size_t n, float value) {
  memset(cells, (int)value, n * sizeof *cells);
}

#if defined(__SSE2__)
__attribute__((noinline)) static void stream_chunk(float *cells, size_t n, float value) {
  const size_t width = sizeof(__m128) / sizeof(float);   /* chunks are multiples of it */
  for (size_t i_cell = 0; i_cell < n; i_cell += width) _mm_stream_ps(cells + i_cell, _mm_set1_ps(value));
  _mm_sfence();
}
#endif

/* Chunks in the order in which evaluation writes them: all fields of one, then the next. */
static double fill(bench_fill *job, fill_chunk fill_one) {
  const bench_buffers *buffers = job->buffers;
  const float value = job->value;
  double start_s = bench_now_s(job->cpu_clock);
#pragma omp parallel for schedule(dynamic, 1) num_threads(job->n_threads)
  for (uint64_t i_chunk = 0; i_chunk < buffers->n_chunks; i_chunk++)
    for (size_t i_field = 0; i_field < buffers->n_fields; i_field++)
      fill_one(bench_chunk(buffers, i_field, i_chunk), buffers->chunk_cells, value);
  double seconds = bench_now_s(job->cpu_clock) - start_s;
  job->value = value < 100.0F ? value + 1.0F : 1.0F;
  return seconds;
}

double bench_fill_store(void *context) { return fill(context, store_chunk); }
double bench_fill_memset(void *context) { return fill(context, memset_chunk); }

double bench_fill_stream(void *context) {
#if defined(__SSE2__)
  return fill(context, stream_chunk);
#else
  (void)context;
  return -1.0;
#endif
}
