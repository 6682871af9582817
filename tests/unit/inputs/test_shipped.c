/* The data that the project ships: every model and GPU loads, the quoted tables say what is known of them. */
#include "input_fixture.h"
#include "msw/inputs/kernel_table.h"

static void open_shipped(input_fixture *fixture, msw_data_root *data) {
  assert_int_equal(msw_data_root_open(MSW_TEST_ROOT, NULL, 0, &fixture->arena, &fixture->diag, data), MSW_OK);
}

static void load_model(input_fixture *fixture, const msw_data_root *data, const char *name, msw_model *model) {
  size_t *matches = NULL;
  assert_int_equal(msw_data_match_models(data, name, &fixture->arena, &matches), 1);
  assert_int_equal(msw_data_load_model(data, matches[0], &fixture->arena, &fixture->diag, model), MSW_OK);
}

static void every_model_loads(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  open_shipped(fixture, &data);
  assert_true(data.n_models >= 34);
  for (size_t i_model = 0; i_model < data.n_models; i_model++) {
    msw_model model;
    const msw_status status = msw_data_load_model(&data, i_model, &fixture->arena, &fixture->diag, &model);
    assert_no_errors(&fixture->diag);
    assert_int_equal(status, MSW_OK);
    assert_string_equal(model.name, data.model_names[i_model]);
    assert_true(msw_model_params(&model) > 1e9);
  }
  assert_int_equal(fixture->diag.n, 0);
}

/* name, layers, hidden, heads, KV heads, head_dim, intermediate, vocabulary, dtype */
typedef struct {
  const char *name;
  int64_t layers, hidden, heads, kv_heads, head_dim, intermediate, vocab;
  msw_dtype dtype;
} shape;

static void known_shapes(void **state) {
  static const shape SHAPES[] = {
      {"llama-2-7b-hf", 32, 4096, 32, 32, 128, 11008, 32000, MSW_FP16},
      {"llama-2-70b-hf", 80, 8192, 64, 8, 128, 28672, 32000, MSW_FP16},
      {"llama-3.1-8b", 32, 4096, 32, 8, 128, 14336, 128256, MSW_BF16},
      {"codellama-34b-instruct-hf", 48, 8192, 64, 8, 128, 22016, 32000, MSW_BF16},
      {"mistral-nemo-instruct-2407", 40, 5120, 32, 8, 128, 14336, 131072, MSW_BF16},   /* not 5120 / 32 */
      {"qwen2.5-7b-instruct", 28, 3584, 28, 4, 128, 18944, 152064, MSW_BF16},
      {"qwen3-32b", 64, 5120, 64, 8, 128, 25600, 151936, MSW_BF16},
      {"yi-34b", 60, 7168, 56, 8, 128, 20480, 64000, MSW_BF16},
      {"llama-4-scout-17b-16e-instruct", 48, 5120, 40, 8, 128, 8192, 202048, MSW_BF16},
      {"gpt-oss-120b", 36, 2880, 64, 8, 64, 2880, 201088, MSW_DTYPE_NONE},
  };
  input_fixture *fixture = *state;
  msw_data_root data;
  open_shipped(fixture, &data);
  for (size_t i_shape = 0; i_shape < sizeof SHAPES / sizeof *SHAPES; i_shape++) {
    const shape *known = &SHAPES[i_shape];
    msw_model model;
    load_model(fixture, &data, known->name, &model);
    assert_int_equal(model.num_layers, known->layers);
    assert_int_equal(model.hidden_size, known->hidden);
    assert_int_equal(model.num_heads, known->heads);
    assert_int_equal(model.num_kv_heads, known->kv_heads);
    assert_int_equal(model.head_dim, known->head_dim);
    assert_int_equal(model.intermediate_size, known->intermediate);
    assert_int_equal(model.vocab_size, known->vocab);
    assert_int_equal(model.torch_dtype, known->dtype);
  }
}

