/* Reads a Hugging Face config.json into msw_model. The format is foreign: keys that are not asked for are ignored. */
#include "msw/inputs/model.h"

#include "msw/base/file.h"
#include "msw/base/hash.h"
#include "msw/base/str.h"
#include "msw/formats/json.h"

/* Larger than any size of a model; keeps products of three sizes within int64 and double. */
static const int64_t MAX_SIZE = 1000000;
static const int64_t MAX_TOKENS = 1000000000;
static const size_t MAX_CONFIG_BYTES = (size_t)16 << 20;

/* Multimodal models keep the language model's numbers in text_config, some of them in both places; text_config wins. */
typedef struct { msw_json_reader top, text; bool nested; } config_reader;

static msw_json_reader *holder(config_reader *config, const char *key) {
  if (!config->nested) return &config->top;
  const msw_json *in_text = msw_json_get(config->text.object, key);
  if (in_text && in_text->type != MSW_JSON_NULL) return &config->text;
  return msw_json_get(config->top.object, key) ? &config->top : &config->text;
}

/* The value of a key, NULL when absent: for messages that point at it. */
static const msw_json *value_of(config_reader *config, const char *key) {
  return msw_json_get(holder(config, key)->object, key);
}

static bool has(config_reader *config, const char *key) {
  const msw_json *value = value_of(config, key);
  return value && value->type != MSW_JSON_NULL;
}

static void want_size(config_reader *config, const char *key, bool required, int64_t min, int64_t *out) {
  msw_json_want_int(holder(config, key), key, required, min, MAX_SIZE, out);
}

static void want_tokens(config_reader *config, const char *key, int64_t *out) {
  msw_json_want_int(holder(config, key), key, false, 0, MAX_TOKENS, out);
}

static void want_flag(config_reader *config, const char *key, bool *out) {
  msw_json_want_bool(holder(config, key), key, false, out);
}

static void read_architecture(config_reader *config, msw_diag *diag, msw_model *model) {
  msw_json_want_string(&config->top, "model_type", false, &model->architecture);
  const msw_json *names = msw_json_want(&config->top, "architectures", false);
  if (!names) return;
  if (names->type == MSW_JSON_ARRAY && names->first && names->first->type == MSW_JSON_STRING)
    model->architecture = names->first->text;
  else if (names->type != MSW_JSON_ARRAY || names->first)
    msw_json_error(diag, names, NULL, "expected an array of strings");
}

static void read_dtype(config_reader *config, msw_diag *diag, msw_model *model) {
  const char *key = has(config, "torch_dtype") ? "torch_dtype" : "dtype";
  const char *text = NULL;
  if (!msw_json_want_string(holder(config, key), key, false, &text)) return;
  if (msw_dtype_parse(text, &model->torch_dtype)) return;
  msw_json_error(diag, value_of(config, key), "known are bfloat16, float16, float32, float8_e4m3fn, int8 and float4",
                 "'%s' is no known number format", text);
}

static void read_experts(config_reader *config, msw_diag *diag, msw_model *model) {
  static const char *const COUNT_KEYS[] = {"num_local_experts", "num_experts", "n_routed_experts",
                                           "num_routed_experts"};
  const char *count_key = COUNT_KEYS[0];
  for (size_t i_key = 0; i_key < sizeof COUNT_KEYS / sizeof *COUNT_KEYS; i_key++) {
    if (!has(config, COUNT_KEYS[i_key])) continue;
    count_key = COUNT_KEYS[i_key];
    want_size(config, count_key, false, 0, &model->num_experts);
    break;
  }
  model->is_moe = model->num_experts > 1;
  if (!model->is_moe) {
    model->num_experts = 0;
    return;
  }
  const char *shared_key = has(config, "n_shared_experts") ? "n_shared_experts" : "num_shared_experts";
  want_size(config, "num_experts_per_tok", false, 1, &model->num_experts_per_tok);
  want_size(config, "moe_intermediate_size", false, 1, &model->moe_intermediate_size);
  want_size(config, shared_key, false, 0, &model->num_shared_experts);
  want_size(config, "first_k_dense_replace", false, 0, &model->first_k_dense_replace);
  if (model->num_experts_per_tok > model->num_experts)
    msw_json_error(diag, value_of(config, "num_experts_per_tok"), NULL, "%lld experts per token of %s = %lld",
                   (long long)model->num_experts_per_tok, count_key, (long long)model->num_experts);
}

static void read_latent_attention(config_reader *config, msw_model *model) {
  want_size(config, "kv_lora_rank", false, 0, &model->kv_lora_rank);
  model->is_mla = model->kv_lora_rank > 0;
  if (!model->is_mla) return;
  want_size(config, "q_lora_rank", false, 0, &model->q_lora_rank);
  want_size(config, "qk_nope_head_dim", false, 1, &model->qk_nope_head_dim);
  want_size(config, "qk_rope_head_dim", false, 1, &model->qk_rope_head_dim);
  want_size(config, "v_head_dim", false, 1, &model->v_head_dim);
}

