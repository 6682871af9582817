/* Exact counts without visiting the grid: rules that share no dimension are independent, so that each connected group
 * of dimensions is counted on its own sub-grid and the shares multiply.
 */
#include "plan_dims.h"
#include "sub_grid.h"

static const msw_axis_id void_axes[] = {MSW_AXIS_GPU, MSW_AXIS_MODEL, MSW_AXIS_TP, MSW_AXIS_DTYPE, MSW_AXIS_METHOD};
enum { N_VOID_AXES = sizeof void_axes / sizeof void_axes[0] };

/* The rules that can hold somewhere; those of "exclude" come first. */
typedef struct {
  const msw_plan_block *block;
  const msw_spec_rule **rules;    /* [n] */
  size_t n, n_exclude;
  const msw_spec_rule **chosen;   /* [n] room for those of a group */
  msw_dim_set void_dims;
} active_rules;

static msw_extent over_all(const msw_plan_block *block, const msw_spec_rule *rule, double *scratch) {
  msw_stretch box[MSW_N_AXES];
  for (int axis = 0; axis < MSW_N_AXES; axis++) box[axis] = (msw_stretch){0, block->spec->axes[axis].n};
  return msw_rule_over(&block->rule_book, rule, box, scratch);
}

static void add_active(active_rules *active, msw_rule_kind kind, double *scratch) {
  const msw_spec_block *spec = active->block->spec;
  for (size_t i_rule = 0; i_rule < spec->n_rules; i_rule++)
    if (spec->rules[i_rule].kind == kind && over_all(active->block, &spec->rules[i_rule], scratch) != MSW_NOWHERE)
      active->rules[active->n++] = &spec->rules[i_rule];
}

static active_rules find_active(msw_arena *arena, const msw_plan_block *block) {
  const size_t n_rules = block->spec->n_rules;
  double *scratch = msw_arena_array(arena, block->rule_book.n_scratch, sizeof *scratch);
  active_rules active = {.block = block, .rules = msw_arena_array(arena, n_rules, sizeof *active.rules),
                         .chosen = msw_arena_array(arena, n_rules, sizeof *active.chosen)};
  add_active(&active, MSW_RULE_EXCLUDE, scratch);
  active.n_exclude = active.n;
  add_active(&active, MSW_RULE_WHEN, scratch);
  for (size_t i_axis = 0; i_axis < N_VOID_AXES; i_axis++)
    active.void_dims |= msw_dim_bit((size_t)block->dim_of_axis[void_axes[i_axis]]);
  return active;
}

/* ---- Each rule alone ---- */

/* A match is a product: so many positions of each dimension. */
static uint64_t cells_of_match(const msw_plan_block *block, const msw_spec_rule *rule) {
  uint64_t cells = 1;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    uint64_t n_held = 0;
    for (uint64_t at = 0; at < block->dims[i_dim].n; at++) {
      bool holds = true;
      for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++)
        if (block->dim_of_axis[rule->axes[i_axis]] == (int)i_dim) holds = holds && rule->holds[rule->axes[i_axis]][at];
      n_held += holds;
    }
    cells *= n_held;
  }
  return cells;
}

static uint64_t cells_of_expr(const msw_plan_block *block, const msw_spec_rule *rule) {
  const msw_sub_grid own = {.block = block, .dims = msw_rule_dims(block, rule), .rules = &rule, .n_rules = 1};
  const uint64_t cells = msw_dims_cells(block, own.dims);
  return (cells - msw_sub_grid_count(&own).n_kept) * (block->counts.n_total / cells);
}

/* Those that are active and have not been counted with their group. */
static void count_rules(const active_rules *active, msw_rule_count *counts) {
  for (size_t i_rule = 0; i_rule < active->n; i_rule++) {
    const msw_spec_rule *rule = active->rules[i_rule];
    msw_rule_count *count = &counts[rule - active->block->spec->rules];
    if (count->rule) continue;
    count->rule = rule;
    count->n_cells = rule->expr ? cells_of_expr(active->block, rule) : cells_of_match(active->block, rule);
  }
}

