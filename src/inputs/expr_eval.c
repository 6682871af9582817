/* Runs a compiled expression over a row. Operands that do not change along the row stay single numbers: what depends on
 * the case alone (model.num_kv_heads, tp …) costs one operation per row, not one per cell. */
#include "expr_parts.h"

#include <math.h>

#define INLINE static inline __attribute__((always_inline))

/* The operators. Truth: 0 and NaN are false. */
INLINE double truth(double a) { return a < 0 || a > 0; }
INLINE double either(double a, double b) { return truth(a) + truth(b) > 0; }
INLINE double both(double a, double b) { return truth(a) * truth(b); }
INLINE double equal(double a, double b) { return a <= b && a >= b; }
INLINE double unequal(double a, double b) { return !(a <= b && a >= b); }
INLINE double less(double a, double b) { return a < b; }
INLINE double less_equal(double a, double b) { return a <= b; }
INLINE double add(double a, double b) { return a + b; }
INLINE double subtract(double a, double b) { return a - b; }
INLINE double multiply(double a, double b) { return a * b; }
INLINE double divide(double a, double b) { return a / b; }
INLINE double smaller(double a, double b) { return a < b || isnan(a) ? a : b; }   /* NaN when either is */
INLINE double larger(double a, double b) { return a > b || isnan(a) ? a : b; }
INLINE double negate(double a) { return -a; }
INLINE double inverse(double a) { return 1 - truth(a); }

typedef double one_operand(double a);
typedef double two_operands(double a, double b);

INLINE void map_one(one_operand *op, msw_expr_input a, size_t n, double *restrict to) {
  for (size_t i = 0; i < n; i++) to[i] = op(a.values[i]);
}

/* One loop for each pair of strides, so that every one of them is plain to the vectoriser. */
INLINE void map_two(two_operands *op, msw_expr_input a, msw_expr_input b, size_t n, double *restrict to) {
  if (a.stride && b.stride)
    for (size_t i = 0; i < n; i++) to[i] = op(a.values[i], b.values[i]);
  else if (a.stride)
    for (size_t i = 0; i < n; i++) to[i] = op(a.values[i], *b.values);
  else
    for (size_t i = 0; i < n; i++) to[i] = op(*a.values, b.values[i]);
}

static void select_row(msw_expr_input a, msw_expr_input b, msw_expr_input c, size_t n, double *restrict to) {
  for (size_t i = 0; i < n; i++) {
    const double yes = b.values[i * b.stride], no = c.values[i * c.stride];
    to[i] = truth(a.values[i * a.stride]) > 0 ? yes : no;
  }
}

static void run(msw_op op, msw_expr_input a, msw_expr_input b, msw_expr_input c, size_t n, double *to) {
  switch (op) {
  case MSW_OP_OR: map_two(either, a, b, n, to); break;
  case MSW_OP_AND: map_two(both, a, b, n, to); break;
  case MSW_OP_EQUAL: map_two(equal, a, b, n, to); break;
  case MSW_OP_UNEQUAL: map_two(unequal, a, b, n, to); break;
  case MSW_OP_LESS: map_two(less, a, b, n, to); break;
  case MSW_OP_LESS_EQUAL: map_two(less_equal, a, b, n, to); break;
  case MSW_OP_ADD: map_two(add, a, b, n, to); break;
  case MSW_OP_SUBTRACT: map_two(subtract, a, b, n, to); break;
  case MSW_OP_MULTIPLY: map_two(multiply, a, b, n, to); break;
  case MSW_OP_DIVIDE: map_two(divide, a, b, n, to); break;
  case MSW_OP_MODULO: map_two(fmod, a, b, n, to); break;
  case MSW_OP_POWER: map_two(pow, a, b, n, to); break;
  case MSW_OP_MIN: map_two(smaller, a, b, n, to); break;
  case MSW_OP_MAX: map_two(larger, a, b, n, to); break;
  case MSW_OP_NEGATE: map_one(negate, a, n, to); break;
  case MSW_OP_NOT: map_one(inverse, a, n, to); break;
  case MSW_OP_CEIL: map_one(ceil, a, n, to); break;
  case MSW_OP_FLOOR: map_one(floor, a, n, to); break;
  case MSW_OP_ROUND: map_one(round, a, n, to); break;
  case MSW_OP_LOG2: map_one(log2, a, n, to); break;
  case MSW_OP_SQRT: map_one(sqrt, a, n, to); break;
  case MSW_OP_ABS: map_one(fabs, a, n, to); break;
  case MSW_OP_SELECT: select_row(a, b, c, n, to); break;
  }
}

static msw_expr_input fetch(const msw_expr *expr, msw_operand operand, const msw_expr_input *inputs,
                            const msw_expr_input *registers) {
  switch (operand.source) {
  case MSW_FROM_CONSTANT: return (msw_expr_input){expr->constants + operand.index, 0};
  case MSW_FROM_SLOT: return inputs[operand.index];
  case MSW_FROM_REGISTER: break;
  }
  return registers[operand.index];
}

size_t msw_expr_scratch(const msw_expr *expr, size_t n) { return expr->n_registers * n; }

void msw_expr_eval(const msw_expr *expr, const msw_expr_input *inputs, size_t n, double *scratch, double *out) {
  msw_expr_input registers[MSW_EXPR_MAX_REGISTERS];
  if (n == 0) return;
  for (size_t i_code = 0; i_code < expr->n_code; i_code++) {
    const msw_instruction *step = &expr->code[i_code];
    const msw_expr_input a = fetch(expr, step->a, inputs, registers);
    const msw_expr_input b = fetch(expr, step->b, inputs, registers);
    const msw_expr_input c = fetch(expr, step->c, inputs, registers);
    const size_t stride = a.stride | b.stride | c.stride;
    double *to = scratch + step->to * n;
    run(step->op, a, b, c, stride ? n : 1, to);
    registers[step->to] = (msw_expr_input){to, stride};
  }
  const msw_expr_input result = fetch(expr, expr->result, inputs, registers);
  for (size_t i = 0; i < n; i++) out[i] = result.values[i * result.stride];
}

const char *msw_expr_text(const msw_expr *expr) { return expr->text; }

const size_t *msw_expr_slots(const msw_expr *expr, size_t *n) {
  *n = expr->n_slots;
  return expr->slots;
}
