/* Questions to a GPU entry: is this its name, what does it say about a method, what is a field's number. */
#include <math.h>
#include <string.h>

#include "msw/base/str.h"
#include "msw/inputs/gpu.h"
#include "units.h"

bool msw_gpu_is(const msw_gpu *gpu, const char *text) {
  if (msw_equal_nocase(gpu->name, text)) return true;
  for (size_t i_alias = 0; i_alias < gpu->n_aliases; i_alias++)
    if (msw_equal_nocase(gpu->aliases[i_alias], text)) return true;
  return false;
}

const msw_gpu_method *msw_gpu_find_method(const msw_gpu *gpu, const char *method) {
  for (size_t i_method = 0; i_method < gpu->n_methods; i_method++)
    if (strcmp(gpu->methods[i_method].method, method) == 0) return &gpu->methods[i_method];
  return NULL;
}

/* field, member, member's units in one unit of the field */
#define FIELD_LIST(X) \
  X(mem_gib, mem_gib, 1.0) \
  X(mem_bw_gb_per_s, mem_bw_bytes_per_s, BYTES_PER_GB) \
  X(tdp_w, tdp_w, 1.0) \
  X(usd_per_hour, usd_per_hour, 1.0) \
  X(sm_version, sm_version, 1.0) \
  X(num_sm, n_sm, 1.0) \
  X(l2_mib, l2_bytes, BYTES_PER_MIB) \
  X(gpus_per_node, gpus_per_node, 1.0) \
  X(intra_node_gb_per_s, intra_node_bytes_per_s, BYTES_PER_GB) \
  X(inter_node_gb_per_s, inter_node_bytes_per_s, BYTES_PER_GB) \
  X(bf16_tflops, peak_flop_per_s[MSW_BF16], FLOP_PER_TFLOP) \
  X(fp8_tflops, peak_flop_per_s[MSW_FP8], FLOP_PER_TFLOP) \
  X(fp4_tflops, peak_flop_per_s[MSW_FP4], FLOP_PER_TFLOP) \
  X(int8_tops, peak_flop_per_s[MSW_INT8], FLOP_PER_TFLOP)

#define NAME_OF(field, member, unit) #field,
static const char *const FIELD_NAMES[] = {FIELD_LIST(NAME_OF)};
enum { N_FIELDS = sizeof FIELD_NAMES / sizeof *FIELD_NAMES };

bool msw_gpu_field(const msw_gpu *gpu, const char *field, double *out) {
#define VALUE_OF(field, member, unit) gpu->member / (unit),
  const double values[N_FIELDS] = {FIELD_LIST(VALUE_OF)};
  for (size_t i_field = 0; i_field < N_FIELDS; i_field++) {
    if (strcmp(FIELD_NAMES[i_field], field) != 0) continue;
    *out = values[i_field] > 0.0 ? values[i_field] : (double)NAN;
    return true;
  }
  return false;
}

const char *const *msw_gpu_field_names(size_t *n) {
  *n = N_FIELDS;
  return FIELD_NAMES;
}
