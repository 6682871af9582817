/* How the files of the expression compiler work together (expr_*.c); not for others. */
#ifndef MSW_INPUTS_EXPR_PARTS_H
#define MSW_INPUTS_EXPR_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/inputs/expr.h"

/* ---- Tokens (expr_lex.c) ---------------------------------------------------------------------------------------- */
typedef enum {
  MSW_TOKEN_END, MSW_TOKEN_BAD, MSW_TOKEN_NUMBER, MSW_TOKEN_TEXT, MSW_TOKEN_NAME,
  MSW_TOKEN_OR, MSW_TOKEN_AND, MSW_TOKEN_IN, MSW_TOKEN_EQUAL, MSW_TOKEN_UNEQUAL,
  MSW_TOKEN_LESS, MSW_TOKEN_LESS_EQUAL, MSW_TOKEN_GREATER, MSW_TOKEN_GREATER_EQUAL,
  MSW_TOKEN_PLUS, MSW_TOKEN_MINUS, MSW_TOKEN_TIMES, MSW_TOKEN_OVER, MSW_TOKEN_MODULO, MSW_TOKEN_POWER, MSW_TOKEN_NOT,
  MSW_TOKEN_QUESTION, MSW_TOKEN_COLON, MSW_TOKEN_COMMA, MSW_TOKEN_OPEN, MSW_TOKEN_CLOSE, MSW_TOKEN_OPEN_LIST,
  MSW_TOKEN_CLOSE_LIST
} msw_token_kind;

typedef struct {
  msw_token_kind kind;
  size_t at, len;          /* where it stands in the text; texts include their quotes */
  double number;
  const char *fault;       /* BAD: what is wrong, and what to do (or NULL) */
  const char *hint;
} msw_token;

/* The token that starts at or after `offset`. */
msw_token msw_token_next(const char *text, size_t offset);

/* ---- Program (expr_program.c) ----------------------------------------------------------------------------------- */
typedef enum {
  MSW_OP_OR, MSW_OP_AND, MSW_OP_EQUAL, MSW_OP_UNEQUAL, MSW_OP_LESS, MSW_OP_LESS_EQUAL,                /* two operands */
  MSW_OP_ADD, MSW_OP_SUBTRACT, MSW_OP_MULTIPLY, MSW_OP_DIVIDE, MSW_OP_MODULO, MSW_OP_POWER, MSW_OP_MIN, MSW_OP_MAX,
  MSW_OP_NEGATE, MSW_OP_NOT, MSW_OP_CEIL, MSW_OP_FLOOR, MSW_OP_ROUND, MSW_OP_LOG2, MSW_OP_SQRT, MSW_OP_ABS,   /* one */
  MSW_OP_SELECT                                                                            /* three: a ? b : c */
} msw_op;

enum { MSW_EXPR_MAX_REGISTERS = 64 };

/* Where an operand's row comes from. */
typedef enum { MSW_FROM_CONSTANT, MSW_FROM_SLOT, MSW_FROM_REGISTER } msw_source;
typedef struct { msw_source source; size_t index; } msw_operand;

/* to = op(a, b, c); operators of fewer operands repeat the last one. `to` is never the register of an operand, so that
 * rows do not overlap and loops vectorise. */
typedef struct { msw_op op; size_t to; msw_operand a, b, c; } msw_instruction;

struct msw_expr {
  const char *text;
  const msw_instruction *code;
  size_t n_code;
  const double *constants;
  const size_t *slots;        /* [n_slots] in use, ascending */
  size_t n_slots;
  size_t n_registers;
  msw_operand result;
};

/* A program being written. Growing arrays live on the heap until msw_program_finish. */
typedef struct {
  msw_instruction *code;
  double *constants;
  size_t *slots;
  size_t n_code, code_cap, n_constants, constants_cap, n_slots, slots_cap;
  uint64_t busy;              /* bit r: register r holds a value that is still needed */
  uint64_t kept;              /* bit r: to the end of the program, whoever releases it */
  size_t n_registers;
  bool overflow;              /* more values at once than registers */
} msw_program;

msw_operand msw_program_constant(msw_program *program, double value);
msw_operand msw_program_slot(msw_program *program, size_t slot);
msw_operand msw_program_emit(msw_program *program, msw_op op, msw_operand a, msw_operand b, msw_operand c);
/* Says that an operand is not needed any more. */
void msw_program_release(msw_program *program, msw_operand operand);
/* Says that an operand is needed to the end, so that releasing it does nothing. */
void msw_program_keep(msw_program *program, msw_operand operand);
/* Moves the program into the arena. */
msw_expr *msw_program_finish(msw_program *program, const char *text, msw_operand result, msw_arena *arena);
void msw_program_free(msw_program *program);

#endif
