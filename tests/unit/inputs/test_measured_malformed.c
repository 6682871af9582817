/* Files of measured steps as editors, spreadsheets, scripts and accidents leave them: what is read all the same, and all that is
 * said of the others. */
#include <sys/stat.h>

#include "input_fixture.h"
#include "msw/inputs/measured.h"

#define HEADER "source,gpu,engine,model,tp,weight_dtype,kv_dtype,decode_requests,decode_kv_tokens,prefill_requests," \
               "prefill_tokens,prefill_cached_tokens,latency_us,n_obs"
#define STEP(tp, requests, kv, latency, n_obs) "r,g,e-1,m," tp ",,," requests "," kv ",0,0,0," latency "," n_obs
#define GOOD STEP("1", "2", "8", "5", "1")
#define LATENCY(text) HEADER "\n" STEP("1", "2", "8", text, "1") "\n"
#define TIMES "is no time that can be measured: expected 1e-06 to 1e+12\n"
#define BYTES(text) text, sizeof(text) - 1

static msw_status load(input_fixture *fixture, const char *path, msw_measured *measured) {
  return msw_measured_load(&path, 1, &fixture->arena, &fixture->diag, measured);
}

static void read_all_the_same(void **state) {
  static const struct { const char *text; size_t n; int line; } cases[] = {
      {BYTES(HEADER "\n" GOOD "\n"), 2},
      {BYTES(HEADER "\n" GOOD), 2},
      {BYTES(HEADER "\r\n" GOOD "\r\n"), 2},
      {BYTES(HEADER "\r" GOOD "\r"), 2},
      {BYTES("\xEF\xBB\xBF" HEADER "\r\n" GOOD "\r\n"), 2},
      {BYTES("\n# of last night\n\n" HEADER "\n\n" GOOD "\n\n"), 6},
      {BYTES(HEADER "\n \"r\" , g,e-1,m, 1 ,,,2, \"8\" ,0,0,0,\t5\t,1\n"), 2},
      {BYTES(HEADER "\n" STEP("1.0", "2e0", "8.00", "0.5e1", "1.0") "\n"), 2},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    msw_measured measured;
    const char *path = put_bytes(fixture, "steps.csv", cases[i_case].text, cases[i_case].n);
    assert_int_equal(load(fixture, path, &measured), MSW_OK);
    assert_string_equal(said(fixture), "");
    assert_int_equal(measured.n_rows, 1);
    assert_string_equal(measured.rows[0].source, "r");
    assert_int_equal(measured.rows[0].tp, 1);
    assert_same(measured.rows[0].step.decode[0].kv_len, 4.0);
    assert_same(measured.rows[0].latency_us, 5.0);
    assert_int_equal(measured.rows[0].loc.line, cases[i_case].line);
  }
}

typedef struct { const char *text; size_t n; const char *says; } refusal;

