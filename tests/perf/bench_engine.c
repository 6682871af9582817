/* How fast is the engine, against the memory that it writes to? JSON on stdout, one object per scenario: medians of interleaved
 * pairs (evaluation, plain store loop over the same bytes) in one run, so that a machine whose speed wanders still gives a
 * ratio to quote. memset and non-temporal stores stand beside it.
 *   bench_engine [BYTES_PER_RUN] [PAIRS]      default 1 GiB, 7 pairs
 */
#include <emmintrin.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/log.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/grid/run.h"

enum { MAX_PAIRS = 99, MAX_FIELDS = 16 };

typedef struct { const char *name, *axes, *fields; int n_threads; } scenario;

/* One case each, large enough that a run of BYTES needs many tiles; "ragged" touches holes of the decode table. */
#define DECODE(method) "\"fixed\":{\"gpu\":\"h100\",\"model\":\"llama-2-7b-hf\",\"tp\":1,\"method\":" method "}," \
                       "\"axes\":{\"batch\":\"1:512\",\"kv_len\":\"1:16384:4\"}"
#define ONE_BATCH(batch) "\"fixed\":{\"gpu\":\"h100\",\"model\":\"llama-2-7b-hf\",\"tp\":1,\"method\":\"v2-interp\",\"batch\":" batch "}," \
                         "\"axes\":{\"kv_len\":\"1:4194304:4\"}"
#define MIXED(method) "\"fixed\":{\"gpu\":\"h100\",\"model\":\"llama-2-7b-hf\",\"tp\":1,\"method\":" method "}," \
                      "\"axes\":{\"batch\":\"1:64\",\"kv_len\":\"1024:65536:1024\",\"seq_len\":\"16:8192:16\"}"
static const char one_field[] = "[\"step_us\"]";
static const char six_fields[] = "[\"step_us\",\"prefill_us\",\"decode_us\",\"gemm_us\",\"attn_us\",\"memory_us\"]";

static const scenario scenarios[] = {
    {"decode v1-calibrated", DECODE("\"v1-calibrated\""), one_field, 1},
    {"decode v2-floor", DECODE("\"v2-floor\""), one_field, 1},
    {"decode v2-interp", DECODE("\"v2-interp\""), one_field, 1},
    {"decode v2-interp, six fields", DECODE("\"v2-interp\""), six_fields, 1},
    {"decode v2-interp, batch 1", ONE_BATCH("1"), one_field, 1},
    {"decode v2-interp, batch 512", ONE_BATCH("512"), one_field, 1},
    {"mixed v1-calibrated", MIXED("\"v1-calibrated\""), one_field, 1},
    {"mixed v2-floor", MIXED("\"v2-floor\""), one_field, 1},
    {"mixed v2-interp", MIXED("\"v2-interp\""), one_field, 1},
    {"mixed v2-interp, six fields", MIXED("\"v2-interp\""), six_fields, 1},
    {"mixed v2-interp, fused", MIXED("{\"base\":\"v2-interp\",\"mixed_rule\":\"fused\"}"), one_field, 1},
    {"decode v2-interp, all threads", DECODE("\"v2-interp\""), one_field, 0},
    {"mixed v2-interp, all threads", MIXED("\"v2-interp\""), one_field, 0},
};

typedef struct {
  msw_arena arena;
  msw_diag diag;
  msw_data_root data;
  msw_spec spec;
  msw_plan plan;
  msw_run_tables tables;
  msw_bound_case bound;
  msw_eval_scratch *scratch[256];
  char *buffers[MAX_FIELDS];   /* [n_tiles][chunk] each */
  uint64_t n_tiles;            /* that fit the buffers; tiles of the plan are taken in turn */
  int n_threads;
} bench;

static void stop_on_errors(const msw_diag *diag) {
  if (diag->n_errors == 0) return;
  msw_diag_print(diag, stderr, 20);
  exit(1);
}

static size_t chunk_bytes(const bench *b, size_t i_field) {
  const msw_plan_block *block = &b->plan.blocks[0];
  return (size_t)block->chunk_cells * msw_field_size(block->fields[i_field]->type);
}

