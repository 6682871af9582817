/* Sweep files that are right: axes, phases, names, methods, zips, blocks, limits and output. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void check_numbers(const msw_spec_axis *axis, const double *wanted, size_t n_wanted) {
  assert_int_equal(axis->n, n_wanted);
  assert_null(axis->labels);
  for (size_t i = 0; i < n_wanted; i++) assert_same(axis->values[i], wanted[i]);
}
#define assert_numbers(axis, ...) \
  check_numbers((axis), (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void check_labels(const msw_spec_axis *axis, const char *const *wanted, size_t n_wanted) {
  assert_int_equal(axis->n, n_wanted);
  for (size_t i = 0; i < n_wanted; i++) assert_string_equal(axis->labels[i], wanted[i]);
}
#define assert_labels(axis, ...) \
  check_labels((axis), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void the_smallest_sweep(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world, DECODE "}");
  const msw_spec *spec = &world.spec;
  assert_int_equal(world.fixture->diag.n, 0);
  assert_string_equal(spec->name, "t");
  assert_string_equal(in_notation(world.fixture, spec->text), DECODE "}");
  assert_int_equal(spec->n_blocks, 1);
  assert_true(spec->max_cells == UINT64_MAX && spec->max_bytes == UINT64_MAX);
  assert_null(spec->output_file);
  assert_string_equal(spec->compress, "deflate");
  assert_string_equal(block->name, "");
  assert_int_equal(block->phase, MSW_DECODE);
  assert_labels(&block->axes[MSW_AXIS_GPU], "mini");
  assert_labels(&block->axes[MSW_AXIS_MODEL], "llama-7b");
  assert_numbers(&block->axes[MSW_AXIS_TP], 1);
  assert_numbers(&block->axes[MSW_AXIS_EP], 1);
  assert_labels(&block->axes[MSW_AXIS_DTYPE], "config");
  assert_labels(&block->axes[MSW_AXIS_METHOD], "m");
  assert_numbers(&block->axes[MSW_AXIS_BATCH], 1, 2);
  assert_numbers(&block->axes[MSW_AXIS_KV_LEN], 128, 256, 512);
  assert_int_equal(block->axes[MSW_AXIS_SEQ_LEN].n, 0);
  assert_int_equal(block->axes[MSW_AXIS_CACHED_LEN].n, 0);
  assert_string_equal(block->gpus[0]->name, "mini");
  assert_int_equal(block->models[0]->num_heads, 32);
  assert_true(block->axes[MSW_AXIS_BATCH].given && !block->axes[MSW_AXIS_EP].given);
  assert_string_equal(block->axes[MSW_AXIS_BATCH].where.path, "axes.batch");
  assert_null(block->axes[MSW_AXIS_EP].where.path);
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    assert_int_equal(block->axes[id].id, id);
    assert_int_equal(block->axes[id].zip, -1);
  }
  assert_int_equal(block->n_zips + block->n_rules + block->n_fields, 0);
  forget_spec(&world);
}

static void axes_have_names_and_units(void **state) {
  (void)state;
  msw_axis_id id;
  assert_true(msw_axis_find("kv", &id) && id == MSW_AXIS_KV_LEN);
  assert_true(msw_axis_find("bs", &id) && id == MSW_AXIS_BATCH);
  assert_true(msw_axis_find("hw", &id) && id == MSW_AXIS_GPU);
  assert_false(msw_axis_find("KV", &id));
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    assert_true(msw_axis_find(msw_axis_name(axis), &id) && id == axis);
    assert_int_equal(strlen(msw_axis_unit(axis)) == 0, msw_axis_is_text(axis));
    assert_true(strlen(msw_axis_long_name(axis)) > 0);
    if (axis < MSW_FIRST_NUMERIC_AXIS) assert_true(msw_phase_has_axis(MSW_PREFILL, axis));
  }
}

static void phases(void **state) {
  static const struct { const char *text; msw_phase phase; } CASES[] = {
    {SWEEP "'axes': {" WHERE ", 'batch': 1, 'kv_len': 1}}", MSW_DECODE},
    {SWEEP "'axes': {" WHERE ", 'batch': 1, 'seq_len': 1}}", MSW_PREFILL},
    {SWEEP "'axes': {" WHERE ", 'batch': 1, 'kv_len': 1, 'seq_len': 1}}", MSW_MIXED},
    {SWEEP "'axes': {" WHERE ", 'batch': 1, 'kv_len': 1, 'seq_len': 1}, 'fixed': {'phase': 'mixed'}}", MSW_MIXED},
    {SWEEP "'axes': {" WHERE ", 'batch': 1}, 'zip': {'z': {'seq_len': [1, 2], 'cached_len': [0, 5]}}}", MSW_PREFILL},
    {SWEEP "'axes': {" WHERE ", 'batch': 1, 'kv_len': 1, 'seq_len': 1},"
           " 'blocks': [{'name': 'b', 'phase': 'prefill'}, {'name': 'd', 'fixed': {'phase': 'decode'}}]}", MSW_PREFILL},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const msw_spec_block *block = must_load(&world, CASES[i_case].text);
    assert_int_equal(block->phase, CASES[i_case].phase);
    for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
      assert_int_equal(block->axes[id].n > 0, msw_phase_has_axis(block->phase, id));
  }
  assert_numbers(&world.spec.blocks[0].axes[MSW_AXIS_CACHED_LEN], 0);
  assert_int_equal(world.spec.blocks[1].phase, MSW_DECODE);
  forget_spec(&world);
}

static void comments_aliases_and_ranges(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world,
    SWEEP "// the language is JSON with comments\n"
    "'description': 'text', '$schema': 'text', # and this\n"
    "'fixed': {'hw': 'toy', 'model': 'LLAMA-7B', /* also */ 'method': 'm',},\n"
    "'axes': {'tp': '1:8:*2', 'bs': {'union': ['1:4', '2:8:*2']}, 'kv': ['4Ki', 1e4]}}");
  assert_labels(&block->axes[MSW_AXIS_GPU], "toy_sxm");
  assert_labels(&block->axes[MSW_AXIS_MODEL], "llama-7b");
  assert_numbers(&block->axes[MSW_AXIS_TP], 1, 2, 4, 8);
  assert_numbers(&block->axes[MSW_AXIS_BATCH], 1, 2, 3, 4, 8);
  assert_numbers(&block->axes[MSW_AXIS_KV_LEN], 4096, 10000);
  assert_int_equal(world.fixture->diag.n, 1);   /* a note on what the union dropped */
  forget_spec(&world);
}

