/* mfusweep explain: every operation of one step, a cell of a sweep or one named directly. */
#include <stdlib.h>

#include "command.h"
#include "explain.h"
#include "mfu_column.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

typedef struct {
  msw_data_options data;
  const char *spec, *gpu, *method, *model, *tp, *decode, *prefill, *dtype;
  msw_opt_list cell, sets;
  bool json;
} explain_options;

#define AT(field) offsetof(explain_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERAND, 0, "SPEC", NULL, AT(spec), MSW_OPT_OPTIONAL, "a sweep file, of which --cell names a cell"},
    {MSW_OPT_LIST, 0, "cell", "AXIS=VALUE,...", AT(cell), MSW_OPT_OPTIONAL,
     "values on the sweep's axes; axes with one value may be left out; block=NAME chooses among blocks"},
    {MSW_OPT_TEXT, 0, "gpu", "G", AT(gpu), MSW_OPT_OPTIONAL, "without SPEC: a GPU's name or alias"},
    {MSW_OPT_TEXT, 0, "method", "M", AT(method), MSW_OPT_OPTIONAL, "without SPEC: a method preset, e.g. v2-interp; default: measured"},
    {MSW_OPT_TEXT, 0, "model", "NAME", AT(model), MSW_OPT_OPTIONAL, "without SPEC: a folder of model_configs/"},
    {MSW_OPT_TEXT, 0, "tp", "T", AT(tp), MSW_OPT_OPTIONAL, "without SPEC: tensor-parallel degree (default 1)"},
    {MSW_OPT_TEXT, 0, "decode", "COUNT*KV[+...]", AT(decode), MSW_OPT_OPTIONAL,
     "without SPEC: decode requests, as in a steps CSV"},
    {MSW_OPT_TEXT, 0, "prefill", "COUNT*CACHED:NEW[+...]", AT(prefill), MSW_OPT_OPTIONAL,
     "without SPEC: prefill requests, as in a steps CSV"},
    {MSW_OPT_TEXT, 0, "dtype", "FORMAT", AT(dtype), MSW_OPT_OPTIONAL,
     "without SPEC: number format of the weights (default config)"},
    {MSW_OPT_LIST, 0, "set", "KNOB=VALUE", AT(sets), MSW_OPT_OPTIONAL, "change a knob of the method; repeatable"},
    {MSW_OPT_SWITCH, 0, "json", NULL, AT(json), MSW_OPT_OPTIONAL, "the same for machines, numbers in full"},
    MSW_DATA_OPTIONS(explain_options),
};

static const char about[] =
    "Shows how one step comes by its time: every operation's shape, FLOP, bytes, MFU and time, the table rows\n"
    "behind it and how far they lie from the point, what limits it, the knobs in force and what the flags mean.";
static const char more[] =
    "Examples:\n"
    "  mfusweep explain sweeps/quickstart.json --cell model=llama-2-7b-hf,tp=1,method=v2-interp,batch=16,kv_len=4096\n"
    "  mfusweep explain --gpu h100 --method v2-interp --model llama-2-7b-hf --decode 16*4096 --prefill 1*0:512";

/* Options of one way to name a step that are given beside the other way. */
static void refuse_other_way(const explain_options *options, msw_diag *diag) {
  const struct { const char *name, *value; } direct[] = {
      {"--gpu", options->gpu},     {"--method", options->method},   {"--model", options->model},
      {"--tp", options->tp},       {"--decode", options->decode},   {"--prefill", options->prefill},
      {"--dtype", options->dtype}};
  for (size_t i_option = 0; options->spec && i_option < sizeof direct / sizeof direct[0]; i_option++)
    if (direct[i_option].value)
      msw_error(diag, (msw_loc){0}, direct[i_option].name, "in a sweep, --cell says it", "does not go with SPEC");
  if (!options->spec && options->cell.n > 0)
    msw_error(diag, (msw_loc){0}, "--cell", "mfusweep explain SPEC --cell ...", "needs a sweep file");
}

/* ---- A step named directly ---- */

static bool read_tp(msw_context *ctx, const char *text, double *tp) {
  int64_t value = 1;
  const int64_t max_tp = 65536;
  bool is_good = !text || (msw_parse_int(text, &value) && value >= 1 && value <= max_tp);
  if (!is_good)
    msw_error(&ctx->diag, (msw_loc){0}, "--tp", NULL, "expected a whole number from 1 to %lld, found '%s'",
              (long long)max_tp, text);
  *tp = (double)value;
  return is_good;
}

