/* Sweep files in YAML: the same sweep as in JSON, and the same errors at YAML's positions. */
#include "spec_fixture.h"

#include "msw/formats/json.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const msw_spec_edits NO_EDITS = {0};

/* Loads a text under a name that says what it is; not in the notation of the other tests. */
static bool load_as(spec_world *world, const char *name, const char *text, const msw_data_root *data) {
  input_fixture *fixture = world->fixture;
  forget_spec(world);
  const msw_status status = msw_spec_load_text(text, strlen(text), in_dir(fixture, name), NO_EDITS, data, &fixture->arena,
                                               &fixture->diag, &world->spec);
  assert_int_equal(status, fixture->diag.n_errors ? MSW_BAD_INPUT : MSW_OK);
  world->is_loaded = status == MSW_OK;
  return world->is_loaded;
}

/* The canonical document of a text that must load; in the fixture's arena. */
static const char *expanded_as(spec_world *world, const char *name, const char *text, const msw_data_root *data) {
  load_as(world, name, text, data);
  assert_no_errors(&world->fixture->diag);
  assert_string_equal(world->spec.text, text);
  return msw_strdup(&world->fixture->arena, world->spec.expanded);
}

static void is_the_same_sweep(void **state) {
  static const struct { const char *yaml, *json; } PAIRS[] = {
      {"sweep: 1\nname: t\naxes: {gpu: mini, model: llama-7b, tp: 1, method: m, batch: [1, 2], kv_len: [128, 256, 512]}\n",
       DECODE "}"},
      {"# everything\n"
       "sweep: 1\n"
       "name: t\n"
       "description: >\n"
       "  yes: \"on\" # and so on\n"
       "  *here*\n"
       "defs:\n"
       "  kv: 128:512:*2      # no base 60\n"
       "  a: {base: x}\n"
       "fixed: {gpu: \"${NO_SUCH_VARIABLE:mini}\", tp: 1}\n"
       "axes:\n"
       "  model: {glob: llama-*, not: ['*-13b']}\n"
       "  method:\n"
       "  - m\n"
       "  - $merge: [$a, {knob: 010x, name: l}]\n"
       "  batch: &sizes {union: [1:2, 4:8:*2]}\n"
       "  kv_len: $kv\n"
       "let: {held: batch * kv_len}\n"
       "exclude:\n"
       "- held > 1Ki && model == 'llama-7b'\n"
       "- \"!(tp > 0)\"\n"
       "- \"tp > 1 ? 1 : 0\"\n"
       "- {model: llama-*, batch: *sizes}\n"
       "constraints:\n"
       "- {name: quick, expr: step_us <= 1e6, else: flag}\n"
       "output: {fletcher32: true, keepbits: 12}\n"
       "limits: {max_cells: 10M, max_bytes: 200 GiB}\n",
       "{'sweep': 1, 'name': 't', 'fixed': {'gpu': 'mini', 'tp': 1},"
       " 'axes': {'model': ['llama-7b'], 'method': ['m', {'base': 'x', 'knob': '010x', 'name': 'l'}],"
       " 'batch': [1, 2, 4, 8], 'kv_len': [128, 256, 512]}, 'let': {'held': 'batch * kv_len'},"
       " 'exclude': ['held > 1Ki && model == `llama-7b`', '!(tp > 0)', 'tp > 1 ? 1 : 0',"
       " {'model': 'llama-*', 'batch': {'union': ['1:2', '4:8:*2']}}],"
       " 'constraints': [{'name': 'quick', 'expr': 'step_us <= 1e6', 'else': 'flag'}],"
       " 'output': {'fletcher32': true, 'keepbits': 12}, 'limits': {'max_cells': '10M', 'max_bytes': '200 GiB'}}"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_pair = 0; i_pair < COUNT(PAIRS); i_pair++) {
    const char *from_yaml = expanded_as(&world, "s.yml", PAIRS[i_pair].yaml, &world.data);
    const char *from_json = expanded_as(&world, "s.json", to_json(*state, PAIRS[i_pair].json), &world.data);
    assert_string_equal(from_yaml, from_json);
  }
  forget_spec(&world);
}

static void errors_have_its_places(void **state) {
  static const struct { const char *text, *says; } CASES[] = {
      {"sweep: 1\nname: t\nfixed: {gpu: mini, model: llama-7c, tp: 1, methd: m}\naxes:\n  batch: 1:x\n  kv_len: [128]\n"
       "exclude:\n- batch * > 4\n- {batsh: 1}\noutput:\n  fletcher32: yes\n",
       "s.yaml:3:27: error: fixed.model: unknown model 'llama-7c' (did you mean `llama-7b`?)\n"
       "s.yaml:3:44: error: fixed: unknown key 'methd' (did you mean `method`?)\n"
       "s.yaml:5:10: error: axes.batch: '1:x' is neither a number nor a range (write 4, '4Ki', '1:8', '16:128:16', "
       "'1:512:*2' or [1, 2, 4])\n"
       "s.yaml:9:4: error: exclude[1]: unknown key 'batsh' (did you mean `batch`?)\n"
       "s.yaml:11:15: error: output.fletcher32: expected a boolean, found a string (write true)\n"
       "s.yaml:8:11: error: exclude[0]: expected a number, a text or a name, not '>'\n"},
      {"sweep: 1\nname: t\naxes: {gpu: mini, model: llama-7b, tp: 1, method: m, batch: [1, 2], kv_len: 1}\n"
       "let: {a: batch *}\n"
       "exclude:\n- batch >> 1\n- \"batch >> 1\"\n- 'batch >> 1'\n- batch\n  >> 1\n- >-\n  batch >> 1\n- &x batch >> 1\n"
       "constraints: [step_us >> 1, {name: n, expr: step_us}, {expr: stepus}]\n",
       "s.yaml:4:17: error: let.a: expected a number, a text or a name, but the expression ends\n"
       "s.yaml:6:10: error: exclude[0]: expected a number, a text or a name, not '>'\n"
       "s.yaml:7:11: error: exclude[1]: expected a number, a text or a name, not '>'\n"
       "s.yaml:8:11: error: exclude[2]: expected a number, a text or a name, not '>'\n"
       "s.yaml:9: error: exclude[3]: expected a number, a text or a name, not '>'\n"
       "s.yaml:11: error: exclude[4]: expected a number, a text or a name, not '>'\n"
       "s.yaml:13: error: exclude[5]: expected a number, a text or a name, not '>'\n"
       "s.yaml:14:24: error: constraints[0]: expected a number, a text or a name, not '>'\n"
       "s.yaml:14:62: error: constraints[2].expr: unknown name 'stepus' (did you mean `step_us`?)\n"},
      {"sweep: 1\nname: 1e5\n", "s.yaml:2:7: error: name: expected a string, found a number (a text needs quotes: '1e5')\n"},
      {"sweep: \"1\"\n", "s.yaml:1:8: error: sweep: expected 1, the version of the sweep language that this mfusweep reads\n"},
      {"sweep:1\nname:t\n",
       "s.yaml:1:1: error: a sweep file is an object: { … } (in YAML each key ends with a colon and a blank: sweep: 1)\n"},
      {"- sweep: 1\n",
       "s.yaml:1:1: error: a sweep file is an object: { … } (in YAML each key ends with a colon and a blank: sweep: 1)\n"},
      {"---\n",
       "s.yaml:2:1: error: a sweep file is an object: { … } (in YAML each key ends with a colon and a blank: sweep: 1)\n"},
      {"sweep: 1\nname: t\naxes: {gpu: mini, model: *llama-7b}\n",
       "s.yaml:3:26: error: no anchor '&llama-7b' stands before this alias (a text that begins with * needs quotes: "
       "'*llama-7b')\n"},
  };
  spec_world world;
  make_world(&world, state);
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    assert_false(load_as(&world, "s.yaml", CASES[i_case].text, &world.data));
    const char *says = answer(*state);
    if (!msw_starts_with(says, CASES[i_case].says))
      fail_msg("%s\nsays: %s\nnot: %s", CASES[i_case].text, says, CASES[i_case].says);
  }
  forget_spec(&world);
}

