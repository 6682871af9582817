/* What the crossval*.c share: a table, what is left of it when something is held out, rules, errors. */
#ifndef MSW_CROSSVAL_PARTS_H
#define MSW_CROSSVAL_PARTS_H

#include <math.h>

#include "msw/analysis/crossval.h"
#include "msw/perf/surface.h"

/* ---- A table: the slices of one kind and number formats (crossval_table.c) */

typedef struct {
  const msw_gpu *gpu;
  msw_latency_set set;            /* the slices: without spikes, with what the surfaces say where they repair */
  const bool *const *is_truth;    /* [set.n_slices][n_points] as measured */
  size_t most_tests;
  msw_arena *arena;
} msw_cross_table;
msw_cross_table msw_cross_clean(const msw_latency_set *whole, const msw_latency_slice *slices, size_t n, size_t most_tests,
                                msw_arena *arena);

/* Points of one y. */
typedef struct { double y; size_t first, end; } msw_cross_row;
const msw_cross_row *msw_cross_rows(const msw_latency_slice *slice, msw_arena *arena, size_t *n);

/* ---- What is left (crossval_table.c) */

/* Points from low to high, both included, in x and y. */
typedef struct { double x_low, x_high, y_low, y_high; } msw_cross_box;
msw_cross_box msw_cross_x(double low, double high);   /* for any y */

typedef struct {
  msw_arena arena;                /* also for what is looked up */
  msw_latency_slice *slices;
  msw_latency_set set;
  msw_surfaces *surfaces;
} msw_cross_rest;
void msw_cross_begin(msw_cross_rest *rest, const msw_cross_table *table);
/* In ascending order. Without the points of the box; `without` NULL: all of them. */
void msw_cross_keep(msw_cross_rest *rest, const msw_latency_slice *slice, const msw_cross_box *without);
const msw_surfaces *msw_cross_lookup(msw_cross_rest *rest);
void msw_cross_end(msw_cross_rest *rest);

/* ---- Rules (crossval_rules.c) */

typedef struct { double x, us; } msw_cross_knot;
typedef struct { double us[MSW_N_CROSS_RULES]; } msw_cross_guess;   /* NaN: a rule has none */
msw_cross_guess msw_cross_no_guess(void);
/* At x between two knots. `work` is the FLOP there over those at the lower one. Linear for aiconfigurator. */
void msw_cross_between(msw_cross_knot low, msw_cross_knot high, double x, double work, msw_cross_guess *guess);
/* Beyond the last of two knots. None for aiconfigurator. */
void msw_cross_beyond(msw_cross_knot before, msw_cross_knot last, double x, double work, msw_cross_guess *guess);

/* The roofline of aiconfigurator's utilisation of a GEMM; NaN where the GPU's peak is unknown. */
double msw_cross_best_us(const msw_cross_table *table, const msw_latency_key *key, double m);

/* ---- Errors (crossval_errors.c) */

typedef struct { double *percent; size_t n, cap; } msw_cross_errors;
typedef struct {
  const msw_cross_table *table;
  bool is_windowed;
  msw_cross_protocol protocol;
  size_t n_held, n_tests, stride;
  msw_cross_errors rules[MSW_N_CROSS_RULES];
} msw_cross_trial;
typedef struct { msw_cross_result *items; size_t n, cap; } msw_cross_list;
/* most = 0: all tests. */
msw_cross_trial msw_cross_start(const msw_cross_table *table, bool is_windowed, msw_cross_protocol protocol, size_t n_tests,
                                size_t most);
static inline bool msw_cross_is_due(const msw_cross_trial *trial, size_t i_test) { return i_test % trial->stride == 0; }
void msw_cross_add(msw_cross_trial *trial, double measured_us, const msw_cross_guess *guess);
/* Appends the figures, if there is a test at all, and frees the errors. */
void msw_cross_finish(msw_cross_trial *trial, msw_cross_list *list);

/* ---- Protocols, which append their results */

void msw_cross_gemm(const msw_cross_table *table, msw_cross_list *list);           /* one shape at a time */
void msw_cross_shapes(const msw_cross_table *table, msw_cross_list *list);         /* other shapes */
void msw_cross_lines(const msw_cross_table *table, msw_cross_list *list);          /* messages, experts */
/* The curve of one slice; false: none. */
bool msw_cross_line(const msw_surfaces *surfaces, const msw_latency_key *key, msw_arena *arena, msw_time_curve *curve);

/* Attention, full or windowed. */
typedef struct {
  const msw_cross_table *table;
  bool is_windowed;
  const msw_latency_slice *const *configs;     /* [n_configs] by key */
  const msw_cross_row *const *rows;            /* [n_configs][n_rows[i_config]] */
  const size_t *n_rows;
  size_t n_configs;
} msw_cross_attention;
msw_cross_attention msw_cross_attention_of(const msw_cross_table *table, bool is_windowed);
void msw_cross_cells(const msw_cross_attention *attention, msw_cross_list *list);  /* one configuration at a time */
void msw_cross_heads(const msw_cross_attention *attention, msw_cross_list *list);  /* other heads */
void msw_cross_ends(const msw_cross_attention *attention, msw_cross_list *list);   /* beyond what is measured */

/* The curve of a configuration at a batch; false: none. */
bool msw_cross_curve(const msw_cross_attention *attention, msw_cross_rest *rest, const msw_latency_key *key, double batch,
                     msw_time_curve *curve);
/* FLOP at a length over those at another. */
double msw_cross_work(const msw_latency_key *key, double x, double x_other);
bool msw_cross_same_kv_heads(const msw_latency_key *a, const msw_latency_key *b);   /* head_dim and window, too */
/* Keeps a configuration without the box, and those that holes of it are filled from: of the next fewer and more heads, of half
 * and double the KV heads. */
void msw_cross_keep_around(const msw_cross_attention *attention, size_t i_config, const msw_cross_box *without,
                           msw_cross_rest *rest);

#endif
