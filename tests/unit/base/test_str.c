/* Strings: copies, buffer, comparisons, patterns, UTF-8, nearest name. */
#include "msw/base/str.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void copies_and_formats(void **state) {
  (void)state;
  msw_arena arena = {0};
  assert_string_equal(msw_strdup(&arena, ""), "");
  assert_string_equal(msw_strdup(&arena, "kv_len"), "kv_len");
  assert_string_equal(msw_strndup(&arena, "kv_len", 2), "kv");
  assert_string_equal(msw_strndup(&arena, "kv", 100), "kv");
  assert_string_equal(msw_format(&arena, "%s-%d", "tp", 8), "tp-8");
  assert_string_equal(msw_format(&arena, "%s", ""), "");
  const char *text = msw_format(&arena, "%5000d|", 1);
  assert_int_equal(strlen(text), 5001);
  assert_int_equal(text[5000], '|');
  msw_arena_free(&arena);
}

static void buffer_grows(void **state) {
  (void)state;
  msw_buf buf = {0};
  msw_buf_add(&buf, "");
  assert_string_equal(buf.text, "");
  msw_buf_add(&buf, "ab");
  msw_buf_add_n(&buf, "cdef", 2);
  msw_buf_add_n(&buf, NULL, 0);
  msw_buf_printf(&buf, "[%d]", 42);
  assert_string_equal(buf.text, "abcd[42]");
  assert_int_equal(buf.len, 8);
  for (size_t i_line = 0; i_line < 1000; i_line++) msw_buf_printf(&buf, "%zu,", i_line);
  assert_int_equal(buf.len, strlen(buf.text));
  assert_true(msw_ends_with(buf.text, "998,999,"));
  msw_buf_add_n(&buf, "\0x", 2);   /* bytes, not only text */
  assert_int_equal(buf.text[buf.len - 1], 'x');
  msw_buf_free(&buf);
  assert_null(buf.text);
  assert_int_equal(buf.len, 0);
  msw_buf_free(&buf);
}

static void comparisons(void **state) {
  (void)state;
  assert_true(msw_equal_nocase("H100_SXM", "h100_sxm"));
  assert_false(msw_equal_nocase("h100", "h100_sxm"));
  assert_true(msw_equal_nocase("", ""));
  assert_true(msw_starts_with("model.num_heads", "model."));
  assert_true(msw_starts_with("x", ""));
  assert_false(msw_starts_with("mod", "model."));
  assert_true(msw_ends_with("data.csv", ".csv"));
  assert_true(msw_ends_with("x", ""));
  assert_false(msw_ends_with("csv", ".csv"));
}

static void globs(void **state) {
  (void)state;
  static const struct { const char *pattern, *text; bool matches; } rows[] = {
      {"*", "", true},
      {"llama-*", "llama-3.1-8b", true},
      {"LLAMA-*", "llama-3.1-8b", true},
      {"llama-*", "meta-llama-3.1-8b", false},
      {"*llama*8b", "meta-llama-3.1-8b", true},
      {"meta/*", "meta/llama/8b", true},   /* a slash is a character like others */
      {"?100", "H100", true},
      {"?100", "100", false},
      {"[ah]100_*", "A100_sxm", true},
      {"[!a]100", "h100", true},
      {"[!a]100", "A100", false},
      {"tp[0-9]", "tp8", true},
      {"a\\*", "a*", true},
      {"a\\*", "ab", false},
      {"plain", "plain", true},
      {"", "", true},
      {"", "x", false},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++)
    if (msw_glob_match(rows[i_row].pattern, rows[i_row].text) != rows[i_row].matches)
      fail_msg("'%s' and '%s'", rows[i_row].pattern, rows[i_row].text);
  assert_true(msw_has_glob("a*") && msw_has_glob("?") && msw_has_glob("x[1]"));
  assert_false(msw_has_glob("") || msw_has_glob("llama-3.1-8b") || msw_has_glob("a]"));
}

