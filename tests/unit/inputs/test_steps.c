/* The grammar of steps and the CSV that holds them. */
#include "msw/inputs/steps.h"

#include "input_fixture.h"

static const msw_loc AT = {.file = "steps.csv", .line = 7};

/* ---- decode ---- */

enum { MAX_GROUPS = 4 };

static void decode_groups(void **state) {
  static const struct { const char *text; size_t n; msw_decode_group groups[MAX_GROUPS]; } CASES[] = {
      {"", 0, {{0, 0}}},
      {"16*4096", 1, {{16, 4096}}},
      {"16*4096+2*128", 2, {{16, 4096}, {2, 128}}},
      {"4096", 1, {{1, 4096}}},
      {"1*0", 1, {{1, 0}}},
      {"007*010+5", 2, {{7, 10}, {1, 5}}},
      {"1000000*1000000000", 1, {{1e6, 1e9}}},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_step step = {0};
    assert_true(msw_parse_decode(CASES[i_case].text, AT, &fixture->arena, &fixture->diag, &step));
    assert_int_equal(step.n_decode, CASES[i_case].n);
    assert_int_equal(step.n_prefill, 0);
    for (size_t i_group = 0; i_group < CASES[i_case].n; i_group++) {
      assert_same(step.decode[i_group].count, CASES[i_case].groups[i_group].count);
      assert_same(step.decode[i_group].kv_len, CASES[i_case].groups[i_group].kv_len);
    }
  }
  assert_int_equal(fixture->diag.n, 0);
}

static void prefill_groups(void **state) {
  static const struct { const char *text; size_t n; msw_prefill_group groups[MAX_GROUPS]; } CASES[] = {
      {"", 0, {{0, 0, 0}}},
      {"512", 1, {{1, 0, 512}}},
      {"1*0:512+1*2048:512", 2, {{1, 0, 512}, {1, 2048, 512}}},
      {"3*16:1+7", 2, {{3, 16, 1}, {1, 0, 7}}},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_step step = {0};
    assert_true(msw_parse_prefill(CASES[i_case].text, AT, &fixture->arena, &fixture->diag, &step));
    assert_int_equal(step.n_prefill, CASES[i_case].n);
    assert_int_equal(step.n_decode, 0);
    for (size_t i_group = 0; i_group < CASES[i_case].n; i_group++) {
      assert_same(step.prefill[i_group].count, CASES[i_case].groups[i_group].count);
      assert_same(step.prefill[i_group].cached_len, CASES[i_case].groups[i_group].cached_len);
      assert_same(step.prefill[i_group].new_len, CASES[i_case].groups[i_group].new_len);
    }
  }
  assert_int_equal(fixture->diag.n, 0);
}

typedef bool parse_fn(const char *text, msw_loc loc, msw_arena *arena, msw_diag *diag, msw_step *step);

static void malformed_cells(void **state) {
  static const struct { parse_fn *parse; const char *text, *said;
  } CASES[] = {
      {msw_parse_decode, "16*x", "decode: expected kv_len at character 4 of '16*x'"},
      {msw_parse_decode, "16*", "decode: expected kv_len at the end of '16*'"},
      {msw_parse_decode, "*16", "decode: expected count at character 1 of '*16'"},
      {msw_parse_decode, "0*16", "decode: count at character 1 of '0*16' must be 1 to 1000000"},
      {msw_parse_decode, "1000001*16", "decode: count at character 1 of '1000001*16' must be 1 to 1000000"},
      {msw_parse_decode, "1000000001", "decode: kv_len at character 1 of '1000000001' must be 0 to 1000000000"},
      {msw_parse_decode, "99999999999999999999999", "must be 0 to 1000000000"},
      {msw_parse_decode, "-5", "decode: expected kv_len at character 1 of '-5'"},
      {msw_parse_decode, "1.5", "decode: expected '+' or the end at character 2 of '1.5'"},
      {msw_parse_decode, "16 * 4", "decode: expected '*' at character 3 of '16 * 4'"},
      {msw_parse_decode, "1*2*3", "decode: expected '+' or the end at character 4 of '1*2*3'"},
      {msw_parse_decode, "1*2+", "decode: expected kv_len at the end of '1*2+'"},
      {msw_parse_decode, "+1", "decode: expected kv_len at character 1 of '+1'"},
      {msw_parse_decode, "1*0:5", "decode: expected '+' or the end at character 4 of '1*0:5'"},
      {msw_parse_prefill, "2*512", "prefill: expected ':' at the end of '2*512'"},
      {msw_parse_prefill, "8:512",
       "prefill: expected '+' or the end at character 2 of '8:512' (write count*cached:new, as in 1*0:512)"},
      {msw_parse_prefill, "1*0:0", "prefill: new_len at character 5 of '1*0:0' must be 1 to 1000000000"},
      {msw_parse_prefill, "0", "prefill: new_len at character 1 of '0' must be 1 to 1000000000"},
      {msw_parse_prefill, "1*:5", "prefill: expected cached_len at character 3 of '1*:5'"},
      {msw_parse_prefill, "1*5:", "prefill: expected new_len at the end of '1*5:'"},
      {msw_parse_prefill, "1*0:5,6", "prefill: expected '+' or the end at character 6 of '1*0:5,6'"},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_step step = {0};
    assert_false(CASES[i_case].parse(CASES[i_case].text, AT, &fixture->arena, &fixture->diag, &step));
    assert_int_equal(step.n_decode + step.n_prefill, 0);
    assert_int_equal(fixture->diag.n_errors, 1);
    if (!strstr(said(fixture), CASES[i_case].said)) fail_msg("'%s' lacks '%s'", said(fixture), CASES[i_case].said);
    assert_non_null(strstr(said(fixture), "steps.csv:7: error: "));
    forget(fixture);
  }
}

