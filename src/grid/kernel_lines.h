/* Lines at a point, as all row kernels work them out. Included by the files that are compiled for each instruction set.
 *
 * The reciprocal: single precision for the first guess, one Newton step in double: 1e-14 relative, a quarter of the time of a
 * double division, which alone would take longer than storing the cell. Denominators are MFU values or lengths, far inside
 * the range of single precision.
 */
#ifndef MSW_GRID_KERNEL_LINES_H
#define MSW_GRID_KERNEL_LINES_H

#include "kernels.h"

/* Whole groups: the compiler sees that no remainder is left, and writes no loop for it. */
static inline size_t whole(size_t n) { return (n + MSW_LANES - 1) / MSW_LANES * MSW_LANES; }

/* scale / x, added to p: the Newton step and the product are one. */
static inline double plus_ratio(double p, double scale, double x) {
  double guess = (double)(1.0f / (float)x);
  return __builtin_fma(scale * guess, __builtin_fma(-x, guess, 2.0), p);
}

static inline double straight_at(const msw_line *line, double x) { return __builtin_fma(line->q, x, line->p); }
static inline double ratio_at(const msw_line *line, double x) {
  return plus_ratio(line->p, line->q, __builtin_fma(line->s, x, line->a));
}
static inline double ratio_x_at(const msw_line *line, double x) {
  return plus_ratio(0.0, line->q * x, __builtin_fma(line->s, x, line->a));
}
static inline double square_at(const msw_line *line, double x) {
  double y = __builtin_fma(line->s, x, line->a);
  return plus_ratio(0.0, line->q * y * y, x);
}

static inline double quadratic_at(const msw_line *line, double x) {
  return __builtin_fma(__builtin_fma(line->s, x, line->q), x, line->p);
}

static inline double larger(double a, double b) { return a > b ? a : b; }

#endif
