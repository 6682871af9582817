/* mfusweep crossval: rows of the kernel tables held out, predicted from the others by each lookup rule, and compared. */
#include <string.h>

#include "command.h"
#include "crossval_show.h"
#include "msw/base/str.h"
#include "validate.h"

typedef struct {
  msw_data_options data;
  const char *gpu, *dtype;
  msw_opt_list methods, kernels;
  bool json;
} crossval_options;

#define AT(field) offsetof(crossval_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_TEXT, 0, "gpu", "G", AT(gpu), MSW_OPT_NEEDED_LATER, "GPU (name or alias)"},
    {MSW_OPT_LIST, 0, "method", "M[,M2...]", AT(methods), MSW_OPT_OPTIONAL,
     "lookup rules: measured, linear, log-log, floor, floor-mfu, nearest, aiconfigurator (default: all); repeatable"},
    {MSW_OPT_LIST, 0, "kernel", "K[,K2...]", AT(kernels), MSW_OPT_OPTIONAL,
     "kernels: gemm, prefill, decode, all_reduce, nccl, moe (default: all); repeatable"},
    {MSW_OPT_TEXT, 0, "dtype", "D", AT(dtype), MSW_OPT_OPTIONAL,
     "one number format, for attention that of the KV cache: bf16, fp8, fp8_block ... (default: all)"},
    {MSW_OPT_SWITCH, 0, "json", NULL, AT(json), MSW_OPT_OPTIONAL, "the same for machines"},
    MSW_DATA_OPTIONS(crossval_options),
};

static const char about[] =
    "Tells from the measured latencies of a GPU themselves how far each lookup rule is off: rows are held out,\n"
    "predicted from those that are left, and compared. An error is predicted / measured - 1 in percent; median and\n"
    "p90 are of its absolute value, bias is its own median. The rule \"measured\" is what the method of that name\n"
    "looks up; floor and nearest take the time of one neighbour, floor-mfu its FLOP/s; aiconfigurator is what the\n"
    "tool of that name does, as published. The target is the median that tool reports of its own tables.\n"
    "A rule that says nothing of a row is not counted there: see its n. docs/measured.md has more.";
static const char more[] =
    "Of many tests every second, third ... is done: \"18000 of 36000\". The same ones each time.\n"
    "\n"
    "Example:\n"
    "  mfusweep crossval --gpu h100 --kernel gemm --method measured,floor --bench-data tables";

/* ---- Choices */

typedef struct { const char *option; const char *const *names; size_t n; } choice;

/* Index of a name, or the number of them with an error. */
static size_t find_name(const choice *among, const char *name, msw_context *ctx) {
  for (size_t i_name = 0; i_name < among->n; i_name++)
    if (msw_equal_nocase(among->names[i_name], name)) return i_name;
  const char *hint = msw_did_you_mean(&ctx->diag, msw_nearest(name, among->names, among->n));
  const char *all = among->names[0];
  for (size_t i_name = 1; i_name < among->n; i_name++) all = msw_format(&ctx->arena, "%s, %s", all, among->names[i_name]);
  msw_error(&ctx->diag, (msw_loc){0}, among->option, hint ? hint : msw_format(&ctx->arena, "one of %s", all),
            "unknown name '%s'", name);
  return among->n;
}

static void read_rules(const crossval_options *options, msw_context *ctx, msw_crossval_report *report) {
  static const char *names[MSW_N_CROSS_RULES];
  msw_cross_rule *rules = msw_arena_array(&ctx->arena, MSW_N_CROSS_RULES, sizeof *rules);
  bool wanted[MSW_N_CROSS_RULES] = {false};
  size_t n_asked = 0;
  const char *const *asked = msw_split_commas(&options->methods, &ctx->arena, &n_asked);
  for (int i_rule = 0; i_rule < MSW_N_CROSS_RULES; i_rule++) names[i_rule] = msw_cross_rule_name((msw_cross_rule)i_rule);
  const choice among = {"--method", names, MSW_N_CROSS_RULES};
  for (size_t i_asked = 0; i_asked < n_asked; i_asked++) {
    const size_t i_rule = find_name(&among, asked[i_asked], ctx);
    if (i_rule < among.n) wanted[i_rule] = true;
  }
  for (int i_rule = 0; i_rule < MSW_N_CROSS_RULES; i_rule++)
    if (n_asked == 0 || wanted[i_rule]) rules[report->n_rules++] = (msw_cross_rule)i_rule;
  report->rules = rules;
}

