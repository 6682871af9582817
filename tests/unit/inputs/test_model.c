/* Reading config.json: what is taken from where, and what is refused. */
#include "msw/inputs/model.h"

#include "input_fixture.h"

static msw_status parse(input_fixture *fixture, const char *text, msw_model *model) {
  return msw_model_parse(text, strlen(text), "config.json", "toy", &fixture->arena, &fixture->diag, model);
}

/* A dense model in few words; tests add keys in front. */
#define REST "\"num_hidden_layers\": 2, \"hidden_size\": 64, \"num_attention_heads\": 4, \"vocab_size\": 100"
#define DENSE REST ", \"intermediate_size\": 128"

static void a_dense_model(void **state) {
  input_fixture *fixture = *state;
  msw_model model;
  const char *text = "{\"architectures\": [\"ToyForCausalLM\"], \"model_type\": \"toy\", \"torch_dtype\": \"float16\","
                     " \"num_key_value_heads\": 2, \"tie_word_embeddings\": true, \"max_position_embeddings\": 4096,"
                     " \"rope_scaling\": {\"any\": [1]}, " DENSE "}";
  assert_int_equal(parse(fixture, text, &model), MSW_OK);
  assert_int_equal(fixture->diag.n, 0);
  assert_string_equal(model.name, "toy");
  assert_string_equal(model.file, "config.json");
  assert_string_equal(model.architecture, "ToyForCausalLM");
  assert_int_equal(strlen(model.sha256), 64);
  assert_int_equal(model.num_layers, 2);
  assert_int_equal(model.hidden_size, 64);
  assert_int_equal(model.num_heads, 4);
  assert_int_equal(model.num_kv_heads, 2);
  assert_int_equal(model.head_dim, 16);
  assert_false(model.head_dim_explicit);
  assert_int_equal(model.intermediate_size, 128);
  assert_int_equal(model.vocab_size, 100);
  assert_int_equal(model.max_position_embeddings, 4096);
  assert_int_equal(model.sliding_window, 0);
  assert_true(model.tie_word_embeddings);
  assert_int_equal(model.torch_dtype, MSW_FP16);
  assert_false(model.is_moe);
  assert_false(model.is_mla);
}

static void absent_keys_have_their_defaults(void **state) {
  input_fixture *fixture = *state;
  msw_model model;
  assert_int_equal(parse(fixture, "{\"model_type\": \"toy\", \"head_dim\": null, " DENSE "}", &model), MSW_OK);
  assert_string_equal(model.architecture, "toy");
  assert_int_equal(model.num_kv_heads, 4);
  assert_int_equal(model.head_dim, 16);
  assert_int_equal(model.torch_dtype, MSW_DTYPE_NONE);
  assert_int_equal(model.max_position_embeddings, 0);
  assert_false(model.tie_word_embeddings);
}

static void dtype_is_read_from_either_key(void **state) {
  static const struct { const char *text; msw_dtype dtype; } CASES[] = {
      {"{\"dtype\": \"bfloat16\", " DENSE "}", MSW_BF16},
      {"{\"torch_dtype\": \"float8_e4m3fn\", " DENSE "}", MSW_FP8},
      {"{\"torch_dtype\": \"float16\", \"dtype\": \"bfloat16\", " DENSE "}", MSW_FP16},
      {"{\"torch_dtype\": null, \"dtype\": \"float32\", " DENSE "}", MSW_FP32},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_model model;
    assert_int_equal(parse(fixture, CASES[i_case].text, &model), MSW_OK);
    assert_int_equal(model.torch_dtype, CASES[i_case].dtype);
  }
}

static void text_config_comes_before_the_top_level(void **state) {
  input_fixture *fixture = *state;
  msw_model model;
  const char *text = "{\"architectures\": [\"Toy\"], \"hidden_size\": 7, \"torch_dtype\": \"bfloat16\","
                     " \"tie_word_embeddings\": true, \"text_config\": {" DENSE ", \"torch_dtype\": null}}";
  assert_int_equal(parse(fixture, text, &model), MSW_OK);
  assert_int_equal(model.hidden_size, 64);
  assert_int_equal(model.torch_dtype, MSW_BF16);
  assert_true(model.tie_word_embeddings);
}

