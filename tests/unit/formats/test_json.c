/* Parsing JSON: what is accepted and where everything stands. */
#include "msw/formats/json.h"

#include "../base/temp_dir.h"
#include "msw/base/file.h"
#include "parsed.h"

static const language JSON = {msw_json_parse, "in.json"};
static parsed parse_n(const char *text, size_t len) { return parse_as(JSON, text, len); }
static parsed parse(const char *text) { return parse_n(text, strlen(text)); }

static void every_value_and_key_knows_its_place(void **state) {
  (void)state;
  static const char text[] = "// a sweep\n"
                             "{ \"name\": \"h100\", # why not\n"
                             "  /* two\n"
                             "     lines */ \"axes\": {\"tp\" : [1, 2.50,\r\n"
                             "\t4e0,], \"on\": true, \"off\": false, \"nothing\": null,},\n"
                             "}\n"
                             "// the end";
  parsed p = parse(text);
  assert_no_errors(&p.diag);
  assert_int_equal(p.status, MSW_OK);
  assert_int_equal(p.root->type, MSW_JSON_OBJECT);
  assert_place(p.root, JSON.file, 2, 1);
  assert_null(p.root->key);
  assert_int_equal(p.root->n_children, 2);
  const msw_json *name = msw_json_get(p.root, "name");
  assert_int_equal(name->type, MSW_JSON_STRING);
  assert_string_equal(name->text, "h100");
  assert_place(name, JSON.file, 2, 11);
  assert_int_equal(name->key_loc.line, 2);
  assert_int_equal(name->key_loc.col, 3);
  const msw_json *axes = msw_json_get(p.root, "axes"), *tp = msw_json_get(axes, "tp");
  assert_place(axes, JSON.file, 4, 23);
  assert_int_equal(axes->key_loc.col, 15);
  assert_place(tp, JSON.file, 4, 31);
  assert_int_equal(tp->n_children, 3);
  assert_place(tp->first, JSON.file, 4, 32);
  assert_same(tp->first->next->number, 2.5);
  assert_string_equal(tp->first->next->text, "2.50");
  assert_place(tp->last, JSON.file, 5, 2);
  assert_string_equal(tp->last->text, "4e0");
  assert_true(msw_json_get(axes, "on")->boolean);
  assert_false(msw_json_get(axes, "off")->boolean);
  assert_int_equal(msw_json_get(axes, "nothing")->type, MSW_JSON_NULL);
  release(&p);
}

static void members_are_found_by_their_exact_key(void **state) {
  (void)state;
  parsed p = parse("{\"axes\": {\"tp\": [1, 2]}}");
  const msw_json *axes = msw_json_get(p.root, "axes"), *tp = msw_json_get(axes, "tp");
  assert_ptr_equal(tp->parent, axes);
  assert_ptr_equal(tp->last->parent, tp);
  assert_null(msw_json_get(axes, "TP"));
  assert_null(msw_json_get(tp, "0"));
  assert_null(msw_json_get(NULL, "x"));
  assert_string_equal(msw_json_path(&p.arena, tp->last), "axes.tp[1]");
  assert_string_equal(msw_json_path(&p.arena, p.root), "");
  release(&p);
}

