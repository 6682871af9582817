/* Bounds of an expression over a box of cells: interval arithmetic with the operators of expr_eval.c.
 *
 * Bounds must hold for the numbers that evaluation yields, rounding included, not for those of algebra. They do, with
 * no outward rounding, wherever an operator as evaluated is monotone in each operand while the other stands still: its
 * extremes over a box of operands then lie at corners of the box, and the same operator is evaluated there.
 *   + - * /   IEEE 754 rounds the exact result. That is monotone in this sense (* and / in a direction that depends on
 *             the sign of the other operand, / while the divisor keeps clear of 0), and rounding to nearest is monotone.
 *   sqrt      is rounded correctly, too.
 *   min max, unary -, abs, ceil floor round   are exact and monotone, abs on either side of 0.
 *   %         is exact, and bounded by its operands.
 *   log2 ^    are within a few units in the last place of a monotone function, but not monotone: bounds are widened.
 * All this is about finite numbers. Where a bound is not finite nothing is said of the value, nor of what is made of
 * it. What is NaN throughout stays so. Comparisons of the unknown are 0 or 1 all the same.
 */
#include "expr_parts.h"

#include <float.h>
#include <math.h>

static const msw_bounds UNKNOWN = {-INFINITY, INFINITY};
static const msw_bounds NOT_A_NUMBER = {NAN, NAN};

static bool is_known(msw_bounds a) { return isfinite(a.low) && isfinite(a.high); }
static bool is_nan(msw_bounds a) { return isnan(a.low) && isnan(a.high); }

static msw_bounds between(double low, double high) {
  const msw_bounds bounds = {low, high};
  return is_known(bounds) ? bounds : UNKNOWN;
}

/* ---- Truth ---- */

static msw_extent truth(msw_bounds a) {
  if (is_nan(a)) return MSW_NOWHERE;
  if (!is_known(a)) return MSW_UNSURE;
  if (a.low > 0 || a.high < 0) return MSW_EVERYWHERE;
  return a.low < 0 || a.high > 0 ? MSW_UNSURE : MSW_NOWHERE;
}

static msw_bounds from_truth(msw_extent extent) {
  return (msw_bounds){extent == MSW_EVERYWHERE, extent != MSW_NOWHERE};
}

static msw_extent opposite(msw_extent a) { return (msw_extent)(MSW_EVERYWHERE - a); }
static msw_extent either(msw_extent a, msw_extent b) { return a > b ? a : b; }
static msw_extent both(msw_extent a, msw_extent b) { return a < b ? a : b; }

static msw_extent less(msw_bounds a, msw_bounds b) {
  if (is_nan(a) || is_nan(b)) return MSW_NOWHERE;
  if (!is_known(a) || !is_known(b)) return MSW_UNSURE;
  return a.high < b.low ? MSW_EVERYWHERE : a.low >= b.high ? MSW_NOWHERE : MSW_UNSURE;
}

static msw_extent less_equal(msw_bounds a, msw_bounds b) {
  if (is_nan(a) || is_nan(b)) return MSW_NOWHERE;
  if (!is_known(a) || !is_known(b)) return MSW_UNSURE;
  return a.high <= b.low ? MSW_EVERYWHERE : a.low > b.high ? MSW_NOWHERE : MSW_UNSURE;
}

static msw_extent equal(msw_bounds a, msw_bounds b) { return both(less_equal(a, b), less_equal(b, a)); }

/* ---- Numbers: both operands known ---- */

static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }

/* Between the least and the most of four corners; unknown when one of them is not finite. */
static msw_bounds hull(double p, double q, double r, double s) {
  if (!isfinite(p) || !isfinite(q) || !isfinite(r) || !isfinite(s)) return UNKNOWN;
  return (msw_bounds){least(least(p, q), least(r, s)), most(most(p, q), most(r, s))};
}

/* glibc's log2 and pow err by less than one unit in the last place, 2^-52 of the value; other libraries by a few. */
static msw_bounds widened(msw_bounds a) {
  const double margin = 0x1p-48;
  return between(a.low - fabs(a.low) * margin, a.high + fabs(a.high) * margin);
}

static msw_bounds multiply(msw_bounds a, msw_bounds b) {
  return hull(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high);
}

static msw_bounds divide(msw_bounds a, msw_bounds b) {
  if (b.low <= 0 && b.high >= 0) return UNKNOWN;
  return hull(a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high);
}

/* fmod is exact. From single numbers it makes one; of 0 … a and what is positive it makes no more than either. */
static msw_bounds modulo(msw_bounds a, msw_bounds b) {
  const bool is_point = a.low >= a.high && b.low >= b.high;
  if (!is_point) return a.low >= 0 && b.low > 0 ? (msw_bounds){0, least(a.high, b.high)} : UNKNOWN;
  const double one = fmod(a.low, b.low);
  return isnan(one) ? NOT_A_NUMBER : (msw_bounds){one, one};
}