static void models_by_pattern(void **state) {
  static const struct { const char *models, *labels; } CASES[] = {
    {"'*'", "llama-13b llama-7b moe-8x1b plain-1b"},
    {"'LLAMA*'", "llama-13b llama-7b"},
    {"['llama-7b', 'llama*']", "llama-7b llama-13b"},
    {"['llama*', 'llama-7b']", "llama-13b llama-7b"},
    {"['*1b', ['l*', '*7b']]", "moe-8x1b plain-1b llama-13b llama-7b"},
    {"{'glob': '*', 'not': 'l*'}", "moe-8x1b plain-1b"},
    {"{'glob': ['p*', 'l*'], 'not': ['*7b']}", "plain-1b llama-13b"},
    {"[{'glob': '*', 'not': 'l*'}, 'llama-7b']", "moe-8x1b plain-1b llama-7b"},
    {"['*', {'glob': 'l*'}]", "llama-13b llama-7b moe-8x1b plain-1b"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const msw_spec_block *block = must_load(&world, msw_format(&world.fixture->arena,
      SWEEP "'axes': {'gpu': '*', 'model': %s, 'tp': 1, 'method': 'm', 'dtype': 'bf16', 'batch': 1, 'kv_len': 1}}",
      CASES[i_case].models));
    const char *labels = "";
    const msw_spec_axis *axis = &block->axes[MSW_AXIS_MODEL];
    for (size_t i = 0; i < axis->n; i++) {
      labels = msw_format(&world.fixture->arena, "%s%s%s", labels, i ? " " : "", axis->labels[i]);
      assert_string_equal(block->models[i]->name, axis->labels[i]);
    }
    assert_string_equal(labels, CASES[i_case].labels);
    assert_labels(&block->axes[MSW_AXIS_GPU], "mini", "toy_sxm");
  }
  must_load(&world, SWEEP "'axes': {'gpu': {'glob': '*', 'not': 'tyo*'}, 'model': 'llama-7b', 'tp': 1, 'method': 'm',"
                          " 'batch': 1, 'kv_len': 1}}");
  assert_non_null(strstr(answer(world.fixture), "warning: axes.gpu.not: no GPU matches 'tyo*'\n"));
  forget_spec(&world);
}

static void dtypes_by_any_name(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world, DECODE ", 'fixed': {'dtype': 'bfloat16'}}");
  assert_labels(&block->axes[MSW_AXIS_DTYPE], "bf16");
  forget_spec(&world);
  block = must_load(&world, SWEEP "'axes': {" DECODE_AXES ", 'dtype': ['CONFIG', 'FP8', 'int8']}}");
  assert_labels(&block->axes[MSW_AXIS_DTYPE], "config", "fp8", "int8");
  forget_spec(&world);
}

