/* The index over a set of measured latencies: what holds it together, and which number formats stand in for which. */
#include <stdlib.h>

#include "surface_index.h"

static void build_index(const msw_latency_set *set, msw_arena *arena, msw_surfaces *surfaces) {
  surfaces->set = set;
  surfaces->n_gemm = msw_gemm_index(set, arena, &surfaces->gemm);
  surfaces->n_prefill = msw_attention_index(set, MSW_LATENCY_PREFILL, arena, &surfaces->prefill);
  surfaces->n_decode = msw_attention_index(set, MSW_LATENCY_DECODE, arena, &surfaces->decode);
  surfaces->latent = msw_latent_blocks(surfaces, arena);
}

msw_surfaces *msw_surfaces_within(const msw_latency_set *set, msw_arena *arena) {
  msw_surfaces *surfaces = msw_arena_alloc(arena, sizeof *surfaces);
  build_index(set, arena, surfaces);
  return surfaces;
}

msw_surfaces *msw_surfaces_new(const msw_latency_set *set) {
  msw_surfaces *surfaces = msw_alloc_zero(1, sizeof *surfaces);
  build_index(set, &surfaces->arena, surfaces);
  return surfaces;
}

msw_status msw_surfaces_load(const msw_data_root *data, msw_arena *arena, msw_diag *diag, msw_kernel_set *set) {
  msw_latency_set *latencies = msw_arena_alloc(arena, sizeof *latencies);
  const msw_status loaded = msw_latency_set_load(data, set->gpu, set, arena, diag, latencies);
  if (loaded != MSW_OK) return loaded;
  set->latencies = latencies;
  set->surfaces = msw_surfaces_within(latencies, arena);
  return MSW_OK;
}

void msw_surfaces_free(msw_surfaces *surfaces) {
  if (!surfaces) return;
  msw_arena_free(&surfaces->arena);
  free(surfaces);
}

const msw_latency_set *msw_surfaces_set(const msw_surfaces *surfaces) { return surfaces->set; }

static size_t count_attention(const msw_attention_configs *formats, size_t n) {
  size_t n_spikes = 0;
  for (size_t i_format = 0; i_format < n; i_format++) n_spikes += formats[i_format].n_spikes;
  return n_spikes;
}

static size_t count_gemm(const msw_surfaces *surfaces) {
  size_t n_spikes = 0;
  for (size_t i_format = 0; i_format < surfaces->n_gemm; i_format++) n_spikes += surfaces->gemm[i_format].n_spikes;
  return n_spikes;
}

/* 0 for kinds that no lookup here is made for. */
static size_t count_lines(const msw_latency_set *set, msw_latency_kind kind) {
  if (kind != MSW_LATENCY_ALL_REDUCE && kind != MSW_LATENCY_NCCL && kind != MSW_LATENCY_MOE) return 0;
  size_t n = 0, n_spikes = 0;
  const msw_latency_slice *slices = msw_latency_of_kind(set, kind, &n);
  for (size_t i_slice = 0; i_slice < n; i_slice++) n_spikes += msw_line_spikes(&slices[i_slice]);
  return n_spikes;
}

size_t msw_surfaces_spikes(const msw_surfaces *surfaces, msw_latency_kind kind) {
  if (kind == MSW_LATENCY_PREFILL) return count_attention(surfaces->prefill, surfaces->n_prefill);
  if (kind == MSW_LATENCY_DECODE) return count_attention(surfaces->decode, surfaces->n_decode);
  return kind == MSW_LATENCY_GEMM ? count_gemm(surfaces) : count_lines(surfaces->set, kind);
}

/* Kernels do not care which of the 16-bit formats they multiply. Scales per block cost an 8-bit GEMM something. */
size_t msw_format_choices(msw_dtype dtype, bool block_scaled, msw_format_choice choices[MSW_FORMAT_CHOICES]) {
  size_t n = 0;
  choices[n++] = (msw_format_choice){dtype, block_scaled, 0};
  if (dtype == MSW_BF16) choices[n++] = (msw_format_choice){MSW_FP16, block_scaled, 0};
  if (dtype == MSW_FP16) choices[n++] = (msw_format_choice){MSW_BF16, block_scaled, 0};
  if (dtype == MSW_FP8) choices[n++] = (msw_format_choice){MSW_FP8, !block_scaled, MSW_FLAG_DTYPE_BORROWED};
  return n;
}