static void every_bad_group_is_reported(void **state) {
  input_fixture *fixture = *state;
  msw_step step = {0};
  assert_false(msw_parse_decode("x+1*2+3*y+z", AT, &fixture->arena, &fixture->diag, &step));
  assert_int_equal(fixture->diag.n_errors, 3);
}

/* ---- CSV ---- */

static void rows_of_a_csv(void **state) {
  input_fixture *fixture = *state;
  const char *path = put(fixture, "steps.csv",
                         "id,model,tp,decode,prefill\n"
                         "a,llama,2,16*4096,\n"
                         "\n"
                         "b,llama,1,,1*0:512\n");
  msw_steps steps;
  assert_int_equal(msw_steps_load(path, &fixture->arena, &fixture->diag, &steps), MSW_OK);
  assert_no_errors(&fixture->diag);
  assert_int_equal(steps.n_rows, 2);
  assert_int_equal(steps.n_cols, 5);
  assert_string_equal(steps.names[0], "id");
  assert_int_equal(strlen(steps.sha256), 64);
  assert_string_equal(steps.file, path);
  assert_string_equal(steps.rows[0].model, "llama");
  assert_int_equal(steps.rows[0].tp, 2);
  assert_same(steps.rows[0].step.decode[0].count, 16);
  assert_int_equal(steps.rows[0].step.n_prefill, 0);
  assert_string_equal(steps.rows[1].cells[0], "b");
  assert_int_equal(steps.rows[1].loc.line, 4);
  assert_same(steps.rows[1].step.prefill[0].new_len, 512);
}

static void all_problems_of_a_csv(void **state) {
  input_fixture *fixture = *state;
  const char *path = put(fixture, "steps.csv",
                         "model,tp,decode,prefill\n"
                         "llama,2,16*,\n"
                         ",0,1*1,\n"
                         "llama,1.5,1*1,1*1\n"
                         "llama,1,,\n");
  msw_steps steps;
  assert_int_equal(msw_steps_load(path, &fixture->arena, &fixture->diag, &steps), MSW_BAD_INPUT);
  assert_int_equal(steps.n_rows, 0);
  assert_string_equal(
      said(fixture),
      "steps.csv:2: error: decode: expected kv_len at the end of '16*' (write count*kv_len, as in 16*4096)\n"
      "steps.csv:3: error: model: is empty, expected the name of a model\n"
      "steps.csv:3: error: tp: expected an integer >= 1 and <= 65536, found \"0\"\n"
      "steps.csv:4: error: tp: expected an integer >= 1 and <= 65536, found \"1.5\"\n"
      "steps.csv:4: error: prefill: expected ':' at the end of '1*1' (write count*cached:new, as in 1*0:512)\n"
      "steps.csv:5: error: decode and prefill are both empty, expected one request at least\n");
}

static void missing_columns_and_files(void **state) {
  input_fixture *fixture = *state;
  msw_steps steps;
  const char *path = put(fixture, "steps.csv", "model,tp,decod\nllama,1,5\n");
  assert_int_equal(msw_steps_load(path, &fixture->arena, &fixture->diag, &steps), MSW_BAD_INPUT);
  assert_string_equal(said(fixture), "steps.csv:1: error: missing column \"decode\" (did you mean 'decod'?)\n"
                                     "steps.csv:1: error: missing column \"prefill\"\n");
  forget(fixture);
  assert_int_equal(msw_steps_load(in_dir(fixture, "none.csv"), &fixture->arena, &fixture->diag, &steps), MSW_BAD_INPUT);
  assert_says(&fixture->diag, "No such file");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(decode_groups, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(prefill_groups, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(malformed_cells, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(every_bad_group_is_reported, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(rows_of_a_csv, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(all_problems_of_a_csv, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(missing_columns_and_files, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
