/* What the files of the family `measured` share. */
#ifndef MSW_PERF_MEASURED_PARTS_H
#define MSW_PERF_MEASURED_PARTS_H

#include "msw/perf/analytic.h"
#include "msw/perf/latent.h"
#include "msw/perf/measured.h"

/* Said after what was not measured: "…, and the GPU's entry has no kernel model of it". */
extern const char msw_measured_no_model[];

/* Measured times of a kernel over tokens, none slower than for more tokens. */
msw_time_curve msw_measured_as_fast_as_larger(const msw_time_curve *curve, msw_arena *arena);
/* A GEMM as measured, else by the closed form; false where there is neither. `surfaces` may be NULL. */
bool msw_measured_gemm(const msw_surfaces *surfaces, const msw_gpu *gpu, msw_dtype dtype, double n, double k, msw_arena *arena,
                       msw_time_curve *curve, msw_surface_source *source);

/* kv_b_proj of a case, NULL where attention is not latent. */
const msw_token_op *msw_latent_up_projection(const msw_measured_case *m);
/* Projections of a block of latent attention; returns how many. */
enum { MSW_LATENT_MAX_GEMM = 4 };
typedef struct { const char *name; double k, n; } msw_latent_gemm;
size_t msw_latent_projections(const msw_latent_kernel *kernel, msw_latent_gemm gemm[MSW_LATENT_MAX_GEMM]);
/* The kernel of a model whose attention is latent, on one of tp GPUs. */
msw_latent_kernel msw_latent_kernel_of(const msw_case *bound);
/* Sets attention, latent and what a token of KV cache costs to read. */
void msw_measured_bind_latent(msw_case *bound, msw_measured_case *m);

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
