/* Closed forms of kernel times: the curves that stand for them stay close, and no time is below what the GPU can do at most.
 * Random shapes on every shipped GPU. */
#include "msw/inputs/data_root.h"
#include "msw/perf/analytic.h"

#include "msw_test.h"
#include "rng.h"

enum { ROUNDS = 60, PROBES = 60 };
static const double CLOSE = .01, FAR = .05;      /* nearly all points; all points */
static const double MOST_BEYOND = .01;           /* share of the points that may be further off than CLOSE */

typedef struct { msw_arena arena; msw_diag diag; msw_data_root data; } world;
static world w;

static int open_world(void **state) {
  (void)state;
  return msw_data_root_open(MSW_TEST_ROOT, NULL, 0, &w.arena, &w.diag, &w.data) == MSW_OK ? 0 : -1;
}

static int close_world(void **state) {
  (void)state;
  msw_arena_free(&w.arena);
  msw_diag_free(&w.diag);
  return 0;
}

/* One kernel of one GPU: its curve, and the time itself. */
typedef struct {
  const msw_gpu *gpu;
  msw_dtype dtype;
  msw_fit_format format;
  msw_analytic_gpu facts;
  double n, k, batch, n_gpus;
  msw_attention_kernel attention;
  msw_analytic_heads heads;
  msw_moe_kernel moe;
} kernel;

typedef struct {
  const char *name;
  double most;                                   /* of the axis */
  bool (*curve)(const kernel *at, msw_arena *arena, msw_time_curve *curve);
  double (*us)(const kernel *at, double x);
} kind;

static bool gemm_curve(const kernel *at, msw_arena *arena, msw_time_curve *curve) {
  return msw_analytic_gemm_curve(at->gpu, at->dtype, at->n, at->k, arena, curve);
}
static double gemm_us(const kernel *at, double m) {
  return msw_analytic_gemm_us(at->gpu->analytic->gemm[at->format], &at->facts, m, at->n, at->k);
}
static bool decode_curve(const kernel *at, msw_arena *arena, msw_time_curve *curve) {
  return msw_analytic_decode_curve(at->gpu, &at->attention, at->batch, arena, curve);
}
static double decode_us(const kernel *at, double kv) {
  return msw_analytic_decode_us(at->gpu->analytic->decode[at->format], &at->facts, at->batch, kv, &at->heads);
}
static bool prefill_curve(const kernel *at, msw_arena *arena, msw_time_curve *curve) {
  return msw_analytic_prefill_curve(at->gpu, &at->attention, at->batch, arena, curve);
}
static double prefill_us(const kernel *at, double seq) {
  if (seq < 2.0) return decode_us(at, seq);
  return msw_analytic_prefill_us(at->gpu->analytic->prefill[at->format], &at->facts, at->batch, seq, 0.0, &at->heads);
}
static bool moe_curve(const kernel *at, msw_arena *arena, msw_time_curve *curve) {
  return msw_analytic_moe_curve(at->gpu, &at->moe, arena, curve);
}
static double moe_us(const kernel *at, double tok) {
  const msw_analytic_experts experts = {
      (double)at->moe.hidden_size, (double)at->moe.intermediate_size / (double)at->moe.moe_tp,
      (double)at->moe.n_experts_per_tok, (double)at->moe.n_experts, (double)at->moe.moe_ep};
  return msw_analytic_moe_us(at->gpu->analytic->moe[at->format], &at->facts, tok, &experts);
}
static bool all_reduce_curve(const kernel *at, msw_arena *arena, msw_time_curve *curve) {
  return msw_analytic_all_reduce_curve(at->gpu, at->n_gpus, arena, curve);
}
static double all_reduce_us(const kernel *at, double bytes) {
  return msw_analytic_all_reduce_us(at->gpu->analytic->all_reduce, &at->facts, bytes, at->n_gpus);
}

static const kind KINDS[] = {{"gemm", 1e6, gemm_curve, gemm_us},
                             {"decode", 1e6, decode_curve, decode_us},
                             {"prefill", 1e6, prefill_curve, prefill_us},
                             {"moe", 1e6, moe_curve, moe_us},
                             {"all_reduce", 1e10, all_reduce_curve, all_reduce_us}};

static double power_of_two(rng *r, double least, double most) {
  return exp2(floor(rng_between(r, log2(least), log2(most) + 1)));
}

static kernel random_kernel(rng *r) {
  kernel at = {.gpu = &w.data.gpus[rng_below(r, w.data.n_gpus)], .dtype = rng_chance(r, .5) ? MSW_BF16 : MSW_FP8};
  if (!(at.gpu->peak_flop_per_s[at.dtype] > 0)) at.dtype = MSW_BF16;
  at.format = msw_fit_format_of(at.dtype);
  at.facts = msw_analytic_gpu_of(at.gpu, at.dtype);
  at.n = round(rng_log_between(r, 128, 60000));
  at.k = round(rng_log_between(r, 128, 30000));
  at.batch = round(rng_log_between(r, 1, 512));
  at.n_gpus = power_of_two(r, 2, 16);
  const double kv_heads = power_of_two(r, 1, 32), group = power_of_two(r, 1, 8), head_dim = power_of_two(r, 64, 256);
  at.attention = (msw_attention_kernel){at.dtype, kv_heads * group, kv_heads, head_dim, 0};
  at.heads = (msw_analytic_heads){kv_heads * group, kv_heads, head_dim};
  at.moe = (msw_moe_kernel){.dtype = at.dtype, .hidden_size = (int64_t)rng_log_between(r, 1024, 8192),
                            .intermediate_size = (int64_t)rng_log_between(r, 512, 16384),
                            .n_experts_per_tok = (int64_t)power_of_two(r, 1, 8),
                            .n_experts = (int64_t)power_of_two(r, 8, 256), .moe_tp = 1, .moe_ep = 1};
  return at;
}

