/* No step is faster than its FLOP at the peak or its bytes at the bandwidth, wherever the method implies it: MFU of a row
 * cannot exceed 1, the memory term bounds its phase, and a phase bounds the step (weighted means excepted: they may lie
 * below the longer phase). And every number is one: finite, not negative.
 */
#include <stdlib.h>

#include "msw_test.h"
#include "random_step.h"

enum { ROUNDS = 2500 };
static const double rounding = 1e-12, us_per_s = 1e6;

/* Layers' projections, F(n, s) and bytes, from the model and the formulas, not from the case's own fields. */
typedef struct { double params, attention_flop_decode, attention_flop_prefill, tok_decode, tok_prefill; } work;

static work work_of(const msw_case *bound, const msw_step *step) {
  const msw_model *model = bound->model;
  double d = (double)model->hidden_size, heads = (double)model->num_heads;
  bool divide = bound->knobs.head_dim_rule == MSW_HEAD_DIM_HIDDEN_OVER_HEADS;
  double dh = (double)(divide ? model->hidden_size / model->num_heads : model->head_dim), q = divide ? d : heads * dh;
  double kv = (double)model->num_kv_heads * dh, ff = model->intermediate_size ? (double)model->intermediate_size : 4 * d;
  double layers = (double)model->num_layers;
  work w = {.params = layers * (d * q + 2 * d * kv + q * d + 3 * d * ff)};
  for (size_t i = 0; i < step->n_decode; i++) {
    w.tok_decode += step->decode[i].count;
    w.attention_flop_decode += layers * 4 * heads * dh * step->decode[i].count * step->decode[i].kv_len;
  }
  for (size_t i = 0; i < step->n_prefill; i++) {
    w.tok_prefill += step->prefill[i].count * step->prefill[i].new_len;
    w.attention_flop_prefill +=
        layers * 4 * heads * dh * step->prefill[i].count * step->prefill[i].new_len * (step->prefill[i].cached_len + step->prefill[i].new_len);
  }
  return w;
}

#define AT_LEAST(got, bound_us) \
  do { \
    double got_ = (got), least_ = (bound_us); \
    if (!(got_ >= least_ * (1 - rounding))) fail_msg("round %llu: " #got " = %.17g is below " #bound_us " = %.17g", i_round, got_, least_); \
  } while (0)

static void check_tables_family(const msw_case *bound, const work *w, const msw_breakdown *got, unsigned long long i_round) {
  double peak = bound->gpu->peak_flop_per_s[bound->weight_dtype] * bound->tp / us_per_s;
  double attention_peak = bound->gpu->peak_flop_per_s[bound->kv_dtype] * bound->tp / us_per_s;
  AT_LEAST(got->decode.gemm_us, 2 * w->tok_decode * w->params / peak);
  AT_LEAST(got->prefill.gemm_us, 2 * w->tok_prefill * w->params / peak);
  bool own_length = bound->knobs.decode_aggregation != MSW_AGGREGATE_MEAN;   /* max and buckets only lengthen */
  if (own_length) AT_LEAST(got->decode.attn_us, w->attention_flop_decode / attention_peak);
  if (bound->knobs.prefill_flop == MSW_PREFILL_FLOP_REQUEST)
    AT_LEAST(got->prefill.attn_us, w->attention_flop_prefill / bound->knobs.causal_factor / attention_peak);
  double weights_us = w->params * msw_dtype_bytes(bound->weight_dtype) / bound->tp / bound->bw_bytes_per_s * us_per_s;
  bool floors = bound->knobs.gemm_weight_floor;
  if (w->tok_decode > 0) AT_LEAST(got->decode.memory_us, weights_us);
  if (w->tok_prefill > 0) AT_LEAST(got->prefill.memory_us, weights_us);
  if (floors && w->tok_decode > 0) AT_LEAST(got->decode.gemm_us, weights_us);
  if (floors && w->tok_prefill > 0) AT_LEAST(got->prefill.gemm_us, weights_us);
  if (got->fused.time_us > 0) AT_LEAST(got->fused.gemm_us, 2 * (w->tok_decode + w->tok_prefill) * w->params / peak);
}

static void check_step(const msw_case *bound, const msw_breakdown *got, unsigned long long i_round) {
  const msw_phase_time *phases[] = {&got->prefill, &got->decode, &got->fused};
  for (int i_phase = 0; i_phase < 3; i_phase++) {
    AT_LEAST(phases[i_phase]->time_us, phases[i_phase]->gemm_us + phases[i_phase]->attn_us);
    AT_LEAST(phases[i_phase]->time_us, phases[i_phase]->memory_us);
    AT_LEAST(phases[i_phase]->gemm_us, 0);
    AT_LEAST(phases[i_phase]->attn_us, 0);
  }
  double longer = fmax(got->prefill.time_us, got->decode.time_us), both = got->prefill.time_us + got->decode.time_us;
  bool mixed = got->prefill.time_us > 0 && got->decode.time_us > 0;
  if (mixed && bound->knobs.mixed_rule == MSW_MIXED_WEIGHTED) AT_LEAST(got->hardware_us, fmin(got->prefill.time_us, got->decode.time_us));
  else if (!mixed || bound->knobs.mixed_rule != MSW_MIXED_FUSED) AT_LEAST(got->hardware_us, longer);
  if (!mixed || bound->knobs.mixed_rule != MSW_MIXED_FUSED) AT_LEAST(both, got->hardware_us);
  AT_LEAST(got->step_us, got->hardware_us);
  AT_LEAST(got->overhead_us, 0);
  const double all[] = {got->step_us, got->tok_per_s_per_gpu, got->kv_gib, got->weight_gib, got->kv_tok, got->comm_us};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) assert_true(isfinite(all[i]) && all[i] >= 0);
  assert_true(got->step_us > 0 && got->bound != MSW_BOUND_NONE);
}

