/* Kernel times by the closed forms, for check_analytic.py.
 *
 *   analytic_at         answers the lines of stdin, "GPU KERNEL DTYPE NUMBER…", with the time in us, or "none"
 *
 * Numbers: gemm m n k; prefill batch seq cached heads kv_heads head_dim; decode batch kv heads kv_heads head_dim;
 * moe tokens hidden intermediate topk experts ep; all_reduce bytes gpus; memory_op bytes; mla_decode batch kv heads
 * kv_lora_rank rope; mla_prefill batch seq heads nope rope v.
 */
#include <stdio.h>
#include <string.h>

#include "msw/inputs/data_root.h"
#include "msw/perf/latent.h"

enum { MOST_NUMBERS = 6 };
typedef struct { char gpu[32], kernel[32], dtype[32]; double number[MOST_NUMBERS]; } query;

static bool parse_query(const char *line, query *q) {
  double *x = q->number;
  const int n_read = sscanf(line, "%31s %31s %31s %lf %lf %lf %lf %lf %lf", q->gpu, q->kernel, q->dtype, &x[0], &x[1], &x[2],
                            &x[3], &x[4], &x[5]);
  return n_read > 3;
}

static bool answer_latent(const msw_gpu *gpu, const query *q, double *us) {
  const msw_latent_analytic *fit = gpu->analytic_mla;
  const msw_analytic_gpu facts = msw_analytic_gpu_of(gpu, MSW_BF16);
  const double *x = q->number;
  if (!fit) return false;
  if (strcmp(q->kernel, "mla_decode") == 0) {
    const msw_latent_kernel kernel = {.num_heads = x[2], .kv_lora_rank = x[3], .rope_dim = x[4]};
    *us = msw_analytic_latent_decode_us(&fit->decode, &facts, x[0], x[1], &kernel);
  } else {
    const msw_latent_kernel kernel = {.num_heads = x[2], .nope_dim = x[3], .rope_dim = x[4], .v_dim = x[5]};
    *us = msw_analytic_latent_prefill_us(&fit->prefill, &facts, x[0], x[1], &kernel);
  }
  return true;
}

/* False where the entry has no coefficients. */
static bool answer(const msw_gpu *gpu, const query *q, msw_dtype dtype, double *us) {
  const msw_gpu_analytic *fit = gpu->analytic;
  const msw_fit_format format = msw_fit_format_of(dtype);
  const msw_analytic_gpu facts = msw_analytic_gpu_of(gpu, dtype);
  const double *x = q->number;
  if (strncmp(q->kernel, "mla_", 4) == 0) return answer_latent(gpu, q, us);
  if (!fit || format == MSW_N_FIT_FORMATS) return false;
  if (strcmp(q->kernel, "gemm") == 0 && fit->gemm[format]) {
    *us = msw_analytic_gemm_us(fit->gemm[format], &facts, x[0], x[1], x[2]);
  } else if (strcmp(q->kernel, "prefill_attention") == 0 && fit->prefill[format]) {
    const msw_analytic_heads heads = {x[3], x[4], x[5]};
    *us = msw_analytic_prefill_us(fit->prefill[format], &facts, x[0], x[1], x[2], &heads);
  } else if (strcmp(q->kernel, "decode_attention") == 0 && fit->decode[format]) {
    const msw_analytic_heads heads = {x[2], x[3], x[4]};
    *us = msw_analytic_decode_us(fit->decode[format], &facts, x[0], x[1], &heads);
  } else if (strcmp(q->kernel, "moe") == 0 && fit->moe[format]) {
    const msw_analytic_experts experts = {x[1], x[2], x[3], x[4], x[5]};
    *us = msw_analytic_moe_us(fit->moe[format], &facts, x[0], &experts);
  } else if (strcmp(q->kernel, "all_reduce") == 0 && fit->all_reduce) {
    *us = msw_analytic_all_reduce_us(fit->all_reduce, &facts, x[0], x[1]);
  } else if (strcmp(q->kernel, "memory_op") == 0 && fit->memory_op) {
    *us = msw_analytic_memory_op_us(fit->memory_op, &facts, x[0]);
  } else {
    return false;
  }
  return true;
}

int main(void) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  msw_data_root data;
  char line[512];
  bool is_good = msw_data_root_open(MSW_TEST_ROOT, NULL, 0, &arena, &diag, &data) == MSW_OK;
  while (is_good && fgets(line, sizeof line, stdin)) {
    query q = {.number = {0}};
    msw_dtype dtype;
    double us;
    is_good = parse_query(line, &q) && msw_dtype_parse(q.dtype, &dtype);
    const msw_gpu *gpu = is_good ? msw_data_find_gpu(&data, q.gpu) : NULL;
    is_good = gpu;
    if (is_good && answer(gpu, &q, dtype, &us)) printf("%.17g\n", us);
    else printf("none\n");
  }
  msw_diag_print(&diag, stderr, 10);
  msw_arena_free(&arena);
  msw_diag_free(&diag);
  return is_good ? 0 : 2;
}
