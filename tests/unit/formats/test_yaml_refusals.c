/* Refusing YAML: the exact message about everything that is malformed, and about what YAML takes and we do not. */
#include "msw/formats/yaml.h"

#include "parsed.h"

static const language YAML = {msw_yaml_parse, "in.yaml"};
static parsed parse_n(const char *text, size_t len) { return parse_as(YAML, text, len); }

static const refusal structure[] = {
  {"", "in.yaml:1:1: error: expected a YAML value, found an empty document\n"},
  {"# only", "in.yaml:1:7: error: expected a YAML value, found an empty document\n"},
  {"a: [1, 2",
   "in.yaml:1:9: error: expected ',' or ']', found the end of the document (the list that begins at 1:4 is not closed)\n"},
  {"a: {b: 1",
   "in.yaml:1:9: error: expected ',' or '}', found the end of the document (the object that begins at 1:4 is not closed)\n"},
  {"a: {b: [1}", "in.yaml:1:10: error: expected ',' or ']', found '}' (the list that begins at 1:8 is not closed)\n"},
  {"a: [1\nb: 2\nc: 3",
   "in.yaml:2:2: error: expected ',' or ']', found ':'"
   " (the list that begins at 1:4 is not closed, or a text with , [ ] { } or a colon and a blank needs quotes in it)\n"},
  {"a: [x in [1, 2], y]",
   "in.yaml:1:10: error: expected ',' or ']', found '['"
   " (the list that begins at 1:4 is not closed, or a text with , [ ] { } or a colon and a blank needs quotes in it)\n"},
  {"g: {x: ${GPU:h100}}",
   "in.yaml:1:9: error: expected ',' or '}', found '{'"
   " (the object that begins at 1:4 is not closed, or a text with , [ ] { } or a colon and a blank needs quotes in it)\n"},
  {"a: {b: c: d}",
   "in.yaml:1:9: error: expected ',' or '}', found ':'"
   " (the object that begins at 1:4 is not closed, or a text with , [ ] { } or a colon and a blank needs quotes in it)\n"},
  {"a: [b:]", "in.yaml:1:6: error: a colon is out of place here (a text with a colon before , [ ] { or } needs quotes)\n"},
  {"a: b: c",
   "in.yaml:1:5: error: a colon is out of place here"
   " (keys begin in one column and end with a colon and a blank; a text with a colon and a blank in it needs quotes)\n"},
  {"a: \"x\": 1",
   "in.yaml:1:7: error: a colon is out of place here"
   " (keys begin in one column and end with a colon and a blank; a text with a colon and a blank in it needs quotes)\n"},
  {"a:1\nb: 2",
   "in.yaml:2:2: error: a colon is out of place here"
   " (keys begin in one column and end with a colon and a blank; a text with a colon and a blank in it needs quotes)\n"},
  {"axes:\n  tp: 1\n batch: 2",
   "in.yaml:3:2: error: expected the object's next key, found 'b'"
   " (keys of one object begin in one column, and nothing follows a closing quote or bracket)\n"},
  {"a: \"x\" y",
   "in.yaml:1:8: error: expected the object's next key, found 'y'"
   " (keys of one object begin in one column, and nothing follows a closing quote or bracket)\n"},
  {"l:\n  - a\n - b",
   "in.yaml:3:2: error: expected the object's next key, found '-'"
   " (keys of one object begin in one column, and nothing follows a closing quote or bracket)\n"},
  {"l:\n  - a\n  b", "in.yaml:3:3: error: expected a key with a colon and a blank behind it\n"},
  {"l:\n  - a\n  b: 1",
   "in.yaml:3:3: error: expected '-', the list's next item, found 'b'"
   " (items of one list begin in one column, and nothing follows a closing quote or bracket)\n"},
  {"l: - a",
   "in.yaml:1:4: error: '-' is out of place here"
   " (the items of a list have lines of their own; a text that begins with a dash and a blank needs quotes)\n"},
  {"a: ? b", "in.yaml:1:4: error: '?' is out of place here (a text that begins with such a character needs quotes)\n"},
  {"a: ]", "in.yaml:1:4: error: expected a value, found ']' (a text that begins with such a character needs quotes)\n"},
  {"a: , b", "in.yaml:1:4: error: expected a value, found ',' (a text that begins with such a character needs quotes)\n"},
  {"\"a\" b", "in.yaml:1:5: error: expected the end of the document, found 'b'\n"},
  {"{a: 1}\nb", "in.yaml:2:1: error: expected the end of the document, found 'b'\n"},
  {"\n // a comment\n{\"a\": 1}", "in.yaml:2:2: error: comments of YAML begin with #\n"},
  {"/* a comment */ a: 1\n{}", "in.yaml:1:1: error: comments of YAML begin with #\n"},
  {"a: 1\n...\nb: 2", "in.yaml:3:1: error: expected the end of the document, found 'b'\n"},
  {"a: 1\n---\nb: 2", "in.yaml:2:1: error: a second document begins here (one file holds one document)\n"},
  {"- [1] x",
   "in.yaml:1:7: error: expected '-', the list's next item, found 'x'"
   " (items of one list begin in one column, and nothing follows a closing quote or bracket)\n"},
  {"a: \"x\ny", "in.yaml:1:4: error: this text in quotes does not end (close it with the quote that it began with)\n"},
  {"a: 'x", "in.yaml:1:4: error: this text in quotes does not end (close it with the quote that it began with)\n"},
  {"a: \"b\n---\nc\"", "in.yaml:2:1: error: a text in quotes holds a line of --- or ... (is its closing quote missing?)\n"},
  {"[[[", "in.yaml:1:4: error: expected a value, found the end of the document\n"},
  {"? [a]\n: 1", "in.yaml:1:3: error: expected a text as key (a text with [, {, * or & in front needs quotes)\n"},
  {"[a]: 1", "in.yaml:1:1: error: expected a text as key (a text with [, {, * or & in front needs quotes)\n"},
  {"{a: 1}: 2", "in.yaml:1:1: error: expected a text as key (a text with [, {, * or & in front needs quotes)\n"},
  {"*a : 1", "in.yaml:1:1: error: expected a text as key (a text with [, {, * or & in front needs quotes)\n"},
};

