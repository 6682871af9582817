/* Sweep files that are wrong: what the user reads. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void one_error_each(void **state) {
#define OTHERS "'batch': 1, 'kv_len': 1}}"
  static const bad_sweep CASES[] = {
    /* the document */
    {"[]", "[", "a sweep file is an object: { … }"},
    {"{'sweep': 2, 'nonsense': 1}",
     "2", "sweep: expected 1, the version of the sweep language that this mfusweep reads"},
    {"{'sweep': '1'}", "'1'", "sweep: expected 1, the version of the sweep language that this mfusweep reads"},
    {"{'name': 't', 'axes': {" DECODE_AXES "}}", "{'name': 't'", "missing key 'sweep'"},
    {"{'sweep': 1, 'axes': {" DECODE_AXES "}}", "{'sweep': 1", "missing key 'name'"},
    {"{'sweep': 1, 'name': 'a/b', 'axes': {" DECODE_AXES "}}",
     "'a/b'", "name: 'a/b' cannot be a name (letters, digits and . _ - make names, up to 128)"},
    {"{'sweep': 1, 'name': '..', 'axes': {" DECODE_AXES "}}",
     "'..'", "name: '..' cannot be a name (letters, digits and . _ - make names, up to 128)"},
    {DECODE ", 'axis': {}}", "'axis'", "unknown key 'axis' (did you mean `axes`?)"},
    {DECODE ", 'description': 5}", "5}", "description: expected a string, found a number (a text needs quotes: '5')"},
    {DECODE ", 'axes': 5}", "'axes': 5", "duplicate key 'axes' (first given at 1:27)"},
    {SWEEP "'axes': {" DECODE_AXES ", 'tpp': 1}}", "'tpp'", "axes: unknown key 'tpp' (did you mean `tp`?)"},
    /* axes */
    {SWEEP "'axes': {" WHERE ", 'batch': 1}}",
     "{'sweep': 1", "cannot tell the phase (give kv_len (decode), seq_len (prefill), both (mixed), or 'phase')"},
    {SWEEP "'axes': {'tp': 1, 'batch': 1, 'kv_len': 1}}",
     "{'sweep': 1",
     "a decode block needs gpu, model (every axis without a default needs values, under 'axes', 'fixed' "
     "or 'zip')"},
    {SWEEP "'fixed': {'phase': 'mixed'}, 'axes': {" WHERE ", 'batch': 1, 'kv_len': 1}}",
     "{'sweep': 1",
     "a mixed block needs seq_len (every axis without a default needs values, under 'axes', 'fixed' or 'zip')"},
    {SWEEP "'fixed': {'phase': 'docode'}, 'axes': {" DECODE_AXES "}}",
     "'docode'", "fixed.phase: expected 'decode', 'prefill' or 'mixed' (did you mean `decode`?)"},
    {SWEEP "'axes': {" DECODE_AXES ", 'cached_len': 5}}",
     "5}", "axes.cached_len: decode steps have no axis 'cached_len', theirs are batch, kv_len"},
    {SWEEP "'fixed': {'tp': 1}, 'axes': {" DECODE_AXES "}}",
     "1, 'm", "axes.tp: tp is both in 'fixed' and in 'axes' (keep one; null deletes what 'extends' brought)"},
    {SWEEP "'axes': {" DECODE_AXES ", 'bs': 1}}",
     "1}", "axes.bs: 'bs' is another name of 'batch', which is given too"},
    {SWEEP "'fixed': {" WHERE ", 'batch': [1, 2], 'kv_len': 1}}",
     "[1", "fixed.batch: 2 values where one is fixed (put it under 'axes')"},
    {SWEEP "'axes': {" WHERE ", 'batch': [], 'kv_len': 1}}", "[", "axes.batch: an empty list"},
    {SWEEP "'axes': {" WHERE ", 'batch': 0, 'kv_len': 1}}", "0", "axes.batch: 0 is below 1, the least allowed"},
    {SWEEP "'axes': {" WHERE ", 'batch': 1, 'kv_len': 1e10}}",
     "1e10", "axes.kv_len: 10000000000 is above 1000000000, the most allowed"},
    {SWEEP "'axes': {" DECODE_AXES ", 'ep': [1, 2]}}", "[1, 2]}", "axes.ep: ep above 1 is not supported yet"},
    {SWEEP "'axes': {'tp': 3, 'gpu': 'mini', 'model': 'llama*', 'method': 'm', " OTHERS,
     "3", "axes.tp: tp 3 divides the attention heads of no model: llama-13b has 40, llama-7b has 32"},
    {SWEEP "'axes': {'tp': 1, 'gpu': 'mini', 'model': ['moe-8x1b', 'plain-1b'], 'method': 'm', "
     OTHERS,
     "['moe-8x1b'",
     "axes.model: the config of plain-1b names no torch_dtype, and dtype is 'config' (give the axis 'dtype')"},
    /* names */
    {SWEEP "'axes': {'gpu': 'minni', 'model': 'llama-7b', 'tp': 1, 'method': 'm', " OTHERS,
     "'minni'", "axes.gpu: unknown GPU 'minni' (did you mean `mini`?)"},
    {SWEEP "'axes': {'gpu': 5, 'model': 'llama-7b', 'tp': 1, 'method': 'm', " OTHERS,
     "5", "axes.gpu: expected the name of a GPU or a list of them, not number"},
    {SWEEP "'axes': {'gpu': ['mini', 'x*'], 'model': 'llama-7b', 'tp': 1, 'method': 'm', " OTHERS,
     "'x*'", "axes.gpu[1]: no GPU matches 'x*'"},
    {SWEEP "'axes': {'model': ['llama-7b', 'LLAMA-7B'], 'gpu': 'mini', 'tp': 1, 'method': 'm', "
     OTHERS, "'LLAMA-7B'", "axes.model[1]: 'LLAMA-7B' is named twice"},
    {SWEEP
     "'axes': {'model': {'glob': '*', 'not': ['*']}, 'gpu': 'mini', 'tp': 1, 'method': 'm', "
     OTHERS, "{'glob': '*'", "axes.model: leaves no model"},
    {SWEEP "'axes': {'model': {'glob': 5}, 'gpu': 'mini', 'tp': 1, 'method': 'm', " OTHERS,
     "5", "axes.model.glob: expected the name of a model or a list of them, not number"},
    {SWEEP
     "'axes': {'model': {'glob': '*', 'nto': 'l*'}, 'gpu': 'mini', 'tp': 1, 'method': 'm', "
     OTHERS, "'nto'", "axes.model: unknown key 'nto' (did you mean `not`?)"},
    {SWEEP "'axes': {" DECODE_AXES ", 'dtype': 'fp7'}}",
     "'fp7'", "axes.dtype: unknown dtype 'fp7' (did you mean `fp8`?)"},
    {SWEEP "'axes': {" DECODE_AXES ", 'dtype': ['fp8', 'mx*']}}", "'mx*'", "axes.dtype[1]: no dtype matches 'mx*'"},
    {SWEEP "'axes': {" DECODE_AXES ", 'dtype': 5}}",
     "5}", "axes.dtype: expected the name of a dtype or a list of them, not number"},
    {SWEEP "'axes': {'method': 'v*', 'model': 'llama-7b', 'gpu': 'mini', 'tp': 1, " OTHERS,
     "'v*'", "axes.method: methods take no patterns: name each of them"},
    {SWEEP "'axes': {'method': {'glob': '*'}, 'model': 'llama-7b', 'gpu': 'mini', 'tp': 1, " OTHERS,
     "'*'", "axes.method.glob: methods take no patterns: name each of them"},
    {SWEEP "'axes': {" DECODE_AXES ", 'dtype': ['bf16', 'bfloat16']}}",
     "'bfloat16'", "axes.dtype[1]: 'bfloat16' is named twice"},
    {SWEEP
     "'axes': {'method': ['a', {'base': 'a'}], 'model': 'llama-7b', 'gpu': 'mini', 'tp': 1, "
     OTHERS, "{'base': 'a'", "axes.method[1]: two methods are called 'a' (give one of them a 'name')"},
    {SWEEP "'axes': {'method': {'name': 'a'}, 'model': 'llama-7b', 'gpu': 'mini', 'tp': 1, "
     OTHERS, "{'name': 'a'", "axes.method: missing key 'base'"},
    {SWEEP "'axes': {'method': {'base': ''}, 'model': 'llama-7b', 'gpu': 'mini', 'tp': 1, " OTHERS,
     "''", "axes.method.base: an empty text"},
    {SWEEP
     "'axes': {'method': {'base': 'a', 'k': {}}, 'model': 'llama-7b', 'gpu': 'mini', 'tp': 1, "
     OTHERS, "{}", "axes.method.k: expected a text, a number, true, false or a list of numbers"},
    {SWEEP
     "'axes': {'method': {'base': 'a', 'k': [1, 'x']}, 'model': 'llama-7b', 'gpu': 'mini', "
     "'tp': 1, " OTHERS, "'x'", "axes.method.k[1]: expected a number, not string"},
    {SWEEP "'axes': {'method': [], 'model': 'llama-7b', 'gpu': 'mini', 'tp': 1, " OTHERS,
     "[", "axes.method: expected a method`s name or {'base': …, knob: value …}, not an empty list"},
    {SWEEP "'axes': {'model': 'llama-7b', 'gpu': 'mini', 'batch': 1, 'kv_len': 1},"
           " 'zip': {'z': {'tp': [1, 2], 'method': ['a', {'base': 'b', 'name': 'a'}]}}}",
     "{'base': 'b'", "zip.z.method[1]: two methods are called 'a' (give one of them a 'name')"},
    /* zips */
    {SWEEP "'axes': {" WHERE "}, 'zip': {'z': {'batch': [1, 2, 3], 'kv_len': [1, 2]}}}",
     "{'batch': [1", "zip.z: lists of different lengths: batch 3, kv_len 2"},
    {DECODE ", 'zip': {'z': {'batch': [1, 2]}}}",
     "[1, 2]}", "zip.z.batch: batch is also in 'axes' or 'fixed'"},
    {SWEEP "'axes': {" WHERE
     "}, 'zip': {'z': {'batch': [1, 2]}, 'y': {'batch': [1, 2], 'kv_len': [1, 2]}}}",
     "[1, 2],", "zip.y.batch: batch is also in the zip 'z'"},
    {SWEEP "'axes': {" WHERE ", 'kv_len': 1}, 'zip': {'kv': {'batch': [1, 2]}}}",
     "{'batch': [1", "zip.kv: a zip cannot have the name of an axis (call it something else)"},
    {SWEEP "'axes': {" WHERE ", 'kv_len': 1}, 'zip': {'a b': {'batch': [1, 2]}}}",
     "{'batch': [1", "zip['a b']: the name of a zip has letters, digits and _ only, a letter first"},
    {SWEEP "'axes': {" WHERE ", 'kv_len': 1}, 'zip': {'meta': {'batch': [1, 2]}}}",
     "{'batch': [1", "zip.meta: the result file has a group 'meta' already (call it something else)"},
    {DECODE ", 'zip': {'z': {}}}", "{}", "zip.z: a zip of no axes"},
    /* rules */
    {DECODE ", 'exclude': 'tp > 1'}", "'tp > 1'", "exclude: expected a list of rules"},
    {DECODE ", 'exclude': [5]}", "5]", "exclude[0]: expected an expression or an object of axes, not number"},
    {DECODE ", 'exclude': [{}]}", "{}", "exclude[0]: an object without axes would exclude every cell"},
    {DECODE ", 'exclude': ['1 > 2']}",
     "'1 > 2'", "exclude[0]: names no axis, so that it holds for every cell or for none"},
    {DECODE ", 'exclude': ['tp > model.kv_headz']}",
     "model.kv_headz'", "exclude[0]: unknown name 'model.kv_headz' (did you mean `model.num_heads`?)"},
    {DECODE ", 'exclude': ['model.num_heads > seq_len']}",
     "seq_len'", "exclude[0]: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {DECODE ", 'exclude': [{'seq_len': 5}]}",
     "5}", "exclude[0].seq_len: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {DECODE ", 'exclude': [{'batch': []}]}", "[]", "exclude[0].batch: an empty list"},
    {DECODE ", 'exclude': ['tp = 1']}", "= 1'", "exclude[0]: expected an operator, not '=' (write ==)"},
    /* limits, output, fields */
    {DECODE ", 'limits': {'max_cells': 0}}",
     "0", "limits.max_cells: expected a whole number from 1 to 9.2e18 (e.g. 5e9 or '5G')"},
    {DECODE ", 'limits': {'max_cells': '5GiB'}}",
     "'5GiB'", "limits.max_cells: expected a whole number from 1 to 9.2e18 (e.g. 5e9 or '5G')"},
    {DECODE ", 'limits': {'max_bytes': 1e30}}",
     "1e30", "limits.max_bytes: expected a whole number from 1 to 9.2e18 (e.g. '200GiB')"},
    {DECODE ", 'output': {'file': '${nam}.h5'}}",
     "'${nam}.h5'",
     "output.file: the environment has no variable 'nam' (${name} is the sweep`s name, ${VAR:text} a variable with a "
     "default)"},
    {DECODE ", 'output': {'compress': 'defalte'}}",
     "'defalte'", "output.compress: expected 'deflate' or 'none' (did you mean `deflate`?)"},
    {DECODE ", 'output': {'file': ''}}",
     "''", "output.file: expected the name of a file, in which ${name} is filled in"},
    {DECODE ", 'output': {'keepbits': 23}}",
     "23", "output.keepbits: must be at least 1 and at most 22, found 23"},
    {DECODE ", 'output': {'keepbits': '7'}}", "'7'", "output.keepbits: expected a number, found a string (write 7 "
     "without quotes)"},
    {DECODE ", 'output': {'fletcher32': 1}}", "1}", "output.fletcher32: expected a boolean, found a number"},
    {DECODE ", 'output': {'compress': 'gzip'}}",
     "'gzip'", "output.compress: expected 'deflate' or 'none'"},
    {DECODE ", 'fields': []}", "[]", "fields: an empty list"},
    {DECODE ", 'fields': ['a', 'b', 'a']}", "'a']", "fields[2]: 'a' is named twice"},
    {DECODE ", 'fields': [5]}", "5]", "fields[0]: expected the name of a field or a list of them, not number"},
  };
