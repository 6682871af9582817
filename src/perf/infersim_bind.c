/* Binding a case of InferSim's family: its units, the shapes of one GPU, the rows that stand for them. */
#include <math.h>
#include <string.h>

#include "gemm_surface.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/perf/infersim.h"

/* As published: a TFLOP counts 1024 GFLOP, and GB/s are multiplied by 1024^3. */
static const double flop_per_tflop = 1024.0 * 1e9, bytes_per_gib = 1024.0 * 1024.0 * 1024.0;
/* Weights farther from every row than this (squared) take the default. */
static const double farthest_shape = 1e9;

void msw_infersim_bind_roofline(msw_arena *arena, msw_case *bound) {
  const msw_knobs *knobs = &bound->knobs;
  bool wide = bound->weight_dtype == MSW_BF16 || bound->weight_dtype == MSW_FP16, fp8 = bound->weight_dtype == MSW_FP8;
  if (!wide && !fp8 && bound->weight_dtype != MSW_DTYPE_NONE && !bound->why_void) {
    bound->flags |= MSW_FLAG_VOID_PEAK;
    bound->why_void = msw_format(arena, "InferSim knows 16-bit and fp8 weights, not %s", msw_dtype_name(bound->weight_dtype));
  }
  if (knobs->fp8_kv) bound->kv_dtype = MSW_FP8;
  bound->kv_bytes_per_value = msw_dtype_bytes(bound->kv_dtype);
  bound->attention_flop_per_s = knobs->peak_16bit_tflops * flop_per_tflop;   /* with an fp8 KV cache too */
  bound->gemm_flop_per_s = fp8 ? knobs->peak_8bit_tflops * flop_per_tflop : bound->attention_flop_per_s;
  bound->bw_bytes_per_s = knobs->mem_bw_gib_per_s * bytes_per_gib;
}

/* ---- MFU of rows ---- */

static const double *rounded_mfu(const msw_kernel_table *table, msw_case *bound, msw_arena *arena) {
  const double *mfu = msw_table_mfu(table, &bound->knobs, arena);
  if (bound->knobs.mfu_source != MSW_MFU_FROM_FILE) return mfu;
  if (msw_kernel_table_mfu_is_off(table)) bound->flags |= MSW_FLAG_MFU_COLUMN_OFF;
  double *rounded = msw_arena_array(arena, table->n_rows, sizeof *rounded);
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) rounded[i_row] = msw_infersim_round(mfu[i_row]);
  return rounded;
}

/* A floor over `size` as InferSim reads the file, for any order of rows: at each size the row that the scan ends on. The scan
 * takes the last row of `pick` that is not above; with `stops` it ends before the first one that is. */
static msw_curve scanned_curve(const double *size, const double *mfu, const size_t *pick, size_t n_pick, bool stops,
                               msw_arena *arena) {
  double *x = msw_arena_array(arena, n_pick, sizeof *x), *y = msw_arena_array(arena, n_pick, sizeof *y);
  size_t *row = msw_arena_array(arena, n_pick, sizeof *row), *knots = msw_arena_array(arena, n_pick, sizeof *knots), n = 0;
  for (size_t i_at = 0; i_at < n_pick; i_at++) {
    size_t found = n_pick;
    for (size_t i_scan = 0; i_scan < n_pick; i_scan++) {
      if (size[pick[i_scan]] <= size[pick[i_at]]) found = i_scan;
      else if (stops) break;
    }
    if (found == n_pick) continue;
    x[n] = size[pick[i_at]];
    y[n] = mfu[pick[found]];
    row[n] = pick[found];
    knots[n] = n;
    n++;
  }
  msw_curve curve = msw_curve_build(x, y, knots, n, 1.0, arena);
  size_t *rows = msw_arena_array(arena, curve.n, sizeof *rows);   /* of the table instead of the scan */
  for (size_t i_knot = 0; i_knot < curve.n; i_knot++) rows[i_knot] = row[curve.row[i_knot]];
  curve.row = rows;
  return curve;
}

/* ---- GEMM ---- */