static void accepts(void **state) {
  (void)state;
  static const struct { const char *text, *canonical; } rows[] = {
      {"{}", "{}"},
      {"[]", "[]"},
      {" \t\r\n 1 \n", "1"},
      {"\"\"", "\"\""},
      {"null", "null"},
      {"\xEF\xBB\xBF[1]", "[1]"},
      {"[1,]", "[1]"},
      {"[1 /* one */ , // last\n # and gone\n ]", "[1]"},
      {"{\"a\":1,\n}", "{\"a\":1}"},
      {"[[],[{}],]", "[[],[{}]]"},
      {"[\"//\", \"/* */\", \"#\", \",]\", \"\\\"//\", \",}\"]", "[\"//\",\"/* */\",\"#\",\",]\",\"\\\"//\",\",}\"]"},
      {"/**/1/***/", "1"},
      {"/*/ still a comment */ 2", "2"},
      {"# only\r1", "1"},
      {"// lone CR ends it\r[1]", "[1]"},
      {"[1//\n]", "[1]"},
      {"[\"\\u20AC\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\\\\\"\"]", "[\"€😀/\\b\\f\\n\\r\\t\\\\\\\"\"]"},
      {"[\"\x7f\"]", "[\"\x7f\"]"},
      {"{\"\":0}", "{\"\":0}"},
      {"{\"a\":1,\"A\":2}", "{\"a\":1,\"A\":2}"},
      {"[-0, 0.0, 1E+2, 1e-2, -12.5e1, 0e5]", "[-0,0,100,0.01,-125,0]"},
      {"[1e-999]", "[0]"},
      {"[9007199254740993]", "[9007199254740992]"},
      {"[0.1, 1e308, 5e-324]", "[0.1,1e+308,4.94065645841247e-324]"},
      {"[100000000000000000000000000000000000000000000000000000000000000]", "[1e+62]"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    parsed p = parse(rows[i_row].text);
    assert_prints(&p.diag, "", rows[i_row].text);
    assert_non_null(p.root);
    msw_buf out = {0};
    msw_json_write(p.root, 0, &out);
    assert_string_equal(out.text, rows[i_row].canonical);
    msw_buf_free(&out);
    release(&p);
  }
}

static void nesting_has_a_limit(void **state) {
  (void)state;
  static const nesting rows[] = {
      {"[", "]", "in.json:1:65: error: nested deeper than 64 levels\n"},
      {"{\"a\":", "}", "in.json:1:321: error: nested deeper than 64 levels\n"},
  };
  assert_nesting_limited(JSON, rows, COUNT(rows));
}

static void objects_may_be_large(void **state) {
  (void)state;
  enum { N_KEYS = 20000 };
  msw_buf text = {0};
  msw_buf_add(&text, "{");
  for (int i_key = 0; i_key < N_KEYS; i_key++) msw_buf_printf(&text, "\"key%d\":%d,\n", i_key, i_key);
  parsed p = {0};
  msw_buf_add(&text, "}");
  p = parse_n(text.text, text.len);
  assert_no_errors(&p.diag);
  assert_int_equal(p.root->n_children, N_KEYS);
  assert_same(msw_json_get(p.root, "key19999")->number, 19999.0);
  assert_int_equal(msw_json_get(p.root, "key19999")->loc.line, N_KEYS);
  release(&p);
  text.text[text.len - 1] = ' ';
  msw_buf_add(&text, "\"key7\":0}");
  p = parse_n(text.text, text.len);
  assert_prints(&p.diag, "in.json:20001:2: error: duplicate key \"key7\" (first given at 8:1)\n", "20000 keys");
  release(&p);
  msw_buf_free(&text);
}

static void paths_quote_odd_keys(void **state) {
  (void)state;
  parsed p = parse("{\"models\": {\"llama-3.1\": [[1, {\"\": 2}]], \"a b\": 3}}");
  const msw_json *models = p.root->first, *inner = models->first->first->last;
  assert_string_equal(msw_json_path(&p.arena, inner), "models[\"llama-3.1\"][0][1]");
  assert_string_equal(msw_json_path(&p.arena, inner->first), "models[\"llama-3.1\"][0][1][\"\"]");
  assert_string_equal(msw_json_path(&p.arena, models->last), "models[\"a b\"]");
  release(&p);
}

static void loads_files(void **state) {
  parsed p = {0};
  char *path = msw_strdup(&p.arena, in_temp(state, "in.json"));
  assert_int_equal(msw_write_file_atomic(path, "[01]\n", 5, &p.diag), MSW_OK);
  assert_int_equal(msw_json_load(path, &p.arena, &p.diag, &p.root), MSW_BAD_INPUT);
  memset(path, 'x', strlen(path));   /* the document has its own copy of the name */
  assert_string_equal(p.diag.items[0].loc.file, in_temp(state, "in.json"));
  assert_int_equal(p.diag.items[0].loc.col, 2);
  assert_int_equal(msw_json_load(in_temp(state, "absent.json"), &p.arena, &p.diag, &p.root), MSW_BAD_INPUT);
  assert_null(p.root);
  assert_int_equal(p.diag.n_errors, 2);
  release(&p);
}

static void reads_all_shipped_documents(void **state) {
  (void)state;
  static const char *const folders[] = {MSW_TEST_ROOT "/model_configs", MSW_TEST_ROOT "/bench_data/gpus"};
  msw_arena arena = {0};
  size_t n_read = 0;
  for (size_t i_folder = 0; i_folder < COUNT(folders); i_folder++) {
    const char **names;
    size_t n;
    assert_int_equal(msw_list_dir(folders[i_folder], &arena, NULL, &names, &n), MSW_OK);
    for (size_t i_name = 0; i_name < n; i_name++) {
      char *path = msw_join_path(&arena, folders[i_folder], names[i_name]);
      if (msw_is_dir(path)) path = msw_join_path(&arena, path, "config.json");
      if (!msw_is_file(path)) continue;
      parsed p = {0};
      msw_json_load(path, &p.arena, &p.diag, &p.root);
      assert_no_errors(&p.diag);
      assert_int_equal(p.root->type, MSW_JSON_OBJECT);
      n_read++;
      release(&p);
    }
  }
  assert_true(n_read > 10);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_value_and_key_knows_its_place),
      cmocka_unit_test(members_are_found_by_their_exact_key),
      cmocka_unit_test(accepts),
      cmocka_unit_test(nesting_has_a_limit),
      cmocka_unit_test(objects_may_be_large),
      cmocka_unit_test(paths_quote_odd_keys),
      cmocka_unit_test(loads_files),
      cmocka_unit_test(reads_all_shipped_documents),
  };
  return cmocka_run_group_tests(tests, temp_dir_make, temp_dir_remove);
}
