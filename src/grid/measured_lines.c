/* The measured family's curves as lines, and what of its terms is not along a row. */
#include "factors.h"
#include "msw/perf/measured.h"

static msw_line line_of(const msw_time_piece *piece, double scale, double shift) {
  double x0 = piece->x0 - shift;   /* c0 + d (c1 + d c2) with d = x - x0, by powers of x */
  bool is_straight = !(piece->c2 < 0.0 || piece->c2 > 0.0);
  return (msw_line){.form = is_straight ? MSW_LINE_STRAIGHT : MSW_LINE_QUADRATIC,
                    .p = scale * (piece->c0 - x0 * (piece->c1 - x0 * piece->c2)),
                    .q = scale * (piece->c1 - 2.0 * x0 * piece->c2),
                    .s = scale * piece->c2,
                    .begin = piece->begin - shift,
                    .flags = piece->flags};
}

msw_lines msw_curve_lines(const msw_time_curve *curve, double scale, double shift, msw_line *lines) {
  for (size_t i_piece = 0; i_piece < curve->n; i_piece++) lines[i_piece] = line_of(&curve->piece[i_piece], scale, shift);
  return (msw_lines){lines, curve->n};
}

static msw_lines keep(const msw_time_curve *curve, double scale, msw_arena *arena) {
  return msw_curve_lines(curve, scale, 0.0, msw_arena_array(arena, curve->n, sizeof(msw_line)));
}

const msw_kernel_factors *msw_kernel_factors_bind(const msw_case *bound, msw_arena *arena) {
  const msw_measured_case *measured = bound->measured;
  msw_kernel_factors *factors = msw_arena_alloc(arena, sizeof *factors);
  msw_time_curve curves[MSW_MEASURED_MAX_OPS];
  double counts[MSW_MEASURED_MAX_OPS];
  for (size_t i_op = 0; i_op < measured->n_ops; i_op++) {
    curves[i_op] = measured->ops[i_op].curve;
    counts[i_op] = measured->ops[i_op].count;
  }
  msw_arena sums = {0};
  const msw_time_curve gemm = msw_time_sum(curves, counts, measured->n_ops, &sums);
  factors->gemm = keep(&gemm, 1.0, arena);
  if (measured->has_all_reduce) factors->comm = keep(&measured->all_reduce.curve, measured->all_reduce.count, arena);
  msw_arena_free(&sums);
  return factors;
}

double msw_lm_head_us(const msw_factors *factors, double requests, msw_flags *flags) {
  const msw_token_op *lm_head = &factors->bound->measured->lm_head;
  if (lm_head->curve.n == 0) return 0.0;
  return lm_head->count * msw_time_at(&lm_head->curve, requests, flags);
}
