/* Finds the data root and the bench-data folders, and lists what they hold. */
#include "msw/inputs/data_root.h"

#include <stdlib.h>
#include <string.h>

#include "data_root_internal.h"
#include "msw/base/file.h"
#include "msw/base/str.h"

#ifndef MSW_DATA_PREFIX
#error "MSW_DATA_PREFIX, the installed data root, comes from src/inputs/CMakeLists.txt"
#endif

static const char MODEL_FOLDER[] = "model_configs";
static const char BENCH_FOLDER[] = "bench_data";
static const msw_loc NOWHERE = {0};

static bool holds_models(const char *dir, msw_arena *arena) {
  return msw_is_dir(msw_join_path(arena, dir, MODEL_FOLDER));
}

/* Sets data->root and tells whether it is one. */
static bool find_root(const char *data_dir, msw_arena *arena, msw_diag *diag, msw_data_root *data) {
  const char *said_by = "--data-dir";
  const char *root = data_dir;
  if (!root) {
    said_by = "$MFUSWEEP_DATA";
    root = getenv("MFUSWEEP_DATA");
    if (root && root[0] == '\0') root = NULL;
  }
  if (root) {
    data->root = msw_strdup(arena, root);
    if (holds_models(root, arena)) return true;
    msw_error(diag, (msw_loc){.file = data->root}, NULL, NULL, "%s names no data root: it has no %s folder", said_by,
              MODEL_FOLDER);
    return false;
  }
  data->root = holds_models(".", arena) ? "." : MSW_DATA_PREFIX;
  if (holds_models(data->root, arena)) return true;
  msw_error(diag, NOWHERE, NULL, "give --data-dir or set MFUSWEEP_DATA",
            "no data root: neither the working directory nor %s has a %s folder", MSW_DATA_PREFIX, MODEL_FOLDER);
  return false;
}

static void list_bench_dirs(const char *const *named, size_t n_named, msw_arena *arena, msw_diag *diag,
                            msw_data_root *data) {
  const char **dirs = msw_arena_array(arena, n_named + 1, sizeof *dirs);
  for (size_t i_dir = 0; i_dir < n_named; i_dir++) {
    const char *dir = msw_strdup(arena, named[i_dir]);
    if (!msw_is_dir(dir))
      msw_error(diag, (msw_loc){.file = dir}, NULL, NULL, "--bench-data names no folder");
    else if (!msw_bench_dir_is_known(dir, arena))
      msw_error(diag, (msw_loc){.file = dir}, NULL, NULL,
                "--bench-data holds no tables: expected gpus/<gpu>.json, gemm/<gpu>/*.csv, mha/prefill/<gpu>/*.csv, "
                "mha/decode/<gpu>/*.csv, misc/<gpu>/*.csv or <gpu>/<engine-version>/*_perf.csv");
    else
      dirs[data->n_bench_dirs++] = dir;
  }
  const char *own = msw_join_path(arena, data->root, BENCH_FOLDER);
  if (msw_is_dir(own)) dirs[data->n_bench_dirs++] = own;
  data->bench_dirs = dirs;
}

static const char *model_file(const msw_data_root *data, const char *name, msw_arena *arena) {
  const char *folder = msw_join_path(arena, msw_join_path(arena, data->root, MODEL_FOLDER), name);
  return msw_join_path(arena, folder, "config.json");
}

static void list_models(msw_arena *arena, msw_diag *diag, msw_data_root *data) {
  const char **found = NULL;
  const char *folder = msw_join_path(arena, data->root, MODEL_FOLDER);
  size_t n_found;
  (void)msw_list_dir(folder, arena, diag, &found, &n_found);
  const char **names = msw_arena_array(arena, n_found, sizeof *names);
  for (size_t i_found = 0; i_found < n_found; i_found++) {
    if (!msw_is_file(model_file(data, found[i_found], arena))) continue;
    for (size_t i_model = 0; i_model < data->n_models; i_model++)
      if (msw_equal_nocase(names[i_model], found[i_found]))
        msw_error(diag, (msw_loc){.file = folder}, NULL, NULL, "models '%s' and '%s' differ only in case",
                  names[i_model], found[i_found]);
    names[data->n_models++] = found[i_found];
  }
  data->model_names = names;
}

msw_status msw_data_root_open(const char *data_dir, const char *const *bench_dirs, size_t n_bench_dirs,
                              msw_arena *arena, msw_diag *diag, msw_data_root *data) {
  const size_t n_errors_before = diag->n_errors;
  *data = (msw_data_root){0};
  if (!find_root(data_dir, arena, diag, data)) return MSW_BAD_INPUT;
  list_bench_dirs(bench_dirs, n_bench_dirs, arena, diag, data);
  list_models(arena, diag, data);
  msw_data_load_gpus(data, arena, diag);
  if (diag->n_errors > n_errors_before) return MSW_BAD_INPUT;
  msw_data_warn_of_strangers(data, arena, diag);
  return MSW_OK;
}

msw_status msw_data_load_model(const msw_data_root *data, size_t index, msw_arena *arena, msw_diag *diag,
                               msw_model *model) {
  const char *name = data->model_names[index];
  return msw_model_load(model_file(data, name, arena), name, arena, diag, model);
}
