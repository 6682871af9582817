/* mfusweep plan: what a sweep would compute, without computing any of it. */
#include <string.h>

#include "command.h"
#include "msw/base/str.h"
#include "msw/grid/plan.h"
#include "msw/inputs/spec.h"
#include "plan_show.h"

typedef struct {
  msw_data_options data;
  const char *spec;
  bool json;
  msw_opt_list sets, only;
} plan_options;

#define AT(field) offsetof(plan_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERAND, 0, "SPEC", NULL, AT(spec), MSW_OPT_NEEDED, "the sweep file (docs/sweep-file.md)"},
    {MSW_OPT_SWITCH, 0, "json", NULL, AT(json), MSW_OPT_OPTIONAL, "the same for machines"},
    {MSW_OPT_LIST, 0, "set", "PATH=VALUE", AT(sets), MSW_OPT_OPTIONAL,
     "change the sweep document before it is read, e.g. axes.tp=1,2; repeatable"},
    {MSW_OPT_LIST, 0, "only", "AXIS=GLOB[,GLOB]", AT(only), MSW_OPT_OPTIONAL,
     "keep only these values of an axis, e.g. model=llama* or batch=1:8; repeatable"},
    MSW_DATA_OPTIONS(plan_options),
};

static const char about[] =
    "Shows what `mfusweep run` would compute: dimensions, chunks, exact cell counts, what each exclude rule\n"
    "takes away, bytes and time. Evaluates nothing and loads no kernel table: cells that lack one are found\n"
    "only by run.";
static const char more[] =
    "Warns where the sweep's limits or the free disk space would not do; only run refuses.\n"
    "\n"
    "Example:\n"
    "  mfusweep plan sweep.json --set axes.batch=1:512:*2";

static msw_status cmd_plan(const void *opaque, msw_context *ctx) {
  const plan_options *options = opaque;
  msw_spec_edits edits = {.sets = options->sets.items, .n_sets = options->sets.n,
                          .only = options->only.items, .n_only = options->only.n};
  msw_spec spec = {0};
  msw_plan plan = {0};
  msw_status status = msw_context_open_data(ctx, &options->data);
  if (status == MSW_OK) status = msw_spec_load(options->spec, edits, &ctx->data, &ctx->arena, &ctx->diag, &spec);
  if (status == MSW_OK) status = msw_plan_build(&spec, &ctx->arena, &ctx->diag, &plan);
  if (status == MSW_OK) {
    const char *path = spec.output_file ? spec.output_file : msw_format(&ctx->arena, "results/%s.h5", spec.name);
    bool compressed = !spec.compress || strcmp(spec.compress, "none") != 0;
    status = (options->json ? msw_plan_show_json : msw_plan_show)(&plan, path, compressed, ctx);
  }
  msw_spec_free(&spec);
  return status;
}

const msw_command msw_command_plan = {
    .name = "plan",
    .summary = "show what a sweep would compute, evaluating nothing",
    .table = {"plan", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(plan_options),
    .run = cmd_plan,
};
