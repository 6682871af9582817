/* Writes register programs: operands, instructions, and which registers are free. */
#include "expr_parts.h"

#include <stdlib.h>
#include <string.h>

msw_operand msw_program_constant(msw_program *program, double value) {
  program->constants =
      msw_grow(program->constants, &program->constants_cap, program->n_constants + 1, sizeof *program->constants);
  program->constants[program->n_constants] = value;
  return (msw_operand){MSW_FROM_CONSTANT, program->n_constants++};
}

/* Keeps the slots ascending, each once. */
msw_operand msw_program_slot(msw_program *program, size_t slot) {
  size_t i = 0;
  while (i < program->n_slots && program->slots[i] < slot) i++;
  if (i == program->n_slots || program->slots[i] != slot) {
    program->slots = msw_grow(program->slots, &program->slots_cap, program->n_slots + 1, sizeof *program->slots);
    memmove(program->slots + i + 1, program->slots + i, (program->n_slots - i) * sizeof *program->slots);
    program->slots[i] = slot;
    program->n_slots++;
  }
  return (msw_operand){MSW_FROM_SLOT, slot};
}

static size_t take_register(msw_program *program) {
  size_t i_register = 0;
  while (i_register < MSW_EXPR_MAX_REGISTERS && (program->busy >> i_register & 1)) i_register++;
  if (i_register == MSW_EXPR_MAX_REGISTERS) {
    program->overflow = true;
    return 0;
  }
  program->busy |= UINT64_C(1) << i_register;
  if (program->n_registers <= i_register) program->n_registers = i_register + 1;
  return i_register;
}

msw_operand msw_program_emit(msw_program *program, msw_op op, msw_operand a, msw_operand b, msw_operand c) {
  const size_t to = take_register(program);
  program->code = msw_grow(program->code, &program->code_cap, program->n_code + 1, sizeof *program->code);
  program->code[program->n_code++] = (msw_instruction){op, to, a, b, c};
  return (msw_operand){MSW_FROM_REGISTER, to};
}

void msw_program_release(msw_program *program, msw_operand operand) {
  const uint64_t bit = operand.source == MSW_FROM_REGISTER ? UINT64_C(1) << operand.index : 0;
  program->busy &= ~(bit & ~program->kept);
}

void msw_program_keep(msw_program *program, msw_operand operand) {
  if (operand.source == MSW_FROM_REGISTER) program->kept |= UINT64_C(1) << operand.index;
}

static void *move(msw_arena *arena, const void *items, size_t n, size_t size) {
  void *copy = msw_arena_array(arena, n, size);
  if (n) memcpy(copy, items, n * size);
  return copy;
}

msw_expr *msw_program_finish(msw_program *program, const char *text, msw_operand result, msw_arena *arena) {
  msw_expr *expr = msw_arena_alloc(arena, sizeof *expr);
  *expr = (msw_expr){
      .text = text,
      .code = move(arena, program->code, program->n_code, sizeof *program->code),
      .n_code = program->n_code,
      .constants = move(arena, program->constants, program->n_constants, sizeof *program->constants),
      .slots = move(arena, program->slots, program->n_slots, sizeof *program->slots),
      .n_slots = program->n_slots,
      .n_registers = program->n_registers,
      .result = result,
  };
  return expr;
}

/* The registers of the condition hold nothing that is still needed but its result. */
msw_expr *msw_expr_select(const msw_expr *condition, size_t yes, size_t no, const char *text, msw_arena *arena) {
  const msw_operand result = condition->result;
  const size_t to = result.source == MSW_FROM_REGISTER && result.index == 0;
  msw_program program = {.n_registers = condition->n_registers > to ? condition->n_registers : to + 1};
  for (size_t i_slot = 0; i_slot < condition->n_slots; i_slot++) msw_program_slot(&program, condition->slots[i_slot]);
  const msw_instruction choice = {MSW_OP_SELECT, to, result, msw_program_slot(&program, yes),
                                  msw_program_slot(&program, no)};
  program.n_code = program.code_cap = condition->n_code + 1;
  program.code = msw_alloc(program.n_code * sizeof *program.code);
  for (size_t i_code = 0; i_code < condition->n_code; i_code++) program.code[i_code] = condition->code[i_code];
  program.code[condition->n_code] = choice;
  msw_expr *expr = msw_program_finish(&program, text, (msw_operand){MSW_FROM_REGISTER, to}, arena);
  expr->constants = condition->constants;
  msw_program_free(&program);
  return expr;
}

void msw_program_free(msw_program *program) {
  free(program->code);
  free(program->constants);
  free(program->slots);
  *program = (msw_program){0};
}
