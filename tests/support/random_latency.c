/* Random measured latencies and engines for a random world. */
#include <math.h>
#include <stdlib.h>

#include "msw/perf/surface.h"
#include "msw_test.h"
#include "random_world.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
enum { MOST_SLICES = 400, MOST_POINTS = 48, MOST_AXIS = 8 };

static const double us_per_s = 1e6, bytes_per_value = 2.0;

/* What is made of one GPU. */
typedef struct {
  rng *r;
  msw_arena *arena;
  const msw_gpu *gpu;
  msw_latency_slice *slices;
  size_t n_slices;
} maker;

static double peak_of(const maker *to, msw_dtype dtype) {
  double peak = to->gpu->peak_flop_per_s[dtype];
  return peak > 0.0 ? peak : to->gpu->peak_flop_per_s[MSW_BF16];
}

/* The longer of compute and memory time, with a launch and what measurements scatter by. */
static double latency_us(const maker *to, msw_dtype dtype, double flop, double bytes) {
  const double reached = 0.7, launch_us = 3.0;
  double us = fmax(flop / (reached * peak_of(to, dtype)), bytes / (reached * to->gpu->mem_bw_bytes_per_s)) * us_per_s;
  double scatter = rng_chance(to->r, 0.03) ? 1.8 : rng_between(to->r, 0.9, 1.15);
  return (launch_us + us) * scatter;
}

/* A slice that grows. */
typedef struct { double *x, *y, *us; msw_latency_slice *slice; } points;

static points new_slice(maker *to, msw_latency_key key) {
  points p = {msw_arena_array(to->arena, MOST_POINTS, sizeof(double)), msw_arena_array(to->arena, MOST_POINTS, sizeof(double)),
              msw_arena_array(to->arena, MOST_POINTS, sizeof(double)), &to->slices[to->n_slices++]};
  if (!key.name) key.name = "";
  *p.slice = (msw_latency_slice){.key = key, .x = p.x, .y = p.y, .latency_us = p.us};
  return p;
}

static void add_point(points *p, double x, double y, double us) {
  p->x[p->slice->n_points] = x;
  p->y[p->slice->n_points] = y;
  p->us[p->slice->n_points++] = us;
}

/* A measured axis: mostly powers of two, as benchmarks choose them and sweeps ask for. */
static size_t measured_axis(maker *to, size_t n, double low, double high, double *values) {
  n = rng_axis(to->r, n, low, high, values);
  if (rng_chance(to->r, 0.3)) return n;
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    double power = exp2(round(log2(values[i])));
    if (kept == 0 || values[kept - 1] < power) values[kept++] = power;
  }
  return kept;
}

static void add_gemm(maker *to, msw_dtype dtype, int64_t n, int64_t k) {
  double m[MOST_AXIS];
  size_t n_m = measured_axis(to, 2 + rng_below(to->r, MOST_AXIS - 1), 1, 20000, m);
  points slice = new_slice(to, (msw_latency_key){.kind = MSW_LATENCY_GEMM, .dtype = dtype, .n = n, .k = k});
  double weights = (double)n * (double)k;
  for (size_t i_m = 0; i_m < n_m; i_m++)
    add_point(&slice, m[i_m], 1.0, latency_us(to, dtype, 2.0 * m[i_m] * weights, bytes_per_value * weights));
}

static void add_gemms(maker *to, msw_dtype dtype, const msw_model *models) {
  double n[MOST_AXIS], k[MOST_AXIS];
  size_t n_n = rng_axis(to->r, 2 + rng_below(to->r, 4), 200, 60000, n), n_k = rng_axis(to->r, 2 + rng_below(to->r, 4), 200, 30000, k);
  for (size_t i_n = 0; i_n < n_n; i_n++)
    for (size_t i_k = 0; i_k < n_k; i_k++)
      if (i_n + i_k == 0 || rng_chance(to->r, 0.85)) add_gemm(to, dtype, (int64_t)n[i_n], (int64_t)k[i_k]);
  for (size_t i_model = 0; i_model < RANDOM_MODELS; i_model++)   /* some shapes exactly */
    if (rng_chance(to->r, 0.5))
      add_gemm(to, dtype, models[i_model].hidden_size, models[i_model].num_heads * models[i_model].head_dim);
}

