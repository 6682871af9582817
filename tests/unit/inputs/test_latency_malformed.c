/* Latency tables as accidents leave them: what is read all the same, and all that is said of the others. */
#include <sys/stat.h>

#include "latency_fixture.h"

#define GEMM_FILE "bench/toy/vllm-0.1/gemm_perf.csv"
#define NCCL_FILE "bench/toy/vllm-0.1/nccl_perf.csv"
#define MISC_FILE "bench/misc/toy/data.csv"
#define OWN_FILE "bench/mha/prefill/toy/8-2-64.csv"
#define NCCL_HEADER "op_name,nccl_dtype,num_gpus,message_size,latency\n"
#define MISC_HEADER "kernel,bytes,latency_us\n"
#define OWN_HEADER "dtype,seq_len,latency_us\n"
#define ROWS "x,bfloat16,1,32,64,0.1\nx,bfloat16,2,32,64,0.1\n"
#define BYTES(text) text, sizeof(text) - 1

static void read_all_the_same(void **state) {
  static const struct { const char *text; size_t n; } cases[] = {
      {BYTES(GEMM_HEADER ROWS)},
      {BYTES("\xEF\xBB\xBFkernel_source,gemm_dtype,m,n,k,latency\r\nx,bfloat16,1,32,64,0.1\r\nx,bfloat16,2,32,64,0.1\r\n")},
      {BYTES("latency,note,k,n,m,gemm_dtype\n0.1,\"a\nb\",64,32,1,bfloat16\n0.1,,64,32,2.0,BFLOAT16\n")},
      {BYTES("# by hand\n\n" GEMM_HEADER "\n" ROWS "\n")},
  };
  static const msw_latency_key KEY = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 32, .k = 64};
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    msw_latency_set set;
    put_bytes(fixture, GEMM_FILE, cases[i_case].text, cases[i_case].n);
    assert_int_equal(load_latencies(fixture, &set), MSW_OK);
    assert_string_equal(said(fixture), "");
    assert_close(latency_at(&set, &KEY, 1, 1), 100.0, 1e-15, 0);
    assert_close(latency_at(&set, &KEY, 2, 1), 100.0, 1e-15, 0);
  }
}

typedef struct { const char *file, *text; size_t n; const char *says; } refusal;

static const refusal refusals[] = {
    {GEMM_FILE, BYTES("# nothing\n"), GEMM_FILE ": error: expected a header line, found none\n"},
    {GEMM_FILE, BYTES(GEMM_HEADER ROWS "x,bfloat16,4,32,64,0\0\n"),
     GEMM_FILE ":4:21: error: found a NUL byte (is it a text file?)\n"},
    {GEMM_FILE, BYTES("\xFE\xFF\0k"), GEMM_FILE ":1:1: error: the file is UTF-16, expected UTF-8 (save it as UTF-8)\n"},
    {GEMM_FILE, BYTES(GEMM_HEADER "\"x,bfloat16,4,32,64,1\n" ROWS),
     GEMM_FILE ":2:1: error: this quote is never closed (everything behind it was taken for one cell)\n"},
    {GEMM_FILE, BYTES("gemm_dtype,m,n,k,m,latency\n"), GEMM_FILE ":1: error: columns 2 and 5 have the same name \"m\"\n"},
    {GEMM_FILE, BYTES("gemm_dtype;m;n;k;latency\nbfloat16;1;32;64;1\n"),
     GEMM_FILE ":1: error: missing column \"gemm_dtype\" (cells are separated by commas)\n"
     GEMM_FILE ":1: error: missing column \"m\" (cells are separated by commas)\n"
     GEMM_FILE ":1: error: missing column \"n\" (cells are separated by commas)\n"
     GEMM_FILE ":1: error: missing column \"k\" (cells are separated by commas)\n"
     GEMM_FILE ":1: error: missing column \"latency\" (cells are separated by commas)\n"},
    {GEMM_FILE, BYTES(GEMM_HEADER "x,fp8,99999999999999999999,1e13,-1,0x1p3\n"),
     GEMM_FILE ":2: error: m: expected an integer >= 1 and <= 1000000000000, found \"99999999999999999999\"\n"
     GEMM_FILE ":2: error: n: expected an integer >= 1 and <= 1000000000000, found \"1e13\"\n"
     GEMM_FILE ":2: error: k: expected an integer >= 1 and <= 1000000000000, found \"-1\"\n"
     GEMM_FILE ":2: error: latency: expected a number > 0, found \"0x1p3\"\n"},
    {GEMM_FILE, BYTES(GEMM_HEADER "x,fp8,1,1,1,1e306\nx,fp8,1,1,1,1e-300\nx,fp8,1,1,1,1e400\n"),
     GEMM_FILE ":2: error: latency: 1e+306 is no time that can be measured: expected 1e-09 to 1e+09\n"
     GEMM_FILE ":3: error: latency: 1e-300 is no time that can be measured: expected 1e-09 to 1e+09\n"
     GEMM_FILE ":4: error: latency: expected a number > 0, found \"1e400\"\n"},
    {NCCL_FILE, BYTES(NCCL_HEADER ",half,2,256,0.01\n"), NCCL_FILE ":2: error: op_name: is empty, expected a name\n"},
    {MISC_FILE, BYTES(MISC_HEADER), MISC_FILE ": error: has no rows\n"},
    {MISC_FILE, BYTES("copy,1024,2\n"), MISC_FILE ":1: error: missing column \"kernel\"\n"
                                        MISC_FILE ":1: error: missing column \"bytes\"\n"
                                        MISC_FILE ":1: error: missing column \"latency_us\"\n"},
    {MISC_FILE, BYTES(MISC_HEADER ",1024,2\ncopy,0,2\ncopy,1,inf\ncopy,1,1e13\n"),
     MISC_FILE ":2: error: kernel: is empty, expected a name\n"
     MISC_FILE ":3: error: bytes: expected an integer >= 1 and <= 1000000000000, found \"0\"\n"
     MISC_FILE ":4: error: latency_us: expected a number > 0, found \"inf\"\n"
     MISC_FILE ":5: error: latency_us: 1e+13 is no time that can be measured: expected 1e-06 to 1e+12\n"},
    {OWN_FILE, BYTES(OWN_HEADER "bf61,128,1\nbf16,256,1e308\n"),
     OWN_FILE ":2: error: dtype: \"bf61\" is no known number format (known are bf16, fp16, fp32, fp8, int8 and fp4)\n"},
};

