/* Refusing JSON: the exact message about everything that is malformed. */
#include "msw/formats/json.h"

#include "parsed.h"

static const language JSON = {msw_json_parse, "in.json"};
static parsed parse_n(const char *text, size_t len) { return parse_as(JSON, text, len); }

static const refusal broken_structure[] = {
  {"", "in.json:1:1: error: expected a JSON value, found an empty document\n"},
  {"\n // nothing \n", "in.json:3:1: error: expected a JSON value, found an empty document\n"},
  {"{",
   "in.json:1:2: error: expected a key in double quotes or '}', found the end of the document"
   " (the object that begins at 1:1 is not closed)\n"},
  {"{\"a\"",
   "in.json:1:5: error: expected ':' after the key, found the end of the document"
   " (the object that begins at 1:1 is not closed)\n"},
  {"{\"a\":",
   "in.json:1:6: error: expected a value, found the end of the document"
   " (the object that begins at 1:1 is not closed)\n"},
  {"{\"a\":1",
   "in.json:1:7: error: expected ',' or '}', found the end of the document"
   " (the object that begins at 1:1 is not closed)\n"},
  {"{\"a\":1,",
   "in.json:1:8: error: expected a key in double quotes, found the end of the document"
   " (the object that begins at 1:1 is not closed)\n"},
  {"[",
   "in.json:1:2: error: expected a value or ']', found the end of the document"
   " (the array that begins at 1:1 is not closed)\n"},
  {"{\n \"a\": [1",
   "in.json:2:9: error: expected ',' or ']', found the end of the document"
   " (the array that begins at 2:7 is not closed)\n"},
  {"[1,",
   "in.json:1:4: error: expected a value, found the end of the document"
   " (the array that begins at 1:1 is not closed)\n"},
  {"{\"a\": 1\n \"b\": 2}",
   "in.json:2:2: error: expected ',' or '}', found string \"b\" (is a comma missing before it?)\n"},
  {"[1 2]", "in.json:1:4: error: expected ',' or ']', found number \"2\" (is a comma missing before it?)\n"},
  {"[{} {}]", "in.json:1:5: error: expected ',' or ']', found '{' (is a comma missing before it?)\n"},
  {"[1,,2]", "in.json:1:4: error: expected a value, found ',' (is there a comma too many?)\n"},
  {"[,]", "in.json:1:2: error: expected a value or ']', found ',' (is there a comma too many?)\n"},
  {"{,}", "in.json:1:2: error: expected a key in double quotes or '}', found ',' (is there a comma too many?)\n"},
  {"[1,,]", "in.json:1:4: error: expected a value, found ',' (is there a comma too many?)\n"},
  {"{\"a\":,}", "in.json:1:6: error: expected a value, found ',' (is there a comma too many?)\n"},
  {"{\"a\":}", "in.json:1:6: error: expected a value, found '}'\n"},
  {"{tp: 1}", "in.json:1:2: error: expected a key in double quotes or '}', found word \"tp\" (write \"tp\")\n"},
  {"{\"a\":1, tp: 1}", "in.json:1:9: error: expected a key in double quotes, found word \"tp\" (write \"tp\")\n"},
  {"{1: 1}", "in.json:1:2: error: expected a key in double quotes or '}', found number \"1\" (write \"1\")\n"},
  {"{'tp': 1}",
   "in.json:1:2: error: expected a key in double quotes or '}', found ''' (strings take double quotes)\n"},
  {"['a']", "in.json:1:2: error: expected a value or ']', found ''' (strings take double quotes)\n"},
  {"[“a”]", "in.json:1:2: error: expected a value or ']', found '“' (U+201C) (strings take double quotes)\n"},
  {"{\"tp\" = 1}", "in.json:1:7: error: expected ':' after the key, found '='\n"},
  {"{\"tp\" 1}", "in.json:1:7: error: expected ':' after the key, found number \"1\"\n"},
  {"{\"tp\": True}", "in.json:1:8: error: expected a value, found word \"True\" (did you mean 'true'?)\n"},
  {"[None]", "in.json:1:2: error: expected a value or ']', found word \"None\" (did you mean 'null'?)\n"},
  {"[NaN]", "in.json:1:2: error: expected a value or ']', found word \"NaN\" (JSON has no NaN and no infinity)\n"},
  {"[h100]",
   "in.json:1:2: error: expected a value or ']', found word \"h100\" (text needs double quotes: \"h100\")\n"},
  {"truefalse", "in.json:1:1: error: expected a value, found word \"truefalse\" (did you mean 'false'?)\n"},
  {"[1:8]", "in.json:1:3: error: expected ',' or ']', found ':' (a text with ':' needs double quotes)\n"},
  {"{\"tp\": 1:8}", "in.json:1:9: error: expected ',' or '}', found ':' (a text with ':' needs double quotes)\n"},
  {"[1}", "in.json:1:3: error: expected ',' or ']', found '}' (the array that begins at 1:1 is not closed)\n"},
  {"{\"a\":[1,2}",
   "in.json:1:10: error: expected ',' or ']', found '}' (the array that begins at 1:6 is not closed)\n"},
  {"]", "in.json:1:1: error: expected a value, found ']'\n"},
  {"{} {}", "in.json:1:4: error: expected nothing after the document, found '{'\n"},
  {"1,", "in.json:1:2: error: expected nothing after the document, found ','\n"},
  {"{}\n]", "in.json:2:1: error: expected nothing after the document, found ']'\n"},
  {"[1;2]", "in.json:1:3: error: expected ',' or ']', found ';'\n"},
  {"[1]/", "in.json:1:4: error: expected nothing after the document, found '/'\n"},
  {"[/* never", "in.json:1:2: error: this comment is never closed (close it with */)\n"},
  {"[1] /*/", "in.json:1:5: error: this comment is never closed (close it with */)\n"},
  {"\xEF\xBB\xBF\xEF\xBB\xBF[1]", "in.json:1:1: error: found a second byte order mark (remove it)\n"},
  {"{\"a\":1, \"b\":{\"x\":1,\n\"x\":2,\"x\":3}, \"a\":2}",
   "in.json:2:1: error: b: duplicate key \"x\" (first given at 1:14)\n"
   "in.json:2:7: error: b: duplicate key \"x\" (first given at 1:14)\n"
   "in.json:2:15: error: duplicate key \"a\" (first given at 1:2)\n"},
};