static void a_glob_of_many_stars_ends(void **state) {
  (void)state;
  char text[2001];
  memset(text, 'a', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  assert_false(msw_glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

static void utf8(void **state) {
  (void)state;
  static const struct { const char *text; size_t n; bool valid; } rows[] = {
      {"", 0, true},
      {"plain\0text", 10, true},
      {"\xC2\x80", 2, true},           /* U+0080 */
      {"\xDF\xBF", 2, true},           /* U+07FF */
      {"\xE0\xA0\x80", 3, true},       /* U+0800 */
      {"\xED\x9F\xBF", 3, true},       /* U+D7FF */
      {"\xEE\x80\x80", 3, true},       /* U+E000 */
      {"\xEF\xBF\xBF", 3, true},       /* U+FFFF */
      {"\xF0\x90\x80\x80", 4, true},   /* U+10000 */
      {"\xF4\x8F\xBF\xBF", 4, true},   /* U+10FFFF */
      {"\x80", 1, false},              /* begins nothing */
      {"\xC0\x80", 2, false},          /* overlong NUL */
      {"\xC1\xBF", 2, false},
      {"\xE0\x9F\xBF", 3, false},      /* overlong */
      {"\xED\xA0\x80", 3, false},      /* surrogate */
      {"\xF0\x8F\xBF\xBF", 4, false},  /* overlong */
      {"\xF4\x90\x80\x80", 4, false},  /* beyond U+10FFFF */
      {"\xF5\x80\x80\x80", 4, false},
      {"\xFF", 1, false},
      {"a\xC3", 2, false},             /* cut off */
      {"\xE2\x82", 2, false},
      {"\xE2\x82\x41", 3, false},
      {"\xE2\x41\x82", 3, false},
      {"\xF0\x9F\x98\xC0", 4, false},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++)
    if (msw_is_utf8(rows[i_row].text, rows[i_row].n) != rows[i_row].valid) fail_msg("row %zu", i_row);
}

static void nearest_names(void **state) {
  (void)state;
  static const char *const axes[] = {"gpu", "model", "tp", "ep", "dtype", "method", "batch", "kv_len",
                                     "prefill_batch", "cached_len", "seq_len"};
  static const struct { const char *word, *nearest; } rows[] = {
      {"modle", "model"},               /* a swap is one edit */
      {"Modell", "model"},
      {"MODEL", "model"},
      {"kvlen", "kv_len"},
      {"seqlen", "seq_len"},
      {"dytpe", "dtype"},
      {"dtyp", "dtype"},
      {"prefill", "prefill_batch"},     /* too far by edits, but the word begins it */
      {"seq", "seq_len"},
      {"se", NULL},                     /* two characters begin too much */
      {"tpp", "tp"},
      {"pt", "tp"},
      {"x", NULL},                      /* nothing of it would be left */
      {"xy", NULL},
      {"", NULL},
      {"quantisation", NULL},
      {"metod", "method"},
      {"cache_len", "cached_len"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    const char *got = msw_nearest(rows[i_row].word, axes, COUNT(axes));
    const char *wanted = rows[i_row].nearest;
    if (wanted ? !got || strcmp(got, wanted) != 0 : got != NULL)
      fail_msg("'%s' gives '%s', not '%s'", rows[i_row].word, got ? got : "(none)", wanted ? wanted : "(none)");
  }
}

static void nearest_prefers_completion_then_distance_then_order(void **state) {
  (void)state;
  static const char *const gpus[] = {"a100", "h100_sxm_80", "h100_sxm", "h100_pci"};
  assert_string_equal(msw_nearest("h100", gpus, 4), "h100_sxm");
  assert_string_equal(msw_nearest("H200_SXM", gpus, 4), "h100_sxm");
  static const char *const ties[] = {"bar", "baz", "ba"};
  assert_string_equal(msw_nearest("bax", ties, 3), "bar");
  static const char *const exact[] = {"batch_size", "batch", "Batch"};
  assert_string_equal(msw_nearest("BATCH", exact, 3), "batch");
  assert_null(msw_nearest("batch", exact, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(copies_and_formats),
      cmocka_unit_test(buffer_grows),
      cmocka_unit_test(comparisons),
      cmocka_unit_test(globs),
      cmocka_unit_test(a_glob_of_many_stars_ends),
      cmocka_unit_test(utf8),
      cmocka_unit_test(nearest_names),
      cmocka_unit_test(nearest_prefers_completion_then_distance_then_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
