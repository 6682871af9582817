/* mfusweep tables: what the kernel tables cover, which peak their mfu columns mean, and what is odd about them. */
#include "command.h"
#include "msw/inputs/kernel_table.h"
#include "tables.h"

typedef struct {
  msw_data_options data;
  const char *gpu;
  bool json;
} tables_options;

#define AT(field) offsetof(tables_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_TEXT, 0, "gpu", "G", AT(gpu), MSW_OPT_OPTIONAL, "only this GPU (name or alias; default: all)"},
    {MSW_OPT_SWITCH, 0, "json", NULL, AT(json), MSW_OPT_OPTIONAL, "the same for machines"},
    MSW_DATA_OPTIONS(tables_options),
};

static const char about[] =
    "Lists every kernel table in use: its rows and ranges, the peak that MFU is relative to, and the peak\n"
    "that the file's own mfu column was divided by. Lines with ! say what is odd.\n"
    "\"m 8..4096 (9)\" means from 8 to 4096, 9 different values.";
static const char more[] =
    "Example:\n"
    "  mfusweep tables --gpu h100 --bench-data my_tables";

static msw_status load_sets(msw_context *ctx, const msw_gpu *only, msw_kernel_set *sets, size_t *n_sets) {
  msw_status status = MSW_OK;
  for (size_t i_gpu = 0; i_gpu < ctx->data.n_gpus; i_gpu++) {
    const msw_gpu *gpu = &ctx->data.gpus[i_gpu];
    if (only && gpu != only) continue;
    msw_kernel_set set = {.gpu = gpu};
    msw_status loaded = msw_kernel_set_load(&ctx->data, gpu, &ctx->arena, &ctx->diag, &set);
    if (loaded != MSW_OK) status = loaded;   /* the tables that could be read are shown all the same */
    sets[(*n_sets)++] = set;
  }
  return status;
}

static msw_status cmd_tables(const void *opaque, msw_context *ctx) {
  const tables_options *options = opaque;
  msw_status status = msw_context_open_data(ctx, &options->data);
  if (status != MSW_OK) return status;
  const msw_gpu *only = options->gpu ? msw_context_find_gpu(ctx, options->gpu) : NULL;
  if (options->gpu && !only) return MSW_BAD_INPUT;
  msw_kernel_set *sets = msw_arena_array(&ctx->arena, ctx->data.n_gpus, sizeof *sets);
  size_t n_sets = 0;
  status = load_sets(ctx, only, sets, &n_sets);
  (options->json ? msw_tables_json : msw_tables_text)(sets, n_sets, &ctx->arena);
  return status;
}

const msw_command msw_command_tables = {
    .name = "tables",
    .summary = "what the kernel tables cover, and what is odd about them",
    .table = {"tables", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(tables_options),
    .run = cmd_tables,
};
