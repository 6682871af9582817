/* "let": names for expressions. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void definitions_mean_what_they_stand_for(void **state) {
  /* batch 1 2 x kv_len 128 256 512 */
  static const struct { const char *lets, *rule, *held; } CASES[] = {
    {"'ctx': 'batch * kv_len'", "ctx > 300", "001011"},
    {"'ctx': 'batch * kv_len'", "ctx + ctx > 600", "001011"},
    {"'sum': 'batch + kv_len'", "2 * sum == 260", "000100"},   /* as if in parentheses */
    {"'b': 'a * a', 'a': 'batch + 1'", "a + b == 6", "111000"},
    {"'big': 'kv_len > 200'", "big && batch > 1", "000011"},
    {"'which': 'model', 'own': 'which == `llama-7b`'", "own && kv_len == 128", "100100"},
    {"'four': '4'", "batch * four == 4", "111000"},
    {"'heads': 'model.num_heads / tp'", "kv_len < 8 * heads", "100100"},
    {"'a': 'kv_len', 'b': 'a', 'c': 'b'", "c == 128", "100100"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const char *text = msw_format(&world.fixture->arena, DECODE ", 'let': {%s}, 'exclude': ['%s']}", CASES[i_case].lets,
                                  CASES[i_case].rule);
    const msw_spec_block *block = must_load(&world, text);
    assert_int_equal(world.fixture->diag.n, 0);
    assert_string_equal(held_cells(&world, block, &block->rules[0]), CASES[i_case].held);
  }
  forget_spec(&world);
}

/* A chain whose expressions double at every step costs no more than its length. */
static void named_twice_compiled_once(void **state) {
  enum { N_STEPS = 40 };
  spec_world world;
  make_world(&world, state);
  const char *lets = "'a0': 'batch'";
  for (int step = 1; step < N_STEPS; step++)
    lets = msw_format(&world.fixture->arena, "%s, 'a%d': 'a%d + a%d'", lets, step, step - 1, step - 1);
  const msw_spec_block *block =
      must_load(&world, msw_format(&world.fixture->arena, DECODE ", 'let': {%s}, 'exclude': ['a%d == 2 ^ %d']}", lets,
                                   N_STEPS - 1, N_STEPS));
  assert_string_equal(held_cells(&world, block, &block->rules[0]), "000111");
  forget_spec(&world);
}

/* The canonical document has what is used, of the sweep's and the block's own. */
static void in_the_canonical_document(void **state) {
  spec_world world;
  make_world(&world, state);
  const char *text = canonical(&world, SWEEP "'axes': {" WHERE ", 'batch': [1, 2]}, 'let': {'a': 'batch * b', 'b': "
   "'2'},"
                                       " 'exclude': ['a > 4'], 'blocks': ["
                                       "{'name': 'd', 'axes': {'kv_len': 1}, 'let': {'b': 'kv_len', 'c': 'tp'},"
                                       " 'exclude': ['c > 1']}, {'name': 'p', 'axes': {'seq_len': 1}}]}");
  assert_non_null(strstr(text, "'let':{'a':'batch * b','b':'kv_len','c':'tp'},'exclude':['a > 4','c > 1']"));
  assert_non_null(strstr(text, "'let':{'a':'batch * b','b':'2'},'exclude':['a > 4']"));
  assert_null(strstr(canonical(&world, DECODE "}"), "let"));
  forget_spec(&world);
}

/* A rule of the sweep that needs an axis which a block lacks is passed over there, even when a definition needs it. */
static void blocks_pass_over(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *blocks = must_load(&world,
    SWEEP "'axes': {" WHERE ", 'batch': [1, 2]}, 'let': {'a': '2 * kv_len', 'b': 'a + batch'}, 'exclude': ['b > 4'],"
          " 'blocks': [{'name': 'd', 'axes': {'kv_len': 1}}, {'name': 'p', 'axes': {'seq_len': 1}}]}");
  assert_int_equal(blocks[0].n_rules, 1);
  assert_int_equal(blocks[1].n_rules, 0);
  assert_int_equal(world.fixture->diag.n, 0);
  forget_spec(&world);
}

