/* Opening a result: files, blocks, /meta. Nothing is known beforehand but docs/result-file.md. */
#include "result_parts.h"

#include <stdlib.h>

#include "msw/base/str.h"

static msw_status read_everything(msw_result_opening *opening, const msw_result_identity *identity) {
  msw_result *result = opening->result;
  struct msw_result_files *files = result->files;
  msw_status status = msw_h5_open_read(files->items[0].path, opening->diag, &opening->file);
  if (status == MSW_OK) status = msw_result_find_blocks(opening);
  if (status == MSW_OK) status = msw_result_read_meta(opening);
  msw_status closed = msw_h5_close_file(opening->file, opening->diag);
  if (status == MSW_OK) status = closed;
  result->blocks = opening->blocks;
  result->n_blocks = opening->n_blocks;
  files->sources = opening->sources;
  if (status == MSW_OK) status = msw_result_read_flag_counts(opening);
  result->spec_name = identity->spec_name ? identity->spec_name : "";
  result->version = identity->version ? identity->version : "";
  result->hash = identity->hash;
  return status;
}

msw_status msw_result_open(const char *path, msw_arena *arena, msw_diag *diag, msw_result *result) {
  *result = (msw_result){.path = msw_strdup(arena, path)};
  result->files = msw_alloc_zero(1, sizeof *result->files);
  pthread_mutex_init(&result->files->mutex, NULL);
  msw_result_opening opening = {.result = result, .arena = arena, .diag = diag, .file = MSW_H5_NONE};
  msw_result_identity identity = {0};
  msw_status status = msw_result_find_files(&opening, result->path, &identity);
  if (status == MSW_OK) status = read_everything(&opening, &identity);
  if (status != MSW_OK) msw_result_close(result);
  return status;
}

void msw_result_close(msw_result *result) {
  if (!result->files) return;
  msw_result_close_files(result->files);
  pthread_mutex_destroy(&result->files->mutex);
  free(result->files);
  result->files = NULL;
}
