/* "include": points beside the grid. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define AXES "'axes': {'gpu': ['mini', 'toy_sxm'], 'model': 'llama-7b', 'tp': [1, 2], 'batch': [1, 2], 'kv_len': " \
  "[128, 256]," \
             " 'method': ['a', {'base': 'b', 'knob': 1, 'name': 'x'}]}"

static void values_come_from_the_point_or_the_axis(void **state) {
  spec_world world;
  make_world(&world, state);
  const char *text = SWEEP AXES ", 'defs': {'p': [{'gpu': 'mini', 'tp': 1, 'batch': 1, 'kv_len': 1, 'method': "
   "'X'}]}, 'include': ["
                     "{'hw': 'TOY', 'tp': 8, 'bs': '4Ki', 'kv': 131072, 'method': 'a', 'model': 'MOE-8x1b', 'dtype': "
                     "'bfloat16'},"
                     "'$p', {'gpu': 'mini', 'tp': 4, 'batch': 3, 'kv_len': 7, 'method': {'base': 'c', 'knob': 2}}]}";
  const msw_spec_block *block = must_load(&world, text);
  assert_int_equal(world.fixture->diag.n, 0);
  assert_int_equal(block->n_points, 3);
  const msw_spec_point *point = block->points;
  assert_string_equal(point[0].gpu->name, "toy_sxm");
  assert_string_equal(point[0].model->name, "moe-8x1b");
  assert_string_equal(point[0].dtype, "bf16");
  assert_ptr_equal(point[0].method, &block->methods[0]);
  assert_same(point[0].values[MSW_AXIS_TP], 8);
  assert_same(point[0].values[MSW_AXIS_EP], 1);
  assert_same(point[0].values[MSW_AXIS_BATCH], 4096);
  assert_same(point[0].values[MSW_AXIS_KV_LEN], 131072);
  assert_string_equal(point[0].where.path, "include[0]");
  assert_string_equal(point[1].model->name, "llama-7b");
  assert_string_equal(point[1].dtype, "config");
  assert_ptr_equal(point[1].method, &block->methods[1]);
  assert_string_equal(point[2].method->label, "c+knob=2");
  const char *once = canonical(&world, text);
  assert_non_null(strstr(once,
      "'include':[{'gpu':'toy_sxm','model':'moe-8x1b','tp':8,'ep':1,'dtype':'bf16','method':'a','batch':4096,'kv_len':131072},"
      "{'gpu':'mini','model':'llama-7b','tp':1,'ep':1,'dtype':'config','method':{'base':'b','name':'x','knob':1},'batch':1,"
      "'kv_len':1},{'gpu':'mini','model':'llama-7b','tp':4,'ep':1,'dtype':'config','method':{'base':'c','name':'c+knob=2',"
      "'knob':2},'batch':3,'kv_len':7}]"));
  /* what --only takes from the grid, it does not take from points; the files of their models are inputs */
  const char *only[] = {"method=a", "gpu=mini"};
  assert_true(load_with(&world, text, (msw_spec_edits){.only = only, .n_only = COUNT(only)}));
  assert_string_equal(world.spec.blocks[0].points[1].method->label, "x");
  assert_string_equal(world.spec.blocks[0].points[0].gpu->name, "toy_sxm");
  bool has_moe = false, has_toy = false;
  for (size_t i_input = 0; i_input < world.spec.n_inputs; i_input++) {
    has_moe = has_moe || strstr(world.spec.input_files[i_input], "moe-8x1b");
    has_toy = has_toy || strstr(world.spec.input_files[i_input], "toy_sxm");
  }
  assert_true(has_moe && has_toy);
  forget_spec(&world);
}

static void in_blocks(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *blocks = must_load(&world,
    SWEEP "'axes': {" WHERE ", 'batch': [1, 2]}, 'blocks': [{'name': 'd', 'axes': {'kv_len': 1}, 'include': [{'bs': "
     "5}]},"
          " {'name': 'm', 'zip': {'z': {'kv_len': [1, 2], 'seq_len': [3, 4]}},"
          "  'include': [{'batch': 9, 'kv_len': 8, 'seq_len': 7}]}]}");
  assert_same(blocks[0].points[0].values[MSW_AXIS_BATCH], 5);
  assert_same(blocks[0].points[0].values[MSW_AXIS_KV_LEN], 1);
  assert_same(blocks[1].points[0].values[MSW_AXIS_SEQ_LEN], 7);
  assert_same(blocks[1].points[0].values[MSW_AXIS_PREFILL_BATCH], 1);
  assert_same(blocks[1].points[0].values[MSW_AXIS_CACHED_LEN], 0);
  forget_spec(&world);
}

static void errors(void **state) {
#define POINTS(LIST) SWEEP AXES ", 'include': " LIST "}"
#define POINT(MORE) POINTS("[{'gpu': 'mini', 'tp': 1, 'method': 'a', 'kv_len': 9" MORE "}]")
  static const bad_sweep CASES[] = {
    {POINTS("{}"), "{}", "include: expected a list of points, each an object of axes"},
    {POINTS("[5]"), "5]", "include[0]: expected an object, found a number"},
    {POINT(""), "{'gpu': 'mini'", "include[0]: the point has no value for batch (axes of one value need none)"},
    {POINTS("[{}]"),
     "{}", "include[0]: the point has no value for gpu, tp, method, batch, kv_len (axes of one value need none)"},
    {POINT(", 'batch': [1, 2]"), "[1, 2]}]", "include[0].batch: 2 values where a point has one"},
    {POINT(", 'batch': 0"), "0}", "include[0].batch: 0 is below 1, the least allowed"},
    {POINT(", 'batch': 1, 'seq_len': 5"),
     "5}", "include[0].seq_len: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {POINT(", 'batch': 1, 'btch': 5"), "'btch'", "include[0]: unknown key 'btch' (did you mean `batch`?)"},
    {POINT(", 'batch': 1, 'model': 'llama*'"), "'llama*'", "include[0].model: 2 values where a point has one"},
    {POINT(", 'batch': 1, 'model': 'llama-8b'"),
     "'llama-8b'", "include[0].model: unknown model 'llama-8b' (did you mean `llama-7b`?)"},
    {POINT(", 'batch': 1, 'model': 'plain-1b'"), "{'gpu': 'mini'",
     "include[0]: the config of plain-1b names no torch_dtype, and dtype is 'config' (give the point a 'dtype')"},
    {POINT(", 'batch': {'when': 'tp > 1', 'values': 1}"),
     "{'when'", "include[0].batch: 'when' goes with an axis under 'axes' only"},
    {SWEEP AXES ", 'include': [{}], 'blocks': [{'name': 'a'}, {'name': 'b'}]}",
     "[{}]", "include: a sweep with blocks has its points in the blocks"},
  };
  spec_world world;
  make_world(&world, state);
  check_only_errors(&world, CASES, COUNT(CASES));
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(values_come_from_the_point_or_the_axis, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(in_blocks, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(errors, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