static void add_attention(maker *to, msw_latency_kind kind, int64_t heads, int64_t kv_heads, int64_t head_dim) {
  bool is_decode = kind == MSW_LATENCY_DECODE;
  double batch[MOST_AXIS], len[MOST_AXIS];
  size_t n_batch = measured_axis(to, 1 + rng_below(to->r, 5), 1, is_decode ? 300 : 16, batch),
         n_len = measured_axis(to, 2 + rng_below(to->r, 6), 16, is_decode ? 100000 : 30000, len);
  points slice = new_slice(to, (msw_latency_key){.kind = kind, .dtype = MSW_BF16, .kv_dtype = MSW_BF16,
                                                             .num_heads = heads, .num_kv_heads = kv_heads, .head_dim = head_dim});
  for (size_t i_batch = 0; i_batch < n_batch; i_batch++)
    for (size_t i_len = 0; i_len < n_len; i_len++) {
      double tok = batch[i_batch] * len[i_len], flop = 4.0 * (double)(heads * head_dim) * tok * (is_decode ? 1.0 : len[i_len] / 2.0);
      if (i_len > 0 && tok > 4e6) continue;   /* the missing corner */
      add_point(&slice, len[i_len], batch[i_batch],
                latency_us(to, MSW_BF16, flop, 2.0 * bytes_per_value * (double)(kv_heads * head_dim) * tok));
    }
}

static void add_attentions(maker *to, const msw_model *models) {
  static const int64_t kv_heads[] = {1, 2, 8}, ratios[] = {1, 4, 8};
  for (size_t i_model = 0; i_model < RANDOM_MODELS; i_model++) {
    bool known = false;   /* heads of one size answer for all models that have it */
    for (size_t i_other = 0; i_other < i_model; i_other++) known = known || models[i_other].head_dim == models[i_model].head_dim;
    for (size_t i_kv = 0; i_kv < COUNT(kv_heads) && !known; i_kv++)
      for (size_t i_ratio = 0; i_ratio < COUNT(ratios); i_ratio++) {
        int64_t heads = kv_heads[i_kv] * ratios[i_ratio], head_dim = models[i_model].head_dim;
        if (rng_chance(to->r, 0.8)) add_attention(to, MSW_LATENCY_DECODE, heads, kv_heads[i_kv], head_dim);
        if (rng_chance(to->r, 0.8)) add_attention(to, MSW_LATENCY_PREFILL, heads, kv_heads[i_kv], head_dim);
      }
  }
}

/* Blocks of latent attention with their projections; where those take more than all of it a twentieth is left. */
static void add_blocks(maker *to) {
  static const int64_t heads[] = {1, 4, 16, 64};
  for (int is_decode = 0; is_decode <= 1; is_decode++)
    for (size_t i_heads = 0; i_heads < COUNT(heads); i_heads++) {
      double batch[MOST_AXIS], len[MOST_AXIS];
      if (rng_chance(to->r, 0.2)) continue;
      size_t n_batch = measured_axis(to, 1 + rng_below(to->r, 5), 1, is_decode ? 300 : 16, batch),
             n_len = measured_axis(to, 2 + rng_below(to->r, 6), 16, is_decode ? 100000 : 30000, len);
      points slice = new_slice(to, (msw_latency_key){.kind = is_decode ? MSW_LATENCY_MLA_DECODE : MSW_LATENCY_MLA_PREFILL,
                                                     .dtype = MSW_BF16, .kv_dtype = MSW_BF16, .weight_dtype = MSW_BF16,
                                                     .num_heads = heads[i_heads], .name = "deepseek-ai/DeepSeek-V3"});
      for (size_t i_batch = 0; i_batch < n_batch; i_batch++)
        for (size_t i_len = 0; i_len < n_len; i_len++)
          add_point(&slice, len[i_len], batch[i_batch],
                    latency_us(to, MSW_BF16, 1e6 * (double)heads[i_heads] * batch[i_batch] * len[i_len], 1e8 + 1e3 * batch[i_batch] * len[i_len]));
    }
}

