/* Shards become the result that one run over all tiles would have written, however they were cut and in any order. */
#include "merge_sample.h"

/* Merges shards of `step` tiles and compares with a whole result. The shards must be untouched. */
static void cut_and_merge(sample *s, msw_writer_options options, uint64_t step) {
  const char *whole = in_dir(s, "whole.h5"), *merged = in_dir(s, "merged.h5");
  shard_list list = {0};
  sample_write(s, whole, options);
  add_shards(s, &list, options, step);
  size_t n_before = n_files(s);
  assert_int_equal(merge(s, &list, merged), MSW_OK);
  assert_no_errors(&s->diag);
  assert_int_equal(n_files(s), n_before + 1);   /* no temporary file */
  assert_same_result(s, merged, whole);
  for (size_t i_shard = 0; i_shard < list.n; i_shard++) assert_int_equal(unlink(list.paths[i_shard]), 0);
  assert_int_equal(unlink(merged), 0);
}

static void any_storage_merges(void **state) {
  sample *s = *state;
  static const msw_writer_options cases[] = {
      {.n_threads = 1},
      {.n_threads = 2, .deflate = true, .deflate_level = 1},
      {.n_threads = 1, .fletcher32 = true},
      {.n_threads = 2, .deflate = true, .deflate_level = 6, .fletcher32 = true, .keepbits = 9},
      {.n_threads = 1, .keepbits = 3},
  };
  sample_plan(s);
  sample_block(s, "");
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) cut_and_merge(s, cases[i_case], 25);
}

static void any_cut_merges(void **state) {
  sample *s = *state;
  const msw_writer_options options = {.n_threads = 1, .deflate = true, .deflate_level = 1};
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "größe");
  sample_block(s, "mixed");
  static const uint64_t steps[] = {5, 7, 36, 71, 1000};   /* within blocks, over their borders, all at once */
  for (size_t i_step = 0; i_step < sizeof steps / sizeof steps[0]; i_step++) cut_and_merge(s, options, steps[i_step]);
}

static void zips_merge(void **state) {
  sample *s = *state;
  const msw_writer_options options = {.n_threads = 1};
  sample_plan(s);
  sample_block(s, "");
  sample_zip(s, 0);
  cut_and_merge(s, options, 3);
}

/* Order does not matter, nor do shards that come twice or lie within others. */
static void order_and_repetition_do_not_matter(void **state) {
  sample *s = *state;
  const msw_writer_options options = {.n_threads = 1};
  sample_plan(s);
  sample_block(s, "");
  uint64_t n = s->plan.n_tiles;
  shard_list list = {0};
  add_shard(s, &list, options, 40, n - 40);
  add_shard(s, &list, options, 10, 30);
  add_shard(s, &list, options, 0, 10);
  add_shard(s, &list, options, 10, 30);
  add_shard(s, &list, options, 12, 5);
  add_shard(s, &list, options, 35, 10);   /* overlaps two that are there */
  sample_write(s, in_dir(s, "whole.h5"), options);
  assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_OK);
  assert_same_result(s, in_dir(s, "merged.h5"), in_dir(s, "whole.h5"));
}

static void an_old_file_is_replaced(void **state) {
  sample *s = *state;
  const msw_writer_options options = {.n_threads = 1};
  sample_plan(s);
  sample_block(s, "");
  shard_list list = {0};
  add_shards(s, &list, options, 30);
  FILE *old = fopen(in_dir(s, "merged.h5"), "wb");
  assert_non_null(old);
  fclose(old);
  sample_write(s, in_dir(s, "whole.h5"), options);
  assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_OK);
  assert_same_result(s, in_dir(s, "merged.h5"), in_dir(s, "whole.h5"));
}

static void the_result_says_how_large_it_is(void **state) {
  sample *s = *state;
  const msw_writer_options options = {.n_threads = 1};
  sample_plan(s);
  sample_block(s, "");
  shard_list list = {0};
  add_shards(s, &list, options, 30);
  msw_progress progress = {0};
  const msw_merge_options how = {.progress = &progress};
  unsigned long long n_bytes = 0;
  assert_int_equal(msw_merge(list.paths, list.n, in_dir(s, "merged.h5"), &how, &s->diag, &n_bytes), MSW_OK);
  FILE *file = fopen(in_dir(s, "merged.h5"), "rb");
  assert_non_null(file);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  assert_int_equal(ftell(file), n_bytes);
  fclose(file);
  assert_true(progress.total > 0);
  assert_int_equal(progress.done, progress.total);
  assert_false(progress.active);
}

/* A merged file is a result like others: it opens as whole, and it can be merged once more. */
static void a_merged_file_is_a_result(void **state) {
  sample *s = *state;
  const msw_writer_options options = {.n_threads = 1};
  sample_plan(s);
  sample_block(s, "");
  shard_list list = {0}, again = {.paths = {in_dir(s, "merged.h5")}, .n = 1};
  add_shards(s, &list, options, 30);
  assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_OK);
  bool exists;
  msw_result_identity identity;
  assert_int_equal(msw_result_identify(in_dir(s, "merged.h5"), &s->arena, &s->diag, &exists, &identity), MSW_OK);
  assert_true(identity.is_whole);
  assert_string_equal(identity.hash, "feed");
  assert_int_equal(merge(s, &again, in_dir(s, "twice.h5")), MSW_OK);
  assert_same_result(s, in_dir(s, "twice.h5"), in_dir(s, "merged.h5"));
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SAMPLE(any_storage_merges),
      WITH_SAMPLE(any_cut_merges),
      WITH_SAMPLE(zips_merge),
      WITH_SAMPLE(order_and_repetition_do_not_matter),
      WITH_SAMPLE(an_old_file_is_replaced),
      WITH_SAMPLE(the_result_says_how_large_it_is),
      WITH_SAMPLE(a_merged_file_is_a_result),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
