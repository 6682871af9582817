/* Binding a case's factors. */
#include "factors.h"
#include "msw/base/num.h"
#include "msw/perf/measured.h"

#include <math.h>
#include <stdlib.h>

static const double us_per_s = 1e6;
static const double everywhere = -(double)INFINITY;

static msw_lines one_line(msw_arena *arena, double us_per_x) {
  msw_line *line = msw_arena_alloc(arena, sizeof *line);
  *line = (msw_line){.begin = everywhere, .q = us_per_x, .form = MSW_LINE_STRAIGHT};
  return (msw_lines){line, 1};
}

static msw_lines keep_lines(const msw_pieces *pieces, double scale, bool times_x, msw_arena *arena, msw_flags *common) {
  msw_line *lines = msw_arena_array(arena, pieces->n, sizeof *lines);
  msw_lines_of(pieces, scale, times_x, lines);
  *common |= msw_lines_common_flags(lines, pieces->n);
  return (msw_lines){lines, pieces->n};
}

/* Projections of one shape are looked up alike: they are one factor, counted as often as it occurs. */
static void bind_gemm_tables(const msw_case *bound, msw_arena *arena, msw_factors *factors) {
  msw_pieces pieces = {0};
  for (int op = 0; op < MSW_N_PROJECTIONS; op++) {
    const msw_gemm_surface *surface = &bound->gemm[op];
    int first = 0, times = 0;
    while (!msw_same_number(bound->gemm[first].k, surface->k) || !msw_same_number(bound->gemm[first].n, surface->n)) first++;
    if (first < op) continue;
    for (int other = op; other < MSW_N_PROJECTIONS; other++)
      times += msw_same_number(bound->gemm[other].k, surface->k) && msw_same_number(bound->gemm[other].n, surface->n);
    double weights = surface->k * surface->n, share_us = (double)times * bound->num_layers / bound->tp * us_per_s;
    double floor_us = bound->knobs.gemm_weight_floor ? weights * bound->weight_bytes_per_param / bound->bw_bytes_per_s : 0.0;
    msw_gemm_pieces(surface, &bound->knobs, &pieces);
    msw_lines lines = keep_lines(&pieces, 2.0 * weights / bound->gemm_flop_per_s * share_us, true, arena, &factors->gemm_flags);
    factors->gemm[0][factors->n_gemm] = factors->gemm[1][factors->n_gemm] = (msw_gemm_factor){lines, floor_us * share_us};
    factors->n_gemm++;
  }
  msw_pieces_free(&pieces);
}

static void bind_tables(const msw_case *bound, msw_arena *arena, msw_factors *factors) {
  bind_gemm_tables(bound, arena, factors);
  msw_pieces pieces = {0};
  bool times_context;
  double us_per_tok2 = msw_attention_us_per_tok2(bound);
  msw_prefill_pieces(bound, &pieces, &times_context);
  factors->prefill = keep_lines(&pieces, us_per_tok2 / bound->knobs.causal_factor, times_context, arena, &factors->prefill_flags);
  factors->decode_us_per_tok = us_per_tok2;
  msw_pieces_free(&pieces);
}

static void bind_constant_mfu(const msw_case *bound, msw_arena *arena, msw_factors *factors) {
  factors->constant_mfu = true;
  factors->n_gemm = 1;
  factors->gemm[0][0].lines = one_line(arena, msw_gemm_us(bound, MSW_DECODE, 1.0, NULL, NULL));
  factors->gemm[1][0].lines = one_line(arena, msw_gemm_us(bound, MSW_PREFILL, 1.0, NULL, NULL));
  msw_decode_group decode = {1.0, 1.0};
  msw_prefill_group prefill = {1.0, 1.0, 1.0};   /* one new token on one cached token attends to one */
  factors->decode_us_per_tok = msw_decode_attention_us(bound, &decode, 1, NULL, NULL);
  factors->prefill_us_per_tok2 = msw_prefill_attention_us(bound, 0.0, &prefill, 1, NULL, NULL);
}