/* A config without torch_dtype does where a dtype is given, and where the model is void anyway. */
static void torch_dtype_is_needed_by_dense_models_only(void **state) {
  spec_world world;
  make_world(&world, state);
#define OTHERS "'gpu': 'mini', 'tp': 1, 'method': 'm', 'batch': 1, 'kv_len': 1"
  must_load(&world, SWEEP "'axes': {'model': 'moe-8x1b', " OTHERS "}}");
  must_load(&world, SWEEP "'axes': {'model': 'plain-1b', 'dtype': 'fp16', " OTHERS "}}");
  must_load(&world, SWEEP "'axes': {" OTHERS "}, 'zip': {'z': {'model': ['plain-1b', 'llama-7b'],"
                          " 'dtype': ['fp16', 'config']}}}");
#undef OTHERS
  forget_spec(&world);
}

static void methods(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world,
    SWEEP "'fixed': {'gpu': 'mini', 'model': 'llama-7b', 'tp': 1, 'batch': 1, 'kv_len': 1}, 'axes': {'method': ["
    "'v2-interp', {'base': 'v2-floor'}, {'base': 'v2-floor', 'name': 'mine', 'causal_factor': 1.8},"
    "{'base': 'v2-floor', 'prefill_bucket': [512, 1024], 'gemm_weight_floor': false, 'bw_efficiency': null,"
    " 'ragged_corner': 'clamp', 'bw': 1e3}]}}");
  assert_labels(&block->axes[MSW_AXIS_METHOD], "v2-interp", "v2-floor", "mine",
                "v2-floor+prefill_bucket=[512,1024]+gemm_weight_floor=false+ragged_corner=clamp+bw=1000");
  const msw_method_spec *mine = &block->methods[2], *last = &block->methods[3];
  assert_string_equal(mine->base, "v2-floor");
  assert_int_equal(mine->n_settings, 1);
  assert_string_equal(mine->settings[0].knob, "causal_factor");
  assert_int_equal(mine->settings[0].kind, MSW_SETTING_NUMBER);
  assert_same(mine->settings[0].number, 1.8);
  assert_string_equal(mine->settings[0].where.path, "axes.method[2].causal_factor");
  assert_int_equal(last->n_settings, 4);
  assert_int_equal(last->settings[0].kind, MSW_SETTING_LIST);
  assert_int_equal(last->settings[0].n_list, 2);
  assert_same(last->settings[0].list[1], 1024);
  assert_int_equal(last->settings[1].kind, MSW_SETTING_BOOL);
  assert_false(last->settings[1].boolean);
  assert_string_equal(last->settings[1].text, "false");
  assert_int_equal(last->settings[2].kind, MSW_SETTING_TEXT);
  assert_string_equal(last->settings[2].text, "clamp");
  block = must_load(&world, SWEEP "'fixed': {'gpu': 'mini', 'model': 'llama-7b', 'tp': 1, 'batch': 1, 'kv_len': 1,"
                                  " 'method': {'base': 'v2-floor', 'name': 'one'}}}");
  assert_labels(&block->axes[MSW_AXIS_METHOD], "one");
  forget_spec(&world);
}