static void refused(void **state) {
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof refusals / sizeof *refusals; i_case++) {
    msw_latency_set set;
    put_bytes(fixture, refusals[i_case].file, refusals[i_case].text, refusals[i_case].n);
    load_latencies(fixture, &set);
    assert_string_equal(said(fixture), refusals[i_case].says);
    assert_int_equal(fixture->diag.status, MSW_BAD_INPUT);
    assert_int_equal(set.n_slices, 0);
    forget(fixture);
    assert_int_equal(remove(in_dir(fixture, refusals[i_case].file)), 0);
  }
}

/* Rows behind the twentieth error are not read, in the project's own layout, too. */
static void many_errors(void **state) {
  input_fixture *fixture = *state;
  msw_buf formats = {0}, times = {0};
  msw_buf_add(&formats, OWN_HEADER);
  msw_buf_add(&times, OWN_HEADER);
  for (int i_row = 0; i_row < 100; i_row++) {
    msw_buf_add(&formats, "bf61,128,1\n");
    msw_buf_add(&times, "bf16,128,soon\n");
  }
  const char *const texts[] = {formats.text, times.text};
  for (size_t i_text = 0; i_text < 2; i_text++) {
    msw_latency_set set;
    put(fixture, OWN_FILE, texts[i_text]);
    load_latencies(fixture, &set);
    assert_says(&fixture->diag, "nothing behind this line is read");
    assert_true(fixture->diag.n_errors >= 20 && fixture->diag.n_errors <= 40);
    forget(fixture);
  }
  msw_buf_free(&formats);
  msw_buf_free(&times);
}

/* Links that lead in a circle end the search, folders and pipes are no tables; other files are read. */
static void not_files(void **state) {
  input_fixture *fixture = *state;
  msw_latency_set set;
  put(fixture, NCCL_FILE, NCCL_HEADER "all_gather,half,2,256,0.01\n");
  put(fixture, "bench/toy/vllm-0.1/gemm_perf.csv/inner.csv", GEMM_HEADER ROWS);
  put(fixture, "bench/misc/toy/notes.txt", "\xFF");
  assert_int_equal(symlink("moe_perf.csv", in_dir(fixture, "bench/toy/vllm-0.1/moe_perf.csv")), 0);
  assert_int_equal(symlink(".", in_dir(fixture, "bench/toy/again-1")), 0);
  assert_int_equal(symlink("..", in_dir(fixture, "bench/toy/up-1")), 0);
  assert_int_equal(mkfifo(in_dir(fixture, MISC_FILE), S_IRUSR | S_IWUSR), 0);
  assert_int_equal(load_latencies(fixture, &set), MSW_BAD_INPUT);
  assert_string_equal(said(fixture), MISC_FILE ": error: is a pipe, expected a regular file\n"
                                     GEMM_FILE ": error: is a folder, expected a regular file\n"
                                     "bench/toy/vllm-0.1/moe_perf.csv: error: cannot be read: Too many levels of symbolic links\n");
  assert_int_equal(set.n_slices, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(read_all_the_same, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(refused, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(many_errors, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(not_files, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
