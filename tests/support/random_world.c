/* Random GPUs, models and tables. */
#include "random_world.h"

#include <math.h>
#include <string.h>

#include "msw/base/str.h"
#include "msw/perf/surface.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const kernel_table_params[] = {"bw_efficiency", "per_layer_overhead_us", NULL};
static const char *const constant_mfu_params[] = {
    "bw_efficiency", "step_overhead_us", "all_reduce_latency_us", "mfu_prefill", "mfu_prefill_multiplier", "mfu_decode",
    "mfu_decode_multiplier", "tp_scaling_exponent", "decode_tp_scaling_exponent", "prefill_bw_factor", "decode_bw_factor",
    "vector_peak_fraction", "prefill_overhead_us", "mixed_prefill_overhead_us", NULL};

static msw_gpu_method random_constants(rng *r, msw_arena *arena, const char *preset, const char *const *names, bool whole) {
  msw_gpu_param *params = msw_arena_array(arena, 16, sizeof *params);
  size_t n = 0;
  for (size_t i_name = 0; names[i_name]; i_name++) {
    if (!whole && rng_chance(r, 0.03)) continue;   /* lacks a constant: void_params */
    double value = msw_ends_with(names[i_name], "_us") ? rng_between(r, 0, 500) : rng_between(r, 0.05, 1.0);
    params[n++] = (msw_gpu_param){.name = names[i_name], .value = value};
  }
  return (msw_gpu_method){.method = preset, .fitted_on = rng_chance(r, 0.5) ? "g0" : NULL, .params = params, .n_params = n};
}

static void make_gpu(random_world *world, rng *r, size_t i_gpu) {
  msw_arena *arena = &world->arena;
  msw_gpu *gpu = &world->gpus[i_gpu];
  double bf16 = rng_log_between(r, 50e12, 2000e12);
  *gpu = (msw_gpu){.name = msw_format(arena, "g%zu", i_gpu), .mem_bw_bytes_per_s = rng_log_between(r, 3e11, 8e12),
                   .mem_gib = rng_log_between(r, 16, 200), .sm_version = 90};
  gpu->mem_bytes = gpu->mem_gib * 1024.0 * 1024.0 * 1024.0;
  gpu->peak_flop_per_s[MSW_BF16] = gpu->peak_flop_per_s[MSW_FP16] = bf16;
  if (i_gpu == 0 || rng_chance(r, 0.5)) gpu->peak_flop_per_s[MSW_FP8] = 2 * bf16;
  msw_gpu_method *methods = msw_arena_array(arena, 3, sizeof *methods);
  methods[0] = random_constants(r, arena, "v1-calibrated", constant_mfu_params, i_gpu == 0);
  methods[1] = random_constants(r, arena, "v2-floor", kernel_table_params, i_gpu == 0);
  methods[2] = random_constants(r, arena, "v2-interp", kernel_table_params, i_gpu == 0);
  gpu->methods = methods;
  gpu->n_methods = 3;
  static const msw_gpu_engine unfitted = {.method = "vllm-0.15.1"};   /* until random_world_measure */
  gpu->engines = &unfitted;
  gpu->n_engines = 1;
}

static void make_model(random_world *world, rng *r, size_t i_model) {
  static const int64_t heads[] = {8, 10, 12, 16, 28, 32, 40, 64}, dims[] = {64, 80, 96, 128};
  static const msw_dtype dtypes[] = {MSW_BF16, MSW_BF16, MSW_FP16, MSW_FP8, MSW_DTYPE_NONE};
  msw_model *model = &world->models[i_model];
  bool plain = i_model == 0;
  int64_t num_heads = plain ? 32 : heads[rng_below(r, COUNT(heads))], head_dim = dims[rng_below(r, COUNT(dims))];
  int64_t num_kv_heads = rng_int(r, 1, num_heads);
  while (num_heads % num_kv_heads != 0) num_kv_heads--;
  *model = (msw_model){.name = msw_format(&world->arena, "m%zu", i_model), .num_layers = rng_int(r, 1, 80),
                       .hidden_size = rng_chance(r, 0.7) ? num_heads * head_dim : rng_int(r, 512, 9000),
                       .num_heads = num_heads, .num_kv_heads = num_kv_heads, .head_dim = head_dim,
                       .intermediate_size = rng_chance(r, 0.2) ? 0 : rng_int(r, 1000, 30000),
                       .vocab_size = rng_int(r, 0, 150000), .tie_word_embeddings = rng_chance(r, 0.3),
                       .max_position_embeddings = rng_chance(r, 0.8) ? rng_int(r, 1024, 200000) : 0,
                       .torch_dtype = plain ? MSW_BF16 : dtypes[rng_below(r, COUNT(dtypes))],
                       .is_moe = !plain && rng_chance(r, 0.15)};
  if (model->hidden_size < num_heads) model->hidden_size = num_heads * head_dim;
  if (model->is_moe) model->num_experts = 8, model->num_experts_per_tok = 2, model->moe_intermediate_size = 1024;
}

/* The mfu column as files have it: rounded to three decimals, so that small values become 0. */
static void round_column(msw_kernel_table *table, rng *r, msw_arena *arena) {
  if (rng_chance(r, 0.5)) return;
  double *rounded = msw_arena_array(arena, table->n_rows, sizeof *rounded);
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) rounded[i_row] = round(table->file_mfu[i_row] * 1e3) / 1e3;
  table->file_mfu = rounded;
}

