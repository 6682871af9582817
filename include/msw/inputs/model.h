/* A model's architecture, from a Hugging Face config.json as it is. */
#ifndef MSW_INPUTS_MODEL_H
#define MSW_INPUTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/dtype.h"

typedef struct {
  const char *name;               /* folder name under model_configs/ */
  const char *file;               /* path of the config.json */
  const char *architecture;       /* architectures[0] or model_type */
  char sha256[65];                /* of the file's bytes */
  int64_t num_layers;             /* num_hidden_layers */
  int64_t hidden_size;
  int64_t num_heads;              /* num_attention_heads */
  int64_t num_kv_heads;           /* num_key_value_heads; num_heads when absent */
  int64_t head_dim;               /* explicit head_dim, else hidden_size / num_heads (integer division) */
  bool    head_dim_explicit;
  int64_t intermediate_size;      /* 0 when absent */
  int64_t vocab_size;             /* 0 when absent, with a warning */
  int64_t max_position_embeddings; /* 0 when absent */
  int64_t sliding_window;         /* tokens; 0: none, or switched off by use_sliding_window */
  bool    tie_word_embeddings;
  msw_dtype torch_dtype;          /* torch_dtype or dtype; MSW_DTYPE_NONE when absent */
  /* mixture of experts; zeros for dense models; moe_intermediate_size is intermediate_size when absent */
  bool    is_moe;
  int64_t num_experts, num_experts_per_tok, moe_intermediate_size, num_shared_experts, first_k_dense_replace;
  /* multi-head latent attention; zeros otherwise */
  bool    is_mla;
  int64_t q_lora_rank, kv_lora_rank, qk_nope_head_dim, qk_rope_head_dim, v_head_dim;
} msw_model;

/* Reads a config.json; nested text_config is honoured. All problems reported (a model without heads, head counts that do
 * not fit, non-positive sizes); MSW_BAD_INPUT then. Strings live in the arena. */
msw_status msw_model_load(const char *path, const char *name, msw_arena *arena, msw_diag *diag, msw_model *model);
/* The same from memory; `file` names the source. */
msw_status msw_model_parse(const char *text, size_t len, const char *file, const char *name, msw_arena *arena,
                           msw_diag *diag, msw_model *model);

/* Numeric field by its name on this page ("num_kv_heads", "hidden_size", "is_moe" …) for the sweep language; false when
 * there is none. */
bool msw_model_field(const msw_model *model, const char *field, double *out);
/* All names that msw_model_field knows; *n entries. */
const char *const *msw_model_field_names(size_t *n);

/* Parameters of the whole model, by part. Dense models only (MoE: experts counted fully when their sizes are known). */
double msw_model_layer_params(const msw_model *model);   /* one decoder layer: attention + MLP + 2 norms */
double msw_model_params(const msw_model *model);         /* all layers, embedding, lm_head (once when tied), final norm */

#endif