static void curves_are_close(void **state) {
  (void)state;
  const rng seeded = rng_start("analytic", 20261122);
  for (size_t i_kind = 0; i_kind < sizeof KINDS / sizeof *KINDS; i_kind++) {
    const kind *k = &KINDS[i_kind];
    const rng of_kind = rng_fork(&seeded, i_kind);
    double n_beyond = 0, n_all = 0, n_pieces = 0, worst = 0;
    for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
      rng r = rng_fork(&of_kind, i_round);
      const kernel at = random_kernel(&r);
      msw_arena arena = {0};
      msw_time_curve curve;
      assert_true(k->curve(&at, &arena, &curve));
      n_pieces += (double)curve.n;
      for (size_t i_probe = 0; i_probe < PROBES; i_probe++) {
        const double x = floor(rng_log_between(&r, 1, k->most)), us = k->us(&at, x);
        msw_flags flags = 0;
        const double off = fabs(msw_time_at(&curve, x, &flags) / us - 1);
        if (!(off <= FAR)) fail_msg("%s on %s at %g: off by %g", k->name, at.gpu->name, x, off);
        assert_int_equal(flags, MSW_FLAG_ANALYTIC | (at.gpu->analytic->is_borrowed ? MSW_FLAG_PARAMS_BORROWED : 0));
        n_all++;
        n_beyond += off > CLOSE;
        worst = fmax(worst, off);
      }
      msw_arena_free(&arena);
    }
    print_message("%-10s %3.0f pieces; %.2f %% of the points further off than 1 %%, the worst by %.1f %%\n", k->name,
                  n_pieces / ROUNDS, 100 * n_beyond / n_all, 100 * worst);
    assert_true(n_beyond <= MOST_BEYOND * n_all);
  }
}

/* What the GPU can do at most bounds every kernel, and every time is a number. */
static void times_are_possible(void **state) {
  (void)state;
  const rng seeded = rng_start("analytic_bounds", 20261123);
  for (uint64_t i_round = 0; i_round < (uint64_t)ROUNDS * PROBES; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    const kernel at = random_kernel(&r);
    const double x = floor(rng_log_between(&r, 1, 1e5)), q = at.facts.value_bytes;
    const double head_tok = at.batch * x * at.heads.num_kv_heads * at.heads.head_dim;
    const double gemm = gemm_us(&at, x), decode = decode_us(&at, x), prefill = prefill_us(&at, x), moe = moe_us(&at, x);
    assert_true(gemm >= 2 * x * at.n * at.k / at.facts.flop_per_us);
    assert_true(gemm >= (q * (x * at.k + at.n * at.k) + 2 * x * at.n) / at.facts.bytes_per_us);
    assert_true(decode >= 2 * q * head_tok / at.facts.bytes_per_us);
    assert_true(prefill >= 2 * at.batch * at.heads.num_heads * at.heads.head_dim * x * x / at.facts.flop_per_us);
    assert_true(moe >= 6 * x * (double)(at.moe.n_experts_per_tok * at.moe.hidden_size * at.moe.intermediate_size) /
                           at.facts.flop_per_us);
    assert_true(isfinite(gemm + decode + prefill + moe) && all_reduce_us(&at, x) > 0);
  }
}

/* Nothing is said of what the entry has no coefficients for. */
static void absent_kernels(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_time_curve curve;
  msw_gpu bare = w.data.gpus[0];
  assert_false(msw_analytic_gemm_curve(&bare, MSW_FP32, 64, 64, &arena, &curve));
  bare.peak_flop_per_s[MSW_BF16] = 0;
  assert_false(msw_analytic_gemm_curve(&bare, MSW_BF16, 64, 64, &arena, &curve));
  bare = w.data.gpus[0];
  bare.analytic = NULL;
  const msw_attention_kernel attention = {MSW_BF16, 8, 8, 128, 0};
  assert_false(msw_analytic_gemm_curve(&bare, MSW_BF16, 64, 64, &arena, &curve));
  assert_false(msw_analytic_decode_curve(&bare, &attention, 1, &arena, &curve));
  assert_false(msw_analytic_prefill_curve(&bare, &attention, 1, &arena, &curve));
  assert_false(msw_analytic_all_reduce_curve(&bare, 2, &arena, &curve));
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(curves_are_close), cmocka_unit_test(times_are_possible),
                                     cmocka_unit_test(absent_kernels)};
  return cmocka_run_group_tests(tests, open_world, close_world);
}
