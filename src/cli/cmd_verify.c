/* mfusweep verify: is a result what its own sweep gives today? identity -> layout -> cells -> counts -> report. */
#include <stdlib.h>

#include "command.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "verify.h"

#define AT(field) offsetof(msw_verify_order, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERAND, 0, "OUT.h5", NULL, AT(file), MSW_OPT_NEEDED, "a result file, or a shard of one"},
    {MSW_OPT_TEXT, 0, "sample", "N", AT(sample), MSW_OPT_OPTIONAL,
     "cells to compare with the scalar reference (default 10000); all cells of the tiles that they lie in are compared "
     "with the grid engine"},
    {MSW_OPT_TEXT, 0, "seed", "S", AT(seed), MSW_OPT_OPTIONAL, "which cells: another number, others (default 1)"},
    {MSW_OPT_SWITCH, 0, "all", NULL, AT(all), MSW_OPT_OPTIONAL, "look at every tile, and at what /meta counts"},
    {MSW_OPT_SWITCH, 0, "json", NULL, AT(json), MSW_OPT_OPTIONAL, "the same for machines"},
    MSW_DATA_OPTIONS(msw_verify_order),
};

static const char about[] =
    "Reads the sweep from the file's /meta, plans it again with the data as they are now, and evaluates a random\n"
    "sample of its cells once more: by the grid engine, which must give the same bits, and by the scalar reference,\n"
    "which must agree within 2 units in the last place of float32. Chunks that are missing or damaged are found too.";
static const char more[] =
    "Needs the mfusweep version that wrote the file, and the data: give the --data-dir and --bench-data of the run.\n"
    "Of a sweep with reductions, what was reduced is not computed again.\n"
    "\n"
    "Examples:\n"
    "  mfusweep verify results/quickstart.h5\n"
    "  mfusweep verify big.h5 --sample 1000000 --seed 7 --bench-data my_tables\n"
    "\n"
    "Exit codes: 0 no differences, 1 failed, 2 cannot be verified, 3 differences.";

void msw_verify_problem(msw_verification *v, const char *fmt, ...) {
  msw_arena *arena = &v->ctx->arena;
  if (!v->problems) v->problems = msw_arena_array(arena, MSW_PROBLEMS_SHOWN, sizeof *v->problems);
  if (v->n_problems++ >= MSW_PROBLEMS_SHOWN) return;
  va_list args;
  va_start(args, fmt);
  v->problems[v->n_problems - 1] = msw_vformat(arena, fmt, args);
  va_end(args);
}

bool msw_verify_found_any(const msw_verification *v) {
  return v->n_problems > 0 || v->n_by_grid > 0 || v->n_by_reference > 0;
}

static bool read_count(msw_context *ctx, const char *option, const char *text, int64_t least, uint64_t usual,
                       uint64_t *count) {
  int64_t number = 0;
  *count = usual;
  if (!text) return true;
  if (!msw_parse_int(text, &number) || number < least) {
    msw_error(&ctx->diag, (msw_loc){0}, option, NULL, "expected a whole number from %lld on, found '%s'", (long long)least,
              text);
    return false;
  }
  *count = (uint64_t)number;
  return true;
}

static msw_status verify(msw_verification *v) {
  msw_status status = msw_context_open_data(v->ctx, &v->order->data);
  if (status == MSW_OK) status = msw_verify_open(v);
  if (status != MSW_OK) return status;
  msw_verify_layout(v);
  msw_verify_cells(v);
  msw_verify_counts(v);
  msw_verify_points(v);
  msw_verify_finish_worst(v);
  (v->order->json ? msw_verify_json : msw_verify_text)(v);
  return msw_verify_found_any(v) ? MSW_DIFFERENT : MSW_OK;
}

static msw_status cmd_verify(const void *options, msw_context *ctx) {
  const uint64_t usual_sample = 10000, usual_seed = 1;
  msw_verification v = {.order = options, .ctx = ctx, .file = MSW_H5_NONE};
  bool is_good = read_count(ctx, "--sample", v.order->sample, 1, usual_sample, &v.n_sample);
  is_good = read_count(ctx, "--seed", v.order->seed, 0, usual_seed, &v.seed) && is_good;
  msw_status status = is_good ? verify(&v) : MSW_BAD_INPUT;
  msw_verify_close(&v);
  return status;
}

const msw_command msw_command_verify = {
    .name = "verify",
    .summary = "evaluate cells of a result again and compare",
    .table = {"verify", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(msw_verify_order),
    .run = cmd_verify,
};