static void zips(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world,
    SWEEP "'fixed': {'gpu': 'mini', 'method': 'm', 'kv_len': 1}, 'zip': {"
    "'size': {'model': ['llama-7b', 'llama-13b', 'llama-7b'], 'tp': [1, 2, 4]},"
    "'shape': {'seq_len': [128, 128], 'bs': '1:2'}}}");
  assert_int_equal(block->n_zips, 2);
  assert_string_equal(block->zips[0].name, "size");
  assert_int_equal(block->zips[0].n, 3);
  assert_int_equal(block->zips[0].n_members, 2);
  assert_int_equal(block->zips[0].members[0], MSW_AXIS_MODEL);
  assert_int_equal(block->zips[0].members[1], MSW_AXIS_TP);
  assert_labels(&block->axes[MSW_AXIS_MODEL], "llama-7b", "llama-13b", "llama-7b");
  assert_int_equal(block->axes[MSW_AXIS_MODEL].zip, 0);
  assert_int_equal(block->axes[MSW_AXIS_TP].zip, 0);
  assert_int_equal(block->axes[MSW_AXIS_SEQ_LEN].zip, 1);
  assert_numbers(&block->axes[MSW_AXIS_SEQ_LEN], 128, 128);
  assert_numbers(&block->axes[MSW_AXIS_BATCH], 1, 2);
  assert_int_equal(block->axes[MSW_AXIS_GPU].zip, -1);
  forget_spec(&world);
  block = must_load(&world, SWEEP
                    "'fixed': {'gpu': 'mini', 'model': 'llama-7b', 'batch': 1, 'kv_len': 1}, 'zip': {"
                    "'z': {'method': ['a', {'base': 'b', 'k': 1}, 'a', {'base': 'b', 'k': 1}], 'tp': [1, 1, 2, 2]}}}");
  assert_labels(&block->axes[MSW_AXIS_METHOD], "a", "b+k=1", "a", "b+k=1");
  forget_spec(&world);
}

static void blocks_take_what_they_can(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *blocks = must_load(&world,
    SWEEP "'fixed': {" WHERE "}, 'axes': {'batch': [1, 2], 'cached_len': [0, 64]},"
    "'zip': {'shape': {'kv_len': [128, 256], 'seq_len': [16, 32]}}, 'fields': ['step_us'], 'blocks': ["
    "{'name': 'decode', 'phase': 'decode', 'description': 'text'},"
    "{'name': 'prefill', 'phase': 'prefill', 'axes': {'batch': 7}, 'fields': ['attn_us', 'bound']},"
    "{'name': 'mixed', 'zip': {'shape': {'kv_len': [1, 2, 3], 'seq_len': [4, 5, 6], 'prefill_batch': [1, 1, 2]}}},"
    "{'name': 'pairs', 'phase': 'prefill', 'zip': {'p': {'batch': [3, 4], 'tp': [1, 2]}}}]}");
  assert_int_equal(world.spec.n_blocks, 4);
  assert_string_equal(blocks[0].name, "decode");
  assert_int_equal(blocks[0].n_zips, 1);   /* what is left of the zip */
  assert_int_equal(blocks[0].zips[0].n_members, 1);
  assert_int_equal(blocks[0].axes[MSW_AXIS_SEQ_LEN].n, 0);
  assert_int_equal(blocks[0].axes[MSW_AXIS_CACHED_LEN].n, 0);
  assert_numbers(&blocks[0].axes[MSW_AXIS_BATCH], 1, 2);
  assert_string_equal(blocks[0].fields[0], "step_us");
  assert_numbers(&blocks[1].axes[MSW_AXIS_BATCH], 7);
  assert_numbers(&blocks[1].axes[MSW_AXIS_CACHED_LEN], 0, 64);
  assert_int_equal(blocks[1].n_fields, 2);
  assert_string_equal(blocks[1].fields[1], "bound");
  assert_string_equal(blocks[1].fields_where[1].path, "blocks[1].fields[1]");
  assert_int_equal(blocks[2].phase, MSW_MIXED);
  assert_int_equal(blocks[2].zips[0].n, 3);
  assert_int_equal(blocks[2].zips[0].n_members, 3);
  assert_numbers(&blocks[3].axes[MSW_AXIS_BATCH], 3, 4);
  assert_int_equal(blocks[3].n_zips, 2);
  assert_int_equal(blocks[3].axes[MSW_AXIS_TP].zip, 1);
  assert_true(blocks[0].models[0] == blocks[3].models[0]);   /* read once */
  forget_spec(&world);
}

