/* What rows of public latency tables become: units, keys, places; and finding them. */
#include "latency_fixture.h"

static void gemm_in_any_column_order(void **state) {
  const msw_latency_set set = load_table(*state, "gemm_perf.csv",
                                         "\xEF\xBB\xBFnode,k,n,m,latency,gemm_dtype,kernel_source\r\n"
                                         "a,64,32,8,0.005,bfloat16,x\r\n"
                                         "a,64,32,1,0.004,bfloat16,x\r\n"
                                         "a,64,32,1,0.003,fp8,x\r\n");
  const msw_latency_key key = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 32, .k = 64};
  assert_int_equal(set.n_slices, 2);
  assert_close(latency_at(&set, &key, 8, 1), 5.0, 1e-15, 0);
  const msw_latency_slice *slice = msw_latency_find(&set, &key);
  assert_int_equal(slice->n_points, 2);
  assert_same(slice->x[0], 1);
  assert_int_equal(slice->row[0], 3);
  assert_false(slice->is_eager[0]);
  assert_ptr_equal(slice->file[0], set.files[0]);
  assert_int_equal(set.n_files, 1);
  assert_string_equal(set.files[0]->engine, "vllm-0.1");
  assert_string_equal(set.files[0]->gpu, "toy_sxm");
  assert_int_equal(strlen(set.files[0]->sha256), 64);
  assert_int_equal(set.files[0]->n_rows, 3);
  assert_int_equal(set.files[0]->n_used, 3);
}

/* fp8 with scales by block was timed without a CUDA graph by vLLM, and by nobody else. */
static void block_scaled_gemm(void **state) {
  static const char TEXT[] = GEMM_HEADER "x,fp8_block,1,32,64,0.2\nx,fp8,1,32,64,0.1\n";
  const msw_latency_key key = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_FP8, .block_scaled = true, .n = 32, .k = 64};
  input_fixture *fixture = *state;
  msw_latency_set set = load_table(fixture, "gemm_perf.csv", TEXT);
  assert_int_equal(set.n_slices, 2);
  assert_true(msw_latency_find(&set, &key)->is_eager[0]);
  assert_false(set.slices[0].key.block_scaled);
  assert_false(set.slices[0].is_eager[0]);
  put(fixture, "other/toy/sglang-0.5/gemm_perf.csv", TEXT);
  static const char *const BENCHES[] = {"other"};
  assert_int_equal(load_latencies_of(fixture, BENCHES, 1, &set), MSW_OK);
  assert_false(msw_latency_find(&set, &key)->is_eager[0]);
}

static void decode_counts_the_new_token(void **state) {
  const msw_latency_set set = load_table(*state, "generation_attention_perf.csv",
                                         ATTENTION_HEADER "f,2,1,8,1,128,1,bfloat16,fp8,127,0,0.01\n"
                                                          "f,1,1,8,1,128,1,bfloat16,fp8,1,0,0.008\n"
                                                          "f,1,1,8,1,128,1,bfloat16,fp8,127,64,0.007\n"
                                                          "f,1,4,8,1,128,1,bfloat16,fp8,127,0,0.02\n"
                                                          "f,1,1,8,1,128,4,bfloat16,fp8,127,0,0.02\n");
  msw_latency_key key = {.kind = MSW_LATENCY_DECODE, .dtype = MSW_BF16, .kv_dtype = MSW_FP8, .num_heads = 8,
                         .num_kv_heads = 1, .head_dim = 128};
  assert_close(latency_at(&set, &key, 128, 2), 10.0, 1e-15, 0);
  assert_close(latency_at(&set, &key, 2, 1), 8.0, 1e-15, 0);
  assert_int_equal(msw_latency_find(&set, &key)->n_points, 2);
  key.window = 64;
  assert_close(latency_at(&set, &key, 128, 1), 7.0, 1e-15, 0);
  assert_int_equal(set.files[0]->n_defects, 2);
  assert_string_equal(set.files[0]->defects[0].what, "with more than one beam");
  assert_int_equal(set.files[0]->defects[0].line, 6);
  assert_string_equal(set.files[0]->defects[1].what, "decode of more than one new token per request");
  assert_int_equal(set.files[0]->defects[1].line, 5);
}