/* Everything that is said, each line without "steps.csv". */
static const refusal refusals[] = {
    {BYTES(""), ": error: expected a header line, found an empty file\n"},
    {BYTES("# nothing\n\n"), ": error: expected a header line, found none\n"},
    {BYTES(HEADER), ": error: has no rows\n"},
    {BYTES("\xEF\xBB\xBF\xEF\xBB\xBF" HEADER "\n"), ":1:1: error: found a second byte order mark (remove it)\n"},
    {BYTES("\xFF\xFEs\0o\0"), ":1:1: error: the file is UTF-16, expected UTF-8 (save it as UTF-8)\n"},
    {BYTES(HEADER "\nr\0,g\n"), ":2:2: error: found a NUL byte (is it a text file?)\n"},
    {BYTES(HEADER "\n" GOOD "\n\"" GOOD "\n"),
     ":3:1: error: this quote is never closed (everything behind it was taken for one cell)\n"},
    {BYTES(HEADER ",tp\n" GOOD ",1\n"), ":1: error: columns 5 and 15 have the same name \"tp\"\n"},
    {BYTES(HEADER ",\n" GOOD ",\n"), ":1: error: column 15 has no name\n"},
    {BYTES("source,gpu,engine,model,tp,weight_dtype,kv_dtype,decode_request,decode_kv_tokens,prefill_requests,prefill_tokens,"
           "prefill_cached_tokens,latency_ms\n"),
     ":1: error: missing column \"decode_requests\" (did you mean 'decode_request'?)\n"
     ":1: error: missing column \"latency_us\" (did you mean 'latency_ms'?)\n"
     ":1: error: missing column \"n_obs\"\n"
     ": error: has no rows\n"},
    {BYTES(HEADER "\nr,g\n" GOOD "\n" GOOD ",\n"), ":2: error: expected 14 cells as in the header, found 2\n"
                                                  ":4: error: expected 14 cells as in the header, found 15\n"},
    {BYTES(LATENCY("nan")), ":2: error: latency_us: expected a number > 0, found \"nan\"\n"},
    {BYTES(LATENCY("-inf")), ":2: error: latency_us: expected a number > 0, found \"-inf\"\n"},
    {BYTES(LATENCY("0x1p4")), ":2: error: latency_us: expected a number > 0, found \"0x1p4\"\n"},
    {BYTES(LATENCY("1e400")), ":2: error: latency_us: expected a number > 0, found \"1e400\"\n"},
    {BYTES(LATENCY("-5")), ":2: error: latency_us: expected a number > 0, found \"-5\"\n"},
    {BYTES(LATENCY("")), ":2: error: latency_us: expected a number > 0, found an empty cell\n"},
    {BYTES(LATENCY("\"1,5\"")), ":2: error: latency_us: expected a number > 0, found \"1,5\"\n"},
    {BYTES(LATENCY("5 us")), ":2: error: latency_us: expected a number > 0, found \"5 us\"\n"},
    {BYTES(LATENCY("1e308")), ":2: error: latency_us: 1e+308 " TIMES},
    {BYTES(LATENCY("1e-300")), ":2: error: latency_us: 1e-300 " TIMES},
    {BYTES(HEADER "\n" STEP("99999999999999999999", "9223372036854775808", "1e13", "5", "1e13") "\n"),
     ":2: error: tp: expected an integer >= 1 and <= 65536, found \"99999999999999999999\"\n"
     ":2: error: n_obs: expected a number >= 1 and <= 1000000000000, found \"1e13\"\n"
     ":2: error: decode_requests: expected an integer >= 0 and <= 1000000, found \"9223372036854775808\"\n"
     ":2: error: decode_kv_tokens: expected a number >= 0 and <= 1000000000000, found \"1e13\"\n"},
    {BYTES(HEADER "\nr,g,e,m,1,\"b\x1B[31m\n16\",,1,1,0,0,0,5,1\n" GOOD "\nr\n"),
     ":5: error: expected 14 cells as in the header, found 1\n"},
    {BYTES(HEADER "\nr,g,e,m,1,\"b\x1B[31m\n16\",,1,1,0,0,0,5,1\n"),
     ":2: error: weight_dtype: unknown number format \"b\\u001b[31m\\u000a16\" (bf16, fp16, fp32, fp8, int8, fp4, or empty)\n"},
};

/* Lines of `says` begin where "steps.csv" ends. */
static const char *with_name(input_fixture *fixture, const char *says) {
  msw_buf text = {0};
  msw_buf_add(&text, "");
  for (const char *at = says; *at; at += strcspn(at, "\n") + 1) {
    msw_buf_add(&text, "steps.csv");
    msw_buf_add_n(&text, at, strcspn(at, "\n") + 1);
  }
  const char *copy = msw_strdup(&fixture->arena, text.text);
  msw_buf_free(&text);
  return copy;
}

static void refused(void **state) {
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof refusals / sizeof *refusals; i_case++) {
    msw_measured measured;
    const char *path = put_bytes(fixture, "steps.csv", refusals[i_case].text, refusals[i_case].n);
    assert_int_equal(load(fixture, path, &measured), MSW_BAD_INPUT);
    assert_null(measured.rows);
    assert_string_equal(said(fixture), with_name(fixture, refusals[i_case].says));
    forget(fixture);
  }
}

/* ---- Large ones */

