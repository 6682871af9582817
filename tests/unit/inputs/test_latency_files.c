/* Files and folders of latency tables: which are read, which one wins, and what is said of those that are wrong. */
#include "latency_fixture.h"

typedef struct { const char *name, *text, *said; } wrong_file;

static const wrong_file WRONG_FILES[] = {
    {"gemm_perf.csv", "kernel_source,gemm_dtype,m,N,k,latency_us\nx,fp8,1,2,3,4\n",
     "gemm_perf.csv:1: error: missing column \"n\" (did you mean 'N'?)\n"
     "gemm_perf.csv:1: error: missing column \"latency\" (did you mean 'latency_us'?)\n"},
    {"gemm_perf.csv", "dtype,m,n,k,latency\nfp8,1,2,3,4\n",
     "gemm_perf.csv:1: error: missing column \"gemm_dtype\"\n"},
    {"gemm_perf.csv", GEMM_HEADER "x,fp8,1,2,3,nan\nx,fp8,1,2,3,0\nx,fp8,1,2,3,-1\nx,fp8,1,2,3,\nx,fp8,1,2,3,1e999\n",
     "gemm_perf.csv:2: error: latency: expected a number > 0, found \"nan\"\n"
     "gemm_perf.csv:3: error: latency: expected a number > 0, found \"0\"\n"
     "gemm_perf.csv:4: error: latency: expected a number > 0, found \"-1\"\n"
     "gemm_perf.csv:5: error: latency: expected a number > 0, found an empty cell\n"
     "gemm_perf.csv:6: error: latency: expected a number > 0, found \"1e999\"\n"},
    {"gemm_perf.csv", GEMM_HEADER "x,fp8,0,2,3.5,1\n",
     "gemm_perf.csv:2: error: m: expected an integer >= 1 and <= 1000000000000, found \"0\"\n"
     "gemm_perf.csv:2: error: k: expected an integer >= 1 and <= 1000000000000, found \"3.5\"\n"},
    {"gemm_perf.csv", GEMM_HEADER "x,fp8,1,2,3,1\nx,fp8,1,2\n",
     "gemm_perf.csv:3: error: expected 6 cells as in the header, found 4\n"},
    {"gemm_perf.csv", GEMM_HEADER, "gemm_perf.csv: error: has no rows\n"},
    {"gemm_perf.csv", "", "gemm_perf.csv: error: expected a header line, found an empty file\n"},
    {"attention_perf.csv", ATTENTION_HEADER "f,1,1,8,1,64,1,bfloat16,fp8,1,0,0.01\n",
     "attention_perf.csv:1: error: expected a file name with 'context' or 'generation' in it (prefill and decode tables "
     "have the same columns)\n"},
    {"other_perf.csv", "op,latency\nx,1\n",
     "other_perf.csv:1: warning: is not used: its columns are those of no known kernel table\n"},
};

/* Everything that is said of a file, in order; the set has nothing of the rows that are wrong. */
static void wrong_files(void **state) {
  for (size_t i_file = 0; i_file < sizeof WRONG_FILES / sizeof *WRONG_FILES; i_file++) {
    input_fixture *fixture = *state;
    const wrong_file *wrong = &WRONG_FILES[i_file];
    msw_latency_set set;
    const char *path = msw_format(&fixture->arena, "bench/toy/vllm-0.1/%s", wrong->name);
    put(fixture, path, wrong->text);
    const bool is_warning = strstr(wrong->said, "warning") != NULL;
    assert_int_equal(load_latencies(fixture, &set), is_warning ? MSW_OK : MSW_BAD_INPUT);
    const char *text = said(fixture);
    msw_buf plain = {0};
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1) {
      const char *name = strstr(at, "vllm-0.1/") + strlen("vllm-0.1/");
      msw_buf_add_n(&plain, name, strcspn(name, "\n") + 1);
    }
    assert_string_equal(plain.text, wrong->said);
    assert_int_equal(set.n_slices, 0);
    msw_buf_free(&plain);
    forget(fixture);
    assert_int_equal(remove(in_dir(fixture, path)), 0);
  }
}

/* The rest of a table that is all wrong would say nothing new; other tables are read. */
static void many_errors(void **state) {
  input_fixture *fixture = *state;
  msw_buf text = {0};
  msw_buf_add(&text, GEMM_HEADER);
  for (int i_row = 0; i_row < 50; i_row++) msw_buf_add(&text, "x,fp8,1,2,3,oops\n");
  put(fixture, "bench/toy/vllm-0.1/gemm_perf.csv", text.text);
  msw_buf_free(&text);
  put(fixture, "bench/toy/vllm-0.1/nccl_perf.csv",
      "op_name,nccl_dtype,num_gpus,message_size,latency\nall_gather,half,4,256,0.009\n");
  msw_latency_set set;
  assert_int_equal(load_latencies(fixture, &set), MSW_BAD_INPUT);
  assert_int_equal(fixture->diag.n_errors, 20);
  assert_says(&fixture->diag, "nothing behind this line is read");
  assert_int_equal(set.n_slices, 1);
}

