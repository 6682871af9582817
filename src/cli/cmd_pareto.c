/* mfusweep pareto: the cells that no other beats in everything. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "decide.h"
#include "msw/analysis/front.h"
#include "msw/base/num.h"
#include "prices.h"

typedef struct {
  msw_result_order result;
  msw_opt_list objectives;      /* "max", EXPR, "min", EXPR … in the order given */
  msw_opt_list by, show, prices;
  bool misfits;
} pareto_options;

#define AT(field) offsetof(pareto_options, field)
static const msw_opt options_table[] = {
    MSW_RESULT_OPERAND(pareto_options),
    {MSW_OPT_NAMED, 0, "max", "EXPR", AT(objectives), MSW_OPT_OPTIONAL,
     "an objective that is to be large; two or three objectives are needed, the first one sorts the points"},
    {MSW_OPT_NAMED, 0, "min", "EXPR", AT(objectives), MSW_OPT_OPTIONAL, "an objective that is to be small"},
    {MSW_OPT_LIST, 0, "by", "AXIS[,AXIS...]", AT(by), MSW_OPT_OPTIONAL,
     "a front for each combination of these axes (default: one front of all cells); repeatable"},
    {MSW_OPT_LIST, 0, "show", "EXPR[,EXPR...]", AT(show), MSW_OPT_OPTIONAL, "what else to tell of the points; repeatable"},
    MSW_PRICES_OPTION(pareto_options, prices),
    MSW_MISFITS_OPTION(pareto_options, misfits),
    MSW_RESULT_CELLS(pareto_options),
    MSW_RESULT_REPORT(pareto_options),
    MSW_RESULT_OUTPUT(pareto_options, "FILE", "write the points there instead (.csv, .json)"),
};

static const char about[] =
    "Finds the Pareto front: the cells to which no other is superior, that is at least as good in all objectives and\n"
    "better in one. Of cells that are equal in all of them the first is told. Cells without a number, those that do not\n"
    "fit (--misfits) and those for which --where does not hold take no part.";
static const char more[] =
    "Expressions are those of `mfusweep best`. Points are sorted by the first objective, best first.\n"
    "\n"
    "Examples:\n"
    "  mfusweep pareto results/quickstart.h5 --block decode --max tok_per_s_per_gpu --max tok_per_s_per_user \\\n"
    "    --select kv_len=nearest:8Ki --by model\n"
    "  mfusweep pareto big.h5 --min usd_per_mtok --max tok_per_s_per_user --min memory_gib -o front.csv";

/* What is being looked for, and what was found. Rows of the table are the points, front by front. */
typedef struct {
  msw_decision decision;
  msw_front_order order;
  msw_fronts *fronts;
  size_t *first_row;            /* [n_fronts + 1] */
  const size_t *picked;         /* rows that people are shown; NULL: all */
} search;

static bool read_objectives(const pareto_options *options, search *s) {
  const msw_opt_list *given = &options->objectives;   /* names and values in turn */
  const size_t n = given->n / 2;
  bool is_good = n >= 2 && n <= MSW_FRONT_MOST_OBJECTIVES;
  if (!is_good)
    msw_error(&s->decision.ctx->diag, (msw_loc){0}, NULL, "e.g. --max tok_per_s_per_gpu --max tok_per_s_per_user",
              "two or three objectives are needed, --max or --min each; found %zu", n);
  for (size_t i = 0; i < n && i < MSW_FRONT_MOST_OBJECTIVES; i++) {
    msw_objective *objective = &s->order.objectives[s->order.n_objectives++];
    objective->is_max = strcmp(given->items[2 * i], "max") == 0;
    const char *text = given->items[2 * i + 1], *what = objective->is_max ? "--max" : "--min";
    is_good = msw_decision_add(&s->decision, text, what, &objective->i_formula) && is_good;
  }
  return is_good;
}

static msw_status prepare(const pareto_options *options, search *s) {
  msw_decision *d = &s->decision;
  bool is_good = read_objectives(options, s);
  is_good = msw_decision_show(d, &options->show) && is_good;
  is_good = msw_decision_axes(d, &options->by, "--by", s->order.is_by) && is_good;
  if (!is_good) return MSW_BAD_INPUT;
  s->order.cells = msw_decision_cells(d);
  s->fronts = msw_fronts_new(&s->order, &d->ctx->diag);
  return s->fronts ? MSW_OK : MSW_BAD_INPUT;
}

/* ---- The answer */

/* The front that a row of the table belongs to. */
static size_t front_of(const search *s, size_t i_row) {
  size_t low = 0, high = msw_fronts_count(s->fronts);
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (s->first_row[middle] <= i_row) low = middle;
    else high = middle;
  }
  return low;
}

static void fill_row(const void *context, size_t i_row, double *cells) {
  const search *s = context;
  const msw_decision *d = &s->decision;
  const size_t i_point = s->picked ? s->picked[i_row] : i_row, i_front = front_of(s, i_point);
  const msw_front_point *point = msw_front_point_at(s->fronts, i_front, i_point - s->first_row[i_front]);
  uint64_t at[MSW_H5_MAX_RANK];
  msw_cell_place(d->view.block, point->cell, at);
  msw_decision_fill_axes(d, at, at, cells);
  for (size_t i = 0; i < s->order.n_objectives; i++)
    msw_decision_fill_column(d, s->order.objectives[i].i_formula, point->values[i], cells);
  for (size_t i = 0; i < d->n_shown; i++) msw_decision_fill_column(d, d->shown[i], point->shown[i], cells);
}

