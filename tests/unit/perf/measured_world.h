/* A GPU, a model and latencies of round numbers for the method `measured`.
 *
 *   GPU: 100 TFLOP/s, 1 TB/s, 100 SMs; knobs: bandwidth efficiency .5 (2e-6 us/byte), sustained fraction .5
 *   model: 10 layers, hidden 1000, 10 heads of 100 on 2 KV heads, MLP 4000, vocabulary 5000, bf16
 *   GEMM of n x k: 10 us + m n k / 1e8; attention of 10 heads: decode 5 us + requests * KV tokens / 500,
 *   prefill 4 us + requests * tokens / 100
 */
#ifndef MEASURED_WORLD_H
#define MEASURED_WORLD_H

#include "made_latency.h"
#include "measured_parts.h"
#include "msw/perf/method.h"
#include "msw/perf/step.h"

typedef struct {
  made_latency made;   /* first: its teardown frees all */
  msw_model model;
  msw_knobs knobs;
  msw_kernel_set set;
  double tp;
} measured_world;

static inline void world_gemm(measured_world *world, int64_t n, int64_t k) {
  static const double m[] = {1, 8, 16, 64, 1024, 8192};
  made_point points[sizeof m / sizeof *m];
  for (size_t i_m = 0; i_m < sizeof m / sizeof *m; i_m++)
    points[i_m] = (made_point){1, m[i_m], 10 + m[i_m] * (double)(n * k) / 1e8};
  made_add(&world->made, (msw_latency_key){.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = n, .k = k}, points, sizeof m / sizeof *m);
}

static inline void world_attention(measured_world *world, msw_latency_kind kind, int64_t heads, int64_t kv_heads) {
  static const double batch[] = {1, 4, 16}, len[] = {1, 64, 256, 1024, 4096};
  enum { N_BATCH = sizeof batch / sizeof *batch, N_LEN = sizeof len / sizeof *len };
  const bool is_decode = kind == MSW_LATENCY_DECODE;
  made_point points[N_BATCH * N_LEN];
  for (size_t i = 0; i < N_BATCH * N_LEN; i++) {
    const double y = batch[i / N_LEN], x = len[i % N_LEN];
    points[i] = (made_point){y, x, is_decode ? 5 + y * x / 500 : 4 + y * x / 100};
  }
  made_add(&world->made, (msw_latency_key){.kind = kind, .dtype = MSW_BF16, .kv_dtype = MSW_BF16, .num_heads = heads,
                                           .num_kv_heads = kv_heads, .head_dim = 100}, points, N_BATCH * N_LEN);
}

static inline int world_setup(void **state) {
  measured_world *world = msw_alloc_zero(1, sizeof *world);
  world->made.gpu = (msw_gpu){.name = "made", .mem_bw_bytes_per_s = 1e12, .mem_gib = 64, .n_sm = 100};
  world->made.gpu.peak_flop_per_s[MSW_BF16] = world->made.gpu.peak_flop_per_s[MSW_FP16] = 1e14;
  world->model = (msw_model){.name = "toy", .num_layers = 10, .hidden_size = 1000, .num_heads = 10, .num_kv_heads = 2,
                             .head_dim = 100, .intermediate_size = 4000, .vocab_size = 5000, .torch_dtype = MSW_BF16};
  msw_preset_find("measured")->set(&world->knobs);
  world->knobs.bw_efficiency = world->knobs.sustained_gemm_fraction = 0.5;
  world->knobs.small_kernel_us = 2.0;
  world->knobs.step_overhead_us = 100.0;
  world->knobs.chain_gb_per_s = world->knobs.chain_queue_share = world->knobs.cached_scan_ns_per_tok = 0.0;
  world->knobs.usable_memory_fraction = 0.9;
  world->knobs.graph_max_tok = 512.0;
  world->tp = 1.0;
  *state = world;
  return 0;
}

/* What the model runs at tp 1. */
static inline void world_tables(measured_world *world) {
  static const int64_t shapes[][2] = {{1400, 1000}, {1000, 1000}, {8000, 1000}, {1000, 4000}, {5000, 1000}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) world_gemm(world, shapes[i][0], shapes[i][1]);
  world_attention(world, MSW_LATENCY_DECODE, 10, 2);
  world_attention(world, MSW_LATENCY_PREFILL, 10, 2);
}

/* Completes the latencies on the first call, and binds what the world says by now. */
static inline msw_case world_bind(measured_world *world) {
  if (!world->made.surfaces) made_done(&world->made);
  world->set = (msw_kernel_set){.gpu = &world->made.gpu, .latencies = &world->made.set, .surfaces = world->made.surfaces};
  const msw_case_key key = {.gpu = &world->made.gpu, .model = &world->model, .tp = world->tp, .family = MSW_FAMILY_MEASURED,
                            .knobs = &world->knobs, .tables = &world->set};
  msw_case bound;
  msw_case_bind(&key, &world->made.arena, &bound);
  return bound;
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, world_setup, made_teardown)

#endif