/* ---- extends ---- */

static bool load_file(spec_world *world, const char *path) {
  input_fixture *fixture = world->fixture;
  forget_spec(world);
  world->is_loaded = msw_spec_load(path, NO_EDITS, &world->data, &fixture->arena, &fixture->diag, &world->spec) == MSW_OK;
  return world->is_loaded;
}

static void both_extend_each_other(void **state) {
  spec_world world;
  make_world(&world, state);
  input_fixture *fixture = *state;
  put(fixture, "base.yaml", "sweep: 1\nfixed: {gpu: mini, model: llama-7b, tp: 1, method: m}\naxes: {batch: 1:4, kv_len: 1}\n");
  put_json(fixture, "middle.json", "{'extends': 'base.yaml', 'axes': {'kv_len': [1, 2]}}");
  assert_true(load_file(&world, put(fixture, "top.yml", "extends: [middle.json]\nname: top\naxes:\n  batch: 1:2\n")));
  const msw_spec_block *block = world.spec.blocks;
  assert_int_equal(block->axes[MSW_AXIS_BATCH].n, 2);
  assert_int_equal(block->axes[MSW_AXIS_KV_LEN].n, 2);
  assert_string_equal(block->axes[MSW_AXIS_BATCH].where.loc.file, in_dir(fixture, "top.yml"));
  assert_int_equal(block->axes[MSW_AXIS_BATCH].where.loc.line, 4);
  assert_int_equal(world.spec.n_documents, 3);
  put(fixture, "base.yaml", "axes: {batch: 1}\nextends: top.yml\nname: 010\n");
  assert_false(load_file(&world, in_dir(fixture, "top.yml")));
  assert_non_null(strstr(answer(fixture), "base.yaml:3:7: error: number '010' must not begin with 0"));
  put(fixture, "base.yaml", "axes: {batch: 1}\nextends: top.yml\n");
  assert_false(load_file(&world, in_dir(fixture, "top.yml")));
  assert_non_null(strstr(answer(fixture), "base.yaml:2:10: error: extends: extends itself: "));
  forget_spec(&world);
}