/* In lists of objects nothing is merged, and null means that a key is not there. */
static void nulls_are_absent(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world,
    SWEEP "'fixed': {" WHERE ", 'batch': 7}, 'output': null, 'blocks': [{'name': 'a', 'phase': null, 'fields': null,"
    " 'axes': {'kv_len': 5, 'batch': null, 'bs': null}, 'fixed': {'phase': null}, 'zip': {'z': null},"
    " 'exclude': null}]}");
  assert_numbers(&block->axes[MSW_AXIS_BATCH], 7);
  assert_int_equal(block->n_zips, 0);
  forget_spec(&world);
}

static void limits_and_output(void **state) {
  static const struct { const char *limits; uint64_t max_cells, max_bytes; } CASES[] = {
    {"{}", UINT64_MAX, UINT64_MAX},
    {"{'max_cells': 1e13}", UINT64_C(10000000000000), UINT64_MAX},
    {"{'max_cells': '1e12', 'max_bytes': '200GiB'}", UINT64_C(1000000000000), UINT64_C(214748364800)},
    {"{'max_cells': '5G', 'max_bytes': '5G'}", UINT64_C(5000000000), UINT64_C(5000000000)},
    {"{'max_bytes': 4096}", UINT64_MAX, 4096},
    {"{'max_bytes': '1e9'}", UINT64_MAX, 1000000000},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    must_load(&world, msw_format(&world.fixture->arena, DECODE ", 'limits': %s}", CASES[i_case].limits));
    assert_true(world.spec.max_cells == CASES[i_case].max_cells);
    assert_true(world.spec.max_bytes == CASES[i_case].max_bytes);
  }
  must_load(&world, DECODE ", 'output': {'file': 'r/${name}-${name}.h5', 'compress': 'none'}}");
  assert_string_equal(world.spec.output_file, "r/t-t.h5");
  assert_string_equal(world.spec.compress, "none");
  forget_spec(&world);
}

/* Nothing is materialised but the axes themselves. */
static void a_huge_grid(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(&world,
    SWEEP "'fixed': {" WHERE "}, 'axes': {'batch': '1:1000000', 'kv_len': '1:1000000'}}");
  assert_int_equal(block->axes[MSW_AXIS_BATCH].n, 1000000);
  assert_non_null(
      strstr(in_notation(world.fixture, world.spec.expanded), "'batch':'1:1000000'")); /* long axes stay as written */
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(the_smallest_sweep, input_setup, input_teardown),
    cmocka_unit_test(axes_have_names_and_units),
    cmocka_unit_test_setup_teardown(phases, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(comments_aliases_and_ranges, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(models_by_pattern, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(dtypes_by_any_name, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(torch_dtype_is_needed_by_dense_models_only, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(methods, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(zips, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(blocks_take_what_they_can, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(nulls_are_absent, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(limits_and_output, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(a_huge_grid, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
