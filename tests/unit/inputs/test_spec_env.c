/* ${VAR} and ${VAR:default} */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int env_setup(void **state) {
  setenv("MSW_T_TP", "1:8:*2", 1);
  setenv("MSW_T_MODEL", "llama-7b", 1);
  setenv("MSW_T_EMPTY", "", 1);
  setenv("MSW_T_DEF", "$lens", 1);
  setenv("MSW_T_BYTES", "a\xff", 1);
  setenv("MSW_T_NEST", "${MSW_T_TP}", 1);
  unsetenv("MSW_T_NONE");
  unsetenv("name");
  return input_setup(state);
}

#define AXES(MODEL, TP) "'axes': {'gpu': 'mini', 'model': " MODEL ", 'tp': " TP ", 'method': 'm', 'batch': 1, " \
                         "'kv_len': [1, 2]}"

static void values_take_their_places(void **state) {
  static const struct { const char *text, *shows; } CASES[] = {
    {SWEEP AXES("'${MSW_T_MODEL}'", "'${MSW_T_TP}'") "}", "'model':['llama-7b'],'tp':[1,2,4,8]"},
    {SWEEP AXES("'llama-${MSW_T_NONE:13}b'", "['${MSW_T_NONE:2}', 4]") "}", "'model':['llama-13b'],'tp':[2,4]"},
    {SWEEP AXES("'llama-7b${MSW_T_EMPTY}${MSW_T_EMPTY:x}${MSW_T_NONE:}'", "1") "}", "'model':['llama-7b'],'tp':[1]"},
    {SWEEP AXES("'llama-7b'", "1") ", 'exclude': ['kv_len > ${MSW_T_NONE:1} && tp < ${MSW_T_NONE:0x:}']}", NULL},
    {SWEEP AXES("'llama-7b'", "1") ", 'exclude': ['kv_len > ${MSW_T_NONE:1}']}", "'exclude':['kv_len > 1']"},
    {SWEEP AXES("'llama-7b'", "'${MSW_T_DEF}'") ", 'defs': {'lens': ['${MSW_T_NONE:4}', 8]}}", "'tp':[4,8]"},
    {SWEEP AXES("'llama-7b'", "'$a'") ", 'defs': {'a': '${MSW_T_TP}'}}", "'tp':[1,2,4,8]"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const char *shows = CASES[i_case].shows;
    if (!shows) assert_false(load(&world, CASES[i_case].text));
    else if (!strstr(canonical(&world, CASES[i_case].text), shows)) fail_msg("%s", world.spec.expanded);
  }
  forget_spec(&world);
}

/* ${name} is the sweep's name there, and only there; texts for people are let alone; --set comes before. */
static void places_of_their_own(void **state) {
  spec_world world;
  make_world(&world, state);
  must_load(&world, DECODE ", 'description': 'costs ${5}', 'output': {'file': "
   "'${MSW_T_NONE:out}/${name}-${MSW_T_MODEL}.h5'}}");
  assert_string_equal(world.spec.output_file, "out/t-llama-7b.h5");
  must_load(&world, "{'sweep': 1, 'name': 't-${MSW_T_MODEL}', 'output': {'file': '${name}.h5'}, 'axes': "
   "{" DECODE_AXES "}}");
  assert_string_equal(world.spec.name, "t-llama-7b");
  assert_string_equal(world.spec.output_file, "t-llama-7b.h5");
  const char *sets[] = {"axes.tp=['${MSW_T_NONE:2}']", "axes.model='${MSW_T_MODEL}'"};
  assert_true(load_edited(&world, SWEEP AXES("'${MSW_T_NONE}'", "1") "}", sets, COUNT(sets)));
  assert_same(world.spec.blocks[0].axes[MSW_AXIS_TP].values[0], 2);
  forget_spec(&world);
}

static void errors(void **state) {
  static const bad_sweep CASES[] = {
    {SWEEP AXES("'${MSW_T_NONE}'", "1") "}", "'${MSW_T_NONE}'",
     "axes.model: the environment has no variable 'MSW_T_NONE' (${VAR:text} has a default)"},
    {SWEEP AXES("'llama-7b'", "'${a b}'") "}", "'${a b}'",
     "axes.tp: 'a b' cannot be the name of an environment variable (${VAR:text} has a default)"},
    {SWEEP AXES("'llama-7b'", "'${}'") "}", "'${}'",
     "axes.tp: '' cannot be the name of an environment variable (${VAR:text} has a default)"},
    {SWEEP AXES("'llama-7b'", "'${MSW_T_TP'") "}", "'${MSW_T_TP'", "axes.tp: '${' without '}' (${VAR:text} has a "
     "default)"},
    {SWEEP AXES("'llama-7b'", "'${MSW_T_BYTES}'") "}", "'${MSW_T_BYTES}'",
     "axes.tp: the value of 'MSW_T_BYTES' is no plain text: it has ${ or is not UTF-8 (${VAR:text} has a default)"},
    {SWEEP AXES("'llama-7b'", "'${MSW_T_NEST}'") "}", "'${MSW_T_NEST}'",
     "axes.tp: the value of 'MSW_T_NEST' is no plain text: it has ${ or is not UTF-8 (${VAR:text} has a default)"},
    {SWEEP AXES("'llama-7b'", "'${MSW_T_NONE:${MSW_T_TP}}'") "}", "'${MSW_T_NONE:${MSW_T_TP}}'",
     "axes.tp: the value of 'MSW_T_NONE' is no plain text: it has ${ or is not UTF-8 (${VAR:text} has a default)"},
    {"{'sweep': 1, 'name': '${MSW_T_NONE}', 'axes': {" DECODE_AXES "}}", "'${MSW_T_NONE}'",
     "name: the environment has no variable 'MSW_T_NONE' (${VAR:text} has a default)"},
    {DECODE ", 'output': {'file': '${MSW_T_NONE}.h5'}}", "'${MSW_T_NONE}.h5'",
     "output.file: the environment has no variable 'MSW_T_NONE' (${name} is the sweep`s name, ${VAR:text} a variable "
     "with a "
     "default)"},
    {DECODE ", 'exclude': ['tp > ${name}']}", "'tp > ${name}'",
     "exclude[0]: the environment has no variable 'name' (${VAR:text} has a default)"},
    {DECODE ", 'let': {'a': '${MSW_T_NONE}'}, 'exclude': ['a > 1']}", "'${MSW_T_NONE}'",
     "let.a: the environment has no variable 'MSW_T_NONE' (${VAR:text} has a default)"},
    {SWEEP AXES("'llama-7b'", "{'when': '${MSW_T_NONE}', 'values': 1}") "}", "'${MSW_T_NONE}'",
     "axes.tp.when: the environment has no variable 'MSW_T_NONE' (${VAR:text} has a default)"},
    {SWEEP AXES("'llama-7b'", "{'when': 'batch > 1', 'values': '${MSW_T_NONE}'}") "}", "'${MSW_T_NONE}'",
     "axes.tp.values: the environment has no variable 'MSW_T_NONE' (${VAR:text} has a default)"},
    {DECODE ", 'constraints': [{'expr': '${MSW_T_NONE}'}]}", "'${MSW_T_NONE}'",
     "constraints[0].expr: the environment has no variable 'MSW_T_NONE' (${VAR:text} has a default)"},
  };
  spec_world world;
  make_world(&world, state);
  check_only_errors(&world, CASES, COUNT(CASES));
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(values_take_their_places, env_setup, input_teardown),
    cmocka_unit_test_setup_teardown(places_of_their_own, env_setup, input_teardown),
    cmocka_unit_test_setup_teardown(errors, env_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
