/* Grid against scalar reference. */
#include "cell_check.h"

#include <stdlib.h>
#include <string.h>

#include "msw/grid/rule.h"
#include "msw_test.h"

static double value_at(const msw_plan_block *block, const size_t *position, msw_axis_id axis) {
  const msw_spec_axis *given = &block->spec->axes[axis];
  return given->n > 0 ? given->values[position[axis]] : 0.0;
}

static bool is_excluded(const msw_spec_block *spec, const size_t *position) {
  double *scratch = msw_alloc_zero(msw_rule_scratch(spec, 1) + 1, sizeof *scratch);
  uint8_t mask = 0;
  for (size_t i_rule = 0; i_rule < spec->n_rules; i_rule++)
    msw_rule_row(spec, &spec->rules[i_rule], position, MSW_N_AXES, 0, 1, scratch, &mask);
  free(scratch);
  return mask;
}

/* Bound from the spec, not by grid/bind. */
static msw_case bind(const msw_plan_block *block, const msw_kernel_set *const *tables, const size_t *position, msw_arena *arena) {
  const msw_spec_block *spec = block->spec;
  size_t i_gpu = position[MSW_AXIS_GPU], i_method = position[MSW_AXIS_METHOD];
  msw_case_key key = {.gpu = spec->gpus[i_gpu], .model = spec->models[position[MSW_AXIS_MODEL]],
                      .tp = value_at(block, position, MSW_AXIS_TP), .tables = tables ? tables[i_gpu] : NULL};
  const char *dtype = spec->axes[MSW_AXIS_DTYPE].labels[position[MSW_AXIS_DTYPE]];
  if (strcmp(dtype, "config") != 0) assert_true(msw_dtype_parse(dtype, &key.dtype));
  msw_method method;
  msw_knobs knobs;
  msw_diag diag = {0};
  assert_true(msw_method_resolve(&spec->methods[i_method], &diag, &method));
  assert_true(msw_method_knobs(&method, key.gpu, &diag, &knobs, &key.method_flags));
  msw_diag_free(&diag);
  key.family = method.preset->family;
  key.knobs = &knobs;
  msw_case bound;
  msw_case_bind(&key, arena, &bound);
  return bound;
}

static void exclude(msw_breakdown *out) {
  const msw_case nothing = {.flags = MSW_FLAG_EXCLUDED | MSW_FLAG_VOID_TP};
  const msw_step none = {0};
  msw_step_eval(&nothing, &none, NULL, out);
  out->flags = MSW_FLAG_EXCLUDED;
}

void reference_cell(const msw_plan_block *block, const msw_kernel_set *const *tables, size_t i_cell, msw_breakdown *out) {
  size_t position[MSW_N_AXES];
  dense_positions(block, i_cell, position);
  if (is_excluded(block->spec, position)) {
    exclude(out);
    return;
  }
  msw_phase phase = block->spec->phase;
  double batch = value_at(block, position, MSW_AXIS_BATCH), seq_len = value_at(block, position, MSW_AXIS_SEQ_LEN),
         cached_len = value_at(block, position, MSW_AXIS_CACHED_LEN);
  msw_decode_group decode = {batch, value_at(block, position, MSW_AXIS_KV_LEN)};
  msw_prefill_group prefill = {phase == MSW_MIXED ? value_at(block, position, MSW_AXIS_PREFILL_BATCH) : batch, cached_len, seq_len};
  msw_step step = {.decode = &decode, .n_decode = phase != MSW_PREFILL, .prefill = &prefill, .n_prefill = phase != MSW_DECODE};
  msw_arena arena = {0};
  msw_case bound = bind(block, tables, position, &arena);
  msw_step_eval(&bound, &step, NULL, out);
  msw_arena_free(&arena);
}