/* No window_size, no beam_width: full attention, one beam. */
static void prefill_without_a_window_column(void **state) {
  const msw_latency_set set =
      load_table(*state, "context_attention_perf.csv",
                 "batch_size,isl,num_heads,num_key_value_heads,head_dim,attn_dtype,kv_cache_dtype,step,latency\n"
                 "4,512,8,8,64,bfloat16,bfloat16,0,0.9\n"
                 "1,512,8,8,64,bfloat16,bfloat16,0,0.3\n"
                 "1,512,8,8,64,bfloat16,bfloat16,1024,0.8\n");
  const msw_latency_key key = {.kind = MSW_LATENCY_PREFILL, .dtype = MSW_BF16, .kv_dtype = MSW_BF16, .num_heads = 8,
                               .num_kv_heads = 8, .head_dim = 64};
  assert_close(latency_at(&set, &key, 512, 4), 900.0, 1e-15, 0);
  assert_close(latency_at(&set, &key, 512, 1), 300.0, 1e-15, 0);
  assert_defect(set.files[0], "prefill on cached tokens", 1, 4);
}

static void all_reduce_prefers_the_graph(void **state) {
  const msw_latency_set set = load_table(*state, "custom_allreduce_perf.csv",
                                         "kernel_source,allreduce_dtype,num_gpus,message_size,latency,backend\n"
                                         "vLLM_custom_eager,bfloat16,2,128,0.004,vllm_eager\n"
                                         "vLLM_custom_graph,bfloat16,2,128,0.005,vllm_graph\n"
                                         "vLLM_custom_eager,bfloat16,2,256,0.02,vllm_eager\n");
  const msw_latency_key key = {.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 2};
  assert_close(latency_at(&set, &key, 256, 1), 5.0, 1e-15, 0);   /* slower, but what an engine replays */
  assert_close(latency_at(&set, &key, 512, 1), 20.0, 1e-15, 0);
  const msw_latency_slice *slice = msw_latency_find(&set, &key);
  assert_false(slice->is_eager[0]);
  assert_true(slice->is_eager[1]);
  assert_defect(set.files[0], "timed eagerly", 1, 2);
}

static void messages_in_bytes(void **state) {
  const msw_latency_set set = load_table(*state, "nccl_perf.csv",
                                         "op_name,kernel_source,nccl_dtype,num_gpus,message_size,latency\n"
                                         "all_gather,NCCL,half,4,256,0.009\n"
                                         "all_gather,NCCL,int8,4,256,0.008\n"
                                         "all_reduce,NCCL,half,4,256,0.007\n");
  msw_latency_key key = {.kind = MSW_LATENCY_NCCL, .dtype = MSW_FP16, .n_gpus = 4, .name = "all_gather"};
  assert_close(latency_at(&set, &key, 512, 1), 9.0, 1e-15, 0);
  key.name = "all_reduce";
  assert_close(latency_at(&set, &key, 512, 1), 7.0, 1e-15, 0);
  key.dtype = MSW_INT8, key.name = "all_gather";
  assert_close(latency_at(&set, &key, 256, 1), 8.0, 1e-15, 0);
}

static void experts(void **state) {
  const msw_latency_set set = load_table(
      *state, "moe_perf.csv",
      "version,kernel_source,moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_ep_size,"
      "distribution,latency\n"
      "0,x,w4a16_mxfp4,4,64,32,2,8,1,2,balanced,0.03\n"
      "0,x,fp8_block,4,64,32,2,8,1,2,balanced,0.02\n"
      "0,x,int4_wo,4,64,32,2,8,1,2,balanced,0.01\n");
  msw_latency_key key = {.kind = MSW_LATENCY_MOE, .dtype = MSW_FP4, .hidden_size = 64, .intermediate_size = 32,
                         .n_experts_per_tok = 2, .n_experts = 8, .moe_tp = 1, .moe_ep = 2, .name = "balanced"};
  assert_close(latency_at(&set, &key, 4, 1), 30.0, 1e-15, 0);
  key.dtype = MSW_FP8, key.block_scaled = true;
  assert_close(latency_at(&set, &key, 4, 1), 20.0, 1e-15, 0);
  key.name = "power_law_1.2";
  assert_null(msw_latency_find(&set, &key));
  assert_defect(set.files[0], "in a number format that no model has", 1, 4);
}

