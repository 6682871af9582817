/* /meta of a result. */
#include "msw/base/str.h"
#include "result_parts.h"
#include "writer_parts.h"

static msw_status read_text(msw_result_opening *opening, const char *path, const char **text) {
  if (!msw_h5_exists(opening->file, path)) return MSW_OK;
  return msw_h5_read_text(opening->file, path, opening->arena, opening->diag, text);
}

msw_status msw_result_read_meta(msw_result_opening *opening) {
  static const char inputs[] = "/" MSW_META_GROUP "/inputs";
  msw_result *result = opening->result;
  msw_status status = read_text(opening, "/" MSW_META_GROUP "/expanded", &result->expanded);
  if (status == MSW_OK) status = read_text(opening, "/" MSW_META_GROUP "/methods", &result->methods);
  if (status == MSW_OK && msw_h5_exists(opening->file, inputs))
    status = msw_h5_read_texts(opening->file, inputs, opening->arena, opening->diag, &result->inputs, &result->n_inputs);
  return status;
}

/* Adds what one file counted to counts [*n], which begin with the first file. */
static msw_status add_counts(msw_result_opening *opening, msw_h5 file, const char *path, uint64_t **counts, size_t *n) {
  size_t rank = 0;
  uint64_t length = 0;
  const uint64_t first = 0;
  if (!msw_h5_exists(file, path)) return MSW_OK;
  msw_status status = msw_h5_shape(file, path, 1, opening->diag, &rank, &length);
  if (status != MSW_OK || rank != 1) return status;
  uint64_t *own = msw_arena_array(opening->arena, (size_t)length, sizeof *own);
  status = msw_h5_read_slab(file, path, MSW_H5_U64, 1, &first, &length, own, opening->diag);
  if (status != MSW_OK) return status;
  for (size_t i_bit = 0; *counts && i_bit < length && i_bit < *n; i_bit++) own[i_bit] += (*counts)[i_bit];
  *counts = own;
  *n = (size_t)length;
  return MSW_OK;
}

static msw_status count_in_file(msw_result_opening *opening, const char *path) {
  msw_h5 file = MSW_H5_NONE;
  msw_status status = msw_h5_open_read(path, opening->diag, &file);
  for (size_t i_block = 0; i_block < opening->n_blocks && status == MSW_OK; i_block++) {
    msw_result_block *block = &opening->blocks[i_block];
    if (opening->sources[i_block].is_reduced) continue;
    const char *name = block->name[0] ? block->name : MSW_UNNAMED_BLOCK;
    const char *counts = msw_format(opening->arena, "/" MSW_META_GROUP "/%s/" MSW_FLAG_COUNTS, name);
    status = add_counts(opening, file, counts, &opening->sources[i_block].flag_counts, &block->n_flag_bits);
    block->flag_counts = opening->sources[i_block].flag_counts;
  }
  msw_status closed = msw_h5_close_file(file, opening->diag);
  return status == MSW_OK ? closed : status;
}

msw_status msw_result_read_flag_counts(msw_result_opening *opening) {
  const msw_result *result = opening->result;
  msw_status status = MSW_OK;
  if (result->n_tiles_there < result->n_tiles) return MSW_OK;
  for (size_t i_file = 0; i_file < result->files->n && status == MSW_OK; i_file++)
    status = count_in_file(opening, result->files->items[i_file].path);
  return status;
}
