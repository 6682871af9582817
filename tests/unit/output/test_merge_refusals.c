/* What cannot be merged, and how the user learns it: everything is said, nothing is left behind, shards stay. */
#include "merge_sample.h"

static const msw_writer_options options = {.n_threads = 1};

static void with_plan(sample *s) {
  sample_plan(s);
  sample_block(s, "");
}

/* The merge fails with the one message (and hint), and makes no file. */
static void assert_refused(sample *s, const shard_list *list, const char *message, const char *hint) {
  size_t n_before = n_files(s);
  assert_int_equal(merge(s, list, in_dir(s, "merged.h5")), MSW_BAD_INPUT);
  assert_int_equal(s->diag.n_errors, 1);
  assert_string_equal(s->diag.items[0].message, message);
  if (hint) assert_string_equal(s->diag.items[0].hint, hint);
  else assert_null(s->diag.items[0].hint);
  assert_int_equal(n_files(s), n_before);
}

static void missing_tiles_are_listed(void **state) {
  sample *s = *state;
  with_plan(s);
  shard_list list = {0};
  add_shard(s, &list, options, 3, 4);
  add_shard(s, &list, options, 8, 10);
  const char *message = msw_format(&s->arena, "cannot be merged: %llu of %llu tiles are missing: 0-2, 7, 18-%llu",
                                   (unsigned long long)s->plan.n_tiles - 14, (unsigned long long)s->plan.n_tiles,
                                   (unsigned long long)s->plan.n_tiles - 1);
  const char *hint = msw_format(&s->arena, "mfusweep run sweep.json -o %s, with the options of the first run, computes them",
                                in_dir(s, "merged.h5"));
  assert_refused(s, &list, message, hint);
  assert_string_equal(s->diag.items[0].loc.file, in_dir(s, "merged.h5"));
}

static void only_the_first_gaps_are_listed(void **state) {
  sample *s = *state;
  with_plan(s);
  shard_list list = {0};
  for (uint64_t first = 0; first + 1 < s->plan.n_tiles; first += 2) add_shard(s, &list, options, first, 1);
  const char *message = msw_format(&s->arena, "cannot be merged: %llu of %llu tiles are missing: 1, 3, 5, 7, 9, …",
                                   (unsigned long long)s->plan.n_tiles / 2, (unsigned long long)s->plan.n_tiles);
  assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_BAD_INPUT);
  assert_string_equal(s->diag.items[0].message, message);
}

/* Shards in a run's folder are completed by that run, wherever the merged file was to go. */
static void the_runs_own_folder_names_its_result(void **state) {
  sample *s = *state;
  with_plan(s);
  assert_int_equal(msw_make_dirs(in_dir(s, "a.h5.shards"), &s->diag), MSW_OK);
  const char *path = in_dir(s, "a.h5.shards/shard_00001.h5");
  msw_writer_options some = options;
  some.tiles = (msw_tile_range){1, s->plan.n_tiles - 1};
  sample_write(s, path, some);
  shard_list list = {.paths = {path}, .n = 1};
  assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_BAD_INPUT);
  assert_says(&s->diag, "1 of 72 tiles are missing: 0");
  assert_says(&s->diag, msw_format(&s->arena, "mfusweep run sweep.json -o %s, with", in_dir(s, "a.h5")));
}

static void shards_cut_otherwise_do_not_fill_gaps(void **state) {
  sample *s = *state;
  with_plan(s);
  shard_list list = {0};
  add_shard(s, &list, options, 0, 10);
  add_shard(s, &list, options, 5, 10);
  add_shard(s, &list, options, 15, s->plan.n_tiles - 15);
  assert_refused(s, &list, "cannot be merged: 5 of 72 tiles are missing: 10-14",
                 "some shards were left out because they overlap others in part: merge folders that were cut alike");
}

static void other_results_are_refused(void **state) {
  sample *s = *state;
  with_plan(s);
  shard_list list = {0};
  add_shard(s, &list, options, 0, 10);
  memcpy(s->provenance.hash, "beef", 5);
  s->spec.name = "other";
  add_shard(s, &list, options, 10, 10);
  add_shard(s, &list, options, 20, s->plan.n_tiles - 20);   /* the same folder: said once */
  const char *message = msw_format(
      &s->arena, "cannot be merged: it is part of another result (sweep 'other', mfusweep %s, hash beef) than %s ('small', %s, feed)",
      msw_version(), list.paths[0], msw_version());
  assert_refused(s, &list, message, NULL);
  assert_string_equal(s->diag.items[0].loc.file, list.paths[1]);
}