static void read_kernels(const crossval_options *options, msw_context *ctx, msw_cross_wanted *wanted) {
  static const msw_latency_kind KINDS[] = {MSW_LATENCY_GEMM, MSW_LATENCY_PREFILL, MSW_LATENCY_DECODE,
                                           MSW_LATENCY_ALL_REDUCE, MSW_LATENCY_NCCL, MSW_LATENCY_MOE};
  enum { N_KINDS = sizeof KINDS / sizeof *KINDS };
  const char *names[N_KINDS];
  size_t n_asked = 0;
  const char *const *asked = msw_split_commas(&options->kernels, &ctx->arena, &n_asked);
  for (size_t i_kind = 0; i_kind < N_KINDS; i_kind++) {
    names[i_kind] = msw_latency_name(KINDS[i_kind]);
    wanted->kinds[KINDS[i_kind]] = n_asked == 0;
  }
  const choice among = {"--kernel", names, N_KINDS};
  for (size_t i_asked = 0; i_asked < n_asked; i_asked++) {
    const size_t i_kind = find_name(&among, asked[i_asked], ctx);
    if (i_kind < among.n) wanted->kinds[KINDS[i_kind]] = true;
  }
}

/* A number format that no table has is a mistake, whatever it is. */
static bool check_format(msw_context *ctx, const msw_latency_set *set, const msw_cross_wanted *wanted) {
  const char **names = msw_arena_array(&ctx->arena, set->n_slices, sizeof *names);
  size_t n = 0;
  for (size_t i_slice = 0; i_slice < set->n_slices; i_slice++) {
    const msw_latency_key *key = &set->slices[i_slice].key;
    const char *name = msw_cross_format(key);
    bool is_new = wanted->kinds[key->kind];
    for (size_t i_name = 0; is_new && i_name < n; i_name++) is_new = strcmp(names[i_name], name) != 0;
    if (is_new) names[n++] = name;
  }
  const choice among = {"--dtype", names, n};
  return !wanted->format || n == 0 || find_name(&among, wanted->format, ctx) < n;
}

/* ---- The command */

static msw_status load_set(msw_context *ctx, const msw_gpu *gpu, msw_latency_set *set) {
  msw_kernel_set *own = msw_arena_alloc(&ctx->arena, sizeof *own);
  const msw_status loaded = msw_kernel_set_load(&ctx->data, gpu, &ctx->arena, &ctx->diag, own);
  const msw_status latencies = msw_latency_set_load(&ctx->data, gpu, own, &ctx->arena, &ctx->diag, set);
  return loaded != MSW_OK ? loaded : latencies;
}

static msw_status cmd_crossval(const void *opaque, msw_context *ctx) {
  const crossval_options *options = opaque;
  msw_latency_set set = {0};
  msw_crossval_report report = {.set = &set};
  msw_cross_wanted wanted = {.format = options->dtype, .most_tests = MSW_CROSS_MOST_TESTS};
  msw_status status = msw_context_open_data(ctx, &options->data);
  if (status != MSW_OK) return status;
  read_rules(options, ctx, &report);
  read_kernels(options, ctx, &wanted);
  const msw_gpu *gpu = msw_context_find_gpu(ctx, options->gpu);
  if (!gpu || ctx->diag.n_errors > 0) return MSW_BAD_INPUT;
  status = load_set(ctx, gpu, &set);
  if (status != MSW_OK) return status;
  if (!check_format(ctx, &set, &wanted)) return MSW_BAD_INPUT;
  report.results = msw_crossval(&set, &wanted, &ctx->arena);
  if (report.results.n == 0) {
    msw_error(&ctx->diag, (msw_loc){0}, NULL, "--bench-data names folders with tables",
              "no table of %s is large enough to hold rows out", gpu->name);
    return MSW_BAD_INPUT;
  }
  (options->json ? msw_crossval_json : msw_crossval_text)(&report, &ctx->arena);
  return MSW_OK;
}

const msw_command msw_command_crossval = {
    .name = "crossval",
    .summary = "how far lookup rules are off on rows held out of the kernel tables",
    .table = {"crossval", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(crossval_options),
    .run = cmd_crossval,
};