/* The attention core, and the whole block with its projections, are two things. */
static void latent_attention(void **state) {
  input_fixture *fixture = *state;
  put(fixture, "bench/toy/vllm-0.1/mla_generation_module_perf.csv",
      "model,mla_dtype,kv_cache_dtype,gemm_type,num_heads,batch_size,isl,tp_size,step,latency\n"
      "DS,bfloat16,fp8,fp8_block,16,2,1,1,128,0.3\n");
  const msw_latency_set set = load_table(fixture, "generation_mla_perf.csv",
                                         "mla_dtype,kv_cache_dtype,num_heads,batch_size,isl,tp_size,step,latency\n"
                                         "bfloat16,fp8,16,2,1,8,127,0.1\n");
  msw_latency_key key = {.kind = MSW_LATENCY_MLA_DECODE, .dtype = MSW_BF16, .kv_dtype = MSW_FP8, .num_heads = 16};
  assert_close(latency_at(&set, &key, 128, 2), 100.0, 1e-15, 0);
  key.weight_dtype = MSW_FP8, key.block_scaled = true, key.name = "DS";
  assert_close(latency_at(&set, &key, 129, 2), 300.0, 1e-15, 0);
}

static void small_kernels(void **state) {
  input_fixture *fixture = *state;
  put(fixture, "bench/misc/toy/data.csv", "kernel,bytes,latency_us\ncopy,1024,2.5\nrms_norm,1024,3\n");
  msw_latency_set set;
  assert_int_equal(load_latencies(fixture, &set), MSW_OK);
  assert_close(latency_at(&set, &(msw_latency_key){.kind = MSW_LATENCY_SMALL, .name = "copy"}, 1024, 1), 2.5, 0, 0);
  size_t n;
  assert_string_equal(msw_latency_of_kind(&set, MSW_LATENCY_SMALL, &n)->key.name, "copy");
  assert_int_equal(n, 2);
  assert_null(msw_latency_of_kind(&set, MSW_LATENCY_GEMM, &n));
  assert_int_equal(n, 0);
}

/* ---- Which row counts */

static void the_fastest_kernel_counts(void **state) {
  const msw_latency_set set = load_table(*state, "gemm_perf.csv",
                                         GEMM_HEADER "a,bfloat16,1,32,64,0.004\n"
                                                     "b,bfloat16,1,32,64,0.003\n"
                                                     "b,bfloat16,1,32,64,0.003\n");
  const msw_latency_key key = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 32, .k = 64};
  assert_close(latency_at(&set, &key, 1, 1), 3.0, 1e-15, 0);
  assert_int_equal(msw_latency_find(&set, &key)->row[0], 3);
  assert_int_equal(set.files[0]->n_used, 1);
  assert_int_equal(set.files[0]->n_defects, 2);
  assert_string_equal(set.files[0]->defects[0].what, "measured twice: the fastest counts");
  assert_int_equal(set.files[0]->defects[0].line, 4);
  assert_string_equal(set.files[0]->defects[1].what, "measured with several kernels: the fastest counts");
  assert_int_equal(set.files[0]->defects[1].line, 2);
}

/* bf16 100 TFLOP/s: 2 x 1000^3 FLOP take 20 us; 1 GB/s: 2 x 16384^2 - 256e6 bytes take 280.87 ms. */
static void too_fast_to_be_true(void **state) {
  const msw_latency_set set = load_table(*state, "gemm_perf.csv",
                                         GEMM_HEADER "a,bfloat16,1000,1000,1000,0.0191\n"
                                                     "a,bfloat16,2000,1000,1000,0.038\n"
                                                     "a,bfloat16,1,16384,16384,280\n"
                                                     "a,bfloat16,2,16384,16384,267\n");
  const msw_latency_key key = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 1000, .k = 1000};
  assert_true(has_point(&set, &key, 1000, 1));
  assert_false(has_point(&set, &key, 2000, 1));
  assert_true(has_point(&set, &(msw_latency_key){.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 16384, .k = 16384}, 1, 1));
  assert_defect(set.files[0], "faster than the GPU can be by more than 5 %", 2, 3);
}

/* An 8-bit cache may be multiplied in 8 bits: 200 TFLOP/s. 4 x 8 x 64 x 8192^2 / 2 FLOP take 687 or 344 us. */
static void attention_on_an_8_bit_cache(void **state) {
  const msw_latency_set set = load_table(*state, "context_attention_perf.csv",
                                         ATTENTION_HEADER "f,1,8192,8,1,64,1,bfloat16,bfloat16,0,0,0.4\n"
                                                          "f,1,8192,8,1,64,1,bfloat16,fp8,0,0,0.4\n"
                                                          "f,1,8192,8,1,64,1,bfloat16,bfloat16,0,128,0.022\n");
  assert_int_equal(set.n_slices, 2);
  assert_defect(set.files[0], "faster than the GPU can be", 1, 2);
}

