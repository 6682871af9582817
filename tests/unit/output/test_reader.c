/* Telling our results from everything else. */
#include "sample_result.h"

#include <errno.h>
#include <sys/stat.h>

static msw_result_identity identify(sample *s, const char *path, msw_status expected, bool expected_exists) {
  msw_result_identity identity;
  bool exists = !expected_exists;
  assert_int_equal(msw_result_identify(path, &s->arena, &s->diag, &exists, &identity), expected);
  assert_int_equal(exists, expected_exists);
  return identity;
}

static void a_result_is_known(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  sample_write(s, in_dir(s, "out.h5"), (msw_writer_options){.n_threads = 1});
  msw_result_identity identity = identify(s, in_dir(s, "out.h5"), MSW_OK, true);
  assert_string_equal(identity.hash, "feed");
  assert_string_equal(identity.version, msw_version());
  assert_string_equal(identity.spec_name, "small");
  assert_int_equal(identity.format, MSW_RESULT_FORMAT);
}

static void put(sample *s, const char *name, const char *bytes, size_t len) {
  FILE *file = fopen(in_dir(s, name), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  fclose(file);
}

/* An HDF5 file; with a group /meta holding a hash and a format where these are given. */
static void put_h5(sample *s, const char *name, const char *hash, int32_t format) {
  msw_h5 file, meta;
  msw_h5_create(in_dir(s, name), &s->diag, &file);
  msw_h5_create_group(file, "meta", &s->diag, &meta);
  if (hash) msw_h5_attr_text(meta, "hash", hash, &s->diag);
  if (format) msw_h5_attr_numbers(meta, "format", MSW_H5_I32, &format, 1, &s->diag);
  msw_h5_close(meta);
  sample_close(s, file);
}

/* A format that is no number. */
static void put_text_format(sample *s, const char *name) {
  msw_h5 file, meta;
  msw_h5_create(in_dir(s, name), &s->diag, &file);
  msw_h5_create_group(file, "meta", &s->diag, &meta);
  msw_h5_attr_text(meta, "hash", "feed", &s->diag);
  msw_h5_attr_text(meta, "format", "1", &s->diag);
  msw_h5_close(meta);
  sample_close(s, file);
}

static void other_things_are_not_ours(void **state) {
  sample *s = *state;
  msw_h5 bare;
  put(s, "empty", "", 0);
  put(s, "text", "hello", 5);
  put(s, "cut", "\x89HDF\r\n\x1a\n\x02\x08\x08", 11);   /* begins like HDF5 */
  put_h5(s, "no hash", NULL, 1);
  put_h5(s, "no format", "feed", 0);
  put_h5(s, "odd format", "feed", -3);
  put_text_format(s, "text format");
  msw_h5_create(in_dir(s, "no meta"), &s->diag, &bare);
  sample_close(s, bare);
  assert_int_equal(mkdir(in_dir(s, "folder"), 0777), 0);
  assert_int_equal(mkfifo(in_dir(s, "pipe"), 0666), 0);
  static const char *const names[] = {"empty",       "text",    "cut",    "no hash", "no format", "odd format",
                                      "text format", "no meta", "folder", "pipe"};
  for (size_t i_name = 0; i_name < sizeof names / sizeof names[0]; i_name++)
    assert_null(identify(s, in_dir(s, names[i_name]), MSW_OK, true).hash);
  assert_null(identify(s, in_dir(s, "nothing"), MSW_OK, false).hash);
  assert_null(identify(s, in_dir(s, "nothing/below"), MSW_OK, false).hash);
  assert_null(identify(s, in_dir(s, "text/below"), MSW_OK, false).hash);
  assert_no_errors(&s->diag);
  assert_false(msw_h5_broken());
}

static void a_newer_format_is_refused(void **state) {
  sample *s = *state;
  put_h5(s, "newer.h5", "feed", MSW_RESULT_FORMAT + 1);
  assert_string_equal(identify(s, in_dir(s, "newer.h5"), MSW_BAD_INPUT, true).hash, "feed");
  const char *expected = msw_format(&s->arena,
      "result format %d, written by mfusweep of an unknown version; this is mfusweep %s, which knows formats up to %d",
      MSW_RESULT_FORMAT + 1, msw_version(), MSW_RESULT_FORMAT);
  assert_says(&s->diag, expected);
}

static void what_cannot_be_looked_at_is_a_failure(void **state) {
  sample *s = *state;
  char name[300];
  memset(name, 'x', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  assert_null(identify(s, in_dir(s, name), MSW_FAILED, false).hash);
  assert_says(&s->diag, "cannot be looked at: File name too long");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_result_is_known, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(other_things_are_not_ours, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_newer_format_is_refused, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(what_cannot_be_looked_at_is_a_failure, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
