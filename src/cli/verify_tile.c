/* A tile of the file against the grid engine, bit by bit, and some of its cells against the scalar reference. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/str.h"
#include "msw/grid/eval.h"
#include "msw/grid/reference.h"
#include "msw/output/writer.h"
#include "verify.h"

enum { NO_FIELD = -1 };

struct msw_tile_check {
  msw_verification *v;
  const msw_plan_block *block;
  size_t i_block;
  msw_eval_scratch *scratch;
  void **grid;                 /* [n_computed] a chunk each, as it would be written */
  void **found;                /* [n_fields] the tile's cells alone, row-major */
  bool *is_read;               /* [n_fields] of this tile */
  const char **paths;          /* [n_fields] */
  int i_flags;                 /* the field among those that are stored, or NO_FIELD */
  msw_flags masking;           /* bits of constraints that take numbers away */
  const msw_bound_case *bound;
  const msw_tile *tile;
};

msw_tile_check *msw_tile_check_new(msw_verification *v, size_t i_block) {
  msw_tile_check *check = msw_alloc_zero(1, sizeof *check);
  const msw_plan_block *block = &v->plan.blocks[i_block];
  *check = (msw_tile_check){.v = v, .block = block, .i_block = i_block, .scratch = msw_eval_scratch_new(block),
                            .i_flags = NO_FIELD};
  check->grid = msw_alloc_zero(block->n_computed, sizeof *check->grid);
  check->found = msw_alloc_zero(block->n_fields, sizeof *check->found);
  check->is_read = msw_alloc_zero(block->n_fields, sizeof *check->is_read);
  check->paths = msw_alloc_zero(block->n_fields, sizeof *check->paths);
  for (size_t i_field = 0; i_field < block->n_computed; i_field++) {
    const size_t cell_bytes = msw_field_size(block->fields[i_field]->type);
    check->grid[i_field] = msw_alloc_zero((size_t)block->chunk_cells, cell_bytes);
    if (i_field >= block->n_fields) continue;
    check->found[i_field] = msw_alloc_zero((size_t)block->chunk_cells, cell_bytes);
    check->paths[i_field] = msw_verify_path(v, block, block->fields[i_field]->name);
    if (strcmp(block->fields[i_field]->name, "flags") == 0) check->i_flags = (int)i_field;
  }
  for (size_t i = 0; i < block->spec->n_constraints; i++)
    if (block->spec->constraints[i].mask) check->masking |= MSW_FLAG_CONSTRAINT(i);
  return check;
}

void msw_tile_check_free(msw_tile_check *check) {
  if (!check) return;
  for (size_t i_field = 0; i_field < check->block->n_computed; i_field++) free(check->grid[i_field]);
  for (size_t i_field = 0; i_field < check->block->n_fields; i_field++) free(check->found[i_field]);
  free(check->grid);
  free(check->found);
  free(check->is_read);
  free(check->paths);
  msw_eval_scratch_free(check->scratch);
  free(check);
}

/* ---- Both sides ---- */

static msw_h5_type type_of(const msw_field *field) {
  switch (field->type) {
    case MSW_FIELD_F32: return MSW_H5_F32;
    case MSW_FIELD_U8: return MSW_H5_U8;
    case MSW_FIELD_U32: return MSW_H5_U32;
  }
  return MSW_H5_F32;
}

/* A chunk that is damaged does not pass its filters: checksum, inflation. */
static void read_tile(msw_tile_check *check) {
  msw_verification *v = check->v;
  const msw_plan_block *block = check->block;
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) {
    msw_diag problems = {0};
    const char *path = check->paths[i_field];
    msw_status status = msw_h5_read_slab(v->file, path, type_of(block->fields[i_field]), block->rank, check->tile->start,
                                         check->tile->count, check->found[i_field], &problems);
    check->is_read[i_field] = status == MSW_OK;
    if (status != MSW_OK)
      msw_verify_problem(v, "%s: a chunk of case %" PRIu64 " cannot be read: %s", path, check->tile->i_case,
                         problems.n > 0 ? problems.items[0].message : "unknown");
    msw_diag_free(&problems);
  }
}