static const refusal characters[] = {
  {"a:\n\tb: 1", "in.yaml:2:1: error: a tab cannot indent (YAML is indented with blanks)\n"},
  {"\ta: 1", "in.yaml:1:1: error: a tab cannot indent (YAML is indented with blanks)\n"},
  {"- \t1", "in.yaml:1:3: error: a tab cannot indent (YAML is indented with blanks)\n"},
  {"b: |\n\tx", "in.yaml:2:1: error: a tab cannot indent (YAML is indented with blanks)\n"},
  {"a: \007", "in.yaml:1:4: error: control character U+0007 is not allowed here\n"},
  {"a: \177", "in.yaml:1:4: error: character U+007F is not allowed in YAML\n"},
  {"a: \302\200", "in.yaml:1:4: error: character U+0080 is not allowed in YAML\n"},
  {"\357\273\277\357\273\277a: 1", "in.yaml:1:1: error: found a second byte order mark (remove it)\n"},
  {"a: \377", "in.yaml:1:4: error: expected UTF-8 text, found byte 0xff (save the file as UTF-8)\n"},
  {"\377\376a", "in.yaml:1:1: error: the file is UTF-16, expected UTF-8 (save it as UTF-8)\n"},
  {"a: @b", "in.yaml:1:4: error: expected a value, found '@' (a text that begins with such a character needs quotes)\n"},
  {"a: `b`", "in.yaml:1:4: error: expected a value, found '`' (a text that begins with such a character needs quotes)\n"},
  {"a: %b", "in.yaml:1:4: error: expected a value, found '%' (a text that begins with such a character needs quotes)\n"},
  {"%foo", "in.yaml:1:1: error: '%' begins a directive, and this is none (a text that begins with % needs quotes)\n"},
  {"%YAML 2.0\n---\na: 1", "in.yaml:1:1: error: expected YAML 1.1 or 1.2\n"},
  {"a: \"\\q\"",
   "in.yaml:1:5: error: unknown escape in a text in double quotes (a backslash is written \\\\, and in single quotes \\)\n"},
  {"a: \"\\x1\"", "in.yaml:1:7: error: \\x, \\u and \\U need two, four and eight hexadecimal digits\n"},
  {"a: \"\\ud800\"",
   "in.yaml:1:7: error: this escape is no character of Unicode"
   " (a character beyond U+FFFF is written \\U and eight digits)\n"},
  {"a: \"\\0\"", "in.yaml:1:4: error: \\0 is not allowed in a text\n"},
  {"\"\\0\": 1", "in.yaml:1:1: error: \\0 is not allowed in a key\n"},
  {"a: |x\n b",
   "in.yaml:1:4: error: '|' or '>' begins a text of several lines, and this is none"
   " (a text that begins with such a character needs quotes)\n"},
  {"a: > 3",
   "in.yaml:1:4: error: '|' or '>' begins a text of several lines, and this is none"
   " (a text that begins with such a character needs quotes)\n"},
};

