/* The list of a step's operations. */
#include "ops.h"

void msw_op_record(msw_op_list *list, msw_op op) {
  if (!list) return;
  list->ops = msw_grow(list->ops, &list->cap, list->n + 1, sizeof *list->ops);
  list->ops[list->n++] = op;
}

const char *msw_op_phase_name(msw_phase phase) {
  switch (phase) {
    case MSW_DECODE: return "decode";
    case MSW_PREFILL: return "prefill";
    case MSW_MIXED: break;
  }
  return "fused";
}
