/* Which decode steps are stalls. */
#include "msw/analysis/stalls.h"

#include "made_steps.h"

static void beyond_the_median_of_their_like(void **state) {
  (void)state;
  static const made_step STEPS[] = {
      {"a", 8, 1000, 0, 0, 100},   {"a", 8, 1001, 0, 0, 102}, {"a", 8, 1002, 0, 0, 98},
      {"a", 8, 1003, 0, 0, 110},
      {"a", 8, 1004, 0, 0, 116},                         /* the median of the six is 106, the limit 116.6 */
      {"a", 8, 1005, 0, 0, 150},                         /* a stall */
      {"a", 9, 1000, 0, 0, 150},                         /* alone at its batch */
      {"a", 8, 2000, 0, 0, 150},                         /* alone at its length */
      {"b", 8, 1000, 0, 0, 150},                         /* alone of its model */
      {"a", 0, 0, 8, 1000, 300},   {"a", 8, 1000, 1, 100, 300}};   /* no decode steps */
  static const double EXPECTED[] = {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0};
  enum { N = sizeof STEPS / sizeof *STEPS };
  made_steps made;
  made_set(&made, STEPS, N);
  const double *is_stall = msw_find_stalls(&made.measured, &made.arena);
  for (size_t i_row = 0; i_row < N; i_row++) assert_same(is_stall[i_row], EXPECTED[i_row]);
  made_free(&made);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(beyond_the_median_of_their_like)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
