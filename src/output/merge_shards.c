/* Which shards make the result: all of one identity, and together every tile. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "merge_parts.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/output/reader.h"

/* A shard as it was found. */
typedef struct { msw_merge_shard shard; msw_result_identity identity; } candidate;

static void refuse(msw_merge_job *job, const char *path, const char *why) {
  msw_error(job->diag, msw_file_loc(job->diag, path), NULL, NULL, "cannot be merged: %s", why);
}

static msw_status look_at(msw_merge_job *job, const char *path, candidate *found) {
  bool exists = false;
  struct stat info;
  *found = (candidate){.shard.path = path};
  msw_status status = msw_result_identify(path, &job->arena, job->diag, &exists, &found->identity);
  if (status != MSW_OK) return status;
  msw_tile_range tiles = found->identity.tiles;
  uint64_t n_tiles = found->identity.n_tiles;
  if (!exists) refuse(job, path, "there is no such file");
  else if (!found->identity.hash) refuse(job, path, "it is damaged or no shard of mfusweep");
  else if (tiles.n == 0 || tiles.n > n_tiles || tiles.first > n_tiles - tiles.n)
    refuse(job, path, "it does not say which tiles it holds");
  found->shard.tiles = tiles;
  if (stat(path, &info) == 0) found->shard.n_bytes = (uint64_t)info.st_size;
  return MSW_OK;
}

static bool is_same_folder(msw_merge_job *job, const char *a, const char *b) {
  return strcmp(msw_dir_name(&job->arena, a), msw_dir_name(&job->arena, b)) == 0;
}

/* One problem for each folder: its shards all belong together. */
static void check_identities(msw_merge_job *job, const candidate *found, size_t n) {
  const char *last_refused = NULL;
  const msw_result_identity *first = &found[0].identity;
  for (size_t i_shard = 1; i_shard < n; i_shard++) {
    const msw_result_identity *other = &found[i_shard].identity;
    const char *path = found[i_shard].shard.path;
    if (strcmp(other->hash, first->hash) == 0 && other->n_tiles == first->n_tiles) continue;
    if (last_refused && is_same_folder(job, path, last_refused)) continue;
    last_refused = path;
    refuse(job, path,
           msw_format(&job->arena, "it is part of another result (sweep '%s', mfusweep %s, hash %.12s) than %s ('%s', %s, "
                                   "%.12s)", other->spec_name ? other->spec_name : "?",
                      other->version ? other->version : "?", other->hash, found[0].shard.path,
                      first->spec_name ? first->spec_name : "?", first->version ? first->version : "?", first->hash));
  }
}

/* By first tile; of those that begin together the longest first. */
static int compare_candidates(const void *a, const void *b) {
  const msw_tile_range *left = &((const candidate *)a)->shard.tiles, *right = &((const candidate *)b)->shard.tiles;
  if (left->first != right->first) return left->first < right->first ? -1 : 1;
  return left->n > right->n ? -1 : left->n < right->n;
}

/* Stretches of tiles that no shard has. */
typedef struct { uint64_t n_tiles; size_t n_stretches; msw_buf text; } missing_tiles;

static void add_missing(missing_tiles *missing, uint64_t first, uint64_t end) {
  enum { MAX_SHOWN = 5 };
  if (first >= end) return;
  missing->n_tiles += end - first;
  missing->n_stretches++;
  if (missing->n_stretches > MAX_SHOWN + 1) return;
  if (missing->n_stretches > 1) msw_buf_add(&missing->text, ", ");
  if (missing->n_stretches > MAX_SHOWN) msw_buf_add(&missing->text, "…");
  else if (end - first == 1) msw_buf_printf(&missing->text, "%llu", (unsigned long long)first);
  else msw_buf_printf(&missing->text, "%llu-%llu", (unsigned long long)first, (unsigned long long)(end - 1));
}

