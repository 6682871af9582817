/* From the options that commands on results share to an open result, and what is said of options that cannot be. */
#include "result_options.h"

#include "sample_result.h"

typedef struct { sample *s; msw_context ctx; const char *texts[4]; } opening;

/* A result of two blocks, and a context; no data root is found from here. */
static opening *setup(void **state) {
  sample *s = *state;
  opening *o = msw_arena_alloc(&s->arena, sizeof *o);
  o->s = s;
  setenv("MFUSWEEP_DATA", in_dir(s, "no data"), 1);
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "other");
  sample_write(s, in_dir(s, "out.h5"), (msw_writer_options){.n_threads = 1});
  return o;
}

static void teardown(opening *o, msw_result_view *view) {
  msw_result_view_close(view);
  msw_context_close(&o->ctx);
  unsetenv("MFUSWEEP_DATA");
}

static void a_view_has_what_was_asked_for(void **state) {
  opening *o = setup(state);
  msw_result_view view;
  o->texts[0] = "tp=2:";
  o->texts[1] = "kv_len=nearest:5000,128";
  const msw_result_order order = {.file = in_dir(o->s, "out.h5"), .block = "OTHER", .select = {o->texts, 2}, .n_threads = 3};
  assert_int_equal(msw_result_order_open(&order, &o->ctx, &view), MSW_OK);
  assert_no_errors(&o->ctx.diag);
  assert_int_equal(o->ctx.diag.n, 0);
  assert_string_equal(view.block->name, "other");
  assert_int_equal(msw_selection_cells(view.block, &view.selection), 2 * 2 * N_MODEL * N_METHOD * N_BATCH);
  assert_int_equal(view.n_threads, 3);
  assert_null(view.data);
  assert_int_equal(*view.stop, 0);
  teardown(o, &view);
}

static void all_bad_selections_are_named(void **state) {
  opening *o = setup(state);
  msw_result_view view;
  o->texts[0] = "tp=3";
  o->texts[1] = "kv_len=128";
  o->texts[2] = "kv=1";
  const msw_result_order order = {.file = in_dir(o->s, "out.h5"), .block = "decode", .select = {o->texts, 3}};
  assert_int_equal(msw_result_order_open(&order, &o->ctx, &view), MSW_BAD_INPUT);
  assert_int_equal(o->ctx.diag.n_errors, 2);
  assert_says(&o->ctx.diag, "tp has no 3");
  assert_says(&o->ctx.diag, "unknown axis 'kv'");
  assert_true(view.n_threads >= 1);
  teardown(o, &view);
}

static void files_and_blocks_and_data_are_looked_for(void **state) {
  opening *o = setup(state);
  msw_result_view view;
  msw_result_order order = {.file = in_dir(o->s, "out.h5")};
  assert_int_equal(msw_result_order_open_file(&order, &o->ctx, &view), MSW_OK);
  assert_int_equal(view.result.n_blocks, 2);
  msw_result_view_close(&view);
  assert_int_equal(msw_result_order_open(&order, &o->ctx, &view), MSW_BAD_INPUT);
  assert_says(&o->ctx.diag, "there are several blocks, and none is named");
  msw_result_view_close(&view);
  order.file = in_dir(o->s, "nothing.h5");
  assert_int_equal(msw_result_order_open(&order, &o->ctx, &view), MSW_BAD_INPUT);
  assert_says(&o->ctx.diag, "there is no such file");
  msw_result_view_close(&view);
  order.data_dir = o->s->dir;
  assert_int_equal(msw_result_order_open(&order, &o->ctx, &view), MSW_BAD_INPUT);
  assert_says(&o->ctx.diag, "--data-dir names no data root");
  teardown(o, &view);
}

static void the_form_follows_from_the_name(void **state) {
  opening *o = setup(state);
  msw_result_form form;
  const unsigned forms = MSW_FORM_CSV | MSW_FORM_H5;
  msw_result_order order = {.file = in_dir(o->s, "out.h5")};
  assert_true(msw_result_order_check_output(&order, forms, &o->ctx.diag, &form));
  assert_int_equal(form, MSW_FORM_NONE);
  order.output = in_dir(o->s, "x.csv");
  assert_true(msw_result_order_check_output(&order, forms, &o->ctx.diag, &form));
  assert_int_equal(form, MSW_FORM_CSV);
  order.output = in_dir(o->s, "below/x.h5");
  assert_true(msw_result_order_check_output(&order, forms, &o->ctx.diag, &form));
  assert_int_equal(form, MSW_FORM_H5);
  assert_no_errors(&o->ctx.diag);
  order.output = "x.png";
  assert_false(msw_result_order_check_output(&order, forms, &o->ctx.diag, &form));
  assert_int_equal(form, MSW_FORM_NONE);
  assert_says(&o->ctx.diag, "'x.png' does not end with a form that this command writes");
  assert_says(&o->ctx.diag, "one of .csv .h5");
  order.output = order.file;
  assert_false(msw_result_order_check_output(&order, forms, &o->ctx.diag, &form));
  assert_int_equal(form, MSW_FORM_NONE);
  order = (msw_result_order){.csv = true, .json = true};
  assert_false(msw_result_order_check_output(&order, forms, &o->ctx.diag, &form));
  assert_says(&o->ctx.diag, "--json and --csv exclude each other");
  teardown(o, &(msw_result_view){0});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_view_has_what_was_asked_for, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(all_bad_selections_are_named, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(files_and_blocks_and_data_are_looked_for, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(the_form_follows_from_the_name, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
