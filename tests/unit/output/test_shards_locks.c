/* A folder on a file system without locks: one warning, and the work goes on. */
#include "shards_sample.h"

#include <errno.h>
#include <sys/file.h>

int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation) {
  (void)fd, (void)operation;
  errno = ENOLCK;
  return -1;
}

static void work_goes_on_without_locks(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards one, other;
  uint64_t i_shard;
  build_shards(s, &order, 2, &one);
  assert_int_equal(s->diag.n, 1);   /* said once */
  assert_int_equal(s->diag.items[0].severity, MSW_WARNING);
  assert_tells(s, "this file system has no locks");
  build_shards(s, &order, 2, &other);
  assert_int_equal(msw_shards_claim(&one, &s->diag, &i_shard), MSW_CLAIM_MINE);
  assert_int_equal(msw_shards_claim(&other, &s->diag, &i_shard), MSW_CLAIM_MINE);   /* both: nobody can know */
  build_shard(s, &one, i_shard);
  msw_shards_keep(&one, s->counts);
  build_shard(s, &other, i_shard);
  msw_shards_keep(&other, s->counts);
  assert_int_equal(one.n_cells_done, s->plan.n_cells);
  assert_int_equal(other.n_cells_done, s->plan.n_cells);
  assert_false(msw_shards_in_use(one.folder));
  assert_int_equal(n_in_shards(s), 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(work_goes_on_without_locks, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
