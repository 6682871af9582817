/* CSV tables: what is accepted, which line everything stands on, and what is said about everything else. */
#include "msw/formats/csv.h"

#include "../base/temp_dir.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "printed.h"

typedef struct { msw_arena arena; msw_diag diag; msw_csv csv; msw_status status; } parsed;

static parsed parse_n(const char *text, size_t len) {
  parsed p = {0};
  p.status = msw_csv_parse(text, len, "in.csv", &p.arena, &p.diag, &p.csv);
  return p;
}

static parsed parse(const char *text) { return parse_n(text, strlen(text)); }

static void release(parsed *p) {
  msw_diag_free(&p->diag);
  msw_arena_free(&p->arena);
}

/* "a|b\n3:1|2\n": header, then each row with its line. */
static void dump(const msw_csv *csv, msw_buf *out) {
  for (size_t i_col = 0; i_col < csv->n_cols; i_col++) msw_buf_printf(out, "%s%s", i_col ? "|" : "", csv->names[i_col]);
  msw_buf_add(out, "\n");
  for (size_t i_row = 0; i_row < csv->n_rows; i_row++) {
    msw_buf_printf(out, "%d:", csv->lines[i_row]);
    for (size_t i_col = 0; i_col < csv->n_cols; i_col++)
      msw_buf_printf(out, "%s%s", i_col ? "|" : "", msw_csv_cell(csv, i_row, (int)i_col));
    msw_buf_add(out, "\n");
  }
}

