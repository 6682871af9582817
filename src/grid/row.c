/* The terms of a row of cells. */
#include "row.h"

#include <math.h>
#include <string.h>

void msw_row_gemm(const msw_factors *factors, const msw_kernels *kernels, msw_phase phase, const double *tok, size_t n,
                  bool ascends, msw_row_work *work, double *us, msw_row_flags *flags) {
  const msw_gemm_factor *gemm = msw_gemm_factors(factors, phase);
  kernels->fill(0.0, n, us);
  for (size_t i_gemm = 0; i_gemm < factors->n_gemm; i_gemm++) {
    size_t n_stretches = msw_lines_cut(gemm[i_gemm].lines, tok, n, ascends, work->stretches);
    for (size_t i = 0; i < n_stretches; i++) {   /* kernels overrun a stretch: values first, then the sum of the whole row */
      const msw_line_stretch *stretch = &work->stretches[i];
      kernels->line(&gemm[i_gemm].lines.line[stretch->line], tok + stretch->first, stretch->n, work->values + stretch->first);
    }
    kernels->add_above(work->values, gemm[i_gemm].floor_us, n, us);
    msw_row_flags_add_stretches(flags, gemm[i_gemm].lines, work->stretches, n_stretches, n);
  }
}

static void decode_attention(const msw_kernels *kernels, const msw_decode_load *load, size_t n, double *attn_us,
                             msw_row_flags *flags) {
  for (size_t i = 0; i < load->n_stretches; i++) {
    const msw_line_stretch *stretch = &load->stretches[i];
    kernels->line(&load->attn.line[stretch->line], load->attn_len + stretch->first, stretch->n, attn_us + stretch->first);
  }
  msw_row_flags_add_stretches(flags, load->attn, load->stretches, load->n_stretches, n);
}

/* Memory time of the batch along kv_len. */
typedef struct { double base_us, slope_us; } kv_line;
static kv_line decode_memory(const msw_factors *factors, double requests) {
  const msw_memory_factor *memory = &factors->memory[MSW_DECODE];
  double us_per_byte = memory->us_per_byte * requests;
  return (kv_line){memory->weights_us + us_per_byte * factors->single.per_new_tok,
                   us_per_byte * factors->single.per_cached_tok};
}

void msw_row_decode(const msw_factors *factors, const msw_kernels *kernels, const msw_decode_load *load, size_t n,
                    msw_terms *terms, msw_row_flags *flags) {
  kv_line memory = decode_memory(factors, load->requests);
  decode_attention(kernels, load, n, terms->attn_us, flags);
  kernels->fill(load->gemm_us, n, terms->gemm_us);
  kernels->affine(memory.base_us, memory.slope_us, load->kv_len, n, terms->memory_us);
  kernels->phase_time(terms->gemm_us, terms->attn_us, terms->memory_us, n, terms->time_us);
  msw_row_flags_add_all(flags, kernels, load->flags, n);
}

void msw_row_decode_step(const msw_factors *factors, const msw_kernels *kernels, const msw_decode_load *load, size_t n,
                         float *step_us, msw_row_flags *flags) {
  kv_line memory = decode_memory(factors, load->requests);
  double other_us = factors->comm_us + load->overhead_us;
  for (size_t i = 0; i < load->n_stretches; i++) {
    const msw_line_stretch *stretch = &load->stretches[i];
    size_t first = stretch->first;
    kernels->decode_step(&load->attn.line[stretch->line], load->attn_len + first, load->kv_len + first, load->gemm_us + other_us,
                         memory.base_us + other_us, memory.slope_us, stretch->n, step_us + first);
  }
  msw_row_flags_add_stretches(flags, load->attn, load->stretches, load->n_stretches, n);
  msw_row_flags_add_all(flags, kernels, load->flags, n);
}

