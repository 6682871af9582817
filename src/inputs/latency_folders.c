/* Finds the tables of a GPU in a bench folder: which engine's, and of which version. */
#include <stdlib.h>
#include <string.h>

#include "data_root_internal.h"
#include "latency_internal.h"
#include "msw/base/file.h"
#include "msw/base/str.h"

static const char TABLE_SUFFIX[] = "_perf.csv";

/* A table file below a GPU's folder. */
typedef struct { const char *name, *engine, *version, *folder, *path; } found_table;
typedef struct { found_table *items; size_t n, cap; } found_list;

/* "vllm-0.24.0" is version 0.24.0 of vllm. */
static void split_engine(const char *folder, msw_arena *arena, found_table *table) {
  const char *dash = strrchr(folder, '-');
  table->folder = folder;
  table->engine = dash ? msw_strndup(arena, folder, (size_t)(dash - folder)) : folder;
  table->version = dash ? dash + 1 : "";
}

static void list_tables(const char *dir, const char *folder, msw_arena *arena, msw_diag *diag, found_list *list) {
  const char **names = NULL;
  size_t n_names;
  (void)msw_list_dir(dir, arena, diag, &names, &n_names);
  for (size_t i_name = 0; i_name < n_names; i_name++) {
    if (!msw_ends_with(names[i_name], TABLE_SUFFIX)) continue;
    found_table table = {.name = names[i_name], .path = msw_join_path(arena, dir, names[i_name])};
    split_engine(folder, arena, &table);
    list->items = msw_grow(list->items, &list->cap, list->n + 1, sizeof *list->items);
    list->items[list->n++] = table;
  }
}

static void list_folders(const char *dir, msw_arena *arena, msw_diag *diag, found_list *list) {
  const char **folders = NULL;
  size_t n_folders;
  if (!msw_is_dir(dir)) return;
  (void)msw_list_dir(dir, arena, diag, &folders, &n_folders);
  for (size_t i_folder = 0; i_folder < n_folders; i_folder++) {
    const char *path = msw_join_path(arena, dir, folders[i_folder]);
    if (msw_is_dir(path)) list_tables(path, folders[i_folder], arena, diag, list);
  }
}

/* By file name, then engine, then version, the highest first. */
static int compare_tables(const void *a, const void *b) {
  const found_table *left = a, *right = b;
  int order = strcmp(left->name, right->name);
  if (order == 0) order = strcmp(left->engine, right->engine);
  if (order == 0) order = strverscmp(right->version, left->version);
  return order != 0 ? order : strcmp(left->path, right->path);
}

static void warn_of_engine(const found_table *used, const found_table *other, msw_diag *diag) {
  const msw_loc loc = msw_file_loc(diag, other->path);
  if (strcmp(used->engine, other->engine) != 0)
    msw_warn(diag, loc, NULL, "keep one engine in a bench folder", "is not used: there is one of %s too", used->folder);
  else if (strcmp(used->version, other->version) == 0)
    msw_warn(diag, loc, NULL, NULL, "is not used: it is there twice, first %s", used->path);
}

void msw_latency_read_folder(msw_latency_loading *loading, const char *bench_dir) {
  found_list list = {0};
  const char **names = NULL;
  size_t n_names;
  msw_arena scratch = {0};
  (void)msw_list_dir(bench_dir, &scratch, loading->diag, &names, &n_names);
  for (size_t i_name = 0; i_name < n_names; i_name++)
    if (msw_gpu_is(loading->gpu, names[i_name]))
      list_folders(msw_join_path(&scratch, bench_dir, names[i_name]), &scratch, loading->diag, &list);
  if (list.n > 0) qsort(list.items, list.n, sizeof *list.items, compare_tables);
  const found_table *used = NULL;
  for (size_t i_table = 0; i_table < list.n; i_table++) {
    const found_table *table = &list.items[i_table];
    if (used && strcmp(used->name, table->name) == 0) {
      warn_of_engine(used, table, loading->diag);
      continue;
    }
    used = table;
    msw_latency_read_file(loading, table->path, table->folder, NULL);
  }
  free(list.items);
  msw_arena_free(&scratch);
}

void msw_latency_read_misc(msw_latency_loading *loading, const char *bench_dir) {
  msw_arena scratch = {0};
  const char *misc = msw_join_path(&scratch, bench_dir, "misc");
  const char **gpus = NULL, **files = NULL;
  size_t n_gpus, n_files;
  (void)msw_list_dir(misc, &scratch, loading->diag, &gpus, &n_gpus);
  for (size_t i_gpu = 0; i_gpu < n_gpus; i_gpu++) {
    if (!msw_gpu_is(loading->gpu, gpus[i_gpu])) continue;
    const char *dir = msw_join_path(&scratch, misc, gpus[i_gpu]);
    (void)msw_list_dir(dir, &scratch, loading->diag, &files, &n_files);
    for (size_t i_file = 0; i_file < n_files; i_file++)
      if (msw_ends_with(files[i_file], ".csv"))
        msw_latency_read_file(loading, msw_join_path(&scratch, dir, files[i_file]), "", &msw_latency_misc_layout);
  }
  msw_arena_free(&scratch);
}

bool msw_holds_latency_tables(const char *gpu_dir, msw_arena *arena) {
  found_list list = {0};
  list_folders(gpu_dir, arena, NULL, &list);
  free(list.items);
  return list.n > 0;
}