static void refuses_broken_structure(void **state) {
  (void)state;
  assert_refused(JSON, broken_structure, COUNT(broken_structure));
}

static const refusal let_through[] = {
  {"[01]", "in.json:1:2: error: number \"01\" must not begin with 0\n"},
  {"[-012.5]", "in.json:1:2: error: number \"-012.5\" must not begin with 0\n"},
  {"[1.]", "in.json:1:2: error: number \"1.\" needs a digit after the point\n"},
  {"[1.e5]", "in.json:1:2: error: number \"1.e5\" needs a digit after the point\n"},
  {"[.5]", "in.json:1:2: error: number \".5\" needs a digit before the point\n"},
  {"[-.5]", "in.json:1:2: error: number \"-.5\" needs a digit before the point\n"},
  {"[+1]", "in.json:1:2: error: number \"+1\" must not begin with '+'\n"},
  {"[1e]", "in.json:1:2: error: number \"1e\" needs digits in its exponent\n"},
  {"[1e+]", "in.json:1:2: error: number \"1e+\" needs digits in its exponent\n"},
  {"[1e999]", "in.json:1:2: error: number \"1e999\" is out of range\n"},
  {"[-]", "in.json:1:2: error: \"-\" is not a number (text needs double quotes: \"-\")\n"},
  {"[4Ki]", "in.json:1:2: error: \"4Ki\" is not a number (text needs double quotes: \"4Ki\")\n"},
  {"[0x10]", "in.json:1:2: error: \"0x10\" is not a number (text needs double quotes: \"0x10\")\n"},
  {"[1.2.3]", "in.json:1:2: error: \"1.2.3\" is not a number (text needs double quotes: \"1.2.3\")\n"},
  {"[-Infinity]", "in.json:1:2: error: \"-Infinity\" is not a number (text needs double quotes: \"-Infinity\")\n"},
  {"[0.1234567890123456789012345678901234567890123456789012345678901234567890]",
   "in.json:1:2: error: number \"0.12345678901234567890123456789012345678…\" is longer than 63 characters\n"},
  {"[\"a\tb\"]", "in.json:1:4: error: control character in a string (a tab is written \\t)\n"},
  {"[\"a\rb\"]", "in.json:1:4: error: control character in a string (a carriage return is written \\r)\n"},
  {"[\"a\x01\"]", "in.json:1:4: error: control character U+0001 is not allowed here\n"},
  {"[1,\f2]", "in.json:1:4: error: control character U+000C is not allowed here\n"},
  {"[1] // \x1b", "in.json:1:8: error: control character U+001B is not allowed here\n"},
  {"[\"a\nb\"]",
   "in.json:1:2: error: this string does not end on its line: \"a\""
   " (close it with a double quote; a line end is written \\n)\n"
                "in.json:2:2: error: this string does not end on its line: \"]\""
                " (close it with a double quote; a line end is written \\n)\n"},
  {"{\"a\": \"b\r\n}",
   "in.json:1:7: error: this string does not end on its line: \"b\""
   " (close it with a double quote; a line end is written \\n)\n"},
  {"\"",
   "in.json:1:1: error: this string does not end on its line: \"\""
   " (close it with a double quote; a line end is written \\n)\n"},
  {"\"\\", "in.json:1:1: error: this string does not end on its line: \"\\\""
  " (close it with a double quote; a line end is written \\n)\n"},
  {"[\"\\x\"]", "in.json:1:3: error: unknown escape in a string (a backslash is written \\\\)\n"},
  {"[\"C:\\data\"]", "in.json:1:5: error: unknown escape in a string (a backslash is written \\\\)\n"},
  {"[\"\\u12\"]", "in.json:1:3: error: \\u needs four hexadecimal digits (a backslash is written \\\\)\n"},
  {"[\"\\u12g4\"]", "in.json:1:3: error: \\u needs four hexadecimal digits (a backslash is written \\\\)\n"},
  {"[\"ab\\u0000\"]", "in.json:1:5: error: \\u0000 is not allowed in a string (a backslash is written \\\\)\n"},
  {"[\"\\ud800\"]", "in.json:1:3: error: half of a \\u surrogate pair is missing (a backslash is written \\\\)\n"},
  {"[\"\\ud800\\u0041\"]",
   "in.json:1:3: error: half of a \\u surrogate pair is missing (a backslash is written \\\\)\n"},
  {"[\"\\udc00\\ud800\"]",
   "in.json:1:3: error: half of a \\u surrogate pair is missing (a backslash is written \\\\)\n"
                           "in.json:1:9: error: half of a \\u surrogate pair is missing"
                           " (a backslash is written \\\\)\n"},
  {"[\"\xff\"]", "in.json:1:3: error: expected UTF-8 text, found byte 0xff (save the file as UTF-8)\n"},
  {"[\"caf\xe9\"]", "in.json:1:6: error: expected UTF-8 text, found byte 0xe9 (save the file as UTF-8)\n"},
  {"[1] # caf\xe9", "in.json:1:10: error: expected UTF-8 text, found byte 0xe9 (save the file as UTF-8)\n"},
  {"\xff\xfe{", "in.json:1:1: error: the file is UTF-16, expected UTF-8 (save it as UTF-8)\n"},
};

