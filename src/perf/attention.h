/* What the two attention phases share. Private to perf. */
#ifndef MSW_PERF_ATTENTION_H
#define MSW_PERF_ATTENTION_H

#include "msw/perf/case.h"

/* FLOP of QK^T and AV, all layers, all heads: F(n, s) = L 4 H dh n s (roofline_methods b.2). */
static inline double msw_attention_flop(const msw_case *bound, double new_tok, double context) {
  return bound->num_layers * 4.0 * bound->num_heads * bound->head_dim * new_tok * context;
}

/* V1: QK^T, softmax and AV on "vector units": L (4 H n ctx dh + 4 H n ctx). */
static inline double msw_vector_flop(const msw_case *bound, double new_tok, double context) {
  return bound->num_layers * 4.0 * bound->num_heads * new_tok * context * (bound->head_dim + 1.0);
}

#endif
