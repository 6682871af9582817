/* mfusweep validate: predictions of any number of methods beside measured steps, and how far they are off. */
#include <string.h>

#include "command.h"
#include "msw/analysis/stalls.h"
#include "msw/base/str.h"
#include "place.h"
#include "validate.h"

typedef struct {
  msw_data_options data;
  msw_opt_list measured, methods, by, sets;
  const char *where, *output, *hdf5;
  bool json, csv;
  int worst;
} validate_options;

#define AT(field) offsetof(validate_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_LIST, 0, "measured", "F.csv", AT(measured), MSW_OPT_NEEDED, "measured steps; repeatable"},
    {MSW_OPT_LIST, 0, "method", "M[,M2...]", AT(methods), MSW_OPT_OPTIONAL,
     "method presets (default: measured), e.g. v2-interp, with knobs of their own behind a plus: v2-interp+mfu_source=latency; or column:NAME, "
     "predictions that a column of the files holds, in us; repeatable"},
    {MSW_OPT_LIST, 0, "by", "COL[,COL...]", AT(by), MSW_OPT_OPTIONAL,
     "figures for each combination of these columns, too: any column, phase, batch, kv_len, seq_len, cached_len, stall "
     "(sizes by powers of two); repeatable"},
    {MSW_OPT_TEXT, 0, "where", "EXPR", AT(where), MSW_OPT_OPTIONAL,
     "only rows for which this holds: an expression of the sweep language over the same columns"},
    {MSW_OPT_COUNT, 0, "worst", "N", AT(worst), MSW_OPT_OPTIONAL, "list the N rows with the largest error of each method"},
    {MSW_OPT_SWITCH, 0, "json", NULL, AT(json), MSW_OPT_OPTIONAL, "the report for machines"},
    {MSW_OPT_SWITCH, 0, "csv", NULL, AT(csv), MSW_OPT_OPTIONAL, "the figures as one table"},
    {MSW_OPT_TEXT, 'o', "output", "ROWS.csv", AT(output), MSW_OPT_OPTIONAL,
     "also write every row with every method's prediction (method, method_us, error_percent ...)"},
    {MSW_OPT_TEXT, 0, "hdf5", "GRID.h5", AT(hdf5), MSW_OPT_OPTIONAL,
     "also write the errors binned over batch x KV length for heatmaps"},
    {MSW_OPT_LIST, 0, "set", "KNOB=VALUE", AT(sets), MSW_OPT_OPTIONAL, "change a knob of every method; repeatable"},
    MSW_DATA_OPTIONS(validate_options),
};

static const char about[] =
    "Compares predicted with measured step times. A measured step is a row of a CSV with the columns\n"
    "  source,gpu,engine,model,tp,weight_dtype,kv_dtype,decode_requests,decode_kv_tokens,\n"
    "  prefill_requests,prefill_tokens,prefill_cached_tokens,latency_us,n_obs\n"
    "and any others. Token columns are totals over the requests of that kind, which are taken to be equal; KV tokens\n"
    "are those before the step, without the token that it makes. docs/validate.md has the rest.\n"
    "An error is predicted / measured - 1 in percent; percentiles are of its absolute value. Rows count once each,\n"
    "\"by batch\" is the mean over batches of the MAPE at each, \"by obs\" counts a row n_obs times.";
static const char more[] =
    "Rows without a prediction are counted by reason. Large errors are a result: the exit code is 0.\n"
    "\n"
    "Example:\n"
    "  mfusweep validate --measured steps.csv --method v2-floor,v2-interp --by phase,model --where 'tp > 1' --worst 5";

/* What the command line and the files say. */
typedef struct {
  msw_measured measured;
  const double *is_stall;
  const msw_validate_method *methods;
  size_t n_methods;
  const size_t *chosen;
  size_t n_chosen;
  msw_group_key *keys;
  size_t n_keys;
} validate_inputs;

static void check_places(const validate_options *options, msw_diag *diag) {
  const msw_opt_list *inputs = &options->measured;
  if (options->output) msw_place_check(options->output, inputs->items, inputs->n, diag);
  if (options->hdf5) msw_place_check(options->hdf5, inputs->items, inputs->n, diag);
  if (options->output && options->hdf5 && strcmp(options->output, options->hdf5) == 0)
    msw_error(diag, (msw_loc){0}, NULL, NULL, "--output and --hdf5 name the same file '%s'", options->output);
  if (options->json && options->csv) msw_error(diag, (msw_loc){0}, NULL, NULL, "--json and --csv exclude each other");
}

