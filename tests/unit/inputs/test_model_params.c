/* A model's numbers by name and its parameter counts, against counts that its makers published. */
#include "input_fixture.h"
#include "msw/inputs/model.h"

static const msw_model LLAMA_2_7B = {
    .num_layers = 32, .hidden_size = 4096, .num_heads = 32, .num_kv_heads = 32, .head_dim = 128,
    .intermediate_size = 11008, .vocab_size = 32000,
};
static const msw_model LLAMA_31_8B = {
    .num_layers = 32, .hidden_size = 4096, .num_heads = 32, .num_kv_heads = 8, .head_dim = 128,
    .intermediate_size = 14336, .vocab_size = 128256,
};
static const msw_model MIXTRAL_8X7B = {
    .num_layers = 32, .hidden_size = 4096, .num_heads = 32, .num_kv_heads = 8, .head_dim = 128,
    .intermediate_size = 14336, .vocab_size = 32000,
    .is_moe = true, .num_experts = 8, .num_experts_per_tok = 2, .moe_intermediate_size = 14336,
};
static const msw_model DEEPSEEK_V3 = {
    .num_layers = 61, .hidden_size = 7168, .num_heads = 128, .num_kv_heads = 128, .head_dim = 56,
    .intermediate_size = 18432, .vocab_size = 129280,
    .is_moe = true, .num_experts = 256, .num_experts_per_tok = 8, .moe_intermediate_size = 2048,
    .num_shared_experts = 1, .first_k_dense_replace = 3,
    .is_mla = true, .q_lora_rank = 1536, .kv_lora_rank = 512, .qk_nope_head_dim = 128, .qk_rope_head_dim = 64,
    .v_head_dim = 128,
};

static void published_parameter_counts(void **state) {
  (void)state;
  assert_same(msw_model_params(&LLAMA_2_7B), 6738415616.0);
  assert_same(msw_model_params(&LLAMA_31_8B), 8030261248.0);
  assert_same(msw_model_params(&MIXTRAL_8X7B), 46702792704.0);
  assert_close(msw_model_params(&DEEPSEEK_V3), 671026419200.0, 1e-6, 0.0);   /* small norms are not counted */
}

static void one_layer(void **state) {
  (void)state;
  const double attention = 2.0 * 4096 * 4096 + 2.0 * 4096 * 1024, mlp = 3.0 * 4096 * 14336, norms = 2.0 * 4096;
  assert_same(msw_model_layer_params(&LLAMA_31_8B), attention + mlp + norms);
  assert_same(msw_model_layer_params(&MIXTRAL_8X7B), attention + 8.0 * mlp + 8.0 * 4096 + norms);
}

static void tied_embeddings_count_once(void **state) {
  (void)state;
  msw_model tied = LLAMA_2_7B;
  tied.tie_word_embeddings = true;
  assert_same(msw_model_params(&LLAMA_2_7B) - msw_model_params(&tied), 32000.0 * 4096.0);
}

static void latent_attention_without_query_rank(void **state) {
  (void)state;
  msw_model lite = DEEPSEEK_V3;
  lite.q_lora_rank = 0;
  const double q_out = 128.0 * 192.0;
  const double difference = msw_model_layer_params(&lite) - msw_model_layer_params(&DEEPSEEK_V3);
  assert_same(difference, 7168.0 * q_out - (7168.0 * 1536.0 + 1536.0 * q_out));
}

static void fields_by_name(void **state) {
  static const struct { const char *field; double value; } CASES[] = {
      {"num_layers", 61}, {"hidden_size", 7168},        {"num_kv_heads", 128},         {"is_moe", 1}, {"is_mla", 1},
      {"v_head_dim", 128}, {"tie_word_embeddings", 0}, {"moe_intermediate_size", 2048}, {"num_experts", 256},
  };
  (void)state;
  double value = 0.0;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    assert_true(msw_model_field(&DEEPSEEK_V3, CASES[i_case].field, &value));
    assert_same(value, CASES[i_case].value);
  }
  assert_false(msw_model_field(&DEEPSEEK_V3, "num_hidden_layers", &value));
  assert_false(msw_model_field(&DEEPSEEK_V3, "", &value));
}

static void every_listed_field_is_known(void **state) {
  (void)state;
  size_t n = 0;
  const char *const *names = msw_model_field_names(&n);
  assert_int_equal(n, 22);
  for (size_t i_name = 0; i_name < n; i_name++) {
    double value = -1.0;
    assert_true(msw_model_field(&DEEPSEEK_V3, names[i_name], &value));
    assert_true(value >= 0.0);
    for (size_t i_other = 0; i_other < i_name; i_other++) assert_string_not_equal(names[i_name], names[i_other]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(published_parameter_counts),
      cmocka_unit_test(one_layer),
      cmocka_unit_test(tied_embeddings_count_once),
      cmocka_unit_test(latent_attention_without_query_rank),
      cmocka_unit_test(fields_by_name),
      cmocka_unit_test(every_listed_field_is_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
