/* Measured kernel latencies by what was run, whatever layout the files have: what the method `measured` looks up.
 *
 * A *slice* holds all measurements of one key, e.g. decode attention of 8 heads on 1 KV head of 128, bf16. Within it a
 * measurement lies at (x, y):
 *
 *   kind              key                                          x                    y
 *   GEMM              dtype, n, k                                  m (tokens)           1
 *   PREFILL           dtype, kv_dtype, heads, head_dim, window     new tokens/request   requests
 *   DECODE            the same                                     KV tokens/request    requests
 *   ALL_REDUCE        dtype, n_gpus                                bytes                1
 *   NCCL              dtype, n_gpus, operation                     bytes                1
 *   MOE               dtype, experts                               tokens               1
 *   MLA_PREFILL       dtype, kv_dtype, heads (module: + weights)   new tokens/request   requests
 *   MLA_DECODE        the same                                     KV tokens/request    requests
 *   SMALL             name ("copy", "rms_norm", …)                 bytes                1
 *
 * Heads are those of one GPU. Rows of the aiconfigurator layout (latency in ms, messages in elements, decode at step + 1 KV
 * tokens) and of the project's own layout (whole-model heads in the file name, tp in decode's; the files of misc/<gpu> with
 * kernel, bytes, latency_us) are converted here. An MLA row is either the attention core (weight_dtype none, name "") or the
 * whole block with its projections (weight_dtype, name of the model).
 */
#ifndef MSW_INPUTS_LATENCY_TABLE_H
#define MSW_INPUTS_LATENCY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/data_root.h"
#include "msw/inputs/dtype.h"
#include "msw/inputs/kernel_table.h"

typedef enum {
  MSW_LATENCY_GEMM, MSW_LATENCY_PREFILL, MSW_LATENCY_DECODE, MSW_LATENCY_ALL_REDUCE, MSW_LATENCY_NCCL, MSW_LATENCY_MOE,
  MSW_LATENCY_MLA_PREFILL, MSW_LATENCY_MLA_DECODE, MSW_LATENCY_SMALL, MSW_N_LATENCY_KINDS
} msw_latency_kind;
const char *msw_latency_name(msw_latency_kind kind);   /* "gemm", "prefill", "decode", "all_reduce", … */

/* Numbers that a kind does not have are 0, texts "". Compared field by field in this order: slices are sorted by it. */
typedef struct {
  msw_latency_kind kind;
  msw_dtype dtype;                    /* GEMM, MoE: weights (fp8_block: see block_scaled); else activations */
  msw_dtype kv_dtype;
  msw_dtype weight_dtype;             /* MLA modules: of the projections; else none */
  bool block_scaled;                  /* fp8 weights with a scale per block of 128 */
  int64_t n, k;                       /* GEMM: y[m,n] = x[m,k] W */
  int64_t num_heads, num_kv_heads, head_dim, window;   /* per GPU; window 0: full causal */
  int64_t n_gpus;
  int64_t hidden_size, intermediate_size, n_experts_per_tok, n_experts, moe_tp, moe_ep;
  const char *name;                   /* NCCL: operation; MoE: distribution of tokens over experts; MLA module: model;
                                         SMALL: kernel; never NULL in a slice, NULL in a query is "" */
} msw_latency_key;
int msw_latency_key_compare(const msw_latency_key *a, const msw_latency_key *b);

/* A handful of points of one shape says less of it than a whole table of other shapes, or a kernel's model, does. */
enum { MSW_LATENCY_FEW_POINTS = 16 };

typedef struct msw_latency_file msw_latency_file;
typedef struct {
  msw_latency_key key;
  size_t n_points;
  const double *x, *y;                /* [n_points] sorted by y, then x; unique */
  const double *latency_us;           /* [n_points] > 0 */
  const uint32_t *row;                /* [n_points] 1-based line of the file; 0 when unknown */
  const uint8_t *is_eager;            /* [n_points] timed with the CPU's launch cost */
  const msw_latency_file *const *file;   /* [n_points] rows of one key may be spread over the files of a folder */
} msw_latency_slice;

/* What is odd about a file's rows or keeps them from being used, counted, with the line of the first. The load goes on. */
typedef struct { const char *what; size_t n; size_t line; } msw_latency_defect;
struct msw_latency_file {
  const char *path;
  const char *gpu;
  const char *engine;                 /* its folder, e.g. "vllm-0.24.0"; "" in the project's own layout */
  char sha256[65];
  size_t n_rows, n_used;              /* rows of the file; points of the set's slices that come from it */
  const msw_latency_defect *defects;
  size_t n_defects;
};

/* All tables of a GPU. An earlier bench folder's slice hides one of the same key in a later folder; within a folder the
 * project's own layout hides the other one. Rows of one point by several kernels (kernel_source) keep the fastest, which is
 * what an engine picks, but a row timed eagerly gives way to one replayed from a CUDA graph. Of a file in the folders of
 * several versions of one engine the highest version's is used; of several engines the first by name, with a warning.
 *
 * Not used, but counted, are rows faster than the peak of the faster number format, or than memory delivers what no cache
 * holds (by > 5 % each); rows more than twice as slow as both neighbours along x; a last line without line end (its number
 * may be cut off); number formats that no model has; prefill on cached tokens; beams. A cell that is no number, or no
 * latency > 0, is an error of the file.
 *
 * A result rests on the files with n_used > 0. */
typedef struct msw_latency_set {
  const msw_gpu *gpu;
  const msw_latency_slice *slices;    /* [n_slices] ascending by key */
  size_t n_slices;
  const msw_latency_file *const *files;
  size_t n_files;
} msw_latency_set;

/* Loads every table of the GPU from the bench folders: aiconfigurator's <gpu>/<engine-version>/<kind>_perf.csv, told apart by
 * their columns, the files of misc/<gpu>, and `own`'s (already loaded, may be NULL) of the project's layout. Malformed files
 * are reported row by row and make this MSW_BAD_INPUT; *set then has the others. */
msw_status msw_latency_set_load(const msw_data_root *data, const msw_gpu *gpu, const msw_kernel_set *own, msw_arena *arena,
                                msw_diag *diag, msw_latency_set *set);

/* Binary searches. The slice of exactly this key, or NULL; the run of slices of a kind, e.g. to look for similar ones. */
const msw_latency_slice *msw_latency_find(const msw_latency_set *set, const msw_latency_key *key);
const msw_latency_slice *msw_latency_of_kind(const msw_latency_set *set, msw_latency_kind kind, size_t *n);
/* Index of the point at exactly (x, y), or SIZE_MAX. */
size_t msw_latency_point(const msw_latency_slice *slice, double x, double y);

#endif
