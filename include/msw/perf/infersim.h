/* The family of InferSim (docs/model.md, "InferSim"): per-GPU shapes, rounded MFU by floor or nearest row, a default MFU where
 * there is no row, each of attention and feed-forward at least as long as what it reads, communication by bandwidth alone.
 * All of it is per layer until a pass is put together. Times are microseconds.
 */
#ifndef MSW_PERF_INFERSIM_H
#define MSW_PERF_INFERSIM_H

#include <stdbool.h>

#include "msw/perf/case.h"
#include "msw/perf/step.h"

/* MFU over one size: the last row of the file that is not above it; `otherwise` below the first row and without a table. */
typedef struct {
  const msw_kernel_table *table;     /* NULL when there is none */
  msw_curve curve;                   /* n = 0: no row counts */
  double otherwise;
  double k, n;                       /* GEMM: shape of the weight; else 0 */
  msw_flags flags;                   /* SHAPE_BORROWED: rows of a larger (k, n); DTYPE_BORROWED: of another number format */
} msw_infersim_curve;

/* MFU over batch x kv_len: the row nearest by |d batch| + |d kv_len|, first in the file on ties. */
typedef struct {
  const msw_kernel_table *table;     /* NULL when there is none, or none for this KV format */
  const double *mfu;                 /* [table->n_rows] rounded */
  double batch_low, batch_high, kv_low, kv_high;   /* what the rows span */
  double otherwise;
} msw_infersim_nearest;

struct msw_infersim {
  double num_heads, num_kv_heads, intermediate_size;   /* of one GPU: whole parts of a division by tp, at least one KV head */
  double world_size;                                   /* GPUs that share the feed-forward weights: a multiple of tp */
  msw_infersim_curve qkv, o, ffn;                      /* over tokens */
  msw_infersim_curve prefill;                          /* over seq_len */
  msw_infersim_nearest decode;
};

/* Peaks and bandwidth of the case as InferSim counts them. Void (with a sentence) for formats that it does not know. */
void msw_infersim_bind_roofline(msw_arena *arena, msw_case *bound);
/* Shapes of one GPU and the rows that stand for them. Needs the rest of the case; no table at all is no hindrance. */
void msw_infersim_bind(const msw_kernel_set *tables, msw_arena *arena, msw_case *bound);

/* MFU is rounded to so many digits after the point, as Python's round() does. */
enum { MSW_INFERSIM_DIGITS = 3 };
double msw_infersim_round(double mfu);
/* MFU at a point. ANALYTIC: `otherwise` stood in; TABLE_HOLE: the row's MFU is rounded to zero, `otherwise` or the nearest row
 * with an MFU stood in; TABLE_CLAMPED: beyond the rows. `used` may be NULL. */
double msw_infersim_curve_at(const msw_infersim_curve *curve, double x, msw_flags *flags, msw_rows_used *used);
double msw_infersim_nearest_at(const msw_infersim_nearest *rows, double batch, double kv_len, msw_flags *flags,
                               msw_rows_used *used);

/* One layer of a pass on one GPU. A time and what it reads meanwhile run side by side: the longer one counts. */
typedef struct { double compute_us, load_us, us; } msw_infersim_pair;
typedef struct {
  double qkv_us, o_us;
  msw_infersim_pair attention;       /* beside the KV cache */
  msw_infersim_pair ffn;             /* beside its weights */
  double before_ffn_us, after_ffn_us, tp_all_reduce_us;
} msw_infersim_layer;

/* Terms of a layer; operations are recorded for the whole pass. `flags` collects; `ops` may be NULL. */
double msw_infersim_projection_us(const msw_case *bound, msw_phase phase, const msw_infersim_curve *rows, const char *name,
                                  double tok, msw_flags *flags, msw_op_list *ops);
msw_infersim_pair msw_infersim_ffn(const msw_case *bound, msw_phase phase, double tok, msw_flags *flags, msw_op_list *ops);
msw_infersim_pair msw_infersim_decode_attention(const msw_case *bound, const msw_decode_group *groups, size_t n,
                                                msw_flags *flags, msw_op_list *ops);
/* The group's requests, taken `repeats` times. */
msw_infersim_pair msw_infersim_prefill_attention(const msw_case *bound, const msw_prefill_group *group, double repeats,
                                                 msw_flags *flags, msw_op_list *ops);
void msw_infersim_comm(const msw_case *bound, msw_phase phase, double tok, msw_op_list *ops, msw_infersim_layer *layer);

/* A pass from its layer; its time leaves out what communication adds, which is *comm_us. */
msw_phase_time msw_infersim_pass(const msw_case *bound, msw_phase phase, const msw_infersim_layer *layer, double *comm_us);
/* What a layer's computation and its communication are multiplied by in a pass: layers, and batches with two_batch_overlap. */
double msw_infersim_compute_scale(const msw_case *bound, msw_phase phase);
double msw_infersim_comm_scale(const msw_case *bound);

/* A step: fills prefill, decode, hardware_us, comm_us, overhead_us and tok_per_step, and adds flags. */
void msw_infersim_step(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_breakdown *out);

#endif