/* A number may be cut in two: "0.18" of "0.184". */
static void cut_off_within_the_last_number(void **state) {
  const msw_latency_set set =
      load_table(*state, "gemm_perf.csv", GEMM_HEADER "x,fp8,1,32,64,0.1\nx,fp8,2,32,64,0.1");
  assert_int_equal(set.slices[0].n_points, 1);
  assert_defect(set.files[0], "without a line end: the file may be cut off", 1, 3);
}

/* ---- Versions and engines */

static void put_gemm(input_fixture *fixture, const char *folder, double latency_ms) {
  put(fixture, msw_format(&fixture->arena, "%s/gemm_perf.csv", folder),
      msw_format(&fixture->arena, GEMM_HEADER "x,bfloat16,1,32,64,%g\n", latency_ms));
}

static const msw_latency_key GEMM_KEY = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 32, .k = 64};

static void the_highest_version(void **state) {
  input_fixture *fixture = *state;
  put_gemm(fixture, "bench/toy/vllm-0.9.0", 0.009);
  put_gemm(fixture, "bench/TOY_SXM/vllm-0.14.0", 0.014);
  put(fixture, "bench/toy/vllm-0.9.0/nccl_perf.csv",
      "op_name,nccl_dtype,num_gpus,message_size,latency\nall_gather,half,4,256,0.009\n");
  msw_latency_set set;
  assert_int_equal(load_latencies(fixture, &set), MSW_OK);
  assert_close(latency_at(&set, &GEMM_KEY, 1, 1), 14.0, 1e-15, 0);
  assert_int_equal(set.n_files, 2);   /* the newer folder has no nccl table */
  assert_string_equal(said(fixture), "");
}

static void one_engine_in_a_folder(void **state) {
  input_fixture *fixture = *state;
  put_gemm(fixture, "bench/toy/vllm-0.9.0", 0.009);
  put_gemm(fixture, "bench/toy/sglang-0.5", 0.005);
  msw_latency_set set;
  assert_int_equal(load_latencies(fixture, &set), MSW_OK);
  assert_close(latency_at(&set, &GEMM_KEY, 1, 1), 5.0, 1e-15, 0);
  assert_string_equal(said(fixture), "bench/toy/vllm-0.9.0/gemm_perf.csv: warning: is not used: there is one of sglang-0.5 too "
                                     "(keep one engine in a bench folder)\n");
}

static void the_same_version_twice(void **state) {
  input_fixture *fixture = *state;
  put_gemm(fixture, "bench/toy/vllm-0.9.0", 0.009);
  put_gemm(fixture, "bench/toy_sxm/vllm-0.9.0", 0.008);
  msw_latency_set set;
  assert_int_equal(load_latencies(fixture, &set), MSW_OK);
  assert_says(&fixture->diag, "is not used: it is there twice");
  assert_close(latency_at(&set, &GEMM_KEY, 1, 1), 9.0, 1e-15, 0);
}

/* ---- Folders */

static void earlier_folders_hide_later_ones(void **state) {
  static const char *const BENCHES[] = {"first", "second"};
  input_fixture *fixture = *state;
  put_gemm(fixture, "first/toy/vllm-0.9.0", 0.001);
  const char *rows = GEMM_HEADER "x,bfloat16,1,32,64,0.002\nx,bfloat16,2,32,64,0.002\nx,bfloat16,1,64,64,0.002\n";
  for (int m = 1; m <= 16; m++) rows = msw_format(&fixture->arena, "%sx,bfloat16,%d,32,128,0.002\n", rows, m);
  put(fixture, "second/toy/vllm-0.14.0/gemm_perf.csv", rows);
  msw_latency_set set;
  assert_int_equal(load_latencies_of(fixture, BENCHES, 2, &set), MSW_OK);
  assert_close(latency_at(&set, &GEMM_KEY, 1, 1), 1.0, 1e-15, 0);
  assert_false(has_point(&set, &GEMM_KEY, 2, 1));
  assert_int_equal(set.n_slices, 2);
  assert_int_equal(set.files[1]->n_used, 16);
  assert_int_equal(set.files[1]->n_defects, 2);
  assert_int_equal(set.files[1]->defects[0].n, 2);   /* hidden */
  assert_string_equal(set.files[1]->defects[1].what, "of shapes with few rows, while a whole table is searched before");
  assert_int_equal(set.files[1]->defects[1].line, 4);
}

