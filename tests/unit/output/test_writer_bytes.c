/* Equal runs give equal bytes, however many threads took part. */
#include "sample_result.h"

#include "msw/base/hash.h"

static const char *hash_of(sample *s, const char *path) {
  char *bytes, *hex = msw_arena_alloc(&s->arena, 65);
  size_t len;
  assert_int_equal(msw_read_file(path, SIZE_MAX / 2, &s->arena, &s->diag, &bytes, &len), MSW_OK);
  msw_sha256_of(bytes, len, hex);
  return hex;
}

static const char *write_hash(sample *s, const char *name, bool deflate, int n_threads) {
  const char *path = in_dir(s, name);
  sample_write(s, path, (msw_writer_options){.deflate = deflate, .deflate_level = 1, .n_threads = n_threads});
  return hash_of(s, path);
}

static void bytes_do_not_depend_on_threads(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "prefill");
  sample_zip(s, 1);
  for (int deflate = 0; deflate <= 1; deflate++) {
    const char *one = write_hash(s, "one.h5", deflate, 1);
    assert_string_equal(write_hash(s, "two.h5", deflate, 2), one);
    assert_string_equal(write_hash(s, "five.h5", deflate, 5), one);
  }
}

static void bytes_do_not_depend_on_the_name_or_the_time(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const char *first = write_hash(s, "a.h5", true, 1);
  sleep(1);   /* a time in seconds would show */
  assert_string_equal(write_hash(s, "a much longer name.h5", true, 1), first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(bytes_do_not_depend_on_threads, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(bytes_do_not_depend_on_the_name_or_the_time, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
