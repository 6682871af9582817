/* Opening the data, finding names in it, saying what is wrong. */
#include "context.h"

#include "msw/base/str.h"

enum { MAX_ERRORS_SHOWN = 50 };

msw_status msw_context_open_data(msw_context *ctx, const msw_data_options *options) {
  return msw_data_root_open(options->data_dir, options->bench_dirs.items, options->bench_dirs.n, &ctx->arena,
                            &ctx->diag, &ctx->data);
}

void msw_context_say(msw_context *ctx) {
  msw_diag rest = ctx->diag;   /* a view of the tail; owns nothing */
  rest.items += ctx->n_said;
  rest.n -= ctx->n_said;
  if (rest.n > 0) msw_diag_print(&rest, stderr, MAX_ERRORS_SHOWN);
  ctx->n_said = ctx->diag.n;
}

void msw_context_close(msw_context *ctx) {
  msw_diag_free(&ctx->diag);
  msw_arena_free(&ctx->arena);
}

static const char *all_gpus(const msw_context *ctx, msw_arena *arena) {
  const char *text = "GPUs:";
  for (size_t i_gpu = 0; i_gpu < ctx->data.n_gpus; i_gpu++)
    text = msw_format(arena, "%s%s %s", text, i_gpu ? "," : "", ctx->data.gpus[i_gpu].name);
  return text;
}

const msw_gpu *msw_context_find_gpu(msw_context *ctx, const char *name) {
  const msw_loc nowhere = {0};
  if (!name) {
    msw_error(&ctx->diag, nowhere, NULL, all_gpus(ctx, &ctx->arena), "--gpu is missing");
    return NULL;
  }
  const msw_gpu *gpu = msw_data_find_gpu(&ctx->data, name);
  if (gpu) return gpu;
  const char *nearest = msw_data_nearest_gpu(&ctx->data, name);
  const char *hint = nearest ? msw_did_you_mean(&ctx->diag, nearest) : all_gpus(ctx, &ctx->arena);
  msw_error(&ctx->diag, nowhere, "--gpu", hint, "unknown GPU '%s'", name);
  return NULL;
}

bool msw_context_find_model(msw_context *ctx, const char *name, msw_loc loc, size_t *index) {
  for (size_t i_model = 0; i_model < ctx->data.n_models; i_model++)
    if (msw_equal_nocase(ctx->data.model_names[i_model], name)) {
      *index = i_model;
      return true;
    }
  const char *nearest = msw_data_nearest_model(&ctx->data, name);
  const char *hint = nearest ? msw_did_you_mean(&ctx->diag, nearest) : "models are the folders of model_configs/";
  msw_error(&ctx->diag, loc, "model", hint, "unknown model '%s'", name);
  return false;
}