static void add_all_reduce(maker *to, int64_t n_gpus) {
  const double per_s = 2e11, switches = 1.8, most = 1e7;
  double from = rng_log_between(to->r, 2e4, 2e6);
  points slice = new_slice(to, (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = n_gpus});
  for (double bytes = 256.0; bytes < most; bytes *= 2.0)
    if (slice.slice->n_points == 0 || rng_chance(to->r, 0.9))
      add_point(&slice, bytes, 1.0, (5.0 + bytes / per_s * us_per_s) * (bytes > from ? switches : 1.0) * rng_between(to->r, 0.9, 1.1));
}

static void add_experts(maker *to, const msw_model *model, int64_t tp) {
  double tok[MOST_AXIS];
  size_t n_tok = measured_axis(to, 1 + rng_below(to->r, MOST_AXIS), 1, 20000, tok);
  msw_latency_key key = {.kind = MSW_LATENCY_MOE, .dtype = MSW_BF16, .hidden_size = model->hidden_size,
                         .intermediate_size = model->moe_intermediate_size, .n_experts_per_tok = model->num_experts_per_tok,
                         .n_experts = model->num_experts, .moe_tp = tp, .moe_ep = 1, .name = "power_law_1.2"};
  points slice = new_slice(to, key);
  double params = 3.0 * (double)(model->hidden_size * model->moe_intermediate_size) / (double)tp;
  for (size_t i_tok = 0; i_tok < n_tok; i_tok++)
    add_point(&slice, tok[i_tok], 1.0, latency_us(to, MSW_BF16, 2.0 * (double)model->num_experts_per_tok * tok[i_tok] * params,
                                                 bytes_per_value * params * fmin(tok[i_tok], (double)model->num_experts)));
}

static int by_key(const void *a, const void *b) {
  const msw_latency_slice *left = a, *right = b;
  return msw_latency_key_compare(&left->key, &right->key);
}

static void make_latencies(random_world *world, rng *r, size_t i_gpu) {
  maker to = {.r = r, .arena = &world->arena, .gpu = &world->gpus[i_gpu],
              .slices = msw_arena_array(&world->arena, MOST_SLICES, sizeof *to.slices)};
  add_gemms(&to, MSW_BF16, world->models);
  if (rng_chance(r, 0.5)) add_gemms(&to, MSW_FP8, world->models);
  add_attentions(&to, world->models);
  if (rng_chance(r, 0.8)) add_blocks(&to);
  for (int64_t tp = 1; tp <= 8; tp++) {
    if (tp > 1 && (i_gpu == 0 || rng_chance(r, 0.8))) add_all_reduce(&to, tp);
    for (size_t i_model = 0; i_model < RANDOM_MODELS; i_model++)
      if (world->models[i_model].is_moe && rng_chance(r, 0.8)) add_experts(&to, &world->models[i_model], tp);
  }
  qsort(to.slices, to.n_slices, sizeof *to.slices, by_key);
  size_t n = 0;   /* keys that were drawn twice count once */
  for (size_t i_slice = 0; i_slice < to.n_slices; i_slice++)
    if (n == 0 || by_key(&to.slices[n - 1], &to.slices[i_slice]) != 0) to.slices[n++] = to.slices[i_slice];
  world->latencies[i_gpu] = (msw_latency_set){.gpu = to.gpu, .slices = to.slices, .n_slices = n};
  world->surfaces[i_gpu] = msw_surfaces_new(&world->latencies[i_gpu]);
  world->sets[i_gpu].latencies = &world->latencies[i_gpu];
  world->sets[i_gpu].surfaces = world->surfaces[i_gpu];
}

