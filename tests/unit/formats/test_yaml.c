/* Parsing YAML: what is accepted, what it means and where everything stands. */
#include "msw/formats/yaml.h"

#include "msw/base/file.h"
#include "parsed.h"

static const language YAML = {msw_yaml_parse, "in.yaml"};
static parsed parse_n(const char *text, size_t len) { return parse_as(YAML, text, len); }
static parsed parse(const char *text) { return parse_n(text, strlen(text)); }

static void every_value_and_key_knows_its_place(void **state) {
  (void)state;
  static const char text[] = "\xEF\xBB\xBF# a sweep\n"
                             "---\n"
                             "name: h100   # why not\r\n"
                             "\"größe\": {ä: [ü, 1:512:*2], b: 2.50}\n"
                             "rules:\n"
                             "- batch >\n"
                             "  4Mi\n"
                             "-   tp: 4e0\n"
                             "    empty:\n"
                             "    on: TRUE\n"
                             "anchored: &a !!str 5\n"
                             "block: |\n"
                             "  line\n";
  parsed p = parse(text);
  assert_no_errors(&p.diag);
  assert_int_equal(p.status, MSW_OK);
  assert_place(p.root, YAML.file, 3, 1);
  assert_null(p.root->key);
  assert_int_equal(p.root->n_children, 5);
  const msw_json *name = msw_json_get(p.root, "name"), *size = msw_json_get(p.root, "größe");
  assert_place(name, YAML.file, 3, 7);
  assert_int_equal(name->key_loc.line, 3);
  assert_int_equal(name->key_loc.col, 1);
  assert_place(size, YAML.file, 4, 12);   /* in bytes, as everywhere */
  assert_place(size->first, YAML.file, 4, 17);
  assert_int_equal(size->first->key_loc.col, 13);
  assert_place(size->first->first->next, YAML.file, 4, 22);
  assert_string_equal(size->first->first->next->text, "1:512:*2");
  assert_place(size->last, YAML.file, 4, 36);
  assert_string_equal(size->last->text, "2.50");
  const msw_json *rules = msw_json_get(p.root, "rules"), *rule = rules->last;
  assert_place(rules, YAML.file, 6, 1);
  assert_place(rules->first, YAML.file, 6, 3);
  assert_string_equal(rules->first->text, "batch > 4Mi");
  assert_place(rule, YAML.file, 8, 5);
  assert_string_equal(rule->first->text, "4e0");
  assert_int_equal(msw_json_get(rule, "empty")->type, MSW_JSON_NULL);
  assert_int_equal(msw_json_get(rule, "empty")->loc.line, 9);
  assert_true(msw_json_get(rule, "on")->boolean);
  assert_place(msw_json_get(p.root, "anchored"), YAML.file, 11, 11);
  assert_place(msw_json_get(p.root, "block"), YAML.file, 12, 8);
  assert_string_equal(msw_json_path(&p.arena, rule->first), "rules[1].tp");
  release(&p);
}

static void lines_are_counted_as_everywhere(void **state) {
  (void)state;
  static const char *const breaks[] = {"\xE2\x80\xA8", "\xC2\x85", "\r"};   /* line ends for YAML 1.1 alone */
  for (size_t i_break = 0; i_break < COUNT(breaks); i_break++) {
    msw_buf text = {0};
    msw_buf_printf(&text, "# a%sb: 1\nc: 2\n", breaks[i_break]);
    parsed p = parse_n(text.text, text.len);
    assert_no_errors(&p.diag);
    assert_place(msw_json_get(p.root, "c"), YAML.file, 2, 4);
    release(&p);
    msw_buf_free(&text);
  }
}

