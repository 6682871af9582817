/* mfusweep best: for every combination of some axes, where along the others a value is best. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "decide.h"
#include "msw/analysis/best.h"
#include "prices.h"

typedef struct {
  msw_result_order result;
  const char *min, *max;
  msw_opt_list over, show, prices;
  bool misfits;
} best_options;

#define AT(field) offsetof(best_options, field)
static const msw_opt options_table[] = {
    MSW_RESULT_OPERAND(best_options),
    {MSW_OPT_TEXT, 0, "max", "EXPR", AT(max), MSW_OPT_OPTIONAL, "what is to be as large as can be"},
    {MSW_OPT_TEXT, 0, "min", "EXPR", AT(min), MSW_OPT_OPTIONAL,
     "or what is to be as small as can be; one of the two is needed"},
    {MSW_OPT_LIST, 0, "over", "AXIS[,AXIS...]", AT(over), MSW_OPT_OPTIONAL,
     "axes that are searched (default: what one chooses: tp, batch, prefill_batch); the others make the rows; repeatable"},
    {MSW_OPT_LIST, 0, "show", "EXPR[,EXPR...]", AT(show), MSW_OPT_OPTIONAL,
     "what else to tell of the best cells; repeatable"},
    MSW_PRICES_OPTION(best_options, prices),
    MSW_MISFITS_OPTION(best_options, misfits),
    MSW_RESULT_CELLS(best_options),
    MSW_RESULT_REPORT(best_options),
    MSW_RESULT_OUTPUT(best_options, "FILE", "write the table there instead (.csv, .json)"),
};

static const char about[] =
    "Finds the best cell for every combination of the axes that are not searched over, and tells where it is: which\n"
    "tp and batch give the most tokens per second, or the cheapest ones, within a limit on the time of a step. Cells\n"
    "without a number do not count, nor those that do not fit (--misfits), nor those for which --where does not hold; of\n"
    "equal cells the first is taken.";
static const char more[] =
    "Besides fields and axes, expressions know model.* and gpu.* (model.num_layers, gpu.mem_gib), flag.* and bound.*\n"
    "(!flag.memory_full), and tok_per_s_per_user, tok_per_s, usd_per_mtok, joule_per_tok, memory_gib.\n"
    "\n"
    "Examples:\n"
    "  mfusweep best results/quickstart.h5 --block decode --max tok_per_s_per_gpu --over tp,batch \\\n"
    "    --where 'step_us <= 40000' --select kv_len=nearest:32Ki\n"
    "  mfusweep best big.h5 --min usd_per_mtok --show step_us,memory_gib --usd-per-hour h100=2.10 --csv";

/* What is being looked for, and what was found. */
typedef struct {
  msw_decision decision;
  msw_best_order order;
  msw_best *best;
} search;

/* What one chooses for a load that is given. */
static bool is_choice(const msw_result_axis *axis) {
  static const char *const choices[] = {"tp", "batch", "prefill_batch"};
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
    if (strcmp(axis->name, choices[i]) == 0) return true;
  return false;
}

/* Along a zip choices come with what is none: its positions make rows. */
static void search_default(search *s) {
  const msw_result_block *block = s->decision.view.block;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) s->order.is_over[i_dim] = is_choice(&block->axes[i_dim]);
}

static bool read_goal(const best_options *options, search *s) {
  if (!options->min == !options->max) {
    msw_error(&s->decision.ctx->diag, (msw_loc){0}, NULL, "e.g. --max tok_per_s_per_gpu", "one of --max and --min is needed");
    return false;
  }
  s->order.is_max = options->max != NULL;
  const char *text = options->max ? options->max : options->min;
  return msw_decision_add(&s->decision, text, options->max ? "--max" : "--min", &s->order.i_value);
}

static msw_status prepare(const best_options *options, search *s) {
  msw_decision *d = &s->decision;
  bool is_good = read_goal(options, s);
  is_good = msw_decision_show(d, &options->show) && is_good;
  if (options->over.n > 0) is_good = msw_decision_axes(d, &options->over, "--over", s->order.is_over) && is_good;
  else search_default(s);
  if (!is_good) return MSW_BAD_INPUT;
  s->order.cells = msw_decision_cells(d);
  s->best = msw_best_new(&s->order, &d->ctx->diag);
  return s->best ? MSW_OK : MSW_BAD_INPUT;
}