static const refusal scalars[] = {
  {"+1", "in.yaml:1:1: error: number \"+1\" must not begin with '+' (a text needs quotes: \"+1\")\n"},
  {"010",
   "in.yaml:1:1: error: number \"010\" must not begin with 0 (some take it for octal; a text needs quotes: \"010\")\n"},
  {"-007",
   "in.yaml:1:1: error: number \"-007\" must not begin with 0 (some take it for octal; a text needs quotes: \"-007\")\n"},
  {"0o17", "in.yaml:1:1: error: number \"0o17\" is octal (write 15; a text needs quotes: \"0o17\")\n"},
  {"0x1F", "in.yaml:1:1: error: number \"0x1F\" is hexadecimal (write 31; a text needs quotes: \"0x1F\")\n"},
  {"0xFFFFFFFFFFFFFFFFFFFF",
   "in.yaml:1:1: error: number \"0xFFFFFFFFFFFFFFFFFFFF\" is hexadecimal"
   " (a text needs quotes: \"0xFFFFFFFFFFFFFFFFFFFF\")\n"},
  {"1.", "in.yaml:1:1: error: number \"1.\" needs a digit after the point (a text needs quotes: \"1.\")\n"},
  {".5", "in.yaml:1:1: error: number \".5\" needs a digit before the point (a text needs quotes: \".5\")\n"},
  {"-.5e3", "in.yaml:1:1: error: number \"-.5e3\" needs a digit before the point (a text needs quotes: \"-.5e3\")\n"},
  {".inf", "in.yaml:1:1: error: number \".inf\" is not finite (a text needs quotes: \".inf\")\n"},
  {"-.Inf", "in.yaml:1:1: error: number \"-.Inf\" is not finite (a text needs quotes: \"-.Inf\")\n"},
  {".NaN", "in.yaml:1:1: error: number \".NaN\" is not finite (a text needs quotes: \".NaN\")\n"},
  {"1e999", "in.yaml:1:1: error: number \"1e999\" is out of range (a text needs quotes: \"1e999\")\n"},
  {"1234567890123456789012345678901234567890123456789012345678901234567",
   "in.yaml:1:1: error: number \"1234567890123456789012345678901234567890…\" is longer than 63 characters\n"},
  {"tp: 08",
   "in.yaml:1:5: error: number \"08\" must not begin with 0 (some take it for octal; a text needs quotes: \"08\")\n"},
};

