/* `run` with compression against libdeflate alone: the same cells, the same chunks, shuffle and level 1, nothing written,
 * every byte given to libdeflate.
 * The target is one thread's rate times the threads: one thread compresses every n-th chunk, which takes as long as all
 * chunks would with n threads that do not get in each other's way.
 */
#include <libdeflate.h>
#include <omp.h>
#include <stdlib.h>

#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/str.h"
#include "parts.h"
#include "passes.h"
#include "tool_run.h"

enum { LEVEL = 1 };

typedef struct {
  const bench_buffers *buffers;   /* the cells, one field */
  int n_threads;
  uint64_t step;                  /* every step-th chunk */
  uint64_t stored_bytes;          /* of the last pass */
} plain_deflate;

/* HDF5's shuffle: the first bytes of all cells, then the second bytes, and so on. */
static void shuffle(const unsigned char *cells, size_t n_cells, unsigned char *out) {
  for (size_t i_byte = 0; i_byte < sizeof(float); i_byte++)
    for (size_t i_cell = 0; i_cell < n_cells; i_cell++)
      out[i_byte * n_cells + i_cell] = cells[i_cell * sizeof(float) + i_byte];
}

typedef struct { struct libdeflate_compressor *deflater; unsigned char *shuffled, *out; size_t cap; } worker;

static worker worker_new(size_t chunk_bytes) {
  worker w = {.deflater = libdeflate_alloc_compressor(LEVEL), .shuffled = msw_alloc(chunk_bytes)};
  if (!w.deflater) msw_out_of_memory(chunk_bytes);
  w.cap = libdeflate_zlib_compress_bound(w.deflater, chunk_bytes);
  w.out = msw_alloc(w.cap);
  return w;
}

static void worker_free(worker *w) {
  libdeflate_free_compressor(w->deflater);
  free(w->shuffled);
  free(w->out);
}

static double deflate_pass(void *context) {
  plain_deflate *job = context;
  const size_t n_cells = job->buffers->chunk_cells, chunk_bytes = n_cells * sizeof(float);
  worker *workers = msw_alloc_zero((size_t)job->n_threads, sizeof *workers);
  uint64_t n_bytes = 0;
  for (int i_thread = 0; i_thread < job->n_threads; i_thread++) workers[i_thread] = worker_new(chunk_bytes);
  double start_s = msw_now_s();
#pragma omp parallel for schedule(dynamic, 1) num_threads(job->n_threads) reduction(+ : n_bytes)
  for (uint64_t i_chunk = 0; i_chunk < job->buffers->n_chunks; i_chunk += job->step) {
    worker *w = &workers[omp_get_thread_num()];
    shuffle((const unsigned char *)bench_chunk(job->buffers, 0, i_chunk), n_cells, w->shuffled);
    n_bytes += libdeflate_zlib_compress(w->deflater, w->shuffled, chunk_bytes, w->out, w->cap);
  }
  double seconds = msw_now_s() - start_s;
  for (int i_thread = 0; i_thread < job->n_threads; i_thread++) worker_free(&workers[i_thread]);
  free(workers);
  job->stored_bytes = n_bytes;
  return n_bytes > 0 ? seconds : -1.0;
}

static const char series[] = "run --compress deflate";

static void report_rate(bench *b, const bench_contender *of, double gb) {
  bench_report_row(b->report, (bench_row){.part = BENCH_COMPRESS, .series = series, .subject = of->name, .metric = "rate",
                                          .unit = "GB/s", .stat = bench_rate(of, b->options->n_pairs, gb)});
}

/* Beside it stands what a run stores: the encoder trades some of that for time (src/formats/h5_noise.c). */
static void report_stored(bench *b, const char *subject, uint64_t n_bytes) {
  const double bytes_per_mb = 1e6;
  bench_report_row(b->report, (bench_row){.part = BENCH_COMPRESS, .series = series, .subject = subject, .metric = "stored",
                                          .unit = "MB", .stat = bench_one((double)n_bytes / bytes_per_mb)});
}

