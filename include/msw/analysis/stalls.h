/* Stalls: decode steps that took more than 10 % longer than the median of their like, which no method of step times can
 * foresee. They are told, counted and never dropped unasked.
 *
 * Alike are decode steps of one GPU, engine, model, tp, number formats, source and batch whose kv_len lies in one bin
 * of like lengths (MSW_LIKE_BINS).
 */
#ifndef MSW_ANALYSIS_STALLS_H
#define MSW_ANALYSIS_STALLS_H

#include "msw/inputs/measured.h"

/* [n_rows] 1 for a stall, else 0. In the arena. */
const double *msw_find_stalls(const msw_measured *measured, msw_arena *arena);

#endif
