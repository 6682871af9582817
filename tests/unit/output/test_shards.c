/* A shard folder from its making to its removal: claims, what is found finished, what is refused, what may go. */
#include "shards_sample.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void a_small_result_needs_no_folder(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 0);
  assert_false(msw_shards_wanted(&order));   /* the usual size */
  order.shard_bytes = 1;
  assert_true(msw_shards_wanted(&order));
  order.shard_bytes = 0;
  order.share = (msw_share){1, 2};
  assert_true(msw_shards_wanted(&order));
  order.share = (msw_share){0, 1};
  assert_int_equal(mkdir(in_dir(s, "out.h5.shards"), 0777), 0);
  assert_false(msw_shards_wanted(&order));   /* an empty one: killed at its beginning */
  put_file(in_shards(s, ".shard_00000.claim"), "");
  assert_false(msw_shards_wanted(&order));
  put_file(in_shards(s, "manifest.json"), "");
  assert_true(msw_shards_wanted(&order));
}

static msw_block_counts total(sample *s) {
  msw_block_counts sum = {0};
  for (size_t i_block = 0; i_block < s->plan.n_blocks; i_block++) {
    uint64_t n_total = s->blocks[i_block].counts.n_total, n_void = (n_total + 6) / 7;   /* sample_cell */
    sum.n_evaluated += n_total - n_void;
    sum.flags[2] += n_void;
  }
  return sum;
}

static void assert_all_counted(sample *s, const msw_shards *shards) {
  msw_block_counts wanted = total(s), found = {0};
  for (size_t i_block = 0; i_block < s->plan.n_blocks; i_block++) {
    found.n_evaluated += shards->counts[i_block].n_evaluated;
    found.flags[2] += shards->counts[i_block].flags[2];
  }
  assert_int_equal(found.n_evaluated, wanted.n_evaluated);
  assert_int_equal(found.flags[2], wanted.flags[2]);
  assert_int_equal(shards->n_cells_done, s->plan.n_cells);
}

static void what_is_built_is_found_again(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 30);
  msw_shards first, second;
  build_shards(s, &order, 3, &first);
  assert_int_equal(first.cut.n_shards, 5);
  assert_int_equal(first.n_done, 3);
  assert_int_equal(n_in_shards(s), 4);   /* and the manifest; no claim is left */
  build_shards(s, &order, 3, &second);
  assert_int_equal(second.n_done, 3);
  assert_int_equal(second.n_cells_done, first.n_cells_done);
  build_shards(s, &order, 5, &second);
  assert_int_equal(second.n_done, 5);
  assert_all_counted(s, &second);
  build_shards(s, &order, 5, &second);   /* all of them read from /meta */
  assert_all_counted(s, &second);
  uint64_t i_shard;
  assert_int_equal(msw_shards_claim(&second, &s->diag, &i_shard), MSW_CLAIM_DONE);
}

static void shares_do_not_overlap(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 21);   /* 7 shards */
  const uint64_t n_own[3] = {3, 2, 2};
  msw_shards shards;
  for (uint64_t i_share = 0; i_share < 3; i_share++) {
    order.share = (msw_share){i_share, 3};
    build_shards(s, &order, UINT64_MAX, &shards);
    assert_int_equal(shards.n_own, n_own[i_share]);
    assert_int_equal(shards.n_done, n_own[i_share]);
    assert_int_equal(shards.n_cells_done, shards.n_cells);
  }
  order.share = (msw_share){8, 9};   /* more tasks than shards */
  build_shards(s, &order, UINT64_MAX, &shards);
  assert_int_equal(shards.n_own, 0);
  order.share = (msw_share){0, 1};
  build_shards(s, &order, UINT64_MAX, &shards);
  assert_all_counted(s, &shards);
}

/* Two users of one folder within a process: their locks differ, for each opens the claims for itself. */
static void claims_are_respected(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);   /* 3 shards */
  msw_shards one, other;
  uint64_t i_one = 9, i_other = 9;
  build_shards(s, &order, 0, &one);
  build_shards(s, &order, 0, &other);
  assert_int_equal(msw_shards_claim(&one, &s->diag, &i_one), MSW_CLAIM_MINE);
  assert_int_equal(i_one, 0);
  assert_true(msw_shards_in_use(one.folder));
  assert_int_equal(msw_shards_claim(&other, &s->diag, &i_other), MSW_CLAIM_MINE);
  assert_int_equal(i_other, 1);
  build_shard(s, &other, i_other);
  msw_shards_keep(&other, s->counts);
  assert_int_equal(msw_shards_claim(&other, &s->diag, &i_other), MSW_CLAIM_MINE);
  assert_int_equal(i_other, 2);
  build_shard(s, &other, i_other);
  msw_shards_keep(&other, s->counts);
  assert_int_equal(msw_shards_claim(&other, &s->diag, &i_other), MSW_CLAIM_WAIT);
  msw_shards_drop(&one);   /* given up */
  assert_false(msw_shards_in_use(one.folder));
  assert_int_equal(msw_shards_claim(&other, &s->diag, &i_other), MSW_CLAIM_MINE);
  assert_int_equal(i_other, 0);
  build_shard(s, &other, i_other);
  msw_shards_keep(&other, s->counts);
  assert_int_equal(msw_shards_claim(&one, &s->diag, &i_one), MSW_CLAIM_DONE);
  assert_all_counted(s, &one);
  assert_all_counted(s, &other);
}

