/* What of a case's formulas depends on fewer axes than the cell, worked out when the case is bound (DESIGN rule 1): constants,
 * and times along one axis as lines. Private to grid.
 *
 * A cell's terms, microseconds, requests and tokens as in docs/model.md:
 *   GEMM             sum over distinct weight shapes of max(line(tokens), weight-read floor)
 *   decode attention requests * line(kv_len), lines of the batch
 *   prefill attention requests * new * line(context)            (constant-MFU family: requests * new * (cached + (new-1)/2) * rate)
 *   memory           weights_us + us_per_byte * bytes of requests
 * The measured family's add up: lines over padded tokens, and attention as lines of the batch over the length (docs/measured.md).
 */
#ifndef MSW_GRID_FACTORS_H
#define MSW_GRID_FACTORS_H

#include "lines.h"
#include "msw/grid/bind.h"
#include "msw/perf/measured.h"
#include "msw/perf/phase.h"
#include "msw/perf/time_curve.h"

typedef struct { msw_lines lines; double floor_us; } msw_gemm_factor;
typedef struct { double weights_us, us_per_byte; } msw_memory_factor;

/* Lines of the measured family, all layers, microseconds over padded tokens; the rest is in bound->measured. */
typedef struct { msw_lines gemm, comm; } msw_kernel_factors;

typedef struct msw_factors {
  const msw_case *bound;
  bool constant_mfu;                                /* the family without tables */
  size_t n_gemm;                                    /* distinct weight shapes */
  msw_gemm_factor gemm[2][MSW_N_PROJECTIONS];       /* [0] of decode steps, [1] of steps with prefills */
  msw_flags gemm_flags;                             /* of all lines */
  msw_lines prefill;                                /* over the context, per request and new token */
  msw_flags prefill_flags;
  double prefill_us_per_tok2;                       /* constant MFU: per request, new token and token attended to */
  double decode_us_per_tok;                         /* per request and KV token, at MFU 1 */
  double comm_us;
  double room_tok;                                  /* KV-cache tokens that fit beside the weights */
  double longest_context;                           /* +infinity when the model names no limit */
  msw_memory_factor memory[3];                      /* [msw_phase] */
  const msw_kernel_factors *kernels;                /* measured family, else NULL: its times add up */
  msw_request_traffic single, several;              /* bytes of a request with one new token, with several */
} msw_factors;

/* NULL for void cases. Lives in the arena. */
const msw_factors *msw_factors_bind(const msw_case *bound, msw_arena *arena);

/* A curve as lines over x = its own axis less `shift`, times `scale`. */
msw_lines msw_curve_lines(const msw_time_curve *curve, double scale, double shift, msw_line *lines);
const msw_kernel_factors *msw_kernel_factors_bind(const msw_case *bound, msw_arena *arena);
/* lm_head on one token per request; adds the lookup's flags. */
double msw_lm_head_us(const msw_factors *factors, double requests, msw_flags *flags);

static inline const msw_gemm_factor *msw_gemm_factors(const msw_factors *factors, msw_phase phase) {
  return factors->gemm[phase == MSW_DECODE ? 0 : 1];
}

/* A batch's decode attention along kv_len. The buffer is reused from batch to batch. */
typedef struct {
  msw_pieces pieces;
  msw_arena curves;
  msw_line *line;
  size_t cap;
} msw_decode_buffer;
void msw_decode_buffer_free(msw_decode_buffer *buffer);
/* *common: flags of all lines. */
msw_lines msw_decode_lines(const msw_factors *factors, msw_phase phase, double batch, msw_decode_buffer *buffer, msw_flags *common);
/* Measured family: attention of a prefill batch along the context. Valid until the buffer is used again. */
msw_lines msw_prefill_lines(const msw_factors *factors, double batch, msw_decode_buffer *buffer);

#endif
