/* A growing set of points of which only those that no other beats are kept. Private to front.c and front_points.c. */
#ifndef MSW_ANALYSIS_FRONT_POINTS_H
#define MSW_ANALYSIS_FRONT_POINTS_H

#include "msw/analysis/front.h"

/* Points, the first n_front of which are a front in order; behind them those that have come since. `values` are such that
 * greater is better, whatever the objective. */
typedef struct {
  unsigned char *bytes;    /* [cap] points of `size` bytes each */
  size_t n_front, n, cap, size, n_objectives;
  size_t hint;             /* the point of the front that beat the last one that was beaten */
} msw_point_set;

static inline msw_front_point *msw_point(const msw_point_set *set, size_t i_point) {
  return (msw_front_point *)(void *)(set->bytes + i_point * set->size);
}

/* Does some point of the front beat this one? `values` [MSW_FRONT_MOST_OBJECTIVES], those not in use 0. */
bool msw_points_beat(msw_point_set *set, const double *values, uint64_t cell);
/* Room for one more point, behind the others; to be filled. Now and then what is beaten is taken out before. */
msw_front_point *msw_points_add(msw_point_set *set);
/* Takes out what is beaten: all points are the front then. */
void msw_points_tidy(msw_point_set *set);
/* Puts all points of `from` into the set and frees it. */
void msw_points_join(msw_point_set *set, msw_point_set *from);
void msw_points_free(msw_point_set *set);

#endif
