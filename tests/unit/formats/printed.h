/* What a diag prints, as a string: tests compare messages as users see them. */
#ifndef MSW_TEST_PRINTED_H
#define MSW_TEST_PRINTED_H

#include <stdlib.h>

#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* free() it. */
static inline char *printed(const msw_diag *diag) {
  enum { ALL = 1000 };
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  msw_diag_print(diag, out, ALL);
  fclose(out);
  return text;
}

/* Fails unless the diag prints exactly `expected`; `input` names the case. */
static inline void msw_assert_prints(const msw_diag *diag, const char *expected, const char *input, const char *file,
                                     int line) {
  char *text = printed(diag);
  bool same = strcmp(text, expected) == 0;
  if (!same) print_error("for: %s\nexpected: %sfound:    %s\n", input, expected, text);
  free(text);
  if (!same) _fail(file, line);
}
#define assert_prints(diag, expected, input) msw_assert_prints((diag), (expected), (input), __FILE__, __LINE__)

#endif