static const refusal indicators[] = {
  {"tp: *2",
   "in.yaml:1:5: error: no anchor \"&2\" stands before this alias (a text that begins with * needs quotes: \"*2\")\n"},
  {"m: *-405b",
   "in.yaml:1:4: error: no anchor \"&-405b\" stands before this alias"
   " (a text that begins with * needs quotes: \"*-405b\")\n"},
  {"m: *llama*",
   "in.yaml:1:4: error: '*' begins an alias, a name of letters, digits, _ and - (a text that begins with * needs quotes)\n"},
  {"m: [*]",
   "in.yaml:1:5: error: '*' begins an alias, a name of letters, digits, _ and - (a text that begins with * needs quotes)\n"},
  {"a: &b 1\nc: *B", "in.yaml:2:4: error: no anchor \"&B\" stands before this alias (did you mean '*b'?)\n"},
  {"x: &",
   "in.yaml:1:4: error: '&' begins an anchor, a name of letters, digits, _ and -"
   " (a text that begins with & needs quotes)\n"},
  {"x: &a*b",
   "in.yaml:1:4: error: '&' begins an anchor, a name of letters, digits, _ and -"
   " (a text that begins with & needs quotes)\n"},
  {"- &a\n- &a.b",
   "in.yaml:2:3: error: '&' begins an anchor, a name of letters, digits, _ and -"
   " (a text that begins with & needs quotes)\n"},
  {"- !model.is_moe",
   "in.yaml:1:3: error: tag \"!model.is_moe\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"- ! model.is_moe", "in.yaml:1:3: error: tag \"!\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"- &a ! b", "in.yaml:1:3: error: tag \"!\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"- &a # c\n  ! b", "in.yaml:1:3: error: tag \"!\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"x: !", "in.yaml:1:4: error: tag \"!\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"x: ! \"5\"", "in.yaml:1:4: error: tag \"!\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"x: ![]", "in.yaml:1:4: error: '!' begins a tag (a text that begins with ! needs quotes)\n"},
  {"x: !<", "in.yaml:1:4: error: '!' begins a tag (a text that begins with ! needs quotes)\n"},
  {"x: !a!b", "in.yaml:1:4: error: '!' begins a tag (a text that begins with ! needs quotes)\n"},
  {"x: !!int a", "in.yaml:1:4: error: tag \"!!int\" does not fit a value that is a string\n"},
  {"x: !!bool \"yes\"", "in.yaml:1:4: error: tag \"!!bool\" does not fit a value that is a string\n"},
  {"x: !!set {a}", "in.yaml:1:4: error: tag \"!!set\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"x: !!seq {}", "in.yaml:1:4: error: tag \"!!seq\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"x: !!map []", "in.yaml:1:4: error: tag \"!!map\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"x: !!binary aa==", "in.yaml:1:4: error: tag \"!!binary\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"x: !!python/name:os.system",
   "in.yaml:1:4: error: tag \"!!python/name:os.system\" has no meaning here (a text that begins with ! needs quotes)\n"},
  {"!!str k: 1", "in.yaml:1:1: error: a key has no tag (a text that begins with ! needs quotes)\n"},
  {"! k: 1", "in.yaml:1:1: error: a key has no tag (a text that begins with ! needs quotes)\n"},
  {"&a k: 1", "in.yaml:1:1: error: an anchor names a value, not a key (write it behind the colon)\n"},
  {"<<: {a: 1}",
   "in.yaml:1:1: error: merge keys \"<<\" are not read"
   " (\"extends\" merges files, {\"$merge\": [\"$a\", {…}]} the objects of \"defs\")\n"},
  {"a: &a {x: 1}\nb: {<<: *a, y: 2}",
   "in.yaml:2:5: error: merge keys \"<<\" are not read"
   " (\"extends\" merges files, {\"$merge\": [\"$a\", {…}]} the objects of \"defs\")\n"},
  {"a: &a [*a]", "in.yaml:1:8: error: alias \"*a\" stands inside what it stands for\n"},
  {"a: &a {b: {c: *a}}", "in.yaml:1:15: error: alias \"*a\" stands inside what it stands for\n"},
  {"- tp > 1 ? 2 : 3\n- 'a ? b': 1",
   "in.yaml:1:3: error: the colon makes a key of \"tp > 1 ? 2\" (a text with a colon and a blank in it needs quotes)\n"},
  {"{tp:1}", "in.yaml:1:2: error: key \"tp:1\" has no value (a key ends with a colon and a blank)\n"},
  {"a: {\"kv:len\":}", "in.yaml:1:5: error: key \"kv:len\" has no value (a key ends with a colon and a blank)\n"},
};

static const refusal several[] = {
  {"a: 1\nb: 2\na: 3\nc: {d: 1, d: 2, d: 3}",
   "in.yaml:4:11: error: c: duplicate key \"d\" (first given at 4:5)\n"
   "in.yaml:4:17: error: c: duplicate key \"d\" (first given at 4:5)\n"
   "in.yaml:3:1: error: duplicate key \"a\" (first given at 1:1)\n"},
  {"a: +1\nb: 010\nc: *x\nd: !t 1\na: 2\ne: [1",
   "in.yaml:1:4: error: number \"+1\" must not begin with '+' (a text needs quotes: \"+1\")\n"
   "in.yaml:2:4: error: number \"010\" must not begin with 0 (some take it for octal; a text needs quotes: \"010\")\n"
   "in.yaml:3:4: error: no anchor \"&x\" stands before this alias (a text that begins with * needs quotes: \"*x\")\n"
   "in.yaml:4:4: error: tag \"!t\" has no meaning here (a text that begins with ! needs quotes)\n"
   "in.yaml:6:6: error: expected ',' or ']', found the end of the document (the list that begins at 6:4 is not closed)\n"},
};

static const struct { const refusal *rows; size_t n; } tables[] = {
    {structure, COUNT(structure)},   {characters, COUNT(characters)}, {scalars, COUNT(scalars)},
    {indicators, COUNT(indicators)}, {several, COUNT(several)}};

static void says_what_is_wrong_and_where(void **state) {
  (void)state;
  for (size_t i_table = 0; i_table < COUNT(tables); i_table++) assert_refused(YAML, tables[i_table].rows, tables[i_table].n);
}

static void a_nul_byte_is_an_error(void **state) {
  (void)state;
  parsed p = parse_n("a: 1\n\0b: 2", 10);
  assert_prints(&p.diag, "in.yaml:2:1: error: control character U+0000 is not allowed here\n", "a NUL");
  release(&p);
}

static void errors_are_limited(void **state) {
  (void)state;
  msw_buf text = {0};
  for (int i_line = 0; i_line < 100; i_line++) msw_buf_printf(&text, "k%d: 010\n", i_line);
  parsed p = parse_n(text.text, text.len);
  assert_int_equal(p.diag.n_errors, 20);
  release(&p);
  msw_buf_free(&text);
}

static void size_has_a_limit(void **state) {
  (void)state;
  parsed p = {0};
  p.status = msw_yaml_parse("[]", ((size_t)64 << 20) + 1, "in.yaml", &p.arena, &p.diag, &p.root);   /* before it is read */
  assert_prints(&p.diag, "in.yaml: error: larger than 64 MiB\n", "64 MiB + 1");
  assert_int_equal(p.status, MSW_BAD_INPUT);
  release(&p);
}

/* Each line repeats the one before so many times, or nests it once more. */
static parsed parse_grown(int n_lines, int n_times) {
  msw_buf text = {0};
  msw_buf_add(&text, "a0: &a0 [x]\n");
  for (int i_line = 1; i_line < n_lines; i_line++) {
    msw_buf_printf(&text, "a%d: &a%d [", i_line, i_line);
    for (int i_time = 0; i_time < n_times; i_time++) msw_buf_printf(&text, "*a%d,", i_line - 1);
    msw_buf_add(&text, "]\n");
  }
  parsed p = parse_n(text.text, text.len);
  msw_buf_free(&text);
  return p;
}

static void aliases_do_not_grow_without_end(void **state) {
  (void)state;
  static const struct { int n_lines, n_times; const char *place; } rows[] = {
      {5, 9, NULL}, {63, 1, NULL}, {12, 9, "6:34"}, {64, 1, "64:12"}, {400, 1, "64:12"}};
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    char says[128] = "";
    if (rows[i_row].place)
      snprintf(says, sizeof says, "in.yaml:%s: error: aliases grow too large: at most 100000 values in all, nested 64 deep\n",
               rows[i_row].place);
    parsed p = parse_grown(rows[i_row].n_lines, rows[i_row].n_times);
    assert_prints(&p.diag, says, "aliases of aliases");
    release(&p);
  }
}

