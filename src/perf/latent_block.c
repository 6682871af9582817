/* Measured blocks of multi-head latent attention, less their projections: tables like any other of attention, in an index of
 * their own. Keys there: one KV head of half the width of what a token holds (decode) or of the mean of keys and values. */
#include <math.h>
#include <string.h>

#include "measured_parts.h"
#include "msw/base/num.h"
#include "msw/perf/latent.h"
#include "surface_index.h"

static const double least_left = 1.0 / 20.0;   /* of a block: what is less is noise of the projections */

/* The model whose blocks are measured; tables name it. */
static const char *const measured_model = "deepseek-ai/DeepSeek-V3";
static const msw_latent_kernel of_measured = {.kv_dtype = MSW_BF16, .hidden_size = 7168.0, .q_lora_rank = 1536.0,
                                              .kv_lora_rank = 512.0, .nope_dim = 128.0, .rope_dim = 64.0, .v_dim = 128.0};

static msw_attention_kernel decode_key(const msw_latent_kernel *kernel) {
  return (msw_attention_kernel){.kv_dtype = kernel->kv_dtype, .num_heads = kernel->num_heads, .num_kv_heads = 1.0,
                                .head_dim = (kernel->kv_lora_rank + kernel->rope_dim) / 2.0};
}

static msw_attention_kernel prefill_key(const msw_latent_kernel *kernel) {
  return (msw_attention_kernel){.kv_dtype = kernel->kv_dtype, .num_heads = kernel->num_heads, .num_kv_heads = 1.0,
                                .head_dim = (kernel->nope_dim + kernel->rope_dim + kernel->v_dim) / 2.0};
}

/* ---- Taking the projections off */

static bool is_block(const msw_latency_key *key) {
  return key->dtype == MSW_BF16 && key->kv_dtype == MSW_BF16 && key->weight_dtype == MSW_BF16 &&
         strcmp(key->name, measured_model) == 0;
}

/* The time of a block's projections over tokens. */
static bool projections_curve(const msw_surfaces *surfaces, double num_heads, msw_arena *arena, msw_time_curve *curve) {
  msw_latent_kernel kernel = of_measured;
  kernel.num_heads = num_heads;
  msw_latent_gemm gemm[MSW_LATENT_MAX_GEMM];
  msw_time_curve curves[MSW_LATENT_MAX_GEMM];
  double calls[MSW_LATENT_MAX_GEMM];
  const size_t n_gemm = msw_latent_projections(&kernel, gemm);
  for (size_t i_gemm = 0; i_gemm < n_gemm; i_gemm++) {
    msw_surface_source source;
    calls[i_gemm] = 1.0;
    if (!msw_measured_gemm(surfaces, surfaces->set->gpu, MSW_BF16, gemm[i_gemm].n, gemm[i_gemm].k, arena, &curves[i_gemm], &source))
      return false;
  }
  *curve = msw_time_sum(curves, calls, n_gemm, arena);
  return true;
}

static msw_latency_slice without_projections(const msw_latency_slice *block, const msw_time_curve *projections,
                                             msw_arena *arena) {
  const bool is_decode = block->key.kind == MSW_LATENCY_MLA_DECODE;
  msw_latent_kernel kernel = of_measured;
  kernel.num_heads = (double)block->key.num_heads;
  const msw_attention_kernel key = is_decode ? decode_key(&kernel) : prefill_key(&kernel);
  msw_latency_slice left = *block;
  left.key = (msw_latency_key){.kind = is_decode ? MSW_LATENCY_DECODE : MSW_LATENCY_PREFILL, .dtype = MSW_BF16,
                               .kv_dtype = MSW_BF16, .num_heads = block->key.num_heads, .num_kv_heads = 1,
                               .head_dim = (int64_t)key.head_dim, .name = ""};
  double *us = msw_arena_array(arena, block->n_points, sizeof *us);
  for (size_t i_point = 0; i_point < block->n_points; i_point++) {
    const double tok = is_decode ? block->y[i_point] : block->x[i_point] * block->y[i_point];
    us[i_point] = fmax(block->latency_us[i_point] - msw_time_at(projections, tok, NULL), least_left * block->latency_us[i_point]);
  }
  left.latency_us = us;
  return left;
}

