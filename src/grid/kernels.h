/* Row kernels: the arithmetic of all cells, unit-stride and without branches, compiled once for each instruction set and
 * chosen when the program starts. Every variant gives the same bits: the same operations in the same order, fused
 * multiply-adds only where they are written out. Private to grid.
 *
 * All arrays hold `n` elements and room for MSW_LANES more: kernels work in whole groups of lanes and may read and write
 * (without meaning) up to MSW_LANES - 1 elements beyond n.
 */
#ifndef MSW_GRID_KERNELS_H
#define MSW_GRID_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "msw/perf/flags.h"

enum { MSW_LANES = 16, MSW_LINE_BYTES = 64 };
enum { MSW_ROW_CELLS = 512 /* cells worked on at a time: all arrays of a row stay in the first-level cache */ };

/* A stretch of a time along an axis x, in closed form. */
typedef enum {
  MSW_LINE_STRAIGHT,    /* p + q x */
  MSW_LINE_RATIO,       /* p + q / (a + s x) */
  MSW_LINE_RATIO_X,     /* q x / (a + s x) */
  MSW_LINE_SQUARE,      /* (a + s x)^2 q / x */
  MSW_LINE_QUADRATIC    /* p + q x + s x^2 */
} msw_line_form;
typedef struct {
  double begin;         /* holds from this x on, until the next line's */
  double p, q, a, s;
  msw_line_form form;
  msw_flags flags;
} msw_line;

/* Rows of step times, each made at once. Many are handed over together: what a row needs is then fetched while the rows before
 * are still worked on. */
typedef struct { msw_line line; double base_us, slope_us; float *out; } msw_decode_steps;   /* max(line(x), base + slope kv) */
typedef struct {   /* max(gemm + attn_base + attn_scale attn, memory_base + memory_scale bytes) + other_us */
  const double *gemm, *attn, *bytes;
  double attn_base, attn_scale, memory_base, memory_scale, other_us;
  float *out;
} msw_phase_steps;
typedef struct {   /* max(time, decode_us) + other_us */
  const double *time;
  double decode_us, other_us;
  float *out;
} msw_longer_steps;
typedef struct {   /* wa time + wb decode_us + other_us */
  const double *wa, *time, *wb;
  double decode_us, other_us;
  float *out;
} msw_weighted_steps;
typedef struct {   /* max(max(line(at) share, read_base + read_slope x) + spent, host_us) + other_us; without `share` line(at) alone */
  msw_line line;   /* straight or quadratic */
  const double *at, *x, *share, *spent;
  double read_base, read_slope, host_us, other_us;
  float *out;
} msw_context_steps;

/* Cells as files hold them. With ordinary stores, or around the caches: whole groups of lanes, `out` aligned to
 * MSW_LINE_BYTES. Full lines at once: three times as fast as ordinary stores where memory is the limit. */
typedef struct {
  void (*constant)(double value, size_t n, float *out);
  void (*sum)(const double *a, double add, size_t n, float *out);
  void (*sum_rows)(const double *a, const double *b, size_t n, float *out);
  void (*scaled)(const double *a, double scale, size_t n, float *out);
  void (*rate)(const double *a, double scale, const double *b, double add, size_t n, float *out);   /* scale a / (b + add) */
  void (*rate_of)(double amount, const double *b, double add, size_t n, float *out);                /* amount / (b + add) */
  /* step times of n_rows rows of n cells each */
  void (*decode_steps)(const msw_decode_steps *rows, size_t n_rows, const double *x, const double *kv, size_t n);
  void (*phase_steps)(const msw_phase_steps *rows, size_t n_rows, size_t n);
  void (*longer_steps)(const msw_longer_steps *rows, size_t n_rows, size_t n);
  void (*weighted_steps)(const msw_weighted_steps *rows, size_t n_rows, size_t n);
  void (*context_steps)(const msw_context_steps *rows, size_t n_rows, size_t n);
} msw_cell_kernels;

typedef struct {
  const char *name;     /* "avx512", "avx2", "base" */
  void (*line)(const msw_line *line, const double *x, size_t n, double *out);
  void (*add_above)(const double *a, double floor, size_t n, double *out);                            /* out += max(a, floor) */
  void (*fill)(double value, size_t n, double *out);
  void (*affine)(double base, double slope, const double *x, size_t n, double *out);                  /* base + slope x */
  void (*product)(double scale, const double *a, const double *b, size_t n, double *out);             /* scale a b */
  /* of rows a and one value b */
  void (*longer)(const double *a, double b, size_t n, double *out);                                   /* max */
  void (*weighted)(const double *wa, const double *a, const double *wb, double b, size_t n, double *out);
  void (*pick_longer)(const double *time_a, double time_b, const double *a, double b, size_t n,
                      double *out);                                                                   /* a where time_a > time_b, else b */
  void (*phase_time)(const double *gemm, const double *attn, const double *memory, size_t n, double *out);
  void (*phase_time_of)(double gemm, const double *attn, const double *memory, size_t n, double *out);
  void (*bound)(const double *gemm, const double *attn, const double *memory, const double *hardware, double comm_us,
                double overhead_us, size_t n, uint8_t *out);
  void (*bound_rows)(const double *gemm, const double *attn, const double *memory, const double *hardware, const double *comm,
                     const double *overhead, size_t n, uint8_t *out);   /* where all vary */
  void (*difference)(double base, const double *a, const double *b, size_t n, double *out);           /* base + (a - b) */
  void (*sum)(const double *a, const double *b, size_t n, double *out);                               /* a + b */
  void (*above_line)(double base, double slope, const double *x, size_t n, double *out);              /* out = max(out, base + slope x) */
  void (*cached_share)(double cached, const double *context, size_t n, double *out);   /* see perf/measured.h */
  const msw_cell_kernels *cells, *streamed;   /* with ordinary stores; around the caches */
  void (*stream)(const float *from, size_t n, float *to);   /* copies around the caches, as `streamed` writes */
  void (*flags_or)(const msw_flags *a, msw_flags b, size_t n, msw_flags *out);                        /* out = a | b, in place too */
  void (*flags_merge)(const msw_flags *a, size_t n, msw_flags *out);                                  /* out |= a */
  void (*flags_above)(const double *value, double limit, msw_flags flag, size_t n, msw_flags *out);   /* out |= flag where value > limit */
  /* of exactly n cells: all bits that occur; how many cells have one of `bits` */
  msw_flags (*flags_any)(const msw_flags *cells, size_t n);
  size_t (*flags_count)(const msw_flags *cells, msw_flags bits, size_t n);
} msw_kernels;

/* The best variant for this processor; the environment variable MFUSWEEP_ISA names another one (for tests). */
const msw_kernels *msw_kernels_best(void);

extern const msw_kernels msw_kernels_base, msw_kernels_avx2, msw_kernels_avx512;   /* the latter two: x86-64 only */

#endif