/* ---- The answer */

static void fill_row(const void *context, size_t i_row, double *cells) {
  const search *s = context;
  const msw_decision *d = &s->decision;
  const msw_best_row *row = &msw_best_rows(s->best)[i_row];
  uint64_t place[MSW_H5_MAX_RANK], at[MSW_H5_MAX_RANK];
  const bool is_there = row->n_cells > 0;
  msw_best_place(s->best, i_row, place);
  msw_cell_place(d->view.block, row->cell, at);
  msw_decision_fill_axes(d, place, is_there ? at : NULL, cells);
  msw_decision_fill_column(d, s->order.i_value, row->value, cells);
  for (size_t i = 0; i < d->n_shown; i++)
    msw_decision_fill_column(d, d->shown[i], msw_best_shown(s->best)[i_row * d->n_shown + i], cells);
  cells[d->n_columns - 1] = (double)row->n_cells;
}

static msw_cell_table table_of(search *s) {
  msw_decision *d = &s->decision;
  bool *is_key = msw_arena_array(&d->ctx->arena, MSW_H5_MAX_RANK, sizeof *is_key);
  for (size_t i_dim = 0; i_dim < MSW_H5_MAX_RANK; i_dim++) is_key[i_dim] = !s->order.is_over[i_dim];
  msw_decision_begin_columns(d, is_key);
  msw_decision_add_column(d, s->order.i_value);
  for (size_t i = 0; i < d->n_shown; i++) msw_decision_add_column(d, d->shown[i]);
  msw_decision_count_column(d, "cells");
  return (msw_cell_table){d->columns, d->n_columns, msw_best_count(s->best), fill_row, s};
}

static void print_text(const search *s, const msw_cell_table *table) {
  enum { MOST_ROWS = 400 };
  const msw_decision *d = &s->decision;
  const char *rows = msw_decision_names(d, s->order.is_over, false), *searched = msw_decision_names(d, s->order.is_over, true);
  const char *everywhere = msw_decision_everywhere(d);
  size_t n_empty = 0;
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) n_empty += msw_best_rows(s->best)[i_row].n_cells == 0;
  printf("%s: %s%s\n", msw_decision_title(d), msw_decision_goal(d, s->order.i_value, s->order.is_max), msw_decision_where(d));
  if (rows[0]) printf("for each %s\n", rows);
  printf("searched: %s\n", searched[0] ? searched : "nothing: no axis to search has several values");
  if (everywhere[0]) printf("everywhere: %s\n", everywhere);
  msw_decision_print_prices(d);
  putchar('\n');
  msw_cell_table_text(table, MOST_ROWS, &d->ctx->arena);
  if (n_empty > 0)
    printf("\n%zu of %zu rows have no cell with a number%s\n", n_empty, table->n_rows,
           msw_decision_kept(d));
}

static msw_json *head_of(const search *s) {
  const msw_decision *d = &s->decision;
  msw_json *head = msw_decision_json(d);
  msw_decision_json_axes(d, head, "over", s->order.is_over);
  msw_decision_json_formula(d, head, "value", s->order.i_value, s->order.is_max ? "max" : "min");
  msw_decision_json_shown(d, head);
  msw_decision_json_prices(d, head);
  return head;
}

static msw_status answer(search *s) {
  const msw_cell_table table = table_of(s);
  if (!msw_decision_is_text(&s->decision)) return msw_decision_write(&s->decision, &table, head_of(s));
  print_text(s, &table);
  return MSW_OK;
}

static msw_status cmd_best(const void *opaque, msw_context *ctx) {
  const best_options *options = opaque;
  search s = {0};
  msw_status status = msw_decision_open(&options->result, (msw_decision_options){&options->prices, options->misfits}, ctx, &s.decision);
  if (s.decision.formulas) {
    const msw_status prepared = prepare(options, &s);
    status = status == MSW_OK ? prepared : status;
  }
  if (status == MSW_OK) status = msw_best_scan(s.best, &ctx->diag);
  if (status == MSW_OK) status = answer(&s);
  msw_best_free(s.best);
  msw_decision_close(&s.decision);
  return status;
}

const msw_command msw_command_best = {
    .name = "best",
    .summary = "where a value is best: for each model, method ... the best tp, batch ...",
    .table = {"best", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(best_options),
    .run = cmd_best,
};