static void refuses_what_cjson_lets_through(void **state) {
  (void)state;
  assert_refused(JSON, let_through, COUNT(let_through));
}

static void finds_all_errors_at_once(void **state) {
  (void)state;
  static const refusal rows[] = {
      {"{\"a\": 01, \"b\": 1.,\n \"a\": \"\\q\"\n \"c\": 1}",
       "in.json:1:7: error: number \"01\" must not begin with 0\n"
       "in.json:1:16: error: number \"1.\" needs a digit after the point\n"
       "in.json:2:8: error: unknown escape in a string (a backslash is written \\\\)\n"
       "in.json:3:2: error: expected ',' or '}', found string \"c\" (is a comma missing before it?)\n"},
      {"{\"a\": 01, \"a\": 2}", "in.json:1:7: error: number \"01\" must not begin with 0\n"
                               "in.json:1:11: error: duplicate key \"a\" (first given at 1:2)\n"},
  };
  assert_refused(JSON, rows, COUNT(rows));
}

static void a_nul_byte_is_an_error(void **state) {
  (void)state;
  static const char inside[] = "[1\0]", in_string[] = "[\"a\0b\"]", behind[] = "[1]\0";
  parsed p = parse_n(inside, sizeof inside - 1);
  assert_prints(&p.diag, "in.json:1:3: error: control character U+0000 is not allowed here\n", "[1\\0]");
  release(&p);
  p = parse_n(in_string, sizeof in_string - 1);
  assert_prints(&p.diag, "in.json:1:4: error: control character U+0000 is not allowed here\n", "[\"a\\0b\"]");
  release(&p);
  p = parse_n(behind, sizeof behind - 1);
  assert_prints(&p.diag, "in.json:1:4: error: control character U+0000 is not allowed here\n", "[1]\\0");
  assert_null(p.root);
  release(&p);
}

static void errors_are_limited(void **state) {
  (void)state;
  char text[2000];
  memset(text, '\x01', sizeof text);
  parsed p = parse_n(text, sizeof text);
  assert_int_equal(p.diag.n_errors, 20);
  release(&p);
  for (size_t at = 0; at + 1 < sizeof text; at += 2) memcpy(text + at, "+,", 2);
  p = parse_n(text, sizeof text);
  assert_int_equal(p.diag.n_errors, 20);
  assert_null(p.root);
  release(&p);
}

static void size_has_a_limit(void **state) {
  (void)state;
  parsed p = {0};
  p.status = msw_json_parse("[]", ((size_t)64 << 20) + 1, "in.json", &p.arena, &p.diag, &p.root);   /* before it is read */
  assert_prints(&p.diag, "in.json: error: larger than 64 MiB\n", "64 MiB + 1");
  assert_int_equal(p.status, MSW_BAD_INPUT);
  release(&p);
}

/* A document cut off anywhere is refused, never crashes and never passes. */
static void every_prefix_is_refused(void **state) {
  (void)state;
  static const char text[] = "{\"a\": [1, -2.5e3, \"x\\u00e9\\n\", true, null, {\"b\": {}}], // c\n"
                             " \"k\": false /* d */}";
  for (size_t len = 0; len + 1 < sizeof text; len++) {
    parsed p = parse_n(text, len);
    assert_null(p.root);
    assert_true(p.diag.n_errors > 0);
    release(&p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_broken_structure),
      cmocka_unit_test(refuses_what_cjson_lets_through),
      cmocka_unit_test(finds_all_errors_at_once),
      cmocka_unit_test(a_nul_byte_is_an_error),
      cmocka_unit_test(errors_are_limited),
      cmocka_unit_test(size_has_a_limit),
      cmocka_unit_test(every_prefix_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