const msw_surfaces *msw_latent_blocks(const msw_surfaces *surfaces, msw_arena *arena) {
  static const msw_latency_kind kinds[] = {MSW_LATENCY_MLA_PREFILL, MSW_LATENCY_MLA_DECODE};   /* in the order of keys */
  size_t n_blocks = 0, n_kinds[2];
  const msw_latency_slice *blocks[2];
  for (size_t i_kind = 0; i_kind < 2; i_kind++) {
    blocks[i_kind] = msw_latency_of_kind(surfaces->set, kinds[i_kind], &n_kinds[i_kind]);
    n_blocks += n_kinds[i_kind];
  }
  if (n_blocks == 0 || !surfaces->set->gpu) return NULL;
  msw_arena scratch = {0};
  msw_latency_slice *left = msw_arena_array(arena, n_blocks, sizeof *left);
  size_t n_left = 0;
  for (size_t i_kind = 0; i_kind < 2; i_kind++)
    for (size_t i_block = 0; i_block < n_kinds[i_kind]; i_block++) {
      const msw_latency_slice *block = &blocks[i_kind][i_block];
      msw_time_curve projections;
      if (!is_block(&block->key) || !projections_curve(surfaces, (double)block->key.num_heads, &scratch, &projections)) continue;
      left[n_left++] = without_projections(block, &projections, arena);
    }
  msw_arena_free(&scratch);
  if (n_left == 0) return NULL;
  msw_latency_set *set = msw_arena_alloc(arena, sizeof *set);
  *set = (msw_latency_set){.gpu = surfaces->set->gpu, .slices = left, .n_slices = n_left};
  return msw_surfaces_within(set, arena);
}

/* ---- Lookups */

/* What of a block is not its attention: norms and copies go by these. */
static msw_flags other_block(const msw_latent_kernel *kernel) {
  const double ours[] = {kernel->hidden_size, kernel->q_lora_rank, kernel->kv_lora_rank,
                         kernel->nope_dim, kernel->rope_dim, kernel->v_dim};
  const double theirs[] = {of_measured.hidden_size, of_measured.q_lora_rank, of_measured.kv_lora_rank,
                           of_measured.nope_dim, of_measured.rope_dim, of_measured.v_dim};
  bool is_same = true;
  for (size_t i_size = 0; i_size < sizeof ours / sizeof *ours; i_size++)
    is_same = is_same && msw_same_number(ours[i_size], theirs[i_size]);
  return is_same ? 0 : MSW_FLAG_SHAPE_BORROWED;
}

static void flag(msw_time_curve *curve, msw_flags flags, msw_arena *arena) {
  if (flags) *curve = msw_time_copy(curve, flags, arena);
}

bool msw_surface_latent_decode(const msw_surfaces *surfaces, const msw_latent_kernel *kernel, double batch, double l2_bytes,
                               msw_arena *arena, msw_time_curve *curve, msw_surface_source *source) {
  const msw_attention_kernel key = decode_key(kernel);
  const bool is_alike = msw_same_number(kernel->kv_lora_rank, of_measured.kv_lora_rank) &&
                        msw_same_number(kernel->rope_dim, of_measured.rope_dim);
  *source = (msw_surface_source){.n = 0};
  if (!surfaces->latent || !is_alike) return false;
  if (!msw_surface_decode(surfaces->latent, &key, batch, l2_bytes, arena, curve, source)) return false;
  flag(curve, other_block(kernel), arena);
  return true;
}

bool msw_surface_latent_prefill(const msw_surfaces *surfaces, const msw_latent_kernel *kernel, double batch, msw_arena *arena,
                                msw_time_curve *curve, msw_surface_source *source) {
  const msw_attention_kernel key = prefill_key(kernel);
  const bool is_alike = msw_same_number(kernel->nope_dim, of_measured.nope_dim) &&
                        msw_same_number(kernel->rope_dim, of_measured.rope_dim) &&
                        msw_same_number(kernel->v_dim, of_measured.v_dim);
  *source = (msw_surface_source){.n = 0};
  if (!surfaces->latent || !is_alike) return false;
  if (!msw_surface_prefill(surfaces->latent, &key, batch, arena, curve, source)) return false;
  flag(curve, other_block(kernel), arena);
  return true;
}
