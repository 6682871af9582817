/* The method `measured` where nothing was measured: every shipped model on every shipped GPU, priced by closed forms alone. */
#include <stdlib.h>

#include "msw/inputs/data_root.h"
#include "msw/perf/step.h"

#include "msw_test.h"

static const int64_t TP[] = {1, 2, 4, 8};

typedef struct { msw_arena arena; msw_diag diag; msw_data_root data; msw_model *models; msw_method method; } world;
static world w;

static int open_world(void **state) {
  (void)state;
  if (msw_data_root_open(MSW_TEST_ROOT, NULL, 0, &w.arena, &w.diag, &w.data) != MSW_OK) return -1;
  w.models = msw_arena_array(&w.arena, w.data.n_models, sizeof *w.models);
  for (size_t i_model = 0; i_model < w.data.n_models; i_model++)
    if (msw_data_load_model(&w.data, i_model, &w.arena, &w.diag, &w.models[i_model]) != MSW_OK) return -1;
  return msw_method_parse("measured", NULL, 0, &w.arena, &w.diag, &w.method) ? 0 : -1;
}

static int close_world(void **state) {
  (void)state;
  msw_arena_free(&w.arena);
  msw_diag_free(&w.diag);
  return 0;
}

static msw_case bind(const msw_gpu *gpu, const msw_model *model, int64_t tp, msw_dtype dtype, msw_arena *arena) {
  msw_knobs knobs;
  msw_flags flags = 0;
  msw_case bound;
  assert_true(msw_method_knobs(&w.method, gpu, &w.diag, &knobs, &flags));
  const msw_case_key key = {.gpu = gpu, .model = model, .tp = (double)tp, .dtype = dtype, .family = MSW_FAMILY_MEASURED,
                            .knobs = &knobs, .method_flags = flags};
  msw_case_bind(&key, arena, &bound);
  return bound;
}

/* One GPU can do no more than its peaks; what every operation has to compute and to read bounds its time. */
static double least_us(const msw_case *bound, const msw_op *op) {
  const double flop_us = 1e6 * op->flop /
                         (strcmp(op->name, "attention") == 0 ? bound->attention_flop_per_s : bound->gemm_flop_per_s);
  double bytes = 0.0;
  if (op->k > 0.0) bytes = op->n * op->k * bound->weight_bytes_per_param * op->flop / (2.0 * op->m * op->n * op->k);
  if (strcmp(op->name, "attention") == 0) {
    bytes = op->batch * op->context * bound->kv_bytes_per_tok_per_gpu;
  }
  return fmax(flop_us, 1e6 * bytes / bound->gpu->mem_bw_bytes_per_s);
}

/* Small kernels and overhead are constants of the engine. */
static bool is_kernel(const msw_op *op) {
  return strcmp(op->name, "small_kernels") != 0 && strcmp(op->name, "overhead") != 0;
}

/* Latent attention has coefficients of its own. */
static msw_flags said_of(const msw_case *bound, const msw_op *op) {
  const bool is_latent = bound->model->is_mla && strcmp(op->name, "attention") == 0;
  const bool is_borrowed = is_latent ? bound->gpu->analytic_mla->is_borrowed : bound->gpu->analytic->is_borrowed;
  return MSW_FLAG_ANALYTIC | (is_borrowed ? MSW_FLAG_PARAMS_BORROWED : 0);
}

static void check_step(const msw_case *bound, const msw_step *step) {
  const msw_flags said = MSW_FLAG_ANALYTIC | (bound->gpu->analytic->is_borrowed ? MSW_FLAG_PARAMS_BORROWED : 0);
  msw_op_list ops = {0};
  msw_breakdown breakdown;
  msw_step_eval(bound, step, &ops, &breakdown);
  assert_true(isfinite(breakdown.step_us) && breakdown.step_us > 0.0);
  assert_int_equal(breakdown.flags & said, said);
  for (size_t i_op = 0; i_op < ops.n; i_op++) {
    const msw_op *op = &ops.ops[i_op];
    if (!is_kernel(op)) continue;
    if (!(op->us >= least_us(bound, op)))
      fail_msg("%s on %s tp %g: %s takes %g us, at least %g", bound->model->name, bound->gpu->name, bound->tp, op->name, op->us,
               least_us(bound, op));
    if ((op->flags & said_of(bound, op)) != said_of(bound, op)) fail_msg("%s on %s: %s is not flagged", bound->model->name, bound->gpu->name, op->name);
    assert_int_equal(op->flags & (MSW_FLAG_INTERPOLATED | MSW_FLAG_SHAPE_BORROWED | MSW_FLAG_EXTRAPOLATED), 0);
  }
  free(ops.ops);
}

