/* The axes of a sweep: names, units, limits, and which phases have them. */
#include "spec_parts.h"

#include <string.h>

enum { DECODE = 1 << MSW_DECODE, PREFILL = 1 << MSW_PREFILL, MIXED = 1 << MSW_MIXED, ALL = DECODE | PREFILL | MIXED };

typedef struct {
  const char *name, *alias, *unit, *long_name;
  bool is_text;
  unsigned phases;
  double min, max;   /* of numbers, which are all whole */
} axis_facts;

static const axis_facts AXES[MSW_N_AXES] = {
  [MSW_AXIS_GPU] = {"gpu", "hw", "", "GPU", true, ALL, 0, 0},
  [MSW_AXIS_MODEL] = {"model", NULL, "", "Model", true, ALL, 0, 0},
  [MSW_AXIS_TP] = {"tp", NULL, "1", "Tensor-parallel degree", false, ALL, 1, 1024},
  [MSW_AXIS_EP] = {"ep", NULL, "1", "Expert-parallel degree", false, ALL, 1, 1024},
  [MSW_AXIS_DTYPE] = {"dtype", NULL, "", "Number format of weights", true, ALL, 0, 0},
  [MSW_AXIS_METHOD] = {"method", NULL, "", "Method", true, ALL, 0, 0},
  [MSW_AXIS_BATCH] = {"batch", "bs", "requests", "Batch size (requests)", false, ALL, 1, 1e6},
  [MSW_AXIS_KV_LEN] = {"kv_len", "kv", "tokens", "KV-cache length (tokens)", false, DECODE | MIXED, 1, 1e9},
  [MSW_AXIS_PREFILL_BATCH] = {"prefill_batch", NULL, "requests", "Prefill batch size (requests)", false, MIXED, 1, 1e6},
  [MSW_AXIS_CACHED_LEN] =
      {"cached_len", NULL, "tokens", "Cached prefix length (tokens)", false, PREFILL | MIXED, 0, 1e9},
  [MSW_AXIS_SEQ_LEN] = {"seq_len", NULL, "tokens", "Sequence length (tokens)", false, PREFILL | MIXED, 1, 1e9},
};

const char *msw_axis_name(msw_axis_id id) { return AXES[id].name; }
const char *msw_axis_unit(msw_axis_id id) { return AXES[id].unit; }
const char *msw_axis_long_name(msw_axis_id id) { return AXES[id].long_name; }
const char *msw_axis_alias(msw_axis_id id) { return AXES[id].alias; }
bool msw_axis_is_text(msw_axis_id id) { return AXES[id].is_text; }

void msw_axis_limits(msw_axis_id id, double *min, double *max) {
  *min = AXES[id].min;
  *max = AXES[id].max;
}

bool msw_axis_find(const char *name, msw_axis_id *id) {
  for (msw_axis_id i_axis = 0; i_axis < MSW_N_AXES; i_axis++) {
    const axis_facts *axis = &AXES[i_axis];
    if (strcmp(axis->name, name) != 0 && !(axis->alias && strcmp(axis->alias, name) == 0)) continue;
    *id = i_axis;
    return true;
  }
  return false;
}

const char *msw_phase_name(msw_phase phase) {
  switch (phase) {
  case MSW_DECODE: return "decode";
  case MSW_PREFILL: return "prefill";
  case MSW_MIXED: return "mixed";
  }
  return "";
}

bool msw_phase_has_axis(msw_phase phase, msw_axis_id id) { return AXES[id].phases >> phase & 1; }

msw_range_limits msw_spec_axis_limits(msw_axis_id id) {
  return (msw_range_limits){.min = AXES[id].min, .max = AXES[id].max, .integral = true};
}

const msw_json *msw_spec_want(msw_json_reader *object, const char *key, bool required) {
  const msw_json *member = msw_json_get(object->object, key);
  const bool is_lost = member && msw_spec_is_lost(member);
  const msw_json *value = msw_json_want(object, key, required && !is_lost);   /* NULL also for null */
  return is_lost ? member : value;
}

const msw_json *msw_spec_want_axis(msw_json_reader *object, msw_axis_id id) {
  const axis_facts *axis = &AXES[id];
  const msw_json *by_name = msw_spec_want(object, axis->name, false);
  const msw_json *by_alias = axis->alias ? msw_spec_want(object, axis->alias, false) : NULL;
  if (by_name && by_alias)
    msw_json_error(object->diag, by_alias, NULL, "\"%s\" is another name of \"%s\", which is given too", axis->alias,
                   axis->name);
  return by_name ? by_name : by_alias;
}

const char *msw_spec_no_such_axis(msw_spec_reader *reader, msw_phase phase, msw_axis_id id) {
  const char *theirs = "";
  for (msw_axis_id i_axis = MSW_FIRST_NUMERIC_AXIS; i_axis < MSW_N_AXES; i_axis++)
    if (msw_phase_has_axis(phase, i_axis))
      theirs = msw_format(reader->arena, "%s%s%s", theirs, *theirs ? ", " : "", msw_axis_name(i_axis));
  return msw_format(reader->arena, "%s steps have no axis \"%s\", theirs are %s", msw_phase_name(phase),
                    msw_axis_name(id), theirs);
}
