/* How a sweep's document comes about: extends, defs, --set; and its canonical form. */
#include "spec_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool load_file(spec_world *world, const char *path) {
  input_fixture *fixture = world->fixture;
  forget_spec(world);
  world->is_loaded =
      msw_spec_load(path, (msw_spec_edits){0}, &world->data, &fixture->arena, &fixture->diag, &world->spec) == MSW_OK;
  return world->is_loaded;
}

/* ---- extends ---- */

static void later_files_win(void **state) {
  spec_world world;
  make_world(&world, state);
  input_fixture *fixture = *state;
  put_json(fixture, "sweeps/sub/a.json", "{'sweep': 1, 'axes': {'batch': 1, 'kv_len': 1, 'tp': 1, 'cached_len': 5}}");
  put_json(fixture, "sweeps/b.json", "{'extends': 'sub/a.json', 'axes': {'batch': 2, 'kv_len': 2}}");
  put_json(fixture, "sweeps/c.json",
           "{'axes': {'kv_len': 3}, 'fixed': {'gpu': 'mini', 'model': 'llama-7b', 'method': 'm'}}");
  const char *path =
      put_json(fixture, "sweeps/main.json",
               "{'extends': ['b.json', 'c.json'], 'name': 'main', 'axes': {'tp': [1, 2], 'cached_len': null}}");
  assert_true(load_file(&world, path));
  const msw_spec_block *block = world.spec.blocks;
  assert_int_equal(fixture->diag.n, 0);
  assert_string_equal(world.spec.name, "main");
  assert_same(block->axes[MSW_AXIS_BATCH].values[0], 2);
  assert_same(block->axes[MSW_AXIS_KV_LEN].values[0], 3);
  assert_int_equal(block->axes[MSW_AXIS_TP].n, 2);
  assert_string_equal(block->axes[MSW_AXIS_KV_LEN].where.loc.file, in_dir(fixture, "sweeps/c.json"));
  assert_int_equal(world.spec.n_documents, 4);
  assert_int_equal(world.spec.n_inputs, 6);   /* and a GPU, and a model */
  static const char *const FILES[] = {"sweeps/main.json", "sweeps/b.json", "sweeps/sub/a.json", "sweeps/c.json"};
  for (size_t i_file = 0; i_file < COUNT(FILES); i_file++) {
    assert_string_equal(world.spec.input_files[i_file], in_dir(fixture, FILES[i_file]));
    assert_int_equal(strlen(world.spec.input_sha256[i_file]), 64);
  }
  assert_string_equal(world.spec.input_files[4], world.data.gpus[0].file);
  assert_string_equal(world.spec.input_files[5], block->models[0]->file);
  forget_spec(&world);
}

static void one_file_may_be_extended_twice(void **state) {
  spec_world world;
  make_world(&world, state);
  input_fixture *fixture = *state;
  put_json(fixture, "base.json", DECODE "}");
  put_json(fixture, "left.json", "{'extends': 'base.json'}");
  put_json(fixture, "right.json", "{'extends': './base.json'}");
  assert_true(load_file(&world, put_json(fixture, "main.json", "{'extends': ['left.json', 'right.json']}")));
  forget_spec(&world);
}

static void extends_errors(void **state) {
  static const struct { const char *text, *says; } CASES[] = {
      {"{'extends': 5}", "main.json:1:13: error: extends: expected the name of a sweep file, or a list of names\n"},
      {"{'extends': ['']}", "main.json:1:14: error: extends[0]: expected the name of a sweep file\n"},
      {"{'extends': 'none.json'}", "main.json:1:13: error: extends: there is no file none.json\n"},
      {"{'extends': 'main.json'}", "main.json:1:13: error: extends: extends itself: main.json -> main.json\n"},
      {"{'extends': 'loop.json'}",
       "loop.json:1:14: error: extends[0]: extends itself: main.json -> loop.json -> ./main.json\n"},
      {"{'extends': 'bad.json'}", "bad.json:1:1: error: a sweep file is an object: { … }\n"},
      {"{'extends': 'deep.json'}", "deep.json:1:13: error: extends: extends itself: deep.json -> deep.json\n"},
  };
  spec_world world;
  make_world(&world, state);
  input_fixture *fixture = *state;
  put_json(fixture, "loop.json", "{'extends': ['./main.json']}");
  put_json(fixture, "deep.json", "{'extends': 'deep.json'}");
  put_json(fixture, "bad.json", "[]");
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const char *path = put_json(fixture, "main.json", CASES[i_case].text);
    assert_false(load_file(&world, path));
    assert_non_null(strstr(answer(fixture), CASES[i_case].says));
  }
  assert_false(load_file(&world, in_dir(fixture, "nowhere.json")));
  assert_string_equal(answer(fixture), "nowhere.json: error: cannot be read: No such file or directory\n");
  forget_spec(&world);
}

