/* The names of fields: what expressions can speak of once a cell is evaluated. The layer above, which computes them,
 * has the registry; a test there keeps both lists the same. */
#include "spec_parts.h"

#include <string.h>

static const char *const NUMBERS[] = {"step_us",   "prefill_us", "decode_us",   "gemm_us",           "attn_us",
                                      "memory_us", "comm_us",    "overhead_us", "tok_per_s_per_gpu", "weight_gib",
                                      "kv_gib"};
/* Stored as small integers whose order means nothing. */
static const char *const CODES[] = {"bound", "flags"};
enum { N_NUMBERS = sizeof NUMBERS / sizeof *NUMBERS, N_CODES = sizeof CODES / sizeof *CODES };

const char *const *msw_sweep_field_names(size_t *n) {
  *n = N_NUMBERS;
  return NUMBERS;
}

static bool is_among(const char *const *names, size_t n, const char *name) {
  size_t i = 0;
  while (i < n && strcmp(names[i], name) != 0) i++;
  return i < n;
}

bool msw_spec_is_number_field(const char *name) { return is_among(NUMBERS, N_NUMBERS, name); }
bool msw_spec_is_code_field(const char *name) { return is_among(CODES, N_CODES, name); }
