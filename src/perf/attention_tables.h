/* Choice of attention tables for a model's heads and tp (roofline_methods b.2). Private to perf. */
#ifndef MSW_PERF_ATTENTION_TABLES_H
#define MSW_PERF_ATTENTION_TABLES_H

#include "msw/perf/case.h"

/* Prefill table whose shape is nearest (Euclid on heads, kv heads, head_dim; first on ties); NULL when there is none or
 * shape_fallback forbids it. Sets SHAPE_BORROWED. */
const msw_kernel_table *msw_choose_prefill_table(const msw_case *bound, const msw_kernel_set *tables, msw_flags *flags);
/* Decode table likewise; among a shape's tables the one for this tp, else by tp_fallback. Sets TP_BORROWED. */
const msw_kernel_table *msw_choose_decode_table(const msw_case *bound, const msw_kernel_set *tables, msw_flags *flags);

#endif
