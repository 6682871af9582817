/* Measured kernel latencies (DESIGN "Data"). A table is one CSV file: rows of one kernel kind on one GPU, with the peak that
 * its folder's SOURCE.json names. The catalogue finds tables for a GPU in the bench-data folders and loads them on demand.
 *
 * MFU = FLOP / latency / peak is recomputed from latency_us; the file's own mfu column is kept beside it and cross-checked:
 * from each row's mfu and latency_us +- half a digit follows an interval of peaks, and the implied peak is the known peak
 * (any GPU entry's bf16 or fp8 peak, or the declared one) that lies in most intervals. When no known peak lies in half of
 * them, it is the point within most, without a name.
 */
#ifndef MSW_INPUTS_KERNEL_TABLE_H
#define MSW_INPUTS_KERNEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/data_root.h"

typedef enum { MSW_KERNEL_GEMM, MSW_KERNEL_PREFILL_ATTENTION, MSW_KERNEL_DECODE_ATTENTION } msw_kernel_kind;
const char *msw_kernel_name(msw_kernel_kind kind);   /* "gemm", "mha/prefill", "mha/decode" */

/* Attention shape of the whole model (heads not divided by tp); `tp` is the degree that the file was measured for, its
 * kernel seeing num_heads/tp and num_kv_heads/tp heads. GEMM tables: all zero. */
typedef struct { int64_t num_heads, num_kv_heads, head_dim, tp; } msw_attention_shape;

/* Columns are arrays [n_rows] in file order; those that a kind does not have are NULL.
 * gemm: m,k,n.   mha/prefill: batch (1 unless the file says), cached_len (0), seq_len.   mha/decode: batch, kv_len. */
typedef struct {
  msw_kernel_kind kind;
  const char *file;
  const char *gpu;                  /* canonical GPU name */
  char sha256[65];
  const char *source_file;          /* SOURCE.json of its folder; NULL when there is none */
  char source_sha256[65];
  msw_dtype dtype;                  /* dtype column's first row, else SOURCE.json; MSW_DTYPE_NONE when neither says */
  msw_dtype kv_dtype;               /* attention: kv_dtype column's first row, else dtype; gemm: MSW_DTYPE_NONE */
  msw_attention_shape shape;
  size_t n_rows;
  const int *lines;                 /* of the file, 1-based; NULL when unknown */
  const double *m, *k, *n;
  const double *batch, *cached_len, *seq_len, *kv_len;
  const double *latency_us;         /* > 0, finite */
  const double *file_mfu;           /* as in the file; NULL when there is no such column */
  const double *flop;               /* of the kernel on one GPU: gemm 2mkn; prefill the causal half when `causal`,
                                       4 H dh (s*(cached+s) - s*s/2) batch; decode 4 H/tp dh kv batch */
  bool causal;
  double peak_flop_per_s;           /* that latency-based MFU is relative to: SOURCE.json's, else implied, else the GPU's */
  bool   peak_declared;             /* SOURCE.json named it */
  double implied_flop_per_s;        /* that the mfu column was divided by; 0 when there is no usable mfu column */
  const char *implied_name;         /* e.g. "h20 bf16"; NULL when it is no known peak */
  size_t n_mfu_agree, n_mfu_rows;   /* rows that agree with the implied peak, rows with a usable mfu */
} msw_kernel_table;

/* True when the mfu column was divided by another peak than the table's: then mfu_source=file gives nonsense. */
bool msw_kernel_table_mfu_is_off(const msw_kernel_table *table);

/* The tables of one GPU. Loads every infersim-layout file of the kinds above in the bench folders; tables of an earlier
 * folder shadow those of a later one with the same kind, dtypes and shape. Sorted: kind, then file name within a folder
 * order. A malformed file is reported row by row and makes this MSW_BAD_INPUT. */
typedef struct {
  const msw_gpu *gpu;
  const msw_kernel_table *tables;
  size_t n_tables;
  const struct msw_latency_set *latencies;   /* all measured latencies (latency_table.h); NULL when nobody asked for them */
  const struct msw_surfaces *surfaces;       /* the same, indexed for lookups (perf/surface.h) */
} msw_kernel_set;
msw_status msw_kernel_set_load(const msw_data_root *data, const msw_gpu *gpu, msw_arena *arena, msw_diag *diag, msw_kernel_set *set);

#endif