static void experts_under_any_of_their_names(void **state) {
  static const char *const KEYS[] = {"num_local_experts", "num_experts", "n_routed_experts", "num_routed_experts"};
  input_fixture *fixture = *state;
  for (size_t i_key = 0; i_key < sizeof KEYS / sizeof *KEYS; i_key++) {
    msw_model model;
    const char *text = msw_format(&fixture->arena, "{\"%s\": 8, \"num_experts_per_tok\": 2, " REST
                                  ", \"moe_intermediate_size\": 32, \"n_shared_experts\": 1}", KEYS[i_key]);
    assert_int_equal(parse(fixture, text, &model), MSW_OK);
    assert_true(model.is_moe);
    assert_int_equal(model.num_experts, 8);
    assert_int_equal(model.num_experts_per_tok, 2);
    assert_int_equal(model.moe_intermediate_size, 32);
    assert_int_equal(model.num_shared_experts, 1);
    assert_int_equal(model.intermediate_size, 0);
  }
}

static void one_expert_is_a_dense_model(void **state) {
  input_fixture *fixture = *state;
  msw_model model;
  const char *text = "{\"num_experts\": 1, \"num_experts_per_tok\": 1, \"moe_intermediate_size\": 32, " DENSE "}";
  assert_int_equal(parse(fixture, text, &model), MSW_OK);
  assert_false(model.is_moe);
  assert_int_equal(model.num_experts + model.num_experts_per_tok + model.moe_intermediate_size, 0);
}

static void expert_width_defaults_to_intermediate_size(void **state) {
  input_fixture *fixture = *state;
  msw_model model;
  assert_int_equal(parse(fixture, "{\"num_local_experts\": 8, " DENSE "}", &model), MSW_OK);
  assert_int_equal(model.moe_intermediate_size, 128);
}

static void latent_attention(void **state) {
  input_fixture *fixture = *state;
  msw_model model;
  const char *text = "{\"kv_lora_rank\": 16, \"q_lora_rank\": null, \"qk_nope_head_dim\": 8, \"qk_rope_head_dim\": 4,"
                     " \"v_head_dim\": 8, \"num_attention_heads\": 6, \"num_hidden_layers\": 2, \"hidden_size\": 64,"
                     " \"intermediate_size\": 128, \"vocab_size\": 100}";
  assert_int_equal(parse(fixture, text, &model), MSW_OK);   /* 64 is no multiple of 6 heads, nor need it be */
  assert_true(model.is_mla);
  assert_int_equal(model.kv_lora_rank, 16);
  assert_int_equal(model.q_lora_rank, 0);
  assert_int_equal(model.qk_nope_head_dim, 8);
  assert_int_equal(model.qk_rope_head_dim, 4);
  assert_int_equal(model.v_head_dim, 8);
  assert_int_equal(parse(fixture, "{\"kv_lora_rank\": 0, \"v_head_dim\": 8, " DENSE "}", &model), MSW_OK);
  assert_false(model.is_mla);
  assert_int_equal(model.v_head_dim, 0);
}

static void sliding_window(void **state) {
  static const struct { const char *text; int64_t window; } CASES[] = {
      {"{\"sliding_window\": 4096, " DENSE "}", 4096},
      {"{\"sliding_window\": null, " DENSE "}", 0},
      {"{\"sliding_window\": 4096, \"use_sliding_window\": false, " DENSE "}", 0},
      {"{\"sliding_window\": 4096, \"use_sliding_window\": true, " DENSE "}", 4096},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_model model;
    assert_int_equal(parse(fixture, CASES[i_case].text, &model), MSW_OK);
    assert_int_equal(model.sliding_window, CASES[i_case].window);
  }
}

static void vocab_size_is_missed(void **state) {
  input_fixture *fixture = *state;
  msw_model model;
  const char *text =
      "{\"num_hidden_layers\": 2, \"hidden_size\": 64, \"num_attention_heads\": 4, \"intermediate_size\": 128}";
  assert_int_equal(parse(fixture, text, &model), MSW_OK);
  assert_string_equal(said(fixture),
                      "config.json:1:1: warning: vocab_size: is absent: embedding and head count as nothing\n");
}

