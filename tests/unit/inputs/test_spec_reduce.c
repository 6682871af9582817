/* Reductions. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *over(spec_world *world, const msw_spec_block *block, const msw_spec_reduction *reduction) {
  const char *text = "";
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (reduction->over_axis[id]) text = msw_format(&world->fixture->arena, "%s %s", text, msw_axis_name(id));
  for (size_t i_zip = 0; i_zip < block->n_zips; i_zip++)
    if (reduction->over_zip[i_zip]) text = msw_format(&world->fixture->arena, "%s +%s", text, block->zips[i_zip].name);
  return text;
}

static void all_operations(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world,
    SWEEP "'axes': {" WHERE "}, 'zip': {'shape': {'batch': [1, 2], 'kv_len': [3, 4]}}, 'let': {'slow': 'batch * 5'},"
          " 'defs': {'c': {'name': 'n', 'op': 'count', 'over': ['model', 'shape', 'tp']}}, 'output': {'reduce': ["
          "{'name': 'best', 'field': 'tok_per_s_per_gpu', 'op': 'argmax', 'over': ['tp', 'hw'], 'where': 'step_us <= "
          "slow'},"
          "{'name': 'least', 'field': 'step_us', 'op': 'min', 'over': 'shape'}, '$c',"
          "{'name': 'a', 'field': 'step_us', 'op': 'max', 'over': 'dtype'},"
          "{'name': 'b', 'field': 'step_us', 'op': 'mean', 'over': 'dtype'},"
          "{'name': 'c', 'field': 'step_us', 'op': 'argmin', 'over': 'dtype', 'where': 'tp > 0'}]}}");
  static const struct { const char *name, *field, *over, *condition; msw_reduce_op op; } WANTED[] = {
    {"best", "tok_per_s_per_gpu", " gpu tp", "step_us <= slow", MSW_REDUCE_ARGMAX},
    {"least", "step_us", " batch kv_len +shape", NULL, MSW_REDUCE_MIN},
    {"n", NULL, " model tp batch kv_len +shape", NULL, MSW_REDUCE_COUNT},
    {"a", "step_us", " dtype", NULL, MSW_REDUCE_MAX},
    {"b", "step_us", " dtype", NULL, MSW_REDUCE_MEAN},
    {"c", "step_us", " dtype", "tp > 0", MSW_REDUCE_ARGMIN},
  };
  assert_int_equal(world.fixture->diag.n, 0);
  assert_int_equal(block->n_reductions, COUNT(WANTED));
  for (size_t i = 0; i < COUNT(WANTED); i++) {
    const msw_spec_reduction *reduction = &block->reductions[i];
    assert_string_equal(reduction->name, WANTED[i].name);
    if (WANTED[i].field) assert_string_equal(reduction->field, WANTED[i].field);
    else assert_null(reduction->field);
    assert_int_equal(reduction->op, WANTED[i].op);
    assert_string_equal(over(&world, block, reduction), WANTED[i].over);
    assert_int_equal(reduction->condition != NULL, WANTED[i].condition != NULL);
    if (WANTED[i].condition) assert_string_equal(reduction->condition_text, WANTED[i].condition);
  }
  assert_string_equal(block->reductions[0].where.path, "output.reduce[0]");
  assert_string_equal(block->reductions[0].field_where.path, "output.reduce[0].field");
  forget_spec(&world);
}

/* The canonical document has them and keepbits, and neither file, packing nor checksums. */
static void in_the_canonical_document(void **state) {
  spec_world world;
  make_world(&world, state);
  const char *plain = canonical(&world, DECODE "}");
  assert_string_equal(canonical(&world, DECODE ", 'output': {'file': 'a.h5', 'compress': 'none', 'fletcher32': "
   "true}}"), plain);
  assert_true(world.spec.fletcher32);
  assert_int_equal(world.spec.keepbits, 0);
  const char *text = canonical(&world, DECODE ", 'output': {'keepbits': 7, 'reduce': ["
                                       "{'where': 'step_us < 5', 'over': ['kv', 'tp'], 'op': 'min', 'field': "
                                       "'step_us', 'name': 'x'}]}}");
  assert_non_null(strstr(text, "},'output':{'keepbits':7,'reduce':[{'name':'x','field':'step_us','op':'min',"
                               "'over':['tp','kv_len'],'where':'step_us < 5'}]}}"));
  assert_int_equal(world.spec.keepbits, 7);
  text = canonical(&world, SWEEP "'axes': {" DECODE_AXES "}, 'output': {'keepbits': 9, 'reduce': [{'name': 'n', "
   "'op': 'count',"
                           " 'over': 'tp'}]}, 'blocks': [{'name': 'a'}, {'name': 'b', 'reduce': []},"
                           " {'name': 'c', 'reduce': [{'name': 'm', 'op': 'count', 'over': 'batch'}]}]}");
  assert_non_null(strstr(text, "'kv_len':[128,256,512]},'reduce':[{'name':'n','op':'count','over':['tp']}]},"));
  assert_non_null(strstr(text, "'reduce':[{'name':'m','op':'count','over':['batch']}]}],'output':{'keepbits':9}}"));
  assert_int_equal(world.spec.blocks[0].n_reductions, 1);
  assert_int_equal(world.spec.blocks[1].n_reductions, 0);
  assert_string_equal(world.spec.blocks[2].reductions[0].name, "m");
  forget_spec(&world);
}