enum { MANY_BYTES = 2500000, MANY_COLUMNS = 5000, MANY_ROWS = 1000 };

static const char *many(input_fixture *fixture, size_t n) {
  char *text = msw_arena_alloc(&fixture->arena, n + 1);
  memset(text, 'x', n);
  return text;
}

static void assert_refused(input_fixture *fixture, const char *text, const char *says) {
  msw_measured measured;
  assert_int_equal(load(fixture, put(fixture, "steps.csv", text), &measured), MSW_BAD_INPUT);
  assert_string_equal(said(fixture), says);
  forget(fixture);
}

/* A line of 10 MB: messages stay short, whatever the cells are. */
static void long_cells(void **state) {
  input_fixture *fixture = *state;
  const char *x = many(fixture, MANY_BYTES);
  const char *row = msw_format(&fixture->arena, HEADER "\nr,%s,%s,m,1,%s,,1,1,0,0,0,%s,1\n", x, x, x, x);
  assert_refused(fixture, row,
                 "steps.csv:2: error: engine: has 2500000 bytes, expected a name of 255 at most\n"
                 "steps.csv:2: error: gpu: has 2500000 bytes, expected a name of 255 at most\n"
                 "steps.csv:2: error: weight_dtype: unknown number format \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" "
                 "(bf16, fp16, fp32, fp8, int8, fp4, or empty)\n"
                 "steps.csv:2: error: latency_us: expected a number > 0, found \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\"\n");
  assert_refused(fixture, msw_format(&fixture->arena, HEADER ",%s\n" GOOD ",1\n", x),
                 "steps.csv:1: error: the name of column 15 has 2500000 bytes, at most 255 can be read\n");
}

static void many_columns(void **state) {
  input_fixture *fixture = *state;
  msw_buf text = {0};
  msw_buf_add(&text, HEADER);
  for (int i_col = 0; i_col < MANY_COLUMNS; i_col++) msw_buf_printf(&text, ",c%d", i_col);
  assert_refused(fixture, text.text, "steps.csv:1: error: 5014 columns, at most 4096 can be read\n");
  msw_buf_free(&text);
}

/* Further ones would say nothing new. */
static void many_errors(void **state) {
  input_fixture *fixture = *state;
  msw_buf text = {0};
  msw_measured measured;
  msw_buf_add(&text, HEADER "\n");
  for (int i_row = 0; i_row < MANY_ROWS; i_row++) msw_buf_add(&text, STEP("1", "1", "1", "soon", "1") "\n");
  assert_int_equal(load(fixture, put(fixture, "steps.csv", text.text), &measured), MSW_BAD_INPUT);
  assert_int_equal(fixture->diag.n_errors, 20);
  assert_says(&fixture->diag, "nothing behind this line is read");
  assert_int_equal(fixture->diag.items[fixture->diag.n - 1].loc.line, 21);
  msw_buf_free(&text);
}

/* ---- What is no file */

static void not_files(void **state) {
  input_fixture *fixture = *state;
  const char *paths[] = {in_dir(fixture, "none.csv"), in_dir(fixture, "loop.csv"), fixture->dir, in_dir(fixture, "pipe.csv"),
                         put(fixture, "steps.csv/inner.csv", HEADER "\n" GOOD "\n")};
  assert_int_equal(symlink("loop.csv", paths[1]), 0);
  assert_int_equal(mkfifo(paths[3], S_IRUSR | S_IWUSR), 0);
  paths[2] = in_dir(fixture, "steps.csv");
  msw_measured measured;
  assert_int_equal(msw_measured_load(paths, 5, &fixture->arena, &fixture->diag, &measured), MSW_BAD_INPUT);
  assert_string_equal(said(fixture), "none.csv: error: cannot be read: No such file or directory\n"
                                     "loop.csv: error: cannot be read: Too many levels of symbolic links\n"
                                     "steps.csv: error: is a folder, expected a regular file\n"
                                     "pipe.csv: error: is a pipe, expected a regular file\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(read_all_the_same, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(refused, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(long_cells, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(many_columns, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(many_errors, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(not_files, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
