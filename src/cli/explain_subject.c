/* From a cell of a plan to the step that is evaluated there. */
#include "explain.h"
#include "msw/base/str.h"
#include "msw/grid/rule.h"

static double value_at(const msw_spec_block *block, msw_axis_id axis, const size_t position[MSW_N_AXES]) {
  return block->axes[axis].values[position[axis]];
}

static void set_decode(const msw_spec_block *block, const size_t position[MSW_N_AXES], msw_arena *arena,
                       msw_step *step) {
  msw_decode_group *group = msw_arena_alloc(arena, sizeof *group);
  *group = (msw_decode_group){value_at(block, MSW_AXIS_BATCH, position), value_at(block, MSW_AXIS_KV_LEN, position)};
  step->decode = group;
  step->n_decode = 1;
}

static void set_prefill(const msw_spec_block *block, const size_t position[MSW_N_AXES], msw_arena *arena,
                        msw_step *step) {
  msw_axis_id batch = block->phase == MSW_MIXED ? MSW_AXIS_PREFILL_BATCH : MSW_AXIS_BATCH;
  msw_prefill_group *group = msw_arena_alloc(arena, sizeof *group);
  *group = (msw_prefill_group){value_at(block, batch, position), value_at(block, MSW_AXIS_CACHED_LEN, position),
                               value_at(block, MSW_AXIS_SEQ_LEN, position)};
  step->prefill = group;
  step->n_prefill = 1;
}

static void find_rules(const msw_spec_block *block, const size_t position[MSW_N_AXES], msw_arena *arena,
                       msw_subject *subject) {
  const msw_spec_rule **rules = msw_arena_array(arena, block->n_rules, sizeof *rules);
  double *scratch = msw_arena_array(arena, msw_rule_scratch(block, 1), sizeof *scratch);
  for (size_t i_rule = 0; i_rule < block->n_rules; i_rule++) {
    uint8_t holds = 0;
    msw_rule_row(block, &block->rules[i_rule], position, MSW_N_AXES, 0, 1, scratch, &holds);
    if (holds) rules[subject->n_rules++] = &block->rules[i_rule];
  }
  subject->rules = rules;
}

bool msw_subject_from_cell(msw_context *ctx, const msw_plan *plan, const msw_opt_list *cell, msw_subject *subject) {
  const msw_plan_block *found = NULL;
  size_t position[MSW_N_AXES];
  if (!msw_parse_cell(ctx, plan, cell, &found, position)) return false;
  const msw_spec_block *block = found->spec;
  const msw_model *model = block->models[position[MSW_AXIS_MODEL]];
  *subject = (msw_subject){.model = model, .tp = value_at(block, MSW_AXIS_TP, position)};
  subject->setup.gpu = block->gpus[position[MSW_AXIS_GPU]];
  subject->setup.method = found->methods[position[MSW_AXIS_METHOD]];
  const char *dtype = block->axes[MSW_AXIS_DTYPE].labels[position[MSW_AXIS_DTYPE]];
  msw_dtype_parse(dtype, &subject->dtype);   /* "config" leaves MSW_DTYPE_NONE */
  const char *name = block->name[0] ? msw_format(&ctx->arena, ", block %s", block->name) : "";
  subject->cell = msw_format(&ctx->arena, "sweep %s%s", plan->spec->name, name);
  if (block->phase != MSW_PREFILL) set_decode(block, position, &ctx->arena, &subject->step);
  if (block->phase != MSW_DECODE) set_prefill(block, position, &ctx->arena, &subject->step);
  find_rules(block, position, &ctx->arena, subject);
  return true;
}
