/* mfusweep slice: any part of a result for other programs. */
#include <inttypes.h>

#include "command.h"
#include "formula_list.h"
#include "msw/analysis/formula.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "slice_job.h"

typedef struct {
  msw_result_order result;
  msw_opt_list field;
  const char *max_cells;
} slice_options;

#define AT(field) offsetof(slice_options, field)
static const msw_opt options_table[] = {
    MSW_RESULT_OPERAND(slice_options),
    {MSW_OPT_LIST, 0, "field", "EXPR[,EXPR...]", AT(field), MSW_OPT_OPTIONAL,
     "fields, or formulas over them (default: all fields); repeatable"},
    {MSW_OPT_TEXT, 0, "max-cells", "N", AT(max_cells), MSW_OPT_OPTIONAL,
     "refuse to write more cells than this (default: 10M)"},
    MSW_RESULT_CELLS(slice_options),
    MSW_RESULT_OUTPUT(slice_options, "FILE", "write it there: .csv, .nc, .h5 or .bin (default: CSV to stdout)"),
};

static const char about[] =
    "Writes a part of a result for other programs.\n"
    "  .csv   a row for each cell: its place on every axis, then the fields; no number: empty. Cells for which --where\n"
    "         does not hold are left out\n"
    "  .nc    netCDF-4 with at most 4 dimensions, as ParaView reads it: axes with one value are left out\n"
    "  .h5    the same file format with all axes\n"
    "  .bin   one field over two axes for gnuplot: plot 'FILE' binary matrix with image";
static const char more[] =
    "Examples:\n"
    "  mfusweep slice results/quickstart.h5 --block decode --select model=llama-2-7b-hf --select batch=1,16 \\\n"
    "    -o slice.csv\n"
    "  mfusweep slice results/quickstart.h5 --block decode --field step_us --select method=measured -o step.nc\n"
    "  mfusweep slice results/quickstart.h5 --block decode --field tok_per_s_per_user --select model=llama-2-7b-hf \\\n"
    "    --select method=measured --select tp=1 --where '!flag.memory_full' -o user.bin";

static const uint64_t USUAL_MAX_CELLS = 10000000;
enum { MOST_NC_DIMS = 4, GNUPLOT_DIMS = 2 };

typedef struct {
  const slice_options *options;
  msw_context *ctx;
  msw_result_view view;
  msw_result_form form;
  msw_formulas *formulas;
  msw_slice_order order;
} slice_job;

/* ---- What can be wrong */

static bool check_size(slice_job *job) {
  enum { COUNT_BYTES = 48 };
  char found[COUNT_BYTES], allowed[COUNT_BYTES];
  double most = (double)USUAL_MAX_CELLS;
  const char *text = job->options->max_cells;
  if (text && !(msw_parse_suffixed(text, &most) && msw_is_integral(most) && most >= 1.0)) {
    msw_error(&job->ctx->diag, (msw_loc){0}, "--max-cells", NULL, "expected a number of cells, found '%s'", text);
    return false;
  }
  const uint64_t n = msw_selection_cells(job->view.block, &job->view.selection);
  if ((double)n <= most) return true;
  msw_error(&job->ctx->diag, (msw_loc){0}, NULL, "narrow it with --select, or allow more with --max-cells",
            "%s cells are selected, and %s are the most", msw_human_count(n, found, sizeof found),
            msw_human_count((uint64_t)most, allowed, sizeof allowed));
  return false;
}

/* "model, tp (4), batch (512)" */
static const char *dims_text(const slice_job *job, const size_t *dims, size_t n) {
  const char *text = "";
  for (size_t i = 0; i < n; i++)
    text = msw_format(&job->ctx->arena, "%s%s%s (%zu)", text, i ? ", " : "", job->view.block->axes[dims[i]].name,
                      job->view.selection.dims[dims[i]].n);
  return text;
}

