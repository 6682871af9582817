/* "when": values of an axis that count only where a condition holds. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* 2 models (llama-7b, moe-8x1b), tp as given, one gpu, method, batch and kv_len. */
#define MODELS "'gpu': 'mini', 'model': ['llama-7b', 'moe-8x1b'], 'method': 'm', 'dtype': 'bf16', 'kv_len': 8"

static const char *values_of(spec_world *world, const msw_spec_axis *axis) {
  const char *text = "";
  for (size_t i = 0; i < axis->n; i++)
    text = axis->labels ? msw_format(&world->fixture->arena, "%s%s%s", text, i ? " " : "", axis->labels[i])
                        : msw_format(&world->fixture->arena, "%s%s%g", text, i ? " " : "", axis->values[i]);
  return text;
}

/* Values, which cells do not count (model x tp x batch), and the canonical form, the same for all ways to write it. */
static void both_forms_mean_the_same(void **state) {
  static const char *const FORMS[] = {
    SWEEP "'axes': {" MODELS ", 'batch': 1, 'tp': {'when': 'model.is_moe', 'values': '1:4:*2', 'else': [8, 1]}}}",
    SWEEP "'axes': {" MODELS ", 'batch': 1, 'tp': [4, 2, 1]}, 'when': {'tp': {'if': 'model.is_moe', 'else': [8, 1]}}}",
    SWEEP "'axes': {" MODELS ", 'batch': 1}, 'let': {'moe': 'model.is_moe'}, 'blocks': [{'name': 'a',"
          " 'axes': {'tp': '1:4:*2'}, 'when': {'tp': {'if': 'model.is_moe', 'else': '1:8:*8'}}}]}",
    SWEEP "'axes': {" MODELS ", 'batch': 1}, 'when': {'tp': {'if': 'model.is_moe', 'else': {'union': [8, 1, 8]}}},"
          " 'blocks': [{'name': 'a', 'axes': {'tp': '1:4:*2'}}]}",
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_form = 0; i_form < COUNT(FORMS); i_form++) {
    const char *text = canonical(&world, FORMS[i_form]);
    assert_non_null(strstr(text, "'tp':{'when':'model.is_moe','values':[1,2,4],'else':[1,8]}"));
    const msw_spec_block *block = must_load(&world, FORMS[i_form]);
    assert_string_equal(values_of(&world, &block->axes[MSW_AXIS_TP]), "1 2 4 8");
    assert_int_equal(block->n_rules, 1);
    assert_int_equal(block->rules[0].kind, MSW_RULE_WHEN);
    assert_string_equal(block->rules[0].text, "tp when model.is_moe");
    assert_int_equal(block->rules[0].n_axes, 2);
    assert_int_equal(block->rules[0].axes[0], MSW_AXIS_MODEL);
    assert_int_equal(block->rules[0].axes[1], MSW_AXIS_TP);
    assert_string_equal(held_cells(&world, block, &block->rules[0]), "0110" "0001");
  }
  forget_spec(&world);
}

