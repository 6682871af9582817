/* What can be said of an operation: how far its point lies from the rows that stand for it, and what limits it. */
#include <math.h>
#include <string.h>

#include "explain.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

/* Smallest and largest value of a table column among the rows that carry weight. */
static msw_distance along(const char *axis, double at, const double *column, const msw_rows_used *rows) {
  msw_distance distance = {.axis = axis, .at = at, .low = at, .high = at};
  bool is_first = true;
  for (size_t i_row = 0; i_row < rows->n; i_row++) {
    if (!(rows->weight[i_row] > 0.0)) continue;
    double value = column[rows->row[i_row]];
    if (is_first || value < distance.low) distance.low = value;
    if (is_first || value > distance.high) distance.high = value;
    is_first = false;
  }
  return distance;
}

static size_t add_if_borrowed(const char *axis, double at, double table, msw_distance *distances, size_t n) {
  if (msw_same_number(at, table)) return n;
  distances[n] = (msw_distance){axis, at, table, table};
  return n + 1;
}

static size_t attention_distances(const msw_case *bound, const msw_op *op, msw_distance *distances) {
  const msw_kernel_table *table = op->table;
  bool is_decode = table->kind == MSW_KERNEL_DECODE_ATTENTION;
  bool own_heads = bound->family == MSW_FAMILY_INFERSIM;   /* no table but one of exactly a GPU's heads */
  size_t n = 0;
  if (is_decode) {
    distances[n++] = along("batch", op->batch, table->batch, &op->rows);
    distances[n++] = along("kv_len", op->context, table->kv_len, &op->rows);
    if (!own_heads) n = add_if_borrowed("tp", bound->tp, (double)table->shape.tp, distances, n);
  } else {
    distances[n++] = along("seq_len", op->context, table->seq_len, &op->rows);
  }
  if (own_heads) return n;
  n = add_if_borrowed("num_heads", bound->num_heads, (double)table->shape.num_heads, distances, n);
  n = add_if_borrowed("num_kv_heads", bound->num_kv_heads, (double)table->shape.num_kv_heads, distances, n);
  return add_if_borrowed("head_dim", bound->head_dim, (double)table->shape.head_dim, distances, n);
}

size_t msw_op_distances(const msw_case *bound, const msw_op *op, msw_distance distances[MSW_MAX_DISTANCES]) {
  if (!op->table || op->rows.n == 0) return 0;
  if (op->table->kind != MSW_KERNEL_GEMM) return attention_distances(bound, op, distances);
  distances[0] = along("m", op->m, op->table->m, &op->rows);
  distances[1] = along("k", op->k, op->table->k, &op->rows);
  distances[2] = along("n", op->n, op->table->n, &op->rows);
  return 3;
}

const char *msw_distance_text(const msw_distance *distance, msw_arena *arena) {
  const char *point = msw_format(arena, "%s %.15g", distance->axis, distance->at);
  if (msw_same_number(distance->low, distance->high)) {
    if (msw_same_number(distance->at, distance->low)) return point;
    return msw_format(arena, "%s -> %.15g", point, distance->low);
  }
  bool is_between = distance->low <= distance->at && distance->at <= distance->high;
  return msw_format(arena, "%s %s %.15g and %.15g", point, is_between ? "between" : "from", distance->low,
                    distance->high);
}

const char *msw_op_limit(const msw_op *op) {
  if (strcmp(op->name, "memory") == 0) return "memory";
  if (strcmp(op->phase, "step") == 0) return "";
  if (isnan(op->mfu)) return op->bytes > 0.0 ? "memory" : "";
  return op->floor_us > 0.0 && op->us <= op->floor_us ? "memory" : "compute";
}

bool msw_op_is_hidden(const msw_case *bound, const msw_breakdown *breakdown, const msw_op *op) {
  if (strcmp(op->phase, "step") == 0) return false;
  if (bound->family == MSW_FAMILY_INFERSIM) return op->is_hidden;
  if (bound->family == MSW_FAMILY_MEASURED) return false;   /* one kernel after the other */
  bool is_memory = strcmp(op->name, "memory") == 0;
  bool is_fused = breakdown->fused.time_us > 0.0;
  const msw_phase_time *phase = strcmp(op->phase, "prefill") == 0 ? &breakdown->prefill : &breakdown->decode;
  if (is_fused) {   /* the one pass replaces both phases' GEMM and memory; their attention is part of it */
    if (strcmp(op->phase, "fused") != 0 && strcmp(op->name, "attention") != 0) return true;
    phase = &breakdown->fused;
  }
  bool memory_is_longer = phase->memory_us > phase->gemm_us + phase->attn_us;
  if (is_memory != memory_is_longer) return true;
  if (is_fused || bound->knobs.mixed_rule != MSW_MIXED_MAX) return false;
  const msw_phase_time *other = phase == &breakdown->prefill ? &breakdown->decode : &breakdown->prefill;
  return phase->time_us < other->time_us;
}
