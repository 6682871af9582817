/* The made-up world with InferSim's constants in round numbers: 100 TFLOP/s for 16 bits, 200 for 8, 1 TB/s, links of 1000 and
 * 100 GiB/s, default MFU .5 and .9, nothing for the scheduler. GEMM and attention rows are each test's own.
 *
 * Per GPU at tp 1: qkv [1000, 1400], o [1000, 1000], ffn looked up at [1000, 8000]; 12e6 weights of the feed-forward. */
#ifndef MSW_TEST_INFERSIM_WORLD_H
#define MSW_TEST_INFERSIM_WORLD_H

#include "made_case.h"
#include "msw/perf/infersim.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const double eps = 1e-12;
/* What the published units make of the knobs below. */
static const double peak_16bit = 1e14, peak_8bit = 2e14, bandwidth = 1e12, gib = 1024.0 * 1024.0 * 1024.0;
static const msw_attention_shape toy_shape = {10, 2, 100, 1};

static inline void infersim_use(made_world *world) {
  made_use(world, "infersim");
  msw_knobs *knobs = &world->knobs;
  const double tflop = 1024e9;
  knobs->peak_16bit_tflops = peak_16bit / tflop;
  knobs->peak_8bit_tflops = peak_8bit / tflop;
  knobs->mem_bw_gib_per_s = bandwidth / gib;
  knobs->intra_node_gib_per_s = 1000.0;
  knobs->inter_node_gib_per_s = 100.0;
  knobs->default_mfu = 0.5;
  knobs->prefill_scheduler_us = knobs->decode_scheduler_us = 0.0;
  world->set.n_tables = 0;
}

static inline int infersim_setup(void **state) {
  made_setup(state);
  infersim_use(*state);
  return 0;
}

static inline void add_table(made_world *world, msw_kernel_table table) { world->tables[world->set.n_tables++] = table; }

#endif
