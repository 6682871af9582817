/* A model's numbers by name, and what they add up to. */
#include "msw/inputs/model.h"

#include <stddef.h>
#include <string.h>

typedef enum { INTEGER, FLAG } field_type;

/* Fields of the sweep language are named like the members. */
#define FIELD_LIST(X) \
  X(num_layers, INTEGER) X(hidden_size, INTEGER) X(num_heads, INTEGER) X(num_kv_heads, INTEGER) \
  X(head_dim, INTEGER) X(intermediate_size, INTEGER) X(vocab_size, INTEGER) X(max_position_embeddings, INTEGER) \
  X(sliding_window, INTEGER) X(tie_word_embeddings, FLAG) X(is_moe, FLAG) X(num_experts, INTEGER) \
  X(num_experts_per_tok, INTEGER) X(moe_intermediate_size, INTEGER) X(num_shared_experts, INTEGER) \
  X(first_k_dense_replace, INTEGER) X(is_mla, FLAG) X(q_lora_rank, INTEGER) X(kv_lora_rank, INTEGER) \
  X(qk_nope_head_dim, INTEGER) X(qk_rope_head_dim, INTEGER) X(v_head_dim, INTEGER)

#define NAME_OF(member, type) #member,
#define ROW_OF(member, type) {type, offsetof(msw_model, member)},
static const char *const FIELD_NAMES[] = {FIELD_LIST(NAME_OF)};
static const struct { field_type type; size_t offset; } FIELDS[] = {FIELD_LIST(ROW_OF)};
enum { N_FIELDS = sizeof FIELD_NAMES / sizeof *FIELD_NAMES };

bool msw_model_field(const msw_model *model, const char *field, double *out) {
  for (size_t i_field = 0; i_field < N_FIELDS; i_field++) {
    if (strcmp(FIELD_NAMES[i_field], field) != 0) continue;
    const void *at = (const char *)model + FIELDS[i_field].offset;
    *out = FIELDS[i_field].type == FLAG ? (double)*(const bool *)at : (double)*(const int64_t *)at;
    return true;
  }
  return false;
}

const char *const *msw_model_field_names(size_t *n) {
  *n = N_FIELDS;
  return FIELD_NAMES;
}

static double attention_params(const msw_model *model) {
  const double hidden = (double)model->hidden_size, heads = (double)model->num_heads;
  if (!model->is_mla) {
    const double q_dim = heads * (double)model->head_dim;
    const double kv_dim = (double)model->num_kv_heads * (double)model->head_dim;
    return hidden * (q_dim + 2.0 * kv_dim) + q_dim * hidden;
  }
  const double nope = (double)model->qk_nope_head_dim, rope = (double)model->qk_rope_head_dim;
  const double q_rank = (double)model->q_lora_rank, kv_rank = (double)model->kv_lora_rank;
  const double v_dim = (double)model->v_head_dim, q_out = heads * (nope + rope);
  const double q = q_rank > 0.0 ? hidden * q_rank + q_rank * q_out : hidden * q_out;
  const double kv = hidden * (kv_rank + rope) + kv_rank * heads * (nope + v_dim);
  return q + kv + heads * v_dim * hidden;
}

/* Gate, up and down projection. */
static double gated_mlp_params(const msw_model *model, int64_t intermediate_size) {
  return 3.0 * (double)model->hidden_size * (double)intermediate_size;
}

static double expert_params(const msw_model *model) {
  const double n_mlps = (double)(model->num_experts + model->num_shared_experts);
  const double router = (double)model->hidden_size * (double)model->num_experts;
  return n_mlps * gated_mlp_params(model, model->moe_intermediate_size) + router;
}

static double layer_params(const msw_model *model, bool with_experts) {
  const double mlp = with_experts ? expert_params(model) : gated_mlp_params(model, model->intermediate_size);
  const double norms = 2.0 * (double)model->hidden_size;
  return attention_params(model) + mlp + norms;
}

double msw_model_layer_params(const msw_model *model) { return layer_params(model, model->is_moe); }

double msw_model_params(const msw_model *model) {
  const double embedding = (double)model->vocab_size * (double)model->hidden_size;
  const double ends = (model->tie_word_embeddings ? embedding : 2.0 * embedding) + (double)model->hidden_size;
  const int64_t n_dense =
      model->first_k_dense_replace < model->num_layers ? model->first_k_dense_replace : model->num_layers;
  return (double)n_dense * layer_params(model, false) +
         (double)(model->num_layers - n_dense) * msw_model_layer_params(model) + ends;
}