/* a^b is monotone in a and in b for a > 0. What underflows has no relative error. */
static msw_bounds power(msw_bounds a, msw_bounds b) {
  if (!(a.low > 0)) return UNKNOWN;
  const msw_bounds bounds = hull(pow(a.low, b.low), pow(a.low, b.high), pow(a.high, b.low), pow(a.high, b.high));
  return bounds.low >= DBL_MIN ? widened(bounds) : UNKNOWN;
}

static msw_bounds logarithm(msw_bounds a) {
  if (a.high < 0) return NOT_A_NUMBER;
  return a.low > 0 ? widened((msw_bounds){log2(a.low), log2(a.high)}) : UNKNOWN;
}

static msw_bounds root(msw_bounds a) {
  if (a.high < 0) return NOT_A_NUMBER;
  return a.low >= 0 ? (msw_bounds){sqrt(a.low), sqrt(a.high)} : UNKNOWN;
}

static msw_bounds magnitude(msw_bounds a) {
  if (a.low >= 0) return a;
  return (msw_bounds){a.high <= 0 ? -a.high : 0, most(-a.low, a.high)};
}

static msw_bounds select_one(msw_extent condition, msw_bounds yes, msw_bounds no) {
  if (condition != MSW_UNSURE) return condition == MSW_EVERYWHERE ? yes : no;
  if (is_nan(yes) && is_nan(no)) return NOT_A_NUMBER;
  return is_known(yes) && is_known(no) ? (msw_bounds){least(yes.low, no.low), most(yes.high, no.high)} : UNKNOWN;
}

/* ---- The program ---- */

static msw_bounds arithmetic(msw_op op, msw_bounds a, msw_bounds b) {
  if ((is_nan(a) || is_nan(b)) && op != MSW_OP_POWER) return NOT_A_NUMBER;   /* NaN^0 and 1^NaN are 1 */
  if (!is_known(a) || !is_known(b)) return UNKNOWN;
  switch ((int)op) {   /* those that run() leaves */
  case MSW_OP_ADD: return between(a.low + b.low, a.high + b.high);
  case MSW_OP_SUBTRACT: return between(a.low - b.high, a.high - b.low);
  case MSW_OP_MULTIPLY: return multiply(a, b);
  case MSW_OP_DIVIDE: return divide(a, b);
  case MSW_OP_MODULO: return modulo(a, b);
  case MSW_OP_POWER: return power(a, b);
  case MSW_OP_MIN: return (msw_bounds){least(a.low, b.low), least(a.high, b.high)};
  case MSW_OP_MAX: return (msw_bounds){most(a.low, b.low), most(a.high, b.high)};
  case MSW_OP_NEGATE: return (msw_bounds){-a.high, -a.low};
  case MSW_OP_CEIL: return (msw_bounds){ceil(a.low), ceil(a.high)};
  case MSW_OP_FLOOR: return (msw_bounds){floor(a.low), floor(a.high)};
  case MSW_OP_ROUND: return (msw_bounds){round(a.low), round(a.high)};
  case MSW_OP_LOG2: return logarithm(a);
  case MSW_OP_SQRT: return root(a);
  case MSW_OP_ABS: return magnitude(a);
  }
  return UNKNOWN;
}

static msw_bounds run(msw_op op, msw_bounds a, msw_bounds b) {
  switch ((int)op) {   /* all but SELECT */
  case MSW_OP_OR: return from_truth(either(truth(a), truth(b)));
  case MSW_OP_AND: return from_truth(both(truth(a), truth(b)));
  case MSW_OP_NOT: return from_truth(opposite(truth(a)));
  case MSW_OP_EQUAL: return from_truth(equal(a, b));
  case MSW_OP_UNEQUAL: return from_truth(opposite(equal(a, b)));
  case MSW_OP_LESS: return from_truth(less(a, b));
  case MSW_OP_LESS_EQUAL: return from_truth(less_equal(a, b));
  default: return arithmetic(op, a, b);
  }
}

static msw_bounds fetch(const msw_expr *expr, msw_operand operand, const msw_bounds *inputs,
                        const msw_bounds *registers) {
  const double *constant = expr->constants + operand.index;
  switch (operand.source) {
  case MSW_FROM_CONSTANT: return (msw_bounds){*constant, *constant};
  case MSW_FROM_SLOT: return inputs[operand.index];
  case MSW_FROM_REGISTER: break;
  }
  return registers[operand.index];
}

msw_extent msw_expr_extent(const msw_expr *expr, const msw_bounds *inputs) {
  msw_bounds registers[MSW_EXPR_MAX_REGISTERS];
  for (size_t i_code = 0; i_code < expr->n_code; i_code++) {
    const msw_instruction *step = &expr->code[i_code];
    const msw_bounds a = fetch(expr, step->a, inputs, registers);
    const msw_bounds b = fetch(expr, step->b, inputs, registers);
    registers[step->to] = step->op == MSW_OP_SELECT
                              ? select_one(truth(a), b, fetch(expr, step->c, inputs, registers))
                              : run(step->op, a, b);
  }
  return truth(fetch(expr, expr->result, inputs, registers));
}
