/* Fields: what a result file holds for every cell. One registry row each; selection, evaluation, writing and the
 * documentation follow from it.
 */
#ifndef MSW_GRID_FIELD_H
#define MSW_GRID_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "msw/perf/case.h"
#include "msw/perf/step.h"

typedef enum { MSW_FIELD_F32, MSW_FIELD_U8, MSW_FIELD_U32 } msw_field_type;

/* Terms of one phase along a row of cells; element i is at [i * stride], stride 0 for a constant. */
typedef struct { const double *gemm_us, *attn_us, *memory_us, *time_us; size_t stride; } msw_phase_row;

/* A row: n cells along the innermost axis (kv_len or seq_len) of a non-void case. */
typedef struct {
  size_t n;
  const msw_case *bound;
  msw_phase_row prefill, decode;
  const double *hardware_us;   /* [n] */
  const double *tok;           /* [n] decode requests + new prefill tokens */
  const double *kv_tok;        /* [n] KV-cache tokens held at the end of the step */
  const msw_phase_row *fused;  /* terms of the fused pass, or NULL */
  double comm_us, overhead_us;
  const msw_flags *flags;      /* [n] */
} msw_row;

typedef struct {
  const char *name, *unit, *long_name, *description;
  msw_field_type type;
  void (*fill)(const msw_row *row, void *out);   /* out: [n] of the type */
} msw_field;

size_t msw_field_size(msw_field_type type);           /* bytes per cell */
const msw_field *msw_fields(size_t *n);               /* all, in file order */
const msw_field *msw_field_find(const char *name);
/* Writes "no number" for n cells: NaN for floats, 0 for codes; `flags` for the flags field. */
void msw_field_fill_void(const msw_field *field, msw_flags flags, size_t n, void *out);

#endif
