/* mfusweep status: how far a run is. Only looks: it writes nothing and waits for nobody. */
#include <string.h>

#include "command.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "status_show.h"

typedef struct {
  const char *place;
  bool json;
} status_options;

#define AT(field) offsetof(status_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERAND, 0, "DIR|OUT.h5", NULL, AT(place), MSW_OPT_NEEDED, "a folder of shards, or a result"},
    {MSW_OPT_SWITCH, 0, "json", NULL, AT(json), MSW_OPT_OPTIONAL, "the same for machines"},
};

static const char about[] =
    "Shows how far a run is: shards that are done, being built (and by whom) and left, the rate of late and the time\n"
    "left. Reads names and times only; safe at any moment, on any machine that sees the folder.";
static const char more[] =
    "Examples:\n"
    "  mfusweep status results/big.h5\n"
    "  mfusweep status results/big.h5.shards --json";

/* "OUT.h5" of "OUT.h5.shards"; the place itself where it has another name. */
static const char *result_of(const char *place, msw_arena *arena) {
  static const char suffix[] = ".shards";
  size_t len = strlen(place);
  while (len > 1 && place[len - 1] == '/') len--;
  const char *path = msw_strndup(arena, place, len);
  return msw_ends_with(path, suffix) ? msw_strndup(arena, path, len - strlen(suffix)) : path;
}

static msw_status look_at_result(msw_context *ctx, msw_run_status *status) {
  bool exists = false;
  if (!msw_is_file(status->result)) return MSW_OK;
  msw_status outcome = msw_result_identify(status->result, &ctx->arena, &ctx->diag, &exists, &status->identity);
  status->has_result = outcome == MSW_OK && status->identity.hash && status->identity.is_whole;
  if (outcome != MSW_OK || status->has_result) return outcome;
  const char *what = status->identity.hash ? "holds only a part of a result" : "is no result of mfusweep";
  msw_error(&ctx->diag, (msw_loc){.file = status->result}, NULL, NULL, "%s", what);
  return MSW_BAD_INPUT;
}

static msw_status look_at_shards(msw_context *ctx, msw_run_status *status) {
  if (!msw_is_dir(status->folder)) return MSW_OK;
  status->has_shards = true;
  return msw_shards_look(status->folder, &ctx->arena, &ctx->diag, &status->shards);
}

static msw_status cmd_status(const void *opaque, msw_context *ctx) {
  const status_options *options = opaque;
  msw_run_status status = {.result = result_of(options->place, &ctx->arena)};
  bool is_folder = msw_is_dir(options->place);
  status.folder = is_folder ? options->place : msw_shards_folder(&ctx->arena, status.result);
  msw_status outcome = look_at_result(ctx, &status);
  if (outcome == MSW_OK) outcome = look_at_shards(ctx, &status);
  if (outcome != MSW_OK) return outcome;
  if (!status.has_result && !status.has_shards) {
    const char *nearest = msw_nearest_file(options->place, &ctx->arena);
    msw_error(&ctx->diag, (msw_loc){.file = options->place}, NULL, msw_did_you_mean(&ctx->diag, nearest),
              "there is no such result, and no folder of shards '%s'", status.folder);
    return MSW_BAD_INPUT;
  }
  (options->json ? msw_status_show_json : msw_status_show)(&status, &ctx->arena);
  return MSW_OK;
}

const msw_command msw_command_status = {
    .name = "status",
    .summary = "show how far a run is",
    .table = {"status", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(status_options),
    .run = cmd_status,
};
