/* The memory that is filled: one buffer per field, written chunk by chunk at increasing addresses. */
#ifndef BENCH_BUFFERS_H
#define BENCH_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_MAX_FIELDS = 8, BENCH_CHUNK_CELLS = 131072 };   /* of sweep.h's blocks (docs/decisions/0004-chunks.md) */

typedef struct {
  size_t n_fields, chunk_cells;
  uint64_t n_chunks;                  /* of every field */
  float *cells[BENCH_MAX_FIELDS];     /* [n_chunks][chunk_cells] each, page-aligned */
} bench_buffers;

/* Room for n_chunks of every field; all pages are there afterwards. */
void bench_buffers_open(size_t n_fields, size_t chunk_cells, uint64_t n_chunks, bench_buffers *buffers);
/* As many chunks of BENCH_CHUNK_CELLS as n_bytes hold, at least one. */
void bench_buffers_fit(size_t n_bytes, size_t n_fields, bench_buffers *buffers);
void bench_buffers_close(bench_buffers *buffers);

static inline float *bench_chunk(const bench_buffers *buffers, size_t i_field, uint64_t i_chunk) {
  return buffers->cells[i_field] + i_chunk * buffers->chunk_cells;
}
static inline double bench_buffers_cells(const bench_buffers *buffers) {
  return (double)buffers->n_chunks * (double)buffers->chunk_cells;
}
static inline double bench_buffers_bytes(const bench_buffers *buffers) {
  return bench_buffers_cells(buffers) * (double)buffers->n_fields * (double)sizeof(float);
}

/* What evaluation is compared with: one pass over all buffers. Contenders of bench_series; context: a bench_fill. */
typedef struct { bench_buffers *buffers; int n_threads; bool cpu_clock; float value; } bench_fill;
double bench_fill_store(void *context);    /* a loop that stores a constant, as the compiler makes it */
double bench_fill_memset(void *context);
double bench_fill_stream(void *context);   /* stores that pass the caches by; negative where the CPU has none we know */

#endif