#undef OTHERS
  spec_world world;
  make_world(&world, state);
  check_only_errors(&world, CASES, COUNT(CASES));
  forget_spec(&world);
}

static void block_errors(void **state) {
#define BLOCKS SWEEP "'fixed': {" WHERE ", 'batch': 1}, 'blocks': "
  static const bad_sweep CASES[] = {
    {BLOCKS "[]}", "[", "blocks: expected a list of blocks"},
    {BLOCKS "[5]}", "5", "blocks[0]: expected an object, found a number"},
    {BLOCKS "[{'phase': 'decode', 'axes': {'kv_len': 1}}]}",
     "{'phase': 'decode'", "blocks[0]: missing key 'name'"},
    {BLOCKS "[{'name': 'meta', 'axes': {'kv_len': 1}}]}",
     "'meta'", "blocks[0].name: the result file has a group 'meta' already"},
    {BLOCKS "[{'name': 'a', 'axes': {'kv_len': 1}}, {'name': 'a', 'axes': {'kv_len': 1}}]}",
     "{'name': 'a', 'axes': {'kv_len': 1}}]", "blocks[1]: a second block 'a'"},
    {BLOCKS "[{'name': 'a', 'axes': {'kv_len': 1}, 'limits': {}}]}",
     "'limits'", "blocks[0]: unknown key 'limits'"},
    {BLOCKS "[{'name': 'a', 'phase': 'decode', 'fixed': {'phase': 'decode', 'kv_len': 1}}]}",
     "'decode', 'k", "blocks[0].fixed.phase: the phase is given twice"},
    {BLOCKS "[{'name': 'a', 'phase': 'prefill', 'axes': {'kv_len': 1, 'seq_len': 1}}]}",
     "1, 's", "blocks[0].axes.kv_len: prefill steps have no axis 'kv_len', theirs are batch, cached_len, seq_len"},
    {BLOCKS "[{'name': 'a', 'phase': 'prefill', 'zip': {'z': {'kv_len': [1], 'seq_len': [1]}}}]}",
     "[1],", "blocks[0].zip.z.kv_len: prefill steps have no axis 'kv_len', theirs are batch, cached_len, seq_len"},
    {BLOCKS "[{'name': 'a', 'phase': 'prefill'}]}",
     "{'name': 'a'",
     "blocks[0]: a prefill block needs seq_len (every axis without a default needs values, under 'axes', "
     "'fixed' or 'zip')"},
    {BLOCKS "[{'name': 'a'}]}",
     "{'name': 'a'",
     "blocks[0]: cannot tell the phase (give kv_len (decode), seq_len (prefill), both (mixed), or 'phase')"},
    {BLOCKS "[{'name': 'a', 'axes': {'kv_len': 1}, 'exclude': ['seq_len > 1']}]}",
     "seq_len > 1'", "blocks[0].exclude[0]: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {BLOCKS
     "[{'name': 'a', 'axes': {'kv_len': 1}}, {'name': 'b', 'axes': {'kv_len': 2}}], 'exclude': "
     "['seq_len > 1']}",
     "seq_len > 1'", "exclude[0]: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {BLOCKS "[{'name': 'a', 'axes': {'kv_len': 1}}], 'exclude': [{'seq_len': 1, 'batch': 1}]}",
     "1, 'b", "exclude[0].seq_len: decode steps have no axis 'seq_len', theirs are batch, kv_len"},
    {BLOCKS "[{'name': 'a', 'axes': {'kv_len': 1}}], 'axes': {'cached_len': 17}}",
     "17", "axes.cached_len: no block has the axis 'cached_len'"},
    {BLOCKS "[{'name': 'a', 'axes': {'kv_len': 1}}], 'zip': {'z': {'cached_len': [1]}}}",
     "[1", "zip.z.cached_len: no block has the axis 'cached_len'"},
    {BLOCKS "[{'name': 'a', 'axes': {'kv_len': 1}}], 'zip': {'z': {'kv_len': [1, 2]}}}",
     "{'name': 'a'",
     "blocks[0]: kv_len is in the sweep`s zip 'z'; a block cannot take it out (give the block its own zip of that "
     "name)"},
  };
