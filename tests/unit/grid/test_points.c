/* Points beside the grid: planned methods, tables of values, warnings; and the reference numbers they are made of. */
#include "msw/grid/points.h"

#include "grid_fixture.h"
#include "msw/grid/reference.h"

enum { N_POINTS = 3 };

/* The GPU and model of the sweep, its axis's first method, at these values. */
static msw_spec_point point_at(const grid_fixture *f, double tp, double batch, double kv_len) {
  msw_spec_point point = {.gpu = &f->world->gpu, .model = &f->world->model, .method = &f->sweep.block.methods[0],
                          .dtype = "config", .where = {{"points.json", 9, 5}, "include[0]"}};
  point.values[MSW_AXIS_TP] = tp;
  point.values[MSW_AXIS_EP] = 1;
  point.values[MSW_AXIS_BATCH] = batch;
  point.values[MSW_AXIS_KV_LEN] = kv_len;
  return point;
}

static msw_run_tables tables_of(const grid_fixture *f) {
  return (msw_run_tables){.sets = f->tables, .n_sets = 1};
}

static const msw_point_column *column(const msw_point_table *table, const char *name) {
  for (size_t i_column = 0; i_column < table->n_columns; i_column++)
    if (strcmp(table->columns[i_column].name, name) == 0) return &table->columns[i_column];
  fail_msg("no column %s", name);
  return NULL;
}

static double number(const msw_point_table *table, const char *name, size_t i_point) {
  return (double)((const float *)column(table, name)->cells)[i_point];
}

static uint32_t flags(const msw_point_table *table, size_t i_point) {
  return ((const uint32_t *)column(table, "flags")->cells)[i_point];
}

/* A point that lies on the grid has the numbers of its cell, whatever rules say of that. */
static void a_point_is_a_cell_without_rules(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_DECODE, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 3);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 8, 16);
  NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 512, 700);
  const msw_spec_point points[] = {point_at(f, 1, 8, 700), point_at(f, 3, 8, 700), point_at(f, 1, 3, 9999)};
  msw_plan plan = made_plan(&f->sweep);
  dense *cells = dense_eval(&plan.blocks[0], f->tables);
  double want[MSW_MAX_FIELDS];
  size_t n_fields;
  const msw_field *fields = msw_fields(&n_fields);
  for (size_t i_field = 0; i_field < n_fields; i_field++)   /* at tp 1, batch 8, kv_len 700 */
    want[i_field] = fields[i_field].type == MSW_FIELD_F32 ? (double)*(const float *)dense_at(cells, i_field, 1) : 0.0;
  dense_free(cells);
  made_sweep_free(&f->sweep);

  begin_sweep(f, MSW_DECODE, "v2-interp");
  made_exclude(&f->sweep, "batch > 0");
  f->sweep.block.points = points;
  f->sweep.block.n_points = N_POINTS;
  msw_spec_point *moved = msw_arena_array(&f->sweep.arena, N_POINTS, sizeof *moved);
  for (size_t i_point = 0; i_point < N_POINTS; i_point++) {
    moved[i_point] = points[i_point];
    moved[i_point].method = &f->sweep.block.methods[0];
  }
  f->sweep.block.points = moved;
  plan = made_plan(&f->sweep);
  const msw_run_tables tables = tables_of(f);
  const msw_point_table *table = msw_points_eval(&plan, &tables, &f->sweep.arena, &f->sweep.diag);
  assert_int_equal(table->n_points, N_POINTS);
  assert_int_equal(plan.n_cells, 1);   /* points count as nothing */

  assert_int_equal(table->n_columns, 8 + n_fields);   /* gpu model tp ep dtype method batch kv_len */
  for (size_t i_field = 0; i_field < n_fields; i_field++) {
    if (fields[i_field].type != MSW_FIELD_F32) continue;
    assert_close(number(table, fields[i_field].name, 0), want[i_field], 1e-6, 0.0);
    assert_true(isnan(number(table, fields[i_field].name, 1)));
  }
  assert_int_equal(flags(table, 1), MSW_FLAG_VOID_TP);
  assert_int_equal(((const uint8_t *)column(table, "bound")->cells)[1], MSW_BOUND_NONE);
  assert_true(number(table, "step_us", 2) > 0.0);
  assert_string_equal(column(table, "gpu")->texts[2], "made");
  assert_string_equal(column(table, "method")->texts[0], "v2-interp");
  assert_string_equal(column(table, "dtype")->texts[0], "config");
  assert_same(column(table, "kv_len")->numbers[2], 9999);
  assert_string_equal(column(table, "kv_len")->unit, "tokens");
  assert_int_equal(f->sweep.diag.n, 1);
  assert_says(&f->sweep.diag, "the point has no numbers: tp 3 does not divide");
  assert_int_equal(f->sweep.diag.items[0].loc.line, 9);
  made_sweep_free(&f->sweep);
}

