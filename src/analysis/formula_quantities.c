/* Quantities that follow from fields: their names and what they stand for. */
#include <string.h>

#include "formula_parts.h"

/* 1 h = 3600 s, and prices are for a million tokens; 1 s = 1e6 us. */
static const msw_quantity QUANTITIES[] = {
    {"tok_per_s_per_user", "tokens s-1", "speed of a user (tokens/s)", "1e6 / step_us", true},
    {"tok_per_s", "tokens s-1", "throughput of the replica (tokens/s)", "tok_per_s_per_gpu * tp", false},
    {"usd_per_mtok", "USD", "price of a million tokens (USD)", "gpu.usd_per_hour * 1e6 / (3600 * tok_per_s_per_gpu)", false},
    {"joule_per_tok", "J", "energy of a token at the power limit (J)", "gpu.tdp_w / tok_per_s_per_gpu", false},
    {"memory_gib", "GiB", "memory per GPU (GiB)", "weight_gib + kv_gib", false},
};
enum { N_QUANTITIES = sizeof QUANTITIES / sizeof *QUANTITIES };

const msw_quantity *msw_quantities(size_t *n) {
  *n = N_QUANTITIES;
  return QUANTITIES;
}

const msw_quantity *msw_quantity_find(const char *name) {
  for (size_t i = 0; i < N_QUANTITIES; i++)
    if (strcmp(QUANTITIES[i].name, name) == 0) return &QUANTITIES[i];
  return NULL;
}

bool msw_quantity_fits(const msw_quantity *quantity, const msw_result_block *block) {
  return !quantity->decodes_only || strcmp(block->phase, "decode") == 0 || strcmp(block->phase, "mixed") == 0;
}

const char *msw_fitting_cells(const msw_result_block *block) {
  return msw_result_field_named(block, "flags") ? "!flag.memory_full && !flag.context_too_long" : NULL;
}
