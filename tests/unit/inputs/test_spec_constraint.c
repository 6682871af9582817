/* "constraints": expressions over axes and fields. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void both_forms(void **state) {
  spec_world world;
  make_world(&world, state);
  const char *text = DECODE ", 'let': {'slow': '1k * batch'}, 'defs': {'more': ['tp < 4', {'expr': 'kv_gib > 0', "
   "'else': 'flag'}]},"
                            " 'constraints': ['step_us <= slow', {'name': 'fits', 'expr': 'weight_gib + kv_gib < "
                            "gpu.mem_gib'},"
                            " {'name': 'soft', 'expr': 'model != `x1` || bs > 1', 'else': 'flag'}, '$more']}";
  const msw_spec_block *block = must_load(&world, text);
  static const struct { const char *name, *text; bool mask; } WANTED[] = {
    {"step_us <= slow", "step_us <= slow", true},
    {"fits", "weight_gib + kv_gib < gpu.mem_gib", true},
    {"soft", "model != 'x1' || bs > 1", false},
    {"tp < 4", "tp < 4", true},
    {"kv_gib > 0", "kv_gib > 0", false},
  };
  assert_int_equal(block->n_constraints, COUNT(WANTED));
  for (size_t i = 0; i < COUNT(WANTED); i++) {
    assert_string_equal(block->constraints[i].name, WANTED[i].name);
    assert_string_equal(block->constraints[i].text, WANTED[i].text);
    assert_int_equal(block->constraints[i].mask, WANTED[i].mask);
    assert_non_null(block->constraints[i].expr);
  }
  assert_string_equal(block->constraints[1].where.path, "constraints[1]");
  assert_non_null(strstr(expanded(&world, text),
      "'let':{'slow':'1k * batch'},'constraints':['step_us <= slow',{'name':'fits','expr':'weight_gib + kv_gib < "
      "gpu.mem_gib',"
      "'else':'mask'},{'name':'soft','expr':'model != `x1` || bs > 1','else':'flag'},'tp < 4',{'expr':'kv_gib > 0',"
      "'else':'flag'}]"));
  assert_string_equal(answer(world.fixture),
                      "s.json:1:365: warning: constraints[2].expr: nothing in this sweep is called 'x1'\n");
  canonical(&world, DECODE ", 'constraints': ['step_us < 5', {'name': 'a', 'expr': 'tp > 1', 'else': 'flag'}]}");
  forget_spec(&world);
}

/* Fields are variables without values, beside those of the axes. */
static void variables(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block =
      must_load(&world, DECODE ", 'exclude': ['batch > 7'], 'constraints': ['step_us < batch', 'step_us < 2 * "
       "attn_us']}");
  assert_int_equal(block->n_variables, 3);
  assert_string_equal(block->variables[1].name, "step_us");
  assert_int_equal(block->variables[1].axis, MSW_N_AXES);
  assert_null(block->variables[1].values);
  assert_string_equal(block->variables[2].name, "attn_us");
  size_t n_slots;
  const size_t *slots = msw_expr_slots(block->constraints[0].expr, &n_slots);
  assert_int_equal(n_slots, 2);
  assert_int_equal(slots[0], 0);
  assert_int_equal(slots[1], 1);
  forget_spec(&world);
}

/* A block has the sweep's and then its own, but for those that need an axis that it lacks. */
static void blocks(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *blocks = must_load(&world,
    SWEEP "'axes': {" WHERE ", 'batch': [1, 2]}, 'constraints': ['kv_len * step_us > 1', 'step_us > 1'], 'blocks': ["
          "{'name': 'd', 'axes': {'kv_len': 1}, 'constraints': ['batch > step_us']}, {'name': 'p', 'axes': "
          "{'seq_len': 1}}]}");
  assert_int_equal(blocks[0].n_constraints, 3);
  assert_string_equal(blocks[0].constraints[2].text, "batch > step_us");
  assert_int_equal(blocks[1].n_constraints, 1);
  assert_string_equal(blocks[1].constraints[0].text, "step_us > 1");
  forget_spec(&world);
}

