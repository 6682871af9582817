/* The GPU entries of a data root and the table folders that belong to them. */
#include <stdlib.h>
#include <string.h>

#include "data_root_internal.h"
#include "msw/base/file.h"
#include "msw/base/str.h"

static const char GPU_FOLDER[] = "gpus";
static const char GPU_SUFFIX[] = ".json";
static const char *const TABLE_FOLDERS[] = {"gemm", "mha/prefill", "mha/decode", "misc"};
enum { N_TABLE_FOLDERS = sizeof TABLE_FOLDERS / sizeof *TABLE_FOLDERS };

static bool holds_suffix(const char *dir, const char *suffix, msw_arena *arena) {
  const char **names = NULL;
  size_t n_names;
  (void)msw_list_dir(dir, arena, NULL, &names, &n_names);   /* what cannot be read is told when it is loaded */
  for (size_t i_name = 0; i_name < n_names; i_name++)
    if (msw_ends_with(names[i_name], suffix)) return true;
  return false;
}

/* Folders of GPUs with tables of engines in them, whatever their names. */
static bool holds_engine_tables(const char *dir, msw_arena *arena) {
  const char **names = NULL;
  size_t n_names;
  (void)msw_list_dir(dir, arena, NULL, &names, &n_names);
  for (size_t i_name = 0; i_name < n_names; i_name++)
    if (msw_holds_latency_tables(msw_join_path(arena, dir, names[i_name]), arena)) return true;
  return false;
}

bool msw_bench_dir_is_known(const char *dir, msw_arena *arena) {
  if (holds_engine_tables(dir, arena)) return true;
  if (holds_suffix(msw_join_path(arena, dir, GPU_FOLDER), GPU_SUFFIX, arena)) return true;
  for (size_t i_folder = 0; i_folder < N_TABLE_FOLDERS; i_folder++) {
    const char *folder = msw_join_path(arena, dir, TABLE_FOLDERS[i_folder]);
    const char **names = NULL;
    size_t n_names;
    if (msw_list_dir(folder, arena, NULL, &names, &n_names) != MSW_OK) return true;
    for (size_t i_name = 0; i_name < n_names; i_name++)
      if (holds_suffix(msw_join_path(arena, folder, names[i_name]), ".csv", arena)) return true;
  }
  return false;
}

/* ---- GPU entries ---- */

typedef struct { msw_gpu *items; size_t n, cap; } gpu_list;

static bool is_overridden(const gpu_list *list, size_t n_earlier, const char *name) {
  for (size_t i_gpu = 0; i_gpu < n_earlier; i_gpu++)
    if (msw_equal_nocase(list->items[i_gpu].name, name)) return true;
  return false;
}

static void load_folder(const char *dir, msw_arena *arena, msw_diag *diag, gpu_list *list) {
  const size_t n_earlier = list->n;
  const char **files = NULL;
  size_t n_files;
  (void)msw_list_dir(dir, arena, diag, &files, &n_files);   /* without its GPUs nothing goes on: the diag has an error */
  for (size_t i_file = 0; i_file < n_files; i_file++) {
    const size_t len = strlen(files[i_file]), suffix_len = sizeof GPU_SUFFIX - 1;
    if (!msw_ends_with(files[i_file], GPU_SUFFIX) || len == suffix_len) continue;
    const char *name = msw_strndup(arena, files[i_file], len - suffix_len);
    if (is_overridden(list, n_earlier, name)) continue;
    list->items = msw_grow(list->items, &list->cap, list->n + 1, sizeof *list->items);
    msw_gpu_load(msw_join_path(arena, dir, files[i_file]), name, arena, diag, &list->items[list->n++]);
  }
}

static int compare_gpus(const void *a, const void *b) {
  return strcmp(((const msw_gpu *)a)->name, ((const msw_gpu *)b)->name);
}

static bool refuse_shared_name(const msw_gpu *gpu, const msw_gpu *other, const char *name, msw_diag *diag) {
  if (!msw_gpu_is(other, name)) return false;
  msw_error(diag, (msw_loc){.file = gpu->file}, NULL, NULL, "'%s' is also a name of %s (%s)", name, other->name,
            other->file);
  return true;
}

