/* Tiles and splits of the analytic GEMM models: lists of numbers with a fixed shape. */
#include "gpu_analytic_internal.h"
#include "msw/base/num.h"

static const double MAX_TILE = 4096.0, MAX_SPLIT = 1024.0;
enum { MAX_ENTRIES = 256 };        /* of a list: all are tried for each time */
static const double ANY_M = 1e9;   /* as good as no end */

enum { TILE_WIDTH = 2, RANGED_WIDTH = 4 };

/* The numbers of one tile. */
static bool read_row(const msw_json *row, size_t width, msw_diag *diag, double *values) {
  if (row->type != MSW_JSON_ARRAY || row->n_children != width) {
    msw_json_error(diag, row, NULL, "expected %s", width == TILE_WIDTH ? "[tile_m, tile_n]" : "[m_from, m_to, tile_m, tile_n]");
    return false;
  }
  size_t i_value = 0;
  bool is_good = true;
  for (const msw_json *item = row->first; item; item = item->next, i_value++) {
    const bool is_size = i_value + TILE_WIDTH >= width;
    values[i_value] = item->number;
    const double least = is_size ? 1.0 : 0.0, most = is_size ? MAX_TILE : ANY_M;
    if (item->type == MSW_JSON_NUMBER && item->number >= least && item->number <= most && msw_is_integral(item->number)) continue;
    msw_json_error(diag, item, NULL, is_size ? "expected a number of rows or columns, 1 to 4096" : "expected a number of rows");
    is_good = false;
  }
  return is_good;
}

static bool is_covered(const msw_gemm_tile *tiles, size_t n, double m) {
  for (size_t i_tile = 0; i_tile < n; i_tile++)
    if (tiles[i_tile].m_from <= m && m <= tiles[i_tile].m_to) return true;
  return false;
}

/* An m without a tile would have no time. Gaps can only begin at 1 or after the end of a tile. */
static void check_covered(const msw_json *list, const msw_gemm_tile *tiles, size_t n, msw_diag *diag) {
  double gap = is_covered(tiles, n, 1.0) ? ANY_M : 1.0;
  for (size_t i_tile = 0; i_tile < n; i_tile++) {
    const double after = tiles[i_tile].m_to + 1.0;
    if (after < gap && !is_covered(tiles, n, after)) gap = after;
  }
  if (gap < ANY_M) msw_json_error(diag, list, NULL, "no tile for m = %g", gap);
}

static bool is_list(const msw_json *list, msw_diag *diag, const char *of) {
  if (list->type == MSW_JSON_ARRAY && list->n_children > 0 && list->n_children <= MAX_ENTRIES) return true;
  if (list->n_children > MAX_ENTRIES)
    msw_json_error(diag, list, NULL, "expected a list of %d %s at most, found %zu", MAX_ENTRIES, of, list->n_children);
  else
    msw_json_error(diag, list, NULL, "expected a list of %s", of);
  return false;
}

const msw_gemm_tile *msw_gemm_tiles_read(const msw_json *list, bool with_range, msw_arena *arena, msw_diag *diag, size_t *n) {
  const size_t width = with_range ? RANGED_WIDTH : TILE_WIDTH;
  if (!is_list(list, diag, "tiles")) return NULL;
  msw_gemm_tile *tiles = msw_arena_array(arena, list->n_children, sizeof *tiles);
  bool is_good = true;
  for (const msw_json *row = list->first; row; row = row->next) {
    double values[RANGED_WIDTH];
    if (!read_row(row, width, diag, values)) is_good = false;
    else if (with_range) tiles[(*n)++] = (msw_gemm_tile){values[0], values[1], values[2], values[3]};
    else tiles[(*n)++] = (msw_gemm_tile){0.0, ANY_M, values[0], values[1]};
  }
  if (is_good) check_covered(list, tiles, *n, diag);
  return tiles;
}

const double *msw_gemm_splits_read(const msw_json *list, msw_arena *arena, msw_diag *diag, size_t *n) {
  if (!is_list(list, diag, "numbers")) return NULL;
  double *splits = msw_arena_array(arena, list->n_children, sizeof *splits);
  for (const msw_json *item = list->first; item; item = item->next) {
    const bool is_number = item->type == MSW_JSON_NUMBER && msw_is_integral(item->number);
    if (is_number && item->number >= 1.0 && item->number <= MAX_SPLIT) splits[(*n)++] = item->number;
    else msw_json_error(diag, item, NULL, "expected a number of parts of k, 1 to 1024");
  }
  if (*n == list->n_children && splits[0] > 1.0)
    msw_json_error(diag, list->first, NULL, "expected 1 first: a GEMM whose k cannot be split");
  return splits;
}
