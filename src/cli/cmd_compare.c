/* mfusweep compare: how far values of an axis, or results, lie apart, and whether one would decide otherwise by them. */
#include "command.h"
#include "compare_job.h"

#define AT(field) offsetof(msw_compare_options, field)
static const msw_opt options_table[] = {
    MSW_RESULT_OPERAND(msw_compare_options),
    {MSW_OPT_TEXT, 0, "along", "AXIS", AT(along), MSW_OPT_OPTIONAL,
     "compare the values of this axis: method, tp, gpu, dtype ..."},
    {MSW_OPT_TEXT, 0, "ref", "VALUE", AT(reference), MSW_OPT_OPTIONAL,
     "the value that the others are compared with (default: the first)"},
    {MSW_OPT_LIST, 0, "field", "EXPR[,EXPR...]", AT(field), MSW_OPT_OPTIONAL,
     "fields, or formulas over them (default: step_us); repeatable"},
    {MSW_OPT_LIST, 0, "by", "AXIS[,AXIS...]", AT(by), MSW_OPT_OPTIONAL,
     "the same figures for each combination of these axes' values; repeatable"},
    {MSW_OPT_COUNT, 0, "bins", "N", AT(bins), MSW_OPT_OPTIONAL,
     "with --by: numbers with more than N values go by powers of two (default 16)"},
    {MSW_OPT_COUNT, 0, "worst", "N", AT(worst), MSW_OPT_OPTIONAL,
     "list the N cells that lie furthest apart, each with the commands that explain it"},
    {MSW_OPT_LIST, 0, "decide", "AXIS[,AXIS...]", AT(decide), MSW_OPT_OPTIONAL,
     "how often the best values of these axes differ, and what that costs (default: tp and batch, or tp alone with step_us)"},
    {MSW_OPT_TEXT, 0, "max", "EXPR", AT(max), MSW_OPT_OPTIONAL,
     "what is best: the largest of this (default: tok_per_s_per_gpu where it is there)"},
    {MSW_OPT_TEXT, 0, "min", "EXPR", AT(min), MSW_OPT_OPTIONAL, "or the least of this (default: step_us)"},
    MSW_MISFITS_OPTION(msw_compare_options, misfits),
    MSW_RESULT_CELLS(msw_compare_options),
    MSW_RESULT_REPORT(msw_compare_options),
    MSW_RESULT_OUTPUT(msw_compare_options, "DIFF.h5", "also write the differences as grids that draw themselves (.h5, .nc)"),
    {MSW_OPT_OPERANDS, 0, "OTHER.h5", NULL, AT(others), MSW_OPT_OPTIONAL,
     "instead of --along: results to compare with the first one"},
};

static const char about[] =
    "Compares the values of an axis with one of them, or results with another, cell by cell. A difference is\n"
    "100 (other - reference) / reference, in percent; percentiles are of its absolute value and within 0.2 % of theirs.\n"
    "A decision is the best place along some axes (tp and batch, say) for each combination of the others; it counts as\n"
    "changed where the other would choose another place, and costs what the reference says of that place against its own\n"
    "best. Cells count that have a number and fit (--misfits) on both sides, and for which --where holds on both.";
static const char more[] =
    "Of several files, the values that they have in common are compared; what is left out is said. Large differences are\n"
    "a result: the exit code is 0.\n"
    "\n"
    "Examples:\n"
    "  mfusweep compare results/bucket_or_interpolate.h5 --along method\n"
    "  mfusweep compare results/quickstart.h5 --block decode --along method --where 'batch >= 16' \\\n"
    "    --by tp,kv_len --worst 5 -o results/difference.h5\n"
    "  mfusweep compare old.h5 new.h5 --field step_us,kv_gib";

static msw_status cmd_compare(const void *opaque, msw_context *ctx) {
  const msw_compare_options *options = opaque;
  msw_compare_job job;
  msw_status status = msw_compare_job_open(options, ctx, &job);
  if (status == MSW_OK) {
    status = options->result.output ? msw_compare_scan_into(job.compare, options->result.output, &ctx->diag)
                                    : msw_compare_scan(job.compare, &ctx->diag);
  }
  if (status == MSW_OK) {
    if (options->result.json) msw_compare_json(&job);
    else if (options->result.csv) msw_compare_csv(&job);
    else msw_compare_text(&job);
  }
  msw_compare_job_close(&job);
  return status;
}

const msw_command msw_command_compare = {
    .name = "compare",
    .summary = "how far methods, or other values of an axis, lie apart, and whether decisions change",
    .table = {"compare", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(msw_compare_options),
    .run = cmd_compare,
};