static void known_kinds(void **state) {
  static const struct { const char *name; int64_t experts, per_tok, width, shared, kv_lora_rank, window; } KINDS[] = {
      {"qwen3-8b", 0, 0, 0, 0, 0, 0},
      {"mistral-7b-v0.1", 0, 0, 0, 0, 0, 4096},
      {"qwen2.5-7b-instruct", 0, 0, 0, 0, 0, 0},   /* has a window, does not use it */
      {"mixtral-8x7b-v0.1", 8, 2, 14336, 0, 0, 0},
      {"qwen3-235b-a22b", 128, 8, 1536, 0, 0, 0},
      {"qwen3.5-35b-a3b", 256, 8, 512, 0, 0, 0},
      {"gpt-oss-20b", 32, 4, 2880, 0, 0, 128},
      {"deepseek-v3", 256, 8, 2048, 1, 512, 0},
      {"deepseek-v2-lite", 64, 6, 1408, 2, 512, 0},
  };
  input_fixture *fixture = *state;
  msw_data_root data;
  open_shipped(fixture, &data);
  for (size_t i_kind = 0; i_kind < sizeof KINDS / sizeof *KINDS; i_kind++) {
    msw_model model;
    load_model(fixture, &data, KINDS[i_kind].name, &model);
    assert_int_equal(model.is_moe, KINDS[i_kind].experts > 0);
    assert_int_equal(model.num_experts, KINDS[i_kind].experts);
    assert_int_equal(model.num_experts_per_tok, KINDS[i_kind].per_tok);
    assert_int_equal(model.moe_intermediate_size, KINDS[i_kind].width);
    assert_int_equal(model.num_shared_experts, KINDS[i_kind].shared);
    assert_int_equal(model.is_mla, KINDS[i_kind].kv_lora_rank > 0);
    assert_int_equal(model.kv_lora_rank, KINDS[i_kind].kv_lora_rank);
    assert_int_equal(model.sliding_window, KINDS[i_kind].window);
  }
}

static void known_gpus(void **state) {
  static const struct { const char *text, *name; double bf16_tflops, mem_gib, mem_bw_gb_per_s; } GPUS[] = {
      {"H100", "h100_sxm", 989.5, 80, 3350}, {"a100", "a100_sxm", 312, 80, 2039},     {"h20", "h20", 148, 96, 4096},
      {"h200", "h200_sxm", 989.5, 141, 4800}, {"b300_sxm", "b300_sxm", 2250, 268.6, 7750},
  };
  input_fixture *fixture = *state;
  msw_data_root data;
  open_shipped(fixture, &data);
  assert_true(data.n_gpus >= 13);
  for (size_t i_gpu = 0; i_gpu < sizeof GPUS / sizeof *GPUS; i_gpu++) {
    const msw_gpu *gpu = msw_data_find_gpu(&data, GPUS[i_gpu].text);
    assert_non_null(gpu);
    assert_string_equal(gpu->name, GPUS[i_gpu].name);
    assert_same(gpu->peak_flop_per_s[MSW_BF16], GPUS[i_gpu].bf16_tflops * 1e12);
    assert_same(gpu->mem_gib, GPUS[i_gpu].mem_gib);
    assert_same(gpu->mem_bw_bytes_per_s, GPUS[i_gpu].mem_bw_gb_per_s * 1e9);
    assert_non_null(msw_gpu_find_method(gpu, "v2-floor"));
  }
}

/* Quoted rows of which three kinds were divided by three peaks, one of them another GPU's. */
static void quoted_h100_tables(void **state) {
  static const struct { double implied_tflops; const char *name; bool is_off; } PEAKS[] = {
      [MSW_KERNEL_GEMM] = {989.5, "h100_sxm bf16", true},
      [MSW_KERNEL_PREFILL_ATTENTION] = {148, "h20 bf16", true},
      [MSW_KERNEL_DECODE_ATTENTION] = {989.5, "h100_sxm bf16", false},
  };
  input_fixture *fixture = *state;
  msw_data_root data;
  msw_kernel_set set;
  open_shipped(fixture, &data);
  assert_int_equal(msw_kernel_set_load(&data, msw_data_find_gpu(&data, "h100"), &fixture->arena, &fixture->diag, &set),
                   MSW_OK);
  assert_int_equal(fixture->diag.n, 0);
  assert_true(set.n_tables >= 3);
  size_t n_checked = 0;
  for (size_t i_table = 0; i_table < set.n_tables; i_table++) {
    const msw_kernel_table *table = &set.tables[i_table];
    if (!strstr(table->file, "/gemm/h100/data.csv") && !strstr(table->file, "/32-32-128")) continue;
    n_checked++;
    assert_true(table->peak_declared);
    assert_string_equal(table->implied_name, PEAKS[table->kind].name);
    assert_same(table->implied_flop_per_s, PEAKS[table->kind].implied_tflops * 1e12);
    assert_int_equal(table->n_mfu_agree, table->n_mfu_rows);
    assert_int_equal(msw_kernel_table_mfu_is_off(table), PEAKS[table->kind].is_off);
  }
  assert_int_equal(n_checked, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_model_loads, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(known_shapes, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(known_kinds, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(known_gpus, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(quoted_h100_tables, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
