/* Looking at a shard folder from outside. */
#include "msw/output/shards_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "shards_parts.h"

static const double unknown = NAN;

/* A finished shard, and when it got finished. */
typedef struct { double time_s; uint64_t n_cells; } finished;

/* What a walk through the folder collects. */
typedef struct {
  const char *folder;
  const msw_manifest *manifest;
  msw_arena *arena;
  finished *done;                /* [n_done] */
  msw_shard_builder *building;
  size_t n_done, n_building;
  uint64_t n_bytes_stored, n_cells_done;
  bool merging;
} walk;

static void add_finished(walk *w, uint64_t i_shard, const struct stat *info) {
  const double ns_per_s = 1e9;
  uint64_t cells = msw_manifest_shard_cells(w->manifest, i_shard);
  w->done[w->n_done++] = (finished){(double)info->st_mtim.tv_sec + (double)info->st_mtim.tv_nsec / ns_per_s, cells};
  w->n_cells_done += cells;
  w->n_bytes_stored += (uint64_t)info->st_size;
}

/* Claims begin with a dot and so come before all temporary files. */
static void add_temporary(walk *w, const msw_shards_name *name, const struct stat *info) {
  for (size_t i_builder = 0; i_builder < w->n_building; i_builder++) {
    msw_shard_builder *builder = &w->building[i_builder];
    if (builder->i_shard != name->i_shard) continue;
    bool is_first = builder->pid == 0;
    builder->host = is_first ? name->host : NULL;   /* two files: one is a dead process's, and nobody knows which */
    builder->pid = name->pid;
    builder->n_bytes = is_first ? (uint64_t)info->st_size : 0;
  }
}

static void visit(walk *w, const char *name) {
  msw_shards_name what = msw_shards_name_of(name, w->arena);
  const char *path = msw_join_path(w->arena, w->folder, name);
  struct stat info;
  if (stat(path, &info) != 0) return;   /* it has just got its final name, or gone */
  if (what.kind == MSW_NAME_SHARD && what.i_shard < w->manifest->cut.n_shards) add_finished(w, what.i_shard, &info);
  if (what.kind == MSW_NAME_TEMP_SHARD) add_temporary(w, &what, &info);
  if (what.kind == MSW_NAME_CLAIM && msw_lock_is_held(path))
    w->building[w->n_building++] = (msw_shard_builder){.i_shard = what.i_shard};
  if (strcmp(name, MSW_MERGE_CLAIM) == 0) w->merging = msw_lock_is_held(path);
}

/* A shard that was finished during the walk is not being built any more. */
static void drop_finished(walk *w) {
  size_t n_kept = 0;
  for (size_t i_builder = 0; i_builder < w->n_building; i_builder++)
    if (!msw_is_file(msw_shard_file(w->arena, w->folder, w->building[i_builder].i_shard)))
      w->building[n_kept++] = w->building[i_builder];
  w->n_building = n_kept;
}

static int compare_times(const void *a, const void *b) {
  double one = ((const finished *)a)->time_s, other = ((const finished *)b)->time_s;
  return (one > other) - (one < other);
}

/* Cells of the newest shards but the oldest of them, over the time between their ends. Only the newest: an interruption
 * must not count for long. */
static double newest_rate(walk *w) {
  enum { NEWEST = 20 };
  if (w->n_done < 2) return unknown;
  qsort(w->done, w->n_done, sizeof *w->done, compare_times);
  size_t first = w->n_done > NEWEST ? w->n_done - NEWEST : 0;
  double cells = 0.0, seconds = w->done[w->n_done - 1].time_s - w->done[first].time_s;
  for (size_t i_done = first + 1; i_done < w->n_done; i_done++) cells += (double)w->done[i_done].n_cells;
  return seconds > 0.0 ? cells / seconds : unknown;
}

msw_status msw_shards_look(const char *folder, msw_arena *arena, msw_diag *diag, msw_shards_state *state) {
  msw_manifest manifest;
  bool exists = false;
  msw_status status = msw_manifest_read(folder, arena, diag, &exists, &manifest);
  if (status != MSW_OK) return status;
  if (!exists) {
    msw_error(diag, msw_file_loc(diag, folder), NULL, NULL,
              "is no folder of shards: it holds no " MSW_MANIFEST_FILE);
    return MSW_BAD_INPUT;
  }
  const char **names;
  size_t n;
  status = msw_list_dir(folder, arena, diag, &names, &n);
  if (status != MSW_OK) return status;
  walk w = {.folder = folder, .manifest = &manifest, .arena = arena, .done = msw_arena_array(arena, n, sizeof *w.done),
            .building = msw_arena_array(arena, n, sizeof *w.building)};
  for (size_t i_name = 0; i_name < n; i_name++) visit(&w, names[i_name]);
  drop_finished(&w);
  *state = (msw_shards_state){.hash = manifest.hash, .version = manifest.version, .name = manifest.name,
                              .n_shards = manifest.cut.n_shards, .n_done = w.n_done, .n_cells = manifest.n_cells,
                              .n_cells_done = w.n_cells_done, .n_bytes = manifest.n_bytes,
                              .n_bytes_stored = w.n_bytes_stored, .building = w.building,
                              .n_building = w.n_building, .merging = w.merging, .cells_per_s = newest_rate(&w)};
  state->left_s = state->n_building > 0 ? (double)(state->n_cells - state->n_cells_done) / state->cells_per_s : unknown;
  return MSW_OK;
}
