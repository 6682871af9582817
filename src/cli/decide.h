/* What best and pareto have in common: an open result, formulas over it, columns for its axes, and where the answer goes.
 */
#ifndef MSW_CLI_DECIDE_H
#define MSW_CLI_DECIDE_H

#include "cell_table.h"
#include "msw/analysis/cell_search.h"
#include "msw/formats/json.h"
#include "result_options.h"

typedef struct {
  const msw_result_order *order;
  msw_context *ctx;
  msw_result_view view;
  msw_formulas *formulas;
  size_t i_where;                  /* what cells take part; MSW_NO_FORMULA: all with a number */
  bool only_fitting;               /* no misfits */
  size_t *shown;                   /* [n_shown] formulas */
  size_t n_shown;
  msw_result_form form;            /* of the file that the answer goes to; NONE: stdout */
  const bool *is_key;              /* [rank] dimensions whose columns come first */
  msw_cell_column *columns;        /* [n_columns] */
  size_t *column_of;               /* [formulas] the column of each; SIZE_MAX without one */
  size_t n_columns;
} msw_decision;

/* Opens the result, sets prices, compiles --where. Cells that could not run, because the KV cache does not fit memory or a
 * context the model, take no part where the result has flags, but for `misfits`. Whatever it returns, the decision is to be
 * closed. */
typedef struct { const msw_opt_list *prices; bool misfits; } msw_decision_options;
msw_status msw_decision_open(const msw_result_order *order, msw_decision_options options, msw_context *ctx, msw_decision *d);
void msw_decision_close(msw_decision *d);

/* A formula of an option; false after errors. */
bool msw_decision_add(msw_decision *d, const char *text, const char *what, size_t *i_formula);
/* --show: formulas separated by commas. */
bool msw_decision_show(msw_decision *d, const msw_opt_list *list);
/* Dimensions named by a list of axes, separated by commas; is_named [rank]. */
bool msw_decision_axes(msw_decision *d, const msw_opt_list *list, const char *what, bool *is_named);
/* The search for all that was asked so far. */
msw_cell_search msw_decision_cells(const msw_decision *d);

/* ---- Columns: those of is_key dimensions, those of the others, then what is added. An axis at one position only is not in
 * text: msw_decision_everywhere tells of it. */
void msw_decision_begin_columns(msw_decision *d, const bool *is_key);
/* Not where a column of this name is there already: axes can be asked for as well. */
void msw_decision_add_column(msw_decision *d, size_t i_formula);
void msw_decision_count_column(msw_decision *d, const char *name);
/* Cells of the axes' columns; from_key, from_rest [rank] positions in the file, from_rest NULL: nothing is there. A formula's
 * cell, where it has a column. */
void msw_decision_fill_axes(const msw_decision *d, const uint64_t *from_key, const uint64_t *from_rest, double *cells);
void msw_decision_fill_column(const msw_decision *d, size_t i_formula, double value, double *cells);

/* ---- Words */
/* "results/big.h5, block decode" */
const char *msw_decision_title(const msw_decision *d);
/* "gpu h100_sxm, ep 1"; "" when every axis has several positions. */
const char *msw_decision_everywhere(const msw_decision *d);
/* Names of dimensions that are (or are not) marked and have several positions: "tp, batch, pair (model, tp)". */
const char *msw_decision_names(const msw_decision *d, const bool *marked, bool which);
/* "largest tok_per_s_per_gpu" */
const char *msw_decision_goal(const msw_decision *d, size_t i_formula, bool is_max);
/* " of cells that fit where step_us <= 40000", or less. */
const char *msw_decision_where(const msw_decision *d);

/* " that fits and for which --where holds", of cells that there are none of; or less. */
const char *msw_decision_kept(const msw_decision *d);

/* Where prices take part: prints each GPU's, and where it is from. The same for machines. */
void msw_decision_print_prices(const msw_decision *d);
void msw_decision_json_prices(const msw_decision *d, msw_json *head);

/* ---- Answers: CSV and JSON, to stdout or into the file. False for text, which is the command's own. */
bool msw_decision_is_text(const msw_decision *d);
msw_json *msw_decision_json(const msw_decision *d);        /* {"file", "sweep", "block", "only_fitting", "where"} to be added to */
/* "key": the names of the marked dimensions; "show": the formulas of --show. */
void msw_decision_json_axes(const msw_decision *d, msw_json *head, const char *key, const bool *marked);
void msw_decision_json_shown(const msw_decision *d, msw_json *head);
void msw_decision_json_formula(const msw_decision *d, msw_json *parent, const char *key, size_t i_formula, const char *goal);
/* `head` becomes the document's beginning, the table's rows its last member. */
msw_status msw_decision_write(const msw_decision *d, const msw_cell_table *table, const msw_json *head);

#endif
