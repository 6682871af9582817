/* `mfusweep` alone: not a mistake but a question, so the answer goes to stdout and the exit code is 0. */
#include "columns.h"
#include "help.h"
#include "msw/base/file.h"
#include "msw/base/str.h"

/* What is wrong with the data is not said yet. */
static bool has_data(msw_context *ctx) {
  msw_diag unsaid = {0};
  const bool is_open = msw_data_root_open(NULL, NULL, 0, &ctx->arena, &unsaid, &ctx->data) == MSW_OK;
  msw_diag_free(&unsaid);
  return is_open;
}

/* The sweep to begin with: here or beside the data; else a name that says what to write. */
static const char *first_sweep(msw_context *ctx, bool has_root) {
  static const char NAME[] = "sweeps/quickstart.json";
  const char *beside = has_root ? msw_join_path(&ctx->arena, ctx->data.root, NAME) : NULL;
  return msw_is_file(NAME) ? NAME : beside && msw_is_file(beside) ? beside : "SWEEP.json";
}

static void add(msw_columns *table, const char *command, const char *purpose) {
  msw_columns_add(table, command);
  msw_columns_add(table, purpose);
}

void msw_help_newcomer(msw_context *ctx) {
  const bool has_root = has_data(ctx);
  const char *sweep = first_sweep(ctx, has_root);
  msw_columns table = msw_columns_new("ll", &ctx->arena);
  add(&table, msw_format(&ctx->arena, "mfusweep plan %s", sweep), "what a sweep would compute: cells, bytes, time");
  add(&table, msw_format(&ctx->arena, "mfusweep run %s", sweep), "compute it into a file of results/");
  add(&table, "mfusweep help", "all commands, by what you want to do");
  add(&table, "mfusweep help COMMAND", "one of them, with examples");
  msw_help_title();
  puts("To begin:");
  msw_columns_print(&table, 2, stdout);
  puts("\nA sweep file says which steps to evaluate: docs/sweep-file.md.");
  if (!has_root)
    puts("Models and GPUs were not found: set MFUSWEEP_DATA to the folder that has model_configs/ and bench_data/.");
}