static void read_model(msw_context *ctx, const char *name, msw_subject *subject) {
  size_t index;
  if (!name) {
    msw_error(&ctx->diag, (msw_loc){0}, NULL, "models are the folders of model_configs/", "--model is missing");
    return;
  }
  if (!msw_context_find_model(ctx, name, (msw_loc){0}, &index)) return;
  msw_model *model = msw_arena_alloc(&ctx->arena, sizeof *model);
  msw_data_load_model(&ctx->data, index, &ctx->arena, &ctx->diag, model);
  subject->model = model;
}

static void read_direct(msw_context *ctx, const explain_options *options, msw_subject *subject) {
  const msw_loc nowhere = {0};
  *subject = (msw_subject){.allow_split_heads = true};
  msw_setup_choose(ctx, options->gpu, options->method, &options->sets, &subject->setup);
  msw_parse_dtype_option(ctx, options->dtype, &subject->dtype);
  read_tp(ctx, options->tp, &subject->tp);
  read_model(ctx, options->model, subject);
  msw_parse_decode(options->decode ? options->decode : "", nowhere, &ctx->arena, &ctx->diag, &subject->step);
  msw_parse_prefill(options->prefill ? options->prefill : "", nowhere, &ctx->arena, &ctx->diag, &subject->step);
  if (!options->decode && !options->prefill)
    msw_error(&ctx->diag, nowhere, NULL, "give --decode, --prefill or both", "the step has no requests");
}

/* ---- A cell of a sweep ---- */

/* The cell's method with the command line's knobs on top. */
static void change_knobs(msw_context *ctx, const msw_opt_list *sets, msw_method *method) {
  msw_method changes;
  if (sets->n == 0 || !msw_method_parse(method->preset->name, sets->items, sets->n, &ctx->arena, &ctx->diag, &changes))
    return;
  size_t n = method->n_settings + changes.n_settings;
  msw_method_setting *settings = msw_arena_array(&ctx->arena, n, sizeof *settings);
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++)
    settings[i_setting] = method->settings[i_setting];
  for (size_t i_setting = 0; i_setting < changes.n_settings; i_setting++)
    settings[method->n_settings + i_setting] = changes.settings[i_setting];
  method->settings = settings;
  method->n_settings = n;
}

/* The subject points into the spec. */
static void read_cell(msw_context *ctx, const explain_options *options, msw_spec *spec, msw_subject *subject) {
  msw_plan plan;
  msw_spec_edits none = {0};
  if (msw_spec_load(options->spec, none, &ctx->data, &ctx->arena, &ctx->diag, spec) != MSW_OK) return;
  if (msw_plan_build(spec, &ctx->arena, &ctx->diag, &plan) != MSW_OK) return;
  if (msw_subject_from_cell(ctx, &plan, &options->cell, subject))
    change_knobs(ctx, &options->sets, &subject->setup.method);
}

/* ---- The command ---- */

static void explain(const msw_subject *subject, bool json, msw_arena *arena) {
  msw_case bound;
  msw_breakdown breakdown;
  msw_op_list ops = {0};
  msw_setup_bind(&subject->setup, subject->model, subject->tp, subject->dtype, subject->allow_split_heads, arena,
                 &bound);
  msw_step_eval(&bound, &subject->step, &ops, &breakdown);
  if (subject->n_rules > 0) breakdown.flags |= MSW_FLAG_EXCLUDED;
  msw_explanation explanation = {subject, &bound, &breakdown, &ops};
  (json ? msw_explain_json : msw_explain_text)(&explanation, arena);
  free(ops.ops);
  const msw_kernel_set *tables = &subject->setup.tables;
  if (breakdown.flags & MSW_FLAG_MFU_COLUMN_OFF) msw_warn_mfu_columns(&tables, 1);
}

static msw_status cmd_explain(const void *opaque, msw_context *ctx) {
  const explain_options *options = opaque;
  msw_subject subject = {0};
  msw_spec spec = {0};
  msw_status status = msw_context_open_data(ctx, &options->data);
  if (status != MSW_OK) return status;
  refuse_other_way(options, &ctx->diag);
  if (options->spec) read_cell(ctx, options, &spec, &subject);
  else read_direct(ctx, options, &subject);
  status = ctx->diag.status;
  if (status == MSW_OK) status = msw_setup_load(ctx, &subject.setup);
  if (status == MSW_OK) explain(&subject, options->json, &ctx->arena);
  msw_spec_free(&spec);
  return status;
}

const msw_command msw_command_explain = {
    .name = "explain",
    .summary = "every operation of one step, with the table rows behind it",
    .table = {"explain", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(explain_options),
    .run = cmd_explain,
};