/* 16-bit formats are as one. */
static bool same_format(msw_dtype a, msw_dtype b) {
  return a == b || ((a == MSW_BF16 || a == MSW_FP16) && (b == MSW_BF16 || b == MSW_FP16));
}

/* The nearest rows with K >= k and N >= n: the first of the file on ties, none beyond farthest_shape. */
static const msw_kernel_table *choose_shape(const msw_kernel_table *const *tables, size_t n_tables, double k, double n,
                                            size_t *i_best) {
  const msw_kernel_table *best = NULL;
  double nearest = farthest_shape;
  for (size_t i_table = 0; i_table < n_tables; i_table++)
    for (size_t i_row = 0; i_row < tables[i_table]->n_rows; i_row++) {
      double d_k = tables[i_table]->k[i_row] - k, d_n = tables[i_table]->n[i_row] - n;
      if (d_k < 0.0 || d_n < 0.0 || d_k * d_k + d_n * d_n >= nearest) continue;
      nearest = d_k * d_k + d_n * d_n;
      best = tables[i_table];
      *i_best = i_row;
    }
  return best;
}

static msw_infersim_curve bind_gemm(const msw_kernel_table *const *tables, size_t n_tables, double k, double n, msw_case *bound,
                                    msw_arena *arena) {
  msw_infersim_curve rows = {.otherwise = msw_infersim_round(bound->knobs.default_mfu), .k = k, .n = n};
  size_t i_best = 0;
  rows.table = choose_shape(tables, n_tables, k, n, &i_best);
  if (!rows.table) return rows;
  double table_k = rows.table->k[i_best], table_n = rows.table->n[i_best];
  size_t *pick = msw_arena_array(arena, rows.table->n_rows, sizeof *pick), n_pick = 0;
  for (size_t i_row = 0; i_row < rows.table->n_rows; i_row++)
    if (msw_same_number(rows.table->k[i_row], table_k) && msw_same_number(rows.table->n[i_row], table_n))
      pick[n_pick++] = i_row;
  rows.curve = scanned_curve(rows.table->m, rounded_mfu(rows.table, bound, arena), pick, n_pick, false, arena);
  if (!msw_same_number(table_k, k) || !msw_same_number(table_n, n)) rows.flags |= MSW_FLAG_SHAPE_BORROWED;
  if (!same_format(rows.table->dtype, bound->weight_dtype)) rows.flags |= MSW_FLAG_DTYPE_BORROWED;
  return rows;
}

static void bind_gemms(const msw_kernel_set *set, msw_infersim *own, msw_case *bound, msw_arena *arena) {
  const msw_kernel_table **tables = NULL;
  size_t n_tables = set ? msw_gemm_tables(set, bound->weight_dtype, arena, &tables) : 0;
  double d = bound->hidden_size, dh = bound->head_dim;
  own->qkv = bind_gemm(tables, n_tables, d, (own->num_heads + 2.0 * own->num_kv_heads) * dh, bound, arena);
  own->o = bind_gemm(tables, n_tables, own->num_heads * dh, d, bound, arena);
  double ffn_n = floor(2.0 * bound->intermediate_size / own->world_size);   /* gate and up as one; down is priced like them */
  own->ffn = bind_gemm(tables, n_tables, d, ffn_n, bound, arena);
}

/* ---- Attention ---- */

/* Measured on the heads of one GPU, whatever tp it was measured for. */
static bool is_of_shape(const msw_case *bound, const msw_infersim *own, const msw_attention_shape *shape) {
  double tp = (double)shape->tp;
  return msw_same_number((double)shape->num_heads, own->num_heads * tp) &&
         msw_same_number(fmax(1.0, floor((double)shape->num_kv_heads / tp)), own->num_kv_heads) &&
         msw_same_number((double)shape->head_dim, bound->head_dim);
}

static bool same_kv_bytes(const msw_case *bound, const msw_kernel_table *table) {
  return msw_same_number(msw_dtype_bytes(table->kv_dtype), bound->kv_bytes_per_value);
}

/* The first table of exactly this shape; one whose file names the heads of one GPU goes first, as there is no other in
 * InferSim's folders. `any_kv`: of another KV format rather than none. */
