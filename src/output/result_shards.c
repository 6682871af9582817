/* The files that a result lies in: one with everything, or shards, of which some may be missing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/output/shards.h"
#include "result_parts.h"

static msw_status refuse(msw_result_opening *opening, const char *path, const char *hint, const char *why) {
  msw_error(opening->diag, msw_file_loc(opening->diag, path), NULL, hint, "%s", why);
  return MSW_BAD_INPUT;
}

/* Someone who asks for a result that is not merged yet wants its shards. */
static const char *hint_for_missing(msw_result_opening *opening, const char *path) {
  const char *folder = msw_shards_folder(opening->arena, path);
  if (msw_is_dir(folder)) return msw_format(opening->arena, "its shards are in %s: give that folder", folder);
  return msw_did_you_mean(opening->diag, msw_nearest_file(path, opening->arena));
}

static msw_status look_at(msw_result_opening *opening, const char *path, msw_result_identity *identity) {
  bool exists = false;
  msw_status status = msw_result_identify(path, opening->arena, opening->diag, &exists, identity);
  if (status != MSW_OK) return status;
  if (!exists) return refuse(opening, path, hint_for_missing(opening, path), "there is no such file");
  if (!identity->hash) return refuse(opening, path, NULL, "is no result of mfusweep, or it is damaged");
  const msw_tile_range tiles = identity->tiles;
  if (identity->is_whole || (tiles.n <= identity->n_tiles && tiles.first <= identity->n_tiles - tiles.n)) return MSW_OK;
  return refuse(opening, path, NULL, "it does not say which tiles it holds");
}

static int compare_files(const void *a, const void *b) {
  const msw_result_file *left = a, *right = b;
  if (left->tiles.first != right->tiles.first) return left->tiles.first < right->tiles.first ? -1 : 1;
  return strcmp(left->path, right->path);
}

/* Shards of one folder are cut alike, so that none begins before the one ahead of it ends. */
static msw_status count_tiles(msw_result_opening *opening, const msw_result_file *items, size_t n) {
  uint64_t n_there = 0, end = 0;
  for (size_t i_file = 0; i_file < n; i_file++) {
    if (items[i_file].tiles.first < end)
      return refuse(opening, items[i_file].path, NULL, msw_format(opening->arena, "it overlaps %s", items[i_file - 1].path));
    n_there += items[i_file].tiles.n;
    end = items[i_file].tiles.first + items[i_file].tiles.n;
  }
  opening->result->n_tiles_there = n_there;
  return MSW_OK;
}

static msw_status find_shards(msw_result_opening *opening, const char *folder, msw_result_identity *identity) {
  const char *const *paths = NULL;
  const uint64_t n = msw_shards_list(folder, opening->arena, &paths);
  if (n == 0) return refuse(opening, folder, NULL, "there are no finished shards in this folder");
  msw_result_file *items = msw_arena_array(opening->arena, n, sizeof *items);
  for (size_t i_file = 0; i_file < n; i_file++) {
    msw_result_identity own = {0};
    msw_status status = look_at(opening, paths[i_file], &own);
    if (status != MSW_OK) return status;
    if (i_file == 0) *identity = own;
    if (strcmp(own.hash, identity->hash) != 0 || own.n_tiles != identity->n_tiles)
      return refuse(opening, paths[i_file], NULL, msw_format(opening->arena, "it is part of another result than %s", paths[0]));
    items[i_file] = (msw_result_file){paths[i_file], own.tiles};
  }
  qsort(items, n, sizeof *items, compare_files);
  opening->result->files->items = items;
  opening->result->files->n = n;
  return count_tiles(opening, items, n);
}

static msw_status find_file(msw_result_opening *opening, const char *path, msw_result_identity *identity) {
  msw_status status = look_at(opening, path, identity);
  if (status != MSW_OK) return status;
  msw_result_file *item = msw_arena_alloc(opening->arena, sizeof *item);
  *item = (msw_result_file){path, identity->tiles};
  opening->result->files->items = item;
  opening->result->files->n = 1;
  opening->result->n_tiles_there = identity->tiles.n;
  return MSW_OK;
}

msw_status msw_result_find_files(msw_result_opening *opening, const char *path, msw_result_identity *identity) {
  const bool is_folder = msw_is_dir(path);
  msw_status status = is_folder ? find_shards(opening, path, identity) : find_file(opening, path, identity);
  opening->result->n_tiles = identity->n_tiles;
  opening->result->files->is_whole = opening->result->files->n == 1 && identity->is_whole;
  return status;
}

/* The last file that begins at the tile or before it is the only one that can have it. */
bool msw_result_file_of(const struct msw_result_files *files, const msw_result_source *source, uint64_t i_chunk,
                        size_t *i_file) {
  *i_file = 0;
  if (files->is_whole) return true;
  const uint64_t tile = source->first_tile + i_chunk;
  size_t low = 0, high = files->n;   /* items before `low` begin at the tile or before it, those from `high` on after it */
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (files->items[middle].tiles.first <= tile) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return false;
  *i_file = low - 1;
  return tile - files->items[*i_file].tiles.first < files->items[*i_file].tiles.n;
}
