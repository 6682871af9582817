/* Counting by summing dimensions out one after another.
 *
 * A cell counts 1, times 0 for every rule that holds: a product of factors, each a function of few dimensions. Summing
 * one dimension out replaces the factors over it by one table over the dimensions that they have besides; what has no
 * factor in common with it stays out of the sum. With rules over batch and kv_len, kv_len and seq_len, model and kv_len
 * no three dimensions are ever looked at together. What remains in the end, the dimensions that void cases depend on,
 * is walked.
 */
#include "sub_grid.h"

#include "row_sum.h"
#include "void_case.h"

enum { MAX_TABLE = 1 << 22 };   /* default of max_table: 32 MiB */

typedef struct {
  const msw_sub_grid *grid;
  const msw_plan_block *block;
  msw_dim_set left;              /* dimensions to be summed over; the others stand still, or are gone */
  msw_dim_position where;
  uint64_t scale;                /* product of the factors that depend on nothing */
  msw_count_factor *factors;           /* [n_factors] */
  size_t n_factors;
  msw_arena arena;
  const msw_flags *void_flags;   /* [cells of void_dims]; NULL: no case is void */
} summation;

msw_dim_set msw_rule_dims(const msw_plan_block *block, const msw_spec_rule *rule) {
  msw_dim_set dims = 0;
  for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++)
    dims |= msw_dim_bit((size_t)block->dim_of_axis[rule->axes[i_axis]]);
  return dims;
}

uint64_t msw_dims_cells(const msw_plan_block *block, msw_dim_set dims) {
  uint64_t cells = 1;
  for (size_t i_dim = 0; dims >> i_dim; i_dim++)
    if (dims & msw_dim_bit(i_dim)) cells *= block->dims[i_dim].n;
  return cells;
}

/* ---- Which dimension next ---- */

/* The dimensions that a table would have that takes the place of all factors over this one. */
static msw_dim_set company_of(const summation *s, size_t i_dim) {
  msw_dim_set company = 0;
  for (size_t i_factor = 0; i_factor < s->n_factors; i_factor++)
    if (s->factors[i_factor].dims & msw_dim_bit(i_dim)) company |= s->factors[i_factor].dims;
  return company & s->left & ~msw_dim_bit(i_dim);
}

/* Rows, and cells where tables have to be multiplied along them. */
static uint64_t cost_of(const summation *s, size_t i_dim) {
  uint64_t cells_of_row = 1;
  for (size_t i_factor = 0; i_factor < s->n_factors; i_factor++) {
    const msw_count_factor *factor = &s->factors[i_factor];
    if (factor->table && (factor->dims & msw_dim_bit(i_dim)) && factor->dims != msw_dim_bit(i_dim))
      cells_of_row = s->block->dims[i_dim].n;
  }
  return msw_dims_cells(s->block, company_of(s, i_dim)) * cells_of_row;
}

/* The cheapest; the rank when only dimensions of void cases are left. */
static size_t next_dim(const summation *s) {
  size_t best = s->block->rank;
  uint64_t least = UINT64_MAX;
  for (size_t i_dim = 0; i_dim < s->block->rank; i_dim++) {
    if (!(s->left & ~s->grid->void_dims & msw_dim_bit(i_dim))) continue;
    const uint64_t cost = cost_of(s, i_dim);
    if (cost < least || best == s->block->rank) {
      best = i_dim;
      least = cost;
    }
  }
  return best;
}

/* ---- Summing one out ---- */

/* Moves the factors over a dimension to the end of the list; returns how many. */
static size_t take_factors(summation *s, size_t i_dim) {
  size_t n_taken = 0;
  for (size_t i_factor = s->n_factors; i_factor-- > 0;) {
    const msw_count_factor factor = s->factors[i_factor];
    if (!(factor.dims & msw_dim_bit(i_dim))) continue;
    const size_t to = s->n_factors - ++n_taken;
    s->factors[i_factor] = s->factors[to];
    s->factors[to] = factor;
  }
  return n_taken;
}

static void sum_out(summation *s, size_t i_dim) {
  const msw_dim_set company = company_of(s, i_dim);
  const size_t n_taken = take_factors(s, i_dim);
  msw_row_sum *row = msw_row_sum_new(s->block, i_dim, s->factors + s->n_factors - n_taken, n_taken);
  uint64_t *table = msw_arena_array(&s->arena, (size_t)msw_dims_cells(s->block, company), sizeof *table);
  size_t entry = 0;
  do table[entry++] = msw_row_sum_at(row, &s->where);
  while (msw_next_position(s->block, company, &s->where));
  msw_row_sum_free(row);
  s->n_factors -= n_taken;
  s->left &= ~msw_dim_bit(i_dim);
  if (company) s->factors[s->n_factors++] = (msw_count_factor){.dims = company, .table = table};
  else s->scale *= table[0];
}

/* ---- What is left in the end ---- */

typedef struct { summation *s; size_t row_dim; msw_sub_counts *counts; } case_walk;

