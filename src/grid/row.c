/* The terms of a row of cells. */
#include "row.h"

#include <math.h>

#include "msw/perf/measured.h"

/* A row's values on its lines. Kernels overrun a stretch into the next one, whose values come after. */
static void put_values(const msw_kernels *kernels, msw_lines lines, const msw_line_stretch *stretches, size_t n_stretches,
                       const double *x, double *out) {
  for (size_t i = 0; i < n_stretches; i++) {
    size_t first = stretches[i].first;
    kernels->line(&lines.line[stretches[i].line], x + first, stretches[i].n, out + first);
  }
}

void msw_row_gemm(const msw_factors *factors, const msw_kernels *kernels, msw_phase phase, const double *tok, size_t n,
                  bool ascends, msw_row_work *work, double *us, msw_row_flags *flags) {
  const msw_gemm_factor *gemm = msw_gemm_factors(factors, phase);
  kernels->fill(0.0, n, us);
  for (size_t i_gemm = 0; i_gemm < factors->n_gemm; i_gemm++) {
    size_t n_stretches = msw_lines_cut(gemm[i_gemm].lines, tok, n, ascends, 0, work->stretches);
    put_values(kernels, gemm[i_gemm].lines, work->stretches, n_stretches, tok, work->values);
    kernels->add_above(work->values, gemm[i_gemm].floor_us, n, us);
    msw_row_flags_add_stretches(flags, gemm[i_gemm].lines, work->stretches, n_stretches, n);
  }
}

/* A row's values on lines of its own cut. */
static void put_lines(const msw_kernels *kernels, msw_lines lines, const double *x, size_t n, bool ascends, msw_row_work *work,
                      double *out, msw_row_flags *flags) {
  size_t n_stretches = msw_lines_cut(lines, x, n, ascends, 0, work->stretches);
  put_values(kernels, lines, work->stretches, n_stretches, x, out);
  msw_row_flags_add_stretches(flags, lines, work->stretches, n_stretches, n);
}

/* Rows beyond the largest graph, as most of prefills are, run as they are. */
static const double *padded_tok(const msw_case *bound, const double *tok, size_t n, bool ascends, double *room) {
  if (ascends && tok[0] > bound->knobs.graph_max_tok) return tok;
  for (size_t i_cell = 0; i_cell < n; i_cell++) room[i_cell] = msw_padded_tok(bound, tok[i_cell]);
  return room;
}

void msw_row_tokens(const msw_factors *factors, const msw_kernels *kernels, const double *tok, size_t n, bool ascends,
                    msw_row_work *work, const msw_token_rows *rows, msw_row_flags *flags) {
  const msw_measured_case *measured = factors->bound->measured;
  const double *padded = padded_tok(factors->bound, tok, n, ascends, work->values);
  put_lines(kernels, factors->kernels->gemm, padded, n, ascends, work, rows->gemm_us, flags);
  kernels->affine(measured->small_us, measured->small_us_per_tok, padded, n, rows->memory_us);
  if (measured->has_all_reduce) put_lines(kernels, factors->kernels->comm, padded, n, ascends, work, rows->comm_us, flags);
  else kernels->fill(0.0, n, rows->comm_us);
}

void msw_row_prefill_kernel(const msw_kernels *kernels, const msw_prefill_kernel *kernel, msw_context_row row, size_t n,
                            bool ascends, msw_row_work *work, double *attn_us, msw_row_flags *flags) {
  put_lines(kernels, kernel->lines, row.context, n, ascends, work, row.share ? work->values : attn_us, flags);
  if (!row.share) return;
  kernels->product(1.0, work->values, row.share, n, attn_us);
  kernels->above_line(0.0, kernel->read_us, row.context, n, attn_us);
}

/* The line over new tokens: all rows then go along the same array. */
static msw_line shifted(const msw_line *line, double cached_len) {
  msw_line over_new = *line;
  over_new.p += cached_len * (line->q + cached_len * line->s);
  over_new.q += 2.0 * cached_len * line->s;
  return over_new;
}

void msw_row_prefill_step(const msw_kernels *kernels, const msw_prefill_kernel *kernel, msw_context_row row,
                          const double *seq_len, size_t n, bool ascends, msw_row_work *work, size_t *guess,
                          msw_context_steps *step, msw_row_flags *flags) {
  const msw_lines lines = kernel->lines;
  const size_t n_stretches = msw_lines_cut(lines, row.context, n, ascends, *guess, work->stretches);
  *guess = work->stretches[0].line;
  step->x = step->at = seq_len;
  step->share = row.share;
  step->read_slope = kernel->read_us;
  step->read_base = kernel->read_us * row.cached_len;
  msw_row_flags_add_stretches(flags, lines, work->stretches, n_stretches, n);
  if (n_stretches == 1) {
    step->line = shifted(&lines.line[*guess], row.cached_len);
    return;
  }
  put_values(kernels, lines, work->stretches, n_stretches, row.context, work->values);
  step->at = work->values;
  step->line = (msw_line){.form = MSW_LINE_STRAIGHT, .q = 1.0};
}