static void fields_have_no_effect(void **state) {
  spec_world world;
  make_world(&world, state);
  must_load(&world, DECODE ", 'fields': ['step_us'], 'output': {'reduce': [{'name': 'n', 'op': 'count', 'over': "
   "'tp'}]}}");
  assert_string_equal(answer(world.fixture), "s.json:1:152: warning: fields[0]: with reductions no field is stored: "
   "'fields' "
                                             "has no effect\n");
  forget_spec(&world);
}

static void errors(void **state) {
#define REDUCE(LIST) DECODE ", 'output': {'reduce': " LIST "}}"
#define ONE(NAME, FIELD, OP, MORE) REDUCE("[{'name': " NAME ", 'field': " FIELD ", 'op': " OP ", " MORE "}]")
#define ZIPPED(OVER) SWEEP "'axes': {" WHERE "}, 'zip': {'shape': {'batch': [1, 2], 'kv_len': [3, 4]}}, 'output': " \
  "{'reduce':" \
                           " [{'name': 'n', 'op': 'count', 'over': " OVER "}]}}"
  static const bad_sweep CASES[] = {
    {REDUCE("{}"), "{}", "output.reduce: expected a list of reductions"},
    {REDUCE("[5]"), "5]", "output.reduce[0]: expected an object, found a number"},
    {REDUCE("[{'op': 'count', 'over': 'tp'}]"), "{'op'", "output.reduce[0]: missing key 'name'"},
    {REDUCE("[{'name': 'n', 'over': 'tp'}]"), "{'name': 'n'", "output.reduce[0]: missing key 'op'"},
    {REDUCE("[{'name': 'n', 'op': 'count'}]"), "{'name': 'n'", "output.reduce[0]: missing key 'over'"},
    {REDUCE("[{'name': 'n', 'op': 'min', 'over': 'tp'}]"), "{'name': 'n'", "output.reduce[0]: missing key 'field'"},
    {REDUCE("[{'name': 'n', 'op': 'count', 'over': 'tp', 'when': 'tp > 1'}]"),
     "'when'", "output.reduce[0]: unknown key 'when' (did you mean `where`?)"},
    {ONE("'n'", "'step_us'", "'count'", "'over': 'tp'"),
     "'step_us'", "output.reduce[0].field: count takes no field: it counts cells"},
    {ONE("'n'", "'stepus'", "'min'", "'over': 'tp'"),
     "'stepus'", "output.reduce[0].field: unknown field 'stepus' (did you mean `step_us`?)"},
    {ONE("'n'", "'bound'", "'min'", "'over': 'tp'"), "'bound'", "output.reduce[0].field: 'bound' is a code, not a "
     "number"},
    {ONE("'n'", "'step_us'", "'sum'", "'over': 'tp'"),
     "'sum'", "output.reduce[0].op: unknown operation 'sum' (known are min, max, mean, count, argmin, argmax)"},
    {ONE("'n'", "'step_us'", "'argmn'", "'over': 'tp'"),
     "'argmn'", "output.reduce[0].op: unknown operation 'argmn' (did you mean `argmin`?)"},
    {ONE("'tp'", "'step_us'", "'min'", "'over': 'tp'"),
     "'tp', 'field'", "output.reduce[0].name: a reduction cannot have the name of an axis"},
    {ONE("'meta'", "'step_us'", "'min'", "'over': 'tp'"),
     "'meta'", "output.reduce[0].name: the result file has a group 'meta' already"},
    {ONE("'step_us'", "'step_us'", "'min'", "'over': 'tp'"),
     "'step_us', 'field'", "output.reduce[0].name: a reduction cannot have the name of a field"},
    {ONE("'a-b'", "'step_us'", "'min'", "'over': 'tp'"),
     "'a-b'", "output.reduce[0].name: the name of a reduction has letters, digits and _ only, a letter first"},
    {REDUCE("[{'name': 'n', 'op': 'count', 'over': 'tp'}, {'name': 'n', 'op': 'count', 'over': 'batch'}]"),
     "'n', 'op': 'count', 'over': 'batch'", "output.reduce[1].name: two reductions are called 'n'"},
    {ONE("'n'", "'step_us'", "'min'", "'over': []"), "[]", "output.reduce[0].over: an empty list"},
    {ONE("'n'", "'step_us'", "'min'", "'over': 5"),
     "5}", "output.reduce[0].over: expected the name of an axis or zip or a list of them, not number"},
    {ONE("'n'", "'step_us'", "'min'", "'over': ['tp', 'btch']"),
     "'btch'", "output.reduce[0].over[1]: there is no axis or zip 'btch' (did you mean `batch`?)"},
    {ONE("'n'", "'step_us'", "'min'", "'over': ['tp', 'seq_len']"),
     "'seq_len'", "output.reduce[0].over[1]: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {ONE("'n'", "'step_us'", "'min'", "'over': ['batch', 'bs']"),
     "'bs'", "output.reduce[0].over[1]: 'bs' is named twice"},
    {ONE("'n'", "'step_us'", "'min'", "'over': 'tp', 'where': 5"),
     "5}", "output.reduce[0].where: expected an expression, not number"},
    {ONE("'n'", "'step_us'", "'min'", "'over': 'tp', 'where': 'step_s > 5'"),
     "step_s ", "output.reduce[0].where: unknown name 'step_s' (did you mean `step_us`?)"},
    {ZIPPED("['tp', 'kv']"), "'kv']", "output.reduce[0].over[1]: kv_len is in the zip 'shape': reduce over that"},
    {ZIPPED("['shap']"), "'shap'", "output.reduce[0].over[0]: there is no axis or zip 'shap' (did you mean `shape`?)"},
    {SWEEP "'axes': {" WHERE "}, 'zip': {'n': {'batch': [1, 2], 'kv_len': [3, 4]}}, 'output': {'reduce':"
           " [{'name': 'n', 'op': 'count', 'over': 'tp'}]}}",
     "'n', 'op'", "output.reduce[0].name: a reduction cannot have the name of a zip"},
    /* in blocks; what they share is said once */
    {SWEEP "'axes': {" WHERE ", 'batch': 1}, 'output': {'reduce': [{'name': 'n', 'op': 'count', 'over': 'kv_len'}]},"
           " 'blocks': [{'name': 'd', 'axes': {'kv_len': 1}}, {'name': 'p', 'axes': {'seq_len': 1}},"
           " {'name': 'q', 'axes': {'seq_len': 1}}]}",
     "'kv_len'}]", "output.reduce[0].over: prefill steps have no axis 'kv_len', theirs are batch, cached_len, seq_len"},
    {SWEEP "'axes': {" DECODE_AXES "}, 'blocks': [{'name': 'd', 'reduce': [{'name': 'n', 'op': 'count', 'over': "
     "'x'}]}]}",
     "'x'", "blocks[0].reduce[0].over: there is no axis or zip 'x'"},
    {DECODE ", 'reduce': []}", "'reduce'", "unknown key 'reduce'"},
  };
  spec_world world;
  make_world(&world, state);
  check_only_errors(&world, CASES, COUNT(CASES));
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(all_operations, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(in_the_canonical_document, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(fields_have_no_effect, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(errors, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
