/* Prices that the user knows better than the entries of the GPUs.
 */
#ifndef MSW_CLI_PRICES_H
#define MSW_CLI_PRICES_H

#include "context.h"

/* An option of commands whose formulas may name prices; `field` is a msw_opt_list of the command's options. */
#define MSW_PRICES_OPTION(type, field)                                                                                \
  {MSW_OPT_LIST, 0, "usd-per-hour", "GPU=PRICE", offsetof(type, field), MSW_OPT_OPTIONAL,                             \
   "what an hour of one GPU costs, instead of the list price in its entry; repeatable"}

/* Puts "GPU=PRICE" into the GPUs of ctx->data, which must be open before (`has_data`). */
msw_status msw_prices_set(const msw_opt_list *given, bool has_data, msw_context *ctx);

#endif