static void warnings(void **state) {
  static const struct { const char *rest, *says; } CASES[] = {
    {"'let': {'a': 'batch', 'b': 'a'}", "s.json:1:154: warning: let.a: 'a' is not used\n"
                                        "s.json:1:168: warning: let.b: 'b' is not used\n"},
    {"'let': {'a': 'model == `llama-8b`'}, 'exclude': ['a', 'a || batch > 1']",
     "s.json:1:154: warning: let.a: nothing in this sweep is called 'llama-8b' (did you mean `llama-7b`?)\n"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    must_load(&world, msw_format(&world.fixture->arena, DECODE ", %s}", CASES[i_case].rest));
    assert_string_equal(answer(world.fixture), CASES[i_case].says);
  }
  /* those of a file that is extended may serve others */
  put_json(world.fixture, "base.json", "{'let': {'a': 'batch', 'b': 'a'}}");
  must_load(&world, DECODE ", 'extends': 'base.json', 'exclude': ['a > 5']}");
  assert_int_equal(world.fixture->diag.n, 0);
  forget_spec(&world);
}

static void errors(void **state) {
#define LET(LETS, REST) DECODE ", 'let': {" LETS "}" REST "}"
  static const bad_sweep CASES[] = {
    {LET("'a': 'b + 1', 'b': 'a'", ", 'exclude': ['a > 1']"), "'b + 1'", "let.a: needs itself: a -> b -> a"},
    {LET("'z': 'a', 'a': 'b', 'b': 'c', 'c': 'min(a, 1)'", ""), "'b', 'b'", "let.a: needs itself: a -> b -> c -> a"},
    {LET("'a': 'a'", ""), "'a'}", "let.a: needs itself: a -> a"},
    {LET("'batch': '1'", ""), "'1'", "let.batch: a definition cannot have the name of an axis (call it something "
     "else)"},
    {LET("'bs': '1'", ""), "'1'", "let.bs: a definition cannot have the name of an axis (call it something else)"},
    {LET("'step_us': '1'", ""),
     "'1'", "let.step_us: a definition cannot have the name of a field (call it something else)"},
    {LET("'flags': '1'", ""), "'1'", "let.flags: a definition cannot have the name of a field (call it something "
     "else)"},
    {LET("'min': '1'", ""),
     "'1'", "let.min: a definition cannot have a name that expressions use (call it something else)"},
    {LET("'in': '1'", ""),
     "'1'", "let.in: a definition cannot have a name that expressions use (call it something else)"},
    {LET("'a.b': '1'", ""),
     "'1'", "let['a.b']: the name of a definition has letters, digits and _ only, a letter first (call it something "
     "else)"},
    {LET("'a': 5", ""), "5}", "let.a: expected an expression, not number"},
    {DECODE ", 'let': []}", "[]", "let: expected an object, found an array"},
    {LET("'a': 'bach + 1'", ", 'exclude': ['a > 1', 'a > 2']"), "bach", "let.a: unknown name 'bach' (did you mean "
     "`batch`?)"},
    {LET("'ctx': 'batch'", ", 'exclude': ['ctz > 1']"), "ctz", "exclude[0]: unknown name 'ctz' (did you mean `ctx`?)"},
    {LET("'a': 'batch >'", ", 'exclude': ['a']"),
     "'}, 'exclude'", "let.a: expected a number, a text or a name, but the expression ends"},
    {LET("'a': 'batch) + (1'", ""), ") +", "let.a: expected an operator, not ')'"},
    {LET("'a': 'step_us > 1'", ""),
     "step_us", "let.a: 'step_us' is known only after evaluation, which no definition can wait for"},
    {LET("'a': 'model'", ", 'exclude': ['a > 1']"), "a > 1", "exclude[0]: a text can only be compared, with ==, != "
     "or in"},
    {LET("'a': 'seq_len', 'b': 'a'", ", 'exclude': ['batch > b']"),
     "b']", "exclude[0]: 'b' cannot be had here: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {LET("'a': '1 + 1'", ", 'exclude': ['a > 1']"),
     "'a > 1'", "exclude[0]: names no axis, so that it holds for every cell or for none"},
    {SWEEP "'axes': {" WHERE ", 'batch': 1, 'kv_len': 1}, 'let': {'a': 'batc', 'b': 'b'}, 'blocks': [{'name': 'x'},"
           " {'name': 'y'}], 'defs': {'d': 1}}", "batc'", "let.a: unknown name 'batc' (did you mean `batch`?)"},
  };
  spec_world world;
  make_world(&world, state);
  check_only_errors(&world, CASES, COUNT(CASES) - 1);
  /* what blocks share is said once */
  assert_false(load(&world, CASES[COUNT(CASES) - 1].text));
  assert_int_equal(world.fixture->diag.n_errors, 2);
  forget_spec(&world);
}

/* Limits, so that no document makes the program run out of its stack or its registers. */
static void too_many(void **state) {
  static const struct { int n_lets; bool chain; const char *says; } CASES[] = {
    {257, false, "let: more than 256 definitions"},
    {100, true, "nested too deeply"},
    {70, false, "exclude[0]: names too many definitions"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const char *lets = "'a0': 'batch + 0'", *sum = "a0";
    for (int i = 1; i < CASES[i_case].n_lets; i++) {
      lets = CASES[i_case].chain ? msw_format(&world.fixture->arena, "%s, 'a%d': 'a%d + 1'", lets, i, i - 1)
                                 : msw_format(&world.fixture->arena, "%s, 'a%d': 'batch + %d'", lets, i, i);
      sum = msw_format(&world.fixture->arena, "%s + a%d", sum, i);
    }
    assert_false(load(&world, msw_format(&world.fixture->arena, DECODE ", 'let': {%s}, 'exclude': ['%s > 1']}", lets,
                                         CASES[i_case].chain ? "a0" : sum)));
    if (!strstr(answer(world.fixture), CASES[i_case].says)) fail_msg("says: %s", answer(world.fixture));
  }
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(definitions_mean_what_they_stand_for, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(named_twice_compiled_once, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(in_the_canonical_document, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(blocks_pass_over, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(warnings, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(errors, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(too_many, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
