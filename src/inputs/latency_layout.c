/* The columns of aiconfigurator's tables, and of our own small kernels. Columns are bound by name; others are ignored. */
#include <string.h>

#include "latency_internal.h"
#include "msw/base/file.h"
#include "msw/base/str.h"

enum { REQUIRED = MSW_LATENCY_REQUIRED };
static const double US_PER_MS = 1000.0;

#define INT(name, field, min, absent) {name, MSW_CELL_INT, offsetof(msw_latency_cells, field), min, absent}
#define SIZE(name, field) INT(name, field, 1, REQUIRED)
#define TEXT(name, field, absent) {name, MSW_CELL_TEXT, offsetof(msw_latency_cells, field), 0, absent}
#define FORMAT(name, field) {name, MSW_CELL_FORMAT, offsetof(msw_latency_cells, field), 0, REQUIRED}
#define KERNEL TEXT("kernel_source", kernel, 0)
#define IN_MS .latency = "latency", .us_per_unit = US_PER_MS
#define ATTENTION_COLUMNS \
  {KERNEL, FORMAT("attn_dtype", format), FORMAT("kv_cache_dtype", kv_format), SIZE("num_heads", key.num_heads), \
   SIZE("num_key_value_heads", key.num_kv_heads), SIZE("head_dim", key.head_dim), SIZE("batch_size", y), \
   SIZE("isl", n_new), INT("step", step, 0, REQUIRED), INT("beam_width", beam_width, 1, 1), \
   INT("window_size", key.window, 0, 0)}
#define MLA_COLUMNS \
  {KERNEL, FORMAT("mla_dtype", format), FORMAT("kv_cache_dtype", kv_format), SIZE("num_heads", key.num_heads), \
   SIZE("batch_size", y), SIZE("isl", n_new), INT("step", step, 0, REQUIRED), INT("beam_width", beam_width, 1, 1)}
/* The whole block of one model, projections included. */
#define MLA_MODULE_COLUMNS \
  {KERNEL, FORMAT("mla_dtype", format), FORMAT("kv_cache_dtype", kv_format), FORMAT("gemm_type", weight_format), \
   TEXT("model", key.name, REQUIRED), SIZE("num_heads", key.num_heads), SIZE("batch_size", y), SIZE("isl", n_new), \
   INT("step", step, 0, REQUIRED), INT("beam_width", beam_width, 1, 1)}

/* Of two layouts with the same telling column and phase the one with more columns comes first. */
static const msw_latency_layout LAYOUTS[] = {
    {MSW_LATENCY_GEMM, "gemm_perf.csv", "gemm_dtype", IN_MS,
     .columns = {KERNEL, FORMAT("gemm_dtype", format), SIZE("m", x), SIZE("n", key.n), SIZE("k", key.k)},
     .convert = msw_latency_convert_gemm},
    {MSW_LATENCY_PREFILL, "context_attention_perf.csv", "attn_dtype", IN_MS, .columns = ATTENTION_COLUMNS,
     .convert = msw_latency_convert_prefill},
    {MSW_LATENCY_DECODE, "generation_attention_perf.csv", "attn_dtype", IN_MS, .columns = ATTENTION_COLUMNS,
     .convert = msw_latency_convert_decode},
    {MSW_LATENCY_ALL_REDUCE, "custom_allreduce_perf.csv", "allreduce_dtype", IN_MS,
     .columns = {KERNEL, FORMAT("allreduce_dtype", format), SIZE("num_gpus", key.n_gpus), SIZE("message_size", x),
                 TEXT("backend", backend, 0)},
     .convert = msw_latency_convert_message},
    {MSW_LATENCY_NCCL, "nccl_perf.csv", "nccl_dtype", IN_MS,
     .columns = {KERNEL, FORMAT("nccl_dtype", format), TEXT("op_name", key.name, REQUIRED),
                 SIZE("num_gpus", key.n_gpus), SIZE("message_size", x)},
     .convert = msw_latency_convert_message},
    {MSW_LATENCY_MOE, "moe_perf.csv", "moe_dtype", IN_MS,
     .columns = {KERNEL, FORMAT("moe_dtype", format), SIZE("num_tokens", x), SIZE("hidden_size", key.hidden_size),
                 SIZE("inter_size", key.intermediate_size), SIZE("topk", key.n_experts_per_tok),
                 SIZE("num_experts", key.n_experts), SIZE("moe_tp_size", key.moe_tp), SIZE("moe_ep_size", key.moe_ep),
                 TEXT("distribution", key.name, REQUIRED)},
     .convert = msw_latency_convert_moe},
    {MSW_LATENCY_MLA_PREFILL, "mla_context_module_perf.csv", "gemm_type", IN_MS, .columns = MLA_MODULE_COLUMNS,
     .convert = msw_latency_convert_prefill},
    {MSW_LATENCY_MLA_DECODE, "mla_generation_module_perf.csv", "gemm_type", IN_MS, .columns = MLA_MODULE_COLUMNS,
     .convert = msw_latency_convert_decode},
    {MSW_LATENCY_MLA_PREFILL, "context_mla_perf.csv", "mla_dtype", IN_MS, .columns = MLA_COLUMNS,
     .convert = msw_latency_convert_prefill},
    {MSW_LATENCY_MLA_DECODE, "generation_mla_perf.csv", "mla_dtype", IN_MS, .columns = MLA_COLUMNS,
     .convert = msw_latency_convert_decode},
};
enum { N_LAYOUTS = sizeof LAYOUTS / sizeof *LAYOUTS };

const msw_latency_layout msw_latency_misc_layout = {
    MSW_LATENCY_SMALL, NULL, "kernel", .latency = "latency_us", .us_per_unit = 1.0,
    .columns = {TEXT("kernel", key.name, REQUIRED), SIZE("bytes", x)},
    .convert = msw_latency_convert_small};

/* Prefill and decode tables have the same columns: their names say which they are. */
static bool has_phase(const msw_latency_layout *layout, const char *name) {
  const bool is_prefill = layout->convert == msw_latency_convert_prefill;
  const bool is_decode = layout->convert == msw_latency_convert_decode;
  const char *phase = is_prefill ? "*context*" : "*generation*";
  return (!is_prefill && !is_decode) || msw_glob_match(phase, name);
}

const msw_latency_layout *msw_latency_layout_of(const msw_csv *csv, msw_diag *diag) {
  const char *name = msw_base_name(csv->file);
  bool tells = false;
  for (size_t i_layout = 0; i_layout < N_LAYOUTS; i_layout++) {
    if (msw_csv_find(csv, LAYOUTS[i_layout].telling) == MSW_CSV_NO_COL) continue;
    if (has_phase(&LAYOUTS[i_layout], name)) return &LAYOUTS[i_layout];
    tells = true;
  }
  const msw_loc loc = {.file = csv->file, .line = csv->header_line};
  if (tells) {
    msw_error(diag, loc, NULL, "prefill and decode tables have the same columns",
              "expected a file name with 'context' or 'generation' in it");
    return NULL;
  }
  for (size_t i_layout = 0; i_layout < N_LAYOUTS; i_layout++)
    if (strcmp(LAYOUTS[i_layout].file_name, name) == 0) return &LAYOUTS[i_layout];
  msw_warn(diag, loc, NULL, NULL, "is not used: its columns are those of no known kernel table");
  return NULL;
}