void msw_row_attention_len(const msw_case *bound, const double *kv_len, size_t n, double *attn_len) {
  const double smallest_bucket = 512.0;   /* as in perf/attention_decode.c */
  bool buckets = bound->family == MSW_FAMILY_KERNEL_TABLES && bound->knobs.decode_aggregation == MSW_AGGREGATE_BUCKETS;
  memcpy(attn_len, kv_len, n * sizeof *kv_len);
  for (size_t i_kv = 0; buckets && i_kv < n; i_kv++)
    for (attn_len[i_kv] = smallest_bucket; attn_len[i_kv] < kv_len[i_kv];) attn_len[i_kv] *= 2.0;
}

static void request_bytes(const msw_factors *factors, double cached_len, const double *new_len, size_t n, double *bytes) {
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    bool is_single = new_len[i_cell] <= 1.0;
    double per_new = is_single ? factors->single.per_new_tok : factors->several.per_new_tok;
    double per_cached = is_single ? factors->single.per_cached_tok : factors->several.per_cached_tok;
    bytes[i_cell] = per_new * new_len[i_cell] + per_cached * cached_len;
  }
}

void msw_row_request(const msw_factors *factors, const msw_kernels *kernels, double cached_len, const double *new_len,
                     size_t n, bool ascends, msw_row_work *work, double *attn_us, double *bytes, msw_row_flags *flags) {
  request_bytes(factors, cached_len, new_len, n, bytes);
  if (factors->constant_mfu) {
    for (size_t i_cell = 0; i_cell < n; i_cell++)   /* a new token sees the cache and half of the other new ones */
      work->values[i_cell] = cached_len + (new_len[i_cell] > 1.0 ? (new_len[i_cell] - 1.0) / 2.0 : 0.0);
    kernels->product(factors->prefill_us_per_tok2, new_len, work->values, n, attn_us);
    return;
  }
  kernels->affine(cached_len, 1.0, new_len, n, work->tok);
  size_t n_stretches = msw_lines_cut(factors->prefill, work->tok, n, ascends, work->stretches);
  for (size_t i = 0; i < n_stretches; i++) {
    const msw_line_stretch *stretch = &work->stretches[i];
    kernels->line(&factors->prefill.line[stretch->line], work->tok + stretch->first, stretch->n, work->values + stretch->first);
  }
  kernels->product(1.0, new_len, work->values, n, attn_us);
  msw_row_flags_add_stretches(flags, factors->prefill, work->stretches, n_stretches, n);
}

void msw_row_prefill(const msw_factors *factors, const msw_kernels *kernels, double requests, const double *gemm_us,
                     const double *attn_us, const double *bytes, size_t n, msw_terms *terms) {
  const msw_memory_factor *memory = &factors->memory[MSW_PREFILL];
  memcpy(terms->gemm_us, gemm_us, n * sizeof *gemm_us);
  kernels->affine(0.0, requests, attn_us, n, terms->attn_us);
  kernels->affine(memory->weights_us, memory->us_per_byte * requests, bytes, n, terms->memory_us);
  kernels->phase_time(terms->gemm_us, terms->attn_us, terms->memory_us, n, terms->time_us);
}

void msw_row_fit_flags(const msw_factors *factors, const msw_kernels *kernels, const msw_row_holds *holds, const double *x,
                       size_t n, bool ascends, msw_row_flags *flags) {
  double fits = (factors->room_tok - holds->kv_base) / holds->kv_slope, limit = factors->longest_context;
  if (!(holds->kv_slope > 0.0)) fits = holds->kv_base > factors->room_tok ? -(double)INFINITY : (double)INFINITY;
  msw_row_flags_add_above(flags, kernels, x, fits, MSW_FLAG_MEMORY_FULL, n, ascends);
  if (holds->other_longest > limit) msw_row_flags_add_all(flags, kernels, MSW_FLAG_CONTEXT_TOO_LONG, n);
  else msw_row_flags_add_above(flags, kernels, x, limit - holds->longest_base, MSW_FLAG_CONTEXT_TOO_LONG, n, ascends);
}
