/* How a step is written down does not matter: 2*4096 is 1*4096+1*4096, and groups may stand in any order. */
#include <stdlib.h>

#include "msw_test.h"
#include "random_step.h"

enum { ROUNDS = 2000, MOST = 64 };
static const double rounding = 1e-11;

static void expect_phase(const msw_phase_time *a, const msw_phase_time *b) {
  assert_close(a->gemm_us, b->gemm_us, rounding, 0);
  assert_close(a->attn_us, b->attn_us, rounding, 0);
  assert_close(a->memory_us, b->memory_us, rounding, 0);
  assert_close(a->time_us, b->time_us, rounding, 0);
}

static void expect_equal(const msw_breakdown *a, const msw_breakdown *b) {
  expect_phase(&a->prefill, &b->prefill);
  expect_phase(&a->decode, &b->decode);
  expect_phase(&a->fused, &b->fused);
  assert_close(a->step_us, b->step_us, rounding, 0);
  assert_close(a->overhead_us, b->overhead_us, rounding, 0);
  assert_close(a->kv_tok, b->kv_tok, rounding, 0);
  assert_close(a->tok_per_s_per_gpu, b->tok_per_s_per_gpu, rounding, 0);
  assert_int_equal(a->flags, b->flags);
}

/* Every group cut into random parts, all shuffled. */
typedef struct { msw_decode_group decode[MOST]; msw_prefill_group prefill[MOST]; msw_step step; } split_step;

static void split(split_step *out, const msw_step *step, rng *r) {
  size_t n_decode = 0, n_prefill = 0;
  for (size_t i = 0; i < step->n_decode; i++)
    for (double left = step->decode[i].count, part; left > 0; left -= part) {
      part = n_decode + 8 < MOST ? (double)rng_int(r, 1, (int64_t)left) : left;
      size_t at = rng_below(r, n_decode + 1);
      out->decode[n_decode++] = out->decode[at];
      out->decode[at] = (msw_decode_group){part, step->decode[i].kv_len};
    }
  for (size_t i = 0; i < step->n_prefill; i++)
    for (double left = step->prefill[i].count, part; left > 0; left -= part) {
      part = n_prefill + 8 < MOST ? (double)rng_int(r, 1, (int64_t)left) : left;
      size_t at = rng_below(r, n_prefill + 1);
      out->prefill[n_prefill++] = out->prefill[at];
      out->prefill[at] = (msw_prefill_group){part, step->prefill[i].cached_len, step->prefill[i].new_len};
    }
  out->step = (msw_step){.decode = out->decode, .n_decode = n_decode, .prefill = out->prefill, .n_prefill = n_prefill};
}

static void splitting_and_shuffling(void **state) {
  (void)state;
  const rng seeded = rng_start("groups", 20260207);
  size_t n_checked = 0;
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    msw_case bound;
    random_step random;
    split_step parts = {0};
    random_world_make(&world, &r);
    random_step_make(&random, &r);
    split(&parts, &random.step, &r);
    if (random_case(&r, &world, &world.arena, random_preset(&r), &bound)) {
      msw_breakdown whole, cut;
      msw_step_eval(&bound, &random.step, NULL, &whole);
      msw_step_eval(&bound, &parts.step, NULL, &cut);
      expect_equal(&cut, &whole);
      n_checked++;
    }
    random_world_free(&world);
  }
  assert_true(n_checked > ROUNDS / 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(splitting_and_shuffling)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