/* Each file extends the one before three times: 3^12 reads without an end to it. */
static void extends_is_limited(void **state) {
  spec_world world;
  make_world(&world, state);
  input_fixture *fixture = *state;
  put_json(fixture, "f0.json", "{}");
  for (int i_file = 1; i_file <= 12; i_file++)
    put_json(fixture, msw_format(&fixture->arena, "f%d.json", i_file),
             msw_format(&fixture->arena, "{'extends': ['f%d.json', 'f%d.json', './f%d.json']}", i_file - 1, i_file - 1,
                        i_file - 1));
  assert_false(load_file(&world, in_dir(fixture, "f12.json")));
  assert_says(&fixture->diag, "extends too many files: at most 64, at most 16 deep");
  forget_spec(&world);
}

/* ---- defs ---- */

static void defs_stand_for_values(void **state) {
  spec_world world;
  make_world(&world, state);
  const msw_spec_block *block = must_load(
      &world, SWEEP "'defs': {'kv': '128:512:*2', 'small': ['llama-7b'], 'models': ['$small', 'llama-13b'],"
                    " 'm': {'base': 'm', 'a': 1, 'b': 2}, 'rules': ['tp > 1', {'batch': 2}], 'fields': ['x', 'y']},"
                    " 'fixed': {'gpu': 'mini', 'tp': 1}, 'axes': {'model': '$models', 'batch': [1, 2],"
                    " 'method': ['v', {'$merge': ['$m', {'b': 3, 'a': null}]}]},"
                    " 'zip': {'z': {'kv_len': '$kv', 'seq_len': '$kv'}}, 'exclude': ['$rules', 'batch > 9'], 'fields': "
                    "['$fields', 'z']}");
  assert_int_equal(world.fixture->diag.n, 0);
  assert_int_equal(block->axes[MSW_AXIS_MODEL].n, 2);
  assert_string_equal(block->axes[MSW_AXIS_METHOD].labels[1], "m+b=3");
  assert_int_equal(block->zips[0].n, 3);
  assert_int_equal(block->n_rules, 3);
  assert_int_equal(block->n_fields, 3);
  assert_string_equal(block->axes[MSW_AXIS_MODEL].where.path, "axes.model");
  forget_spec(&world);
}