static void accepts(void **state) {
  (void)state;
  static const struct { const char *text, *table; } rows[] = {
      {"a", "a\n"},
      {"a,b\n", "a|b\n"},
      {"a,b\n1,2\n", "a|b\n2:1|2\n"},
      {"a,b\n1,2", "a|b\n2:1|2\n"},
      {"a,b\r\n1,2\r\n3,4\r\n", "a|b\n2:1|2\n3:3|4\n"},
      {"a,b\r1,2\r\r3,4", "a|b\n2:1|2\n4:3|4\n"},
      {"\xEF\xBB\xBF" "a,b\n1,2\n", "a|b\n2:1|2\n"},
      {"\n \n\t\r\na,b\n\n1,2\n\n\n3,4\n\n", "a|b\n6:1|2\n9:3|4\n"},
      {"# note\n  # another, with \"quotes\n\na,b\n1,2\n", "a|b\n5:1|2\n"},
      {" a ,\tb\n  1 , 2\t\n", "a|b\n2:1|2\n"},
      {"\"a\" , \" b \"\n\" 1 \",\"\"\n", "a| b \n2: 1 |\n"},
      {"a,b\n,\n1,\n", "a|b\n2:|\n3:1|\n"},
      {"a,b\n\"1,2\",3\n", "a|b\n2:1,2|3\n"},
      {"a,b\n\"say \"\"hi\"\"\",3\n", "a|b\n2:say \"hi\"|3\n"},
      {"a,b\n\"one\ntwo\n\nfour\",3\n5,6\n", "a|b\n2:one\ntwo\n\nfour|3\n6:5|6\n"},
      {"a,b\n\"one\r\ntwo\",3\r\n5,6\r\n", "a|b\n2:one\r\ntwo|3\n4:5|6\n"},
      {"\"a\nb\",c\n1,2\n", "a\nb|c\n3:1|2\n"},
      {"a\n#1\n", "a\n2:#1\n"},
      {"a\n\"\"\n", "a\n2:\n"},
      {"größe,b\n1 000,x y\n", "größe|b\n2:1 000|x y\n"},
      {"a,b\n1,\"2\"", "a|b\n2:1|2\n"},
      {"a,b\n1,", "a|b\n2:1|\n"},
      {"a,b\n1,2\n   ", "a|b\n2:1|2\n"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    parsed p = parse(rows[i_row].text);
    assert_prints(&p.diag, "", rows[i_row].text);
    assert_int_equal(p.status, MSW_OK);
    msw_buf out = {0};
    dump(&p.csv, &out);
    assert_string_equal(out.text, rows[i_row].table);
    msw_buf_free(&out);
    release(&p);
  }
}

typedef struct { const char *text, *says; } refusal;

static const refusal refusals[] = {
  {"", "in.csv: error: expected a header line, found an empty file\n"},
  {"\xEF\xBB\xBF", "in.csv: error: expected a header line, found an empty file\n"},
  {"\n\n# only a comment\n", "in.csv: error: expected a header line, found none\n"},
  {"a,b\n1\n2,3\n4,5,6\n", "in.csv:2: error: expected 2 cells as in the header, found 1\n"
                           "in.csv:4: error: expected 2 cells as in the header, found 3\n"},
  {"a\n1,2\n", "in.csv:2: error: expected 1 cell as in the header, found 2\n"},
  {"a,b\n1,2\n# end\n",
   "in.csv:3: error: expected 2 cells as in the header, found 1 (comments may stand before the header only)\n"},
  {"a,b\n1;2\n", "in.csv:2: error: expected 2 cells as in the header, found 1 (cells are separated by commas)\n"},
  {"a,,b\n1,2,3\n", "in.csv:1: error: column 2 has no name\n"},
  {"a,b,\n1,2,\n", "in.csv:1: error: column 3 has no name\n"},
  {"#\nb,a,b,a,b\n1,2,3,4,5\n", "in.csv:2: error: columns 2 and 4 have the same name \"a\"\n"
                               "in.csv:2: error: columns 1 and 3 have the same name \"b\"\n"
                               "in.csv:2: error: columns 1 and 5 have the same name \"b\"\n"},
  {"a,b\n1,x\"y\n3,4\n5\n",
   "in.csv:2:4: error: found a quote within a cell (quote the whole cell and double the quotes in it)\n"
                           "in.csv:4: error: expected 2 cells as in the header, found 1\n"},
  {"a,b\n\"1\"x,2\n",
   "in.csv:2:4: error: expected a comma after the closing quote, found 'x'"
   " (quote the whole cell and double the quotes in it)\n"},
  {"a,b\n\"1\" \"2\",2\n",
   "in.csv:2:5: error: found a quote within a cell (quote the whole cell and double the quotes in it)\n"},
  {"a,b\n\"1,2\n3,4\n5,\"6\"\n",
   "in.csv:4:4: error: expected a comma after the closing quote, found '6'"
   " (is a quote not closed in the row that begins on line 2?)\n"},
  {"a,b\n1,\"2\n3,4\n",
   "in.csv:2:3: error: this quote is never closed (everything behind it was taken for one cell)\n"},
  {"a,b\n1,\"x\ny\"\n\"p\"\"q\",\"2\"\"\n3,4\n",
   "in.csv:4:8: error: this quote is never closed (everything behind it was taken for one cell)\n"},
  {"a,b\n1,\"", "in.csv:2:3: error: this quote is never closed (everything behind it was taken for one cell)\n"},
  {"\"a,b\n1,2\n", "in.csv:1:1: error: this quote is never closed (everything behind it was taken for one cell)\n"},
  {"a\"b,c\n1,2,3\n4\n",
   "in.csv:1:2: error: found a quote within a cell (quote the whole cell and double the quotes in it)\n"},
  {"a,b\n1,caf\xe9\n", "in.csv:2:6: error: expected UTF-8 text, found byte 0xe9 (save the file as UTF-8)\n"},
  {"\xEF\xBB\xBF\xEF\xBB\xBF" "a", "in.csv:1:1: error: found a second byte order mark (remove it)\n"},
  {"\xff\xfe" "a", "in.csv:1:1: error: the file is UTF-16, expected UTF-8 (save it as UTF-8)\n"},
};

static void refuses(void **state) {
  (void)state;
  for (size_t i_row = 0; i_row < COUNT(refusals); i_row++) {
    parsed p = parse(refusals[i_row].text);
    assert_prints(&p.diag, refusals[i_row].says, refusals[i_row].text);
    assert_int_equal(p.status, MSW_BAD_INPUT);
    assert_true(p.csv.n_rows == 0 && p.csv.n_cols == 0 && !p.csv.cells);
    release(&p);
  }
}

static void a_nul_byte_is_an_error(void **state) {
  (void)state;
  static const char text[] = "a,b\n1,2\n3,\0004\n";
  parsed p = parse_n(text, sizeof text - 1);
  assert_prints(&p.diag, "in.csv:3:3: error: found a NUL byte (is it a text file?)\n", "NUL");
  release(&p);
}

static void size_has_a_limit(void **state) {
  (void)state;
  parsed p = parse_n("a\n", (size_t)2 << 30);   /* refused before it is read */
  assert_prints(&p.diag, "in.csv: error: larger than 2 GiB\n", "2 GiB");
  assert_int_equal(p.status, MSW_BAD_INPUT);
  release(&p);
}

static void headers_have_limits(void **state) {
  (void)state;
  enum { MOST_COLUMNS = 4096, MOST_NAME_BYTES = 255 };
  for (int n_more = 0; n_more < 2; n_more++) {
    msw_buf text = {0};
    msw_buf_printf(&text, "%0*d", MOST_NAME_BYTES + n_more, 7);
    for (int i_col = 1; i_col < MOST_COLUMNS; i_col++) msw_buf_printf(&text, ",c%d", i_col);
    msw_buf_add(&text, "\n");
    parsed p = parse_n(text.text, text.len);
    const char *says = "in.csv:1: error: the name of column 1 has 256 bytes, at most 255 can be read\n";
    assert_prints(&p.diag, n_more ? says : "", "a long name");
    assert_int_equal(p.csv.n_cols, n_more ? 0 : MOST_COLUMNS);
    release(&p);
    text.text[text.len - 1] = ',';
    p = parse_n(text.text, text.len);
    assert_prints(&p.diag, "in.csv:1: error: 4097 columns, at most 4096 can be read\n", "many columns");
    release(&p);
    msw_buf_free(&text);
  }
}

static void errors_are_limited(void **state) {
  (void)state;
  enum { N_ROWS = 1000 };
  msw_buf text = {0};
  msw_buf_add(&text, "a,b\n");
  for (int i_row = 0; i_row < N_ROWS; i_row++) msw_buf_add(&text, i_row % 2 ? "1\n" : "\"1\"2,3\n");
  parsed p = parse_n(text.text, text.len);
  assert_int_equal(p.diag.n_errors, 21);
  assert_string_equal(p.diag.items[20].message, "980 more errors are not shown");
  assert_int_equal(p.diag.items[19].loc.line, 21);
  msw_buf_free(&text);
  release(&p);
}

static void large_cells_and_tables(void **state) {
  (void)state;
  enum { N_ROWS = 100000, CELL_BYTES = 300000 };
  msw_buf text = {0};
  msw_buf_add(&text, "a,b,c\n");
  for (int i_row = 0; i_row < N_ROWS; i_row++) msw_buf_printf(&text, "%d,%d.5,x\n", i_row, i_row);
  char *cell = msw_alloc_zero(CELL_BYTES + 1, 1);
  memset(cell, 'x', CELL_BYTES);
  msw_buf_printf(&text, "1,\"%s\",%s\n", cell, cell);
  parsed p = parse_n(text.text, text.len);
  assert_no_errors(&p.diag);
  assert_int_equal(p.csv.n_rows, N_ROWS + 1);
  assert_string_equal(msw_csv_cell(&p.csv, 77777, 1), "77777.5");
  assert_int_equal(p.csv.lines[77777], 77779);
  assert_string_equal(msw_csv_cell(&p.csv, N_ROWS, 1), cell);
  assert_string_equal(msw_csv_cell(&p.csv, N_ROWS, 2), cell);
  release(&p);
  free(cell);
  msw_buf_free(&text);
}

static void loads_files(void **state) {
  parsed p = {0};
  char *path = msw_strdup(&p.arena, in_temp(state, "in.csv"));
  assert_int_equal(msw_write_file_atomic(path, "a\n1\n", 4, &p.diag), MSW_OK);
  assert_int_equal(msw_csv_load(path, &p.arena, &p.diag, &p.csv), MSW_OK);
  memset(path, 'x', strlen(path));   /* the table has its own copy of the name */
  assert_string_equal(p.csv.file, in_temp(state, "in.csv"));
  assert_int_equal(msw_csv_load(in_temp(state, "absent.csv"), &p.arena, &p.diag, &p.csv), MSW_BAD_INPUT);
  assert_int_equal(p.csv.n_cols, 0);
  assert_int_equal(p.diag.n_errors, 1);
  release(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts),
      cmocka_unit_test(refuses),
      cmocka_unit_test(a_nul_byte_is_an_error),
      cmocka_unit_test(headers_have_limits),
      cmocka_unit_test(errors_are_limited),
      cmocka_unit_test(size_has_a_limit),
      cmocka_unit_test(large_cells_and_tables),
      cmocka_unit_test(loads_files),
  };
  return cmocka_run_group_tests(tests, temp_dir_make, temp_dir_remove);
}
