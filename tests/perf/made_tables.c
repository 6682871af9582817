/* Tables with a smooth roofline in them and a wobble on it, so that neighbouring rows differ as measured ones do. */
#include "made_tables.h"

#include <math.h>

#include "msw/base/file.h"
#include "msw/base/str.h"

const char bench_models[] = "[\"llama-2-7b-hf\",\"llama-2-13b-hf\",\"llama-2-70b-hf\",\"llama-3.1-8b\"]";

static const double peak_flop_per_s = 989.5e12, bytes_per_s = 3.35e12, us_per_s = 1e6, launch_us = 3.0;

typedef struct { int num_heads, num_kv_heads, head_dim; } heads;
static const heads shapes[] = {{32, 32, 128}, {40, 40, 128}, {64, 8, 128}, {32, 8, 128}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0], N_PREFILL = 20, N_KV = 20, N_M = 40, BYTES_PER_ELEMENT = 2 };
static const int degrees[] = {1, 2, 4, 8};
static const int batches[] = {1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256};
static const int gemm_k[] = {2048, 4096, 5120, 8192, 14336, 28672}, gemm_n[] = {1024, 4096, 5120, 8192, 11008, 14336, 28672};

/* Length i of n, evenly spaced by logarithm from `first` to `last`. */
static double ladder(int i, int n, double first, double last) {
  return round(first * pow(last / first, (double)i / (n - 1)));
}

/* The longer of compute and memory time, with a launch and a deterministic wobble of a few percent. */
static double latency_us(double flop, double bytes, double mfu, int i_row) {
  const double wobble = 0.03;
  double us = fmax(flop / (peak_flop_per_s * mfu), bytes / bytes_per_s) * us_per_s;
  return launch_us + us * (1.0 + wobble * sin(i_row * 2.4));
}

static void add_mfu(msw_buf *csv, double flop, double us) {
  msw_buf_printf(csv, "%.3f,%.8f\n", us, flop / (us / us_per_s) / peak_flop_per_s);
}

static msw_status write_text(msw_arena *arena, const char *folder, const char *name, msw_buf *text, msw_diag *diag) {
  msw_status status = msw_make_dirs(folder, diag);
  if (status == MSW_OK)
    status = msw_write_file_atomic(msw_join_path(arena, folder, name), text->text, text->len, diag);
  msw_buf_free(text);
  return status;
}

static msw_status write_source(msw_arena *arena, const char *folder, const char *causal, msw_diag *diag) {
  msw_buf text = {0};
  msw_buf_printf(&text, "{\"gpu\":\"h100_sxm\",\"kernel\":\"made up\",\"dtype\":\"bf16\",\"peak_tflops\":989.5,"
                        "\"causal\":%s,\"date\":\"-\",\"command\":\"bench\",\"versions\":\"-\",\"licence\":\"-\","
                        "\"notes\":\"for benchmarks only\"}\n", causal);
  return write_text(arena, folder, "SOURCE.json", &text, diag);
}

static msw_status write_gemm(msw_arena *arena, const char *folder, msw_diag *diag) {
  msw_buf csv = {0};
  int i_row = 0;
  msw_buf_add(&csv, "m,k,n,latency_us,mfu\n");
  for (size_t i_k = 0; i_k < sizeof gemm_k / sizeof gemm_k[0]; i_k++)
    for (size_t i_n = 0; i_n < sizeof gemm_n / sizeof gemm_n[0]; i_n++)
      for (int i_m = 0; i_m < N_M; i_m++, i_row++) {
        const double best_mfu = 0.75;
        double m = ladder(i_m, N_M, 1, 32768) + i_m, k = gemm_k[i_k], n = gemm_n[i_n], flop = 2 * m * k * n;
        msw_buf_printf(&csv, "%.0f,%.0f,%.0f,", m, k, n);
        add_mfu(&csv, flop, latency_us(flop, BYTES_PER_ELEMENT * (m * k + k * n + m * n), best_mfu, i_row));
      }
  msw_status status = write_text(arena, folder, "data.csv", &csv, diag);
  return status == MSW_OK ? write_source(arena, folder, "null", diag) : status;
}

static msw_status write_prefill(msw_arena *arena, const char *folder, heads shape, msw_diag *diag) {
  msw_buf csv = {0};
  msw_buf_add(&csv, "dtype,seq_len,latency_us,mfu\n");
  for (int i_seq = 0; i_seq < N_PREFILL; i_seq++) {
    const double best_mfu = 0.6;
    double seq = ladder(i_seq, N_PREFILL, 128, 65536), causal_half = 2.0;
    double flop = causal_half * shape.num_heads * shape.head_dim * seq * seq;
    double bytes = BYTES_PER_ELEMENT * 2.0 * seq * shape.head_dim * (shape.num_heads + shape.num_kv_heads);
    msw_buf_printf(&csv, "bf16,%.0f,", seq);
    add_mfu(&csv, flop, latency_us(flop, bytes, best_mfu, i_seq));
  }
  const char *name = msw_format(arena, "%d-%d-%d.csv", shape.num_heads, shape.num_kv_heads, shape.head_dim);
  return write_text(arena, folder, name, &csv, diag);
}

static msw_status write_decode(msw_arena *arena, const char *folder, heads shape, int tp, msw_diag *diag) {
  const double most_tok = 4.0e6;   /* beyond, nothing was "measured": the missing corner */
  msw_buf csv = {0};
  int i_row = 0;
  msw_buf_add(&csv, "dtype,kv_dtype,batch_size,kv_len,latency_us,mfu\n");
  for (size_t i_batch = 0; i_batch < sizeof batches / sizeof batches[0]; i_batch++)
    for (int i_kv = 0; i_kv < N_KV; i_kv++, i_row++) {
      const double best_mfu = 0.5, heads_per_gpu = (double)shape.num_heads / tp;
      double batch = batches[i_batch], kv = ladder(i_kv, N_KV, 128, 131072);
      double flop = 4.0 * heads_per_gpu * shape.head_dim * kv * batch;
      double kv_bytes = BYTES_PER_ELEMENT * 2.0 * kv * batch * shape.head_dim * shape.num_kv_heads / tp;
      if (batch * kv > most_tok) continue;
      msw_buf_printf(&csv, "bf16,bf16,%.0f,%.0f,", batch, kv);
      add_mfu(&csv, flop, latency_us(flop, kv_bytes, best_mfu, i_row));
    }
  const char *name = msw_format(arena, "%d-%d-%d-tp%d.csv", shape.num_heads, shape.num_kv_heads, shape.head_dim, tp);
  return write_text(arena, folder, name, &csv, diag);
}

msw_status bench_make_tables(const char *folder, msw_diag *diag) {
  msw_arena arena = {0};
  const char *prefill = msw_join_path(&arena, folder, "mha/prefill/h100");
  const char *decode = msw_join_path(&arena, folder, "mha/decode/h100");
  msw_status status = write_gemm(&arena, msw_join_path(&arena, folder, "gemm/h100"), diag);
  for (size_t i_shape = 0; i_shape < N_SHAPES && status == MSW_OK; i_shape++) {
    status = write_prefill(&arena, prefill, shapes[i_shape], diag);
    for (size_t i_tp = 0; i_tp < sizeof degrees / sizeof degrees[0] && status == MSW_OK; i_tp++)
      status = write_decode(&arena, decode, shapes[i_shape], degrees[i_tp], diag);
  }
  if (status == MSW_OK) status = write_source(&arena, prefill, "true", diag);
  if (status == MSW_OK) status = write_source(&arena, decode, "null", diag);
  msw_arena_free(&arena);
  return status;
}
