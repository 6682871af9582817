/* The run: order of commits, threads, stop, failures, counts. */
#include "msw/grid/run.h"

#include <sched.h>

#include "grid_fixture.h"

enum { MAX_THREADS = 5, MAX_SLOTS = 2 * MAX_THREADS + 2 };

typedef struct {
  const msw_plan *plan;
  int n_threads;
  size_t n_committed, next_block;      /* tiles so far; the block that commits come from */
  uint64_t i_case, i_tile;             /* expected next */
  size_t encoded[MAX_SLOTS];           /* fields since the slot's last commit */
  size_t stop_at, fail_at;             /* SIZE_MAX: never */
  volatile sig_atomic_t stop;
  bool wrong;                          /* cmocka must not jump out of a parallel region */
  bool unequal;                        /* some tiles take much longer than others */
  uint64_t sum[MAX_SLOTS];             /* of the bytes in the slot */
  uint64_t all;                        /* of what was committed, and its order */
} recorder;

static uint64_t mix(uint64_t sum, uint64_t value) { return (sum ^ value) * 1099511628211u; }   /* FNV-1a */

static void encode(void *context, int slot, size_t i_block, size_t i_field, const void *cells, size_t n_bytes) {
  recorder *r = context;
  const msw_plan_block *block = &r->plan->blocks[i_block];
  if (slot < 0 || slot >= msw_run_slots(r->n_threads) || i_field != r->encoded[slot] || !cells) r->wrong = true;
  else r->encoded[slot]++;
  if (n_bytes != block->chunk_cells * msw_field_size(block->fields[i_field]->type)) r->wrong = true;
  if (r->wrong) return;
  for (size_t i_byte = 0; i_byte < n_bytes; i_byte++)
    r->sum[slot] = mix(r->sum[slot], ((const unsigned char *)cells)[i_byte]);
  for (uint64_t i_wait = 0; r->unequal && r->sum[slot] % 4 == 0 && i_wait < 500; i_wait++) sched_yield();
}

static msw_status commit(void *context, int slot, size_t i_block, const msw_tile *tile) {
  recorder *r = context;
  const msw_plan_block *block = &r->plan->blocks[i_block];
  msw_tile want;
  if (i_block != r->next_block) r->next_block++, r->i_case = r->i_tile = 0;
  if (i_block != r->next_block) r->wrong = true;
  msw_plan_tile(block, r->i_case, r->i_tile, &want);
  if (memcmp(&want, tile, sizeof want) != 0) r->wrong = true;
  if (r->encoded[slot] != block->n_fields) r->wrong = true;
  r->encoded[slot] = 0;
  r->all = mix(r->all, r->sum[slot]);
  r->sum[slot] = 0;
  if (++r->i_tile == block->tiles_per_case) r->i_tile = 0, r->i_case++;
  if (r->n_committed == r->fail_at) return MSW_FAILED;
  if (++r->n_committed == r->stop_at) r->stop = 1;
  return MSW_OK;
}

/* tp {1,2,5} x batch 7 x kv 11 in chunks of 2 x 3: 16 tiles a case, 3 cases. */
static msw_plan small_plan(grid_fixture *f) {
  begin_sweep(f, MSW_DECODE, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 5);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 3, 4, 5, 6, 7);
  NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110);
  msw_plan plan = made_plan(&f->sweep);
  msw_plan_block *block = msw_arena_alloc(&f->sweep.arena, sizeof *block);
  *block = plan.blocks[0];
  dense_rechunk(block, (const uint64_t[]){2, 3});
  plan.blocks = block;
  return plan;
}

static msw_status run(grid_fixture *f, const msw_plan *plan, recorder *r, int n_threads, msw_block_counts *counts) {
  const msw_kernel_set *const *of_block[] = {f->tables, f->tables};
  msw_run_tables tables = {.of_block = of_block};
  msw_sink sink = {.context = r, .encode = encode, .commit = commit};
  msw_run_options options = {.n_threads = n_threads, .stop = &r->stop};
  r->plan = plan;
  r->n_threads = n_threads;
  msw_status status = msw_run(plan, &tables, &sink, &options, counts);
  assert_false(r->wrong);
  return status;
}

static void tiles_are_committed_in_order(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  for (int n_threads = 1; n_threads <= MAX_THREADS; n_threads++) {
    recorder r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
    msw_block_counts counts;
    assert_int_equal(run(f, &plan, &r, n_threads, &counts), MSW_OK);
    assert_int_equal(r.n_committed, 48);
    assert_int_equal(counts.n_evaluated, 231);
  }
  made_sweep_free(&f->sweep);
}

static void blocks_one_after_the_other(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  msw_plan_block blocks[2] = {plan.blocks[0], plan.blocks[0]};
  dense_rechunk(&blocks[1], (const uint64_t[]){7, 11});
  plan.blocks = blocks;
  plan.n_blocks = 2;
  recorder r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
  msw_block_counts counts[2];
  assert_int_equal(run(f, &plan, &r, 2, counts), MSW_OK);
  assert_int_equal(r.n_committed, 48 + 3);
  assert_int_equal(counts[0].n_evaluated, counts[1].n_evaluated);
  assert_memory_equal(counts[0].flags, counts[1].flags, sizeof counts[0].flags);
  made_sweep_free(&f->sweep);
}

static void counts_do_not_depend_on_threads(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  msw_block_counts one, three;
  recorder a = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX}, b = a;
  run(f, &plan, &a, 1, &one);
  run(f, &plan, &b, 3, &three);
  assert_memory_equal(&one, &three, sizeof one);
  made_sweep_free(&f->sweep);
}