void msw_row_decode_flags(const msw_kernels *kernels, const msw_decode_load *load, size_t n, msw_row_flags *flags) {
  msw_row_flags_add_stretches(flags, load->attn, load->stretches, load->n_stretches, n);
  msw_row_flags_add_all(flags, kernels, load->flags, n);
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
                    msw_terms *terms) {
  kv_line memory = decode_memory(factors, load->requests);
  put_values(kernels, load->attn, load->stretches, load->n_stretches, load->attn_len, terms->attn_us);
  if (load->adds_up) {
    kernels->fill(load->memory_us, n, terms->memory_us);
    kernels->affine(load->gemm_us + load->memory_us, 1.0, terms->attn_us, n, terms->time_us);
    return;
  }
  kernels->affine(memory.base_us, memory.slope_us, load->kv_len, n, terms->memory_us);
  kernels->phase_time_of(load->gemm_us, terms->attn_us, terms->memory_us, n, terms->time_us);
}

msw_decode_steps msw_row_decode_step(const msw_factors *factors, const msw_decode_load *load, size_t i_stretch) {
  kv_line memory = decode_memory(factors, load->requests);
  double other_us = load->comm_us + load->overhead_us;
  if (load->adds_up) {   /* longer than nothing */
    msw_decode_steps sum = {.line = load->attn.line[load->stretches[i_stretch].line], .base_us = -(double)INFINITY};
    sum.line.p += load->gemm_us + load->memory_us + other_us;
    return sum;
  }
  msw_decode_steps row = {.line = load->attn.line[load->stretches[i_stretch].line], .base_us = memory.base_us + other_us,
                          .slope_us = memory.slope_us};
  row.line.p += load->gemm_us + other_us;
  return row;
}

const double *msw_row_attention_len(const msw_case *bound, const double *kv_len, size_t n, double *room) {
  bool buckets = bound->family == MSW_FAMILY_KERNEL_TABLES && bound->knobs.decode_aggregation == MSW_AGGREGATE_BUCKETS;
  if (!buckets) return kv_len;
  for (size_t i_kv = 0; i_kv < n; i_kv++) room[i_kv] = msw_decode_bucket(kv_len[i_kv]);
  return room;
}

void msw_row_request(const msw_factors *factors, const msw_kernels *kernels, double cached_len, const double *new_len,
                     size_t n, bool ascends, msw_row_work *work, double *attn_us, double *bytes, msw_row_flags *flags) {
  for (size_t i_cell = 0; i_cell < n; i_cell++)
    bytes[i_cell] = msw_request_bytes(&factors->single, &factors->several, cached_len, new_len[i_cell]);
  if (factors->constant_mfu) {
    for (size_t i_cell = 0; i_cell < n; i_cell++) work->values[i_cell] = msw_mean_context(cached_len, new_len[i_cell]);
    kernels->product(factors->prefill_us_per_tok2, new_len, work->values, n, attn_us);
    return;
  }
  kernels->affine(cached_len, 1.0, new_len, n, work->tok);
  size_t n_stretches = msw_lines_cut(factors->prefill, work->tok, n, ascends, 0, work->stretches);
  put_values(kernels, factors->prefill, work->stretches, n_stretches, work->tok, work->values);
  kernels->product(1.0, new_len, work->values, n, attn_us);
  msw_row_flags_add_stretches(flags, factors->prefill, work->stretches, n_stretches, n);
}

void msw_row_prefill(const msw_factors *factors, const msw_kernels *kernels, double requests, const msw_request_row *one,
                     size_t n, double *attn_us, double *memory_us, double *time_us) {
  const msw_memory_factor *memory = &factors->memory[MSW_PREFILL];
  kernels->affine(0.0, requests, one->attn_us, n, attn_us);
  kernels->affine(memory->weights_us, memory->us_per_byte * requests, one->bytes, n, memory_us);
  kernels->phase_time(one->gemm_us, attn_us, memory_us, n, time_us);
}

void msw_row_fit_flags(const msw_factors *factors, const msw_kernels *kernels, const msw_row_holds *holds, const double *x,
                       size_t n, bool ascends, msw_row_flags *flags) {
  double fits = (factors->room_tok - holds->kv_base) / holds->kv_slope, limit = factors->longest_context;
  if (!(holds->kv_slope > 0.0)) fits = holds->kv_base > factors->room_tok ? -(double)INFINITY : (double)INFINITY;
  msw_row_flags_add_above(flags, kernels, x, fits, MSW_FLAG_MEMORY_FULL, n, ascends);
  if (holds->other_longest > limit) msw_row_flags_add_all(flags, kernels, MSW_FLAG_CONTEXT_TOO_LONG, n);
  else msw_row_flags_add_above(flags, kernels, x, limit - holds->longest_base, MSW_FLAG_CONTEXT_TOO_LONG, n, ascends);
}