static const msw_kernel_table *find_attention(const msw_kernel_set *set, msw_kernel_kind kind, const msw_case *bound,
                                              const msw_infersim *own, bool any_kv) {
  const msw_kernel_table *best = NULL;
  int best_rank = 0;
  for (size_t i_table = 0; set && i_table < set->n_tables; i_table++) {
    const msw_kernel_table *table = &set->tables[i_table];
    if (table->kind != kind || !is_of_shape(bound, own, &table->shape)) continue;
    int rank = (same_kv_bytes(bound, table) ? 4 : any_kv ? 2 : 0) + (table->shape.tp == 1 ? 1 : 0);
    if (rank < 2 || rank <= best_rank) continue;
    best_rank = rank;
    best = table;
  }
  return best;
}

static void bind_prefill(const msw_kernel_set *set, msw_infersim *own, msw_case *bound, msw_arena *arena) {
  const msw_kernel_table *table = find_attention(set, MSW_KERNEL_PREFILL_ATTENTION, bound, own, true);
  own->prefill.otherwise = bound->knobs.default_prefill_mfu;
  if (!table) return;
  own->prefill.table = table;
  if (!same_kv_bytes(bound, table)) own->prefill.flags = MSW_FLAG_DTYPE_BORROWED;   /* InferSim does not look at the format */
  own->prefill.otherwise = msw_infersim_round(bound->knobs.default_mfu);   /* two defaults, as published */
  size_t *pick = msw_arena_array(arena, table->n_rows, sizeof *pick), n_pick = 0;
  for (size_t i_row = 0; i_row < table->n_rows; i_row++)   /* one fresh sequence: what InferSim's tables hold */
    if (table->batch[i_row] < 1.5 && table->cached_len[i_row] < 0.5) pick[n_pick++] = i_row;
  own->prefill.curve = scanned_curve(table->seq_len, rounded_mfu(table, bound, arena), pick, n_pick, true, arena);
}

static void bind_decode(const msw_kernel_set *set, msw_infersim *own, msw_case *bound, msw_arena *arena) {
  const msw_kernel_table *table = find_attention(set, MSW_KERNEL_DECODE_ATTENTION, bound, own, false);
  msw_infersim_nearest rows = {.otherwise = msw_infersim_round(bound->knobs.default_mfu)};
  own->decode = rows;
  if (!table) return;
  rows.table = table;
  rows.mfu = rounded_mfu(table, bound, arena);
  rows.batch_low = rows.kv_low = INFINITY;
  bool usable = false;
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) {
    rows.batch_low = fmin(rows.batch_low, table->batch[i_row]);
    rows.batch_high = fmax(rows.batch_high, table->batch[i_row]);
    rows.kv_low = fmin(rows.kv_low, table->kv_len[i_row]);
    rows.kv_high = fmax(rows.kv_high, table->kv_len[i_row]);
    usable = usable || rows.mfu[i_row] > 0.0;
  }
  if (usable) own->decode = rows;
}

/* ---- The case ---- */

void msw_infersim_bind(const msw_kernel_set *tables, msw_arena *arena, msw_case *bound) {
  msw_infersim *own = msw_arena_array(arena, 1, sizeof *own);
  double tp = bound->tp, world_size = bound->knobs.world_size > 0.0 ? bound->knobs.world_size : tp;
  if (world_size < tp || fmod(world_size, tp) > 0.0) {
    bound->flags |= MSW_FLAG_VOID_TP;
    bound->why_void = msw_format(arena, "world_size %g is not a multiple of tp %g", world_size, tp);
    return;
  }
  own->world_size = world_size;
  own->num_heads = fmax(1.0, floor(bound->num_heads / tp));
  own->num_kv_heads = fmax(1.0, floor(bound->num_kv_heads / tp));
  own->intermediate_size = floor(bound->intermediate_size / tp);
  bind_gemms(tables, own, bound, arena);
  bind_prefill(tables, own, bound, arena);
  bind_decode(tables, own, bound, arena);
  bound->infersim = own;
}
