/* Straight lines through a function at whole numbers. Private to perf. */
#ifndef MSW_ANALYTIC_SAMPLE_H
#define MSW_ANALYTIC_SAMPLE_H

#include "msw/perf/time_curve.h"

/* us(kernel, x) for x = 1 … last (a power of two), as a curve whose pieces all have these flags. It holds the first value below
 * 1 and goes on along its last line beyond `last`, EXTRAPOLATED. */
msw_time_curve msw_analytic_sample(double (*us)(const void *kernel, double x), const void *kernel, double last, msw_flags flags,
                                   msw_arena *arena);

#endif
