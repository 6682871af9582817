/* The registry of fields. */
#include "msw/grid/field.h"

#include <math.h>
#include <string.h>

#include "field_fill.h"

static const msw_field fields[] = {
    {"step_us", "us", "step time (us)", "time of one forward pass of the engine: hardware + communication + overhead",
     MSW_FIELD_F32, msw_fill_step_us},
    {"prefill_us", "us", "prefill time (us)", "prefill phase alone: the longer of compute and memory; 0 without prefills",
     MSW_FIELD_F32, msw_fill_prefill_us},
    {"decode_us", "us", "decode time (us)", "decode phase alone: the longer of compute and memory; 0 without decodes",
     MSW_FIELD_F32, msw_fill_decode_us},
    {"gemm_us", "us", "GEMM time (us)", "projections of all layers, both phases (of the one pass where they are fused)",
     MSW_FIELD_F32, msw_fill_gemm_us},
    {"attn_us", "us", "attention time (us)", "attention of all layers, both phases", MSW_FIELD_F32, msw_fill_attn_us},
    {"memory_us", "us", "memory time (us)", "weights, KV cache and activations moved, both phases (of the one pass where "
     "they are fused)", MSW_FIELD_F32, msw_fill_memory_us},
    {"comm_us", "us", "communication time (us)", "all-reduces between GPUs", MSW_FIELD_F32, msw_fill_comm_us},
    {"overhead_us", "us", "overhead (us)", "time per step, layer and request that no kernel accounts for", MSW_FIELD_F32,
     msw_fill_overhead_us},
    {"bound", "1", "what bounds the step", "the largest part of the step, of the longer phase", MSW_FIELD_U8,
     msw_fill_bound},
    {"flags", "1", "flags", "what else can be said of the cell; a bit mask", MSW_FIELD_U32, NULL},
    {"tok_per_s_per_gpu", "tokens s-1", "throughput (tokens/s/GPU)",
     "decode requests and new prefill tokens of the step, per second and GPU", MSW_FIELD_F32, msw_fill_tok_per_s_per_gpu},
    {"weight_gib", "GiB", "weights per GPU (GiB)", "all parameters of the model / tp", MSW_FIELD_F32, msw_fill_weight_gib},
    {"kv_gib", "GiB", "KV cache per GPU (GiB)", "KV cache that the step's requests hold when it ends", MSW_FIELD_F32,
     msw_fill_kv_gib},
};

_Static_assert(sizeof fields / sizeof fields[0] <= MSW_MAX_FIELDS, "MSW_MAX_FIELDS must cover the registry");

const msw_field *msw_fields(size_t *n) {
  *n = sizeof fields / sizeof fields[0];
  return fields;
}

const msw_field *msw_field_find(const char *name) {
  for (size_t i_field = 0; i_field < sizeof fields / sizeof fields[0]; i_field++)
    if (strcmp(fields[i_field].name, name) == 0) return &fields[i_field];
  return NULL;
}

size_t msw_field_size(msw_field_type type) {
  switch (type) {
    case MSW_FIELD_F32: return sizeof(float);
    case MSW_FIELD_U8: return sizeof(uint8_t);
    case MSW_FIELD_U32: return sizeof(uint32_t);
  }
  return 0;
}

void msw_field_fill_void(const msw_field *field, msw_flags flags, size_t n, void *out) {
  switch (field->type) {
    case MSW_FIELD_F32:
      for (size_t i_cell = 0; i_cell < n; i_cell++) ((float *)out)[i_cell] = NAN;
      return;
    case MSW_FIELD_U8: memset(out, MSW_BOUND_NONE, n); return;
    case MSW_FIELD_U32:
      for (size_t i_cell = 0; i_cell < n; i_cell++) ((uint32_t *)out)[i_cell] = flags;
      return;
  }
}
