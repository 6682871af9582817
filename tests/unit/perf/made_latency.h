/* Measured latencies made by hand, as a set of slices without files. */
#ifndef MADE_LATENCY_H
#define MADE_LATENCY_H

#include <stdlib.h>

#include "msw/base/num.h"
#include "msw/perf/surface.h"

#include "msw_test.h"

enum { MADE_SLICES = 64 };
typedef struct {
  msw_arena arena;
  msw_latency_slice slices[MADE_SLICES];
  msw_gpu gpu;
  msw_latency_set set;
  msw_surfaces *surfaces;
} made_latency;

typedef struct { double y, x, us; } made_point;   /* ascending by y, then x */

static inline void made_add(made_latency *made, msw_latency_key key, const made_point *points, size_t n) {
  double *x = msw_arena_array(&made->arena, n, sizeof *x), *y = msw_arena_array(&made->arena, n, sizeof *y);
  double *us = msw_arena_array(&made->arena, n, sizeof *us);
  for (size_t i_point = 0; i_point < n; i_point++) {
    x[i_point] = points[i_point].x;
    y[i_point] = points[i_point].y;
    us[i_point] = points[i_point].us;
  }
  if (!key.name) key.name = "";
  assert_true(made->set.n_slices < MADE_SLICES);
  made->slices[made->set.n_slices++] = (msw_latency_slice){.key = key, .n_points = n, .x = x, .y = y, .latency_us = us};
}

static inline int made_compare(const void *a, const void *b) {
  const msw_latency_slice *left = a, *right = b;
  return msw_latency_key_compare(&left->key, &right->key);
}

/* The set is complete: makes its surfaces. */
static inline const msw_surfaces *made_done(made_latency *made) {
  qsort(made->slices, made->set.n_slices, sizeof *made->slices, made_compare);
  made->set.gpu = &made->gpu;
  made->set.slices = made->slices;
  made->surfaces = msw_surfaces_new(&made->set);
  assert_ptr_equal(msw_surfaces_set(made->surfaces), &made->set);
  return made->surfaces;
}

static inline int made_setup(void **state) {
  *state = msw_alloc_zero(1, sizeof(made_latency));
  return 0;
}

static inline int made_teardown(void **state) {
  made_latency *made = *state;
  msw_surfaces_free(made->surfaces);
  msw_arena_free(&made->arena);
  free(made);
  return 0;
}

/* The curve at x: its time within rounding, and its very flags. */
#define assert_at(curve, x, us, flags) made_assert_at((curve), (x), (us), (flags), __FILE__, __LINE__)
static inline void made_assert_at(const msw_time_curve *curve, double x, double us, msw_flags flags, const char *file,
                                  int line) {
  msw_flags got = 0;
  msw_assert_close_at(msw_time_at(curve, x, &got), us, 1e-13, 0.0, file, line);
  if (got == flags) return;
  char text[256], wanted[256];
  print_error("at %g: flags '%s' instead of '%s'\n", x, msw_flags_text(got, text, sizeof text),
              msw_flags_text(flags, wanted, sizeof wanted));
  _fail(file, line);
}

enum { EXACT = 0 };
static const msw_flags BETWEEN = MSW_FLAG_INTERPOLATED, BEYOND = MSW_FLAG_EXTRAPOLATED, BORROWED = MSW_FLAG_SHAPE_BORROWED;

#endif
