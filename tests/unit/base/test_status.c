/* Exit codes are what scripts see: they never change. */
#include "msw_test.h"

static void exit_codes_are_fixed(void **state) {
  (void)state;
  assert_int_equal(msw_exit_code(MSW_OK), 0);
  assert_int_equal(msw_exit_code(MSW_FAILED), 1);
  assert_int_equal(msw_exit_code(MSW_BAD_INPUT), 2);
  assert_int_equal(msw_exit_code(MSW_DIFFERENT), 3);
  assert_int_equal(msw_exit_code(MSW_INTERRUPTED), 130);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(exit_codes_are_fixed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
