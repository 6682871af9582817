/* Binding a case: everything that does not depend on the step. */
#include "msw/perf/case.h"

#include <math.h>
#include <string.h>

#include "attention_tables.h"
#include "gemm_surface.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/perf/infersim.h"
#include "msw/perf/measured.h"

static const double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

const char *msw_projection_name(msw_projection op) {
  static const char *const names[MSW_N_PROJECTIONS] = {"q_proj", "k_proj", "v_proj", "o_proj",
                                                       "gate_proj", "up_proj", "down_proj"};
  return names[op];
}

static void set_void(msw_case *bound, msw_flags flag, const char *why) {
  bound->flags |= flag;
  if (!bound->why_void) bound->why_void = why;
}

/* Latent attention to some of the tokens: DeepSeek-V3.2 and what follows it. */
static bool has_sparse_attention(const msw_model *model) {
  static const char *const sparse[] = {"DeepseekV32ForCausalLM", "GlmMoeDsaForCausalLM"};
  for (size_t i_sparse = 0; i_sparse < sizeof sparse / sizeof *sparse; i_sparse++)
    if (model->is_mla && model->architecture && strcmp(model->architecture, sparse[i_sparse]) == 0) return true;
  return false;
}

/* Everything about a case that can be void without a look at kernel tables. */
static void check_architecture(const msw_case_key *key, msw_case *bound, msw_arena *arena) {
  const msw_model *model = key->model;
  bool is_measured = key->family == MSW_FAMILY_MEASURED;
  if (is_measured && has_sparse_attention(model))
    set_void(bound, MSW_FLAG_VOID_ARCHITECTURE,
             msw_format(arena, "%s has sparse attention (an indexer chooses the keys), which no kernel table or model prices",
                        model->name));
  else if ((model->is_moe || model->is_mla) && !is_measured)
    set_void(bound, MSW_FLAG_VOID_ARCHITECTURE,
             msw_format(arena, "%s is a %s model; this method prices dense models with ordinary attention only",
                        model->name, model->is_mla ? (model->is_moe ? "MoE and MLA" : "MLA") : "MoE"));
  double rest = fmod((double)model->num_heads, key->tp);
  if (rest > 0.0 && key->allow_split_heads) bound->flags |= MSW_FLAG_TP_SPLITS_HEADS;
  else if (rest > 0.0)
    set_void(bound, MSW_FLAG_VOID_TP,
             msw_format(arena, "tp %g does not divide the %lld attention heads of %s", key->tp,
                        (long long)model->num_heads, model->name));
  if (key->method_flags & MSW_FLAG_VOID_PARAMS)
    set_void(bound, MSW_FLAG_VOID_PARAMS,
             msw_format(arena, "%s lacks constants of this method (bench_data/gpus, \"methods\")", key->gpu->name));
}

static void bind_architecture(const msw_case_key *key, msw_case *bound) {
  const msw_model *model = key->model;
  bool divide = key->knobs->head_dim_rule == MSW_HEAD_DIM_HIDDEN_OVER_HEADS && model->num_heads > 0;
  bound->num_layers = (double)model->num_layers;
  bound->hidden_size = (double)model->hidden_size;
  bound->num_heads = (double)model->num_heads;
  bound->num_kv_heads = (double)model->num_kv_heads;
  bound->head_dim = (double)(divide ? model->hidden_size / model->num_heads : model->head_dim);
  bound->kv_size = bound->num_kv_heads * bound->head_dim;
  const double gated_mlp_default = 4.0;   /* published default where config.json names no intermediate_size */
  bound->intermediate_size =
      model->intermediate_size > 0 ? (double)model->intermediate_size : gated_mlp_default * bound->hidden_size;
}

/* Width of the query projection: published code always takes hidden_size, which differs when head_dim is explicit. */
static double query_size(const msw_case *bound) {
  if (bound->knobs.head_dim_rule == MSW_HEAD_DIM_HIDDEN_OVER_HEADS) return bound->hidden_size;
  return bound->num_heads * bound->head_dim;
}

static double tp_power(double tp, double exponent) {
  if (!(exponent > 0.0)) return tp;   /* 0 means linear, as published */
  return pow(tp, exponent);
}

