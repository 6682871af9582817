/* Any bytes as a config.json: no crash; refused with an error or taken without; what is taken is a model that can be
 * computed with. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fuzz.h"
#include "msw/inputs/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_model(const msw_model *model) {
  fuzz_require(model->num_layers >= 1 && model->hidden_size >= 1);
  fuzz_require(model->num_kv_heads >= 1 && model->num_heads % model->num_kv_heads == 0);
  fuzz_require(model->head_dim >= 1 || model->is_mla);
  fuzz_require(model->head_dim_explicit || model->head_dim == model->hidden_size / model->num_heads);
  fuzz_require(model->intermediate_size >= 1 || model->is_moe);
  fuzz_require(model->is_moe == (model->num_experts > 1));
  fuzz_require(!model->is_moe || model->moe_intermediate_size >= 1);
  fuzz_require(model->is_mla == (model->kv_lora_rank > 0));
  fuzz_require(model->sliding_window >= 0 && model->max_position_embeddings >= 0);
  fuzz_require(isfinite(msw_model_params(model)) && msw_model_params(model) > 0.0);

  size_t n_fields = 0;
  const char *const *fields = msw_model_field_names(&n_fields);
  for (size_t i_field = 0; i_field < n_fields; i_field++) {
    double value = -1.0;
    fuzz_require(msw_model_field(model, fields[i_field], &value) && value >= 0.0);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  msw_model model;
  const msw_status status = msw_model_parse((const char *)data, size, "fuzz.json", "fuzz", &arena, &diag, &model);
  fuzz_require((status == MSW_OK) == (diag.n_errors == 0));
  fuzz_require(strlen(model.sha256) == sizeof model.sha256 - 1);
  if (status == MSW_OK) check_model(&model);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
  return 0;
}
