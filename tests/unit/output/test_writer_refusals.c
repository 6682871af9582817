/* Places where no result can be written: told before anything is computed, with nothing left behind. */
#include "sample_result.h"

#include <errno.h>
#include <sys/stat.h>

static const msw_writer_options options = {.deflate = true, .deflate_level = 1, .n_threads = 1};

static void refuse(sample *s, const char *path, const char *message) {
  msw_writer *writer = msw_writer_open(path, &s->plan, &s->provenance, options, &s->diag);
  assert_null(writer);
  assert_int_equal(s->diag.status, MSW_BAD_INPUT);
  assert_int_equal(s->diag.n_errors, 1);
  assert_says(&s->diag, message);
  assert_string_equal(s->diag.items[0].loc.file, path);
  msw_diag_free(&s->diag);
}

static void places_are_checked_first(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  assert_int_equal(mkdir(in_dir(s, "folder"), 0777), 0);
  assert_int_equal(mkfifo(in_dir(s, "pipe"), 0666), 0);
  FILE *file = fopen(in_dir(s, "file"), "wb");
  assert_non_null(file);
  fclose(file);
  const struct { const char *name, *message; } cases[] = {
      {"folder", "is a folder, expected the name of a result file"},
      {"folder/", "is a folder, expected the name of a result file"},
      {"nothing/", "ends with '/', expected the name of a result file"},
      {"pipe", "is neither a regular file nor a free name"},
      {"nothing/here/out.h5", "cannot be written: there is no folder '"},
      {"file/out.h5", "' is not a folder"},
      {"file/below/out.h5", "Not a directory"},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++)
    refuse(s, in_dir(s, cases[i_case].name), cases[i_case].message);
  refuse(s, "", "expected the name of a result file, found an empty text");
  refuse(s, "/dev/null", "is neither a regular file nor a free name");
  assert_int_equal(n_files(s), 3);
}

static void a_missing_folder_has_a_hint(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const char *path = in_dir(s, "nothing/out.h5");
  assert_null(msw_writer_open(path, &s->plan, &s->provenance, options, &s->diag));
  assert_string_equal(s->diag.items[0].hint, "create it first");
  assert_int_equal(n_files(s), 0);
}

static void a_folder_that_takes_no_files_is_named(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  char name[300];
  memset(name, 'x', sizeof name);
  memcpy(name + sizeof name - 4, ".h5", 4);
  refuse(s, in_dir(s, name), "': File name too long");
  assert_int_equal(mkdir(in_dir(s, "locked"), 0555), 0);
  if (access(in_dir(s, "locked"), W_OK) == 0) return;   /* the superuser may write everywhere */
  const char *folder = in_dir(s, "locked");
  const char *message = msw_format(&s->arena, "cannot create files in folder '%s': Permission denied", folder);
  refuse(s, in_dir(s, "locked/out.h5"), message);
}

static void the_default_folder_is_made(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  char before[4096];
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(s->dir), 0);
  msw_writer *writer = msw_writer_open("results/small.h5", &s->plan, &s->provenance, options, &s->diag);
  bool is_made = msw_is_dir("results");
  msw_writer_abort(writer);
  assert_int_equal(rmdir("results"), 0);   /* empty again */
  FILE *in_the_way = fopen("results", "wb");
  if (in_the_way) fclose(in_the_way);
  msw_writer *refused = msw_writer_open("results/small.h5", &s->plan, &s->provenance, options, &s->diag);
  assert_int_equal(chdir(before), 0);
  assert_non_null(writer);
  assert_true(is_made);
  assert_null(refused);
  assert_int_equal(s->diag.status, MSW_BAD_INPUT);
  assert_says(&s->diag, "cannot create the folder");
}

static void refuse_names(sample *s, size_t n_errors, const char *message) {
  assert_null(msw_writer_open(in_dir(s, "out.h5"), &s->plan, &s->provenance, options, &s->diag));
  assert_int_equal(s->diag.status, MSW_BAD_INPUT);
  assert_int_equal(s->diag.n_errors, n_errors);
  assert_says(&s->diag, message);
  assert_int_equal(n_files(s), 0);
  msw_diag_free(&s->diag);
}

static void names_must_not_meet(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "meta");
  refuse_names(s, 1, "a block cannot be called 'meta': in the result file that is the provenance");
  s->spec_blocks[0].name = "";
  sample_zip(s, 0);
  msw_spec_zip zips[2] = {s->spec_blocks[0].zips[0], s->spec_blocks[0].zips[0]};
  s->spec_blocks[0].zips = zips;
  s->spec_blocks[0].n_zips = 2;
  zips[0].name = "meta";
  zips[1].name = "flags";
  refuse_names(s, 2, "a zip cannot be called 'meta': in the result file that is the provenance");
  zips[0].name = "shape";
  refuse_names(s, 1, "a zip cannot be called 'flags': in the result file that is a field");
}

static void an_aborted_result_leaves_nothing(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  msw_writer *writer = msw_writer_open(in_dir(s, "out.h5"), &s->plan, &s->provenance, options, &s->diag);
  assert_non_null(writer);
  assert_int_equal(n_files(s), 1);
  assert_false(msw_is_file(in_dir(s, "out.h5")));
  msw_sink sink = msw_writer_sink(writer);
  assert_int_equal(sample_run(s, &sink, 1, (msw_tile_range){0}), MSW_OK);
  msw_writer_abort(writer);
  msw_writer_abort(NULL);
  assert_int_equal(n_files(s), 0);
  assert_no_errors(&s->diag);
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SAMPLE(places_are_checked_first),
      WITH_SAMPLE(a_missing_folder_has_a_hint),
      WITH_SAMPLE(a_folder_that_takes_no_files_is_named),
      WITH_SAMPLE(the_default_folder_is_made),
      WITH_SAMPLE(names_must_not_meet),
      WITH_SAMPLE(an_aborted_result_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
