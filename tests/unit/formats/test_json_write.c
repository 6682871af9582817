/* Writing JSON, and building, copying and merging trees. */
#include <float.h>

#include "msw/base/num.h"
#include "msw/formats/json.h"
#include "printed.h"

static msw_json *parse(msw_arena *arena, const char *text) {
  msw_diag diag = {0};
  msw_json *root = NULL;
  msw_json_parse(text, strlen(text), "in.json", arena, &diag, &root);
  assert_no_errors(&diag);
  msw_diag_free(&diag);
  return root;
}

static void assert_writes(const msw_json *value, int indent, const char *expected) {
  msw_buf out = {0};
  msw_json_write(value, indent, &out);
  assert_string_equal(out.text, expected);
  msw_buf_free(&out);
}

static void numbers(void **state) {
  (void)state;
  static const struct { double value; const char *text; } rows[] = {
      {0.0, "0"},
      {-0.0, "-0"},
      {1.0, "1"},
      {-4096.0, "-4096"},
      {1e13, "10000000000000"},
      {9007199254740991.0, "9007199254740991"},
      {9007199254740992.0, "9007199254740992"},
      {-9007199254740992.0, "-9007199254740992"},
      {1e16, "1e+16"},
      {18014398509481988.0, "18014398509481988"},
      {1e22, "1e+22"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3.0, "0.3333333333333333"},
      {8.878, "8.878"},
      {1e-7, "1e-07"},
      {DBL_MAX, "1.7976931348623157e+308"},
      {DBL_MIN, "2.2250738585072014e-308"},
      {DBL_TRUE_MIN, "4.94065645841247e-324"},
      {(double)NAN, "null"},
      {HUGE_VAL, "null"},
      {-HUGE_VAL, "null"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    msw_arena arena = {0};
    msw_json *list = msw_json_new(&arena, MSW_JSON_ARRAY, (msw_loc){0});
    msw_json_add_number(&arena, list, NULL, rows[i_row].value);
    assert_writes(list->first, 0, rows[i_row].text);
    msw_arena_free(&arena);
  }
}

/* splitmix64: seeded, so that a failure can be repeated. */
static uint64_t next_random(uint64_t *seed) {
  uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static void every_double_reads_back_the_same(void **state) {
  (void)state;
  enum { N_NUMBERS = 50000 };
  uint64_t seed = 7;
  msw_buf out = {0};
  msw_json value = {.type = MSW_JSON_NUMBER};
  for (int i_number = 0; i_number < N_NUMBERS; i_number++) {
    uint64_t bits = next_random(&seed);
    memcpy(&value.number, &bits, sizeof bits);
    if (!isfinite(value.number)) continue;
    out.len = 0;
    msw_json_write(&value, 0, &out);
    double back = 0;
    assert_true(msw_parse_double(out.text, &back));
    assert_memory_equal(&back, &value.number, sizeof back);
  }
  msw_buf_free(&out);
}

static void strings(void **state) {
  (void)state;
  static const struct { const char *value, *text; } rows[] = {
      {"", "\"\""},
      {"h100", "\"h100\""},
      {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
      {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
      {"\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
      {"é€😀", "\"é€😀\""},
      {"a\xff" "b\xc3", "\"a\\ufffdb\\ufffd\""},
      {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
      {NULL, "null"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    msw_arena arena = {0};
    msw_json *list = msw_json_new(&arena, MSW_JSON_ARRAY, (msw_loc){0});
    msw_json_add_string(&arena, list, NULL, rows[i_row].value);
    assert_writes(list->first, 0, rows[i_row].text);
    msw_arena_free(&arena);
  }
}

static void documents(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_json *root = msw_json_new(&arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_string(&arena, root, "name", "x");
  msw_json *axes = msw_json_add_object(&arena, root, "axes");
  msw_json *tp = msw_json_add_array(&arena, axes, "tp");
  msw_json_add_number(&arena, tp, NULL, 1);
  msw_json_add_number(&arena, tp, NULL, 2.5);
  msw_json_add_bool(&arena, tp, NULL, true);
  msw_json *blocks = msw_json_add_array(&arena, axes, "blocks");
  msw_json_add_bool(&arena, msw_json_add_object(&arena, blocks, NULL), "on", false);
  msw_json_add_array(&arena, blocks, NULL);
  msw_json_add_object(&arena, blocks, NULL);
  assert_writes(root, 0, "{\"name\":\"x\",\"axes\":{\"tp\":[1,2.5,true],\"blocks\":[{\"on\":false},[],{}]}}");
  assert_writes(root, 2,
                "{\n"
                "  \"name\": \"x\",\n"
                "  \"axes\": {\n"
                "    \"tp\": [1, 2.5, true],\n"
                "    \"blocks\": [\n"
                "      {\n"
                "        \"on\": false\n"
                "      },\n"
                "      [],\n"
                "      {}\n"
                "    ]\n"
                "  }\n"
                "}");
  assert_int_equal(root->n_children, 2);
  assert_string_equal(msw_json_path(&arena, blocks->first->first), "axes.blocks[0].on");
  msw_arena_free(&arena);
}

static void merging(void **state) {
  (void)state;
  static const struct { const char *base, *over, *merged; } rows[] = {
      {"{}", "{}", "{}"},
      {"{\"a\":1}", "{}", "{\"a\":1}"},
      {"{}", "{\"a\":1}", "{\"a\":1}"},
      {"{\"a\":1,\"b\":2}", "{\"a\":3}", "{\"a\":3,\"b\":2}"},
      {"{\"a\":1,\"b\":2,\"c\":3}", "{\"b\":null}", "{\"a\":1,\"c\":3}"},
      {"{\"a\":1}", "{\"a\":null}", "{}"},
      {"{\"a\":1}", "{\"z\":null}", "{\"a\":1}"},
      {"{\"a\":{\"x\":1,\"y\":2}}", "{\"a\":{\"y\":3,\"z\":4}}", "{\"a\":{\"x\":1,\"y\":3,\"z\":4}}"},
      {"{\"a\":[1,2]}", "{\"a\":[3]}", "{\"a\":[3]}"},
      {"{\"a\":1}", "{\"a\":{\"x\":1,\"y\":null}}", "{\"a\":{\"x\":1}}"},
      {"{\"a\":{\"x\":1}}", "{\"a\":2}", "{\"a\":2}"},
      {"{}", "{\"a\":{\"b\":{\"c\":null,\"d\":1}}}", "{\"a\":{\"b\":{\"d\":1}}}"},
      {"{\"a\":1,\"b\":2,\"c\":3}", "{\"c\":null,\"a\":null,\"d\":\"x\",\"b\":true}", "{\"b\":true,\"d\":\"x\"}"},
      {"{\"a\":[null]}", "{\"b\":[null]}", "{\"a\":[null],\"b\":[null]}"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    msw_arena arena = {0};
    msw_json *base = parse(&arena, rows[i_row].base), *over = parse(&arena, rows[i_row].over);
    msw_json_merge(&arena, base, over);
    assert_writes(base, 0, rows[i_row].merged);
    assert_writes(over, 0, rows[i_row].over);   /* untouched */
    msw_arena_free(&arena);
  }
}

static void merged_values_keep_their_own_place(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_json *base = parse(&arena, "{\"a\": 1, \"b\": {\"c\": 2}}");
  msw_json *over = parse(&arena, "\n{\"a\": 5, \"b\":\n {\"d\": 7}}");
  msw_json_merge(&arena, base, over);
  assert_int_equal(msw_json_get(base, "a")->loc.line, 2);
  assert_int_equal(msw_json_get(base, "a")->key_loc.line, 2);
  assert_int_equal(msw_json_get(msw_json_get(base, "b"), "c")->loc.line, 1);
  assert_int_equal(msw_json_get(msw_json_get(base, "b"), "d")->loc.line, 3);
  assert_string_equal(msw_json_path(&arena, msw_json_get(msw_json_get(base, "b"), "d")), "b.d");
  msw_arena_free(&arena);
}

static void copies_live_on_their_own(void **state) {
  (void)state;
  msw_arena first = {0}, second = {0};
  msw_json *root = parse(&first, "{\"a\": [1, \"x\", {\"b\": null}], \"c\": true}");
  msw_json *copy = msw_json_copy(&second, msw_json_get(root, "a"));
  msw_arena_free(&first);
  assert_null(copy->parent);
  assert_string_equal(copy->key, "a");
  assert_int_equal(copy->loc.col, 7);
  assert_string_equal(copy->first->text, "1");
  assert_writes(copy, 0, "[1,\"x\",{\"b\":null}]");
  msw_arena_free(&second);
}

static void editing(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_json *list = parse(&arena, "[1,2,3]");
  msw_json *one = list->first, *two = one->next, *three = list->last;
  msw_json_detach(two);
  assert_writes(list, 0, "[1,3]");
  assert_int_equal(list->n_children, 2);
  assert_null(two->parent);
  msw_json_detach(two);   /* detached already */
  msw_json_detach(one);
  msw_json_append(list, one);
  assert_writes(list, 0, "[3,1]");
  msw_json_replace(three, two);
  assert_writes(list, 0, "[2,1]");
  assert_null(three->parent);
  msw_json_replace(one, three);
  assert_writes(list, 0, "[2,3]");
  assert_ptr_equal(list->last, three);
  msw_json_detach(two);
  msw_json_detach(three);
  assert_writes(list, 0, "[]");
  assert_null(list->first);
  assert_null(list->last);
  msw_json *root = parse(&arena, "{\"k\": 1}");
  msw_json_replace(root->first, one);
  assert_writes(root, 0, "{\"k\":1}");
  msw_json_replace(root, two);   /* a root has no place to take */
  assert_null(two->parent);
  msw_arena_free(&arena);
}

static void types_have_names(void **state) {
  (void)state;
  static const char *const names[] = {"null", "boolean", "number", "string", "array", "object"};
  for (size_t i_type = 0; i_type < COUNT(names); i_type++)
    assert_string_equal(msw_json_type_name((msw_json_type)i_type), names[i_type]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers),
      cmocka_unit_test(every_double_reads_back_the_same),
      cmocka_unit_test(strings),
      cmocka_unit_test(documents),
      cmocka_unit_test(merging),
      cmocka_unit_test(merged_values_keep_their_own_place),
      cmocka_unit_test(copies_live_on_their_own),
      cmocka_unit_test(editing),
      cmocka_unit_test(types_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