static msw_cell_table table_of(search *s) {
  msw_decision *d = &s->decision;
  const size_t n_fronts = msw_fronts_count(s->fronts);
  s->first_row = msw_arena_array(&d->ctx->arena, n_fronts + 1, sizeof *s->first_row);
  for (size_t i_front = 0; i_front < n_fronts; i_front++)
    s->first_row[i_front + 1] = s->first_row[i_front] + msw_front_size(s->fronts, i_front);
  msw_decision_begin_columns(d, s->order.is_by);
  for (size_t i = 0; i < s->order.n_objectives; i++) msw_decision_add_column(d, s->order.objectives[i].i_formula);
  for (size_t i = 0; i < d->n_shown; i++) msw_decision_add_column(d, d->shown[i]);
  return (msw_cell_table){d->columns, d->n_columns, s->first_row[n_fronts], fill_row, s};
}

enum { MOST_ROWS = 400, LEAST_OF_FRONT = 10, MOST_OF_FRONT = 40 };

/* So many of each front as make a page or two, evenly spread, both ends included. Returns how many there are in all. */
static size_t pick_rows(search *s) {
  const size_t n_fronts = msw_fronts_count(s->fronts), share = n_fronts ? MOST_ROWS / n_fronts : 0;
  const size_t most = share < LEAST_OF_FRONT ? LEAST_OF_FRONT : share > MOST_OF_FRONT ? MOST_OF_FRONT : share;
  size_t *picked = msw_arena_array(&s->decision.ctx->arena, n_fronts * most, sizeof *picked), n_picked = 0;
  for (size_t i_front = 0; i_front < n_fronts; i_front++) {
    const size_t n = msw_front_size(s->fronts, i_front), n_shown = n < most ? n : most;
    for (size_t i = 0; i < n_shown; i++)
      picked[n_picked++] = s->first_row[i_front] + (n_shown > 1 ? i * (n - 1) / (n_shown - 1) : 0);
  }
  s->picked = picked;
  return n_picked;
}

static void print_text(search *s, msw_cell_table table) {
  enum { COUNT_BYTES = 48 };
  const msw_decision *d = &s->decision;
  const char *by = msw_decision_names(d, s->order.is_by, true), *everywhere = msw_decision_everywhere(d);
  const size_t n_points = table.n_rows;
  char points[COUNT_BYTES], cells[COUNT_BYTES];
  table.n_rows = pick_rows(s);
  printf("%s:", msw_decision_title(d));
  for (size_t i = 0; i < s->order.n_objectives; i++)
    printf("%s %s", i ? "," : "", msw_decision_goal(d, s->order.objectives[i].i_formula, s->order.objectives[i].is_max));
  printf("%s\n", msw_decision_where(d));
  if (by[0]) printf("a front for each %s\n", by);
  if (everywhere[0]) printf("everywhere: %s\n", everywhere);
  msw_decision_print_prices(d);
  if (n_points == 0) {
    printf("no cell has a number%s\n", msw_decision_kept(d));
    return;
  }
  printf("%s of %s cells are not beaten", msw_human_count(n_points, points, sizeof points),
         msw_human_count(msw_fronts_cells(s->fronts), cells, sizeof cells));
  if (table.n_rows < n_points) printf("; %zu of them are shown, evenly spread, --csv has them all", table.n_rows);
  printf("\n\n");
  msw_cell_table_text(&table, MOST_ROWS, &d->ctx->arena);
}

static msw_json *head_of(const search *s) {
  const msw_decision *d = &s->decision;
  msw_arena *arena = &d->ctx->arena;
  msw_json *head = msw_decision_json(d);
  msw_decision_json_axes(d, head, "by", s->order.is_by);
  msw_json *objectives = msw_json_add_array(arena, head, "objectives");
  for (size_t i = 0; i < s->order.n_objectives; i++) {
    const msw_objective *objective = &s->order.objectives[i];
    msw_decision_json_formula(d, objectives, NULL, objective->i_formula, objective->is_max ? "max" : "min");
  }
  msw_decision_json_shown(d, head);
  msw_json_add_number(arena, head, "cells", (double)msw_fronts_cells(s->fronts));
  msw_decision_json_prices(d, head);
  return head;
}

static msw_status answer(search *s) {
  const msw_cell_table table = table_of(s);
  if (!msw_decision_is_text(&s->decision)) return msw_decision_write(&s->decision, &table, head_of(s));
  print_text(s, table);
  return MSW_OK;
}

static msw_status cmd_pareto(const void *opaque, msw_context *ctx) {
  const pareto_options *options = opaque;
  search s = {0};
  msw_status status = msw_decision_open(&options->result, (msw_decision_options){&options->prices, options->misfits}, ctx, &s.decision);
  if (s.decision.formulas) {
    const msw_status prepared = prepare(options, &s);
    status = status == MSW_OK ? prepared : status;
  }
  if (status == MSW_OK) status = msw_fronts_scan(s.fronts, &ctx->diag);
  if (status == MSW_OK) status = answer(&s);
  msw_fronts_free(s.fronts);
  msw_decision_close(&s.decision);
  return status;
}

const msw_command msw_command_pareto = {
    .name = "pareto",
    .summary = "the cells that no other beats in two or three objectives",
    .table = {"pareto", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(pareto_options),
    .run = cmd_pareto,
};