static void defs_errors(void **state) {
  static const struct { const char *text, *says; } CASES[] = {
      {"'defs': 5", "error: defs: expected an object of named values\n"},
      {"'defs': {'a b': 1}", "error: defs['a b']: the name of a def has letters, digits, _ and - only\n"},
      {"'fields': '$kv'", "error: fields: 'defs' has no 'kv'\n"},
      {"'defs': {'kvs': 'a'}, 'fields': ['$kv']", "error: fields[0]: 'defs' has no 'kv' (did you mean `kvs`?)\n"},
      {"'defs': {'a': ['$a']}, 'fields': '$a'", "error: defs.a[0]: $a refers to itself\n"},
      {"'defs': {'a': '$b', 'b': '$c', 'c': '$a'}, 'fields': '$a'", "error: defs.c: $a refers to itself\n"},
      {"'defs': {'a': '$'}", "error: defs.a: 'defs' has no ''\n"},
      {"'fields': {'$merge': 5}", "error: fields: '$merge' takes a list of objects, and no other key beside it\n"},
      {"'fields': {'$merge': [{}], 'x': 1}",
       "error: fields: '$merge' takes a list of objects, and no other key beside it\n"},
      {"'fields': {'$merge': [5]}", "error: fields['$merge'][0]: '$merge' takes objects, not number\n"},
      {"'defs': {'a': 1}", "warning: defs.a: 'a' is not used\n"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    load(&world, msw_format(&world.fixture->arena, DECODE ", %s}", CASES[i_case].text));
    const char *text = answer(world.fixture);
    if (!strstr(text, CASES[i_case].says)) fail_msg("%s says: %s", CASES[i_case].text, text);
  }
  forget_spec(&world);
}

/* A def that cannot be replaced is one error, not an avalanche. */
static void a_missing_def_is_one_error(void **state) {
  spec_world world;
  make_world(&world, state);
  load(&world, SWEEP "'axes': {'gpu': 'mini', 'model': '$mdl', 'tp': '$t', 'method': 'm', 'batch': [1, '$b'],"
                     " 'kv_len': 5}, 'exclude': ['tp > model.num_heads', {'tp': '$t'}, '$r'], 'fields': ['a', '$f']}");
  assert_int_equal(world.fixture->diag.n_errors, 6);
  forget_spec(&world);
}

/* d1 holds d0 ten times, d2 holds d1 ten times … */
static void defs_are_limited(void **state) {
  spec_world world;
  make_world(&world, state);
  msw_buf text = {0};
  msw_buf_add(&text, DECODE ", 'defs': {'d0': [1,1,1,1,1,1,1,1,1,1]");
  for (int i_def = 1; i_def <= 12; i_def++) {
    msw_buf_printf(&text, ", 'd%d': [", i_def);
    for (int i_use = 0; i_use < 10; i_use++) msw_buf_printf(&text, "%s'$d%d'", i_use ? ", " : "", i_def - 1);
    msw_buf_add(&text, "]");
  }
  msw_buf_add(&text, "}}");
  assert_false(load(&world, text.text));
  assert_says(&world.fixture->diag, "defs grow too large: at most 1000000 values in all, nested 64 deep");
  msw_buf_free(&text);
  forget_spec(&world);
}

/* ---- --set ---- */

static void edits(void **state) {
  static const struct { const char *set, *part; } CASES[] = {
    {"axes.batch=4", "'batch':[4]"},
    {"axes.batch=1,2,4", "'batch':[1,2,4]"},
    {"axes.batch=[1,2,4]", "'batch':[1,2,4]"},
    {"axes.batch=1:8:*2", "'batch':[1,2,4,8]"},
    {"axes.batch=1:2,4Ki", "'batch':[1,2,4096]"},
    {"axes.batch={'union': [2, 1]}", "'batch':[1,2]"},
    {"axes.model=llama-13b", "'model':['llama-13b']"},
    {"axes.model='llama-13b'", "'model':['llama-13b']"},
    {"axes.model=llama*", "'model':['llama-13b','llama-7b']"},
    {"axes.model=llama-7b,llama-13b", "'model':['llama-7b','llama-13b']"},
    {"axes.dtype=fp8", "'dtype':['fp8']"},
    {"fixed.dtype=fp8", "'dtype':['fp8']"},
    {"name=other", "'name':'other'"},
    {"exclude=tp > 1,batch > 2", "'exclude':['tp > 1','batch > 2']"},
    {"axes.kv_len[1]=7", "'kv_len':[128,7,512]"},
    {"axes.kv_len[0]=null", "'kv_len':[256,512]"},
    {"output=null", "'name':'t'"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    load_edited(&world, DECODE "}", &CASES[i_case].set, 1);
    assert_no_errors(&world.fixture->diag);
    if (!strstr(in_notation(*state, world.spec.expanded), CASES[i_case].part))
      fail_msg("--set %s gives %s", CASES[i_case].set, world.spec.expanded);
  }
  static const char *const SEVERAL[] = {"defs.k=[5,6]", "axes.kv_len=$k", "axes.batch=null", "fixed.bs=3"};
  load_edited(&world, DECODE "}", SEVERAL, COUNT(SEVERAL));
  assert_no_errors(&world.fixture->diag);
  assert_non_null(strstr(in_notation(*state, world.spec.expanded), "'batch':[3],'kv_len':[5,6]"));
  forget_spec(&world);
}

static void edit_errors(void **state) {
#define HOW " (write PATH=VALUE, e.g. axes.tp=1,2,4 or blocks[1].axes.batch=1:64)\n"
  static const struct { const char *set, *says; } CASES[] = {
    {"axes.tp", "--set: error: 'axes.tp' has no =" HOW},
    {"=4", "--set : error: the path is empty" HOW},
    {"axes..tp=4", "--set axes..tp: error: the path has an empty part" HOW},
    {"axes.=4", "--set axes.: error: the path has an empty part" HOW},
    {".axes=4", "--set .axes: error: the path has an empty part" HOW},
    {"[0]=4", "--set [0]: error: the path has an empty part" HOW},
    {"axes.kv_len[x]=4", "--set axes.kv_len[x]: error: the path has something else than a number in [ ]" HOW},
    {"axes.kv_len[1=4", "--set axes.kv_len[1: error: the path has something else than a number in [ ]" HOW},
    {"axes.kv_len[1]x=4", "--set axes.kv_len[1]x: error: the path has an empty part" HOW},
    {"axes.kv_len[3]=4", "--set axes.kv_len[3]: error: the document has no element [3] there" HOW},
    {"blocks[0].axes.tp=4", "--set blocks[0].axes.tp: error: the document has no element [0] there" HOW},
    {"axes.batch.x=4", "--set axes.batch.x: error: 'x' would be inside array" HOW},
    {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=4", "error: the path is too long" HOW},
    {"extends=x.json", "--set extends: error: files are merged before edits are made: 'extends' cannot be set" HOW},
    {"axes.batch=[1,", "--set axes.batch:1:4: error: expected"},
    {"axes.batch=0", "--set axes.batch:1:1: error: axes.batch: 0 is below 1, the least allowed\n"},
    {"axes.btach=4", "--set axes.btach:1:1: error: axes: unknown key 'btach' (did you mean `batch`?)\n"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    assert_false(load_edited(&world, DECODE "}", &CASES[i_case].set, 1));
    const char *text = answer(world.fixture);
    if (!strstr(text, CASES[i_case].says)) fail_msg("--set %s says: %s", CASES[i_case].set, text);
  }
#undef HOW
  forget_spec(&world);
}

/* ---- The canonical document ---- */

static void the_canonical_document(void **state) {
  spec_world world;
  make_world(&world, state);
  assert_string_equal(
      expanded(&world,
               "{'limits': {'max_cells': 100}, 'exclude': ['batch > 1', {'kv': [128, 256], 'hw': 'm*'}], 'name': 't',"
               "'fields': ['step_us'], 'axes': {" DECODE_AXES "}, 'sweep': 1, 'output': {'file': 'x.h5'}}"),
      "{'sweep':1,'name':'t','fixed':{'phase':'decode'},'axes':{'gpu':['mini'],'model':['llama-7b'],'tp':[1],"
      "'ep':[1],'dtype':['config'],'method':['m'],'batch':[1,2],'kv_len':[128,256,512]},"
      "'exclude':['batch > 1',{'gpu':'m*','kv_len':[128,256]}],'fields':['step_us']}");
  forget_spec(&world);
}

/* Comments, order, aliases, ranges, defaults, defs, descriptions: another text, the same sweep. */
static void other_words_same_sweep(void **state) {
  static const char *const TEXTS[] = {
    DECODE "}",
    "// comment\n" DECODE ", 'description': 'x'}",
    SWEEP "'axes': {'kv': '128:512:*2', 'bs': '1:2'}, 'fixed': {'hw': 'MINI', 'model': '*-7b', 'tp': 1, 'ep': 1,"
          " 'dtype': 'config', 'method': {'base': 'm'}, 'phase': 'decode'}, 'limits': {'max_cells': 7}}",
    SWEEP "'defs': {'b': {'mul': [1, 2, 2]}}, 'axes': {" WHERE ", 'batch': '$b', 'kv_len': {'log': [128, 512, 3]}}}",
  };
  spec_world world;
  make_world(&world, state);
  const char *first = expanded(&world, TEXTS[0]);
  for (size_t i_text = 1; i_text < COUNT(TEXTS); i_text++) assert_string_equal(expanded(&world, TEXTS[i_text]), first);
  forget_spec(&world);
}

/* The canonical document is a sweep file and expands to itself. */
static void canonical_stays_canonical(void **state) {
  static const char *const TEXTS[] = {
      DECODE "}",
      DECODE ", 'exclude': ['tp > 1', {'bs': '1:2'}], 'fields': ['a', 'b']}",
      SWEEP "'fixed': {'tp': 1}, 'axes': {'gpu': '*', 'method': ['m', {'base': 'm', 'k': [1, 2.5]}, {'base': 'm',"
            " 'name': 'n'}], 'batch': '1:5000', 'kv_len': 1}, 'zip': {'z': {'model': ['llama-7b', 'llama-7b'],"
            " 'seq_len': [128, 256]}}}",
      SWEEP "'fixed': {" WHERE
            "}, 'axes': {'batch': [1, 2], 'kv_len': 5, 'cached_len': [0, 9]}, 'exclude': ['cached_len > batch',"
            " 'batch > 1'], 'blocks': [{'name': 'a', 'phase': 'decode'}, {'name': 'b', 'axes': {'seq_len': [1, 2]},"
            " 'exclude': [{'seq_len': 2}], 'fields': ['f']}]}",
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_text = 0; i_text < COUNT(TEXTS); i_text++) {
    const char *once = expanded(&world, TEXTS[i_text]);
    assert_string_equal(expanded(&world, once), once);
  }
  forget_spec(&world);
}

static void axes_stay_as_written_when_long(void **state) {
  spec_world world;
  make_world(&world, state);
  static const struct { const char *batch, *part; } CASES[] = {
    {"'1:4096'", "4095,4096]"},
    {"'1:4097'", "'batch':'1:4097'"},
    {"{'union': ['1:4097', 3]}", "'batch':{'union':['1:4097',3]}"},
  };
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const char *text =
        msw_format(&world.fixture->arena, SWEEP "'axes': {" WHERE ", 'bs': %s, 'kv_len': 1}}", CASES[i_case].batch);
    assert_non_null(strstr(expanded(&world, text), CASES[i_case].part));
  }
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(later_files_win, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(one_file_may_be_extended_twice, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(extends_errors, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(extends_is_limited, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(defs_stand_for_values, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(defs_errors, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(a_missing_def_is_one_error, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(defs_are_limited, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(edits, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(edit_errors, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(the_canonical_document, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(other_words_same_sweep, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(canonical_stays_canonical, input_setup, input_teardown),
    cmocka_unit_test_setup_teardown(axes_stay_as_written_when_long, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