/* Whole-model heads and tp; the layouts live side by side, the project's own first within a folder. */
static void own_tables(void **state) {
  input_fixture *fixture = *state;
  static const char SOURCE[] = "{\"gpu\": \"toy\", \"dtype\": \"bf16\", \"peak_tflops\": 100}";
  put(fixture, "bench/gemm/toy/SOURCE.json", SOURCE);
  put(fixture, "bench/gemm/toy/a.csv", "m,k,n,latency_us\n1,64,32,7\n");
  put(fixture, "bench/gemm/toy/b.csv", "# more\nm,k,n,latency_us\n2,64,32,8\n");
  put(fixture, "bench/mha/decode/toy/SOURCE.json", SOURCE);
  put(fixture, "bench/mha/decode/toy/16-2-64-tp4.csv",
      "dtype,kv_dtype,batch_size,kv_len,latency_us\nbf16,fp8,2,128,9\n");
  put(fixture, "bench/mha/prefill/toy/SOURCE.json", SOURCE);
  put(fixture, "bench/mha/prefill/toy/16-2-64.csv",
      "dtype,seq_len,cached_len,latency_us\nbf16,128,0,10\nbf16,128,64,11\n");
  put_gemm(fixture, "bench/toy/vllm-0.9.0", 0.009);
  msw_latency_set set;
  assert_int_equal(load_latencies(fixture, &set), MSW_OK);
  assert_close(latency_at(&set, &GEMM_KEY, 1, 1), 7.0, 0, 0);
  assert_close(latency_at(&set, &GEMM_KEY, 2, 1), 8.0, 0, 0);
  const msw_latency_slice *gemm = msw_latency_find(&set, &GEMM_KEY);
  assert_true(msw_ends_with(gemm->file[1]->path, "gemm/toy/b.csv"));
  assert_string_equal(gemm->file[1]->engine, "");
  assert_int_equal(gemm->row[1], 3);
  msw_latency_key key = {.kind = MSW_LATENCY_DECODE, .dtype = MSW_BF16, .kv_dtype = MSW_FP8, .num_heads = 4,
                         .num_kv_heads = 1, .head_dim = 64};
  assert_close(latency_at(&set, &key, 128, 2), 9.0, 0, 0);
  key = (msw_latency_key){.kind = MSW_LATENCY_PREFILL, .dtype = MSW_BF16, .kv_dtype = MSW_BF16, .num_heads = 16,
                          .num_kv_heads = 2, .head_dim = 64};
  assert_close(latency_at(&set, &key, 128, 1), 10.0, 0, 0);
  assert_int_equal(msw_latency_find(&set, &key)->n_points, 1);
  assert_defect(set.files[2], "prefill on cached tokens", 1, 3);
  assert_defect(set.files[4], "hidden by a table", 1, 2);
}

static msw_status open_bench(input_fixture *fixture, const char *bench) {
  msw_data_root data;
  const char *dir = in_dir(fixture, bench);
  put_root(fixture);
  return msw_data_root_open(in_dir(fixture, "root"), &dir, 1, &fixture->arena, &fixture->diag, &data);
}

static void a_folder_with_neither_layout(void **state) {
  input_fixture *fixture = *state;
  put(fixture, "bench/toy/gemm_perf.csv", GEMM_HEADER);
  put(fixture, "bench/toy/vllm-0.1/gemm.csv", GEMM_HEADER);
  assert_int_equal(open_bench(fixture, "bench"), MSW_BAD_INPUT);
  assert_string_equal(said(fixture),
                      "bench: error: --bench-data holds no tables: expected gpus/<gpu>.json, gemm/<gpu>/*.csv, "
                      "mha/prefill/<gpu>/*.csv, mha/decode/<gpu>/*.csv, misc/<gpu>/*.csv or "
                      "<gpu>/<engine-version>/*_perf.csv\n");
}

static void tables_of_an_unknown_gpu(void **state) {
  input_fixture *fixture = *state;
  put_gemm(fixture, "bench/toi/vllm-0.1", 0.009);
  put(fixture, "bench/docs/notes/readme.txt", "x");
  put(fixture, "bench/gemm/toy/my_perf.csv", "m,k,n,latency_us\n1,64,32,7\n");
  assert_int_equal(open_bench(fixture, "bench"), MSW_OK);
  assert_string_equal(said(fixture),
                      "bench/toi: warning: no GPU is called 'toi': its tables are not used (did you mean 'toy'?)\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(wrong_files, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(many_errors, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(cut_off_within_the_last_number, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(the_highest_version, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(one_engine_in_a_folder, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(the_same_version_twice, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(earlier_folders_hide_later_ones, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(own_tables, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(a_folder_with_neither_layout, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(tables_of_an_unknown_gpu, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