/* A child that claims the first shard, makes its temporary file and dies. */
static void die_while_building(sample *s, const msw_shards_order *order) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    msw_shards shards;
    uint64_t i_shard;
    if (msw_shards_open(order, &s->arena, &s->diag, &shards) != MSW_OK) _exit(1);
    if (msw_shards_claim(&shards, &s->diag, &i_shard) != MSW_CLAIM_MINE) _exit(1);
    put_file(msw_temp_name(&s->arena, msw_shard_file(&s->arena, shards.folder, i_shard)), "half");
    raise(SIGKILL);
  }
  int how;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_true(WIFSIGNALED(how));
}

static void what_the_dead_leave_is_no_hindrance(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 96);   /* 2 shards */
  die_while_building(s, &order);
  assert_int_equal(n_in_shards(s), 3);   /* manifest, claim, temporary file */
  msw_shards shards;
  build_shards(s, &order, UINT64_MAX, &shards);
  assert_int_equal(shards.n_done, 2);
  assert_int_equal(n_in_shards(s), 3);   /* manifest and shards */
}

static void the_cut_of_the_folder_is_taken(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards shards;
  build_shards(s, &order, 1, &shards);
  order.shard_bytes = 0;
  build_shards(s, &order, 1, &shards);
  assert_int_equal(shards.cut.n_shards, 3);
  order.shard_bytes = 1;
  assert_int_equal(msw_shards_open(&order, &s->arena, &s->diag, &shards), MSW_BAD_INPUT);
  assert_tells(s, "--shard-bytes");
}

static void untrustworthy_shards_are_refused(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards shards;
  build_shards(s, &order, 3, &shards);
  const char *names[] = {"shard_00000.h5", "shard_00001.h5", "shard_00002.h5"};
  put_file(in_shards(s, names[0]), "torn");
  assert_int_equal(rename(in_shards(s, names[2]), in_shards(s, names[1])), 0);   /* of other tiles */
  memcpy(s->provenance.hash, "beef", sizeof "beef");
  sample_write(s, in_shards(s, names[2]), (msw_writer_options){.n_threads = 1});   /* of another result */
  memcpy(s->provenance.hash, "feed", sizeof "feed");
  assert_int_equal(msw_shards_open(&order, &s->arena, &s->diag, &shards), MSW_BAD_INPUT);
  assert_int_equal(s->diag.n_errors, 3);   /* all of them are told, and none is touched */
  for (size_t i_name = 0; i_name < 3; i_name++) {
    assert_non_null(strstr(s->diag.items[i_name].loc.file, names[i_name]));
    assert_string_equal(s->diag.items[i_name].hint, "move it away, and the same command computes it again");
    assert_true(msw_is_file(in_shards(s, names[i_name])));
  }
  assert_tells(s, "cannot be trusted as a finished shard: not an HDF5 file");
  assert_tells(s, "it holds tiles 128 to 144, expected 64 to 128");
  assert_tells(s, "it is a part of another result");
}

static void shards_without_a_manifest_are_refused(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards shards;
  build_shards(s, &order, 1, &shards);
  assert_int_equal(unlink(in_shards(s, "manifest.json")), 0);
  assert_int_equal(msw_shards_open(&order, &s->arena, &s->diag, &shards), MSW_BAD_INPUT);
  assert_tells(s, "holds shards, but no manifest.json that says of what");
  assert_true(msw_is_file(in_shards(s, "shard_00000.h5")));
}

static void a_folder_that_cannot_be_used(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards shards;
  uint64_t i_shard;
  put_file(in_dir(s, "out.h5.shards"), "");
  assert_int_equal(msw_shards_open(&order, &s->arena, &s->diag, &shards), MSW_FAILED);
  assert_tells(s, "cannot create the folder of shards: something else has this name");
  assert_int_equal(unlink(in_dir(s, "out.h5.shards")), 0);
  msw_diag_free(&s->diag);
  order.out = in_dir(s, "nothing/out.h5");
  assert_int_equal(msw_shards_open(&order, &s->arena, &s->diag, &shards), MSW_FAILED);
  assert_tells(s, "cannot create the folder of shards: No such file or directory");
  msw_diag_free(&s->diag);
  order.out = in_dir(s, "out.h5");
  build_shards(s, &order, 1, &shards);
  assert_int_equal(msw_shards_remove(shards.folder, &s->diag), MSW_OK);
  assert_int_equal(msw_shards_claim(&shards, &s->diag, &i_shard), MSW_CLAIM_FAILED);
  assert_tells(s, "cannot create files in the folder of shards: the folder has vanished");
  assert_int_equal(s->diag.status, MSW_FAILED);
}

