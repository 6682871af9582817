/* How far lookup rules are off, told by a GPU's measured latencies themselves: rows are held out, predicted from the others,
 * and compared with what was measured. Bucketing (floor, nearest) and interpolation stand side by side on the same rows.
 *
 * "measured" is no rule of this file: each time the surfaces that predict steps (perf/surface.h) are built anew from the
 * set without the rows held out. Slices that cannot play a part in a lookup are left out of that set, which changes no
 * prediction. Rows that the surfaces take for spikes are never compared with; rows that they repaired are neighbours.
 *
 * Of many tests every n-th is done, from the first on: the same ones each time.
 */
#ifndef MSW_ANALYSIS_CROSSVAL_H
#define MSW_ANALYSIS_CROSSVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/mem.h"
#include "msw/inputs/latency_table.h"

/* The others look along the axis on which something is held out. log-log: time and size; floor: time of the next smaller
 * size, floor-mfu: its FLOP/s (what the v2-floor preset does); nearest: time of the size nearest in its logarithm;
 * aiconfigurator: the rule of that tool, sqrt(time) over the sequence, utilisation of the four nearest shapes by
 * 1 / distance^2, else linear. */
typedef enum {
  MSW_CROSS_MEASURED, MSW_CROSS_LINEAR, MSW_CROSS_LOG_LOG, MSW_CROSS_FLOOR, MSW_CROSS_FLOOR_MFU, MSW_CROSS_NEAREST,
  MSW_CROSS_AICONFIGURATOR, MSW_N_CROSS_RULES
} msw_cross_rule;
const char *msw_cross_rule_name(msw_cross_rule rule);

/* What is held out at a time. */
typedef enum {
  MSW_CROSS_M, MSW_CROSS_M_PAIR, MSW_CROSS_SHAPE, MSW_CROSS_N, MSW_CROSS_N_AND_K,
  MSW_CROSS_LAST_M, MSW_CROSS_LAST_N, MSW_CROSS_LAST_K,                                     /* GEMM */
  MSW_CROSS_POINT, MSW_CROSS_BATCH, MSW_CROSS_LENGTH, MSW_CROSS_HEADS, MSW_CROSS_KV_HEADS,
  MSW_CROSS_LAST_LENGTH, MSW_CROSS_LAST_BATCH,                                              /* attention */
  MSW_CROSS_SIZE, MSW_CROSS_LAST_SIZE,                                                      /* messages, experts */
  MSW_N_CROSS_PROTOCOLS
} msw_cross_protocol;
const char *msw_cross_protocol_name(msw_cross_protocol protocol);   /* "m_pair" */
const char *msw_cross_protocol_text(msw_cross_protocol protocol);   /* "an m and the one beside it" */

/* Of 100 (predicted / measured - 1): median and 90th percentile of its absolute value, and its own median. NaN where n is 0. */
typedef struct { size_t n; double median, p90, bias; } msw_cross_figures;
typedef struct {
  const msw_latency_key *key;         /* of the first slice: kind and number formats are those of all */
  bool is_windowed;                   /* attention in a sliding window */
  msw_cross_protocol protocol;
  double target;                      /* median that is wanted of "measured"; NaN: none */
  size_t n_held, n_tests;             /* tests done of all that there are */
  msw_cross_figures rules[MSW_N_CROSS_RULES];
} msw_cross_result;
typedef struct { const msw_cross_result *items; size_t n; } msw_cross_results;

/* "bf16", "fp8_block"; of attention that of the KV cache. */
const char *msw_cross_format(const msw_latency_key *key);

typedef struct {
  bool kinds[MSW_N_LATENCY_KINDS];    /* GEMM, PREFILL, DECODE, ALL_REDUCE, NCCL (all_reduce alone), MOE */
  const char *format;                 /* one number format, NULL: all */
  size_t most_tests;                  /* of a protocol; fewer where a test takes a set of its own */
} msw_cross_wanted;
enum { MSW_CROSS_MOST_TESTS = 40000 };

/* By kind and number formats in the order of the set, protocols in the order above; those without a test are left out. */
msw_cross_results msw_crossval(const msw_latency_set *set, const msw_cross_wanted *wanted, msw_arena *arena);

#endif
