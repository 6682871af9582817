/* mfusweep report: one HTML file that shows a result to people: heatmaps, fronts, bottlenecks, differences, flags. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "place.h"
#include "report.h"
#include "result_options.h"
#include "threads.h"

enum { DEFAULT_MOST_MB = 5, SIZE_BYTES = 32 };
static const size_t bytes_per_mb = 1000000;

typedef struct {
  msw_result_order result;
  msw_data_options data;
  msw_opt_list measured;
  const char *page;
  int most_mb;
} report_options;

#define AT(field) offsetof(report_options, field)
static const msw_opt options_table[] = {
    MSW_RESULT_OPERAND(report_options),
    MSW_RESULT_OUTPUT(report_options, "OUT.html", "the page (default: beside the result, by its name)"),
    {MSW_OPT_LIST, 0, "measured", "F.csv", AT(measured), MSW_OPT_OPTIONAL,
     "measured steps (see validate): adds how far the result's methods are off; repeatable"},
    {MSW_OPT_TEXT, 0, "block", "NAME", AT(result.block), MSW_OPT_OPTIONAL, "only this block of the result (default: all)"},
    {MSW_OPT_LIST, 0, "select", "AXIS=VALUES", AT(result.select), MSW_OPT_OPTIONAL,
     "only these values of an axis, in every block that has it: model=llama*, kv_len=1Ki:64Ki; repeatable"},
    {MSW_OPT_COUNT, 0, "max-mb", "N", AT(most_mb), MSW_OPT_OPTIONAL,
     "size of the page (default 5); larger grids are thinned to fit"},
    {MSW_OPT_TEXT, 0, "page", "TEMPLATE", AT(page), MSW_OPT_OPTIONAL,
     "the page to fill (default: $MFUSWEEP_REPORT_PAGE, else the one that scripts/report_page has made)"},
    {MSW_OPT_COUNT, 'j', "threads", "N", AT(result.n_threads), MSW_OPT_OPTIONAL,
     "threads (default: the CPUs that this process may use)"},
    MSW_DATA_OPTIONS(report_options),
};

static const char about[] =
    "Makes one HTML file that shows a result: what was swept, flags and their reasons, heatmaps and lines along axes of\n"
    "one's choice, differences between methods, bottlenecks, rooflines, Pareto fronts, accuracy. It holds its data and\n"
    "its charting library, so that it opens anywhere, without a network. A grid that is too large for that is thinned,\n"
    "and the page says how; counts, differences and fronts are of the whole grid.";
static const char more[] =
    "Examples:\n"
    "  mfusweep report results/quickstart.h5\n"
    "  mfusweep report big.h5 -o big.html --select model=llama* --measured steps.csv";

static const char *default_output(const char *result, msw_arena *arena) {
  static const char *const suffixes[] = {"/", ".shards", ".h5"};
  const char *stem = result;
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
    if (msw_ends_with(stem, suffixes[i])) stem = msw_strndup(arena, stem, strlen(stem) - strlen(suffixes[i]));
  return msw_format(arena, "%s.html", stem);
}

/* Most of a page can be made without a data root; one that the user named has to be there. */
static msw_status open_data(const report_options *options, msw_context *ctx, const msw_data_root **data) {
  const bool is_needed = options->data.data_dir || options->data.bench_dirs.n > 0 || options->measured.n > 0;
  const msw_diag_mark before = msw_diag_here(&ctx->diag);
  msw_status status = msw_context_open_data(ctx, &options->data);
  *data = status == MSW_OK ? &ctx->data : NULL;
  if (status == MSW_OK || is_needed) return status;
  msw_diag_rewind(&ctx->diag, before);
  return MSW_OK;
}

/* ---- Which cells ---- */

static const char *axis_of(const char *text, msw_arena *arena) { return msw_strndup(arena, text, strcspn(text, "=")); }

static bool has_axis(const msw_result_block *block, const char *name) {
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    if (msw_equal_nocase(block->axes[i_dim].name, name)) return true;
  for (size_t i_axis = 0; i_axis < block->n_zipped; i_axis++)
    if (msw_equal_nocase(block->zipped[i_axis].name, name)) return true;
  return false;
}

