/* Reads the block "analytic" of a GPU entry. All coefficients of a kernel have to be there, and nothing else. */
#include <stdint.h>
#include <string.h>

#include "gpu_analytic_internal.h"
#include "msw/base/str.h"

/* What a number may be. None may be so small that times by it were infinite. */
typedef enum { TIME_US, POSITIVE, FRACTION, SHARE_OR_NONE, POWER, FACTOR, GAIN, SWITCH, COUNT, PERCENT, N_RANGES } range;
static const struct { double min, max; } RANGES[N_RANGES] = {
    [TIME_US] = {0.0, 1e6},       [POSITIVE] = {1e-6, 1e12},    [FRACTION] = {1e-6, 1.0},   [SHARE_OR_NONE] = {0.0, 1.0},
    [POWER] = {1.0, 100.0},       [FACTOR] = {0.0, 1e4},        [GAIN] = {1e-6, 100.0},     [SWITCH] = {0.0, 1.0},
    [COUNT] = {1.0, 1e6},         [PERCENT] = {-1e6, 1e6},
};

typedef struct { const char *name; size_t offset; range range; } coefficient;
#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

#define OF_GEMM(name, range) {#name, offsetof(msw_gemm_fit, name), range}
static const coefficient GEMM[] = {
    OF_GEMM(launch_us, TIME_US), OF_GEMM(mfu, FRACTION), OF_GEMM(sm_load_gb_per_s, POSITIVE), OF_GEMM(epilogue_us, TIME_US),
    OF_GEMM(k_us, TIME_US), OF_GEMM(bw_fraction, FRACTION), OF_GEMM(overlap_power, POWER),
    OF_GEMM(wave_quantisation, SHARE_OR_NONE), OF_GEMM(split_us, TIME_US), OF_GEMM(split_passes, FACTOR),
    OF_GEMM(throttle_fraction, FACTOR)};
static const coefficient QUANTISE[] = {OF_GEMM(quantise_row_us, TIME_US), OF_GEMM(quantise_bw_fraction, FRACTION)};

#define OF_PREFILL(name, range) {#name, offsetof(msw_prefill_fit, name), range}
static const coefficient PREFILL[] = {
    OF_PREFILL(launch_us, TIME_US), OF_PREFILL(mfu, FRACTION), OF_PREFILL(cta_us, TIME_US), OF_PREFILL(tail_fraction, FACTOR),
    OF_PREFILL(overlap_power, POWER), OF_PREFILL(bw_fraction, FRACTION), OF_PREFILL(kv_passes, FACTOR),
    OF_PREFILL(token_us, TIME_US), OF_PREFILL(throttle_fraction, FACTOR), OF_PREFILL(softmax_us, TIME_US),
    OF_PREFILL(q_tile, COUNT), OF_PREFILL(kv_tile, COUNT), OF_PREFILL(gqa_packed, SWITCH),
    OF_PREFILL(wide_head_slowdown, GAIN), OF_PREFILL(query_passes, FACTOR)};

#define OF_DECODE(name, range) {#name, offsetof(msw_decode_fit, name), range}
static const coefficient DECODE[] = {
    OF_DECODE(launch_us, TIME_US), OF_DECODE(cta_us, TIME_US), OF_DECODE(block_us, TIME_US),
    OF_DECODE(sm_load_gb_per_s, POSITIVE), OF_DECODE(group_us, TIME_US), OF_DECODE(bw_fraction, FRACTION),
    OF_DECODE(overlap_power, POWER), OF_DECODE(combine_us, TIME_US), OF_DECODE(combine_passes, FACTOR),
    OF_DECODE(ctas_per_sm, COUNT), OF_DECODE(max_splits, COUNT), OF_DECODE(mha_splits, SWITCH),
    OF_DECODE(wide_head_slowdown, GAIN), OF_DECODE(regroup_us, TIME_US)};

#define OF_MOE(name, range) {#name, offsetof(msw_moe_fit, name), range}
static const coefficient MOE[] = {
    OF_MOE(launch_us, TIME_US), OF_MOE(mfu, FRACTION), OF_MOE(sm_load_gb_per_s, POSITIVE), OF_MOE(bw_fraction, FRACTION),
    OF_MOE(overlap_power, POWER), OF_MOE(pair_passes, FACTOR), OF_MOE(spread, GAIN), OF_MOE(expert_map_us, TIME_US)};