/* ---- Groups ---- */

/* The dimensions that are connected with these through rules, and through void cases. */
static msw_dim_set connected(const active_rules *active, msw_dim_set dims) {
  for (;;) {
    msw_dim_set more = dims & active->void_dims ? dims | active->void_dims : dims;
    for (size_t i_rule = 0; i_rule < active->n; i_rule++) {
      const msw_dim_set named = msw_rule_dims(active->block, active->rules[i_rule]);
      if (named & more) more |= named;
    }
    if (more == dims) return dims;
    dims = more;
  }
}

/* What the first `n_rules` of the active rules leave of a group. */
static msw_sub_counts count_group(const active_rules *active, size_t n_rules, msw_dim_set group, size_t *n_chosen) {
  *n_chosen = 0;
  for (size_t i_rule = 0; i_rule < n_rules; i_rule++)
    if (msw_rule_dims(active->block, active->rules[i_rule]) & group)
      active->chosen[(*n_chosen)++] = active->rules[i_rule];
  const msw_sub_grid grid = {.block = active->block, .dims = group, .rules = active->chosen, .n_rules = *n_chosen,
                             .void_dims = group & active->void_dims};
  return msw_sub_grid_count(&grid);
}

/* Products over the groups. */
typedef struct {
  uint64_t not_excluded, kept, valid;   /* kept: neither excluded nor conditional */
  uint64_t kept_elsewhere;              /* in the groups that void cases do not belong to */
  msw_sub_counts void_counts;           /* of the group that they belong to */
} shares;

static void multiply_group(const active_rules *active, msw_dim_set group, shares *all, msw_rule_count *rule_counts) {
  const msw_plan_block *block = active->block;
  size_t n_chosen;
  const msw_sub_counts counts = count_group(active, active->n, group, &n_chosen);
  if (n_chosen == 1) {
    const uint64_t cells = msw_dims_cells(block, group);
    rule_counts[active->chosen[0] - block->spec->rules] =
        (msw_rule_count){active->chosen[0], (cells - counts.n_kept) * (block->counts.n_total / cells)};
  }
  all->kept *= counts.n_kept;
  all->valid *= counts.n_valid;
  if (group & active->void_dims) all->void_counts = counts;
  else all->kept_elsewhere *= counts.n_kept;
  const bool same = active->n == active->n_exclude;
  all->not_excluded *= same ? counts.n_kept : count_group(active, active->n_exclude, group, &n_chosen).n_kept;
}

/* A rule that names no axis ("1 > 0") belongs to no group; where it holds somewhere, it holds everywhere. */
static bool leaves_something(const active_rules *active, size_t n_rules) {
  for (size_t i_rule = 0; i_rule < n_rules; i_rule++)
    if (active->rules[i_rule]->n_axes == 0) return false;
  return true;
}

void msw_plan_count(msw_arena *arena, msw_plan_block *block) {
  block->rule_book = msw_rule_book_make(block->spec, arena);
  msw_rule_count *rule_counts = msw_arena_array(arena, block->spec->n_rules, sizeof *rule_counts);
  const active_rules active = find_active(arena, block);
  const uint64_t not_excluded = leaves_something(&active, active.n_exclude), kept = leaves_something(&active, active.n);
  shares all = {.not_excluded = not_excluded, .kept = kept, .valid = kept, .kept_elsewhere = kept};
  msw_dim_set done = 0;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    const msw_dim_set group = connected(&active, msw_dim_bit(i_dim));
    if (!(done & group)) multiply_group(&active, group, &all, rule_counts);
    done |= group;
  }
  count_rules(&active, rule_counts);
  for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++)
    rule_counts[i_rule].rule = &block->spec->rules[i_rule];
  block->rule_counts = rule_counts;
  block->counts.n_excluded = block->counts.n_total - all.not_excluded;
  block->counts.n_conditional = all.not_excluded - all.kept;
  block->counts.n_valid = all.valid;
  block->counts.n_void = all.kept - all.valid;
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    block->void_counts[i_flag] = all.void_counts.void_counts[i_flag] * all.kept_elsewhere;
}
