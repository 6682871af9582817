/* Rows: up to MSW_ROW_CELLS neighbouring cells along the innermost axis, their terms as arrays that stay in the first-level
 * cache. Private to grid.
 */
#ifndef MSW_GRID_ROW_H
#define MSW_GRID_ROW_H

#include "factors.h"
#include "msw/grid/field.h"
#include "row_flags.h"

enum { MSW_ROW_ROOM = MSW_ROW_CELLS + MSW_LANES };   /* elements of every row array */

/* A phase's terms, [n] each. */
typedef struct { const double *gemm_us, *attn_us, *memory_us, *time_us; } msw_phase_row;

struct msw_row {
  size_t n;
  const msw_case *bound;
  const msw_kernels *kernels;
  msw_phase_row prefill, decode;   /* of an absent phase: zeros */
  msw_phase_row part;              /* of the longer phase, or of the fused pass: what bounds the step */
  bool is_fused;
  const double *hardware_us;       /* [n] */
  const double *tok, *kv_tok;      /* [n] */
  double comm_us, overhead_us;
};

/* Terms that make up a phase, filled by the functions below. */
typedef struct { double gemm_us[MSW_ROW_ROOM], attn_us[MSW_ROW_ROOM], memory_us[MSW_ROW_ROOM], time_us[MSW_ROW_ROOM]; } msw_terms;
static inline msw_phase_row msw_terms_row(const msw_terms *terms) {
  return (msw_phase_row){terms->gemm_us, terms->attn_us, terms->memory_us, terms->time_us};
}

/* Work space of the functions below. */
typedef struct { double tok[MSW_ROW_ROOM], values[MSW_ROW_ROOM]; msw_line_stretch stretches[MSW_ROW_CELLS]; } msw_row_work;

/* GEMM of `tok` [n] tokens; adds the lookups' flags. `ascends`: tok does. */
void msw_row_gemm(const msw_factors *factors, const msw_kernels *kernels, msw_phase phase, const double *tok, size_t n,
                  bool ascends, msw_row_work *work, double *us, msw_row_flags *flags);

/* Decode cells along kv_len for one batch. */
typedef struct {
  double requests, gemm_us, overhead_us;
  msw_flags flags;                   /* of all its cells */
  msw_lines attn;
  const msw_line_stretch *stretches; /* [n_stretches] of attn_len on attn */
  size_t n_stretches;
  const double *kv_len, *attn_len;   /* [n]; attn_len: what attention is looked up at */
  bool ascends;
} msw_decode_load;
/* All terms; adds the lookups' flags. */
void msw_row_decode(const msw_factors *factors, const msw_kernels *kernels, const msw_decode_load *load, size_t n,
                    msw_terms *terms, msw_row_flags *flags);
/* Only the step's time, at once and as the file holds it. */
void msw_row_decode_step(const msw_factors *factors, const msw_kernels *kernels, const msw_decode_load *load, size_t n,
                         float *step_us, msw_row_flags *flags);
/* What attention is looked up at: kv_len, or its bucket where decode_aggregation is buckets. */
void msw_row_attention_len(const msw_case *bound, const double *kv_len, size_t n, double *attn_len);

/* Prefill: one request of new_len[i] tokens on cached_len tokens; attention time and bytes moved. Adds the lookups' flags. */
void msw_row_request(const msw_factors *factors, const msw_kernels *kernels, double cached_len, const double *new_len,
                     size_t n, bool ascends, msw_row_work *work, double *attn_us, double *bytes, msw_row_flags *flags);
/* `requests` of them with the given GEMM time. */
void msw_row_prefill(const msw_factors *factors, const msw_kernels *kernels, double requests, const double *gemm_us,
                     const double *attn_us, const double *bytes, size_t n, msw_terms *terms);

/* MEMORY_FULL and CONTEXT_TOO_LONG of cells that hold kv_base + kv_slope * x tokens of KV cache in all; the longest request's
 * context is the longer of `other_longest` and longest_base + x. */
typedef struct { double kv_base, kv_slope, other_longest, longest_base; } msw_row_holds;
void msw_row_fit_flags(const msw_factors *factors, const msw_kernels *kernels, const msw_row_holds *holds, const double *x,
                       size_t n, bool ascends, msw_row_flags *flags);

#endif