static msw_gpu_engine random_engine(rng *r, msw_arena *arena, const char *name) {
  static const double graphs[] = {0, 1, 100, 250, 256, 512, 1000};
  const msw_gpu_param params[] = {{.name = "bw_efficiency", .value = rng_between(r, 0.3, 1.0)},
                                  {.name = "small_kernel_us", .value = rng_between(r, 0.0, 8.0)},
                                  {.name = "step_overhead_us", .value = rng_between(r, 0.0, 1000.0)},
                                  {.name = "sustained_gemm_fraction", .value = rng_between(r, 0.2, 1.0)},
                                  {.name = "fuse_all_reduce_norm", .value = rng_chance(r, 0.5), .is_flag = true},
                                  {.name = "chain_gb_per_s", .value = rng_chance(r, 0.3) ? 0.0 : rng_log_between(r, 3, 100)},
                                  {.name = "chain_queue_share", .value = rng_between(r, 0.0, 1.0)},
                                  {.name = "cached_scan_ns_per_tok", .value = rng_between(r, 0.0, 50.0)},
                                  {.name = "graph_max_tok", .value = graphs[rng_below(r, COUNT(graphs))]}};
  msw_gpu_param *kept = msw_arena_array(arena, COUNT(params), sizeof *kept);
  for (size_t i_param = 0; i_param < COUNT(params); i_param++) kept[i_param] = params[i_param];
  size_t n = rng_chance(r, 0.02) ? COUNT(params) - 1 : COUNT(params);   /* lacks a constant: void_params */
  return (msw_gpu_engine){.method = name, .fitted_on = rng_chance(r, 0.7) ? "g0" : NULL, .params = kept, .n_params = n};
}

/* Closed forms of a shipped GPU; then now and then nothing is measured at all. */
static void make_analytic(random_world *world, rng *r, size_t i_gpu) {
  msw_diag diag = {0};
  msw_gpu shipped;
  assert_int_equal(msw_gpu_load(MSW_TEST_ROOT "/bench_data/gpus/h100_sxm.json", "h100_sxm", &world->arena, &diag, &shipped), MSW_OK);
  world->gpus[i_gpu].analytic = shipped.analytic;
  world->gpus[i_gpu].analytic_mla = shipped.analytic_mla;
  if (rng_chance(r, 0.5)) world->sets[i_gpu].surfaces = NULL, world->sets[i_gpu].latencies = NULL;
  msw_diag_free(&diag);
}

/* Mostly of the dimensions whose blocks are measured. */
static void make_latent(msw_model *model, rng *r) {
  const bool is_measured = rng_chance(r, 0.8);
  model->is_mla = true;
  model->q_lora_rank = rng_chance(r, 0.5) ? 1536 : 0;
  model->kv_lora_rank = is_measured ? 512 : rng_int(r, 64, 600);
  model->qk_rope_head_dim = 64;
  model->qk_nope_head_dim = model->v_head_dim = is_measured ? 128 : rng_int(r, 32, 256);
  if (rng_chance(r, 0.05)) model->architecture = "DeepseekV32ForCausalLM";
}

/* Only in worlds with measurements: models of experts beside dense layers, engines, sizes of the GPU. */
void random_world_measure(random_world *world, rng *r) {
  for (size_t i_model = 0; i_model < RANDOM_MODELS; i_model++) {
    msw_model *model = &world->models[i_model];
    if (i_model > 0 && rng_chance(r, 0.2)) make_latent(model, r);
    if (!model->is_moe) continue;
    if (rng_chance(r, 0.5)) model->first_k_dense_replace = rng_int(r, 0, model->num_layers - 1);
    if (rng_chance(r, 0.5)) model->num_shared_experts = rng_int(r, 1, 2);
  }
  for (size_t i_gpu = 0; i_gpu < RANDOM_GPUS; i_gpu++) {
    msw_gpu *gpu = &world->gpus[i_gpu];
    msw_gpu_engine *engines = msw_arena_array(&world->arena, 2, sizeof *engines);
    engines[0] = random_engine(r, &world->arena, "vllm-0.15.1");
    engines[1] = random_engine(r, &world->arena, "vllm-0.9");
    gpu->engines = engines;
    gpu->n_engines = 2;
    gpu->n_sm = rng_chance(r, 0.8) ? (double)rng_int(r, 40, 160) : 0.0;
    gpu->l2_bytes = rng_chance(r, 0.8) ? rng_log_between(r, 5e6, 2e8) : 0.0;
    make_latencies(world, r, i_gpu);
    if (gpu->n_sm > 0.0 && rng_chance(r, 0.04)) make_analytic(world, r, i_gpu);
  }
}