static void read_keys(const validate_options *options, msw_context *ctx, validate_inputs *inputs) {
  const char *const *names = msw_split_commas(&options->by, &ctx->arena, &inputs->n_keys);
  inputs->keys = msw_arena_array(&ctx->arena, inputs->n_keys, sizeof *inputs->keys);
  for (size_t i_key = 0; i_key < inputs->n_keys; i_key++) {
    const msw_measured_column *column = msw_measured_need(&inputs->measured, names[i_key], "--by", &ctx->diag);
    if (column) inputs->keys[i_key] = msw_group_key_of(column, inputs->measured.n_rows, &ctx->arena);
    for (size_t i_other = 0; column && i_other < i_key; i_other++)
      if (strcmp(names[i_other], names[i_key]) == 0)
        msw_error(&ctx->diag, (msw_loc){0}, "--by", NULL, "'%s' is given twice", names[i_key]);
  }
}

static void check_columns(const validate_inputs *inputs, msw_diag *diag) {
  for (size_t i_method = 0; i_method < inputs->n_methods; i_method++)
    if (inputs->methods[i_method].column)
      msw_measured_need(&inputs->measured, inputs->methods[i_method].column, "--method", diag);
}

/* Everything that can be wrong is looked at before the first complaint makes it leave. */
static bool read_inputs(const validate_options *options, msw_context *ctx, validate_inputs *inputs) {
  const size_t n_errors_before = ctx->diag.n_errors;
  check_places(options, &ctx->diag);
  const char *tool_own = "measured";
  const msw_opt_list names = options->methods.n > 0 ? options->methods : (msw_opt_list){.items = &tool_own, .n = 1};
  msw_validate_methods(&names, &options->sets, &ctx->arena, &ctx->diag, &inputs->methods, &inputs->n_methods);
  const msw_status loaded =
      msw_measured_load(options->measured.items, options->measured.n, &ctx->arena, &ctx->diag, &inputs->measured);
  if (loaded == MSW_OK) {
    inputs->is_stall = msw_find_stalls(&inputs->measured, &ctx->arena);
    msw_measured_derive(&inputs->measured, "stall", inputs->is_stall, &ctx->arena);
    check_columns(inputs, &ctx->diag);
    read_keys(options, ctx, inputs);
    inputs->chosen =
        msw_validate_choose(options->where, &inputs->measured, &ctx->arena, &ctx->diag, &inputs->n_chosen);
  }
  return loaded == MSW_OK && ctx->diag.n_errors == n_errors_before;
}

static msw_status write_grid(const validate_options *options, msw_context *ctx, const msw_validation *validation) {
  msw_predicted *methods = msw_arena_array(&ctx->arena, validation->n_methods, sizeof *methods);
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++)
    methods[i_method] = (msw_predicted){validation->predictions[i_method].label, validation->predictions[i_method].rows};
  const msw_error_table table = {validation->measured, validation->chosen, validation->n_chosen, methods,
                                 validation->n_methods};
  const char **notes = msw_arena_array(&ctx->arena, options->sets.n + 1, sizeof *notes);
  size_t n_notes = 0;
  for (; n_notes < options->sets.n; n_notes++) notes[n_notes] = msw_format(&ctx->arena, "set %s", options->sets.items[n_notes]);
  if (options->where) notes[n_notes++] = msw_format(&ctx->arena, "where %s", options->where);
  return msw_error_grid_write(&table, notes, n_notes, options->hdf5, &ctx->diag);
}

static msw_status write_all(const validate_options *options, msw_context *ctx, const msw_validation *validation) {
  if (options->json) msw_validate_json(validation, &ctx->arena);
  else if (options->csv) msw_validate_csv(validation, &ctx->arena);
  else msw_validate_text(validation, &ctx->arena);
  msw_status status = MSW_OK;
  if (options->output) status = msw_validate_write_rows(validation, options->output, &ctx->diag);
  if (options->hdf5 && status == MSW_OK) status = write_grid(options, ctx, validation);
  return status;
}

static msw_status cmd_validate(const void *opaque, msw_context *ctx) {
  const validate_options *options = opaque;
  validate_inputs inputs = {0};
  msw_status status = msw_context_open_data(ctx, &options->data);
  if (status != MSW_OK) return status;
  if (!read_inputs(options, ctx, &inputs)) return ctx->diag.status;
  msw_predictions *predictions = msw_arena_array(&ctx->arena, inputs.n_methods, sizeof *predictions);
  status = msw_validate_predict(ctx, inputs.methods, inputs.n_methods, &inputs.measured, inputs.chosen, inputs.n_chosen,
                                predictions);
  if (status != MSW_OK) return status;
  msw_validation validation = {.measured = &inputs.measured, .chosen = inputs.chosen, .n_chosen = inputs.n_chosen,
                               .is_stall = inputs.is_stall, .keys = inputs.keys, .n_keys = inputs.n_keys,
                               .predictions = predictions, .n_methods = inputs.n_methods, .where = options->where,
                               .sets = options->sets};
  msw_validate_report(&validation, (size_t)options->worst, &ctx->arena);
  return write_all(options, ctx, &validation);
}

const msw_command msw_command_validate = {
    .name = "validate",
    .summary = "predicted beside measured step times, and how far they are off",
    .table = {"validate", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(validate_options),
    .run = cmd_validate,
};
