/* Operations as columns. */
#include "eval_ops.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/mem.h"

static const char *const phases[] = {"prefill", "decode", "fused", "step"};
static const char *const names[] = {"gemm",     "q_proj",    "k_proj",  "v_proj",          "qkv_proj",       "o_proj",
                                    "gate_proj", "up_proj",  "down_proj", "ffn",           "ffn_load",       "attention",
                                    "kv_load",  "memory",    "comm_before_ffn", "comm_after_ffn", "tp_all_reduce", "comm",
                                    "overhead"};

/* Place in a list; names that are not in it come last, alphabetically (see compare). */
static size_t rank_of(const char *word, const char *const *list, size_t n) {
  size_t rank = 0;
  while (rank < n && strcmp(list[rank], word) != 0) rank++;
  return rank;
}

static int compare(const msw_op_column *a, const msw_op_column *b) {
  const size_t n_phases = sizeof phases / sizeof phases[0], n_names = sizeof names / sizeof names[0];
  size_t phase_a = rank_of(a->phase, phases, n_phases), phase_b = rank_of(b->phase, phases, n_phases);
  if (phase_a != phase_b) return phase_a < phase_b ? -1 : 1;
  size_t name_a = rank_of(a->name, names, n_names), name_b = rank_of(b->name, names, n_names);
  if (name_a != name_b) return name_a < name_b ? -1 : 1;
  int by_phase = strcmp(a->phase, b->phase);
  return by_phase ? by_phase : strcmp(a->name, b->name);
}

static void insert(msw_op_columns *columns, msw_op_column column) {
  size_t at = 0;
  while (at < columns->n && compare(&columns->items[at], &column) < 0) at++;
  if (at < columns->n && compare(&columns->items[at], &column) == 0) return;
  columns->items = msw_grow(columns->items, &columns->cap, columns->n + 1, sizeof *columns->items);
  memmove(columns->items + at + 1, columns->items + at, (columns->n - at) * sizeof *columns->items);
  columns->items[at] = column;
  columns->n++;
}

void msw_op_columns_note(msw_op_columns *columns, const msw_op_list *ops) {
  for (size_t i_op = 0; i_op < ops->n; i_op++)
    insert(columns, (msw_op_column){ops->ops[i_op].phase, ops->ops[i_op].name});
}

bool msw_op_columns_sum(const msw_op_columns *columns, size_t i_column, const msw_op_list *ops, double *us) {
  const msw_op_column *column = &columns->items[i_column];
  bool occurs = false;
  *us = 0.0;
  for (size_t i_op = 0; i_op < ops->n; i_op++) {
    const msw_op *op = &ops->ops[i_op];
    if (strcmp(op->phase, column->phase) != 0 || strcmp(op->name, column->name) != 0) continue;
    *us += op->us;
    occurs = true;
  }
  return occurs;
}

void msw_op_columns_free(msw_op_columns *columns) {
  free(columns->items);
  *columns = (msw_op_columns){0};
}
