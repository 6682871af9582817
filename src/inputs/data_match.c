/* Models and GPUs of a data root by name or pattern. */
#include <stdlib.h>

#include "msw/base/str.h"
#include "msw/inputs/data_root.h"

static bool model_matches(const char *name, const char *pattern) {
  return msw_has_glob(pattern) ? msw_glob_match(pattern, name) : msw_equal_nocase(pattern, name);
}

static bool gpu_matches(const msw_gpu *gpu, const char *pattern) {
  if (!msw_has_glob(pattern)) return msw_gpu_is(gpu, pattern);
  if (msw_glob_match(pattern, gpu->name)) return true;
  for (size_t i_alias = 0; i_alias < gpu->n_aliases; i_alias++)
    if (msw_glob_match(pattern, gpu->aliases[i_alias])) return true;
  return false;
}

size_t msw_data_match_models(const msw_data_root *data, const char *pattern, msw_arena *arena, size_t **matches) {
  size_t n_matches = 0;
  *matches = msw_arena_array(arena, data->n_models, sizeof **matches);
  for (size_t i_model = 0; i_model < data->n_models; i_model++)
    if (model_matches(data->model_names[i_model], pattern)) (*matches)[n_matches++] = i_model;
  return n_matches;
}

size_t msw_data_match_gpus(const msw_data_root *data, const char *pattern, msw_arena *arena, size_t **matches) {
  size_t n_matches = 0;
  *matches = msw_arena_array(arena, data->n_gpus, sizeof **matches);
  for (size_t i_gpu = 0; i_gpu < data->n_gpus; i_gpu++)
    if (gpu_matches(&data->gpus[i_gpu], pattern)) (*matches)[n_matches++] = i_gpu;
  return n_matches;
}

const char *msw_data_nearest_model(const msw_data_root *data, const char *name) {
  return msw_nearest(name, data->model_names, data->n_models);
}

const char *msw_data_nearest_gpu(const msw_data_root *data, const char *name) {
  size_t n_names = data->n_gpus;
  for (size_t i_gpu = 0; i_gpu < data->n_gpus; i_gpu++) n_names += data->gpus[i_gpu].n_aliases;
  const char **names = msw_alloc_zero(n_names, sizeof *names);
  size_t n_filled = 0;
  for (size_t i_gpu = 0; i_gpu < data->n_gpus; i_gpu++) names[n_filled++] = data->gpus[i_gpu].name;
  for (size_t i_gpu = 0; i_gpu < data->n_gpus; i_gpu++)
    for (size_t i_alias = 0; i_alias < data->gpus[i_gpu].n_aliases; i_alias++)
      names[n_filled++] = data->gpus[i_gpu].aliases[i_alias];
  const char *nearest = msw_nearest(name, names, n_filled);
  free(names);
  return nearest;
}

const msw_gpu *msw_data_find_gpu(const msw_data_root *data, const char *name) {
  for (size_t i_gpu = 0; i_gpu < data->n_gpus; i_gpu++)
    if (msw_gpu_is(&data->gpus[i_gpu], name)) return &data->gpus[i_gpu];
  return NULL;
}
