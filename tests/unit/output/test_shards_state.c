/* What a look at a shard folder shows, and that it changes nothing. */
#include "msw/output/shards_state.h"
#include "shards_sample.h"

#include <fcntl.h>
#include <sys/stat.h>

static void set_time(const char *path, time_t seconds) {
  const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static msw_shards_state look(sample *s) {
  msw_shards_state state;
  assert_int_equal(msw_shards_look(in_dir(s, "out.h5.shards"), &s->arena, &s->diag, &state), MSW_OK);
  assert_no_errors(&s->diag);
  return state;
}

static void an_idle_folder(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 16);   /* 9 shards */
  msw_shards shards;
  build_shards(s, &order, 4, &shards);
  for (uint64_t i_shard = 0; i_shard < 4; i_shard++)
    set_time(msw_shard_file(&s->arena, shards.folder, i_shard), 1000000 + 10 * (time_t)i_shard);
  msw_shards_state found = look(s);
  assert_string_equal(found.hash, "feed");
  assert_string_equal(found.name, "small");
  assert_int_equal(found.n_shards, 9);
  assert_int_equal(found.n_done, 4);
  assert_int_equal(found.n_cells, s->plan.n_cells);
  assert_int_equal(found.n_cells_done, shards.n_cells_done);
  assert_int_equal(found.n_building, 0);
  assert_true(found.n_bytes_stored > 4);
  assert_false(found.merging);
  uint64_t first_cells = msw_tiles_cells(&s->plan, msw_cut_tiles(&shards.cut, 0));
  assert_close(found.cells_per_s, (double)(found.n_cells_done - first_cells) / 30.0, 1e-12, 0.0);
  assert_true(isnan(found.left_s));   /* nobody is at work */
  assert_int_equal(n_in_shards(s), 5);
}

static void who_is_building(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);   /* 3 shards */
  msw_shards shards;
  uint64_t i_shard;
  build_shards(s, &order, 1, &shards);
  put_file(in_shards(s, ".shard_00002.claim"), "");   /* of a dead process */
  assert_int_equal(msw_shards_claim(&shards, &s->diag, &i_shard), MSW_CLAIM_MINE);
  msw_shards_state found = look(s);
  assert_int_equal(found.n_building, 1);
  assert_int_equal(found.building[0].i_shard, 1);
  assert_null(found.building[0].host);
  put_file(in_shards(s, "shard_00001.h5.tmp-node-7-42"), "12345");
  put_file(in_shards(s, "shard_00002.h5.tmp-node-8-43"), "123");   /* the dead process's */
  found = look(s);
  assert_int_equal(found.n_building, 1);
  assert_string_equal(found.building[0].host, "node-7");
  assert_int_equal(found.building[0].pid, 42);
  assert_int_equal(found.building[0].n_bytes, 5);
  put_file(in_shards(s, "shard_00001.h5.tmp-node-9-44"), "1");   /* which of them is alive? */
  assert_null(look(s).building[0].host);
  msw_shards_drop(&shards);
  assert_int_equal(look(s).n_building, 0);
}

static void somebody_merges(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards shards;
  msw_lock lock;
  build_shards(s, &order, 3, &shards);
  assert_false(look(s).merging);
  assert_int_equal(msw_shards_lock_merge(shards.folder, &lock), MSW_LOCK_MINE);
  assert_true(look(s).merging);
  msw_lock_release(&lock);
  assert_false(look(s).merging);
  assert_int_equal(look(s).n_cells_done, s->plan.n_cells);
}

static void other_folders_are_refused(void **state) {
  sample *s = *state;
  msw_shards_state found;
  assert_int_equal(msw_shards_look(s->dir, &s->arena, &s->diag, &found), MSW_BAD_INPUT);
  assert_tells(s, "is no folder of shards: it holds no manifest.json");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_idle_folder, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(who_is_building, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(somebody_merges, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(other_folders_are_refused, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
