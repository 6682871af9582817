/* What the sweep and each of its blocks may say alike: phase, axes, fixed, zip, when, let, exclude, include,
 * constraints, fields; and a block its reductions, which the sweep has in "output". */
#include "spec_parts.h"

#include <string.h>

#include "msw/base/str.h"

static void read_phase(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  static const char *const NAMES[] = {"decode", "prefill", "mixed"};   /* in the order of msw_phase */
  enum { N_PHASES = sizeof NAMES / sizeof *NAMES };
  if (!value) return;
  if (level->phase_at) msw_json_error(reader->diag, value, NULL, "the phase is given twice");
  level->phase_at = value;
  size_t i_phase = 0;
  while (i_phase < N_PHASES && value->type == MSW_JSON_STRING && strcmp(NAMES[i_phase], value->text) != 0) i_phase++;
  level->phase_is_good = value->type == MSW_JSON_STRING && i_phase < N_PHASES;
  if (level->phase_is_good) level->phase = (msw_phase)i_phase;
  else {
    const char *nearest = value->type == MSW_JSON_STRING ? msw_nearest(value->text, NAMES, N_PHASES) : NULL;
    msw_json_error(reader->diag, value, msw_did_you_mean(reader->diag, nearest),
                   "expected \"decode\", \"prefill\" or \"mixed\"");
  }
}

/* "axes" or "fixed". */
static void read_axes(msw_spec_reader *reader, const msw_json *value, bool is_fixed, msw_spec_level *level) {
  msw_json_reader object;
  if (!value || !msw_json_begin(&object, value, reader->diag)) return;
  if (is_fixed) read_phase(reader, msw_json_want(&object, "phase", false), level);
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const msw_json *given = msw_spec_want_axis(&object, id);
    if (!given) continue;
    if (level->axes[id].at)
      msw_json_error(reader->diag, given, "keep one; null deletes what \"extends\" brought",
                     "%s is both in \"fixed\" and in \"axes\"", msw_axis_name(id));
    if (msw_spec_is_conditional(given)) msw_spec_read_conditional(reader, id, given, &level->axes[id]);
    else msw_spec_read_values(reader, id, given, false, &level->axes[id]);
    level->axes[id].is_fixed = is_fixed;
    if (is_fixed && level->axes[id].axis.n > 1)
      msw_json_error(reader->diag, given, "put it under \"axes\"", "%zu values where one is fixed",
                     level->axes[id].axis.n);
  }
  msw_json_end(&object, true);
}

typedef void read_part(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);

void msw_spec_read_level(msw_spec_reader *reader, msw_json_reader *object, msw_spec_level *level) {
  static const struct { const char *key; read_part *read; } PARTS[] = {
    {"zip", msw_spec_read_zips},   {"when", msw_spec_read_whens},
    {"let", msw_spec_read_lets},   {"exclude", msw_spec_read_rules},
    {"constraints", msw_spec_read_constraints}, {"fields", msw_spec_read_fields},
  };
  level->at = object->object;
  if (level->is_block) read_phase(reader, msw_json_want(object, "phase", false), level);
  read_axes(reader, msw_json_want(object, "fixed", false), true, level);
  read_axes(reader, msw_json_want(object, "axes", false), false, level);
  for (size_t i_part = 0; i_part < sizeof PARTS / sizeof *PARTS; i_part++) {
    const msw_json *value = msw_json_want(object, PARTS[i_part].key, false);
    if (value) PARTS[i_part].read(reader, value, level);
  }
  level->include_at = msw_json_want(object, "include", false);
  const msw_json *reduce = level->is_block ? msw_json_want(object, "reduce", false) : NULL;
  if (reduce) msw_spec_read_reductions(reader, reduce, level);
}

bool msw_spec_is_name(const char *text) {
  static const char FIRST[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  static const char OTHERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  enum { MAX_LENGTH = 128 };   /* it becomes part of file names */
  return *text && strchr(FIRST, *text) && text[strspn(text, OTHERS)] == '\0' && strlen(text) <= MAX_LENGTH;
}

bool msw_spec_is_word(const char *text) {
  static const char FIRST[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  static const char ALL[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return *text && strchr(FIRST, *text) && text[strspn(text, ALL)] == '\0';
}

bool msw_spec_is_taken(const char *name) { return strcmp(name, "meta") == 0; }
