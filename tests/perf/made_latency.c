/* Latencies with a smooth roofline in them, on the axes that public tables of serving engines have, and as many rows. */
#include <math.h>

#include "made_tables.h"
#include "msw/base/file.h"
#include "msw/base/str.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const double peak_flop_per_us = 989.5e6, bytes_per_us = 3.35e6, launch_us = 3.0, reached = 0.7, ms_per_us = 1e-3;
static const double bytes_per_value = 2.0, l2_tok_bytes = 5e7;

static const int gemm_m[] = {1,   2,   3,   4,   5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15,   16,   17,   32,
                             33,  48,  49,  64,  65,   80,   81,   96,   97,   112,  113,  128,  129,  160,  161,  192,  193,  224,
                             225, 256, 257, 512, 513,  768,  769,  1024, 1025, 1280, 1281, 1536, 1537, 1792, 1793, 2048, 2049, 2304,
                             2305, 2560, 2561, 2816, 2817, 3072, 3073, 3328, 3329, 3584, 3585, 3840, 3841, 4096, 4097, 4352, 4353,
                             8192, 16384, 32768};
static const int gemm_side[] = {32,   64,   128,  256,  512,  768,  1024, 1536, 2048,  2560,  3072,
                                3584, 4096, 5120, 6144, 7168, 8192, 10240, 12288, 16384, 51200, 65536};
static const int heads_of_kv[][2] = {{1, 1},  {1, 2},  {1, 4},  {1, 8},  {1, 16}, {1, 32}, {2, 2},   {2, 4},   {2, 8},
                                     {2, 16}, {2, 32}, {2, 64}, {4, 4},  {4, 8},  {4, 16}, {4, 32},  {4, 64},  {8, 8},
                                     {8, 16}, {8, 32}, {8, 64}, {8, 40}, {12, 12}, {16, 16}, {24, 24}, {32, 32}, {40, 40}};
static const int decode_len[] = {2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072};
static const int prefill_len[] = {1, 16, 32, 64, 128, 256, 512, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 10240, 12288, 16384};
enum { MOST_DECODES = 2048, MOST_PREFILLS = 256, HEAD_DIM = 128 };

/* The longer of compute and memory, and a deterministic wobble. */
static double latency_ms(double flop, double bytes, int i_row) {
  const double wobble = 0.03;
  double us = fmax(flop / peak_flop_per_us, bytes / bytes_per_us) / reached;
  return (launch_us + us * (1.0 + wobble * sin(i_row * 2.4))) * ms_per_us;
}

static msw_status write_text(msw_arena *arena, const char *folder, const char *name, msw_buf *text, msw_diag *diag) {
  msw_status status = msw_make_dirs(folder, diag);
  if (status == MSW_OK) status = msw_write_file_atomic(msw_join_path(arena, folder, name), text->text, text->len, diag);
  msw_buf_free(text);
  return status;
}

static msw_status write_gemm(msw_arena *arena, const char *folder, msw_diag *diag) {
  msw_buf csv = {0};
  int i_row = 0;
  msw_buf_add(&csv, "kernel_source,gemm_dtype,m,n,k,latency\n");
  for (size_t i_n = 0; i_n < COUNT(gemm_side); i_n++)
    for (size_t i_k = 0; i_k < COUNT(gemm_side); i_k++)
      for (size_t i_m = 0; i_m < COUNT(gemm_m); i_m++, i_row++) {
        double m = gemm_m[i_m], n = gemm_side[i_n], k = gemm_side[i_k];
        msw_buf_printf(&csv, "made,bfloat16,%.0f,%.0f,%.0f,%.9f\n", m, n, k,
                       latency_ms(2.0 * m * n * k, bytes_per_value * (m * k + k * n + m * n), i_row));
      }
  return write_text(arena, folder, "gemm_perf.csv", &csv, diag);
}

typedef struct { const int *len; size_t n_len; int most_requests; bool is_decode; const char *name; } attention;

static void add_attention(msw_buf *csv, const attention *a, int kv_heads, int heads) {
  const double most_tok = 4.0e6;   /* beyond, nothing was "measured": the missing corner */
  int i_row = 0;
  for (int batch = 1; batch <= a->most_requests; batch *= 2)
    for (size_t i_len = 0; i_len < a->n_len; i_len++, i_row++) {
      double len = a->len[i_len], tok = len * batch, width = (double)heads * HEAD_DIM;
      double flop = a->is_decode ? 4.0 * width * tok : 2.0 * width * tok * len;
      double bytes = 2.0 * bytes_per_value * kv_heads * HEAD_DIM * tok;
      if (tok > most_tok) continue;
      if (bytes < l2_tok_bytes) bytes /= 2.0;   /* warm */
      msw_buf_printf(csv, "made,%d,%.0f,%d,%d,%d,1,bfloat16,bfloat16,%d,0,%.9f\n", batch, a->is_decode ? 1.0 : len, heads,
                     kv_heads, HEAD_DIM, a->is_decode ? a->len[i_len] - 1 : 0, latency_ms(flop, bytes, i_row));
    }
}

static msw_status write_attention(msw_arena *arena, const char *folder, const attention *a, msw_diag *diag) {
  msw_buf csv = {0};
  msw_buf_add(&csv, "kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,beam_width,attn_dtype,kv_cache_dtype,"
                    "step,window_size,latency\n");
  for (size_t i_heads = 0; i_heads < COUNT(heads_of_kv); i_heads++)
    add_attention(&csv, a, heads_of_kv[i_heads][0], heads_of_kv[i_heads][1]);
  return write_text(arena, folder, a->name, &csv, diag);
}

static msw_status write_all_reduce(msw_arena *arena, const char *folder, msw_diag *diag) {
  const double most_values = 2.7e8, values_per_us = 1e5, switches_at = 3e5, jump = 1.7, start_us = 4.0;
  msw_buf csv = {0};
  msw_buf_add(&csv, "kernel_source,allreduce_dtype,num_gpus,message_size,latency,backend\n");
  for (int n_gpus = 2; n_gpus <= 8; n_gpus *= 2)
    for (double values = 128.0; values < most_values; values *= 2.0)
      msw_buf_printf(&csv, "made,bfloat16,%d,%.0f,%.9f,made_graph\n", n_gpus, values,
                     (start_us + values / values_per_us) * (values > switches_at ? jump : 1.0) * ms_per_us);
  return write_text(arena, folder, "custom_allreduce_perf.csv", &csv, diag);
}

msw_status bench_make_latencies(const char *folder, msw_diag *diag) {
  static const attention decode = {decode_len, COUNT(decode_len), MOST_DECODES, true, "generation_attention_perf.csv"},
                         prefill = {prefill_len, COUNT(prefill_len), MOST_PREFILLS, false, "context_attention_perf.csv"};
  msw_arena arena = {0};
  const char *of_engine = msw_join_path(&arena, folder, "h100_sxm/vllm-0.24.0");
  msw_status status = write_gemm(&arena, of_engine, diag);
  if (status == MSW_OK) status = write_attention(&arena, of_engine, &decode, diag);
  if (status == MSW_OK) status = write_attention(&arena, of_engine, &prefill, diag);
  if (status == MSW_OK) status = write_all_reduce(&arena, of_engine, diag);
  msw_arena_free(&arena);
  return status;
}