#define OF_ALL_REDUCE(name, range) {#name, offsetof(msw_all_reduce_fit, name), range}
static const coefficient ALL_REDUCE[] = {
    OF_ALL_REDUCE(ring_us, TIME_US), OF_ALL_REDUCE(ring_peer_us, TIME_US), OF_ALL_REDUCE(ring_link_fraction, FRACTION),
    OF_ALL_REDUCE(in_switch_gain, GAIN), OF_ALL_REDUCE(one_shot_us, TIME_US), OF_ALL_REDUCE(one_shot_peer_us, TIME_US),
    OF_ALL_REDUCE(one_shot_link_fraction, FRACTION), OF_ALL_REDUCE(two_shot_us, TIME_US),
    OF_ALL_REDUCE(two_shot_peer_us, TIME_US), OF_ALL_REDUCE(two_shot_link_fraction, FRACTION),
    OF_ALL_REDUCE(custom_max_bytes, POSITIVE)};

#define OF_MEMORY_OP(name, range) {#name, offsetof(msw_memory_op_fit, name), range}
static const coefficient MEMORY_OP[] = {OF_MEMORY_OP(launch_us, TIME_US), OF_MEMORY_OP(bw_fraction, FRACTION)};

#define OF_RESIDUALS(name, range) {#name, offsetof(msw_fit_residuals, name), range}
static const coefficient RESIDUALS[] = {
    OF_RESIDUALS(n, POSITIVE), OF_RESIDUALS(median_percent, PERCENT), OF_RESIDUALS(p90_percent, PERCENT),
    OF_RESIDUALS(bias_percent, PERCENT)};

msw_fit_format msw_fit_format_of(msw_dtype dtype) {
  static const msw_fit_format OF[MSW_N_DTYPES] = {
      [MSW_DTYPE_NONE] = MSW_N_FIT_FORMATS, [MSW_BF16] = MSW_FIT_BF16, [MSW_FP16] = MSW_FIT_BF16,
      [MSW_FP32] = MSW_N_FIT_FORMATS,       [MSW_FP8] = MSW_FIT_FP8,   [MSW_INT8] = MSW_FIT_FP8,
      [MSW_FP4] = MSW_FIT_FP8};
  return OF[dtype];
}

static void read_numbers(msw_json_reader *reader, const coefficient *list, size_t n, void *fit) {
  for (size_t i_number = 0; i_number < n; i_number++)
    msw_json_want_number(reader, list[i_number].name, true, RANGES[list[i_number].range].min, RANGES[list[i_number].range].max,
                         (double *)(void *)((char *)fit + list[i_number].offset));
}

static void read_residuals(msw_json_reader *kernel, msw_diag *diag, msw_fit_residuals *residuals) {
  const msw_json *object = msw_json_want(kernel, "residuals", false);
  msw_json_reader reader;
  if (!object || !msw_json_begin(&reader, object, diag)) return;
  read_numbers(&reader, RESIDUALS, COUNT_OF(RESIDUALS), residuals);
  msw_json_want_number(&reader, "m_from", false, 1.0, RANGES[COUNT].max, &residuals->m_from);
  msw_json_end(&reader, true);
}

/* ---- One kernel in one number format */

typedef struct { msw_arena *arena; msw_diag *diag; msw_gpu_analytic *block; } reading;

static void read_gemm(const reading *r, msw_json_reader *reader, msw_fit_format format) {
  msw_gemm_fit *fit = msw_arena_alloc(r->arena, sizeof *fit);
  read_numbers(reader, GEMM, COUNT_OF(GEMM), fit);
  if (format == MSW_FIT_FP8) read_numbers(reader, QUANTISE, COUNT_OF(QUANTISE), fit);
  const msw_json *tiles = msw_json_want(reader, "tiles", true), *splits = msw_json_want(reader, "splits", true);
  if (tiles) fit->tiles = msw_gemm_tiles_read(tiles, true, r->arena, r->diag, &fit->n_tiles);
  if (splits) fit->splits = msw_gemm_splits_read(splits, r->arena, r->diag, &fit->n_splits);
  read_residuals(reader, r->diag, &fit->residuals);
  r->block->gemm[format] = fit;
}

void msw_prefill_fit_read(msw_json_reader *reader, msw_diag *diag, msw_prefill_fit *fit) {
  read_numbers(reader, PREFILL, COUNT_OF(PREFILL), fit);
  read_residuals(reader, diag, &fit->residuals);
}

