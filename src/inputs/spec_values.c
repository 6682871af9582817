/* Values of one axis, whatever its kind. Numbers and dtypes are read here, names and methods in files of their own. */
#include "spec_parts.h"

#include <string.h>

#include "msw/base/str.h"

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

/* "config" stands for the format that each model's config names. NULL after an error. */
static const char *dtype_label(msw_spec_reader *reader, const msw_json *text) {
  msw_dtype dtype;
  if (msw_equal_nocase(text->text, "config")) return "config";
  if (msw_dtype_parse(text->text, &dtype) && dtype != MSW_DTYPE_NONE) return msw_dtype_name(dtype);
  msw_json_error(reader->diag, text, "known are config, bf16, fp16, fp32, fp8, int8 and fp4", "unknown dtype \"%s\"",
                 text->text);
  return NULL;
}

static bool read_dtypes(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given) {
  const msw_json *const *texts;
  bool good = msw_spec_list_texts(reader, value, "the name of a dtype", &texts, &given->axis.n);
  const char **labels = msw_arena_array(reader->arena, given->axis.n, sizeof *labels);
  for (size_t i_dtype = 0; i_dtype < given->axis.n; i_dtype++) {
    labels[i_dtype] = dtype_label(reader, texts[i_dtype]);
    good &= labels[i_dtype] != NULL;
    for (size_t i_other = 0; i_other < i_dtype && good && !repeats; i_other++)
      if (strcmp(labels[i_other], labels[i_dtype]) == 0) {
        msw_json_error(reader->diag, texts[i_dtype], NULL, "\"%s\" is named twice", labels[i_dtype]);
        good = false;
      }
  }
  given->axis.labels = labels;
  return good;
}

static bool read_texts(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, bool repeats,
                       msw_given_axis *given) {
  switch ((int)id) {
  case MSW_AXIS_GPU: return msw_spec_read_gpus(reader, value, repeats, given);
  case MSW_AXIS_MODEL: return msw_spec_read_models(reader, value, repeats, given);
  case MSW_AXIS_DTYPE: return read_dtypes(reader, value, repeats, given);
  default: return msw_spec_read_methods(reader, value, repeats, given);
  }
}

void msw_spec_read_values(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, bool repeats,
                          msw_given_axis *given) {
  *given = (msw_given_axis){.at = value,
                            .axis = {.id = id, .zip = -1, .given = true, .where = msw_spec_where(reader, value)}};
  if (msw_spec_is_lost(value)) return;
  const bool is_text = msw_axis_is_text(id);
  const bool good =
      is_text ? read_texts(reader, id, value, repeats, given) : read_numbers(reader, id, value, repeats, given);
  if (!good) given->axis.n = 0;
  if (!good || !is_text) return;
  double *ids = msw_arena_array(reader->arena, given->axis.n, sizeof *ids);
  for (size_t i = 0; i < given->axis.n; i++) ids[i] = msw_texts_id(&reader->spec->texts, given->axis.labels[i]);
  given->axis.values = ids;
}