static void anchors_have_a_limit(void **state) {
  (void)state;
  for (int n_anchors = 1000; n_anchors <= 1001; n_anchors++) {
    msw_buf text = {0};
    for (int i_anchor = 0; i_anchor < n_anchors; i_anchor++) msw_buf_printf(&text, "- &a%d 1\n", i_anchor);
    parsed p = parse_n(text.text, text.len);
    assert_prints(&p.diag, n_anchors == 1000 ? "" : "in.yaml:1001:3: error: more than 1000 anchors\n", "many anchors");
    release(&p);
    msw_buf_free(&text);
  }
}

/* A document cut off anywhere, or without one of its bytes, is read or refused; nothing else. */
static void cut_anywhere_it_is_read_or_refused(void **state) {
  (void)state;
  static const char text[] = "%YAML 1.2\n---\na: &x [1, -2.5e3, \"x\\u00e9\\n\", yes, ~, {b: {}}] # c\n"
                             "'k': !!str 5\nl:\n- >-\n   d\n\n   e\n- ? *x\n\te: 'it''s'\n...\n";
  for (size_t at = 0; at + 1 < sizeof text; at++) {
    char without[sizeof text];
    memcpy(without, text, at);
    memcpy(without + at, text + at + 1, sizeof text - at - 1);
    for (int is_cut = 0; is_cut < 2; is_cut++) {
      parsed p = is_cut ? parse_n(text, at) : parse_n(without, sizeof text - 2);
      assert_int_equal(p.root == NULL, p.diag.n_errors > 0);
      assert_int_equal(p.root == NULL, p.status == MSW_BAD_INPUT);
      release(&p);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(says_what_is_wrong_and_where),
      cmocka_unit_test(a_nul_byte_is_an_error),
      cmocka_unit_test(errors_are_limited),
      cmocka_unit_test(size_has_a_limit),
      cmocka_unit_test(aliases_do_not_grow_without_end),
      cmocka_unit_test(anchors_have_a_limit),
      cmocka_unit_test(cut_anywhere_it_is_read_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