static void check_peaks(msw_case *bound, msw_arena *arena) {
  if (bound->flags & MSW_FLAG_VOID_ARCHITECTURE) return;   /* says enough */
  if (bound->weight_dtype == MSW_DTYPE_NONE)
    set_void(bound, MSW_FLAG_VOID_PEAK,
             msw_format(arena, "the config.json of %s names no torch_dtype; say which number format", bound->model->name));
  else if (!(bound->gemm_flop_per_s > 0.0) || !(bound->attention_flop_per_s > 0.0))
    set_void(bound, MSW_FLAG_VOID_PEAK,
             msw_format(arena, "%s has no peak for %s", bound->gpu->name,
                        msw_dtype_name(bound->gemm_flop_per_s > 0.0 ? bound->kv_dtype : bound->weight_dtype)));
}

static void bind_roofline(const msw_case_key *key, msw_case *bound, msw_arena *arena) {
  const msw_knobs *knobs = &bound->knobs;
  const msw_gpu *gpu = key->gpu;
  bound->weight_dtype = key->dtype != MSW_DTYPE_NONE ? key->dtype : key->model->torch_dtype;
  bound->kv_dtype = msw_dtype_default_kv(bound->weight_dtype);
  bound->weight_bytes_per_param = msw_dtype_bytes(bound->weight_dtype);
  bound->kv_bytes_per_value = msw_dtype_bytes(bound->kv_dtype);
  bound->gemm_flop_per_s = gpu->peak_flop_per_s[bound->weight_dtype];
  bound->attention_flop_per_s = gpu->peak_flop_per_s[bound->kv_dtype];
  check_peaks(bound, arena);
  bound->bw_bytes_per_s = gpu->mem_bw_bytes_per_s * knobs->bw_efficiency;

  double d = bound->hidden_size, kv = bound->kv_size, q = query_size(bound), ff = bound->intermediate_size;
  bound->layer_weight_bytes =
      bound->num_layers * bound->weight_bytes_per_param * (d * (q + 2.0 * kv) + q * d + 3.0 * d * ff);
  if (key->family == MSW_FAMILY_INFERSIM) msw_infersim_bind_roofline(arena, bound);
  bool constant = key->family == MSW_FAMILY_CONSTANT_MFU;
  bound->tp_prefill = constant ? tp_power(bound->tp, knobs->tp_scaling_exponent) : bound->tp;
  bound->tp_decode = constant ? tp_power(bound->tp, knobs->decode_tp_scaling_exponent) : bound->tp;
}

/* Whole model and whole KV cache as an engine holds them, whatever the method counts as traffic. */
static void bind_memory_fit(const msw_case_key *key, msw_case *bound) {
  const msw_model *model = key->model;
  double kv_heads_per_gpu = fmax(1.0, (double)model->num_kv_heads / key->tp);   /* replicated when tp exceeds them */
  bound->weight_bytes_per_gpu = msw_model_params(model) * bound->weight_bytes_per_param / key->tp;
  bound->kv_bytes_per_tok_per_gpu =
      2.0 * (double)model->num_layers * kv_heads_per_gpu * (double)model->head_dim * bound->kv_bytes_per_value;
  if (model->is_mla)   /* one latent for all heads, on every GPU */
    bound->kv_bytes_per_tok_per_gpu =
        (double)(model->num_layers * (model->kv_lora_rank + model->qk_rope_head_dim)) * bound->kv_bytes_per_value;
  bound->usable_bytes_per_gpu = key->gpu->mem_gib * bytes_per_gib * bound->knobs.usable_memory_fraction;
}

static void note_mfu_column(msw_case *bound, const msw_kernel_table *table) {
  if (bound->knobs.mfu_source == MSW_MFU_FROM_FILE && msw_kernel_table_mfu_is_off(table))
    bound->flags |= MSW_FLAG_MFU_COLUMN_OFF;
}

/* A rounded mfu column can be nothing but zeros: no time follows from such a table. */
static bool has_measurement(const msw_case *bound, const msw_kernel_table *table, const double *mfu) {
  for (size_t i_row = 0; i_row < table->n_rows; i_row++)
    if (mfu[i_row] >= msw_mfu_floor(&bound->knobs)) return true;
  return false;
}