const msw_factors *msw_factors_bind(const msw_case *bound, msw_arena *arena) {
  if (bound->flags & MSW_FLAGS_NO_NUMBER) return NULL;
  msw_factors *factors = msw_arena_alloc(arena, sizeof *factors);
  *factors = (msw_factors){.bound = bound, .single = msw_request_traffic_of(bound, true),
                           .several = msw_request_traffic_of(bound, false)};
  static const msw_phase phases[] = {MSW_DECODE, MSW_PREFILL, MSW_MIXED};
  for (size_t i_phase = 0; i_phase < sizeof phases / sizeof phases[0]; i_phase++)
    factors->memory[phases[i_phase]] = (msw_memory_factor){msw_memory_us(bound, phases[i_phase], 0.0),
                                                           msw_memory_us_per_byte(bound, phases[i_phase])};
  double limit = (double)bound->model->max_position_embeddings;
  factors->comm_us = msw_comm_us(bound);
  factors->room_tok = (bound->usable_bytes_per_gpu - bound->weight_bytes_per_gpu) / bound->kv_bytes_per_tok_per_gpu;
  factors->longest_context = limit > 0.0 ? limit : (double)INFINITY;
  if (bound->family == MSW_FAMILY_CONSTANT_MFU) bind_constant_mfu(bound, arena, factors);
  else if (bound->family == MSW_FAMILY_MEASURED) factors->kernels = msw_kernel_factors_bind(bound, arena);
  else bind_tables(bound, arena, factors);
  return factors;
}

void msw_decode_buffer_free(msw_decode_buffer *buffer) {
  msw_pieces_free(&buffer->pieces);
  msw_arena_free(&buffer->curves);
  free(buffer->line);
}

static msw_line *line_room(msw_decode_buffer *buffer, size_t n) {
  if (n > buffer->cap) {
    buffer->cap = 2 * n;
    buffer->line = msw_realloc(buffer->line, buffer->cap * sizeof *buffer->line);
  }
  return buffer->line;
}

/* The kernel reads the new token too. */
static msw_lines measured_lines(const msw_case *bound, msw_phase phase, double batch, msw_decode_buffer *buffer) {
  msw_time_curve curve = msw_measured_decode_curve(bound, phase, batch, &buffer->curves);
  msw_lines lines = msw_curve_lines(&curve, bound->num_layers, 1.0, line_room(buffer, curve.n));
  msw_arena_free(&buffer->curves);
  return lines;
}

msw_lines msw_prefill_lines(const msw_factors *factors, double batch, msw_decode_buffer *buffer) {
  msw_time_curve curve = msw_measured_prefill_curve(factors->bound, batch, &buffer->curves);
  msw_lines lines = msw_curve_lines(&curve, factors->bound->num_layers, 0.0, line_room(buffer, curve.n));
  msw_arena_free(&buffer->curves);
  return lines;
}

msw_lines msw_decode_lines(const msw_factors *factors, msw_phase phase, double batch, msw_decode_buffer *buffer, msw_flags *common) {
  const msw_case *bound = factors->bound;
  double us_per_tok = factors->decode_us_per_tok * batch;
  size_t n = 1;
  *common = 0;
  if (factors->kernels) return measured_lines(bound, phase, batch, buffer);
  if (!factors->constant_mfu) {
    msw_decode_pieces(&bound->decode, &bound->knobs, batch, &buffer->pieces);
    n = buffer->pieces.n;
  }
  line_room(buffer, n);
  if (factors->constant_mfu) {
    buffer->line[0] = (msw_line){.begin = everywhere, .q = us_per_tok, .form = MSW_LINE_STRAIGHT};
    return (msw_lines){buffer->line, 1};
  }
  msw_lines_of(&buffer->pieces, us_per_tok, true, buffer->line);
  for (size_t i_line = 1; i_line < n; i_line++) buffer->line[i_line].flags |= bound->decode_flags;   /* line 0: nothing looked up */
  *common = msw_lines_common_flags(buffer->line, n);
  return (msw_lines){buffer->line, n};
}