/* A text applies to the blocks that have its axis. Where none has, the first one says what is wrong with it. */
static void select_cells(const msw_report_job *job, const char *text, msw_selection *selections) {
  msw_context *ctx = job->ctx;
  const char *axis = axis_of(text, &ctx->arena);
  bool is_known = false;
  for (size_t i_block = 0; i_block < job->n_blocks; i_block++) {
    if (!has_axis(job->blocks[i_block], axis)) continue;
    is_known = true;
    if (msw_select(job->blocks[i_block], text, "--select", &ctx->arena, &ctx->diag, &selections[i_block]) != MSW_OK) return;
  }
  if (!is_known) (void)msw_select(job->blocks[0], text, "--select", &ctx->arena, &ctx->diag, &selections[0]);
}

static msw_status choose(const report_options *options, msw_report_job *job) {
  msw_context *ctx = job->ctx;
  const size_t n_errors_before = ctx->diag.n_errors;
  job->blocks = msw_arena_array(&ctx->arena, job->result->n_blocks, sizeof *job->blocks);
  if (options->result.block) {
    job->blocks[0] = msw_result_find_block(job->result, options->result.block, "--block", &ctx->diag);
    if (!job->blocks[0]) return MSW_BAD_INPUT;
    job->n_blocks = 1;
  } else {
    for (; job->n_blocks < job->result->n_blocks; job->n_blocks++)
      job->blocks[job->n_blocks] = &job->result->blocks[job->n_blocks];
  }
  msw_selection *selections = msw_arena_array(&ctx->arena, job->n_blocks, sizeof *selections);
  for (size_t i_block = 0; i_block < job->n_blocks; i_block++)
    selections[i_block] = msw_select_all(job->blocks[i_block], &ctx->arena);
  for (size_t i_text = 0; i_text < options->result.select.n; i_text++)
    select_cells(job, options->result.select.items[i_text], selections);
  job->selections = selections;
  return ctx->diag.n_errors == n_errors_before ? MSW_OK : MSW_BAD_INPUT;
}

/* ---- The page ---- */

static msw_status finish(const char *page, const msw_json *document, const char *path, size_t most_bytes, msw_context *ctx) {
  size_t n_bytes = 0;
  msw_status status = msw_report_write(page, document, path, &ctx->diag, &n_bytes);
  if (status != MSW_OK) return status;
  char size[SIZE_BYTES];
  printf("%s: %s, opens in any browser\n", path, msw_human_bytes((double)n_bytes, size, sizeof size));
  if (n_bytes > most_bytes)
    msw_warn(&ctx->diag, (msw_loc){.file = path}, NULL, "--select fewer cells, or one --block",
             "is larger than --max-mb allows");
  return MSW_OK;
}

static msw_status make(const report_options *options, const char *path, msw_report_job *job) {
  msw_context *ctx = job->ctx;
  const char *page = NULL, *page_path = NULL;
  const size_t most_bytes = (size_t)(options->most_mb > 0 ? options->most_mb : DEFAULT_MOST_MB) * bytes_per_mb;
  msw_status status = msw_report_find_page(options->page, job->data, &ctx->arena, &ctx->diag, &page, &page_path);
  if (status == MSW_OK) status = choose(options, job);
  if (status != MSW_OK) return status;
  msw_json *document = msw_json_new(&ctx->arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_number(&ctx->arena, document, "format", 1.0);
  status = msw_report_accuracy(job, &options->measured, document);
  const size_t n_page = strlen(page);
  if (status == MSW_OK) status = msw_report_document(job, most_bytes > n_page ? most_bytes - n_page : 0, document);
  return status == MSW_OK ? finish(page, document, path, most_bytes, ctx) : status;
}

static msw_status cmd_report(const void *opaque, msw_context *ctx) {
  const report_options *options = opaque;
  const char *path = options->result.output ? options->result.output : default_output(options->result.file, &ctx->arena);
  const msw_data_root *data = NULL;
  msw_result result;
  msw_status status = msw_place_check(path, &options->result.file, 1, &ctx->diag);
  if (status == MSW_OK) status = open_data(options, ctx, &data);
  if (status != MSW_OK) return status;
  const int n_threads = options->result.n_threads > 0 ? options->result.n_threads : msw_default_threads();
  status = msw_result_open(options->result.file, &ctx->arena, &ctx->diag, &result);
  if (status != MSW_OK) return status;
  msw_report_job job = {.ctx = ctx, .result = &result, .data = data, .n_threads = n_threads, .stop = msw_catch_interrupts()};
  status = make(options, path, &job);
  msw_result_close(&result);
  return status;
}

const msw_command msw_command_report = {
    .name = "report",
    .summary = "one HTML page that shows a result to people",
    .table = {"report", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(report_options),
    .run = cmd_report,
};
