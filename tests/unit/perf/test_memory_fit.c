/* Whether a step fits into the GPUs: weights, KV cache, context. */
#include "made_case.h"
#include "msw/perf/phase.h"
#include "msw_test.h"

static const double eps = 1e-14, gib = 1024. * 1024 * 1024;

/* 10 layers * (14.4e6 + 2 norms of 1000) + embedding and lm_head 5000 * 1000 each + last norm */
static const double params = 10 * (14.4e6 + 2000) + 2 * 5e6 + 1000;

static void bytes_per_gpu(void **state) {
  made_world *world = *state;
  msw_case bound = made_bind(world);
  assert_close(bound.weight_bytes_per_gpu, 2 * params, eps, 0);
  assert_close(bound.kv_bytes_per_tok_per_gpu, 2 * 10 * 2 * 100 * 2, eps, 0);
  assert_close(bound.usable_bytes_per_gpu, 64 * gib * .9, eps, 0);
  world->model.tie_word_embeddings = true;
  world->tp = 2;
  world->dtype = MSW_FP8;
  bound = made_bind(world);
  assert_close(bound.weight_bytes_per_gpu, (params - 5e6) / 2, eps, 0);
  assert_close(bound.kv_bytes_per_tok_per_gpu, 2 * 10 * 1 * 100 * 2, eps, 0);   /* 16-bit cache, half of the heads */
}

/* Two KV heads on five GPUs: each GPU holds one, replicated. */
static void kv_heads_are_replicated(void **state) {
  made_world *world = *state;
  world->tp = 5;
  assert_close(made_bind(world).kv_bytes_per_tok_per_gpu, 2 * 10 * 1 * 100 * 2, eps, 0);
}

/* What an engine holds has the configured head_dim, whatever the method counts as traffic. */
static void the_cache_has_the_real_head_dim(void **state) {
  made_world *world = *state;
  world->model.head_dim = 150;
  world->model.head_dim_explicit = true;
  assert_int_equal(world->knobs.head_dim_rule, MSW_HEAD_DIM_HIDDEN_OVER_HEADS);
  msw_case bound = made_bind(world);
  assert_close(bound.kv_bytes_per_tok_per_gpu, 2 * 10 * 2 * 150 * 2, eps, 0);
  assert_same(bound.head_dim, 100);
}

static void memory_full_begins_just_beyond(void **state) {
  made_world *world = *state;
  msw_case bound = made_bind(world);
  double tok = (bound.usable_bytes_per_gpu - bound.weight_bytes_per_gpu) / bound.kv_bytes_per_tok_per_gpu;
  assert_int_equal(msw_fit_flags(&bound, floor(tok), 1), 0);
  assert_int_equal(msw_fit_flags(&bound, floor(tok) + 1, 1), MSW_FLAG_MEMORY_FULL);
  bound.usable_bytes_per_gpu = bound.weight_bytes_per_gpu + 10 * bound.kv_bytes_per_tok_per_gpu;
  assert_int_equal(msw_fit_flags(&bound, 10, 1), 0);   /* exactly full fits */
}

static void context_counts_the_new_token(void **state) {
  made_world *world = *state;
  assert_int_equal(made_eval(world, "1*4095", "", NULL).flags & MSW_FLAG_CONTEXT_TOO_LONG, 0);
  assert_int_equal(made_eval(world, "1*4096", "", NULL).flags & MSW_FLAG_CONTEXT_TOO_LONG, MSW_FLAG_CONTEXT_TOO_LONG);
  assert_int_equal(made_eval(world, "", "1*96:4000", NULL).flags & MSW_FLAG_CONTEXT_TOO_LONG, 0);
  assert_int_equal(made_eval(world, "", "1*97:4000", NULL).flags & MSW_FLAG_CONTEXT_TOO_LONG, MSW_FLAG_CONTEXT_TOO_LONG);
  /* the longest request counts, not the sum */
  assert_int_equal(made_eval(world, "9*3000", "1*0:3000", NULL).flags & MSW_FLAG_CONTEXT_TOO_LONG, 0);
  assert_int_equal(made_eval(world, "9*3000+1*5000", "", NULL).flags & MSW_FLAG_CONTEXT_TOO_LONG, MSW_FLAG_CONTEXT_TOO_LONG);
  world->model.max_position_embeddings = 0;   /* unknown: no limit */
  assert_int_equal(made_eval(world, "1*4000000", "", NULL).flags & MSW_FLAG_CONTEXT_TOO_LONG, 0);
}

static void gib_of_a_step(void **state) {
  made_world *world = *state;
  msw_breakdown got = made_eval(world, "8*1023", "1*1000:24", NULL);
  assert_same(got.kv_tok, 8 * 1024 + 1024);
  assert_close(got.weight_gib, 2 * params / gib, eps, 0);
  assert_close(got.kv_gib, 9 * 1024 * 8000. / gib, eps, 0);
}

static void a_full_memory_keeps_its_numbers(void **state) {
  made_world *world = *state;
  world->gpu.mem_gib = .25;
  msw_breakdown got = made_eval(world, "8*1024", "", NULL);
  assert_int_equal(got.flags & MSW_FLAG_MEMORY_FULL, MSW_FLAG_MEMORY_FULL);
  assert_true(got.step_us > 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(bytes_per_gpu), TEST(kv_heads_are_replicated), TEST(the_cache_has_the_real_head_dim),
      TEST(memory_full_begins_just_beyond), TEST(context_counts_the_new_token), TEST(gib_of_a_step),
      TEST(a_full_memory_keeps_its_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