static void too_many_shards_are_refused(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 1);
  msw_shards shards;
  s->blocks[1].n_cases = 1000000;
  sample_number_tiles(s);
  assert_int_equal(msw_shards_open(&order, &s->arena, &s->diag, &shards), MSW_BAD_INPUT);
  assert_tells(s, "6 000 072 shards are too many, at most 1 000 000 can be handled");
  assert_int_equal(n_files(s), 0);
}

static void a_wish_to_stop_is_heard(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards shards;
  build_shards(s, &order, 1, &shards);
  static const volatile sig_atomic_t stop = 1;
  order.stop = &stop;
  assert_int_equal(msw_shards_open(&order, &s->arena, &s->diag, &shards), MSW_INTERRUPTED);
  assert_no_errors(&s->diag);
}

static void only_what_is_ours_goes(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards shards;
  const char *folder = in_dir(s, "out.h5.shards");
  build_shards(s, &order, 3, &shards);
  put_file(in_shards(s, "shard_00007.h5.tmp-elsewhere-1"), "");
  put_file(in_shards(s, ".shard_00007.claim"), "");
  put_file(in_shards(s, "notes.txt"), "mine");
  assert_int_equal(msw_shards_remove(folder, &s->diag), MSW_OK);
  assert_tells(s, "stays, for it holds 1 other file");
  assert_int_equal(n_in_shards(s), 1);
  assert_int_equal(unlink(in_shards(s, "notes.txt")), 0);
  assert_int_equal(msw_shards_remove(folder, &s->diag), MSW_OK);
  assert_false(msw_is_dir(folder));
  assert_int_equal(msw_shards_remove(folder, &s->diag), MSW_OK);   /* a missing one is fine */
  assert_no_errors(&s->diag);
}

static void a_folder_in_use_is_not_discarded(void **state) {
  sample *s = *state;
  shards_plan(s);
  msw_shards_order order = shards_order(s, 64);
  msw_shards shards;
  uint64_t i_shard;
  const char *folder = in_dir(s, "out.h5.shards");
  build_shards(s, &order, 1, &shards);
  assert_true(msw_shards_are_spent(folder, "feed"));
  assert_false(msw_shards_are_spent(folder, "beef"));
  assert_int_equal(msw_shards_claim(&shards, &s->diag, &i_shard), MSW_CLAIM_MINE);
  assert_false(msw_shards_are_spent(folder, "feed"));
  assert_int_equal(msw_shards_discard(folder, &s->diag), MSW_BAD_INPUT);
  assert_tells(s, "another process is at work there");
  assert_int_equal(n_in_shards(s), 3);
  msw_shards_drop(&shards);
  msw_diag_free(&s->diag);
  assert_int_equal(msw_shards_discard(folder, &s->diag), MSW_OK);
  assert_false(msw_is_dir(folder));
  assert_false(msw_shards_are_spent(folder, "feed"));
}

static void what_a_removal_left_is_spent(void **state) {
  sample *s = *state;
  const char *folder = in_dir(s, "out.h5.shards");
  assert_int_equal(mkdir(folder, 0777), 0);
  put_file(in_shards(s, "shard_00001.h5"), "");
  assert_true(msw_shards_are_spent(folder, "feed"));
  put_file(in_shards(s, "notes.txt"), "");
  assert_false(msw_shards_are_spent(folder, "feed"));
}

static void lists_are_in_order_of_numbers(void **state) {
  sample *s = *state;
  const char *names[] = {"shard_100000.h5", "shard_00002.h5", "shard_99999.h5", "shard_00010.h5", "notes.txt"};
  const char *ordered[] = {"shard_00002.h5", "shard_00010.h5", "shard_99999.h5", "shard_100000.h5"};
  const char *const *paths;
  assert_int_equal(msw_shards_list(in_dir(s, "out.h5.shards"), &s->arena, &paths), 0);
  assert_int_equal(mkdir(in_dir(s, "out.h5.shards"), 0777), 0);
  for (size_t i_name = 0; i_name < 5; i_name++) put_file(in_shards(s, names[i_name]), "");
  assert_int_equal(msw_shards_list(in_dir(s, "out.h5.shards"), &s->arena, &paths), 4);
  for (size_t i_name = 0; i_name < 4; i_name++) assert_string_equal(msw_base_name(paths[i_name]), ordered[i_name]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sample_setup, sample_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_small_result_needs_no_folder),
      TEST(what_is_built_is_found_again),
      TEST(shares_do_not_overlap),
      TEST(claims_are_respected),
      TEST(what_the_dead_leave_is_no_hindrance),
      TEST(the_cut_of_the_folder_is_taken),
      TEST(untrustworthy_shards_are_refused),
      TEST(shards_without_a_manifest_are_refused),
      TEST(a_folder_that_cannot_be_used),
      TEST(too_many_shards_are_refused),
      TEST(a_wish_to_stop_is_heard),
      TEST(only_what_is_ours_goes),
      TEST(a_folder_in_use_is_not_discarded),
      TEST(what_a_removal_left_is_spent),
      TEST(lists_are_in_order_of_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
