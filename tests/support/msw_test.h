/* What every cmocka test of this project includes. cmocka's own float compare casts to float and lets NaN pass. */
#ifndef MSW_TEST_H
#define MSW_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "msw/base/diag.h"

enum { MSW_TEST_SKIPPED = 77 };   /* CTest's SKIP_RETURN_CODE */

/* |a - b| <= abs_tol + rel_tol * |b|; NaN never passes. */
static inline void msw_assert_close_at(double a, double b, double rel_tol, double abs_tol, const char *file, int line) {
  if (fabs(a - b) <= abs_tol + rel_tol * fabs(b)) return;
  print_error("%.17g is not close to %.17g (difference %.3g)\n", a, b, a - b);
  _fail(file, line);
}
#define assert_close(a, b, rel_tol, abs_tol) msw_assert_close_at((a), (b), (rel_tol), (abs_tol), __FILE__, __LINE__)
#define assert_same(a, b) msw_assert_close_at((a), (b), 0.0, 0.0, __FILE__, __LINE__)

/* Fails, printing the diag, unless some problem's message, path or hint contains `text`. */
static inline void msw_assert_says(const msw_diag *diag, const char *text, const char *file, int line) {
  for (size_t i = 0; i < diag->n; i++) {
    const msw_problem *p = &diag->items[i];
    if (strstr(p->message, text) || (p->path && strstr(p->path, text)) || (p->hint && strstr(p->hint, text))) return;
  }
  print_error("no problem mentions '%s'; the diag says:\n", text);
  msw_diag_print(diag, stderr, 100);
  _fail(file, line);
}
#define assert_says(diag, text) msw_assert_says((diag), (text), __FILE__, __LINE__)

/* Fails, printing the diag, when it holds errors. */
static inline void msw_assert_no_errors(const msw_diag *diag, const char *file, int line) {
  if (diag->n_errors == 0) return;
  msw_diag_print(diag, stderr, 100);
  _fail(file, line);
}
#define assert_no_errors(diag) msw_assert_no_errors((diag), __FILE__, __LINE__)

#endif