static void conditions(void **state) {
  static const struct { const char *batch, *held; } CASES[] = {   /* model x tp (1, 2) x batch (1 2 3) */
    {"{'when': 'tp > 1', 'values': [1, 2, 3], 'else': 1}", "011000" "011000"},
    {"{'when': 'tp > 1', 'values': '1:3', 'else': []}", "111000" "111000"},
    {"{'when': 'tp > 1', 'values': '1:3'}", "111000" "111000"},
    {"{'when': 'tp > 1', 'values': [], 'else': [3, 1, 2]}", "000111" "000111"},
    {"{'when': 'gpu.tdp_w > 0', 'values': 1, 'else': [2, 3]}", "100100" "100100"},   /* NaN: does not hold */
    {"{'when': 'model == `moe-8x1b` && tp == 1', 'values': '1:2', 'else': '2:3'}", "100100" "001100"},
    {"{'when': 'two * model.is_moe', 'values': [1, 2], 'else': [2, 3]}", "100100" "001001"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const msw_spec_block *block = must_load(&world, msw_format(&world.fixture->arena,
      SWEEP "'axes': {" MODELS ", 'tp': [1, 2], 'batch': %s}, 'let': {'two': 'tp + 2'}}", CASES[i_case].batch));
    assert_string_equal(values_of(&world, &block->axes[MSW_AXIS_BATCH]), "1 2 3");
    assert_string_equal(held_cells(&world, block, &block->rules[0]), CASES[i_case].held);
  }
  forget_spec(&world);
}

/* Texts stay in order; models, GPUs and methods come along. */
static void text_axes(void **state) {
  spec_world world;
  make_world(&world, state);
  const char *text =
      SWEEP "'axes': {'gpu': ['mini', 'toy_sxm'], 'tp': 1, 'batch': 1, 'kv_len': 1,"
            " 'model': {'when': 'gpu == `mini`', 'values': ['plain-1b', 'llama-7b'], 'else': ['llama-13b', "
            "'plain-1b']},"
            " 'dtype': {'when': 'gpu.mem_gib > 100', 'values': ['fp8', 'bf16'], 'else': 'bf16'},"
            " 'method': {'when': 'dtype == `fp8`', 'values': {'base': 'a', 'knob': 1, 'name': 'x'}, 'else': ['b']}}}";
  const char *wanted =
      "'axes':{'gpu':['mini','toy_sxm'],'model':{'when':'gpu == `mini`','values':['plain-1b','llama-7b'],"
      "'else':['plain-1b','llama-13b']},'tp':[1],'ep':[1],'dtype':{'when':'gpu.mem_gib > 100','values':['fp8','bf16'],"
      "'else':['bf16']},'method':{'when':'dtype == `fp8`','values':[{'base':'a','name':'x','knob':1}],'else':['b']},"
      "'batch':[1],'kv_len':[1]}}";
  assert_string_equal(canonical(&world, text), wanted);
  const msw_spec_block *block = must_load(&world, text);
  assert_string_equal(values_of(&world, &block->axes[MSW_AXIS_MODEL]), "plain-1b llama-7b llama-13b");
  assert_string_equal(block->models[2]->name, "llama-13b");
  assert_int_equal(block->methods[0].n_settings, 1);
  assert_string_equal(block->methods[1].base, "b");
  assert_int_equal(block->n_rules, 3);
  assert_string_equal(block->rules[0].text, "model when gpu == 'mini'");
  assert_string_equal(block->rules[2].where.path, "axes.method.when");
  forget_spec(&world);
}

/* Rules of "when" come first; both are there. */
static void before_exclude(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world,
    SWEEP "'axes': {" MODELS ", 'batch': 1, 'tp': [1, 2]}, 'exclude': ['tp > 1', {'tp': 1}],"
          " 'when': {'tp': {'if': 'model.is_moe', 'else': 1}}}");
  assert_int_equal(block->n_rules, 3);
  assert_int_equal(block->rules[0].kind, MSW_RULE_WHEN);
  assert_int_equal(block->rules[1].kind, MSW_RULE_EXCLUDE);
  assert_string_equal(block->rules[1].text, "tp > 1");
  forget_spec(&world);
}