static bool bind_gemm(const msw_kernel_set *set, msw_case *bound, msw_arena *arena) {
  const msw_kernel_table **tables;
  size_t n_found = msw_gemm_tables(set, bound->weight_dtype, arena, &tables), n_tables = 0;
  const double **mfu = msw_arena_array(arena, n_found, sizeof *mfu);
  for (size_t i_table = 0; i_table < n_found; i_table++) {
    const msw_kernel_table *table = tables[i_table];
    mfu[n_tables] = msw_table_mfu(table, &bound->knobs, arena);
    if (!has_measurement(bound, table, mfu[n_tables])) continue;
    note_mfu_column(bound, table);
    tables[n_tables++] = table;
  }
  if (n_tables == 0) return false;
  double d = bound->hidden_size, kv = bound->kv_size, q = query_size(bound), ff = bound->intermediate_size;
  const double k[MSW_N_PROJECTIONS] = {d, d, d, q, d, d, ff}, n[MSW_N_PROJECTIONS] = {q, kv, kv, d, ff, ff, d};
  for (int op = 0; op < MSW_N_PROJECTIONS; op++) {
    int alike = 0;   /* projections of one shape share their rows */
    while (!msw_same_number(k[alike], k[op]) || !msw_same_number(n[alike], n[op])) alike++;
    bound->gemm[op] = alike < op ? bound->gemm[alike] : msw_gemm_surface_bind(tables, mfu, n_tables, k[op], n[op], arena);
  }
  return true;
}

static bool bind_prefill(const msw_kernel_set *set, msw_case *bound, msw_arena *arena) {
  const msw_kernel_table *table = msw_choose_prefill_table(bound, set, &bound->prefill_flags);
  if (!table) return false;
  note_mfu_column(bound, table);
  const double *mfu = msw_table_mfu(table, &bound->knobs, arena);
  size_t *pick = msw_arena_array(arena, table->n_rows, sizeof *pick), n_pick = 0;
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) {   /* one fresh sequence: what the published tables hold */
    bool fresh = table->batch[i_row] < 1.5 && table->cached_len[i_row] < 0.5;
    if (fresh && mfu[i_row] >= msw_mfu_floor(&bound->knobs)) pick[n_pick++] = i_row;
  }
  if (n_pick == 0) return false;
  bound->prefill_table = table;
  bound->prefill = msw_curve_build(table->seq_len, mfu, pick, n_pick, 2.0, arena);
  return true;
}

static bool bind_decode(const msw_kernel_set *set, msw_case *bound, msw_arena *arena) {
  const msw_kernel_table *table = msw_choose_decode_table(bound, set, &bound->decode_flags);
  if (!table) return false;
  const double *mfu = msw_table_mfu(table, &bound->knobs, arena);
  if (!has_measurement(bound, table, mfu)) return false;
  note_mfu_column(bound, table);
  bound->decode_table = table;
  bound->decode = msw_decode_grid_build(table, mfu, arena);
  return true;
}

static void bind_tables(const msw_case_key *key, msw_case *bound, msw_arena *arena) {
  const char *missing = NULL, *of_shape = "";
  if (bound->knobs.shape_fallback == MSW_SHAPE_NONE)
    of_shape = msw_format(arena, " of shape %g-%g-%g", bound->num_heads, bound->num_kv_heads, bound->head_dim);
  if (!key->tables || !bind_gemm(key->tables, bound, arena)) missing = "GEMM table";
  else if (!bind_prefill(key->tables, bound, arena)) missing = msw_format(arena, "prefill attention table%s", of_shape);
  else if (!bind_decode(key->tables, bound, arena)) missing = msw_format(arena, "decode attention table%s", of_shape);
  if (missing)
    set_void(bound, MSW_FLAG_VOID_TABLE, msw_format(arena, "no %s for %s in the bench-data folders", missing, key->gpu->name));
}

void msw_case_bind(const msw_case_key *key, msw_arena *arena, msw_case *bound) {
  *bound = (msw_case){.gpu = key->gpu, .model = key->model, .family = key->family, .tp = key->tp, .knobs = *key->knobs,
                      .flags = key->method_flags & ~MSW_FLAGS_VOID};
  check_architecture(key, bound, arena);
  bind_architecture(key, bound);
  bind_roofline(key, bound, arena);
  if (bound->flags & MSW_FLAGS_VOID) return;
  bind_memory_fit(key, bound);
  if (key->family == MSW_FAMILY_KERNEL_TABLES) bind_tables(key, bound, arena);
  if (key->family == MSW_FAMILY_INFERSIM) msw_infersim_bind(key->tables, arena, bound);
  if (key->family == MSW_FAMILY_MEASURED) msw_measured_bind(key, arena, bound);
}
