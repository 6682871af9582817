/* Files of measured steps: what a row becomes, columns of several files together, and all that can be wrong. */
#include "msw/inputs/measured.h"

#include "input_fixture.h"

#define HEADER "source,gpu,engine,model,tp,weight_dtype,kv_dtype,decode_requests,decode_kv_tokens,prefill_requests," \
               "prefill_tokens,prefill_cached_tokens,latency_us,n_obs"

static msw_status load(input_fixture *fixture, const char *text, msw_measured *measured) {
  const char *path = put(fixture, "steps.csv", text);
  return msw_measured_load(&path, 1, &fixture->arena, &fixture->diag, measured);
}

static double number(const msw_measured *measured, const char *column, size_t i_row) {
  return msw_measured_find(measured, column)->numbers[i_row];
}

static const char *text(const msw_measured *measured, const char *column, size_t i_row) {
  return msw_measured_find(measured, column)->texts[i_row];
}

static void rows_become_steps(void **state) {
  input_fixture *fixture = *state;
  msw_measured measured;
  assert_int_equal(load(fixture, HEADER "\n"
                        "run,h100,vllm-0.15.1,llama,2,bf16,fp8,3,1000,0,0,0,12.5,4\n"
                        "run,h100,,llama,2,,,0,0,2,7,9,1e4,1\n"
                        "run,h100,,llama,2,,,1,0,1,5,0,9,1\n", &measured), MSW_OK);
  assert_int_equal(measured.n_rows, 3);
  const msw_measured_row *rows = measured.rows;
  assert_int_equal(rows[0].phase, MSW_DECODE);
  assert_int_equal(rows[0].step.n_prefill, 0);
  assert_same(rows[0].step.decode[0].count, 3.0);
  assert_same(rows[0].step.decode[0].kv_len, 1000.0 / 3.0);   /* not rounded */
  assert_same(rows[0].latency_us, 12.5);
  assert_same(rows[0].n_obs, 4.0);
  assert_int_equal(rows[0].weight_dtype, MSW_BF16);
  assert_int_equal(rows[0].kv_dtype, MSW_FP8);
  assert_int_equal(rows[0].loc.line, 2);
  assert_int_equal(rows[1].phase, MSW_PREFILL);
  assert_int_equal(rows[1].step.n_decode, 0);
  assert_same(rows[1].step.prefill[0].count, 2.0);
  assert_same(rows[1].step.prefill[0].new_len, 3.5);
  assert_same(rows[1].step.prefill[0].cached_len, 4.5);
  assert_int_equal(rows[1].weight_dtype, MSW_DTYPE_NONE);
  assert_int_equal(rows[2].phase, MSW_MIXED);
  assert_same(rows[2].step.decode[0].kv_len, 0.0);
  assert_string_equal(msw_measured_step_text(&rows[0].step, &fixture->arena), "3*333.333");
  assert_string_equal(msw_measured_step_text(&rows[1].step, &fixture->arena), "2*4.5:3.5");
  assert_string_equal(msw_measured_step_text(&rows[2].step, &fixture->arena), "1*0 + 1*0:5");
}

static void derived_columns(void **state) {
  input_fixture *fixture = *state;
  msw_measured measured;
  assert_int_equal(load(fixture, HEADER "\nr,g,,m,1,,,4,100,2,6,8,1,1\nr,g,,m,1,,,0,0,2,6,8,1,1\n", &measured), MSW_OK);
  assert_string_equal(text(&measured, "phase", 0), "mixed");
  assert_string_equal(text(&measured, "phase", 1), "prefill");
  assert_same(number(&measured, "batch", 0), 4.0);
  assert_same(number(&measured, "batch", 1), 2.0);
  assert_same(number(&measured, "kv_len", 0), 25.0);
  assert_same(number(&measured, "kv_len", 1), 0.0);
  assert_same(number(&measured, "seq_len", 0), 3.0);
  assert_same(number(&measured, "cached_len", 1), 4.0);
  const double stalls[] = {0.0, 1.0};
  msw_measured_derive(&measured, "stall", stalls, &fixture->arena);
  assert_string_equal(text(&measured, "stall", 1), "1");
  assert_true(msw_measured_find(&measured, "stall")->is_derived);
  assert_null(msw_measured_find(&measured, "stal"));
  assert_null(msw_measured_need(&measured, "stal", "--by", &fixture->diag));
  assert_string_equal(said(fixture), "mfusweep: error: --by: there is no column 'stal' (did you mean 'stall'?)\n");
}

