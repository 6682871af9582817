/* Values of one axis, whatever its kind. Numbers are read here, names and methods in files of their own. */
#include "spec_parts.h"

static bool read_numbers(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, bool repeats,
                         msw_given_axis *given) {
  msw_range_limits limits = msw_spec_axis_limits(id);
  double *values;
  limits.repeats = repeats;
  if (!msw_range_expand(value, limits, reader->arena, reader->diag, &values, &given->axis.n)) return false;
  given->axis.values = values;
  for (size_t i_ep = 0; id == MSW_AXIS_EP && i_ep < given->axis.n; i_ep++)
    if (values[i_ep] > 1) {
      msw_json_error(reader->diag, value, NULL, "ep above 1 is not supported yet");
      return false;
    }
  return true;
}

static bool read_texts(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, bool repeats,
                       msw_given_axis *given) {
  switch ((int)id) {
  case MSW_AXIS_GPU: return msw_spec_read_gpus(reader, value, repeats, given);
  case MSW_AXIS_MODEL: return msw_spec_read_models(reader, value, repeats, given);
  case MSW_AXIS_DTYPE: return msw_spec_read_dtypes(reader, value, repeats, given);
  default: return msw_spec_read_methods(reader, value, repeats, given);
  }
}

void msw_spec_read_values(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, bool repeats,
                          msw_given_axis *given) {
  *given = (msw_given_axis){.at = value,
                            .axis = {.id = id, .zip = -1, .given = true, .where = msw_spec_where(reader, value)}};
  given->is_bad = true;
  if (msw_spec_is_lost(value)) return;
  const bool is_text = msw_axis_is_text(id);
  const size_t n_errors = reader->diag->n_errors;
  if (msw_spec_is_conditional(value))
    msw_json_error(reader->diag, value, NULL, "\"when\" goes with an axis under \"axes\" only");
  given->is_bad = reader->diag->n_errors > n_errors ||
                  !(is_text ? read_texts : read_numbers)(reader, id, value, repeats, given);
  if (given->is_bad) given->axis.n = 0;
  if (given->is_bad || !is_text) return;
  double *ids = msw_arena_array(reader->arena, given->axis.n, sizeof *ids);
  for (size_t i = 0; i < given->axis.n; i++) ids[i] = msw_texts_id(&reader->spec->texts, given->axis.labels[i]);
  given->axis.values = ids;
}