static void eval_tile(msw_tile_check *check) {
  const msw_plan_block *block = check->block;
  const int keepbits = check->v->spec.keepbits;
  msw_block_counts *counts = &check->v->counts[check->i_block];
  msw_eval_tile(block, check->bound, check->tile, check->scratch, check->grid, counts->flags, &counts->n_evaluated);
  for (size_t i_field = 0; keepbits > 0 && i_field < block->n_fields; i_field++)
    if (block->fields[i_field]->type == MSW_FIELD_F32)
      msw_round_mantissas(check->grid[i_field], (size_t)block->chunk_cells, keepbits, check->grid[i_field]);
}

/* ---- Cells ---- */

/* Of the tile's cell `i_cell`, row-major: its place in a chunk, and its position on every axis (may be NULL). */
static size_t locate(const msw_tile_check *check, uint64_t i_cell, size_t *position) {
  uint64_t offset = 0, stride = 1, at[MSW_MAX_RANK];
  const msw_plan_block *block = check->block;
  for (size_t i_dim = block->rank; i_dim-- > 0;) {
    at[i_dim] = i_cell % check->tile->count[i_dim];
    i_cell /= check->tile->count[i_dim];
    offset += at[i_dim] * stride;
    stride *= block->dims[i_dim].chunk;
  }
  for (int axis = 0; position && axis < MSW_N_AXES; axis++) {
    const int dim = block->dim_of_axis[axis];
    const bool is_inner = dim >= 0 && !block->dims[dim].outer;
    position[axis] = is_inner ? (size_t)(check->tile->start[dim] + at[dim]) : check->bound->position[axis];
  }
  return (size_t)offset;
}

static double number_at(const msw_field *field, const void *cells, size_t i_cell) {
  switch (field->type) {
    case MSW_FIELD_F32: return (double)((const float *)cells)[i_cell];
    case MSW_FIELD_U8: return (double)((const uint8_t *)cells)[i_cell];
    case MSW_FIELD_U32: return (double)((const uint32_t *)cells)[i_cell];
  }
  return (double)NAN;
}

static double apart(const msw_field *field, double a, double b) {
  if (field->type == MSW_FIELD_F32) return msw_ulps_apart((float)a, (float)b);
  return a < b || a > b ? (double)INFINITY : 0.0;
}

static void keep(msw_tile_check *check, size_t i_field, uint64_t i_cell, double ulps) {
  const msw_field *field = check->block->fields[i_field];
  msw_difference difference = {.block = check->block, .field = field, .ulps = ulps};
  const size_t in_chunk = locate(check, i_cell, difference.position);
  difference.found = number_at(field, check->found[i_field], (size_t)i_cell);
  difference.grid = number_at(field, check->grid[i_field], in_chunk);
  msw_verify_keep(check->v, &difference);
}

/* ---- Against the grid ---- */

static void compare_row(msw_tile_check *check, size_t i_field, uint64_t first, size_t n) {
  const msw_field *field = check->block->fields[i_field];
  const size_t cell_bytes = msw_field_size(field->type), in_chunk = locate(check, first, NULL);
  const char *found = (const char *)check->found[i_field] + first * cell_bytes;
  const char *grid = (const char *)check->grid[i_field] + in_chunk * cell_bytes;
  if (memcmp(found, grid, n * cell_bytes) == 0) return;
  for (size_t i = 0; i < n; i++) {
    if (memcmp(found + i * cell_bytes, grid + i * cell_bytes, cell_bytes) == 0) continue;
    check->v->n_by_grid++;
    keep(check, i_field, first + i, apart(field, number_at(field, found, i), number_at(field, grid, i)));
  }
}

static void compare_with_grid(msw_tile_check *check) {
  const uint64_t n_row = check->tile->count[check->block->rank - 1];
  for (size_t i_field = 0; i_field < check->block->n_fields; i_field++)
    for (uint64_t first = 0; check->is_read[i_field] && first < check->tile->n_cells; first += n_row)
      compare_row(check, i_field, first, (size_t)n_row);
}

