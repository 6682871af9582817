/* What the files of the family `measured` share. */
#ifndef MSW_PERF_MEASURED_PARTS_H
#define MSW_PERF_MEASURED_PARTS_H

#include "msw/perf/analytic.h"
#include "msw/perf/measured.h"

/* Said after what was not measured: "…, and the GPU's entry has no kernel model of it". */
extern const char msw_measured_no_model[];

/* Sets all_reduce; a case with neither a measured one nor a model of it is void. */
void msw_measured_bind_all_reduce(msw_case *bound, msw_arena *arena, msw_measured_case *m);
/* All that was found is a handful of points: a kernel's model is better, where there is one. */
bool msw_measured_is_thin(const msw_surface_source *source);
/* A case is void whose heads nobody measured on a GPU without models of attention. */
void msw_measured_check_attention(msw_case *bound, msw_arena *arena);
/* max(curve, line); the line keeps what is said of a curve that was not measured at all. */
msw_time_curve msw_measured_above(const msw_time_curve *curve, double base_us, double slope_us, msw_arena *arena);
/* Decode attention of one layer over the KV length, as measured for equal requests, else by the closed form. */
msw_time_curve msw_measured_decode_surface(const msw_case *bound, double batch, msw_arena *arena);

/* Requests as long as each other; *launch_us: the time for next to no KV cache. */
msw_time_curve msw_measured_equal_curve(const msw_case *bound, double batch, msw_arena *arena, double *launch_us);
/* Where a kernel does not spread unequal requests over the SMs: what they take besides the launch. */
double msw_measured_chain_us(const msw_case *bound, const msw_decode_group *groups, size_t n);

#endif