#undef BLOCKS
  spec_world world;
  make_world(&world, state);
  check_only_errors(&world, CASES, COUNT(CASES));
  forget_spec(&world);
}

static void all_at_once(void **state) {
  spec_world world;
  make_world(&world, state);
  assert_false(load(&world, "{\n  'sweep': 1,\n  'nmae': 'x',\n  'fixed': {'gpu': 'moni'},\n  'axes': {\n    'model': "
                            "['llama-7b', 'llama-9b'],\n"
                            "    'tpp': [1, 2],\n    'batch': [0, '1:x'],\n    'kv_len': '8:4'\n  },\n"
                            "  'exclude': ['tp > model.num_headz', 'batch >'],\n  'limits': {'max_cell': 5}\n}\n"));
  assert_string_equal(
      answer(world.fixture),
      "s.json:1:1: error: missing key 'name'\n"
      "s.json:4:20: error: fixed.gpu: unknown GPU 'moni' (did you mean `mini`?)\n"
      "s.json:6:27: error: axes.model[1]: unknown model 'llama-9b' (did you mean `llama-7b`?)\n"
      "s.json:8:15: error: axes.batch[0]: 0 is below 1, the least allowed\n"
      "s.json:8:18: error: axes.batch[1]: '1:x' is neither a number nor a range (write 4, '4Ki', '1:8', '16:128:16',"
      " '1:512:*2' or [1, 2, 4])\n"
      "s.json:9:15: error: axes.kv_len: 8:4: empty, its start lies above its stop\n"
      "s.json:7:5: error: axes: unknown key 'tpp' (did you mean `tp`?)\n"
      "s.json:12:14: error: limits: unknown key 'max_cell' (did you mean `max_cells`?)\n"
      "s.json:3:3: error: unknown key 'nmae' (did you mean `name`?)\n"
      "s.json:1:1: error: a decode block needs tp (every axis without a default needs values, under 'axes', "
      "'fixed' or"
      " 'zip')\n"
      "s.json:11:21: error: exclude[0]: unknown name 'model.num_headz' (did you mean `model.num_heads`?)\n"
      "s.json:11:47: error: exclude[1]: expected a number, a text or a name, but the expression ends\n");
  forget_spec(&world);
}