static void count_case(void *context, uint64_t at, uint64_t count) {
  const case_walk *walk = context;
  summation *s = walk->s;
  msw_flags flags = 0;
  if (walk->row_dim < s->block->rank) s->where.at[walk->row_dim] = at;
  if (s->void_flags) flags = s->void_flags[msw_table_entry(s->block, s->grid->void_dims, &s->where)];
  const uint64_t cells = count * s->scale;
  walk->counts->n_kept += cells;
  if (!flags) walk->counts->n_valid += cells;
  for (size_t i_flag = 0; flags && i_flag < MSW_N_FLAGS; i_flag++)
    if (flags & msw_flag_table[i_flag].bit) walk->counts->void_counts[i_flag] += cells;
}

static size_t longest_of(const msw_plan_block *block, msw_dim_set dims) {
  size_t longest = block->rank;
  for (size_t i_dim = 0; dims >> i_dim; i_dim++)
    if ((dims & msw_dim_bit(i_dim)) && (longest == block->rank || block->dims[i_dim].n > block->dims[longest].n))
      longest = i_dim;
  return longest;
}

static void count_cases(summation *s, msw_sub_counts *counts) {
  case_walk walk = {s, longest_of(s->block, s->left), counts};
  const msw_dim_set others = s->left & ~(walk.row_dim < s->block->rank ? msw_dim_bit(walk.row_dim) : 0);
  msw_row_sum *row = msw_row_sum_new(s->block, walk.row_dim, s->factors, s->n_factors);
  do msw_row_sum_visit(row, &s->where, count_case, &walk);
  while (msw_next_position(s->block, others, &s->where));
  msw_row_sum_free(row);
}

static const msw_flags *find_void(const msw_sub_grid *grid, msw_arena *arena) {
  if (!grid->void_dims) return NULL;
  msw_flags *flags = msw_arena_array(arena, (size_t)msw_dims_cells(grid->block, grid->void_dims), sizeof *flags);
  msw_dim_position where = {0};
  size_t i_case = 0;
  do {
    size_t position[MSW_N_AXES] = {0};
    for (int axis = 0; axis < MSW_N_AXES; axis++)
      if (grid->block->dim_of_axis[axis] >= 0) position[axis] = (size_t)where.at[grid->block->dim_of_axis[axis]];
    flags[i_case++] = msw_plan_case_void(grid->block, position);
  } while (msw_next_position(grid->block, grid->void_dims, &where));
  return flags;
}

/* ---- All of it ---- */

static void count(summation *s, msw_sub_counts *counts);

/* Lets a dimension stand still at each of its positions in turn, where a table over it would be too long: the shortest
 * that helps, else the longest. */
static void stand_still(const summation *s, msw_dim_set company, uint64_t max_table, msw_sub_counts *counts) {
  const uint64_t cells = msw_dims_cells(s->block, company);
  size_t chosen = longest_of(s->block, company);
  for (size_t i_dim = 0; company >> i_dim; i_dim++) {
    const uint64_t n = s->block->dims[i_dim].n;
    if ((company & msw_dim_bit(i_dim)) && cells / n <= max_table && n < s->block->dims[chosen].n) chosen = i_dim;
  }
  for (uint64_t at = 0; at < s->block->dims[chosen].n; at++) {
    summation part = *s;
    part.arena = (msw_arena){0};
    part.factors = msw_arena_array(&part.arena, s->n_factors + s->block->rank, sizeof *part.factors);
    for (size_t i_factor = 0; i_factor < s->n_factors; i_factor++) part.factors[i_factor] = s->factors[i_factor];
    part.left &= ~msw_dim_bit(chosen);
    part.where.at[chosen] = at;
    count(&part, counts);
    msw_arena_free(&part.arena);
  }
}

static void count(summation *s, msw_sub_counts *counts) {
  const uint64_t max_table = s->grid->max_table > 0 ? s->grid->max_table : MAX_TABLE;
  for (size_t i_dim = next_dim(s); i_dim < s->block->rank && s->scale > 0; i_dim = next_dim(s)) {
    const msw_dim_set company = company_of(s, i_dim);
    if (msw_dims_cells(s->block, company) > max_table) {
      stand_still(s, company, max_table, counts);
      return;
    }
    sum_out(s, i_dim);
  }
  if (s->scale > 0) count_cases(s, counts);
}

msw_sub_counts msw_sub_grid_count(const msw_sub_grid *grid) {
  summation s = {.grid = grid, .block = grid->block, .left = grid->dims, .scale = 1};
  msw_sub_counts counts = {0};
  s.factors = msw_arena_array(&s.arena, grid->n_rules + grid->block->rank, sizeof *s.factors);
  for (size_t i_rule = 0; i_rule < grid->n_rules; i_rule++) {
    const msw_spec_rule *rule = grid->rules[i_rule];
    s.factors[s.n_factors++] = (msw_count_factor){.dims = msw_rule_dims(grid->block, rule), .rule = rule};
  }
  s.void_flags = find_void(grid, &s.arena);
  count(&s, &counts);
  msw_arena_free(&s.arena);
  return counts;
}
