/* Where data is found, and the models and GPUs in it (DESIGN "Where data is found"). */
#ifndef MSW_INPUTS_DATA_ROOT_H
#define MSW_INPUTS_DATA_ROOT_H

#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/gpu.h"
#include "msw/inputs/model.h"

typedef struct {
  const char *root;                       /* data root */
  const char *const *bench_dirs;          /* searched in order; the root's bench_data is last */
  size_t n_bench_dirs;
  const char *const *model_names;         /* [n_models] sorted: folders of model_configs with a config.json */
  size_t n_models;
  msw_gpu *gpus;                          /* [n_gpus] all entries of bench_data/gpus, loaded, sorted by name */
  size_t n_gpus;
} msw_data_root;

/* `data_dir` NULL: $MFUSWEEP_DATA, else the working directory if it holds model_configs/, else the install prefix.
 * `bench_dirs` are the --bench-data folders; one that is missing is an error. A bench folder may hold its own gpus/. */
msw_status msw_data_root_open(const char *data_dir, const char *const *bench_dirs, size_t n_bench_dirs,
                              msw_arena *arena, msw_diag *diag, msw_data_root *data);

/* Names matching a name or shell pattern, without regard to case; returns the count, indices in *matches (arena). */
size_t msw_data_match_models(const msw_data_root *data, const char *pattern, msw_arena *arena, size_t **matches);
size_t msw_data_match_gpus(const msw_data_root *data, const char *pattern, msw_arena *arena, size_t **matches);
/* Nearest known name, for hints; or NULL. */
const char *msw_data_nearest_model(const msw_data_root *data, const char *name);
const char *msw_data_nearest_gpu(const msw_data_root *data, const char *name);

/* Loads model `index`. */
msw_status msw_data_load_model(const msw_data_root *data, size_t index, msw_arena *arena, msw_diag *diag, msw_model *model);
/* GPU by name or alias; NULL when there is none. */
const msw_gpu *msw_data_find_gpu(const msw_data_root *data, const char *name);

#endif