static void prepare(const scenario *s, size_t bytes, bench *b) {
  const char *bench_dirs[] = {MSW_TEST_ROOT "/bench_data"};
  const char *text = msw_format(&b->arena, "{\"sweep\":1,\"name\":\"bench\",%s,\"fields\":%s}", s->axes, s->fields);
  msw_data_root_open(MSW_TEST_ROOT, bench_dirs, 1, &b->arena, &b->diag, &b->data);
  stop_on_errors(&b->diag);
  msw_spec_load_text(text, strlen(text), "bench", (msw_spec_edits){0}, &b->data, &b->arena, &b->diag, &b->spec);
  stop_on_errors(&b->diag);
  msw_plan_build(&b->spec, &b->arena, &b->diag, &b->plan);
  stop_on_errors(&b->diag);
  msw_run_load_tables(&b->plan, &b->data, &b->arena, &b->diag, &b->tables);
  stop_on_errors(&b->diag);
  const msw_plan_block *block = &b->plan.blocks[0];
  msw_bind_case(block, b->tables.of_block[0], 0, &b->bound);
  b->n_threads = s->n_threads > 0 ? s->n_threads : omp_get_max_threads();
  b->n_tiles = bytes / ((size_t)block->chunk_cells * block->cell_bytes);
  for (int i_thread = 0; i_thread < b->n_threads; i_thread++) b->scratch[i_thread] = msw_eval_scratch_new(block);
  const size_t page = 4096;
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) {
    size_t n_bytes = (b->n_tiles * chunk_bytes(b, i_field) + page - 1) / page * page;
    b->buffers[i_field] = aligned_alloc(page, n_bytes);
    if (!b->buffers[i_field]) msw_out_of_memory(n_bytes);
    memset(b->buffers[i_field], 1, n_bytes);   /* touch */
  }
}

static void release(bench *b) {
  for (int i_thread = 0; i_thread < b->n_threads; i_thread++) msw_eval_scratch_free(b->scratch[i_thread]);
  for (size_t i_field = 0; i_field < b->plan.blocks[0].n_fields; i_field++) free(b->buffers[i_field]);
  msw_bound_case_free(&b->bound);
  msw_spec_free(&b->spec);
  msw_diag_free(&b->diag);
  msw_arena_free(&b->arena);
}

/* ---- What is timed: one pass over all buffers, chunk by chunk. ---- */

typedef void (*chunk_work)(bench *b, uint64_t i_tile, int thread);

static void evaluate_chunk(bench *b, uint64_t i_tile, int thread) {
  const msw_plan_block *block = &b->plan.blocks[0];
  void *out[MAX_FIELDS];
  uint64_t flags[MSW_N_FLAGS] = {0}, n_evaluated = 0;
  msw_tile tile;
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    out[i_field] = b->buffers[i_field] + i_tile * chunk_bytes(b, i_field);
  msw_plan_tile(block, 0, i_tile % block->tiles_per_case, &tile);
  msw_eval_tile(block, &b->bound, &tile, b->scratch[thread], out, flags, &n_evaluated);
}

__attribute__((noinline)) static void store_floats(float *cells, size_t n, float value) {
  for (size_t i_cell = 0; i_cell < n; i_cell++) cells[i_cell] = value;
}

static void store_chunk(bench *b, uint64_t i_tile, int thread) {
  (void)thread;
  for (size_t i_field = 0; i_field < b->plan.blocks[0].n_fields; i_field++)
    store_floats((float *)(void *)(b->buffers[i_field] + i_tile * chunk_bytes(b, i_field)),
                 chunk_bytes(b, i_field) / sizeof(float), (float)i_tile);
}

static void memset_chunk(bench *b, uint64_t i_tile, int thread) {
  (void)thread;
  for (size_t i_field = 0; i_field < b->plan.blocks[0].n_fields; i_field++)
    memset(b->buffers[i_field] + i_tile * chunk_bytes(b, i_field), (int)i_tile, chunk_bytes(b, i_field));
}