static void check_case(const msw_gpu *gpu, const msw_model *model, int64_t tp) {
  const msw_decode_group decode[] = {{1, 512}, {64, 4000}};
  const msw_prefill_group prefill[] = {{1, 0, 300}, {2, 0, 9000}};
  const msw_step steps[] = {{.decode = &decode[0], .n_decode = 1}, {.prefill = &prefill[1], .n_prefill = 1},
                            {.decode = &decode[1], .n_decode = 1, .prefill = &prefill[0], .n_prefill = 1}};
  msw_arena arena = {0};
  const msw_dtype dtype = model->torch_dtype == MSW_DTYPE_NONE ? MSW_BF16 : MSW_DTYPE_NONE;
  const msw_case bound = bind(gpu, model, tp, dtype, &arena);
  const msw_flags void_flags = bound.flags & MSW_FLAGS_VOID;
  if (strcmp(model->name, "glm-5.2-fp8") == 0) assert_true(void_flags & MSW_FLAG_VOID_ARCHITECTURE);   /* sparse attention */
  else if (model->num_heads % tp != 0) assert_int_equal(void_flags, MSW_FLAG_VOID_TP);
  else if (void_flags) fail_msg("%s on %s tp %g: %s", model->name, gpu->name, (double)tp, bound.why_void);
  for (size_t i_step = 0; !void_flags && i_step < sizeof steps / sizeof *steps; i_step++) check_step(&bound, &steps[i_step]);
  msw_arena_free(&arena);
}

static void every_model_on_every_gpu(void **state) {
  (void)state;
  for (size_t i_gpu = 0; i_gpu < w.data.n_gpus; i_gpu++)
    for (size_t i_model = 0; i_model < w.data.n_models; i_model++)
      for (size_t i_tp = 0; i_tp < sizeof TP / sizeof *TP; i_tp++)
        check_case(&w.data.gpus[i_gpu], &w.models[i_model], TP[i_tp]);
}

static const msw_model *model_named(const char *name) {
  for (size_t i_model = 0; i_model < w.data.n_models; i_model++)
    if (strcmp(w.models[i_model].name, name) == 0) return &w.models[i_model];
  fail_msg("no model %s", name);
  return NULL;
}

/* fp16 is bf16; a format of as many bits stands in for one that was not fitted, and is said to; fp32 has no kernels. */
static void other_number_formats(void **state) {
  (void)state;
  const msw_gpu *gpu = msw_data_find_gpu(&w.data, "h100_sxm");
  const msw_model *model = model_named("llama-3.1-8b");
  const msw_decode_group decode = {16, 1000};
  const msw_step step = {.decode = &decode, .n_decode = 1};
  static const msw_dtype DTYPES[] = {MSW_BF16, MSW_FP16, MSW_FP8, MSW_INT8};
  double us[sizeof DTYPES / sizeof *DTYPES];
  for (size_t i_dtype = 0; i_dtype < sizeof DTYPES / sizeof *DTYPES; i_dtype++) {
    msw_arena arena = {0};
    msw_breakdown breakdown;
    const msw_case bound = bind(gpu, model, 1, DTYPES[i_dtype], &arena);
    assert_int_equal(bound.flags & MSW_FLAGS_VOID, 0);
    msw_step_eval(&bound, &step, NULL, &breakdown);
    us[i_dtype] = breakdown.step_us;
    assert_int_equal((breakdown.flags & MSW_FLAG_DTYPE_BORROWED) != 0, DTYPES[i_dtype] == MSW_INT8);
    msw_arena_free(&arena);
  }
  assert_same(us[0], us[1]);
  assert_true(us[2] < us[0]);
  assert_same(us[2], us[3]);   /* the same peak, as many bytes */
}

/* A GPU of which nothing is known but its peaks stays void, and says what is missing. */
static void nothing_known(void **state) {
  (void)state;
  msw_gpu gpu = *msw_data_find_gpu(&w.data, "h100_sxm");
  const msw_model *dense = model_named("llama-3.1-8b"), *moe = model_named("qwen3-30b-a3b");
  msw_gpu_analytic part = *gpu.analytic;
  msw_arena arena = {0};
  gpu.analytic = NULL;
  msw_case bound = bind(&gpu, dense, 1, MSW_BF16, &arena);
  assert_true(bound.flags & MSW_FLAG_VOID_TABLE);
  assert_string_equal(bound.why_void, "no bf16 GEMM of h100_sxm was measured near n=6144, k=4096 (qkv_proj), and the GPU's "
                                      "entry has no kernel model of it (key \"analytic\")");
  gpu.analytic = &part;
  part.decode[MSW_FIT_BF16] = NULL;
  bound = bind(&gpu, dense, 2, MSW_BF16, &arena);
  assert_true(bound.flags & MSW_FLAG_VOID_TABLE);
  assert_string_equal(bound.why_void, "no decode attention of h100_sxm was measured near 16 heads on 4 KV heads of 128 (bf16), "
                                      "and the GPU's entry has no kernel model of it (key \"analytic\")");
  part.all_reduce = NULL;
  bound = bind(&gpu, dense, 2, MSW_BF16, &arena);
  assert_string_equal(bound.why_void, "no all-reduce over 2 GPUs was measured on h100_sxm, and the GPU's entry has no kernel "
                                      "model of it (key \"analytic\")");
  part.moe[MSW_FIT_BF16] = NULL;
  bound = bind(&gpu, moe, 1, MSW_BF16, &arena);
  assert_string_equal(bound.why_void, "no experts of qwen3-30b-a3b at tp 1 were measured on h100_sxm, and the GPU's entry has "
                                      "no kernel model of it (key \"analytic\")");
  bound = bind(&gpu, dense, 1, MSW_FP32, &arena);
  assert_true(bound.flags & MSW_FLAGS_VOID);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_model_on_every_gpu), cmocka_unit_test(other_number_formats),
                                     cmocka_unit_test(nothing_known)};
  return cmocka_run_group_tests(tests, open_world, close_world);
}
