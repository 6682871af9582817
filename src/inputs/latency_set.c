/* All measured latencies of one GPU: loading them in the order of the bench folders, and finding them. */
#include <stdlib.h>
#include <string.h>

#include "latency_internal.h"

static void free_loading(msw_latency_loading *loading) {
  free(loading->keys.items);
  free(loading->keys.slots);
  free(loading->rows);
  free(loading->slices);
  free(loading->sources);
}

static void keep(msw_latency_loading *loading, msw_latency_set *set) {
  msw_latency_slice *slices = msw_arena_array(loading->arena, loading->n_slices, sizeof *slices);
  if (loading->n_slices > 0) memcpy(slices, loading->slices, loading->n_slices * sizeof *slices);
  const msw_latency_file **files = msw_arena_array(loading->arena, loading->n_sources, sizeof *files);
  for (size_t i_file = 0; i_file < loading->n_sources; i_file++) {
    msw_latency_source_finish(loading->sources[i_file]);
    files[i_file] = &loading->sources[i_file]->file;
  }
  *set = (msw_latency_set){.gpu = loading->gpu, .slices = slices, .n_slices = loading->n_slices, .files = files,
                           .n_files = loading->n_sources};
}

msw_status msw_latency_set_load(const msw_data_root *data, const msw_gpu *gpu, const msw_kernel_set *own,
                                msw_arena *arena, msw_diag *diag, msw_latency_set *set) {
  const size_t n_errors_before = diag->n_errors;
  msw_latency_loading loading = {.data = data, .gpu = gpu, .arena = arena, .diag = diag};
  for (size_t i_dir = 0; i_dir < data->n_bench_dirs; i_dir++) {
    msw_latency_add_own(&loading, own, i_dir);
    msw_latency_read_misc(&loading, data->bench_dirs[i_dir]);
    msw_latency_form_slices(&loading);
    msw_latency_read_folder(&loading, data->bench_dirs[i_dir]);
    msw_latency_form_slices(&loading);
  }
  keep(&loading, set);
  free_loading(&loading);
  return diag->n_errors > n_errors_before ? MSW_BAD_INPUT : MSW_OK;
}

/* ---- Finding */

/* Index of the first slice whose key is not less. */
static size_t lower_bound(const msw_latency_set *set, const msw_latency_key *key) {
  size_t low = 0, high = set->n_slices;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (msw_latency_key_compare(&set->slices[middle].key, key) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const msw_latency_slice *msw_latency_find(const msw_latency_set *set, const msw_latency_key *key) {
  const size_t i_slice = lower_bound(set, key);
  if (i_slice == set->n_slices || msw_latency_key_compare(&set->slices[i_slice].key, key) != 0) return NULL;
  return &set->slices[i_slice];
}

/* The key with only a kind is the least of that kind. */
const msw_latency_slice *msw_latency_of_kind(const msw_latency_set *set, msw_latency_kind kind, size_t *n) {
  const size_t first = lower_bound(set, &(msw_latency_key){.kind = kind});
  const size_t end = lower_bound(set, &(msw_latency_key){.kind = (msw_latency_kind)(kind + 1)});
  *n = end - first;
  return *n > 0 ? &set->slices[first] : NULL;
}

static bool is_before(const msw_latency_slice *slice, size_t i_point, double x, double y) {
  if (slice->y[i_point] < y || slice->y[i_point] > y) return slice->y[i_point] < y;
  return slice->x[i_point] < x;
}

size_t msw_latency_point(const msw_latency_slice *slice, double x, double y) {
  size_t low = 0, high = slice->n_points;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (is_before(slice, middle, x, y))
      low = middle + 1;
    else
      high = middle;
  }
  const bool is_there = low < slice->n_points && !(slice->x[low] > x) && !(slice->y[low] > y) && !(slice->x[low] < x);
  return is_there ? low : SIZE_MAX;
}