/* What no axis has: another GPU, which has no tables, and a method with a knob of its own. */
static void off_the_axes(void **state) {
  grid_fixture *f = *state;
  static const msw_method_setting setting = {.knob = "bw_efficiency", .kind = MSW_SETTING_NUMBER, .text = "1", .number = 1};
  static const msw_method_spec slow = {.label = "half", .base = "v2-interp", .settings = &setting, .n_settings = 1};
  begin_sweep(f, MSW_DECODE, "v2-interp");
  msw_spec_point points[] = {point_at(f, 1, 1, 5), point_at(f, 1, 1, 5)};
  points[0].gpu = &f->second_gpu;
  points[1].method = &slow;
  f->sweep.block.points = points;
  f->sweep.block.n_points = 2;
  msw_plan plan = made_plan(&f->sweep);
  const msw_run_tables tables = tables_of(f);
  const msw_point_table *table = msw_points_eval(&plan, &tables, &f->sweep.arena, &f->sweep.diag);
  assert_true(flags(table, 0) & MSW_FLAG_VOID_PEAK);
  assert_same(plan.blocks[0].points[1].knobs.bw_efficiency, 1.0);
  assert_same(plan.blocks[0].points[0].knobs.bw_efficiency, 0.5);
  assert_true(number(table, "memory_us", 1) > 0.0);
  made_sweep_free(&f->sweep);
}

/* Mistakes are told where the point says them; those of the axis's methods once, with the axis. */
static void unknown_methods(void **state) {
  grid_fixture *f = *state;
  static const msw_method_spec wrong = {.label = "x", .base = "v2-flor", .where = {{"points.json", 7, 3}, "include[1].method"}};
  begin_sweep(f, MSW_DECODE, "v2-inter");   /* the axis's own is wrong too */
  msw_spec_point points[] = {point_at(f, 1, 1, 5), point_at(f, 1, 1, 5)};
  points[1].method = &wrong;
  f->sweep.block.points = points;
  f->sweep.block.n_points = 2;
  f->sweep.spec.blocks = &f->sweep.block;
  f->sweep.spec.n_blocks = 1;
  msw_plan plan;
  msw_diag diag = {0};
  assert_int_equal(msw_plan_build(&f->sweep.spec, &f->sweep.arena, &diag, &plan), MSW_BAD_INPUT);
  assert_int_equal(diag.n_errors, 2);
  assert_int_equal(diag.items[1].loc.line, 7);
  assert_string_equal(diag.items[1].path, "include[1].method");
  assert_says(&diag, "v2-floor");
  msw_diag_free(&diag);
  made_sweep_free(&f->sweep);
}

static void no_points(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_PREFILL, "v2-interp");
  msw_plan plan = made_plan(&f->sweep);
  const msw_run_tables tables = tables_of(f);
  const msw_point_table *table = msw_points_eval(&plan, &tables, &f->sweep.arena, &f->sweep.diag);
  assert_int_equal(table[0].n_points, 0);
  assert_int_equal(table[0].n_columns, 0);
  made_sweep_free(&f->sweep);
}

/* ---- Reference ---- */

static void every_field_has_a_reference(void **state) {
  (void)state;
  size_t n_fields;
  const msw_field *all = msw_fields(&n_fields);
  const msw_breakdown nothing = {0};
  for (size_t i_field = 0; i_field < n_fields; i_field++)
    if (isnan(msw_field_number(&all[i_field], &nothing))) fail_msg("%s has none", all[i_field].name);
}

static void steps_of_phases(void **state) {
  (void)state;
  const double values[MSW_N_AXES] = {[MSW_AXIS_BATCH] = 4, [MSW_AXIS_KV_LEN] = 100, [MSW_AXIS_PREFILL_BATCH] = 2,
                                     [MSW_AXIS_CACHED_LEN] = 30, [MSW_AXIS_SEQ_LEN] = 50};
  msw_cell_step cell;
  msw_cell_step_set(&cell, MSW_DECODE, values);
  assert_int_equal(cell.step.n_decode, 1);
  assert_int_equal(cell.step.n_prefill, 0);
  assert_same(cell.step.decode->count, 4);
  assert_same(cell.step.decode->kv_len, 100);
  msw_cell_step_set(&cell, MSW_PREFILL, values);
  assert_int_equal(cell.step.n_decode, 0);
  assert_same(cell.step.prefill->count, 4);
  assert_same(cell.step.prefill->cached_len, 30);
  assert_same(cell.step.prefill->new_len, 50);
  msw_cell_step_set(&cell, MSW_MIXED, values);
  assert_same(cell.step.prefill->count, 2);
  assert_same(cell.step.decode->count, 4);
}

static void close_calls(void **state) {
  (void)state;
  msw_breakdown b = {.decode = {.gemm_us = 3, .attn_us = 1, .memory_us = 4, .time_us = 4}, .hardware_us = 4, .overhead_us = 1};
  assert_true(msw_bound_is_close_call(&b));
  b.decode.memory_us = 4.1;
  assert_false(msw_bound_is_close_call(&b));
  b.overhead_us = 4.0 + 1e-14;
  assert_true(msw_bound_is_close_call(&b));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      GRID_TEST(a_point_is_a_cell_without_rules), GRID_TEST(off_the_axes), GRID_TEST(unknown_methods), GRID_TEST(no_points),
      cmocka_unit_test(every_field_has_a_reference), cmocka_unit_test(steps_of_phases), cmocka_unit_test(close_calls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