static void stream_chunk(bench *b, uint64_t i_tile, int thread) {
  (void)thread;
  __m128i value = _mm_set1_epi32((int)i_tile);
  for (size_t i_field = 0; i_field < b->plan.blocks[0].n_fields; i_field++) {
    __m128i *cells = (__m128i *)(void *)(b->buffers[i_field] + i_tile * chunk_bytes(b, i_field));
    for (size_t i_vector = 0; i_vector < chunk_bytes(b, i_field) / sizeof value; i_vector++)
      _mm_stream_si128(cells + i_vector, value);
  }
  _mm_sfence();
}

static double time_pass(bench *b, chunk_work work) {
  double start_s = msw_now_s();
#pragma omp parallel for schedule(dynamic, 1) num_threads(b->n_threads)
  for (uint64_t i_tile = 0; i_tile < b->n_tiles; i_tile++) work(b, i_tile, omp_get_thread_num());
  return msw_now_s() - start_s;
}

static int by_value(const void *a, const void *b) {
  double p = *(const double *)a, q = *(const double *)b;
  return (p > q) - (p < q);
}

static double median(double *values, int n) {
  qsort(values, (size_t)n, sizeof *values, by_value);
  return values[n / 2];
}

static void measure(const scenario *s, size_t bytes, int n_pairs, bool last) {
  bench *b = msw_alloc_zero(1, sizeof *b);
  double eval_s[MAX_PAIRS], store_s[MAX_PAIRS], memset_s[MAX_PAIRS], stream_s[MAX_PAIRS], ratio[MAX_PAIRS];
  prepare(s, bytes, b);
  time_pass(b, evaluate_chunk);   /* warm-up */
  for (int i_pair = 0; i_pair < n_pairs; i_pair++) {
    eval_s[i_pair] = time_pass(b, evaluate_chunk);
    store_s[i_pair] = time_pass(b, store_chunk);
    memset_s[i_pair] = time_pass(b, memset_chunk);
    stream_s[i_pair] = time_pass(b, stream_chunk);
    ratio[i_pair] = store_s[i_pair] / eval_s[i_pair];
  }
  double cells = (double)b->n_tiles * (double)b->plan.blocks[0].chunk_cells;
  double gb = cells * (double)b->plan.blocks[0].cell_bytes / 1e9;
  printf("  {\"scenario\": \"%s\", \"threads\": %d, \"fields\": %zu, \"cells_per_s\": %.4g, \"eval_over_store\": %.3f, "
         "\"eval_gb_per_s\": %.2f, \"store_gb_per_s\": %.2f, \"memset_gb_per_s\": %.2f, \"stream_gb_per_s\": %.2f}%s\n",
         s->name, b->n_threads, b->plan.blocks[0].n_fields, cells / median(eval_s, n_pairs), median(ratio, n_pairs),
         gb / median(eval_s, n_pairs), gb / median(store_s, n_pairs), gb / median(memset_s, n_pairs),
         gb / median(stream_s, n_pairs), last ? "" : ",");
  fflush(stdout);
  release(b);
  free(b);
}

int main(int argc, char **argv) {
  uint64_t bytes = (uint64_t)1 << 30;
  int64_t n_pairs = 7;
  bool good = (argc < 2 || msw_parse_bytes(argv[1], &bytes)) && (argc < 3 || msw_parse_int(argv[2], &n_pairs));
  if (!good || n_pairs < 1 || n_pairs > MAX_PAIRS) {
    fprintf(stderr, "usage: bench_engine [BYTES_PER_RUN] [PAIRS]\n");
    return 2;
  }
  const size_t n_scenarios = sizeof scenarios / sizeof scenarios[0];
  puts("[");
  for (size_t i_scenario = 0; i_scenario < n_scenarios; i_scenario++)
    measure(&scenarios[i_scenario], bytes, (int)n_pairs, i_scenario + 1 == n_scenarios);
  puts("]");
  return 0;
}
