/* Named zips: axes that advance together and make one dimension. */
#include "spec_parts.h"

#include "msw/base/str.h"

/* A zip's name becomes a dimension and a variable of the result file. */
static void check_name(msw_spec_reader *reader, const msw_json *zip) {
  const char *name = zip->key;
  msw_axis_id id;
  if (msw_axis_find(name, &id))
    msw_json_error(reader->diag, zip, "call it something else", "a zip cannot have the name of an axis");
  else if (msw_spec_is_taken(name)) msw_json_error(reader->diag, zip, "call it something else", "%s", MSW_SPEC_TAKEN);
  else if (!msw_spec_is_word(name))
    msw_json_error(reader->diag, zip, NULL, "the name of a zip has letters, digits and _ only, a letter first");
}

/* An axis is given once in a level: in "axes", in "fixed" or in one zip. */
static void check_axis_is_free(msw_spec_reader *reader, const msw_spec_level *level, size_t n_zips, msw_axis_id id,
                               const msw_json *member) {
  const char *taken = level->axes[id].at ? "\"axes\" or \"fixed\"" : NULL;
  for (size_t i_zip = 0; i_zip < n_zips; i_zip++)
    if (level->zips[i_zip].members[id].at) taken = msw_format(reader->arena, "the zip \"%s\"", level->zips[i_zip].name);
  if (taken) msw_json_error(reader->diag, member, NULL, "%s is also in %s", msw_axis_name(id), taken);
}

/* Sets zip->n, or says that the members differ. */
static void fit_lengths(msw_spec_reader *reader, msw_given_zip *zip) {
  const char *lengths = "";
  size_t n_members = 0, shortest = SIZE_MAX, longest = 0;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const msw_spec_axis *axis = &zip->members[id].axis;
    if (!zip->members[id].at) continue;
    lengths = msw_format(reader->arena, "%s%s%s %zu", lengths, n_members++ ? ", " : "", msw_axis_name(id), axis->n);
    if (axis->n < shortest) shortest = axis->n;
    if (axis->n > longest) longest = axis->n;
  }
  if (n_members == 0) msw_json_error(reader->diag, zip->at, NULL, "a zip of no axes");
  else if (shortest == 0) return;   /* reported already */
  else if (shortest < longest) msw_json_error(reader->diag, zip->at, NULL, "lists of different lengths: %s", lengths);
  else zip->n = longest;
}

static void read_zip(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level, msw_given_zip *zip) {
  msw_json_reader object;
  *zip = (msw_given_zip){.name = value->key, .at = value};
  check_name(reader, value);
  if (!msw_json_begin(&object, value, reader->diag)) return;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const msw_json *member = msw_spec_want_axis(&object, id);
    if (!member) continue;
    check_axis_is_free(reader, level, (size_t)(zip - level->zips), id, member);
    msw_spec_read_values(reader, id, member, true, &zip->members[id]);
  }
  msw_json_end(&object, true);
  fit_lengths(reader, zip);
}

void msw_spec_read_zips(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  msw_json_reader object;
  if (!msw_json_begin(&object, value, reader->diag)) return;
  msw_json_end(&object, false);
  level->zips = msw_arena_array(reader->arena, value->n_children, sizeof *level->zips);
  for (const msw_json *member = value->first; member; member = member->next)
    if (member->type != MSW_JSON_NULL) read_zip(reader, member, level, &level->zips[level->n_zips++]);
}
