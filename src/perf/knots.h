/* Search in ascending knots. Private to perf. */
#ifndef MSW_PERF_KNOTS_H
#define MSW_PERF_KNOTS_H

#include <stddef.h>

/* Index of the last knot <= at, or 0 when all are larger. n >= 1. */
static inline size_t msw_floor_index(const double *knots, size_t n, double at) {
  size_t low = 0, high = n;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (knots[middle] <= at) low = middle;
    else high = middle;
  }
  return low;
}

#endif
