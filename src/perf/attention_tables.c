/* Which attention table stands for a model. */
#include "attention_tables.h"

#include <math.h>

static double shape_distance(const msw_case *bound, const msw_attention_shape *shape) {
  double d_heads = (double)shape->num_heads - bound->num_heads;
  double d_kv_heads = (double)shape->num_kv_heads - bound->num_kv_heads;
  double d_head_dim = (double)shape->head_dim - bound->head_dim;
  return d_heads * d_heads + d_kv_heads * d_kv_heads + d_head_dim * d_head_dim;
}

/* Measured on a KV cache of as many bits as the case's? bf16 and fp16 kernels take the same time. */
static bool same_kv_format(const msw_case *bound, const msw_kernel_table *table) {
  return table->kv_dtype == bound->kv_dtype ||
         !(fabs(msw_dtype_bytes(table->kv_dtype) - msw_dtype_bytes(bound->kv_dtype)) > 0.0);
}

/* First table of the nearest shape; its distance in *distance. Tables of the case's KV format go before all others. */
static const msw_kernel_table *nearest_shape(const msw_case *bound, const msw_kernel_set *set, msw_kernel_kind kind,
                                             double *distance) {
  const msw_kernel_table *best = NULL;
  *distance = INFINITY;
  for (int pass = 0; pass < 2 && !best; pass++)
    for (size_t i_table = 0; i_table < set->n_tables; i_table++) {
      const msw_kernel_table *table = &set->tables[i_table];
      if (table->kind != kind || (pass == 0 && !same_kv_format(bound, table))) continue;
      if (shape_distance(bound, &table->shape) >= *distance) continue;
      *distance = shape_distance(bound, &table->shape);
      best = table;
    }
  if (best && *distance > 0.0 && bound->knobs.shape_fallback == MSW_SHAPE_NONE) return NULL;
  return best;
}

const msw_kernel_table *msw_choose_prefill_table(const msw_case *bound, const msw_kernel_set *set, msw_flags *flags) {
  double distance;
  const msw_kernel_table *table = nearest_shape(bound, set, MSW_KERNEL_PREFILL_ATTENTION, &distance);
  if (table && distance > 0.0) *flags |= MSW_FLAG_SHAPE_BORROWED;
  return table;
}

static bool same_shape(const msw_attention_shape *a, const msw_attention_shape *b) {
  return a->num_heads == b->num_heads && a->num_kv_heads == b->num_kv_heads && a->head_dim == b->head_dim;
}

/* Smaller is better: 0 for the tp itself, then by the fallback; ties to the smaller tp. */
static double tp_distance(const msw_case *bound, double table_tp) {
  if (!(table_tp < bound->tp) && !(table_tp > bound->tp)) return 0.0;
  const double tp1_wins = 0.25, after_tp1 = 1.0;
  if (bound->knobs.tp_fallback == MSW_TP_FALLBACK_TP1 && table_tp < 1.5) return tp1_wins;
  const double prefer_smaller = 1e-6;
  return after_tp1 + fabs(table_tp - bound->tp) + (table_tp > bound->tp ? prefer_smaller : 0.0);
}

const msw_kernel_table *msw_choose_decode_table(const msw_case *bound, const msw_kernel_set *set, msw_flags *flags) {
  double distance;
  const msw_kernel_table *shape = nearest_shape(bound, set, MSW_KERNEL_DECODE_ATTENTION, &distance);
  if (!shape) return NULL;
  if (distance > 0.0) *flags |= MSW_FLAG_SHAPE_BORROWED;
  const msw_kernel_table *best = shape;
  for (size_t i_table = 0; i_table < set->n_tables; i_table++) {
    const msw_kernel_table *table = &set->tables[i_table];
    if (table->kind != MSW_KERNEL_DECODE_ATTENTION || !same_shape(&table->shape, &shape->shape)) continue;
    if (table->kv_dtype != shape->kv_dtype) continue;
    if (tp_distance(bound, (double)table->shape.tp) < tp_distance(bound, (double)best->shape.tp)) best = table;
  }
  if (tp_distance(bound, (double)best->shape.tp) > 0.0) *flags |= MSW_FLAG_TP_BORROWED;
  return best;
}