static void report_run(bench *b, const bench_contender *of, const bench_contender *ideal, const bench_contender *all,
                       double gb) {
  const double target = 0.9;
  const bench_tool_run *job = of->context;
  bench_row row = {.part = BENCH_COMPRESS, .series = series, .subject = of->name, .unit = "1"};
  if (!of->usable) {
    bench_report_missing(b->report, row.part, series, of->name, job->why);
    return;
  }
  report_rate(b, of, gb);
  row.metric = "run / libdeflate on all threads", row.stat = bench_speed_ratio(of, all, b->options->n_pairs);
  bench_report_row(b->report, row);
  row.metric = "run / libdeflate x threads", row.stat = bench_speed_ratio(of, ideal, b->options->n_pairs);
  row.target = (bench_target){BENCH_AT_LEAST, target};
  bench_report_row(b->report, row);
  report_stored(b, of->name, job->stored_bytes);
}

static void measure(bench *b, const bench_buffers *buffers, const char *text) {
  enum { IDEAL, ALL, WHOLE, ONE_SHARD, N };
  const double bytes_per_gb = 1e9, gb = bench_buffers_bytes(buffers) / bytes_per_gb;
  int n_threads = b->options->n_threads;
  plain_deflate ideal = {.buffers = buffers, .n_threads = 1, .step = (uint64_t)n_threads};
  plain_deflate all = {.buffers = buffers, .n_threads = n_threads, .step = 1};
  bench_tool_run whole = {.b = b, .compress = "deflate", .out = msw_join_path(&b->arena, b->work, "compress.h5"),
                          .sweep = bench_tool_sweep_file(b, "compress.json", text)};
  bench_tool_run one_shard = whole;
  one_shard.more[0] = "--shard-bytes", one_shard.more[1] = "1T";
  const char *ideal_name = msw_format(&b->arena, "libdeflate alone, 1 thread x %d", n_threads);
  bench_contender contenders[N] = {
      [IDEAL] = {.name = ideal_name, .pass = deflate_pass, .context = &ideal},
      [ALL] = {.name = "libdeflate alone, all threads", .pass = deflate_pass, .context = &all},
      [WHOLE] = {.name = "the whole run", .pass = bench_tool_run_pass, .context = &whole},
      [ONE_SHARD] = {.name = "one shard, renamed", .pass = bench_tool_run_pass, .context = &one_shard}};
  bench_series(contenders, N, b->options->n_pairs);
  report_rate(b, &contenders[IDEAL], gb);
  report_rate(b, &contenders[ALL], gb);
  report_stored(b, contenders[ALL].name, all.stored_bytes);
  report_run(b, &contenders[WHOLE], &contenders[IDEAL], &contenders[ALL], gb);
  report_run(b, &contenders[ONE_SHARD], &contenders[IDEAL], &contenders[ALL], gb);
  bench_series_free(contenders, N);
}

/* The cells come from the engine itself; the executable evaluates the same sweep into the same chunks. */
void bench_part_compress(bench *b) {
  const double cells = (double)b->options->bytes / (double)sizeof(float);
  if (!bench_has_room(b, BENCH_COMPRESS, series, 2.0 * (double)b->options->bytes)) return;
  const char *text = bench_tool_sweep_text(&b->arena, cells, 1);
  bench_buffers buffers;
  bench_sweep sweep;
  bench_sweep_open(b->options, b->tables, text, &sweep);
  uint64_t n_tiles = sweep.block->n_cases * sweep.block->tiles_per_case;
  bench_buffers_open(1, (size_t)sweep.block->chunk_cells, n_tiles, &buffers);
  bench_eval eval = {.sweep = &sweep, .buffers = &buffers, .n_threads = b->options->n_threads};
  if (bench_eval_pass(&eval) >= 0.0) measure(b, &buffers, text);
  else bench_report_missing(b->report, BENCH_COMPRESS, series, "all", bench_eval_refusal(&eval, &b->arena));
  bench_sweep_close(&sweep);
  bench_buffers_close(&buffers);
}
