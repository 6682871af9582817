/* mfusweep eval: any list of steps through the scalar reference, heterogeneous batches included. */
#include "command.h"
#include "eval_cases.h"
#include "eval_csv.h"
#include "mfu_column.h"
#include "msw/base/file.h"
#include "msw/inputs/steps.h"
#include "place.h"
#include "stand_ins.h"
#include "setup.h"

typedef struct {
  msw_data_options data;
  const char *gpu, *method, *steps, *output, *dtype;
  bool per_op;
  msw_opt_list sets;
} eval_options;

#define AT(field) offsetof(eval_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_TEXT, 0, "gpu", "G", AT(gpu), MSW_OPT_NEEDED_LATER, "a GPU's name or alias"},
    {MSW_OPT_TEXT, 0, "method", "M", AT(method), MSW_OPT_OPTIONAL, "a method preset, e.g. v2-interp; default: measured"},
    {MSW_OPT_TEXT, 0, "steps", "F.csv", AT(steps), MSW_OPT_NEEDED_LATER,
     "the steps: columns model,tp,decode,prefill and any others"},
    {MSW_OPT_SWITCH, 0, "per-op", NULL, AT(per_op), MSW_OPT_OPTIONAL,
     "add a column <phase>_<op>_us for every operation that occurs; all layers, all buckets, one GPU's share"},
    {MSW_OPT_TEXT, 'o', "output", "OUT.csv", AT(output), MSW_OPT_OPTIONAL,
     "write there, all or nothing, instead of to stdout"},
    {MSW_OPT_TEXT, 0, "dtype", "FORMAT", AT(dtype), MSW_OPT_OPTIONAL,
     "number format of the weights: bf16, fp8 ... (default config: the model's torch_dtype)"},
    {MSW_OPT_LIST, 0, "set", "KNOB=VALUE", AT(sets), MSW_OPT_OPTIONAL,
     "change a knob of the method, e.g. mfu_source=latency; repeatable"},
    MSW_DATA_OPTIONS(eval_options),
};

static const char about[] =
    "Evaluates every row of a CSV of steps. A step is one forward pass of a serving engine:\n"
    "  decode   COUNT*KV[+COUNT*KV...]               COUNT requests with one new token each on KV cached tokens\n"
    "  prefill  COUNT*CACHED:NEW[+...]               COUNT requests of NEW tokens each on CACHED cached ones\n"
    "Either may be empty. The input's columns come first, unchanged; times are microseconds printed with 17 digits.";
static const char more[] =
    "Appended columns: step_us, prefill_us, decode_us, prefill_compute_us, prefill_memory_us, decode_compute_us,\n"
    "decode_memory_us, comm_us, overhead_us, bound, flags (names joined by |). nan: no number, flags say why.\n"
    "\n"
    "Example:\n"
    "  printf 'model,tp,decode,prefill\\nllama-2-7b-hf,1,16*4096+4*512,1*0:512\\n' > steps.csv\n"
    "  mfusweep eval --gpu h100 --method v2-interp --set mfu_source=latency --steps steps.csv";

static msw_status write_result(msw_context *ctx, const char *path, const msw_buf *text) {
  if (path) return msw_write_file_atomic(path, text->text, text->len, &ctx->diag);
  fwrite(text->text, 1, text->len, stdout);
  return MSW_OK;
}

/* Everything that can be wrong is looked at before the first complaint makes it leave. */
static bool read_inputs(const eval_options *options, msw_context *ctx, msw_setup *setup, msw_dtype *dtype,
                        msw_steps *steps) {
  size_t n_errors_before = ctx->diag.n_errors;
  msw_setup_choose(ctx, options->gpu, options->method, &options->sets, setup);
  msw_parse_dtype_option(ctx, options->dtype, dtype);
  if (!options->steps) msw_error(&ctx->diag, (msw_loc){0}, NULL, "see mfusweep help eval", "--steps is missing");
  else if (msw_steps_load(options->steps, &ctx->arena, &ctx->diag, steps) == MSW_OK)
    msw_eval_check_columns(steps, &ctx->diag);
  if (options->output) msw_place_check(options->output, &options->steps, options->steps ? 1 : 0, &ctx->diag);
  return ctx->diag.n_errors == n_errors_before;
}

static msw_status cmd_eval(const void *opaque, msw_context *ctx) {
  const eval_options *options = opaque;
  msw_setup setup;
  msw_dtype dtype;
  msw_steps steps = {0};
  msw_status status = msw_context_open_data(ctx, &options->data);
  if (status != MSW_OK) return status;
  if (!read_inputs(options, ctx, &setup, &dtype, &steps)) return ctx->diag.status;
  status = msw_setup_load(ctx, &setup);
  if (status != MSW_OK) return status;
  const msw_case *const *cases = msw_eval_bind_rows(ctx, &setup, dtype, &steps);
  if (!cases) return ctx->diag.status;
  const msw_notes notes = msw_stand_ins_of_cases(cases, steps.n_rows, &setup.tables, &ctx->arena);
  for (size_t i_note = 0; i_note < notes.n; i_note++) msw_warn(&ctx->diag, (msw_loc){0}, NULL, NULL, "%s", notes.items[i_note]);

  msw_buf text = {0};
  msw_flags flags = msw_eval_write(&steps, cases, options->per_op, &text);
  status = write_result(ctx, options->output, &text);
  msw_buf_free(&text);
  const msw_kernel_set *tables = &setup.tables;
  if (flags & MSW_FLAG_MFU_COLUMN_OFF) msw_warn_mfu_columns(&tables, 1);
  return status;
}

const msw_command msw_command_eval = {
    .name = "eval",
    .summary = "step times of a CSV of steps, heterogeneous ones too",
    .table = {"eval", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(eval_options),
    .run = cmd_eval,
};
