/* Lists of stretches. */
#include "msw/grid/stretch.h"

#include "msw_test.h"

#define LIST(...) (const msw_stretch[]){__VA_ARGS__}, sizeof((msw_stretch[]){__VA_ARGS__}) / sizeof(msw_stretch)

static void expect(const msw_stretch *got, size_t n_got, const msw_stretch *want, size_t n_want) {
  assert_int_equal(n_got, n_want);
  for (size_t i = 0; i < n_want; i++) {
    assert_int_equal(got[i].first, want[i].first);
    assert_int_equal(got[i].end, want[i].end);
  }
}

static void adding(void **state) {
  (void)state;
  msw_stretch list[4];
  size_t n = msw_stretches_add(list, 0, 3, 5);
  n = msw_stretches_add(list, n, 5, 5);     /* nothing */
  n = msw_stretches_add(list, n, 5, 7);     /* touches */
  n = msw_stretches_add(list, n, 8, 9);
  n = msw_stretches_add(list, n, 8, 12);    /* begins within */
  n = msw_stretches_add(list, n, 9, 10);    /* lies within */
  expect(list, n, LIST({3, 7}, {8, 12}));
}

static void unions(void **state) {
  (void)state;
  msw_stretch out[8];
  size_t n = msw_stretches_union(LIST({0, 2}, {5, 9}, {20, 21}), LIST({2, 4}, {6, 7}, {8, 12}, {30, 31}), out);
  expect(out, n, LIST({0, 4}, {5, 12}, {20, 21}, {30, 31}));
  n = msw_stretches_union(NULL, 0, LIST({6, 7}), out);
  expect(out, n, LIST({6, 7}));
  n = msw_stretches_union(LIST({6, 7}), NULL, 0, out);
  expect(out, n, LIST({6, 7}));
  assert_int_equal(msw_stretches_union(NULL, 0, NULL, 0, out), 0);
}

static void rests(void **state) {
  (void)state;
  msw_stretch out[8];
  size_t n = msw_stretches_rest(LIST({3, 5}, {8, 10}), 0, 12, out);
  expect(out, n, LIST({0, 3}, {5, 8}, {10, 12}));
  n = msw_stretches_rest(LIST({0, 5}, {8, 12}), 0, 12, out);
  expect(out, n, LIST({5, 8}));
  n = msw_stretches_rest(NULL, 0, 4, 12, out);
  expect(out, n, LIST({4, 12}));
  assert_int_equal(msw_stretches_rest(LIST({4, 12}), 4, 12, out), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(adding), cmocka_unit_test(unions), cmocka_unit_test(rests)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