/* The block's own values, its own condition, and what it takes over. */
static void blocks(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world,
    SWEEP "'axes': {" MODELS ", 'batch': 1, 'tp': [1, 2]}, 'when': {'tp': {'if': 'model.is_moe', 'else': 1}}, "
     "'blocks': ["
          "{'name': 'a'},"
          "{'name': 'b', 'axes': {'tp': [1, 4]}},"
          "{'name': 'c', 'when': {'tp': {'if': 'model.num_heads > 16', 'else': 8}}},"
          "{'name': 'd', 'axes': {'tp': {'when': 'batch > 1', 'values': 1, 'else': 2}}},"
          "{'name': 'e', 'fixed': {'tp': 1}}]}");
  static const char *const VALUES[] = {"1 2", "1 4", "1 2 8", "1 2", "1"};
  static const char *const TEXTS[] = {"tp when model.is_moe", "tp when model.is_moe", "tp when model.num_heads > 16",
                                      "tp when batch > 1", "tp when model.is_moe"};
  for (size_t i_block = 0; i_block < COUNT(VALUES); i_block++) {
    assert_string_equal(values_of(&world, &block[i_block].axes[MSW_AXIS_TP]), VALUES[i_block]);
    assert_string_equal(block[i_block].rules[0].text, TEXTS[i_block]);
  }
  assert_string_equal(held_cells(&world, &block[4], &block[4].rules[0]), "00");
  forget_spec(&world);
}

/* Long axes are written down as they were given. */
static void long_axes_stay_as_written(void **state) {
  spec_world world;
  make_world(&world, state);
  const char *text = canonical(&world, SWEEP "'axes': {'gpu': 'mini', 'model': 'llama-7b', 'method': 'm', 'tp': [1, 2],"
                               " 'batch': 1, 'kv_len': {'when': 'tp > 1', 'values': '1:5000', 'else': '1:8999:2'}}}");
  assert_non_null(strstr(text, "'kv_len':{'when':'tp > 1','values':'1:5000','else':'1:8999:2'}"));
  assert_int_equal(world.spec.blocks[0].axes[MSW_AXIS_KV_LEN].n, 7000);
  forget_spec(&world);
}