/* ---- Against the reference ---- */

/* Did a constraint take the cell's numbers away? Constraints are the grid's business, which was compared bit by bit. Without
 * flags in the file the number itself must say so. */
static bool is_masked(const msw_tile_check *check, uint64_t i_cell, const msw_field *field, double found) {
  const bool is_nothing = field->type == MSW_FIELD_F32 ? isnan(found) : found < 0.5;   /* MSW_BOUND_NONE is 0 */
  if (check->i_flags == NO_FIELD) return check->masking != 0 && is_nothing;
  if (!check->is_read[check->i_flags]) return false;
  return (((const uint32_t *)check->found[check->i_flags])[i_cell] & check->masking) != 0;
}

/* Units in the last place that rounding to keepbits and the order of sums may make. */
static double allowed_ulps(const msw_tile_check *check) {
  const double by_sums = 2.0;
  const int mantissa_bits = 23, keepbits = check->v->spec.keepbits;
  return keepbits > 0 ? by_sums + ldexp(0.5, mantissa_bits - keepbits) : by_sums;
}

static void compare_number(msw_tile_check *check, size_t i_field, uint64_t i_cell, const msw_breakdown *reference) {
  const msw_field *field = check->block->fields[i_field];
  const msw_flags constraints = ~(msw_flags)0 << MSW_N_FLAGS;
  double found = number_at(field, check->found[i_field], (size_t)i_cell), want = msw_field_number(field, reference);
  bool masked = is_masked(check, i_cell, field, found);
  if (field->type == MSW_FIELD_U32) found = (double)((msw_flags)found & ~constraints);
  else if (masked) want = field->type == MSW_FIELD_F32 ? (double)NAN : MSW_BOUND_NONE;
  double ulps = apart(field, found, want);
  bool is_toss_up = field->type == MSW_FIELD_U8 && msw_bound_is_close_call(reference);
  if (ulps <= allowed_ulps(check) || is_toss_up) {
    if (!is_toss_up && ulps > check->v->most_ulps) check->v->most_ulps = ulps;
    return;
  }
  check->v->n_by_reference++;
  const void *in_file = (const char *)check->found[i_field] + i_cell * msw_field_size(field->type);
  const void *in_grid = (const char *)check->grid[i_field] + locate(check, i_cell, NULL) * msw_field_size(field->type);
  if (memcmp(in_file, in_grid, msw_field_size(field->type)) == 0) keep(check, i_field, i_cell, ulps);   /* else kept before */
}

static void compare_cell(msw_tile_check *check, uint64_t i_cell) {
  size_t position[MSW_N_AXES];
  msw_breakdown reference;
  locate(check, i_cell, position);
  msw_verify_reference(check->block, check->bound, position, &reference);
  for (size_t i_field = 0; i_field < check->block->n_fields; i_field++)
    if (check->is_read[i_field]) compare_number(check, i_field, i_cell, &reference);
  check->v->n_cells_by_reference++;
}

static void compare_with_reference(msw_tile_check *check, uint64_t n_wanted, uint64_t *random) {
  const uint64_t n = check->tile->n_cells, n_drawn = n_wanted < n ? n_wanted : n;
  if (n_drawn == 0) return;
  const uint64_t each = n / n_drawn, longer = n % n_drawn;
  for (uint64_t i_stretch = 0, first = 0; i_stretch < n_drawn; i_stretch++) {
    const uint64_t length = each + (i_stretch < longer);
    compare_cell(check, first + msw_random_below(random, length));
    first += length;
  }
}

void msw_verify_tile(msw_tile_check *check, const msw_bound_case *bound, const msw_tile *tile, uint64_t n_cells,
                     uint64_t *random) {
  check->bound = bound;
  check->tile = tile;
  read_tile(check);
  eval_tile(check);
  compare_with_grid(check);
  compare_with_reference(check, n_cells, random);
  check->v->n_tiles_seen++;
  check->v->n_cells_seen += tile->n_cells;
}