static void other_files_are_refused(void **state) {
  sample *s = *state;
  with_plan(s);
  shard_list list = {0};
  add_shard(s, &list, options, 0, s->plan.n_tiles);
  list.paths[list.n++] = in_dir(s, "missing.h5");
  list.paths[list.n++] = in_dir(s, "text.h5");
  list.paths[list.n++] = s->dir;
  FILE *text = fopen(in_dir(s, "text.h5"), "wb");
  assert_non_null(text);
  fputs("no HDF5\n", text);
  fclose(text);
  assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_BAD_INPUT);
  assert_int_equal(s->diag.n_errors, 3);
  assert_says(&s->diag, "cannot be merged: there is no such file");
  assert_says(&s->diag, "cannot be merged: it is damaged or no shard of mfusweep");
  assert_string_equal(s->diag.items[1].loc.file, in_dir(s, "text.h5"));
  assert_string_equal(s->diag.items[2].loc.file, s->dir);
}

static void no_shards_at_all_are_refused(void **state) {
  sample *s = *state;
  shard_list none = {0};
  assert_refused(s, &none, "cannot be merged: there are no shards", NULL);
}

/* Chunks of one way of storage would be read as garbage in another. */
static void other_storage_is_refused(void **state) {
  sample *s = *state;
  with_plan(s);
  shard_list list = {0};
  msw_writer_options deflated = {.n_threads = 1, .deflate = true, .deflate_level = 1};
  add_shard(s, &list, deflated, 0, 10);
  add_shard(s, &list, options, 10, s->plan.n_tiles - 10);
  const char *message = msw_format(&s->arena, "cannot be merged: it is stored otherwise than in %s", list.paths[0]);
  assert_refused(s, &list, message, "shards of one result have to be written with the same storage options");
  assert_string_equal(s->diag.items[0].loc.file, list.paths[1]);
  assert_string_equal(s->diag.items[0].path, "/step_us");
}

static void rounding_is_part_of_the_storage(void **state) {
  sample *s = *state;
  with_plan(s);
  shard_list list = {0};
  msw_writer_options rounded = {.n_threads = 1, .keepbits = 9};
  add_shard(s, &list, options, 0, 10);
  add_shard(s, &list, rounded, 10, s->plan.n_tiles - 10);
  const char *message = msw_format(&s->arena, "cannot be merged: it is stored otherwise than in %s", list.paths[0]);
  assert_refused(s, &list, message, "shards of one result have to be written with the same storage options");
}

/* Plans of two shapes cannot have one identity; if they do, someone's hand was in it. */
static void another_grid_is_refused(void **state) {
  sample *s = *state;
  with_plan(s);
  shard_list list = {0};
  add_shard(s, &list, options, 0, 10);
  s->plan.n_blocks = 0;
  sample_plan(s);
  sample_block(s, "");
  sample_zip(s, 0);
  uint64_t n_tiles = s->plan.n_tiles;
  s->plan.n_tiles = 72;   /* what the first shard says */
  assert_true(n_tiles < 72);
  add_shard(s, &list, options, 10, 62);
  assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_BAD_INPUT);
  assert_says(&s->diag, "it is stored otherwise than in");
  shard_list alone = {.paths = {list.paths[1]}, .n = 1};
  msw_diag_free(&s->diag);
  s->diag = (msw_diag){0};
  s->plan.n_tiles = 10;
  add_shard(s, &alone, options, 0, 10);
  alone.paths[0] = alone.paths[1];
  alone.n = 1;
  assert_int_equal(merge(s, &alone, in_dir(s, "merged.h5")), MSW_BAD_INPUT);
  assert_says(&s->diag, "cannot be merged: it is not cut into the tiles of the plan");
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SAMPLE(missing_tiles_are_listed),
      WITH_SAMPLE(only_the_first_gaps_are_listed),
      WITH_SAMPLE(the_runs_own_folder_names_its_result),
      WITH_SAMPLE(shards_cut_otherwise_do_not_fill_gaps),
      WITH_SAMPLE(other_results_are_refused),
      WITH_SAMPLE(other_files_are_refused),
      WITH_SAMPLE(no_shards_at_all_are_refused),
      WITH_SAMPLE(other_storage_is_refused),
      WITH_SAMPLE(rounding_is_part_of_the_storage),
      WITH_SAMPLE(another_grid_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