/* Further columns of several files: each name once, empty where a file does not have it, a number only where all are. */
static void columns_of_several_files(void **state) {
  input_fixture *fixture = *state;
  const char *paths[] = {
      put(fixture, "a.csv", HEADER ",note,predicted_us\nr,g,,m,1,,,1,5,0,0,0,1,1,x,12.5\nr,g,,m,1,,,1,5,0,0,0,1,1,,\n"),
      put(fixture, "b.csv", "phase,note,extra," HEADER "\nodd,7,8,r,g,,m,1,,,1,5,0,0,0,1,1\n")};
  msw_measured measured;
  assert_int_equal(msw_measured_load(paths, 2, &fixture->arena, &fixture->diag, &measured), MSW_OK);
  assert_int_equal(measured.n_rows, 3);
  assert_int_equal(measured.n_files, 2);
  assert_int_equal(measured.files[0].n_rows, 2);
  assert_int_equal(strlen(measured.files[1].sha256), 64);
  assert_string_equal(measured.columns[0].name, "source");
  assert_string_equal(text(&measured, "note", 0), "x");
  assert_string_equal(text(&measured, "note", 2), "7");
  assert_null(msw_measured_find(&measured, "note")->numbers);
  assert_same(number(&measured, "predicted_us", 0), 12.5);
  assert_true(isnan(number(&measured, "predicted_us", 1)));
  assert_true(isnan(number(&measured, "predicted_us", 2)));
  assert_same(number(&measured, "extra", 2), 8.0);
  assert_null(msw_measured_find(&measured, "engine")->numbers);   /* empty everywhere */
  assert_string_equal(text(&measured, "phase", 2), "decode");
  assert_string_equal(said(fixture), "b.csv:1: warning: column \"phase\" is not used: it is worked out from the requests\n");
}

static void all_problems(void **state) {
  input_fixture *fixture = *state;
  msw_measured measured;
  assert_int_equal(load(fixture, HEADER "\n"
                        "r,,,,0,bf17,int4,1.5,-1,0,0,0,0,0\n"
                        "r,g,,m,1,,,0,7,0,8,9,1,1\n"
                        "r,g,,m,1,,,0,0,0,0,0,nan,1\n"
                        "r,g,,m,1,,,0,0,4,3,0,1,1\n"
                        "r,g,,m,1,,,1,5,0,0,0,-3,0.5\n", &measured), MSW_BAD_INPUT);
  assert_string_equal(
      said(fixture),
      "steps.csv:2: error: gpu: is empty, expected a name\n"
      "steps.csv:2: error: model: is empty, expected a name\n"
      "steps.csv:2: error: tp: expected an integer >= 1 and <= 65536, found \"0\"\n"
      "steps.csv:2: error: weight_dtype: unknown number format \"bf17\" (bf16, fp16, fp32, fp8, int8, fp4, or empty)\n"
      "steps.csv:2: error: kv_dtype: unknown number format \"int4\" (bf16, fp16, fp32, fp8, int8, fp4, or empty)\n"
      "steps.csv:2: error: latency_us: expected a number > 0, found \"0\"\n"
      "steps.csv:2: error: n_obs: expected a number >= 1 and <= 1000000000000, found \"0\"\n"
      "steps.csv:2: error: decode_requests: expected an integer >= 0 and <= 1000000, found \"1.5\"\n"
      "steps.csv:2: error: decode_kv_tokens: expected a number >= 0 and <= 1000000000000, found \"-1\"\n"
      "steps.csv:3: error: decode_kv_tokens: is 7, but decode_requests is 0\n"
      "steps.csv:3: error: prefill_tokens: is 8, but prefill_requests is 0\n"
      "steps.csv:3: error: prefill_cached_tokens: is 9, but prefill_requests is 0\n"
      "steps.csv:3: error: decode_requests and prefill_requests are both 0, expected one request at least\n"
      "steps.csv:4: error: latency_us: expected a number > 0, found \"nan\"\n"
      "steps.csv:4: error: decode_requests and prefill_requests are both 0, expected one request at least\n"
      "steps.csv:5: error: prefill_tokens: is 3, expected one for each of the 4 prefill_requests at least\n"
      "steps.csv:6: error: latency_us: expected a number > 0, found \"-3\"\n"
      "steps.csv:6: error: n_obs: expected a number >= 1 and <= 1000000000000, found \"0.5\"\n");
}

/* One bad file does not hide another. */
static void malformed_files(void **state) {
  input_fixture *fixture = *state;
  msw_measured measured;
  const char *paths[] = {in_dir(fixture, "none.csv"), put(fixture, "short.csv", "source,gpu,latency\nr,g,1\n"),
                         put(fixture, "ragged.csv", HEADER "\nr,g\n"), put(fixture, "empty.csv", HEADER "\n")};
  assert_int_equal(msw_measured_load(paths, 4, &fixture->arena, &fixture->diag, &measured), MSW_BAD_INPUT);
  assert_says(&fixture->diag, "No such file");
  assert_says(&fixture->diag, "missing column \"latency_us\"");
  assert_says(&fixture->diag, "missing column \"n_obs\"");
  assert_says(&fixture->diag, "has no rows");
  const char *text = said(fixture);
  assert_non_null(strstr(text, "ragged.csv:2"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(rows_become_steps, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(derived_columns, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(columns_of_several_files, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(all_problems, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(malformed_files, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
