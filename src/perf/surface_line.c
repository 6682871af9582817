/* Kernels with one axis: messages over bytes, experts over tokens. One slice answers, or none. */
#include "surface_index.h"

static const char *const ALL_REDUCE = "all_reduce";
static const char *const USUAL_SPREAD = "power_law_1.2";   /* of tokens over experts */

static bool is_spike(const msw_latency_slice *slice, size_t i_point) {
  if (i_point == 0 || i_point + 1 == slice->n_points) return false;
  const double *us = &slice->latency_us[i_point];
  return us[0] > MSW_SPIKE * fmax(us[-1], us[1]);
}

size_t msw_line_spikes(const msw_latency_slice *slice) {
  size_t n_spikes = 0;
  for (size_t i_point = 0; i_point < slice->n_points; i_point++) n_spikes += is_spike(slice, i_point);
  return n_spikes;
}

/* The points that are no spikes. */
static msw_time_knots sound_points(const msw_latency_slice *slice, msw_arena *arena) {
  double *x = msw_arena_array(arena, slice->n_points, sizeof *x), *us = msw_arena_array(arena, slice->n_points, sizeof *us);
  size_t n = 0;
  for (size_t i_point = 0; i_point < slice->n_points; i_point++) {
    if (is_spike(slice, i_point)) continue;
    x[n] = slice->x[i_point];
    us[n++] = slice->latency_us[i_point];
  }
  return (msw_time_knots){.x = x, .us = us, .n = n};
}

static bool take(const msw_latency_slice *slice, msw_flags flags, msw_arena *arena, msw_time_curve *curve,
                 msw_surface_source *source) {
  *source = (msw_surface_source){.slice = {slice}, .weight = {1.0}, .n = slice ? 1 : 0};
  if (!slice) return false;
  const msw_time_knots knots = sound_points(slice, arena);
  const msw_time_curve bare = msw_knots_held(&knots, arena);
  *curve = flags ? msw_time_copy(&bare, flags, arena) : bare;
  return true;
}

/* The first number format that is measured: bytes are bytes. */
static const msw_latency_slice *of_gpus(const msw_latency_set *set, msw_latency_kind kind, int64_t n_gpus, const char *name) {
  for (int i_dtype = 0; i_dtype < MSW_N_DTYPES; i_dtype++) {
    const msw_latency_key key = {.kind = kind, .dtype = (msw_dtype)i_dtype, .n_gpus = n_gpus, .name = name};
    const msw_latency_slice *slice = msw_latency_find(set, &key);
    if (slice) return slice;
  }
  return NULL;
}

/* The engine's own all-reduce, else NCCL's. */
bool msw_surface_all_reduce(const msw_surfaces *surfaces, int64_t n_gpus, msw_arena *arena, msw_time_curve *curve,
                            msw_surface_source *source) {
  const msw_latency_slice *slice = of_gpus(surfaces->set, MSW_LATENCY_ALL_REDUCE, n_gpus, "");
  if (!slice) slice = of_gpus(surfaces->set, MSW_LATENCY_NCCL, n_gpus, ALL_REDUCE);
  return take(slice, 0, arena, curve, source);
}

/* The first slice that is not before the key, if it differs in the name alone. */
static const msw_latency_slice *of_any_name(const msw_latency_set *set, const msw_latency_key *key) {
  size_t low = 0, n = 0;
  const msw_latency_slice *slices = msw_latency_of_kind(set, key->kind, &n);
  size_t high = n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (msw_latency_key_compare(&slices[middle].key, key) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == n) return NULL;
  msw_latency_key renamed = *key;
  renamed.name = slices[low].key.name;
  return msw_latency_key_compare(&slices[low].key, &renamed) == 0 ? &slices[low] : NULL;
}

bool msw_surface_moe(const msw_surfaces *surfaces, const msw_moe_kernel *kernel, msw_arena *arena, msw_time_curve *curve,
                     msw_surface_source *source) {
  msw_format_choice choices[MSW_FORMAT_CHOICES];
  const size_t n_choices = msw_format_choices(kernel->dtype, kernel->block_scaled, choices);
  msw_latency_key key = {.kind = MSW_LATENCY_MOE, .hidden_size = kernel->hidden_size,
                         .intermediate_size = kernel->intermediate_size, .n_experts_per_tok = kernel->n_experts_per_tok,
                         .n_experts = kernel->n_experts, .moe_tp = kernel->moe_tp, .moe_ep = kernel->moe_ep};
  const msw_latency_slice *slice = NULL;
  msw_flags flags = 0;
  for (size_t i_choice = 0; i_choice < n_choices && !slice; i_choice++) {
    key.dtype = choices[i_choice].dtype;
    key.block_scaled = choices[i_choice].block_scaled;
    flags = choices[i_choice].flags;
    key.name = USUAL_SPREAD;
    slice = msw_latency_find(surfaces->set, &key);
    key.name = "";
    if (!slice) slice = of_any_name(surfaces->set, &key);
  }
  return take(slice, flags, arena, curve, source);
}