static void read_window(config_reader *config, msw_model *model) {
  bool used = true;
  want_tokens(config, "sliding_window", &model->sliding_window);
  want_flag(config, "use_sliding_window", &used);
  if (!used) model->sliding_window = 0;
}

static void read_layers(config_reader *config, msw_diag *diag, msw_model *model) {
  want_size(config, "num_hidden_layers", true, 1, &model->num_layers);
  want_size(config, "hidden_size", true, 1, &model->hidden_size);
  want_size(config, "num_attention_heads", true, 1, &model->num_heads);
  model->num_kv_heads = model->num_heads;
  want_size(config, "num_key_value_heads", false, 1, &model->num_kv_heads);
  want_size(config, "intermediate_size", !model->is_moe, 1, &model->intermediate_size);
  want_size(config, "head_dim", false, 1, &model->head_dim);
  model->head_dim_explicit = model->head_dim > 0;
  want_size(config, "vocab_size", false, 1, &model->vocab_size);
  if (!has(config, "vocab_size"))
    msw_warn(diag, config->top.object->loc, "vocab_size", NULL, "is absent: embedding and head count as nothing");
}

/* Experts of Mixtral and gpt-oss are as wide as intermediate_size says. */
static void settle_expert_width(config_reader *config, msw_diag *diag, msw_model *model) {
  if (!model->is_moe || model->moe_intermediate_size > 0) return;
  model->moe_intermediate_size = model->intermediate_size;
  if (has(config, "moe_intermediate_size") || has(config, "intermediate_size")) return;
  msw_json_error(diag, holder(config, "moe_intermediate_size")->object, NULL,
                 "a model with experts needs moe_intermediate_size or intermediate_size");
}

static void settle_heads(config_reader *config, msw_diag *diag, msw_model *model) {
  if (model->num_heads <= 0 || model->num_kv_heads <= 0) return;   /* said already */
  const msw_json *heads = value_of(config, "num_attention_heads");
  if (model->num_heads % model->num_kv_heads != 0)
    msw_json_error(diag, heads, NULL, "%lld heads are not a multiple of num_key_value_heads = %lld",
                   (long long)model->num_heads, (long long)model->num_kv_heads);
  if (model->head_dim_explicit || has(config, "head_dim") || model->hidden_size <= 0) return;
  model->head_dim = model->hidden_size / model->num_heads;
  if (model->hidden_size % model->num_heads != 0 && !model->is_mla)
    msw_json_error(diag, heads, "give head_dim", "hidden_size = %lld is not a multiple of %lld heads",
                   (long long)model->hidden_size, (long long)model->num_heads);
}

static void read_model(config_reader *config, msw_diag *diag, msw_model *model) {
  read_architecture(config, diag, model);
  read_dtype(config, diag, model);
  read_experts(config, diag, model);
  read_latent_attention(config, model);
  read_layers(config, diag, model);
  read_window(config, model);
  want_tokens(config, "max_position_embeddings", &model->max_position_embeddings);
  want_flag(config, "tie_word_embeddings", &model->tie_word_embeddings);
  settle_expert_width(config, diag, model);
  settle_heads(config, diag, model);
}

msw_status msw_model_parse(const char *text, size_t len, const char *file, const char *name, msw_arena *arena,
                           msw_diag *diag, msw_model *model) {
  const size_t n_errors_before = diag->n_errors;
  *model = (msw_model){.name = msw_strdup(arena, name), .file = msw_strdup(arena, file)};
  msw_sha256_of(text, len, model->sha256);

  msw_json *root = NULL;
  const msw_status parsed = msw_json_parse(text, len, model->file, arena, diag, &root);
  if (parsed != MSW_OK) return parsed;

  config_reader config = {0};
  if (!msw_json_begin(&config.top, root, diag)) return MSW_BAD_INPUT;
  const msw_json *nested = msw_json_want(&config.top, "text_config", false);
  config.nested = nested && msw_json_begin(&config.text, nested, diag);
  if (!nested || config.nested) read_model(&config, diag, model);
  if (config.nested) msw_json_end(&config.text, false);
  msw_json_end(&config.top, false);
  return diag->n_errors > n_errors_before ? MSW_BAD_INPUT : MSW_OK;
}

msw_status msw_model_load(const char *path, const char *name, msw_arena *arena, msw_diag *diag, msw_model *model) {
  char *text = NULL;
  size_t len = 0;
  const msw_status status = msw_read_file(path, MAX_CONFIG_BYTES, arena, diag, &text, &len);
  if (status != MSW_OK) {
    *model = (msw_model){0};
    return status;
  }
  return msw_model_parse(text, len, path, name, arena, diag, model);
}