static void refused_configs(void **state) {
  static const struct { const char *text, *said;
  } CASES[] = {
      {"[]", "config.json:1:1: error: expected an object, found an array\n"},
      {"{\"text_config\": 5, " DENSE "}", "config.json:1:17: error: text_config: expected an object, found a number\n"},
      {"{" REST "}", "config.json:1:1: error: missing key \"intermediate_size\"\n"},
      {"{\"num_experts\": 8, " REST "}",
       "config.json:1:1: error: a model with experts needs moe_intermediate_size or intermediate_size\n"},
      {"{\"hidden_size\": 64, \"intermediate_size\": 128, \"vocab_size\": 100}",
       "config.json:1:1: error: missing key \"num_hidden_layers\"\n"
       "config.json:1:1: error: missing key \"num_attention_heads\"\n"},
      {"{\"text_config\": {\"hidden_size\": 64, \"intermediate_size\": 128, \"vocab_size\": 100, "
       "\"num_hidden_layers\": 2}}",
       "config.json:1:17: error: text_config: missing key \"num_attention_heads\"\n"},
      {"{\"num_key_value_heads\": 3, " DENSE "}",
       "config.json:1:94: error: num_attention_heads: 4 heads are not a multiple of num_key_value_heads = 3\n"},
      {"{\"num_attention_heads\": 5, \"num_hidden_layers\": 2, \"hidden_size\": 64, \"intermediate_size\": 1, "
       "\"vocab_size\": 1}",
       "config.json:1:25: error: num_attention_heads: hidden_size = 64 is not a multiple of 5 heads (give head_dim)\n"},
      {"{\"num_hidden_layers\": 0, \"num_attention_heads\": -4, \"hidden_size\": 64, \"intermediate_size\": 1, "
       "\"vocab_size\": 1}",
       "config.json:1:23: error: num_hidden_layers: must be at least 1 and at most 1000000, found 0\n"
       "config.json:1:49: error: num_attention_heads: must be at least 1 and at most 1000000, found -4\n"},
      {"{\"head_dim\": \"16\", " DENSE "}",
       "config.json:1:14: error: head_dim: expected a number, found a string (write 16 without quotes)\n"},
      {"{\"torch_dtype\": \"bf17\", " DENSE "}", "torch_dtype: 'bf17' is no known number format (known are bfloat16, "},
      {"{\"torch_dtype\": 16, " DENSE "}", "torch_dtype: expected a string, found a number"},
      {"{\"architectures\": \"Toy\", " DENSE "}", "architectures: expected an array of strings\n"},
      {"{\"architectures\": [5], " DENSE "}", "architectures: expected an array of strings\n"},
      {"{\"tie_word_embeddings\": \"yes\", " DENSE "}",
       "tie_word_embeddings: expected a boolean, found a string (write true)\n"},
      {"{\"sliding_window\": -1, " DENSE "}", "sliding_window: must be at least 0"},
      {"{\"num_experts\": 4, \"num_experts_per_tok\": 5, " DENSE "}",
       "num_experts_per_tok: 5 experts per token of num_experts = 4\n"},
      {"{\"num_experts\": 2.5, " DENSE "}", "num_experts: expected an integer, found 2.5\n"},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_model model;
    assert_int_equal(parse(fixture, CASES[i_case].text, &model), MSW_BAD_INPUT);
    if (!strstr(said(fixture), CASES[i_case].said)) fail_msg("'%s' lacks '%s'", said(fixture), CASES[i_case].said);
    forget(fixture);
  }
}

static void files_are_read_and_hashed(void **state) {
  input_fixture *fixture = *state;
  msw_model model, parsed;
  const char *path = put(fixture, "toy/config.json", "{" DENSE "}");
  assert_int_equal(msw_model_load(path, "toy", &fixture->arena, &fixture->diag, &model), MSW_OK);
  assert_int_equal(parse(fixture, "{" DENSE "}", &parsed), MSW_OK);
  assert_string_equal(model.file, path);
  assert_string_equal(model.sha256, parsed.sha256);
  assert_int_equal(msw_model_load(in_dir(fixture, "none"), "toy", &fixture->arena, &fixture->diag, &model),
                   MSW_BAD_INPUT);
  assert_says(&fixture->diag, "No such file");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_dense_model, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(absent_keys_have_their_defaults, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(dtype_is_read_from_either_key, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(text_config_comes_before_the_top_level, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(experts_under_any_of_their_names, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(one_expert_is_a_dense_model, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(expert_width_defaults_to_intermediate_size, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(latent_attention, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(sliding_window, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(vocab_size_is_missed, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(refused_configs, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(files_are_read_and_hashed, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