/* One error for a pair says enough: its aliases may repeat each other in upper and lower case. */
static void refuse_pair(const msw_gpu *gpu, const msw_gpu *other, msw_diag *diag) {
  bool refused = refuse_shared_name(gpu, other, gpu->name, diag);
  for (size_t i_alias = 0; i_alias < gpu->n_aliases && !refused; i_alias++)
    refused = refuse_shared_name(gpu, other, gpu->aliases[i_alias], diag);
}

void msw_data_load_gpus(msw_data_root *data, msw_arena *arena, msw_diag *diag) {
  gpu_list list = {0};
  for (size_t i_dir = 0; i_dir < data->n_bench_dirs; i_dir++)
    load_folder(msw_join_path(arena, data->bench_dirs[i_dir], GPU_FOLDER), arena, diag, &list);
  data->n_gpus = list.n;
  data->gpus = msw_arena_array(arena, list.n, sizeof *data->gpus);
  if (list.n > 0) {
    memcpy(data->gpus, list.items, list.n * sizeof *data->gpus);
    qsort(data->gpus, data->n_gpus, sizeof *data->gpus, compare_gpus);
  }
  free(list.items);
  for (size_t i_gpu = 0; i_gpu < data->n_gpus; i_gpu++)
    for (size_t i_other = 0; i_other < i_gpu; i_other++) refuse_pair(&data->gpus[i_gpu], &data->gpus[i_other], diag);
  if (data->n_gpus == 0)
    msw_error(diag, (msw_loc){.file = data->root}, NULL, NULL,
              "no GPU entry found: expected bench_data/gpus/<gpu>.json");
}

static void warn_of_stranger(const msw_data_root *data, const char *path, const char *name, msw_diag *diag) {
  if (!msw_data_find_gpu(data, name))
    msw_warn(diag, (msw_loc){.file = path}, NULL, msw_did_you_mean(diag, msw_data_nearest_gpu(data, name)),
             "no GPU is called '%s': its tables are not used", name);
}

static void warn_of_folder(const msw_data_root *data, const char *folder, bool (*holds_tables)(const char *, msw_arena *),
                           msw_arena *arena, msw_diag *diag) {
  const char **names = NULL;
  size_t n_names;
  (void)msw_list_dir(folder, arena, diag, &names, &n_names);
  for (size_t i_name = 0; i_name < n_names; i_name++) {
    const char *path = msw_join_path(arena, folder, names[i_name]);
    if (holds_tables(path, arena)) warn_of_stranger(data, path, names[i_name], diag);
  }
}

/* A folder of the project's own layout: what lies below is no engine's, whatever the names of the files. */
static bool is_own_folder(const char *name) {
  const size_t len = strlen(name);
  for (size_t i_folder = 0; i_folder < N_TABLE_FOLDERS; i_folder++)
    if (msw_starts_with(TABLE_FOLDERS[i_folder], name) && strchr("/", TABLE_FOLDERS[i_folder][len])) return true;
  return false;
}

static bool holds_engine_folders(const char *path, msw_arena *arena) {
  return !is_own_folder(msw_base_name(path)) && msw_holds_latency_tables(path, arena);
}

static bool is_any_dir(const char *path, msw_arena *arena) {
  (void)arena;
  return msw_is_dir(path);
}

void msw_data_warn_of_strangers(const msw_data_root *data, msw_arena *arena, msw_diag *diag) {
  for (size_t i_dir = 0; i_dir < data->n_bench_dirs; i_dir++) {
    const char *bench_dir = data->bench_dirs[i_dir];
    for (size_t i_folder = 0; i_folder < N_TABLE_FOLDERS; i_folder++)
      warn_of_folder(data, msw_join_path(arena, bench_dir, TABLE_FOLDERS[i_folder]), is_any_dir, arena, diag);
    warn_of_folder(data, bench_dir, holds_engine_folders, arena, diag);
  }
}
