/* A made-up GPU, model and tables. */
#include "made_case.h"

#include <stdlib.h>

#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const double peak_flop_per_s = 1e14;
static const msw_attention_shape shape_tp1 = {10, 2, 100, 1}, shape_tp2 = {10, 2, 100, 2};

msw_knobs made_knobs(const char *preset) {
  msw_knobs knobs;
  msw_preset_find(preset)->set(&knobs);
  knobs.bw_efficiency = 0.5;
  knobs.per_layer_overhead_us = 10.0;
  knobs.step_overhead_us = 1000.0;
  knobs.all_reduce_latency_us = 5.0;
  knobs.mfu_prefill = 0.5;
  knobs.mfu_prefill_multiplier = 1.0;
  knobs.mfu_decode = 0.1;
  knobs.mfu_decode_multiplier = 2.0;
  knobs.tp_scaling_exponent = 0.5;
  knobs.decode_tp_scaling_exponent = 2.0;
  knobs.prefill_bw_factor = 0.8;
  knobs.decode_bw_factor = 0.5;
  knobs.vector_peak_fraction = 0.1;
  knobs.prefill_overhead_us = 300.0;
  knobs.mixed_prefill_overhead_us = 100.0;
  return knobs;
}

static void make_tables(made_world *world) {
  static const made_gemm_row gemm[] = {
      {10, 1000, 1000, 0.1},  {100, 1000, 1000, 0.5}, {1000, 1000, 1000, 0.8}, {10, 1000, 4000, 0.1},
      {100, 1000, 4000, 0.5}, {1000, 1000, 4000, 0.8}, {10, 4000, 1000, 0.1},  {100, 4000, 1000, 0.5},
      {1000, 4000, 1000, 0.8},
  };
  static const made_prefill_row prefill[] = {{512, 0.25}, {1024, 0.5}, {2048, 0.5}};
  static const made_decode_row tp1[] = {{1, 512, 0.01}, {1, 1024, 0.02}, {8, 512, 0.04}, {8, 1024, 0.08}};
  static const made_decode_row tp2[] = {{1, 512, 0.005}, {1, 1024, 0.01}, {8, 512, 0.02}, {8, 1024, 0.04}};
  world->tables[0] = made_gemm(&world->arena, peak_flop_per_s, gemm, COUNT(gemm));
  world->tables[1] = made_prefill(&world->arena, peak_flop_per_s, shape_tp1, prefill, COUNT(prefill));
  world->tables[2] = made_decode(&world->arena, peak_flop_per_s, shape_tp1, tp1, COUNT(tp1));
  world->tables[3] = made_decode(&world->arena, peak_flop_per_s, shape_tp2, tp2, COUNT(tp2));
  world->set = (msw_kernel_set){.gpu = &world->gpu, .tables = world->tables, .n_tables = COUNT(world->tables)};
}

int made_setup(void **state) {
  static const char *const aliases[] = {"m1"};
  made_world *world = msw_alloc_zero(1, sizeof *world);
  world->gpu = (msw_gpu){.name = "made", .aliases = aliases, .n_aliases = 1, .mem_bw_bytes_per_s = 1e12, .mem_gib = 64};
  world->gpu.mem_bytes = world->gpu.mem_gib * 1024.0 * 1024.0 * 1024.0;
  world->gpu.peak_flop_per_s[MSW_BF16] = world->gpu.peak_flop_per_s[MSW_FP16] = peak_flop_per_s;
  world->gpu.peak_flop_per_s[MSW_FP8] = 2.0 * peak_flop_per_s;
  world->model = (msw_model){.name = "toy", .num_layers = 10, .hidden_size = 1000, .num_heads = 10, .num_kv_heads = 2,
                             .head_dim = 100, .intermediate_size = 4000, .vocab_size = 5000,
                             .max_position_embeddings = 4096, .torch_dtype = MSW_BF16};
  make_tables(world);
  world->tp = 1.0;
  made_use(world, "v2-interp");
  *state = world;
  return 0;
}

int made_teardown(void **state) {
  made_world *world = *state;
  msw_arena_free(&world->arena);
  msw_diag_free(&world->diag);
  free(world);
  return 0;
}

void made_use(made_world *world, const char *preset) {
  world->knobs = made_knobs(preset);
  world->family = msw_preset_find(preset)->family;
}

msw_case made_bind(made_world *world) {
  msw_case_key key = {.gpu = &world->gpu, .model = &world->model, .tp = world->tp, .dtype = world->dtype,
                      .family = world->family, .knobs = &world->knobs, .method_flags = world->method_flags,
                      .tables = &world->set, .allow_split_heads = world->allow_split_heads};
  msw_case bound;
  msw_case_bind(&key, &world->arena, &bound);
  return bound;
}

msw_step made_step(made_world *world, const char *decode, const char *prefill) {
  msw_step step = {0};
  msw_parse_decode(decode, (msw_loc){0}, &world->arena, &world->diag, &step);
  msw_parse_prefill(prefill, (msw_loc){0}, &world->arena, &world->diag, &step);
  assert_no_errors(&world->diag);
  return step;
}

msw_breakdown made_eval(made_world *world, const char *decode, const char *prefill, msw_op_list *ops) {
  msw_step step = made_step(world, decode, prefill);
  msw_case bound = made_bind(world);
  msw_breakdown out;
  msw_step_eval(&bound, &step, ops, &out);
  return out;
}
