/* Open files of a result. There may be thousands of shards and there are few file handles, so the files that were used last
 * stay open and the others are opened when they are asked for. */
#include "result_parts.h"

#include <stdlib.h>

static void close_one(msw_open_file *open) {
  msw_diag unheard = {0};   /* nothing was written: nothing can be lost */
  (void)msw_h5_close_file(open->file, &unheard);
  msw_diag_free(&unheard);
  free(open->datasets);
}

/* A free place, or that of the file which was not used for longest. */
static msw_open_file *make_room(struct msw_result_files *files) {
  if (files->n_open < MSW_RESULT_OPEN_FILES) return &files->open[files->n_open++];
  msw_open_file *oldest = &files->open[0];
  for (size_t i_open = 1; i_open < files->n_open; i_open++)
    if (files->open[i_open].last_used < oldest->last_used) oldest = &files->open[i_open];
  close_one(oldest);
  return oldest;
}

static msw_status open_file(struct msw_result_files *files, size_t i_file, msw_diag *diag, msw_open_file **open) {
  for (size_t i_open = 0; i_open < files->n_open; i_open++) {
    if (files->open[i_open].i_file != i_file) continue;
    *open = &files->open[i_open];
    return MSW_OK;
  }
  msw_h5 file = MSW_H5_NONE;
  msw_status status = msw_h5_open_read(files->items[i_file].path, diag, &file);
  if (status != MSW_OK) return status;
  *open = make_room(files);
  **open = (msw_open_file){.i_file = i_file, .file = file, .datasets = msw_alloc_zero(files->n_variables, sizeof(msw_h5))};
  for (size_t i_variable = 0; i_variable < files->n_variables; i_variable++) (*open)->datasets[i_variable] = MSW_H5_NONE;
  return MSW_OK;
}

msw_status msw_result_dataset(struct msw_result_files *files, size_t i_file, const msw_result_variable *variable,
                              msw_diag *diag, msw_h5 *dataset) {
  msw_open_file *open = NULL;
  msw_status status = open_file(files, i_file, diag, &open);
  if (status != MSW_OK) return status;
  open->last_used = ++files->clock;
  if (open->datasets[variable->number] < 0)
    status = msw_h5_open_dataset(open->file, variable->path, diag, &open->datasets[variable->number]);
  *dataset = open->datasets[variable->number];
  return status;
}

void msw_result_close_files(struct msw_result_files *files) {
  for (size_t i_open = 0; i_open < files->n_open; i_open++) close_one(&files->open[i_open]);
  files->n_open = 0;
}
