/* --usd-per-hour GPU=PRICE. */
#include "prices.h"

#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

static const char option[] = "--usd-per-hour";

static msw_gpu *find_gpu(msw_data_root *data, const char *name) {
  for (size_t i_gpu = 0; i_gpu < data->n_gpus; i_gpu++)
    if (msw_gpu_is(&data->gpus[i_gpu], name)) return &data->gpus[i_gpu];
  return NULL;
}

static void set_price(const char *text, msw_context *ctx) {
  const char *equals = strchr(text, '=');
  double price = 0.0;
  if (!equals || !msw_parse_double(equals + 1, &price) || !(price > 0.0)) {
    msw_error(&ctx->diag, (msw_loc){0}, option, NULL, "expected GPU=PRICE with a price greater than 0, found '%s'", text);
    return;
  }
  const char *name = msw_strndup(&ctx->arena, text, (size_t)(equals - text));
  msw_gpu *gpu = find_gpu(&ctx->data, name);
  if (gpu) {
    gpu->usd_per_hour = price;
    gpu->price_source = "command line";
    return;
  }
  msw_error(&ctx->diag, (msw_loc){0}, option, msw_did_you_mean(&ctx->diag, msw_data_nearest_gpu(&ctx->data, name)),
            "unknown GPU '%s'", name);
}

msw_status msw_prices_set(const msw_opt_list *given, bool has_data, msw_context *ctx) {
  const size_t n_errors = ctx->diag.n_errors;
  if (given->n > 0 && !has_data) {
    msw_error(&ctx->diag, (msw_loc){0}, option, "--data-dir names one", "there is no data root with GPUs");
    return MSW_BAD_INPUT;
  }
  for (size_t i_text = 0; i_text < given->n; i_text++) set_price(given->items[i_text], ctx);
  return ctx->diag.n_errors > n_errors ? MSW_BAD_INPUT : MSW_OK;
}