static void read_prefill(const reading *r, msw_json_reader *reader, msw_fit_format format) {
  msw_prefill_fit *fit = msw_arena_alloc(r->arena, sizeof *fit);
  msw_prefill_fit_read(reader, r->diag, fit);
  r->block->prefill[format] = fit;
}

void msw_decode_fit_read(msw_json_reader *reader, msw_diag *diag, msw_decode_fit *fit) {
  read_numbers(reader, DECODE, COUNT_OF(DECODE), fit);
  read_residuals(reader, diag, &fit->residuals);
}

static void read_decode(const reading *r, msw_json_reader *reader, msw_fit_format format) {
  msw_decode_fit *fit = msw_arena_alloc(r->arena, sizeof *fit);
  msw_decode_fit_read(reader, r->diag, fit);
  r->block->decode[format] = fit;
}

static void read_moe(const reading *r, msw_json_reader *reader, msw_fit_format format) {
  msw_moe_fit *fit = msw_arena_alloc(r->arena, sizeof *fit);
  read_numbers(reader, MOE, COUNT_OF(MOE), fit);
  const msw_json *tiles = msw_json_want(reader, "tiles", true);
  if (tiles) fit->tiles = msw_gemm_tiles_read(tiles, false, r->arena, r->diag, &fit->n_tiles);
  read_residuals(reader, r->diag, &fit->residuals);
  r->block->moe[format] = fit;
}

static void read_all_reduce(const reading *r, msw_json_reader *reader) {
  msw_all_reduce_fit *fit = msw_arena_alloc(r->arena, sizeof *fit);
  read_numbers(reader, ALL_REDUCE, COUNT_OF(ALL_REDUCE), fit);
  read_residuals(reader, r->diag, &fit->residuals);
  r->block->all_reduce = fit;
}

static void read_memory_op(const reading *r, msw_json_reader *reader) {
  msw_memory_op_fit *fit = msw_arena_alloc(r->arena, sizeof *fit);
  read_numbers(reader, MEMORY_OP, COUNT_OF(MEMORY_OP), fit);
  r->block->memory_op = fit;
}

/* ---- The block */

/* A kernel's object: one per number format. */
static void read_formats(const reading *r, msw_json_reader *block, const char *kernel,
                         void (*read)(const reading *r, msw_json_reader *reader, msw_fit_format format)) {
  static const char *const NAMES[MSW_N_FIT_FORMATS] = {[MSW_FIT_BF16] = "bf16", [MSW_FIT_FP8] = "fp8"};
  const msw_json *object = msw_json_want(block, kernel, false);
  msw_json_reader formats, reader;
  if (!object || !msw_json_begin(&formats, object, r->diag)) return;
  for (int i_format = 0; i_format < MSW_N_FIT_FORMATS; i_format++) {
    const msw_json *fit = msw_json_want(&formats, NAMES[i_format], false);
    if (!fit || !msw_json_begin(&reader, fit, r->diag)) continue;
    read(r, &reader, (msw_fit_format)i_format);
    msw_json_end(&reader, true);
  }
  msw_json_end(&formats, true);
}

static void read_kernel(const reading *r, msw_json_reader *block, const char *kernel,
                        void (*read)(const reading *r, msw_json_reader *reader)) {
  const msw_json *object = msw_json_want(block, kernel, false);
  msw_json_reader reader;
  if (!object || !msw_json_begin(&reader, object, r->diag)) return;
  read(r, &reader);
  msw_json_end(&reader, true);
}

msw_gpu_analytic *msw_gpu_analytic_read(const msw_json *block, const char *name, msw_arena *arena, msw_diag *diag) {
  msw_gpu_analytic *analytic = msw_arena_alloc(arena, sizeof *analytic);
  const reading r = {arena, diag, analytic};
  const char *source = NULL;
  msw_json_reader reader;
  if (!msw_json_begin(&reader, block, diag)) return analytic;
  msw_json_want_string(&reader, "source", false, &source);   /* for people */
  if (msw_json_want_string(&reader, "fitted_on", true, &analytic->fitted_on))
    analytic->is_borrowed = !msw_equal_nocase(analytic->fitted_on, name);
  read_formats(&r, &reader, "gemm", read_gemm);
  read_formats(&r, &reader, "prefill_attention", read_prefill);
  read_formats(&r, &reader, "decode_attention", read_decode);
  read_formats(&r, &reader, "moe", read_moe);
  read_kernel(&r, &reader, "all_reduce", read_all_reduce);
  read_kernel(&r, &reader, "memory_op", read_memory_op);
  msw_json_end(&reader, true);
  return analytic;
}
