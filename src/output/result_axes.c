/* Coordinates of a result, as the file has them. */
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "result_parts.h"

/* As short as it can be without becoming another number. */
static const char *number_text(double value, msw_arena *arena) {
  double same = 0.0;
  const char *text = msw_format(arena, "%.15g", value);
  if (msw_is_integral(value)) return msw_format(arena, "%.0f", value);
  return msw_parse_double(text, &same) && msw_same_number(same, value) ? text : msw_format(arena, "%.17g", value);
}

static msw_status read_numbers(msw_result_opening *opening, const char *path, msw_result_axis *axis) {
  const uint64_t first = 0, n = axis->n;
  double *values = msw_arena_array(opening->arena, axis->n, sizeof *values);
  const char **texts = msw_arena_array(opening->arena, axis->n, sizeof *texts);
  msw_status status = msw_h5_read_slab(opening->file, path, MSW_H5_F64, 1, &first, &n, values, opening->diag);
  for (size_t i_value = 0; i_value < axis->n && status == MSW_OK; i_value++)
    texts[i_value] = number_text(values[i_value], opening->arena);
  axis->values = values;
  axis->texts = texts;
  return status;
}

static msw_status read_attrs(msw_result_opening *opening, msw_h5 dataset, msw_result_axis *axis) {
  msw_status status = msw_h5_read_attr_text(dataset, "units", opening->arena, opening->diag, &axis->units);
  if (status == MSW_OK) status = msw_h5_read_attr_text(dataset, "long_name", opening->arena, opening->diag, &axis->long_name);
  if (!axis->units) axis->units = "";
  if (!axis->long_name) axis->long_name = axis->name;
  return status;
}

msw_status msw_result_read_axis(msw_result_opening *opening, const char *path, size_t i_dim, msw_result_axis *axis) {
  const char *slash = strrchr(path, '/');
  msw_h5 dataset = MSW_H5_NONE;
  uint64_t n = 0;
  size_t rank = 0, n_texts = 0;
  *axis = (msw_result_axis){.name = slash ? slash + 1 : path, .i_dim = i_dim};
  msw_status status = msw_h5_shape(opening->file, path, 1, opening->diag, &rank, &n);
  if (status != MSW_OK) return status;
  axis->n = (size_t)n;
  status = msw_h5_open_dataset(opening->file, path, opening->diag, &dataset);
  if (status == MSW_OK) status = read_attrs(opening, dataset, axis);
  axis->is_text = status == MSW_OK && msw_h5_is_text(dataset);
  msw_h5_close(dataset);
  if (status != MSW_OK) return status;
  if (!axis->is_text) return read_numbers(opening, path, axis);
  return msw_h5_read_texts(opening->file, path, opening->arena, opening->diag, &axis->texts, &n_texts);
}