static void errors(void **state) {
#define TP(OBJECT) SWEEP "'axes': {" MODELS ", 'batch': [1, 2], 'tp': " OBJECT "}"
#define WHEN(OBJECT) TP("[1, 2]") ", 'when': " OBJECT "}"
  static const bad_sweep CASES[] = {
    {TP("{'when': 'batch > 1', 'else': 1}") "}", "{'when'", "axes.tp: missing key 'values'"},
    {TP("{'when': 5, 'values': 1, 'else': 2}") "}", "5,", "axes.tp.when: expected an expression, not number"},
    {TP("{'when': 'batch > 1', 'values': [], 'else': []}") "}", "{'when'", "axes.tp: no values at all"},
    {TP("{'when': 'batch > 1', 'values': [1, 0]}") "}", "0]", "axes.tp.values[1]: 0 is below 1, the least allowed"},
    {TP("{'when': 'batch > 1', 'values': 1, 'else': 0}") "}", "0}", "axes.tp.else: 0 is below 1, the least allowed"},
    {TP("{'when': 'batch > 1', 'value': 1, 'values': 1}") "}",
     "'value'", "axes.tp: unknown key 'value' (did you mean `values`?)"},
    {TP("{'when': 'tp > 1', 'values': 1, 'else': 2}") "}", "'tp > 1'", "axes.tp.when: the condition of tp names tp "
     "itself"},
    {TP("{'when': '1 > 0', 'values': 1, 'else': 2}") "}",
     "'1 > 0'", "axes.tp.when: names no axis, so that it holds for every cell or for none"},
    {TP("{'when': 'bath > 1', 'values': 1, 'else': 2}") "}",
     "bath", "axes.tp.when: unknown name 'bath' (did you mean `batch`?)"},
    {TP("{'when': 'seq_len > 1', 'values': 1, 'else': 2}") "}",
     "seq_len", "axes.tp.when: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {TP("{'when': 'step_us > 1', 'values': 1, 'else': 2}") "}",
     "step_us", "axes.tp.when: 'step_us' is known only after evaluation: use 'constraints'"},
    {TP("{'when': 'batch > 1', 'values': {'when': 'batch > 1', 'values': 1}}") "}",
     "{'when': 'batch > 1', 'values': 1}", "axes.tp.values: 'when' goes with an axis under 'axes' only"},
    {WHEN("{'tp': {'if': 'batch > 1', 'then': 1}}"),
     "'then'", "when.tp: unknown key 'then' (known keys: if, else)"},
    {WHEN("{'tp': {'else': 1}}"), "{'else'", "when.tp: missing key 'if'"},
    {WHEN("{'tp': 5}"), "5}", "when.tp: expected an object, found a number"},
    {WHEN("5"), "5}", "when: expected an object, found a number"},
    {WHEN("{'tpp': {'if': 'batch > 1'}}"), "'tpp'", "when: unknown key 'tpp' (did you mean `tp`?)"},
    {WHEN("{'ep': {'if': 'batch > 1', 'else': 1}}"),
     "{'if'", "when.ep: ep has no values that could count: give them under 'axes'"},
    {TP("{'when': 'batch > 1', 'values': 1, 'else': 2}") ", 'when': {'tp': {'if': 'batch > 1'}}}",
     "{'if'", "when.tp: tp has a 'when' of its own under 'axes' (keep one)"},
    {SWEEP "'axes': {" WHERE ", 'batch': 1}, 'zip': {'z': {'kv_len': {'when': 'batch > 1', 'values': 1}}}}",
     "{'when'", "zip.z.kv_len: 'when' goes with an axis under 'axes' only"},
    {SWEEP "'axes': {" WHERE ", 'batch': 1}, 'zip': {'z': {'kv_len': [1, 2]}}, 'when': {'kv_len': {'if': 'batch > "
     "1'}}}",
     "{'if'", "when.kv_len: kv_len is in the zip 'z', whose rows count as a whole"},
    {SWEEP "'axes': {'gpu': 'mini', 'model': 'llama-7b', 'method': 'm', 'batch': [1, 2], 'kv_len': 1},"
           " 'fixed': {'tp': 4}, 'when': {'tp': {'if': 'batch > 1', 'else': 1}}}",
     "4}", "fixed.tp: 2 values where one is fixed, with those of 'when' (put it under 'axes')"},
    {SWEEP "'axes': {'gpu': 'mini', 'model': 'llama-7b', 'tp': 1, 'batch': [1, 2], 'kv_len': 1, 'method':"
           " {'when': 'batch > 1', 'values': {'base': 'a', 'name': 'x'}, 'else': {'base': 'b', 'name': 'x'}}}}",
     "{'when'", "axes.method: two methods are called 'x' (give one of them a 'name')"},
    {TP("{'when': 'batch > 1', 'values': 1, 'else': 2}") ", 'blocks': [{'name': 'a', 'when': {'tp': {'if': 'batch > "
     "1'}}}]}",
     "{'if'", "blocks[0].when.tp: tp has a 'when' of its own in the sweep (give the block the axis itself)"},
    {WHEN("{'seq_len': {'if': 'batch > 1'}}"),
     "{'if'", "when.seq_len: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {TP("1") ", 'blocks': [{'name': 'a', 'when': {'seq_len': {'if': 'batch > 1'}}}]}",
     "{'if'", "blocks[0].when.seq_len: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {TP("1") ", 'when': {'seq_len': {'if': 'batch > 1'}}, 'blocks': [{'name': 'a'}]}",
     "{'if'", "when.seq_len: no block has the axis 'seq_len'"},
    {TP("[1, 2]") ", 'when': {'tp': {'if': 'batch >', 'else': 1}}, 'blocks': [{'name': 'a'}, {'name': 'b'}]}",
     "', 'else': 1", "when.tp.if: expected a number, a text or a name, but the expression ends"},
  };
  spec_world world;
  make_world(&world, state);
  check_only_errors(&world, CASES, COUNT(CASES));
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(both_forms_mean_the_same, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(conditions, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(text_axes, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(before_exclude, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(blocks, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(long_axes_stay_as_written, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(errors, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
