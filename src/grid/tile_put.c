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

/* Neighbouring rows mostly have the same flags: they are counted together. */
static void count_flags(msw_tile_job *job, size_t n) {
  const msw_row_flags *flags = &job->scratch->flags;
  if (flags->varies) {
    msw_row_flags_count(flags, job->scratch->kernels, n, job->flag_counts, job->n_evaluated);
    return;
  }
  if (flags->all != job->counted) msw_tile_count(job);
  job->counted = flags->all;
  job->n_counted += n;
}

void msw_tile_count(msw_tile_job *job) {
  const msw_row_flags flags = {.all = job->counted};
  msw_row_flags_count(&flags, job->scratch->kernels, (size_t)job->n_counted, job->flag_counts, job->n_evaluated);
  job->n_counted = 0;
}

static void put_flags(msw_tile_job *job, size_t n, const msw_tile_at *at) {
  if (job->has_rules) {   /* a cell that both kinds take out counts as excluded */
    apply_rules(job, MSW_RULE_WHEN, n, at);
    apply_rules(job, MSW_RULE_EXCLUDE, n, at);
  }
  if (job->has_constraints) apply_constraints(job, n, at);
  size_t i_flags = job->scratch->wanted.i_flags;
  if (i_flags < job->block->n_computed)
    msw_row_flags_write(&job->scratch->flags, n, (msw_flags *)(void *)cell_at(job, i_flags, at->offset));
  count_flags(job, n);
}

static bool is_whole(size_t n) { return n % MSW_LANES == 0; }

static bool streams_at(const msw_tile_job *job, size_t n, size_t offset) {
  return job->streams && is_whole(n) && is_whole(offset);
}

static const msw_cell_kernels *cells_at(const msw_tile_job *job, size_t n, size_t offset) {
  return streams_at(job, n, offset) ? job->scratch->kernels->streamed : job->scratch->kernels->cells;
}

void msw_tile_put_row(msw_tile_job *job, msw_row *row, const msw_tile_at *at) {
  size_t offset = at->offset;
  row->cells = cells_at(job, row->n, offset);
  for (size_t i_field = 0; i_field < job->block->n_computed; i_field++) {
    const msw_field *field = job->block->fields[i_field];
    char *to = cell_at(job, i_field, offset);
    if (!field->fill) continue;   /* flags come last */
    if (is_whole(row->n)) {
      field->fill(row, to);
      continue;
    }
    field->fill(row, &job->scratch->field);
    memcpy(to, &job->scratch->field, row->n * job->scratch->wanted.cell_bytes[i_field]);
  }
  put_flags(job, row->n, at);
}

void msw_tile_put_step_aside(msw_tile_job *job, size_t n, const msw_tile_at *at) {
  const float *step_us = job->scratch->field.numbers;
  float *to = (float *)job->out[0] + at->offset;
  if (streams_at(job, n, at->offset)) job->scratch->kernels->stream(step_us, n, to);
  else memcpy(to, step_us, n * sizeof *to);
  put_flags(job, n, at);
}

/* ---- Series of rows of step_us ---- */

void msw_tile_steps(msw_tile_job *job, msw_steps_kind kind, size_t n, const double *x, const double *kv) {
  msw_step_series *steps = &job->scratch->steps;
  steps->kind = kind;
  steps->n_rows = 0;
  steps->n = n;
  steps->x = x;
  steps->kv = kv;
  steps->streams = job->streams;
}

void msw_tile_steps_end(msw_tile_job *job) {
  msw_step_series *steps = &job->scratch->steps;
  const msw_kernels *kernels = job->scratch->kernels;
  const msw_cell_kernels *cells = steps->streams ? kernels->streamed : kernels->cells;
  switch (steps->kind) {
    case MSW_STEPS_DECODE: cells->decode_steps(steps->rows.decode, steps->n_rows, steps->x, steps->kv, steps->n); break;
    case MSW_STEPS_PHASE: cells->phase_steps(steps->rows.phase, steps->n_rows, steps->n); break;
    case MSW_STEPS_LONGER: cells->longer_steps(steps->rows.longer, steps->n_rows, steps->n); break;
    case MSW_STEPS_WEIGHTED: cells->weighted_steps(steps->rows.weighted, steps->n_rows, steps->n); break;
    case MSW_STEPS_CONTEXT: cells->context_steps(steps->rows.context, steps->n_rows, steps->n); break;
  }
  steps->n_rows = 0;
  steps->streams = job->streams;
}

/* The chunk itself where nothing beyond the row is touched, else memory aside. */
float *msw_tile_step_place(msw_tile_job *job, const msw_tile_at *at) {
  return is_whole(job->scratch->steps.n) ? (float *)job->out[0] + at->offset : job->scratch->field.numbers;
}

void msw_tile_put_step(msw_tile_job *job, const msw_tile_at *at) {
  msw_step_series *steps = &job->scratch->steps;
  const size_t n = steps->n;
  steps->n_rows++;
  steps->streams = steps->streams && streams_at(job, n, at->offset);
  const bool aside = !is_whole(n);   /* where there is room for one; constraints look at the numbers, rules take some away */
  if (aside || job->has_rules || job->has_constraints || steps->n_rows == MSW_STEPS_AT_ONCE) msw_tile_steps_end(job);
  if (aside) msw_tile_put_step_aside(job, n, at);
  else put_flags(job, n, at);
}

void msw_tile_put_void(msw_tile_job *job, size_t n, const msw_tile_at *at) { put_flags(job, n, at); }
