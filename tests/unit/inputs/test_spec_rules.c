/* "exclude": objects and expressions bound to blocks, and what they hold at. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void rules_hold_where_they_say(void **state) {
  /* 2 GPUs x 2 models (32, 40 heads) x 2 tp; one method; batch 1 4; kv_len 128 */
  static const struct { const char *rule, *held, *axes; } CASES[] = {
    {"{'gpu': 'mini'}", "1111111100000000", "gpu"},
    {"{'hw': 'TOY'}", "0000000011111111", "gpu"},
    {"{'gpu': 't?y'}", "0000000011111111", "gpu"},
    {"{'model': '*-13b', 'tp': [2, 4]}", "0000001100000011", "model tp"},
    {"{'model': ['llama-7b', 'llama-13B'], 'batch': '4:8:4'}", "0101010101010101", "model batch"},
    {"{'batch': 4, 'kv': 128}", "0101010101010101", "batch kv_len"},
    {"{'method': 'v2-*'}", "1111111111111111", "method"},
    {"{'dtype': 'config'}", "1111111111111111", "dtype"},
    {"'tp > 1'", "0011001100110011", "tp"},
    {"'model.num_heads == 40 && batch == 4'", "0000010100000101", "model batch"},
    {"'gpu.mem_gib > 100 ? tp == 2 : 0'", "0000000000110011", "gpu tp"},
    {"'hw == `mini` && model != `LLAMA-7B`'", "0000111100000000", "gpu model"},
    {"'bs * kv > 256 && method == `v2-floor`'", "0101010101010101", "method batch kv_len"},
    {"'gpu.tdp_w > 0'", "0000000000000000", "gpu"},   /* not known: NaN */
    {"'model.num_heads % tp != 0 || 0/0 * batch'", "0000000000000000", "model tp batch"},
    {"'dtype in [`config`, `fp8`]'", "1111111111111111", "dtype"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const msw_spec_block *block = must_load(&world, msw_format(&world.fixture->arena,
      SWEEP "'axes': {'gpu': '*', 'model': ['llama-7b', 'llama-13b'], 'tp': [1, 2], 'method': 'v2-floor',"
      " 'batch': [1, 4], 'kv_len': 128}, 'exclude': [%s]}", CASES[i_case].rule));
    assert_int_equal(block->n_rules, 1);
    const msw_spec_rule *rule = &block->rules[0];
    assert_string_equal(held_cells(&world, block, rule), CASES[i_case].held);
    const char *axes = "";
    for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++)
      axes = msw_format(&world.fixture->arena, "%s%s%s", axes, i_axis ? " " : "", msw_axis_name(rule->axes[i_axis]));
    assert_string_equal(axes, CASES[i_case].axes);
    assert_string_equal(rule->where.path, "exclude[0]");
  }
  forget_spec(&world);
}

/* Variables are shared by the rules of a block, under canonical names. */
static void variables(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block =
      must_load(&world, DECODE ", 'exclude': ['bs > tp', 'batch > hw.mem_gib', 'gpu.mem_gib < kv']}");
  static const char *const NAMES[] = {"batch", "tp", "gpu.mem_gib", "kv_len"};
  assert_int_equal(block->n_variables, COUNT(NAMES));
  for (size_t slot = 0; slot < COUNT(NAMES); slot++) assert_string_equal(block->variables[slot].name, NAMES[slot]);
  assert_same(block->variables[2].values[0], 80);
  assert_string_equal(block->rules[1].text, "batch > hw.mem_gib");
  forget_spec(&world);
}

static void blocks_pass_over_rules_of_other_phases(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *blocks = must_load(&world,
    SWEEP "'fixed': {" WHERE "}, 'axes': {'batch': [1, 2]}, 'exclude': ['kv_len > 1', {'seq_len': 1}, 'batch > 1'],"
    " 'blocks': [{'name': 'd', 'axes': {'kv_len': [1, 2]}, 'exclude': [{'kv_len': 2}]},"
    "              {'name': 'p', 'axes': {'seq_len': [1, 2]}, 'exclude': ['seq_len > 1']}]}");
  assert_int_equal(world.fixture->diag.n, 0);
  assert_int_equal(blocks[0].n_rules, 3);
  assert_string_equal(blocks[0].rules[0].text, "kv_len > 1");
  assert_string_equal(blocks[0].rules[1].text, "batch > 1");
  assert_string_equal(in_notation(*state, blocks[0].rules[2].text), "{'kv_len':2}");
  assert_int_equal(blocks[1].n_rules, 3);
  assert_string_equal(in_notation(*state, blocks[1].rules[0].text), "{'seq_len':1}");
  assert_string_equal(blocks[1].rules[2].text, "seq_len > 1");
  assert_string_equal(blocks[1].rules[2].where.path, "blocks[1].exclude[0]");
  forget_spec(&world);
}

/* What a rule asks for and no block has: warnings, since a shared file may serve many sweeps. */
static void warnings(void **state) {
  static const struct { const char *rules, *says; } CASES[] = {
    {"{'batch': [1, 3, 7]}", "warning: exclude[0].batch: the axis 'batch' has no value 3 and 1 more\n"},
    {"{'model': ['llama-7b', 'llama-8b']}", "exclude[0].model: the axis 'model' has no value llama-8b\n"},
    {"{'kv': '1:1000'}", "exclude[0].kv: the axis 'kv_len' has no value 1 and 996 more\n"},
    {"'model == `llama-8b`'", "exclude[0]: nothing in this sweep is called 'llama-8b' (did you mean `llama-7b`?)\n"},
    {"'model in [`llama-7b`, `qwen`] && batch > 1'", "exclude[0]: nothing in this sweep is called 'qwen'\n"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    must_load(&world, msw_format(&world.fixture->arena, DECODE ", 'exclude': [%s]}", CASES[i_case].rules));
    const char *text = answer(world.fixture);
    if (!strstr(text, CASES[i_case].says)) fail_msg("%s says: %s", CASES[i_case].rules, text);
    assert_int_equal(world.fixture->diag.n, 1);
  }
  /* found by one of two blocks is found */
  must_load(&world, SWEEP "'fixed': {" WHERE ", 'kv_len': 1}, 'exclude': [{'batch': [1, 2]}],"
                          " 'blocks': [{'name': 'a', 'axes': {'batch': 1}}, {'name': 'b', 'axes': {'batch': 2}}]}");
  assert_int_equal(world.fixture->diag.n, 0);
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(rules_hold_where_they_say, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(variables, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(blocks_pass_over_rules_of_other_phases, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(warnings, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
