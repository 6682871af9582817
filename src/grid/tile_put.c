/* Rows on their way into the chunk: numbers, then what rules take away, then flags. */
#include "tile.h"

#include <string.h>

#include "msw/grid/rule.h"

bool msw_tile_wants_step_only(const msw_plan_block *block) {
  return block->n_fields == 1 && strcmp(block->fields[0]->name, "step_us") == 0;
}

msw_axis_id msw_row_axis(const msw_plan_block *block) {
  return block->spec->phase == MSW_DECODE ? MSW_AXIS_KV_LEN : MSW_AXIS_SEQ_LEN;
}

static char *cell_at(const msw_tile_job *job, size_t i_field, size_t offset) {
  return (char *)job->out[i_field] + offset * msw_field_size(job->block->fields[i_field]->type);
}

static void find_excluded(msw_tile_job *job, const msw_tile_at *at, size_t n) {
  size_t position[MSW_N_AXES], first = 0;
  msw_axis_id row_axis = msw_row_axis(job->block);
  memcpy(position, job->bound->position, sizeof position);
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) {
    int dim = job->block->dim_of_axis[axis];
    if (dim >= 0 && !job->block->dims[dim].outer) position[axis] = (size_t)job->tile->start[dim] + at->at[axis];
  }
  bool zipped_row = job->block->dims[job->block->dim_of_axis[row_axis]].outer;
  if (!zipped_row) first = position[row_axis];
  memset(job->scratch->mask, 0, n);
  for (size_t i_rule = 0; i_rule < job->bound->n_rules; i_rule++)
    msw_rule_row(job->block->spec, job->bound->rules[i_rule], position, zipped_row ? MSW_N_AXES : row_axis, first, n,
                 job->scratch->rule_scratch, job->scratch->mask);
}

/* Takes the numbers of excluded cells away. */
static void exclude_cells(msw_tile_job *job, size_t offset, size_t n) {
  const uint8_t *mask = job->scratch->mask;
  for (size_t first = 0, end; first < n; first = end) {
    for (end = first + 1; end < n && mask[end] == mask[first];) end++;
    if (!mask[first]) continue;
    msw_row_flags_set(&job->scratch->flags, MSW_FLAG_EXCLUDED, first, end - first, n);
    for (size_t i_field = 0; i_field < job->block->n_fields; i_field++)
      msw_field_fill_void(job->block->fields[i_field], MSW_FLAG_EXCLUDED, end - first, cell_at(job, i_field, offset + first));
  }
}

static void put_flags(msw_tile_job *job, size_t n, const msw_tile_at *at) {
  size_t offset = at->offset;
  if (job->bound->n_rules > 0) {
    find_excluded(job, at, n);
    exclude_cells(job, offset, n);
  }
  for (size_t i_field = 0; i_field < job->block->n_fields; i_field++)
    if (job->block->fields[i_field]->type == MSW_FIELD_U32)
      msw_row_flags_write(&job->scratch->flags, n, (msw_flags *)(void *)cell_at(job, i_field, offset));
  msw_row_flags_count(&job->scratch->flags, n, job->flag_counts, job->n_evaluated);
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
  else memcpy(to, from, n * msw_field_size(job->block->fields[i_field]->type));
}

void msw_tile_put_row(msw_tile_job *job, const msw_row *row, const msw_tile_at *at) {
  size_t offset = at->offset;
  for (size_t i_field = 0; i_field < job->block->n_fields; i_field++) {
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
