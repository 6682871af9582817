/* Exact counts without visiting the grid: rules that share no dimension are independent, so that each connected group of
 * dimensions is counted on its own sub-grid and the shares multiply.
 */
#include <stdlib.h>

#include "plan_dims.h"
#include "sub_grid.h"

static const msw_axis_id void_axes[] = {MSW_AXIS_GPU, MSW_AXIS_MODEL, MSW_AXIS_TP, MSW_AXIS_DTYPE, MSW_AXIS_METHOD};
enum { N_VOID_AXES = sizeof void_axes / sizeof void_axes[0] };

static size_t dim_of(const msw_plan_block *block, msw_axis_id axis) { return (size_t)block->dim_of_axis[axis]; }

/* group[dim]: the smallest dimension that it is connected with. */
static void join(size_t *group, size_t rank, size_t a, size_t b) {
  size_t keep = group[a] < group[b] ? group[a] : group[b], drop = group[a] < group[b] ? group[b] : group[a];
  for (size_t i_dim = 0; i_dim < rank; i_dim++)
    if (group[i_dim] == drop) group[i_dim] = keep;
}

static void find_groups(const msw_plan_block *block, size_t *group) {
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) group[i_dim] = i_dim;
  for (size_t i_axis = 1; i_axis < N_VOID_AXES; i_axis++)
    join(group, block->rank, dim_of(block, void_axes[0]), dim_of(block, void_axes[i_axis]));
  for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++) {
    const msw_spec_rule *rule = &block->spec->rules[i_rule];
    for (size_t i_axis = 1; i_axis < rule->n_axes; i_axis++)
      join(group, block->rank, dim_of(block, rule->axes[0]), dim_of(block, rule->axes[i_axis]));
  }
}

static bool in_group(const msw_plan_block *block, const msw_spec_rule *rule, const size_t *group, size_t wanted) {
  return rule->n_axes > 0 && group[dim_of(block, rule->axes[0])] == wanted;
}

/* A rule that names no axis ("1 > 0") holds everywhere or nowhere. */
static bool constant_rule_holds(const msw_plan_block *block, const msw_spec_rule *rule) {
  msw_sub_grid nowhere = {.block = block, .rules = &rule, .n_rules = 1};
  return msw_sub_grid_count(&nowhere).n_excluded > 0;
}

static uint64_t cells_of(const msw_plan_block *block, const bool *in) {
  uint64_t cells = 1;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    if (in[i_dim]) cells *= block->dims[i_dim].n;
  return cells;
}

static void count_rules_alone(msw_arena *arena, msw_plan_block *block) {
  msw_rule_count *counts = msw_arena_array(arena, block->spec->n_rules, sizeof *counts);
  for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++) {
    const msw_spec_rule *rule = &block->spec->rules[i_rule];
    msw_sub_grid own = {.block = block, .rules = &rule, .n_rules = 1};
    for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++) own.in[dim_of(block, rule->axes[i_axis])] = true;
    uint64_t holds = msw_sub_grid_count(&own).n_excluded;
    counts[i_rule] = (msw_rule_count){rule, block->counts.n_total / cells_of(block, own.in) * holds};
  }
  block->rule_counts = counts;
}

static msw_sub_counts count_group(const msw_plan_block *block, const size_t *group, size_t i_group,
                                  const msw_spec_rule **rules) {
  msw_sub_grid grid = {.block = block, .rules = rules, .with_void = i_group == group[dim_of(block, void_axes[0])]};
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) grid.in[i_dim] = group[i_dim] == i_group;
  for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++)
    if (in_group(block, &block->spec->rules[i_rule], group, i_group)) rules[grid.n_rules++] = &block->spec->rules[i_rule];
  if (grid.n_rules > 0 || grid.with_void) return msw_sub_grid_count(&grid);
  uint64_t cells = cells_of(block, grid.in);
  return (msw_sub_counts){.n_total = cells, .n_valid = cells};
}

void msw_plan_count(msw_arena *arena, msw_plan_block *block) {
  const msw_spec_rule **rules = msw_arena_array(arena, block->spec->n_rules + 1, sizeof *rules);
  size_t group[MSW_MAX_RANK], void_group;
  find_groups(block, group);
  void_group = group[dim_of(block, void_axes[0])];
  uint64_t kept = 1, valid = 1, kept_elsewhere = 1;   /* kept: not excluded; elsewhere: outside the void group */
  msw_sub_counts void_counts = {0};
  for (size_t i_group = 0; i_group < block->rank; i_group++) {
    if (group[i_group] != i_group) continue;
    msw_sub_counts counts = count_group(block, group, i_group, rules);
    kept *= counts.n_total - counts.n_excluded;
    valid *= counts.n_valid;
    if (i_group == void_group) void_counts = counts;
    else kept_elsewhere *= counts.n_total - counts.n_excluded;
  }
  for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++)
    if (block->spec->rules[i_rule].n_axes == 0 && constant_rule_holds(block, &block->spec->rules[i_rule]))
      kept = valid = kept_elsewhere = 0;
  block->counts.n_excluded = block->counts.n_total - kept;
  block->counts.n_valid = valid;
  block->counts.n_void = kept - valid;
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    block->void_counts[i_flag] = void_counts.void_counts[i_flag] * kept_elsewhere;
  count_rules_alone(arena, block);
}