/* A mistake in what blocks share is said once. */
static void shared_mistakes_are_said_once(void **state) {
  spec_world world;
  make_world(&world, state);
  assert_false(load(&world,
                    SWEEP "'axes': {'gpu': 'mini', 'model': ['llama-7b', 'plain-1b'], 'tp': [1, 5], 'method': 'm', "
                          "'batch': 0, 'kv_len': 1},"
                          " 'exclude': ['tp > x', 'tp >'], 'blocks': [{'name': 'a'}, {'name': 'b'}, {'name': 'c'}]}"));
  assert_int_equal(world.fixture->diag.n_errors, 5);
  forget_spec(&world);
}

static void too_many_cells(void **state) {
  spec_world world;
  make_world(&world, state);
  assert_false(
      load(&world, SWEEP "'axes': {" WHERE ", 'batch': '1:1000000', 'kv_len': '1:10000000', 'seq_len': '1:1000000'}}"));
  assert_string_equal(answer(world.fixture), "s.json:1:1: error: 10^19 cells: batch 1000000 x kv_len 10000000 x "
                                             "seq_len 1000000 (a sweep can have up to 9.2 * 10^18)\n");
  assert_false(load(&world,
                    SWEEP "'axes': {" WHERE ", 'batch': '1:1000000', 'kv_len': '1:10000000', 'seq_len': '1:500000'},"
                          " 'blocks': [{'name': 'a'}, {'name': 'b'}]}"));
  assert_says(&world.fixture->diag, "cells with the blocks before it");
  must_load(&world, SWEEP "'axes': {" WHERE ", 'batch': '1:1000000', 'kv_len': '1:9000000', 'seq_len': '1:1000000'}}");
  forget_spec(&world);
}

/* What stands in other files or in broken JSON is reported there. */
static void errors_elsewhere(void **state) {
  spec_world world;
  make_world(&world, state);
  assert_false(load(&world, "{'sweep': 1,"));
  assert_says(&world.fixture->diag, "expected");
  assert_false(load(&world, ""));
  put_json(world.fixture, "root/model_configs/llama-7b/config.json", "{'hidden_size': 64}");
  assert_false(load(&world, DECODE "}"));
  assert_non_null(strstr(answer(world.fixture), "root/model_configs/llama-7b/config.json"));
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(one_error_each, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(block_errors, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(all_at_once, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(shared_mistakes_are_said_once, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(too_many_cells, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(errors_elsewhere, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
