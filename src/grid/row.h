/* Rows: up to MSW_ROW_CELLS neighbouring cells along the innermost axis, their terms as arrays that stay in the first-level
 * cache. Private to grid.
 */
#ifndef MSW_GRID_ROW_H
#define MSW_GRID_ROW_H

#include "factors.h"
#include "msw/perf/measured.h"
#include "msw/grid/field.h"
#include "row_flags.h"

enum { MSW_ROW_ROOM = MSW_ROW_CELLS + MSW_LANES };   /* elements of every row array */

/* A term of a row: of every cell [n], or, with `cells` NULL, the same for all of them. */
typedef struct { const double *cells; double one; } msw_term;
static inline msw_term msw_term_of(const double *cells) { return (msw_term){.cells = cells}; }

typedef struct { msw_term gemm_us, attn_us, memory_us, time_us; } msw_phase_row;   /* a phase's; absent: zero-initialised */
typedef struct { const double *gemm_us, *attn_us, *memory_us; } msw_part_row;      /* [n] each */

struct msw_row {
  size_t n;
  const msw_case *bound;
  const msw_kernels *kernels;
  const msw_cell_kernels *cells;   /* how the field at hand is written */
  msw_phase_row prefill, decode;
  msw_part_row part;               /* of the longer phase, or of the fused pass: what bounds the step. Only where asked for */
  bool is_fused;
  const double *hardware_us;       /* [n] */
  const double *spent_us;          /* [n] hardware_us and what varies of the rest of the step; `other_us` is missing */
  double other_us;
  msw_term tok;                    /* tokens of the step: only where asked for, as kv_tok */
  const double *kv_tok;            /* [n] tokens held */
  msw_term comm_us, overhead_us;   /* both with cells, or both without */
};

/* Room for the terms of a phase. Kernels are up to twice as fast where arrays begin with a cache line. */
typedef struct {
  _Alignas(MSW_LINE_BYTES) double gemm_us[MSW_ROW_ROOM];
  _Alignas(MSW_LINE_BYTES) double attn_us[MSW_ROW_ROOM];
  _Alignas(MSW_LINE_BYTES) double memory_us[MSW_ROW_ROOM];
  _Alignas(MSW_LINE_BYTES) double time_us[MSW_ROW_ROOM];
} msw_terms;

/* Work space of the functions below. */
typedef struct {
  _Alignas(MSW_LINE_BYTES) double tok[MSW_ROW_ROOM];
  _Alignas(MSW_LINE_BYTES) double values[MSW_ROW_ROOM];
  msw_line_stretch stretches[MSW_ROW_CELLS];
} msw_row_work;

/* GEMM of `tok` [n] tokens; adds the lookups' flags. `ascends`: tok does. */
void msw_row_gemm(const msw_factors *factors, const msw_kernels *kernels, msw_phase phase, const double *tok, size_t n,
                  bool ascends, msw_row_work *work, double *us, msw_row_flags *flags);

/* Measured family: what all kernels that go by the tokens take, `tok` [n] of them before padding; adds the lookups' flags. */
typedef struct { double *gemm_us, *memory_us, *comm_us; } msw_token_rows;   /* [n] each */
void msw_row_tokens(const msw_factors *factors, const msw_kernels *kernels, const double *tok, size_t n, bool ascends,
                    msw_row_work *work, const msw_token_rows *rows, msw_row_flags *flags);
/* Measured family: attention of all prefills of a batch; lines over the context. */
typedef struct { msw_lines lines; double read_us, batch; } msw_prefill_kernel;   /* read_us: per token of context, at least */
/* [n] each, the same for all batches: contexts, and which share of their attention new tokens have (NULL: nothing is cached). */
typedef struct { const double *context, *share; double cached_len; } msw_context_row;
void msw_row_prefill_kernel(const msw_kernels *kernels, const msw_prefill_kernel *kernel, msw_context_row row, size_t n,
                            bool ascends, msw_row_work *work, double *attn_us, msw_row_flags *flags);
/* Only the step's time, for the kernel: the same attention, in `step`. It may stand in `work`, so the kernel has to run before
 * that is used again. *guess: the line that the row may begin on, e.g. another batch's; becomes that of this one. */
void msw_row_prefill_step(const msw_kernels *kernels, const msw_prefill_kernel *kernel, msw_context_row row,
                          const double *seq_len, size_t n, bool ascends, msw_row_work *work, size_t *guess,
                          msw_context_steps *step, msw_row_flags *flags);

/* Decode cells along kv_len for one batch. */
typedef struct {
  double requests, gemm_us, comm_us, overhead_us;
  bool adds_up;                      /* times add up: memory_us is the batch's, and overlaps with nothing */
  double memory_us;
  msw_flags flags;                   /* of all its cells */
  msw_lines attn;
  const msw_line_stretch *stretches; /* [n_stretches] of attn_len on attn */
  size_t n_stretches;
  const double *kv_len, *attn_len;   /* [n]; attn_len: what attention is looked up at */
  bool ascends;
} msw_decode_load;
/* All terms but GEMM, which is the same for all; and the lookups' flags. */
void msw_row_decode(const msw_factors *factors, const msw_kernels *kernels, const msw_decode_load *load, size_t n,
                    msw_terms *terms);
void msw_row_decode_flags(const msw_kernels *kernels, const msw_decode_load *load, size_t n, msw_row_flags *flags);
/* Only the step's time, for the kernel, but for its place: of stretch i_stretch of the row. */
msw_decode_steps msw_row_decode_step(const msw_factors *factors, const msw_decode_load *load, size_t i_stretch);
/* What attention is looked up at: kv_len, or, where decode_aggregation is buckets, its buckets in `room`. */
const double *msw_row_attention_len(const msw_case *bound, const double *kv_len, size_t n, double *room);

/* Prefill: one request of new_len[i] tokens on cached_len tokens; attention time and bytes moved. Adds the lookups' flags. */
void msw_row_request(const msw_factors *factors, const msw_kernels *kernels, double cached_len, const double *new_len,
                     size_t n, bool ascends, msw_row_work *work, double *attn_us, double *bytes, msw_row_flags *flags);
/* `requests` of them with the given GEMM time. */
typedef struct { const double *gemm_us, *attn_us, *bytes; } msw_request_row;
void msw_row_prefill(const msw_factors *factors, const msw_kernels *kernels, double requests, const msw_request_row *one,
                     size_t n, double *attn_us, double *memory_us, double *time_us);

/* MEMORY_FULL and CONTEXT_TOO_LONG of cells that hold kv_base + kv_slope * x tokens of KV cache in all; the longest request's
 * context is the longer of `other_longest` and longest_base + x. */
typedef struct { double kv_base, kv_slope, other_longest, longest_base; } msw_row_holds;
void msw_row_fit_flags(const msw_factors *factors, const msw_kernels *kernels, const msw_row_holds *holds, const double *x,
                       size_t n, bool ascends, msw_row_flags *flags);

#endif