static void outliers(void **state) {
  const msw_latency_set set = load_table(*state, "gemm_perf.csv",
                                         GEMM_HEADER "a,bfloat16,1,32,64,0.050\n"   /* an end has one neighbour */
                                                     "a,bfloat16,2,32,64,0.004\n"
                                                     "a,bfloat16,3,32,64,0.0091\n"
                                                     "a,bfloat16,4,32,64,0.0045\n"
                                                     "a,bfloat16,5,32,64,0.0089\n"
                                                     "a,bfloat16,6,32,64,0.0045\n"
                                                     "a,bfloat16,7,32,64,0.05\n"
                                                     "a,bfloat16,1,32,128,0.05\n");
  const msw_latency_key key = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 32, .k = 64};
  assert_int_equal(msw_latency_find(&set, &key)->n_points, 6);
  assert_false(has_point(&set, &key, 3, 1));
  assert_defect(set.files[0], "more than twice as slow as the next smaller and the next larger size", 1, 4);
}

/* ---- Finding */

static void keys_have_an_order(void **state) {
  (void)state;
  const msw_latency_key base = {.kind = MSW_LATENCY_MOE, .dtype = MSW_FP8, .n_experts = 8, .name = "b"};
  msw_latency_key other = base;
  assert_int_equal(msw_latency_key_compare(&base, &other), 0);
  other.name = "c";
  assert_true(msw_latency_key_compare(&base, &other) < 0);
  other.n_experts = 7;
  assert_true(msw_latency_key_compare(&base, &other) > 0);
  other.block_scaled = true;
  assert_true(msw_latency_key_compare(&base, &other) < 0);
  assert_int_equal(msw_latency_key_compare(&(msw_latency_key){.name = ""}, &(msw_latency_key){.name = NULL}), 0);
}

static void points_of_a_grid(void **state) {
  input_fixture *fixture = *state;
  msw_buf text = {0};
  msw_buf_add(&text, ATTENTION_HEADER);
  for (int batch = 16; batch >= 1; batch /= 2)
    for (int step = 1; step < 512; step = 2 * step + 1)
      msw_buf_printf(&text, "f,%d,1,8,1,64,1,bfloat16,bfloat16,%d,0,%g\n", batch, step, 1e-3 * (batch + step));
  const msw_latency_set set = load_table(fixture, "generation_attention_perf.csv", text.text);
  msw_buf_free(&text);
  assert_int_equal(set.n_slices, 1);
  const msw_latency_slice *slice = &set.slices[0];
  assert_int_equal(slice->n_points, 45);
  for (size_t i_point = 0; i_point < slice->n_points; i_point++) {
    assert_int_equal(msw_latency_point(slice, slice->x[i_point], slice->y[i_point]), i_point);
    assert_close(slice->latency_us[i_point], slice->y[i_point] + slice->x[i_point] - 1, 1e-12, 0);
  }
  static const double ABSENT[][2] = {{1, 1}, {3, 1}, {1024, 1}, {2, 0}, {2, 3}, {2, 32}};
  for (size_t i_place = 0; i_place < sizeof ABSENT / sizeof *ABSENT; i_place++)
    assert_true(msw_latency_point(slice, ABSENT[i_place][0], ABSENT[i_place][1]) == SIZE_MAX);
}

static void nothing_measured(void **state) {
  msw_latency_set set;
  assert_int_equal(load_latencies_of(*state, NULL, 0, &set), MSW_OK);
  assert_int_equal(set.n_slices, 0);
  assert_int_equal(set.n_files, 0);
  assert_null(msw_latency_find(&set, &(msw_latency_key){.kind = MSW_LATENCY_GEMM}));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(gemm_in_any_column_order, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(block_scaled_gemm, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(decode_counts_the_new_token, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(prefill_without_a_window_column, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(all_reduce_prefers_the_graph, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(messages_in_bytes, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(experts, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(latent_attention, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(small_kernels, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(the_fastest_kernel_counts, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(too_fast_to_be_true, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(attention_on_an_8_bit_cache, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(outliers, input_setup, input_teardown),
      cmocka_unit_test(keys_have_an_order),
      cmocka_unit_test_setup_teardown(points_of_a_grid, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(nothing_measured, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