static void no_step_beats_the_machine(void **state) {
  (void)state;
  const rng seeded = rng_start("bounds", 20260205);
  size_t n_checked = 0, n_tables = 0;
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    msw_case bound;
    random_step random;
    random_world_make(&world, &r);
    random_step_make(&random, &r);
    if (random_case(&r, &world, &world.arena, random_preset(&r), &bound)) {
      msw_breakdown got;
      msw_step_eval(&bound, &random.step, NULL, &got);
      work w = work_of(&bound, &random.step);
      check_step(&bound, &got, i_round);
      if (bound.family == MSW_FAMILY_KERNEL_TABLES) check_tables_family(&bound, &w, &got, i_round);
      n_checked++;
      n_tables += bound.family == MSW_FAMILY_KERNEL_TABLES;
    }
    random_world_free(&world);
  }
  print_message("%zu steps, %zu of them by tables\n", n_checked, n_tables);
  assert_true(n_checked > ROUNDS / 3 && n_tables > ROUNDS / 6);
}

/* More requests, longer contexts, more tokens: FLOP and bytes grow, so that the memory time does. */
static void memory_time_grows_with_the_work(void **state) {
  (void)state;
  const rng seeded = rng_start("growth", 20260206);
  for (unsigned long long i_round = 0; i_round < ROUNDS / 5; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    msw_case bound;
    random_step random;
    random_world_make(&world, &r);
    random_step_make(&random, &r);
    if (random_case(&r, &world, &world.arena, random_preset(&r), &bound)) {
      msw_breakdown less, more;
      msw_step_eval(&bound, &random.step, NULL, &less);
      for (size_t i = 0; i < random.step.n_decode; i++) random.decode[i].kv_len += 1;
      for (size_t i = 0; i < random.step.n_prefill; i++) random.prefill[i].count += 1;
      msw_step_eval(&bound, &random.step, NULL, &more);
      AT_LEAST(more.decode.memory_us, less.decode.memory_us);
      AT_LEAST(more.prefill.memory_us, less.prefill.memory_us);
      AT_LEAST(more.kv_gib, less.kv_gib);
    }
    random_world_free(&world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(no_step_beats_the_machine), cmocka_unit_test(memory_time_grows_with_the_work)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
