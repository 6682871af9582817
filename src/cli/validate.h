/* What the validate_*.c files share: predictions of several methods beside measured steps, and what is told of them. */
#ifndef MSW_CLI_VALIDATE_H
#define MSW_CLI_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "context.h"
#include "msw/analysis/error_grid.h"
#include "msw/analysis/errors.h"
#include "msw/analysis/groups.h"
#include "msw/inputs/measured.h"
#include "msw/perf/flags.h"
#include "msw/perf/method.h"

/* ---- validate_methods.c ---- */

/* A preset with knobs, or a column of the measured files that holds predictions made elsewhere. */
typedef struct {
  const char *label;     /* as it was named */
  const char *column;    /* NULL for presets */
  msw_method method;
} msw_validate_method;

/* "v2-interp,v2-floor+mfu_source=latency,column:predicted_us"; `sets` go to every preset. All that is wrong is reported
 * (false), names given twice among it. */
bool msw_validate_methods(const msw_opt_list *names, const msw_opt_list *sets, msw_arena *arena, msw_diag *diag,
                          const msw_validate_method **methods, size_t *n_methods);
/* Texts separated by commas, but for those in brackets. */
const char *const *msw_split_commas(const msw_opt_list *list, msw_arena *arena, size_t *n);

/* ---- validate_where.c ---- */

/* Indices of the rows for which the expression over the columns holds; all where `text` is NULL. NULL after errors. */
const size_t *msw_validate_choose(const char *text, const msw_measured *measured, msw_arena *arena, msw_diag *diag,
                                  size_t *n_chosen);

/* ---- validate_cases.c, validate_predict.c ---- */

/* One method's predictions, by row; rows that were not chosen have none. */
typedef struct {
  const char *label;
  msw_error_row *rows;   /* predicted_us NaN: no prediction */
  msw_flags *flags;
  const char **why;      /* a reason where there is no prediction; else NULL */
} msw_predictions;

/* Predicts the chosen rows by every method; columns are there. Unknown GPUs and models are all reported, each once. */
msw_status msw_validate_predict(msw_context *ctx, const msw_validate_method *methods, size_t n_methods,
                                const msw_measured *measured, const size_t *chosen, size_t n_chosen,
                                msw_predictions *predictions);
/* The part of it that is presets. *knows_columns: the user was warned of mfu columns divided by another peak. */
msw_status msw_validate_evaluate(msw_context *ctx, const msw_method *method, const msw_measured *measured,
                                 const size_t *chosen, size_t n_chosen, bool *knows_columns, msw_predictions *predictions);

/* ---- validate_report.c ---- */

typedef struct { const char *text; size_t n; } msw_counted;
typedef struct {
  const char *label;
  msw_error_figures overall, without_stalls;
  const msw_error_figures *groups;      /* [n_groups] */
  const msw_counted *not_predicted;     /* reasons, in the order in which they occur */
  size_t n_not_predicted;
  size_t flag_counts[MSW_N_FLAGS];      /* of predicted rows */
  const size_t *worst;                  /* rows, the largest absolute error first */
  size_t n_worst;
} msw_method_report;

typedef struct {
  const msw_measured *measured;
  const size_t *chosen;
  size_t n_chosen, n_stalls;            /* n_stalls: of the chosen ones */
  size_t n_of_phase[MSW_MIXED + 1];
  const double *is_stall;               /* [n_rows] */
  const msw_group_key *keys;            /* [n_keys] of --by */
  size_t n_keys;
  const msw_group *groups;              /* of the chosen rows, predicted or not; none without keys */
  size_t n_groups;
  const msw_predictions *predictions;   /* [n_methods] */
  const msw_method_report *methods;     /* [n_methods] */
  size_t n_methods;
  const char *where;                    /* NULL: all rows */
  msw_opt_list sets;
} msw_validation;

/* Fills groups, counts and `methods` from the rest. */
void msw_validate_report(msw_validation *validation, size_t n_worst, msw_arena *arena);

/* A figure of msw_error_figures by its stable name. */
typedef struct { const char *name, *heading; size_t offset; } msw_figure;
enum { MSW_N_FIGURES = 9 };
extern const msw_figure msw_validate_figures[MSW_N_FIGURES];
static inline double msw_figure_of(const msw_error_figures *figures, const msw_figure *figure) {
  return *(const double *)((const char *)figures + figure->offset);
}

/* ---- validate_text.c, validate_json.c, validate_csv.c: to stdout ---- */
void msw_validate_text(const msw_validation *validation, msw_arena *arena);
void msw_validate_json(const msw_validation *validation, msw_arena *arena);
void msw_validate_csv(const msw_validation *validation, msw_arena *arena);
/* Every chosen row with every method's prediction, as CSV. */
msw_status msw_validate_write_rows(const msw_validation *validation, const char *path, msw_diag *diag);

#endif
