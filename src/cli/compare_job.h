/* What the files of `mfusweep compare` share: the order as it was written, and what came of it. */
#ifndef MSW_CLI_COMPARE_JOB_H
#define MSW_CLI_COMPARE_JOB_H

#include "msw/analysis/compare.h"
#include "result_options.h"

typedef struct {
  msw_result_order result;
  msw_opt_list others;                /* files */
  const char *along, *reference, *max, *min;
  msw_opt_list field, by, decide;
  int bins, worst;
  bool misfits;
} msw_compare_options;

typedef struct {
  const msw_compare_options *options;
  msw_context *ctx;
  msw_result_view view;
  msw_result *opened;                 /* [n_opened] the other files */
  size_t n_opened;
  const char *along;                  /* the axis, or "file" */
  msw_compared *sides;
  const char *const *fields;          /* [order.n_fields] texts of the formulas */
  const char *decided;                /* "tp, batch" */
  const char *goal;                   /* "largest tok_per_s_per_gpu"; "" without decisions */
  bool only_fitting;                  /* cells that do not fit take no part */
  msw_compare_order order;
  msw_compare *compare;
} msw_compare_job;

/* ---- compare_order.c ---- */
/* Files, sides, formulas, slices, decisions: all that can be wrong is in the diag. The job is to be closed in any case. */
msw_status msw_compare_job_open(const msw_compare_options *options, msw_context *ctx, msw_compare_job *job);
void msw_compare_job_close(msw_compare_job *job);

/* ---- reports, to stdout ---- */
void msw_compare_text(const msw_compare_job *job);
void msw_compare_csv(const msw_compare_job *job);
void msw_compare_json(const msw_compare_job *job);

/* ---- compare_words.c ---- */
enum { MSW_N_COMPARE_FIGURES = 7 };
typedef struct { const char *name, *heading; size_t offset; } msw_compare_figure;
extern const msw_compare_figure msw_compare_figures_shown[MSW_N_COMPARE_FIGURES];   /* doubles of msw_difference_figures */
double msw_compare_figure_of(const msw_difference_figures *figures, const msw_compare_figure *figure);
/* Label of a key in a group. */
const char *msw_compare_group_label(const msw_compare_job *job, size_t i_group, size_t i_key);
/* Axes of a worst cell's place that have several positions: name and text; *n of them. */
typedef struct { const char *name, *text; } msw_compare_where;
const msw_compare_where *msw_compare_place_words(const msw_compare_job *job, const msw_worst_cell *cell, msw_arena *arena,
                                                 size_t *n);
/* The command that explains a worst cell on a side; NULL where there is none. */
const char *msw_compare_explain(const msw_compare_job *job, size_t i_side, const msw_worst_cell *cell, msw_arena *arena);

#endif
