/* Writing the table of eval. */
#include "eval_csv.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "eval_ops.h"
#include "msw/formats/csv.h"
#include "msw/perf/step.h"

/* The numbers of a breakdown, as columns. */
typedef struct { const char *name; double (*of)(const msw_breakdown *b); } figure;

static double step_us(const msw_breakdown *b) { return b->step_us; }
static double prefill_us(const msw_breakdown *b) { return b->prefill.time_us; }
static double decode_us(const msw_breakdown *b) { return b->decode.time_us; }
static double prefill_compute_us(const msw_breakdown *b) { return b->prefill.gemm_us + b->prefill.attn_us; }
static double prefill_memory_us(const msw_breakdown *b) { return b->prefill.memory_us; }
static double decode_compute_us(const msw_breakdown *b) { return b->decode.gemm_us + b->decode.attn_us; }
static double decode_memory_us(const msw_breakdown *b) { return b->decode.memory_us; }
static double comm_us(const msw_breakdown *b) { return b->comm_us; }
static double overhead_us(const msw_breakdown *b) { return b->overhead_us; }

static const figure figures[] = {
    {"step_us", step_us},
    {"prefill_us", prefill_us},
    {"decode_us", decode_us},
    {"prefill_compute_us", prefill_compute_us},
    {"prefill_memory_us", prefill_memory_us},
    {"decode_compute_us", decode_compute_us},
    {"decode_memory_us", decode_memory_us},
    {"comm_us", comm_us},
    {"overhead_us", overhead_us},
};
enum { N_FIGURES = sizeof figures / sizeof figures[0] };

static bool is_ours(const char *name) {
  for (size_t i_figure = 0; i_figure < N_FIGURES; i_figure++)
    if (strcmp(figures[i_figure].name, name) == 0) return true;
  return strcmp(name, "bound") == 0 || strcmp(name, "flags") == 0;
}

void msw_eval_check_columns(const msw_steps *steps, msw_diag *diag) {
  const char *names = "";
  for (size_t i_col = 0; i_col < steps->n_cols; i_col++)
    if (is_ours(steps->names[i_col]))
      names = msw_format(&diag->arena, "%s%s%s", names, names[0] ? ", " : "", steps->names[i_col]);
  if (names[0])
    msw_warn(diag, (msw_loc){.file = steps->file}, NULL, NULL,
             "has columns that eval adds too (the later ones are eval's): %s", names);
}

static void add_number(msw_buf *out, double number) {
  if (isnan(number)) msw_buf_add(out, ",nan");   /* without the sign that some have */
  else msw_buf_printf(out, ",%.17g", number);
}

static void add_cells(msw_buf *out, const char *const *cells, size_t n) {
  msw_arena arena = {0};
  for (size_t i_col = 0; i_col < n; i_col++) {
    if (i_col) msw_buf_add(out, ",");
    msw_buf_add(out, msw_csv_quote(&arena, cells[i_col]));
  }
  msw_arena_free(&arena);
}

static void add_header(msw_buf *out, const msw_steps *steps, const msw_op_columns *ops) {
  add_cells(out, steps->names, steps->n_cols);
  for (size_t i_figure = 0; i_figure < N_FIGURES; i_figure++) msw_buf_printf(out, ",%s", figures[i_figure].name);
  msw_buf_add(out, ",bound,flags");
  for (size_t i_op = 0; i_op < ops->n; i_op++)
    msw_buf_printf(out, ",%s_%s_us", ops->items[i_op].phase, ops->items[i_op].name);
  msw_buf_add(out, "\n");
}

static void add_breakdown(msw_buf *out, const msw_breakdown *breakdown) {
  enum { FLAGS_BYTES = 1024 };
  char flags[FLAGS_BYTES];
  for (size_t i_figure = 0; i_figure < N_FIGURES; i_figure++) add_number(out, figures[i_figure].of(breakdown));
  msw_buf_printf(out, ",%s,%s", msw_bound_name(breakdown->bound),
                 msw_flags_text(breakdown->flags, flags, sizeof flags));
}

static void add_ops(msw_buf *out, const msw_op_columns *columns, const msw_op_list *ops) {
  for (size_t i_col = 0; i_col < columns->n; i_col++) {
    double us;
    if (msw_op_columns_sum(columns, i_col, ops, &us)) add_number(out, us);
    else msw_buf_add(out, ",");
  }
}

msw_flags msw_eval_write(const msw_steps *steps, const msw_case *const *cases, bool per_op, msw_buf *out) {
  msw_op_columns columns = {0};
  msw_op_list ops = {0};
  msw_breakdown breakdown;
  msw_flags all = 0;
  for (size_t i_row = 0; per_op && i_row < steps->n_rows; i_row++) {   /* which columns occur must be known first */
    ops.n = 0;
    msw_step_eval(cases[i_row], &steps->rows[i_row].step, &ops, &breakdown);
    msw_op_columns_note(&columns, &ops);
  }
  add_header(out, steps, &columns);
  for (size_t i_row = 0; i_row < steps->n_rows; i_row++) {
    ops.n = 0;
    msw_step_eval(cases[i_row], &steps->rows[i_row].step, per_op ? &ops : NULL, &breakdown);
    all |= breakdown.flags;
    add_cells(out, steps->rows[i_row].cells, steps->n_cols);
    add_breakdown(out, &breakdown);
    add_ops(out, &columns, &ops);
    msw_buf_add(out, "\n");
  }
  msw_op_columns_free(&columns);
  free(ops.ops);
  return all;
}
