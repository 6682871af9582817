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
    "that the file's own mfu column was divided by; and the tables of measured latencies of engines\n"
    "(<gpu>/<engine-version>/*_perf.csv) by kind and number format. Lines with ! say what is odd.\n"
    "\"m 8..4096 (9)\" means from 8 to 4096, 9 different values; few are listed, \"m 1/2/4\".";
static const char more[] =
    "Example:\n"
    "  mfusweep tables --gpu h100 --bench-data my_tables";

static msw_status load_gpu(msw_context *ctx, const msw_gpu *gpu, msw_gpu_tables *tables) {
  *tables = (msw_gpu_tables){.own.gpu = gpu, .latencies.gpu = gpu};
  const msw_status own = msw_kernel_set_load(&ctx->data, gpu, &ctx->arena, &ctx->diag, &tables->own);
  const msw_status latencies =
      msw_latency_set_load(&ctx->data, gpu, &tables->own, &ctx->arena, &ctx->diag, &tables->latencies);
  return own != MSW_OK ? own : latencies;
}

static msw_status load_gpus(msw_context *ctx, const msw_gpu *only, msw_gpu_tables *gpus, size_t *n_gpus) {
  msw_status status = MSW_OK;
  for (size_t i_gpu = 0; i_gpu < ctx->data.n_gpus; i_gpu++) {
    const msw_gpu *gpu = &ctx->data.gpus[i_gpu];
    if (only && gpu != only) continue;
    const msw_status loaded = load_gpu(ctx, gpu, &gpus[(*n_gpus)++]);
    if (loaded != MSW_OK) status = loaded;   /* the tables that could be read are shown all the same */
  }
  return status;
}

static msw_status cmd_tables(const void *opaque, msw_context *ctx) {
  const tables_options *options = opaque;
  msw_status status = msw_context_open_data(ctx, &options->data);
  if (status != MSW_OK) return status;
  const msw_gpu *only = options->gpu ? msw_context_find_gpu(ctx, options->gpu) : NULL;
  if (options->gpu && !only) return MSW_BAD_INPUT;
  msw_gpu_tables *gpus = msw_arena_array(&ctx->arena, ctx->data.n_gpus, sizeof *gpus);
  size_t n_gpus = 0;
  status = load_gpus(ctx, only, gpus, &n_gpus);
  (options->json ? msw_tables_json : msw_tables_text)(gpus, n_gpus, &ctx->arena);
  return status;
}

const msw_command msw_command_tables = {
    .name = "tables",
    .summary = "what the kernel tables cover, and what is odd about them",
    .table = {"tables", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(tables_options),
    .run = cmd_tables,
};