/* The sweep file that the shard was made from, as it was named then; NULL when the shard does not say. */
static const char *spec_file(msw_merge_job *job, const char *path) {
  static const char between[] = "  ";   /* "SHA256  FILE" */
  msw_diag unheard = {0};
  msw_h5 file = MSW_H5_NONE;
  const char *const *inputs = NULL;
  size_t n = 0;
  if (msw_h5_open_read(path, &unheard, &file) == MSW_OK)
    (void)msw_h5_read_texts(file, "/meta/inputs", &job->arena, &unheard, &inputs, &n);
  (void)msw_h5_close_file(file, &unheard);
  msw_diag_free(&unheard);
  const char *gap = n > 0 ? strstr(inputs[0], between) : NULL;
  return gap ? gap + strlen(between) : NULL;
}

/* The command that computes what is missing. Shards that lie where a run puts them belong to that run's result. */
static const char *command_for(msw_merge_job *job, const char *shard) {
  static const char suffix[] = ".shards";
  const char *folder = msw_dir_name(&job->arena, shard), *spec = spec_file(job, shard), *out = job->out;
  if (msw_ends_with(folder, suffix)) out = msw_strndup(&job->arena, folder, strlen(folder) - strlen(suffix));
  return msw_format(&job->arena, "mfusweep run %s -o %s, with the options of the first run, computes them",
                    spec ? spec : "SPEC", out);
}

/* Takes each shard that begins where the ones before end, or after a gap. The same tiles again, and shards that were cut
 * elsewhere and overlap, are left out. */
static msw_status cover_plan(msw_merge_job *job, const candidate *found, size_t n) {
  missing_tiles missing = {0};
  uint64_t next = 0;
  bool is_cut_otherwise = false;
  for (size_t i_shard = 0; i_shard < n; i_shard++) {
    const msw_merge_shard *shard = &found[i_shard].shard;
    if (shard->tiles.first < next) {
      is_cut_otherwise = is_cut_otherwise || shard->tiles.first + shard->tiles.n > next;
      continue;
    }
    add_missing(&missing, next, shard->tiles.first);
    job->shards[job->n_shards++] = *shard;
    job->n_all_bytes += shard->n_bytes;
    next = shard->tiles.first + shard->tiles.n;
  }
  add_missing(&missing, next, job->n_tiles);
  if (missing.n_tiles > 0) {
    const char *hint = is_cut_otherwise ? "some shards were left out because they overlap others in part: merge folders "
                                          "that were cut alike" : command_for(job, found[0].shard.path);
    msw_error(job->diag, msw_file_loc(job->diag, job->out), NULL, hint, "cannot be merged: %llu of %llu tiles are missing: %s",
              (unsigned long long)missing.n_tiles, (unsigned long long)job->n_tiles, missing.text.text);
  }
  msw_buf_free(&missing.text);
  return missing.n_tiles > 0 ? MSW_BAD_INPUT : MSW_OK;
}

msw_status msw_merge_choose(msw_merge_job *job, const char *const *paths, size_t n_paths) {
  size_t n_errors_before = job->diag->n_errors;
  if (n_paths == 0) {
    refuse(job, job->out, "there are no shards");
    return MSW_BAD_INPUT;
  }
  candidate *found = msw_arena_array(&job->arena, n_paths, sizeof *found);
  for (size_t i_shard = 0; i_shard < n_paths; i_shard++) {
    if (msw_merge_stopped(job)) return MSW_INTERRUPTED;
    msw_status status = look_at(job, paths[i_shard], &found[i_shard]);
    if (status == MSW_FAILED) return status;
  }
  if (job->diag->n_errors > n_errors_before) return MSW_BAD_INPUT;
  check_identities(job, found, n_paths);
  if (job->diag->n_errors > n_errors_before) return MSW_BAD_INPUT;
  job->n_tiles = found[0].identity.n_tiles;
  job->shards = msw_arena_array(&job->arena, n_paths, sizeof *job->shards);
  qsort(found, n_paths, sizeof *found, compare_candidates);
  return cover_plan(job, found, n_paths);
}