static msw_kernel_table random_gemm(random_world *world, rng *r, double peak_flop_per_s) {
  enum { MOST = 6 };
  double m[MOST], k[MOST], n[MOST];
  made_gemm_row *rows = msw_arena_array(&world->arena, MOST * MOST * MOST, sizeof *rows);
  size_t n_m = rng_axis(r, 2 + rng_below(r, MOST - 1), 1, 100000, m), n_k = rng_axis(r, 1 + rng_below(r, 4), 1000, 12000, k),
         n_n = rng_axis(r, 1 + rng_below(r, 4), 1000, 20000, n), n_rows = 0;
  for (size_t i_k = 0; i_k < n_k; i_k++)
    for (size_t i_n = 0; i_n < n_n; i_n++)
      for (size_t i_m = 0; i_m < n_m; i_m++)
        if (i_m == 0 || rng_chance(r, 0.95)) rows[n_rows++] = (made_gemm_row){m[i_m], k[i_k], n[i_n], rng_log_between(r, 2e-4, 0.95)};
  return made_gemm(&world->arena, peak_flop_per_s, rows, n_rows);
}

static msw_kernel_table random_prefill(random_world *world, rng *r, double peak_flop_per_s, msw_attention_shape shape) {
  enum { MOST = 7 };
  double seq_len[MOST];
  made_prefill_row rows[MOST];
  size_t n = rng_axis(r, 1 + rng_below(r, MOST), 64, 70000, seq_len);
  for (size_t i_row = 0; i_row < n; i_row++) rows[i_row] = (made_prefill_row){seq_len[i_row], rng_log_between(r, 2e-3, 0.95)};
  return made_prefill(&world->arena, peak_flop_per_s, shape, rows, n);
}

static msw_kernel_table random_decode(random_world *world, rng *r, double peak_flop_per_s, msw_attention_shape shape) {
  enum { MOST = 6 };
  double batch[MOST], kv_len[MOST];
  made_decode_row rows[MOST * MOST];
  size_t n_batch = rng_axis(r, 1 + rng_below(r, MOST), 1, 600, batch), n_kv = rng_axis(r, 1 + rng_below(r, MOST), 100, 200000, kv_len),
         n_rows = 0;
  for (size_t i_batch = 0; i_batch < n_batch; i_batch++)   /* large cells do not fit: ragged */
    for (size_t i_kv = 0; i_kv < n_kv; i_kv++)
      if (i_kv == 0 || batch[i_batch] * kv_len[i_kv] < 4e6 || rng_chance(r, 0.1))
        rows[n_rows++] = (made_decode_row){batch[i_batch], kv_len[i_kv], rng_log_between(r, 1e-4, 0.1)};
  return made_decode(&world->arena, peak_flop_per_s, shape, rows, n_rows);
}

static msw_attention_shape random_shape(random_world *world, rng *r) {
  static const int64_t heads[] = {16, 32, 40, 64};
  const msw_model *model = &world->models[rng_below(r, RANDOM_MODELS)];
  if (rng_chance(r, 0.5)) return (msw_attention_shape){model->num_heads, model->num_kv_heads, model->head_dim, 1};
  return (msw_attention_shape){heads[rng_below(r, COUNT(heads))], 8, 128, 1};
}

static void make_tables(random_world *world, rng *r, size_t i_gpu) {
  msw_kernel_table *tables = world->tables[i_gpu];
  double peak_flop_per_s = world->gpus[i_gpu].peak_flop_per_s[MSW_BF16];
  size_t n = 0, n_gemm = 1 + rng_below(r, 2), n_prefill = 1 + rng_below(r, 3), n_decode = 1 + rng_below(r, 3);
  if (i_gpu == 2 && rng_chance(r, 0.3)) n_gemm = 0;
  if (i_gpu == 2 && rng_chance(r, 0.2)) n_decode = 0;
  for (size_t i = 0; i < n_gemm; i++) tables[n++] = random_gemm(world, r, peak_flop_per_s);
  if (n_gemm > 0 && rng_chance(r, 0.5)) tables[0].dtype = MSW_FP8;
  for (size_t i = 0; i < n_prefill; i++) tables[n++] = random_prefill(world, r, peak_flop_per_s, random_shape(world, r));
  for (size_t i = 0; i < n_decode; i++) {
    msw_attention_shape shape = random_shape(world, r);
    for (int64_t tp = 1; tp <= 4; tp *= 2) {
      shape.tp = tp;
      if (shape.num_heads % tp == 0 && rng_chance(r, 0.7)) tables[n++] = random_decode(world, r, peak_flop_per_s, shape);
    }
  }
  for (size_t i_table = 0; i_table < n; i_table++) round_column(&tables[i_table], r, &world->arena);
  if (i_gpu == 0 && (n == 0 || tables[n - 1].kind != MSW_KERNEL_DECODE_ATTENTION))
    tables[n++] = random_decode(world, r, peak_flop_per_s, (msw_attention_shape){32, 8, 128, 1});
  world->sets[i_gpu] = (msw_kernel_set){.gpu = &world->gpus[i_gpu], .tables = tables, .n_tables = n};
  world->set_of[i_gpu] = &world->sets[i_gpu];
}

void random_world_make(random_world *world, rng *r) {
  *world = (random_world){0};
  for (size_t i_gpu = 0; i_gpu < RANDOM_GPUS; i_gpu++) make_gpu(world, r, i_gpu);
  for (size_t i_model = 0; i_model < RANDOM_MODELS; i_model++) make_model(world, r, i_model);
  for (size_t i_gpu = 0; i_gpu < RANDOM_GPUS; i_gpu++) make_tables(world, r, i_gpu);
}

void random_world_free(random_world *world) {
  for (size_t i_gpu = 0; i_gpu < RANDOM_GPUS; i_gpu++) msw_surfaces_free(world->surfaces[i_gpu]);
  msw_arena_free(&world->arena);
}
