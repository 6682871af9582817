/* The table of a block's points. */
#include "msw/grid/points.h"

#include "msw/grid/reference.h"

static const msw_kernel_set *find_set(const msw_run_tables *tables, const msw_gpu *gpu) {
  for (size_t i_set = 0; i_set < tables->n_sets; i_set++)
    if (tables->sets[i_set]->gpu == gpu) return tables->sets[i_set];
  return NULL;
}

static void eval_point(const msw_plan_block *block, const msw_plan_point *point, const msw_run_tables *tables,
                       msw_diag *diag, msw_breakdown *out) {
  const msw_spec_point *spec = point->spec;
  msw_arena scratch = {0};
  msw_case bound;
  msw_cell_step cell;
  msw_case_key key = {.gpu = spec->gpu, .model = spec->model, .tp = spec->values[MSW_AXIS_TP],
                      .family = point->method.preset->family, .knobs = &point->knobs,
                      .method_flags = point->method_flags, .tables = find_set(tables, spec->gpu)};
  msw_dtype_parse(spec->dtype, &key.dtype);   /* "config" leaves MSW_DTYPE_NONE */
  msw_case_bind(&key, &scratch, &bound);
  msw_cell_step_set(&cell, block->spec->phase, spec->values);
  msw_step_eval(&bound, &cell.step, NULL, out);
  if (bound.flags & MSW_FLAGS_VOID)
    msw_warn(diag, spec->where.loc, spec->where.path, NULL, "the point has no numbers: %s", bound.why_void);
  msw_arena_free(&scratch);
}

/* ---- Columns ---- */

static const char *text_of(const msw_spec_point *point, msw_axis_id axis) {
  switch ((int)axis) {
    case MSW_AXIS_GPU: return point->gpu->name;
    case MSW_AXIS_MODEL: return point->model->name;
    case MSW_AXIS_METHOD: return point->method->label;
    default: return point->dtype;
  }
}

static msw_point_column axis_column(const msw_spec_block *spec, msw_axis_id axis, msw_arena *arena) {
  msw_point_column column = {msw_axis_name(axis), msw_axis_unit(axis), msw_axis_long_name(axis), NULL, NULL, NULL, NULL};
  const char **texts = msw_arena_array(arena, spec->n_points, sizeof *texts);
  double *numbers = msw_arena_array(arena, spec->n_points, sizeof *numbers);
  for (size_t i_point = 0; i_point < spec->n_points; i_point++) {
    if (msw_axis_is_text(axis)) texts[i_point] = text_of(&spec->points[i_point], axis);
    else numbers[i_point] = spec->points[i_point].values[axis];
  }
  if (msw_axis_is_text(axis)) column.texts = texts;
  else column.numbers = numbers;
  return column;
}

static msw_point_column field_column(const msw_field *field, const msw_breakdown *points, size_t n, msw_arena *arena) {
  const size_t cell_bytes = msw_field_size(field->type);
  char *cells = msw_arena_array(arena, n, cell_bytes);
  for (size_t i_point = 0; i_point < n; i_point++) msw_field_store(field, &points[i_point], cells + i_point * cell_bytes);
  return (msw_point_column){field->name, field->unit, field->long_name, NULL, NULL, field, cells};
}

static msw_point_table eval_block(const msw_plan_block *block, const msw_run_tables *tables, msw_arena *arena,
                                  msw_diag *diag) {
  const msw_spec_block *spec = block->spec;
  size_t n_fields;
  const msw_field *fields = msw_fields(&n_fields);
  msw_point_table table = {.n_points = spec->n_points};
  if (spec->n_points == 0) return table;
  msw_breakdown *points = msw_arena_array(arena, spec->n_points, sizeof *points);
  msw_point_column *columns = msw_arena_array(arena, MSW_N_AXES + n_fields, sizeof *columns);
  for (size_t i_point = 0; i_point < spec->n_points; i_point++)
    eval_point(block, &block->points[i_point], tables, diag, &points[i_point]);
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++)
    if (msw_phase_has_axis(spec->phase, axis)) columns[table.n_columns++] = axis_column(spec, axis, arena);
  for (size_t i_field = 0; i_field < n_fields; i_field++)
    columns[table.n_columns++] = field_column(&fields[i_field], points, spec->n_points, arena);
  table.columns = columns;
  return table;
}

const msw_point_table *msw_points_eval(const msw_plan *plan, const msw_run_tables *tables, msw_arena *arena,
                                       msw_diag *diag) {
  msw_point_table *of_block = msw_arena_array(arena, plan->n_blocks, sizeof *of_block);
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++)
    of_block[i_block] = eval_block(&plan->blocks[i_block], tables, arena, diag);
  return of_block;
}