static bool check_form(slice_job *job) {
  size_t dims[MSW_H5_MAX_RANK];
  msw_diag *diag = &job->ctx->diag;
  const size_t n = msw_slice_dims(&job->order, dims), n_errors_before = diag->n_errors;
  if (job->form == MSW_FORM_NC && n > MOST_NC_DIMS)
    msw_error(diag, (msw_loc){0}, NULL,
              msw_format(&job->ctx->arena, "choose one value of %zu of them with --select, or write .h5", n - MOST_NC_DIMS),
              "a .nc file has at most %d dimensions, here %zu axes have several values: %s", MOST_NC_DIMS, n,
              dims_text(job, dims, n));
  if (job->form != MSW_FORM_GNUPLOT) return diag->n_errors == n_errors_before;
  if (n != GNUPLOT_DIMS)
    msw_error(diag, (msw_loc){0}, NULL, "choose one value of the others with --select",
              "a .bin file has two axes, here %zu have several values: %s", n, n ? dims_text(job, dims, n) : "none");
  if (job->order.n_fields != 1)
    msw_error(diag, (msw_loc){0}, "--field", NULL, "a .bin file holds one field, found %zu", job->order.n_fields);
  return diag->n_errors == n_errors_before;
}

/* ---- The order */

static bool add_fields(slice_job *job) {
  const char *const *texts = NULL;
  const msw_result_block *block = job->view.block;
  const char **names = msw_arena_array(&job->ctx->arena, block->n_fields, sizeof *names);
  const msw_opt_list all = {.items = names, .n = block->n_fields};
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) names[i_field] = block->fields[i_field].name;
  bool is_good = msw_split_fields(job->options->field.n > 0 ? &job->options->field : &all, &job->ctx->arena, &job->ctx->diag,
                                  &texts, &job->order.n_fields);
  size_t *fields = msw_arena_array(&job->ctx->arena, job->order.n_fields, sizeof *fields);
  for (size_t i_field = 0; i_field < job->order.n_fields; i_field++)
    is_good =
        msw_formulas_add(job->formulas, texts[i_field], "--field", &job->ctx->diag, &fields[i_field]) == MSW_OK && is_good;
  job->order.fields = fields;
  return is_good;
}

static msw_status make_order(slice_job *job) {
  const char *where = job->options->result.where;
  job->formulas = msw_formulas_new(job->view.block, job->view.data, &job->ctx->arena);
  job->order = (msw_slice_order){.result = &job->view.result, .block = job->view.block, .selection = &job->view.selection,
                                 .formulas = job->formulas, .i_where = MSW_NO_FORMULA, .n_threads = job->view.n_threads,
                                 .stop = job->view.stop};
  bool is_good = add_fields(job);
  if (where)
    is_good = msw_formulas_add(job->formulas, where, "--where", &job->ctx->diag, &job->order.i_where) == MSW_OK && is_good;
  is_good = check_size(job) && is_good;
  return check_form(job) && is_good ? MSW_OK : MSW_BAD_INPUT;
}

static msw_status write_slice(const slice_job *job) {
  const char *path = job->options->result.output;
  if (job->form == MSW_FORM_NC || job->form == MSW_FORM_H5)
    return msw_slice_write_grid(&job->order, job->form == MSW_FORM_NC, path, &job->ctx->diag);
  if (job->form == MSW_FORM_GNUPLOT) return msw_slice_gnuplot(&job->order, path, &job->ctx->diag);
  return msw_slice_csv(&job->order, path, &job->ctx->diag);
}

static msw_status cmd_slice(const void *opaque, msw_context *ctx) {
  const unsigned forms = MSW_FORM_CSV | MSW_FORM_NC | MSW_FORM_H5 | MSW_FORM_GNUPLOT;
  slice_job job = {.options = opaque, .ctx = ctx};
  const bool is_good = msw_result_order_check_output(&job.options->result, forms, &ctx->diag, &job.form);
  msw_status status = msw_result_order_open(&job.options->result, ctx, &job.view);
  if (status == MSW_OK) status = make_order(&job);
  if (status == MSW_OK && !is_good) status = MSW_BAD_INPUT;
  if (status == MSW_OK) status = write_slice(&job);
  msw_formulas_free(job.formulas);
  msw_result_view_close(&job.view);
  return status;
}

const msw_command msw_command_slice = {
    .name = "slice",
    .summary = "write a part of a result as CSV, netCDF or for gnuplot",
    .table = {"slice", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(slice_options),
    .run = cmd_slice,
};
