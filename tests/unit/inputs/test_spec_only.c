/* "--only AXIS=GLOB[,GLOB…]" */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { MAX_ONLY = 3 };

static bool load_only(spec_world *world, const char *text, const char *const only[MAX_ONLY]) {
  const char *items[MAX_ONLY];
  size_t n_only = 0;
  for (size_t i = 0; i < MAX_ONLY && only[i]; i++) items[n_only++] = only[i];
  return load_with(world, text, (msw_spec_edits){.only = items, .n_only = n_only});
}

static const char *axes_of(spec_world *world) {
  const char *text = in_notation(world->fixture, world->spec.expanded);
  return strstr(text, "'axes':");
}

#define TEXT SWEEP "'axes': {'gpu': ['mini', 'toy_sxm'], 'model': ['llama-7b', 'llama-13b', 'plain-1b'], 'tp': " \
  "'1:16:*2'," \
                   " 'dtype': ['bf16', 'fp8'], 'method': ['v1', {'base': 'v2', 'k': 1, 'name': 'v2-x'}], 'batch': " \
                   "'1:8'," \
                   " 'kv_len': [4096, 128, 1024]}}"

static void keeps_what_matches(void **state) {
  static const struct { const char *only[MAX_ONLY], *shows; } CASES[] = {
    {{"tp=2"}, "'tp':[2]"},
    {{"tp=4,2,8"}, "'tp':[2,4,8]"},
    {{"tp=1:8:*2"}, "'tp':[1,2,4,8]"},
    {{"tp=3:5"}, "'tp':[4]"},
    {{"tp=1:8", "tp=3:1000"}, "'tp':[4,8]"},
    {{"kv_len=1Ki:1G"}, "'kv_len':[4096,1024]"},
    {{"kv=4Ki,128"}, "'kv_len':[4096,128]"},
    {{"model=LLAMA*"}, "'model':['llama-7b','llama-13b']"},
    {{"model=*-1b,llama-7b"}, "'model':['llama-7b','plain-1b']"},
    {{"hw=TOY"}, "'gpu':['toy_sxm']"},
    {{"dtype=float8"}, "'dtype':['fp8']"},
    {{"method=v2*"}, "'method':[{'base':'v2','name':'v2-x','k':1}]"},
    {{"method=V1", "tp=1", "gpu=m*"}, "'axes':{'gpu':['mini'],'model':['llama-7b','llama-13b','plain-1b'],'tp':[1]"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    assert_true(load_only(&world, TEXT, CASES[i_case].only));
    assert_int_equal(world.fixture->diag.n, 0);
    if (!strstr(axes_of(&world), CASES[i_case].shows)) fail_msg("%s", axes_of(&world));
    const msw_spec_block *block = world.spec.blocks;
    for (size_t i = 0; i < block->axes[MSW_AXIS_MODEL].n; i++)
      assert_string_equal(block->models[i]->name, block->axes[MSW_AXIS_MODEL].labels[i]);
    for (size_t i = 0; i < block->axes[MSW_AXIS_GPU].n; i++)
      assert_string_equal(block->gpus[i]->name, block->axes[MSW_AXIS_GPU].labels[i]);
  }
  forget_spec(&world);
}

/* Nothing matches a whole row but by one member; the others go along. */
static void rows_of_zips(void **state) {
  static const char *const ONLY[MAX_ONLY] = {"batch=2,3", "kv_len=300:700"};
  spec_world world;
  make_world(&world, state);
  assert_true(load_only(&world, SWEEP "'axes': {" WHERE "}, 'zip': {'z': {'batch': [1, 2, 3, 2], 'kv_len': [600, "
   "500, 400, 800]}}}",
                        ONLY));
  assert_non_null(strstr(axes_of(&world), "'zip':{'z':{'batch':[2,3],'kv_len':[500,400]}}"));
  const msw_spec_block *block = world.spec.blocks;
  assert_int_equal(block->zips[0].n, 2);
  assert_int_equal(block->axes[MSW_AXIS_KV_LEN].zip, 0);
  forget_spec(&world);
}

/* Before "when" and rules. */
static void conditional_axes_and_rules(void **state) {
#define CONDITIONAL SWEEP "'axes': {" WHERE ", 'batch': {'when': 'kv_len > 1', 'values': [2, 4, 8], 'else': [1, 4]}," \
                          " 'kv_len': [1, 2]}, 'exclude': ['batch > 2']}"
  static const char *const ONLY[MAX_ONLY] = {"batch=1,8"};
  spec_world world;
  make_world(&world, state);
  assert_true(load_only(&world, CONDITIONAL, ONLY));
  assert_non_null(strstr(axes_of(&world), "'batch':{'when':'kv_len > 1','values':[8],'else':[1]}"));
  const msw_spec_block *block = world.spec.blocks;
  assert_string_equal(held_cells(&world, block, &block->rules[0]), "0110");
  assert_string_equal(held_cells(&world, block, &block->rules[1]), "0011");
  static const char *const NONE_ELSE[MAX_ONLY] = {"batch=2"};
  assert_true(load_only(&world, CONDITIONAL, NONE_ELSE));
  assert_non_null(strstr(axes_of(&world), "'batch':{'when':'kv_len > 1','values':[2],'else':[]}"));
  canonical(&world, in_notation(*state, world.spec.expanded));
  forget_spec(&world);
}

/* Long axes are not as written any more. */
static void long_axes(void **state) {
  static const char *const ONLY[MAX_ONLY] = {"kv_len=1:9998"};
  spec_world world;
  make_world(&world, state);
  assert_true(load_only(&world, SWEEP "'axes': {" WHERE ", 'batch': 1, 'kv_len': '1:9999'}}", ONLY));
  assert_non_null(strstr(axes_of(&world), ",9997,9998]"));
  forget_spec(&world);
}

static void in_blocks(void **state) {
#define BLOCKS SWEEP "'axes': {" WHERE ", 'batch': [1, 2]}, 'blocks': [{'name': 'd', 'axes': {'kv_len': [1, 2]}}," \
                     " {'name': 'p', 'axes': {'seq_len': [1, 2]}}]}"
  static const char *const ONLY[MAX_ONLY] = {"batch=2", "seq_len=1"};
  spec_world world;
  make_world(&world, state);
  assert_true(load_only(&world, BLOCKS, ONLY));
  assert_int_equal(world.spec.blocks[0].axes[MSW_AXIS_KV_LEN].n, 2);
  assert_int_equal(world.spec.blocks[1].axes[MSW_AXIS_SEQ_LEN].n, 1);
  assert_int_equal(world.spec.blocks[0].axes[MSW_AXIS_BATCH].n, 1);
  forget_spec(&world);
}

static void messages(void **state) {
  static const struct { const char *text, *only[MAX_ONLY], *says; bool is_good; } CASES[] = {
    {TEXT, {"tp"}, "--only tp: error: expected AXIS=VALUE (e.g. tp=1,2 or model=llama*)\n", false},
    {TEXT, {"bacth=1"}, "--only bacth: error: there is no axis 'bacth' (did you mean `batch`?)\n", false},
    {TEXT, {"tp="}, "--only tp: error: an empty value (write AXIS=VALUE,VALUE)\n", false},
    {TEXT, {"tp=1,,2"}, "--only tp: error: an empty value (write AXIS=VALUE,VALUE)\n", false},
    {TEXT, {"tp=x"}, "--only tp: error: 'x' is neither a number nor a range (write 4, '4Ki', '1:8', '16:128:16',"
                     " '1:512:*2' or [1, 2, 4])\n", false},
    {TEXT, {"tp=9:2"}, "--only tp: error: 9:2: empty, its start lies above its stop\n", false},
    {TEXT, {"tp=3"}, "--only tp: error: leaves nothing of the axis 'tp', which has 1, 2, 4, 8, 16\n", false},
    {TEXT, {"bs=9"}, "--only bs: error: leaves nothing of the axis 'batch', which has 1, 2, 3, 4, 5 and 3 more\n",
     false},
    {TEXT, {"model=qwen*"}, "--only model: error: leaves nothing of the axis 'model', which has llama-7b, llama-13b, "
     "plain-1b\n",
     false},
    {TEXT, {"ep=2"}, "--only ep: error: leaves nothing of the axis 'ep', which has 1\n", false},
    {TEXT, {"seq_len=2"}, "--only seq_len: error: no block has the axis 'seq_len'\n", false},
    {TEXT, {"tp=1,32"}, "--only tp: warning: the axis 'tp' has no value 32\n", true},
    {TEXT, {"model=plain*,qwen*"}, "--only model: warning: the axis 'model' has no value qwen*\n", true},
    {BLOCKS, {"seq_len=5"}, "--only seq_len: error: blocks[1]: leaves nothing of the axis 'seq_len', which has 1, "
     "2\n", false},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    assert_int_equal(load_only(&world, CASES[i_case].text, CASES[i_case].only), CASES[i_case].is_good);
    assert_string_equal(answer(world.fixture), CASES[i_case].says);
  }
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(keeps_what_matches, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(rows_of_zips, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(conditional_axes_and_rules, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(long_axes, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(in_blocks, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(messages, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
