/* Places that results may and may not go to. */
#include "../base/temp_dir.h"
#include "place.h"

static void test_good_places(void **state) {
  msw_diag diag = {0};
  assert_int_equal(msw_place_check(in_temp(state, "a.h5"), NULL, 0, &diag), MSW_OK);
  assert_int_equal(n_entries(in_temp(state, "")), 0);   /* nothing left behind */
  assert_int_equal(msw_place_check(in_temp(state, "new/er/a.h5"), NULL, 0, &diag), MSW_OK);
  assert_int_equal(n_entries(in_temp(state, "new/er")), 0);
  assert_no_errors(&diag);
}

static void test_bad_places(void **state) {
  enum { NAME_TOO_LONG = 300 };
  char long_name[NAME_TOO_LONG + 1];
  memset(long_name, 'x', NAME_TOO_LONG);
  long_name[NAME_TOO_LONG] = '\0';
  const char *file = temp_file(state, "file", "x", 1);
  assert_int_equal(symlink("loop", in_temp(state, "loop")), 0);
  const struct { const char *path, *says; } cases[] = {
      {in_temp(state, ""), "it is a folder"},
      {in_temp(state, "new/"), "it is a folder"},
      {in_temp(state, "file/a.h5"), "something else has this name"},
      {in_temp(state, long_name), "cannot be written: File name too long"},
      {in_temp(state, "loop/x/a.h5"), "cannot create the folder"},
      {"", "the name is empty"},
      {file, "it is an input"},
      {in_temp(state, "./file"), "it is an input"},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_diag diag = {0};
    assert_int_equal(msw_place_check(cases[i_case].path, &file, 1, &diag), MSW_BAD_INPUT);
    assert_says(&diag, cases[i_case].says);
    assert_int_equal(diag.status, MSW_BAD_INPUT);
    msw_diag_free(&diag);
  }
}

static void test_room(void **state) {
  msw_diag diag = {0};
  unsigned long long free_bytes = 0;
  assert_true(msw_free_bytes(in_temp(state, ""), &free_bytes));
  assert_true(msw_place_has_room(in_temp(state, "a.h5"), 1000, true, false, &diag));
  assert_true(msw_place_has_room(in_temp(state, "a.h5"), free_bytes + free_bytes / 2, true, false, &diag));
  assert_no_errors(&diag);
  assert_true(msw_place_has_room(in_temp(state, "a.h5"), 4 * free_bytes, true, true, &diag));   /* warns only */
  assert_no_errors(&diag);
  assert_false(msw_place_has_room(in_temp(state, "a.h5"), 4 * free_bytes, true, false, &diag));
  assert_says(&diag, "even if it shrank to a third");
  assert_false(msw_place_has_room(in_temp(state, "a.h5"), free_bytes + free_bytes / 2, false, false, &diag));
  msw_diag_free(&diag);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_good_places, temp_dir_make, temp_dir_remove),
      cmocka_unit_test_setup_teardown(test_bad_places, temp_dir_make, temp_dir_remove),
      cmocka_unit_test_setup_teardown(test_room, temp_dir_make, temp_dir_remove),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