/* The number that a field holds for a step (docs/result-file.md); codes as numbers. */
static double number_of(const char *field, const msw_breakdown *b) {
  bool fused = b->fused.time_us > 0.0;
  const struct { const char *name; double value; } numbers[] = {
      {"step_us", b->step_us},
      {"prefill_us", b->prefill.time_us},
      {"decode_us", b->decode.time_us},
      {"gemm_us", fused ? b->fused.gemm_us : b->prefill.gemm_us + b->decode.gemm_us},
      {"attn_us", b->prefill.attn_us + b->decode.attn_us},
      {"memory_us", fused ? b->fused.memory_us : b->prefill.memory_us + b->decode.memory_us},
      {"comm_us", b->comm_us},
      {"overhead_us", b->overhead_us},
      {"bound", b->bound},
      {"flags", b->flags},
      {"tok_per_s_per_gpu", b->tok_per_s_per_gpu},
      {"weight_gib", b->weight_gib},
      {"kv_gib", b->kv_gib},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    if (strcmp(numbers[i].name, field) == 0) return numbers[i].value;
  fail_msg("field %s has no reference", field);
  return NAN;
}

/* Numbers agree within one unit in the last place of float32: the grid takes the same terms in another order. */
static bool agrees(msw_field_type type, const void *got, double want) {
  uint8_t code = 0;
  uint32_t bits = 0;
  if (type == MSW_FIELD_F32) {
    const float number = *(const float *)got, nearest = (float)want;
    if (isnan(want)) return isnan(number);
    return number >= nextafterf(nearest, -INFINITY) && number <= nextafterf(nearest, INFINITY);
  }
  if (type == MSW_FIELD_U8) return code = (uint8_t)want, memcmp(got, &code, sizeof code) == 0;
  return bits = (uint32_t)want, memcmp(got, &bits, sizeof bits) == 0;
}

/* What bounds a step is a toss-up where two parts are equally long but for rounding. */
static bool is_close_call(const msw_breakdown *b) {
  msw_phase_time part = b->fused.time_us > 0.0 ? b->fused : b->prefill.time_us > b->decode.time_us ? b->prefill : b->decode;
  const double pairs[][2] = {{part.memory_us, part.gemm_us + part.attn_us}, {part.attn_us, part.gemm_us},
                             {b->overhead_us, b->hardware_us}, {b->comm_us, b->hardware_us},
                             {b->prefill.time_us, b->decode.time_us}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
    if (fabs(pairs[i][0] - pairs[i][1]) <= 1e-12 * fabs(pairs[i][0])) return true;
  return false;
}

static double number_got(const dense *cells, size_t i_cell, const char *field) {
  for (size_t i_field = 0; i_field < cells->block->n_fields; i_field++) {
    const void *got = dense_at(cells, i_field, i_cell);
    if (strcmp(cells->block->fields[i_field]->name, field) != 0) continue;
    if (cells->block->fields[i_field]->type == MSW_FIELD_F32) return (double)*(const float *)got;
    return cells->block->fields[i_field]->type == MSW_FIELD_U8 ? *(const uint8_t *)got : *(const uint32_t *)got;
  }
  return NAN;
}

const char *cell_differs(const dense *cells, size_t i_cell, const msw_breakdown *want) {
  for (size_t i_field = 0; i_field < cells->block->n_fields; i_field++) {
    const msw_field *field = cells->block->fields[i_field];
    bool code = field->type == MSW_FIELD_U8;
    if (!agrees(field->type, dense_at(cells, i_field, i_cell), number_of(field->name, want)) && !(code && is_close_call(want)))
      return field->name;
  }
  return NULL;
}

void check_cells(const dense *cells, const msw_kernel_set *const *tables, size_t stride, const char *what) {
  for (size_t i_cell = 0; i_cell < cells->n_cells; i_cell += stride) {
    msw_breakdown want;
    assert_int_equal(cells->written[i_cell], 1);
    reference_cell(cells->block, tables, i_cell, &want);
    const char *field = cell_differs(cells, i_cell, &want);
    if (field) fail_msg("%s: cell %zu of %zu, %s is %.17g, not the reference's %.17g", what, i_cell, cells->n_cells, field,
                        number_got(cells, i_cell, field), number_of(field, &want));
  }
}
