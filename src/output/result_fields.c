/* Fields of a result: units, names, and what codes and bits stand for. */
#include <string.h>

#include "msw/base/str.h"
#include "result_parts.h"

/* Names separated by blanks, beside their values; what has no partner is left out. */
static void pair_meanings(msw_result_opening *opening, const uint32_t *values, size_t n_values, const char *names,
                          msw_result_field *field) {
  static const char blank[] = " ";
  msw_result_meaning *meanings = msw_arena_array(opening->arena, n_values, sizeof *meanings);
  size_t n = 0;
  for (names += strspn(names, blank); *names && n < n_values; names += strspn(names, blank)) {
    size_t len = strcspn(names, blank);
    meanings[n] = (msw_result_meaning){values[n], msw_strndup(opening->arena, names, len)};
    names += len;
    n++;
  }
  field->meanings = meanings;
  field->n_meanings = n;
}

static msw_status read_meanings(msw_result_opening *opening, msw_h5 dataset, const char *attr, msw_field_type type,
                                msw_result_field *field) {
  const void *values = NULL;
  const char *names = NULL;
  size_t n = 0;
  msw_status status = msw_h5_read_attr_numbers(dataset, attr, MSW_H5_U32, opening->arena, opening->diag, &values, &n);
  if (status == MSW_OK) status = msw_h5_read_attr_text(dataset, "flag_meanings", opening->arena, opening->diag, &names);
  if (status != MSW_OK || n == 0 || !names) return status;
  field->type = type;
  pair_meanings(opening, values, n, names, field);
  return MSW_OK;
}

msw_status msw_result_read_field(msw_result_opening *opening, msw_h5 dataset, const char *name, msw_result_field *field) {
  *field = (msw_result_field){.name = name, .type = MSW_FIELD_F32};
  const struct { const char *name, **value, *otherwise; } attrs[] = {
      {"units", &field->units, ""}, {"long_name", &field->long_name, name}, {"description", &field->description, ""}};
  msw_status status = MSW_OK;
  for (size_t i_attr = 0; i_attr < sizeof attrs / sizeof attrs[0] && status == MSW_OK; i_attr++) {
    status = msw_h5_read_attr_text(dataset, attrs[i_attr].name, opening->arena, opening->diag, attrs[i_attr].value);
    if (!*attrs[i_attr].value) *attrs[i_attr].value = attrs[i_attr].otherwise;
  }
  if (status == MSW_OK) status = read_meanings(opening, dataset, "flag_values", MSW_FIELD_U8, field);
  if (status == MSW_OK && field->n_meanings == 0) status = read_meanings(opening, dataset, "flag_masks", MSW_FIELD_U32, field);
  return status;
}