static void accepts(void **state) {
  (void)state;
  static const struct { const char *text, *canonical; } rows[] = {
      {"{}", "{}"},
      {"[]", "[]"},
      {"--- 1\n...\n", "1"},
      {"---\n", "null"},
      {"\xEF\xBB\xBF[1]", "[1]"},
      {"{\"a\":1,\"b\":[true,null,\"x\"],}", "{\"a\":1,\"b\":[true,null,\"x\"]}"},
      {"a: 1\r\nb: [x,\r\n y]\r\n", "{\"a\":1,\"b\":[\"x\",\"y\"]}"},
      {"a:\t1", "{\"a\":1}"},
      {"[~, null, Null, NULL]\n# behind\n", "[null,null,null,null]"},
      {"-\n- a:\n-", "[null,{\"a\":null},null]"},
      {"[true, True, TRUE, false, False, FALSE]", "[true,true,true,false,false,false]"},
      {"[yes, Yes, NO, on, off, y, n]", "[\"yes\",\"Yes\",\"NO\",\"on\",\"off\",\"y\",\"n\"]"},
      {"[0, -0, 7, -12.5, 1e6, 1E+2, 1.0e-2, 0.5]", "[0,-0,7,-12.5,1000000,100,0.01,0.5]"},
      {"[1:512, 1:512:*2, 16:128:16, 190:20:30.15]", "[\"1:512\",\"1:512:*2\",\"16:128:16\",\"190:20:30.15\"]"},
      {"[64Ki, 1.5k, 1_000, 0b101, 2026-11-22, 1e, 0o8, 0xg, -0x1, ., -, +, e5]",
       "[\"64Ki\",\"1.5k\",\"1_000\",\"0b101\",\"2026-11-22\",\"1e\",\"0o8\",\"0xg\",\"-0x1\",\".\",\"-\",\"+\",\"e5\"]"},
      {"[\"1\", '2', \"true\", 'null', \"\", '']", "[\"1\",\"2\",\"true\",\"null\",\"\",\"\"]"},
      {"[!!str 1, !!str true, !!str , !!int \"5\", !!float 5, !!bool \"true\", !!null '', !!seq [], !!map {}]",
       "[\"1\",\"true\",\"\",5,5,true,null,[],{}]"},
      {"1: a\ntrue: b\n~: c\non: d", "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\",\"on\":\"d\"}"},
      {"'<<': 1", "{\"<<\":1}"},
      {"- batch * kv_len > 4Mi\n- tp > model.num_kv_heads  # why\n- \"a: b # c\"\n- 'it''s'",
       "[\"batch * kv_len > 4Mi\",\"tp > model.num_kv_heads\",\"a: b # c\",\"it's\"]"},
      {"gpu: ${GPU:h100}\nkv: $kv\nfile: ${OUT:results}/${name}.h5",
       "{\"gpu\":\"${GPU:h100}\",\"kv\":\"$kv\",\"file\":\"${OUT:results}/${name}.h5\"}"},
      {"a: |\n  x\n   y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\n y\\n\",\"b\":\"x y\"}"},
      {"[\"\\u20AC\\U0001F600\\x41\\/\\b\\f\\n\\r\\t\\\\\\\"\"]", "[\"€😀A/\\b\\f\\n\\r\\t\\\\\\\"\"]"},
      {"? a\n: 1\n? b", "{\"a\":1,\"b\":null}"},
      {"[a: 1, b]", "[{\"a\":1},\"b\"]"},
      {"%YAML 1.1\n---\na: yes", "{\"a\":\"yes\"}"},
      {"a: &x [1, {b: 2}]\nc: *x\nd: [*x, *x]",
       "{\"a\":[1,{\"b\":2}],\"c\":[1,{\"b\":2}],\"d\":[[1,{\"b\":2}],[1,{\"b\":2}]]}"},
      {"- &x 1\n- &x 2\n- *x\n- &y ~\n- *y", "[1,2,2,null,null]"},
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

static void a_copy_keeps_the_places_and_takes_the_key(void **state) {
  (void)state;
  parsed p = parse("first: &a {tp: [1, 2]}\nsecond:\n  third: *a\n");
  assert_no_errors(&p.diag);
  const msw_json *copy = msw_json_get(msw_json_get(p.root, "second"), "third");
  assert_place(copy, YAML.file, 1, 8);
  assert_int_equal(copy->key_loc.line, 3);
  assert_place(copy->first->last, YAML.file, 1, 20);
  assert_string_equal(msw_json_path(&p.arena, copy->first->last), "second.third.tp[1]");
  assert_ptr_not_equal(copy->first, msw_json_get(p.root, "first")->first);
  release(&p);
}

static void nesting_has_a_limit(void **state) {
  (void)state;
  static const nesting rows[] = {
      {"[", "]", "in.yaml:1:65: error: nested deeper than 64 levels\n"},
      {"{a: ", "}", "in.yaml:1:257: error: nested deeper than 64 levels\n"},
      {"- ", "", "in.yaml:1:129: error: nested deeper than 64 levels\n"},
  };
  assert_nesting_limited(YAML, rows, COUNT(rows));
}

static void objects_may_be_large(void **state) {
  (void)state;
  enum { N_KEYS = 20000 };
  msw_buf text = {0};
  for (int i_key = 0; i_key < N_KEYS; i_key++) msw_buf_printf(&text, "key%d: %d\n", i_key, i_key);
  parsed p = parse_n(text.text, text.len);
  assert_no_errors(&p.diag);
  assert_int_equal(p.root->n_children, N_KEYS);
  assert_same(msw_json_get(p.root, "key19999")->number, 19999.0);
  assert_int_equal(msw_json_get(p.root, "key19999")->loc.line, N_KEYS);
  release(&p);
  msw_buf_add(&text, "key7: 0\n");
  p = parse_n(text.text, text.len);
  assert_prints(&p.diag, "in.yaml:20001:1: error: duplicate key \"key7\" (first given at 8:1)\n", "20000 keys");
  release(&p);
  msw_buf_free(&text);
}

/* ---- The same text read as JSON and as YAML is the same tree, to the last position. */

static bool same_places(msw_loc a, msw_loc b) { return a.line == b.line && a.col == b.col; }

static void assert_same_trees(const msw_json *a, const msw_json *b) {
  assert_int_equal(a->type, b->type);
  assert_int_equal(a->n_children, b->n_children);
  assert_true(same_places(a->loc, b->loc));
  assert_true(same_places(a->key_loc, b->key_loc));
  assert_int_equal(a->key == NULL, b->key == NULL);
  if (a->key) assert_string_equal(a->key, b->key);
  assert_int_equal(a->text == NULL, b->text == NULL);
  if (a->text) assert_string_equal(a->text, b->text);
  assert_int_equal(a->boolean, b->boolean);
  assert_same(a->number, b->number);
  for (const msw_json *x = a->first, *y = b->first; x; x = x->next, y = y->next) assert_same_trees(x, y);
}

static void reads_shipped_json_as_json(void **state) {
  (void)state;
  static const char folder[] = MSW_TEST_ROOT "/model_configs";
  msw_arena arena = {0};
  const char **names;
  size_t n, n_read = 0;
  assert_int_equal(msw_list_dir(folder, &arena, NULL, &names, &n), MSW_OK);
  for (size_t i_name = 0; i_name < n; i_name++) {
    parsed json = {0}, yaml = {0};
    char *text, *path = msw_join_path(&arena, msw_join_path(&arena, folder, names[i_name]), "config.json");
    size_t len;
    if (!msw_is_file(path)) continue;
    assert_int_equal(msw_read_file(path, (size_t)1 << 20, &arena, &json.diag, &text, &len), MSW_OK);
    msw_json_parse(text, len, "x", &json.arena, &json.diag, &json.root);
    msw_yaml_parse(text, len, "x", &yaml.arena, &yaml.diag, &yaml.root);
    assert_no_errors(&json.diag);
    assert_no_errors(&yaml.diag);
    assert_same_trees(json.root, yaml.root);
    n_read++;
    release(&json);
    release(&yaml);
  }
  assert_true(n_read > 5);
  msw_arena_free(&arena);
}

static void names_tell_yaml(void **state) {
  (void)state;
  static const struct { const char *file; bool is_yaml; } rows[] = {
      {"a.yaml", true},  {"a.yml", true},       {"x/b.c.YAML", true}, {".yml", true},     {"a.json", false},
      {"yaml", false},   {"a.yaml.json", false}, {"a.yamlx", false},  {"a.yml/b", false}, {"", false},
      {"a.yaml ", false}};
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++)
    assert_int_equal(msw_yaml_is_named(rows[i_row].file), rows[i_row].is_yaml);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_value_and_key_knows_its_place),
      cmocka_unit_test(lines_are_counted_as_everywhere),
      cmocka_unit_test(accepts),
      cmocka_unit_test(a_copy_keeps_the_places_and_takes_the_key),
      cmocka_unit_test(nesting_has_a_limit),
      cmocka_unit_test(objects_may_be_large),
      cmocka_unit_test(reads_shipped_json_as_json),
      cmocka_unit_test(names_tell_yaml),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