static void errors(void **state) {
#define CONSTRAINTS(LIST) DECODE ", 'constraints': " LIST "}"
  static const bad_sweep CASES[] = {
    {CONSTRAINTS("'step_us > 1'"), "'step_us", "constraints: expected a list of constraints"},
    {CONSTRAINTS("[5]"), "5]", "constraints[0]: expected an expression or {'name', 'expr', 'else'}, not number"},
    {CONSTRAINTS("[{'name': 'a'}]"), "{'name': 'a'", "constraints[0]: missing key 'expr'"},
    {CONSTRAINTS("[{'expr': 5}]"), "5}", "constraints[0].expr: expected an expression, not number"},
    {CONSTRAINTS("[{'name': 'a b', 'expr': 'step_us > 1'}]"),
     "'a b'", "constraints[0].name: 'a b' cannot be a name (letters, digits and . _ - make names, up to 128)"},
    {CONSTRAINTS("[{'name': 5, 'expr': 'step_us > 1'}]"), "5, ", "constraints[0].name: expected a string, found a number "
     "(a text needs quotes: '5')"},
    {CONSTRAINTS("[{'expr': 'step_us > 1', 'else': 'drop'}]"),
     "'drop'", "constraints[0].else: expected 'mask' or 'flag' ('mask' takes the numbers away, 'flag' keeps them)"},
    {CONSTRAINTS("[{'expr': 'step_us > 1', 'els': 'drop'}]"),
     "'els'", "constraints[0]: unknown key 'els' (did you mean `else`?)"},
    {CONSTRAINTS("['stp_us > 1']"), "stp_us", "constraints[0]: unknown name 'stp_us' (did you mean `step_us`?)"},
    {CONSTRAINTS("['seq_len > step_us']"),
     "seq_len", "constraints[0]: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {CONSTRAINTS("['bound == `memory`']"),
     "bound", "constraints[0]: 'bound' is a code, and expressions know the fields that are numbers"},
    {CONSTRAINTS("['flags > 0']"),
     "flags", "constraints[0]: 'flags' is a code, and expressions know the fields that are numbers"},
    {CONSTRAINTS("['2 > 1']"),
     "'2 > 1'", "constraints[0]: names no axis and no field, so that it holds for every cell or for none"},
    {CONSTRAINTS("['step_us > 1', 'step_us > 1']"),
     "'step_us > 1']", "constraints[1]: two constraints are called 'step_us > 1'"},
    {CONSTRAINTS("[{'name': 'a', 'expr': 'step_us > 1'}, {'name': 'a', 'expr': 'step_us > 2'}]"),
     "{'name': 'a', 'expr': 'step_us > 2'", "constraints[1]: two constraints are called 'a'"},
    {CONSTRAINTS("['step_us>1','step_us>2','step_us>3','step_us>4','step_us>5','step_us>6','step_us>7','step_us>8','step_us>9',"
                 "'step_us>10','step_us>11','step_us>12','step_us>13']"),
     "'step_us>13'", "constraints[12]: more than 12 constraints in a block"},
    /* fields are not known before */
    {DECODE ", 'exclude': ['step_us > 5']}",
     "step_us", "exclude[0]: 'step_us' is known only after evaluation: use 'constraints'"},
    {DECODE ", 'exclude': ['bound > 5']}",
     "bound", "exclude[0]: 'bound' is known only after evaluation: use 'constraints'"},
    {SWEEP "'axes': {" WHERE ", 'batch': 1}, 'constraints': ['kv_len > step_us'], 'blocks': [{'name': 'p',"
           " 'axes': {'seq_len': 1}}]}",
     "kv_len", "constraints[0]: prefill steps have no axis 'kv_len', theirs are batch, cached_len, seq_len"},
    {SWEEP "'axes': {" WHERE ", 'batch': 1, 'kv_len': 1}, 'constraints': ['x > 1'], 'blocks': [{'name': 'a'}, "
     "{'name': 'b'}]}",
     "x > 1", "constraints[0]: unknown name 'x'"},
  };
  spec_world world;
  make_world(&world, state);
  check_only_errors(&world, CASES, COUNT(CASES));
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(both_forms, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(variables, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(blocks, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(errors, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