/* Threads that are ahead go on: what is committed, and in which order, is the same. */
static void unequal_tiles_change_nothing(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  msw_block_counts counts, first_counts;
  recorder first = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
  run(f, &plan, &first, 1, &first_counts);
  for (int n_threads = 1; n_threads <= MAX_THREADS; n_threads++)
    for (int i_round = 0; i_round < 5; i_round++) {
      recorder r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX, .unequal = true};
      assert_int_equal(run(f, &plan, &r, n_threads, &counts), MSW_OK);
      assert_int_equal(r.n_committed, 48);
      assert_true(r.all == first.all);
      assert_memory_equal(&counts, &first_counts, sizeof counts);
    }
  made_sweep_free(&f->sweep);
}

static void stopped_before_it_begins(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  recorder r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX, .stop = 1};
  msw_block_counts counts;
  assert_int_equal(run(f, &plan, &r, 2, &counts), MSW_INTERRUPTED);
  assert_int_equal(r.n_committed, 0);
  assert_int_equal(counts.n_evaluated, 0);
  made_sweep_free(&f->sweep);
}

/* What was committed is a beginning of the file; nothing follows the stop. */
static void stopped_on_the_way(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  for (size_t stop_at = 1; stop_at <= 48; stop_at++)
    for (int n_threads = 1; n_threads <= MAX_THREADS; n_threads++) {
      recorder r = {.stop_at = stop_at, .fail_at = SIZE_MAX};
      msw_block_counts counts;
      assert_int_equal(run(f, &plan, &r, n_threads, &counts), MSW_INTERRUPTED);
      assert_int_equal(r.n_committed, stop_at);
    }
  made_sweep_free(&f->sweep);
}

static void a_commit_that_fails(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  for (size_t fail_at = 0; fail_at < 48; fail_at++)
    for (int n_threads = 1; n_threads <= MAX_THREADS; n_threads++) {
      recorder r = {.stop_at = SIZE_MAX, .fail_at = fail_at};
      msw_block_counts counts;
      assert_int_equal(run(f, &plan, &r, n_threads, &counts), MSW_FAILED);
      assert_int_equal(r.n_committed, fail_at);
    }
  made_sweep_free(&f->sweep);
}

/* A failure tells more than the stop that came with it. */
static void failure_before_interruption(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  recorder r = {.stop_at = SIZE_MAX, .fail_at = 0};
  msw_block_counts counts;
  assert_int_equal(run(f, &plan, &r, 1, &counts), MSW_FAILED);
  r = (recorder){.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
  msw_run_options options = {.n_threads = 1};   /* stop may be NULL */
  const msw_kernel_set *const *of_block[] = {f->tables};
  msw_run_tables tables = {.of_block = of_block};
  msw_sink sink = {.context = &r, .encode = encode, .commit = commit};
  r.plan = &plan;
  r.n_threads = 1;
  assert_int_equal(msw_run(&plan, &tables, &sink, &options, &counts), MSW_OK);
  made_sweep_free(&f->sweep);
}

static void progress_reaches_the_end(void **state) {
  grid_fixture *f = *state;
  msw_plan plan = small_plan(f);
  recorder r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX, .plan = &plan, .n_threads = 2};
  msw_progress progress = {.total = plan.n_cells};   /* not active: prints nothing */
  const msw_kernel_set *const *of_block[] = {f->tables};
  msw_run_tables tables = {.of_block = of_block};
  msw_sink sink = {.context = &r, .encode = encode, .commit = commit};
  msw_run_options options = {.n_threads = 2, .progress = &progress};
  msw_block_counts counts;
  msw_log_level(MSW_QUIET);
  msw_progress_start(&progress, plan.n_cells);
  assert_int_equal(msw_run(&plan, &tables, &sink, &options, &counts), MSW_OK);
  assert_int_equal(progress.done, plan.n_cells);
  msw_progress_end(&progress);
  made_sweep_free(&f->sweep);
}

/* More cases than are bound at once. */
static void many_small_cases(void **state) {
  grid_fixture *f = *state;
  enum { N = 1200 };
  static const msw_axis_id members[] = {MSW_AXIS_BATCH};
  double values[N];
  for (int i = 0; i < N; i++) values[i] = i + 1;
  begin_sweep(f, MSW_DECODE, "v2-floor");
  made_numbers(&f->sweep, MSW_AXIS_BATCH, values, N);
  made_zip(&f->sweep, "batches", members, 1);
  msw_plan plan = made_plan(&f->sweep);
  for (int n_threads = 1; n_threads <= MAX_THREADS; n_threads++) {
    recorder r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
    msw_block_counts counts;
    assert_int_equal(run(f, &plan, &r, n_threads, &counts), MSW_OK);
    assert_int_equal(r.n_committed, N);
  }
  made_sweep_free(&f->sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      GRID_TEST(tiles_are_committed_in_order), GRID_TEST(blocks_one_after_the_other),
      GRID_TEST(counts_do_not_depend_on_threads), GRID_TEST(unequal_tiles_change_nothing),
      GRID_TEST(stopped_before_it_begins), GRID_TEST(stopped_on_the_way),
      GRID_TEST(a_commit_that_fails), GRID_TEST(failure_before_interruption), GRID_TEST(progress_reaches_the_end),
      GRID_TEST(many_small_cases),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
