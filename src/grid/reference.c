/* Fields of one step, by the scalar reference. field_fill.c has the same sums, over rows. */
#include "msw/grid/reference.h"

#include <math.h>
#include <string.h>

void msw_cell_step_set(msw_cell_step *out, msw_phase phase, const double values[MSW_N_AXES]) {
  const msw_axis_id prefills = phase == MSW_MIXED ? MSW_AXIS_PREFILL_BATCH : MSW_AXIS_BATCH;
  out->decode = (msw_decode_group){values[MSW_AXIS_BATCH], values[MSW_AXIS_KV_LEN]};
  out->prefill = (msw_prefill_group){values[prefills], values[MSW_AXIS_CACHED_LEN], values[MSW_AXIS_SEQ_LEN]};
  out->step = (msw_step){.decode = &out->decode, .n_decode = phase != MSW_PREFILL,
                         .prefill = &out->prefill, .n_prefill = phase != MSW_DECODE};
}

static bool is_fused(const msw_breakdown *b) { return b->fused.time_us > 0.0; }

static double gemm_us(const msw_breakdown *b) {
  return is_fused(b) ? b->fused.gemm_us : b->prefill.gemm_us + b->decode.gemm_us;
}
static double memory_us(const msw_breakdown *b) {
  return is_fused(b) ? b->fused.memory_us : b->prefill.memory_us + b->decode.memory_us;
}
static double attn_us(const msw_breakdown *b) { return b->prefill.attn_us + b->decode.attn_us; }
static double step_us(const msw_breakdown *b) { return b->step_us; }
static double prefill_us(const msw_breakdown *b) { return b->prefill.time_us; }
static double decode_us(const msw_breakdown *b) { return b->decode.time_us; }
static double comm_us(const msw_breakdown *b) { return b->comm_us; }
static double overhead_us(const msw_breakdown *b) { return b->overhead_us; }
static double bound(const msw_breakdown *b) { return (double)b->bound; }
static double flags(const msw_breakdown *b) { return (double)b->flags; }
static double tok_per_s_per_gpu(const msw_breakdown *b) { return b->tok_per_s_per_gpu; }
static double weight_gib(const msw_breakdown *b) { return b->weight_gib; }
static double kv_gib(const msw_breakdown *b) { return b->kv_gib; }

static const struct { const char *field; double (*of)(const msw_breakdown *b); } numbers[] = {
    {"step_us", step_us},     {"prefill_us", prefill_us}, {"decode_us", decode_us},
    {"gemm_us", gemm_us},     {"attn_us", attn_us},       {"memory_us", memory_us},
    {"comm_us", comm_us},     {"overhead_us", overhead_us}, {"bound", bound},
    {"flags", flags},         {"tok_per_s_per_gpu", tok_per_s_per_gpu},
    {"weight_gib", weight_gib}, {"kv_gib", kv_gib},
};

double msw_field_number(const msw_field *field, const msw_breakdown *breakdown) {
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    if (strcmp(numbers[i].field, field->name) == 0) return numbers[i].of(breakdown);
  return (double)NAN;   /* a test sees to it that no field comes here */
}

void msw_field_store(const msw_field *field, const msw_breakdown *breakdown, void *cell) {
  const double number = msw_field_number(field, breakdown);
  switch (field->type) {
    case MSW_FIELD_F32: memcpy(cell, &(float){(float)number}, sizeof(float)); return;
    case MSW_FIELD_U8: memcpy(cell, &(uint8_t){(uint8_t)number}, sizeof(uint8_t)); return;
    case MSW_FIELD_U32: memcpy(cell, &(uint32_t){(uint32_t)number}, sizeof(uint32_t)); return;
  }
}

bool msw_bound_is_close_call(const msw_breakdown *b) {
  const double same = 1e-12;   /* relative: the grid adds the same terms up in another order */
  const msw_phase_time *longer = b->prefill.time_us > b->decode.time_us ? &b->prefill : &b->decode;
  const msw_phase_time *part = is_fused(b) ? &b->fused : longer;
  const double pairs[][2] = {{part->memory_us, part->gemm_us + part->attn_us}, {part->attn_us, part->gemm_us},
                             {b->overhead_us, b->hardware_us}, {b->comm_us, b->hardware_us},
                             {b->prefill.time_us, b->decode.time_us}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
    if (fabs(pairs[i][0] - pairs[i][1]) <= same * fabs(pairs[i][0])) return true;
  return false;
}