/* ---- The sweeps of the project: JSON without its comments is YAML, too. */

static void shipped_sweeps_are_the_same(void **state) {
  static const char FOLDER[] = MSW_TEST_ROOT "/sweeps";
  input_fixture *fixture = *state;
  spec_world world = {.fixture = fixture};
  msw_data_root data;
  const char **names;
  size_t n_names, n_loaded = 0;
  assert_int_equal(msw_data_root_open(MSW_TEST_ROOT, NULL, 0, &fixture->arena, &fixture->diag, &data), MSW_OK);
  assert_int_equal(msw_list_dir(FOLDER, &fixture->arena, NULL, &names, &n_names), MSW_OK);
  for (size_t i_name = 0; i_name < n_names; i_name++) {
    if (!msw_ends_with(names[i_name], ".json")) continue;
    char *text;
    size_t len;
    msw_json *document;
    const char *path = msw_join_path(&fixture->arena, FOLDER, names[i_name]);
    assert_int_equal(msw_read_file(path, (size_t)1 << 20, &fixture->arena, &fixture->diag, &text, &len), MSW_OK);
    assert_int_equal(msw_json_parse(text, len, "x", &fixture->arena, &fixture->diag, &document), MSW_OK);
    msw_buf yaml = {0};
    msw_json_write(document, 2, &yaml);
    assert_string_equal(expanded_as(&world, "s.json", text, &data), expanded_as(&world, "s.yaml", yaml.text, &data));
    msw_buf_free(&yaml);
    n_loaded++;
  }
  assert_true(n_loaded > 3);
  forget_spec(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(is_the_same_sweep, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(errors_have_its_places, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(both_extend_each_other, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(shipped_sweeps_are_the_same, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
