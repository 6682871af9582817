/* What tests of grid start from: the made-up world of perf and a sweep over it that a test fills. */
#ifndef MSW_TEST_GRID_FIXTURE_H
#define MSW_TEST_GRID_FIXTURE_H

#include <stdlib.h>

#include "dense.h"
#include "made_case.h"
#include "made_sweep.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NUMBERS(sweep, axis, ...) \
  made_numbers((sweep), (axis), (const double[]){__VA_ARGS__}, COUNT(((const double[]){__VA_ARGS__})))

typedef struct {
  made_world *world;
  made_sweep sweep;
  const msw_kernel_set *tables[2];
  msw_gpu second_gpu;              /* "bare": no peaks, no tables */
  msw_model moe;                   /* "experts": void */
} grid_fixture;

/* The GPU entry's constants: those of made_knobs. */
static inline void give_constants(msw_gpu *gpu, msw_arena *arena) {
  static const msw_gpu_param table_params[] = {{"bw_efficiency", 0.5, false, {0}}, {"per_layer_overhead_us", 10, false, {0}}};
  static const msw_gpu_param v1_params[] = {
      {"bw_efficiency", 0.5, false, {0}}, {"step_overhead_us", 1000, false, {0}}, {"all_reduce_latency_us", 5, false, {0}},
      {"mfu_prefill", 0.5, false, {0}}, {"mfu_prefill_multiplier", 1, false, {0}}, {"mfu_decode", 0.1, false, {0}},
      {"mfu_decode_multiplier", 2, false, {0}}, {"tp_scaling_exponent", 0.5, false, {0}},
      {"decode_tp_scaling_exponent", 2, false, {0}},
      {"prefill_bw_factor", 0.8, false, {0}}, {"decode_bw_factor", 0.5, false, {0}}, {"vector_peak_fraction", 0.1, false, {0}},
      {"prefill_overhead_us", 300, false, {0}}, {"mixed_prefill_overhead_us", 100, false, {0}}};
  msw_gpu_method *methods = msw_arena_array(arena, 3, sizeof *methods);
  methods[0] = (msw_gpu_method){.method = "v2-interp", .params = table_params, .n_params = COUNT(table_params)};
  methods[1] = (msw_gpu_method){.method = "v2-floor", .params = table_params, .n_params = COUNT(table_params)};
  methods[2] = (msw_gpu_method){.method = "v1-calibrated", .params = v1_params, .n_params = COUNT(v1_params)};
  gpu->methods = methods;
  gpu->n_methods = 3;
}

static inline int grid_setup(void **state) {
  grid_fixture *f = msw_alloc_zero(1, sizeof *f);
  void *world = NULL;
  made_setup(&world);
  f->world = world;
  give_constants(&f->world->gpu, &f->world->arena);
  f->second_gpu = (msw_gpu){.name = "bare", .mem_bw_bytes_per_s = 1e12, .mem_gib = 64};
  give_constants(&f->second_gpu, &f->world->arena);
  f->moe = f->world->model;
  f->moe.name = "experts";
  f->moe.is_moe = true;
  f->tables[0] = &f->world->set;
  *state = f;
  return 0;
}

static inline int grid_teardown(void **state) {
  grid_fixture *f = *state;
  void *world = f->world;
  made_teardown(&world);
  free(f);
  return 0;
}

/* A sweep with one GPU, model and method, of this phase. Free with made_sweep_free. */
static inline void begin_sweep(grid_fixture *f, msw_phase phase, const char *preset) {
  const msw_gpu *gpu = &f->world->gpu;
  const msw_model *model = &f->world->model;
  made_sweep_init(&f->sweep, phase);
  made_gpus(&f->sweep, &gpu, 1);
  made_models(&f->sweep, &model, 1);
  made_methods(&f->sweep, &(msw_method_spec){.label = preset, .base = preset}, 1);
}

#define GRID_TEST(name) cmocka_unit_test_setup_teardown(name, grid_setup, grid_teardown)

#endif
