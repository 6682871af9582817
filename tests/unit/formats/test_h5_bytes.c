/* Equal calls give equal bytes, whatever the process wrote before. */
#include "h5_sample.h"

#include "msw/base/file.h"
#include "msw/base/hash.h"

static void hash_of(const char *path, char hex[65]) {
  msw_diag diag = {0};
  msw_arena arena = {0};
  char *text;
  size_t len;
  msw_read_file(path, (size_t)1 << 30, &arena, &diag, &text, &len);
  assert_no_errors(&diag);
  msw_sha256_of(text, len, hex);
  msw_arena_free(&arena);
  msw_diag_free(&diag);
}

static void write_and_hash(const char *group, char hex[65]) {
  msw_diag diag = {0};
  char *path = sample_path("sample.h5");
  sample_write(path, group, &diag);
  hash_of(path, hex);
  sample_forget(path);
  msw_diag_free(&diag);
}

/* Another file full of other bytes, so that libhdf5's recycled buffers do not happen to hold the right ones. */
static void write_noise(void) {
  enum { N_LINES = 300, N_ATTRS = 40 };
  msw_diag diag = {0};
  char *path = sample_path("noise.h5"), name[32];
  const char *lines[N_LINES];
  for (size_t i_line = 0; i_line < N_LINES; i_line++) lines[i_line] = "\xC3\xBF\xC3\xBF\xC3\xBF\xC3\xBF\xC3\xBF";
  msw_h5 file, group, scale;
  msw_h5_create(path, &diag, &file);
  for (int i_group = 0; i_group < N_ATTRS; i_group++) {
    snprintf(name, sizeof name, "group_%d", i_group);
    msw_h5_create_group(file, name, &diag, &group);
    msw_h5_coord_texts(group, "noise", lines, N_LINES, &diag, &scale);
    msw_h5_attr_texts(scale, "noise", lines, N_LINES, &diag);
    msw_h5_attr_text(group, name, lines[0], &diag);
    msw_h5_attr_text(file, name, lines[0], &diag);
    msw_h5_close(scale);
    msw_h5_close(group);
  }
  msw_h5_close_file(file, &diag);
  assert_no_errors(&diag);
  sample_forget(path);
  msw_diag_free(&diag);
}

static void equal_calls_give_equal_bytes(void **state) {
  (void)state;
  char first[65], again[65], after_noise[65], in_group[65];
  write_and_hash(NULL, first);
  write_and_hash(NULL, again);
  assert_string_equal(first, again);
  for (int i_round = 0; i_round < 3; i_round++) {
    write_noise();
    write_and_hash("decode", in_group);
    assert_string_not_equal(first, in_group);
    write_and_hash(NULL, after_noise);
    assert_string_equal(first, after_noise);
  }
}

/* Two files open at once do not disturb each other either. */
static void bytes_do_not_depend_on_other_open_files(void **state) {
  (void)state;
  msw_diag diag = {0};
  char alone[65], beside[65];
  write_and_hash("block", alone);
  char *path = sample_path("other.h5");
  msw_h5 other;
  msw_h5_create(path, &diag, &other);
  write_and_hash("block", beside);
  msw_h5_close_file(other, &diag);
  assert_no_errors(&diag);
  assert_string_equal(alone, beside);
  sample_forget(path);
  msw_diag_free(&diag);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_calls_give_equal_bytes),
      cmocka_unit_test(bytes_do_not_depend_on_other_open_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
