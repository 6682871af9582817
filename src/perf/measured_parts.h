/* What the files of the family `measured` share. */
#ifndef MSW_PERF_MEASURED_PARTS_H
#define MSW_PERF_MEASURED_PARTS_H

#include "msw/perf/measured.h"

/* Sets all_reduce; a case without a measured one is void. */
void msw_measured_bind_all_reduce(msw_case *bound, msw_arena *arena, msw_measured_case *m);
/* A case is void whose heads nobody measured. */
void msw_measured_check_attention(msw_case *bound, msw_arena *arena);
/* Decode attention of one layer over the KV length, as measured for equal requests. */
msw_time_curve msw_measured_decode_surface(const msw_case *bound, double batch, msw_arena *arena);

/* Requests as long as each other; *launch_us: the time for next to no KV cache. */
msw_time_curve msw_measured_equal_curve(const msw_case *bound, double batch, msw_arena *arena, double *launch_us);
/* Where a kernel does not spread unequal requests over the SMs: what they take besides the launch. */
double msw_measured_chain_us(const msw_case *bound, const msw_decode_group *groups, size_t n);

#endif
