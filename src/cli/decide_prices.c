/* Telling which prices an answer rests on: they change, and nobody should have to guess. */
#include <math.h>
#include <stdio.h>

#include "decide.h"

static const char price_name[] = "gpu.usd_per_hour";

static const msw_result_axis *gpu_axis(const msw_result_block *block) {
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    if (msw_equal_nocase(block->axes[i_dim].name, "gpu")) return &block->axes[i_dim];
  for (size_t i = 0; i < block->n_zipped; i++)
    if (msw_equal_nocase(block->zipped[i].name, "gpu")) return &block->zipped[i];
  return NULL;
}

/* The GPUs that are selected, each once; NULL-terminated. None where no formula names a price. */
static const msw_gpu **priced_gpus(const msw_decision *d) {
  const msw_result_axis *axis = gpu_axis(d->view.block);
  const msw_gpu **gpus = msw_arena_array(&d->ctx->arena, axis ? axis->n + 1 : 1, sizeof *gpus);
  if (!axis || !d->view.data || !msw_formulas_use(d->formulas, price_name)) return gpus;
  const msw_result_positions *selected = &d->view.selection.dims[axis->i_dim];
  for (size_t i = 0; i < selected->n; i++) {
    const msw_gpu *gpu = msw_data_find_gpu(d->view.data, axis->texts[selected->at[i]]);
    const msw_gpu **place = gpus;
    while (*place && *place != gpu) place++;
    if (gpu) *place = gpu;
  }
  return gpus;
}

void msw_decision_print_prices(const msw_decision *d) {
  for (const msw_gpu **gpu = priced_gpus(d); *gpu; gpu++)
    if ((*gpu)->usd_per_hour > 0.0)
      printf("price of %s: %.4g USD per hour%s%s%s\n", (*gpu)->name, (*gpu)->usd_per_hour, (*gpu)->price_source ? " (" : "",
             (*gpu)->price_source ? (*gpu)->price_source : "", (*gpu)->price_source ? ")" : "");
}

void msw_decision_json_prices(const msw_decision *d, msw_json *head) {
  msw_arena *arena = &d->ctx->arena;
  const msw_gpu **gpus = priced_gpus(d);
  if (!*gpus) return;
  msw_json *prices = msw_json_add_array(arena, head, "prices");
  for (; *gpus; gpus++) {
    msw_json *price = msw_json_add_object(arena, prices, NULL);
    msw_json_add_string(arena, price, "gpu", (*gpus)->name);
    msw_json_add_number(arena, price, "usd_per_hour", (*gpus)->usd_per_hour > 0.0 ? (*gpus)->usd_per_hour : (double)NAN);
    msw_json_add_string(arena, price, "source", (*gpus)->price_source);
  }
}
