/* What the surface_*.c share: the slices of a set, repaired and in the order that lookups need. Built once, then read only. */
#ifndef MSW_SURFACE_INDEX_H
#define MSW_SURFACE_INDEX_H

#include "msw/perf/surface.h"
#include "time_curve_parts.h"

/* A point that is slower than its neighbours say, by this factor, on every axis is a hiccup of the measurement. */
static const double MSW_SPIKE = 1.35;

/* ---- Axes of shapes (surface_axis.c) */

/* A linear rule over ascending values > 0: at most two of them, with weights. Beyond the ends a line from a far value; its
 * time is to be kept between that of value i[0] and `ratio` times that, where ratio > 0. */
typedef struct { size_t i[2]; double weight[2]; size_t n; msw_flags flags; double ratio; } msw_axis_weights;
void msw_axis_weigh(const double *values, size_t n, double at, msw_axis_weights *weights);
/* The same for n, k of GEMMs; false where the values are too far away or apart. */
bool msw_axis_along(const double *values, size_t n, double at, msw_axis_weights *weights);

/* ---- Rows of several shapes (surface_mix.c) */

enum { MSW_MOST_MIXED = 4 };
/* The places [*n] of all rows inside the range that they have in common; all places, where they have none. */
double *msw_mix_places(const msw_time_knots *rows, size_t n_rows, size_t *n, msw_arena *arena);
/* A weighted sum, kept between the time of the first value of the axis and `ratio` times that; ratio 0: no limit. */
double msw_mix_limited(double us, double first_us, double ratio);

/* ---- GEMM (surface_gemm.c; index: surface_gemm_index.c) */

typedef struct { double n, k; const msw_latency_slice *slice; msw_time_knots knots; } msw_gemm_site;   /* knots over m */
typedef struct { double n; size_t first, end; } msw_gemm_column;   /* its sites */
/* One number format. */
typedef struct {
  msw_dtype dtype;
  bool block_scaled;
  const msw_gemm_site *sites;           /* [n_sites] by n, then k */
  const double *k;                      /* [n_sites] of each site */
  size_t n_sites;
  const msw_gemm_column *columns;       /* [n_columns] by n */
  size_t n_columns, n_spikes;
} msw_gemm_sites;
/* All number formats of a set; returns how many. */
size_t msw_gemm_index(const msw_latency_set *set, msw_arena *arena, msw_gemm_sites **formats);

/* ---- Attention (surface_attention.c; index: surface_attention_index.c, _fill.c, _holes.c) */

typedef struct {
  double head_dim, window, num_kv_heads, num_heads;
  const msw_latency_slice *slice;
  size_t n_batches;
  const double *batches;                /* [n_batches] ascending */
  const msw_time_knots *rows;           /* [n_batches] over KV tokens or new tokens, with what is filled in */
} msw_attention_config;
typedef struct { double head_dim, window, num_kv_heads; size_t first, end; } msw_attention_heads;   /* its configurations */
/* One kind and number format. */
typedef struct {
  msw_latency_kind kind;
  msw_dtype dtype, kv_dtype;
  const msw_attention_config *configs;  /* [n_configs] by head_dim, window, num_kv_heads, num_heads */
  size_t n_configs;
  const msw_attention_heads *heads;     /* [n_heads] the configurations of equal KV heads, in the same order */
  size_t n_heads, n_spikes;
} msw_attention_configs;
size_t msw_attention_index(const msw_latency_set *set, msw_latency_kind kind, msw_arena *arena,
                           msw_attention_configs **formats);

/* What a row was measured with; the KV of its requests no longer fits the cache from kv_len `edge` on, NAN: does not matter. */
typedef struct { msw_latency_kind kind; double window, edge; } msw_attention_row;
msw_attention_row msw_attention_row_of(const msw_attention_config *config, double batch, double l2_bytes);
/* The time along x through points of one row. */
msw_time_curve msw_attention_curve(const msw_attention_row *row, const msw_time_knots *knots, msw_arena *arena);
/* Sets batches and rows of configurations of one number format, sorted as above. Spikes are left out; a hole is filled from
 * what is around it (surface_attention_cells.h); a missing corner of large batches along the batch axis. Returns the number of
 * spikes. */
size_t msw_attention_fill(msw_attention_config *configs, size_t n_configs, double l2_bytes, msw_arena *arena);
bool msw_attention_same_heads(const msw_attention_config *a, const msw_attention_config *b);   /* but their number */

/* Points of a slice with one axis that are slower than both neighbours by MSW_SPIKE (surface_line.c). */
size_t msw_line_spikes(const msw_latency_slice *slice);

/* ---- All */

struct msw_surfaces {
  const msw_latency_set *set;
  msw_arena arena;
  msw_gemm_sites *gemm;                 /* [n_gemm] */
  size_t n_gemm;
  msw_attention_configs *prefill, *decode;   /* [n_prefill], [n_decode] */
  size_t n_prefill, n_decode;
  const msw_surfaces *latent;           /* of latent attention blocks less their projections, or NULL (latent_block.c) */
};

/* An index that lives in the arena. */
msw_surfaces *msw_surfaces_within(const msw_latency_set *set, msw_arena *arena);
/* NULL where no block is measured, or no GEMM. */
const msw_surfaces *msw_latent_blocks(const msw_surfaces *surfaces, msw_arena *arena);

/* Number formats whose rows may stand in for those of `dtype`, best first; returns how many of the 2. */
typedef struct { msw_dtype dtype; bool block_scaled; msw_flags flags; } msw_format_choice;
enum { MSW_FORMAT_CHOICES = 2 };
size_t msw_format_choices(msw_dtype dtype, bool block_scaled, msw_format_choice choices[MSW_FORMAT_CHOICES]);

#endif
