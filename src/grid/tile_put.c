/* Rows on their way into the chunk: numbers, then what rules take away, then flags. */
#include "tile.h"

#include <string.h>

#include "msw/grid/rule.h"

msw_axis_id msw_row_axis(const msw_plan_block *block) {
  return block->spec->phase == MSW_DECODE ? MSW_AXIS_KV_LEN : MSW_AXIS_SEQ_LEN;
}

static char *cell_at(const msw_tile_job *job, size_t i_field, size_t offset) {
  return (char *)job->out[i_field] + offset * job->scratch->wanted.cell_bytes[i_field];
}

/* The axes' positions at the row's first cell, and what rules are asked along. */
static msw_axis_set locate_row(const msw_tile_job *job, const msw_tile_at *at, size_t position[MSW_N_AXES], size_t *first) {
  msw_axis_id row_axis = msw_row_axis(job->block);
  memcpy(position, job->bound->position, MSW_N_AXES * sizeof *position);
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) {
    int dim = job->block->dim_of_axis[axis];
    if (dim >= 0 && !job->block->dims[dim].outer) position[axis] = (size_t)job->tile->start[dim] + at->at[axis];
  }
  bool is_zipped = job->block->dims[job->block->dim_of_axis[row_axis]].outer;   /* then the row is one cell */
  *first = is_zipped ? 0 : position[row_axis];
  return is_zipped ? 0 : msw_axes_of(row_axis);
}

/* Takes the numbers of cells away: they have no flag but `flag`. */
static void take_away(msw_tile_job *job, msw_flags flag, size_t first, size_t count, size_t n, size_t offset) {
  msw_row_flags_set(&job->scratch->flags, flag, first, count, n);
  for (size_t i_field = 0; i_field < job->block->n_computed; i_field++)
    msw_field_fill_void(job->block->fields[i_field], flag, count, cell_at(job, i_field, offset + first));
}

/* What rules of one kind take out of a row. */
static void apply_rules(msw_tile_job *job, msw_rule_kind kind, size_t n, const msw_tile_at *at) {
  size_t position[MSW_N_AXES], first;
  msw_axis_set row_axes = locate_row(job, at, position, &first);
  msw_stretch *stretches = job->scratch->rule_stretches;
  for (size_t i_rule = 0; i_rule < job->bound->n_rules; i_rule++) {
    const msw_spec_rule *rule = job->bound->rules[i_rule];
    if (rule->kind != kind) continue;
    size_t n_stretches = msw_rule_stretches(&job->block->rule_book, rule, position, row_axes, first, n,
                                            job->scratch->rule_scratch, stretches);
    for (size_t i = 0; i < n_stretches; i++)
      take_away(job, kind == MSW_RULE_EXCLUDE ? MSW_FLAG_EXCLUDED : MSW_FLAG_CONDITIONAL, stretches[i].first - first,
                stretches[i].end - stretches[i].first, n, at->offset);
  }
}

/* Where a constraint does not hold, cells get its flag; where one that masks does not, no number stays. All of them see the
 * numbers that no constraint has taken away yet. */
static void apply_constraints(msw_tile_job *job, size_t n, const msw_tile_at *at) {
  const msw_spec_block *spec = job->block->spec;
  msw_row_flags *flags = &job->scratch->flags;
  size_t position[MSW_N_AXES], first;
  const void *fields[MSW_MAX_FIELDS];
  msw_cell_row row = {.position = position, .row_axes = locate_row(job, at, position, &first), .n = n, .fields = fields};
  msw_flags masking = 0;
  for (size_t i_field = 0; i_field < job->block->n_computed; i_field++) fields[i_field] = cell_at(job, i_field, at->offset);
  for (size_t i = 0; i < spec->n_constraints; i++) {
    const double *holds = msw_cell_expr_row(job->block, spec->constraints[i].expr, &row, job->scratch->cell_expr);
    if (spec->constraints[i].mask) masking |= MSW_FLAG_CONSTRAINT(i);
    msw_row_flags_add_false(flags, holds, MSW_FLAG_CONSTRAINT(i), n);
  }
  for (size_t i_cell = 0, end; flags->varies && masking && i_cell < n; i_cell = end) {
    for (end = i_cell + 1; end < n && flags->cells[end] == flags->cells[i_cell];) end++;
    if (!(flags->cells[i_cell] & masking)) continue;
    for (size_t i_field = 0; i_field < job->block->n_computed; i_field++)
      msw_field_fill_void(job->block->fields[i_field], flags->cells[i_cell], end - i_cell, cell_at(job, i_field, at->offset + i_cell));
  }
}

static void put_flags(msw_tile_job *job, size_t n, const msw_tile_at *at) {
  if (job->bound->n_rules > 0) {   /* a cell that both kinds take out counts as excluded */
    apply_rules(job, MSW_RULE_WHEN, n, at);
    apply_rules(job, MSW_RULE_EXCLUDE, n, at);
  }
  if (job->block->spec->n_constraints > 0) apply_constraints(job, n, at);
  size_t i_flags = job->scratch->wanted.i_flags;
  if (i_flags < job->block->n_computed)
    msw_row_flags_write(&job->scratch->flags, n, (msw_flags *)(void *)cell_at(job, i_flags, at->offset));
  msw_row_flags_count(&job->scratch->flags, job->scratch->kernels, n, job->flag_counts, job->n_evaluated);
}

/* Where a row of a field may be written to as it is worked out: the chunk itself when nothing beyond the row is touched. */
static void *work_place(msw_tile_job *job, size_t i_field, size_t offset, size_t n) {
  bool whole = n % MSW_LANES == 0 && !job->scratch->stream;
  return whole ? (void *)cell_at(job, i_field, offset) : (void *)&job->scratch->field;
}

static void deliver(msw_tile_job *job, size_t i_field, size_t offset, size_t n, const void *from) {
  char *to = cell_at(job, i_field, offset);
  if (from == to) return;
  bool is_float = job->block->fields[i_field]->type == MSW_FIELD_F32;
  bool streams = job->scratch->stream && is_float && n % MSW_LANES == 0 && (uintptr_t)to % MSW_LINE_BYTES == 0;
  if (streams) job->scratch->kernels->stream(from, n, (float *)(void *)to);
  else memcpy(to, from, n * job->scratch->wanted.cell_bytes[i_field]);
}

void msw_tile_put_row(msw_tile_job *job, const msw_row *row, const msw_tile_at *at) {
  size_t offset = at->offset;
  for (size_t i_field = 0; i_field < job->block->n_computed; i_field++) {
    const msw_field *field = job->block->fields[i_field];
    if (!field->fill) continue;   /* flags come last */
    void *place = work_place(job, i_field, offset, row->n);
    field->fill(row, place);
    deliver(job, i_field, offset, row->n, place);
  }
  put_flags(job, row->n, at);
}

float *msw_tile_step_place(msw_tile_job *job, size_t n, const msw_tile_at *at) {
  return work_place(job, 0, at->offset, n);
}

void msw_tile_put_step(msw_tile_job *job, size_t n, const msw_tile_at *at, const float *step_us) {
  deliver(job, 0, at->offset, n, step_us);
  put_flags(job, n, at);
}

void msw_tile_put_void(msw_tile_job *job, size_t n, const msw_tile_at *at) { put_flags(job, n, at); }
