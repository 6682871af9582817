/* "--only AXIS=GLOB[,GLOB…]": keeps some values of an axis. For an axis in a zip, rows of the zip. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

/* ---- Reading ---- */

/* "1:8" is every number from 1 to 8, however many that may be; other forms are ranges of the language. */
static bool read_interval(msw_spec_reader *reader, const char *text, msw_only_part *part) {
  const char *colon = strchr(text, ':');
  if (!colon || strchr(colon + 1, ':')) return false;
  const char *from = msw_strndup(reader->arena, text, (size_t)(colon - text));
  return msw_parse_suffixed(from, &part->from) && msw_parse_suffixed(colon + 1, &part->to) && part->from <= part->to;
}

static bool read_part(msw_spec_reader *reader, msw_given_only *only, const char *text) {
  msw_only_part *part = &only->parts[only->n_parts];
  msw_json *value = msw_json_new(reader->arena, MSW_JSON_STRING, only->where.loc);
  double *numbers;
  value->text = text;
  *part = (msw_only_part){.text = value};
  if (!*text) msw_json_error(reader->diag, value, "write AXIS=VALUE,VALUE", "an empty value");
  else if (msw_axis_is_text(only->axis) || read_interval(reader, text, part)) only->n_parts++;
  else if (msw_range_expand(value, msw_spec_axis_limits(only->axis), reader->arena, reader->diag, &numbers, &part->n)) {
    qsort(numbers, part->n, sizeof *numbers, msw_compare_numbers);
    part->numbers = numbers;
    only->n_parts++;
  } else return false;
  return *text;
}

static void fail_axis(msw_spec_reader *reader, const char *name, msw_loc loc) {
  const char *names[MSW_N_AXES];
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) names[id] = msw_axis_name(id);
  msw_error(reader->diag, loc, NULL, msw_did_you_mean(reader->diag, msw_nearest(name, names, MSW_N_AXES)),
            "there is no axis \"%s\"", name);
}

static bool read_one(msw_spec_reader *reader, const char *text, msw_given_only *only) {
  const char *equals = strchr(text, '=');
  const char *name = equals ? msw_strndup(reader->arena, text, (size_t)(equals - text)) : text;
  const msw_loc loc = {.file = msw_format(reader->arena, "--only %s", name)};
  *only = (msw_given_only){.where = {.loc = loc}};
  if (!equals) msw_error(reader->diag, loc, NULL, "e.g. tp=1,2 or model=llama*", "expected AXIS=VALUE");
  else if (!msw_axis_find(name, &only->axis)) fail_axis(reader, name, loc);
  else {
    bool good = true;
    only->parts = msw_arena_array(reader->arena, strlen(equals), sizeof *only->parts);   /* commas and one more */
    for (const char *rest = equals + 1; rest;) {
      const size_t len = strcspn(rest, ",");
      good &= read_part(reader, only, msw_strndup(reader->arena, rest, len));
      rest = rest[len] ? rest + len + 1 : NULL;
    }
    return good;
  }
  return false;
}

void msw_spec_read_only(msw_spec_reader *reader, msw_spec_edits edits) {
  reader->only = msw_arena_array(reader->arena, edits.n_only, sizeof *reader->only);
  for (size_t i_only = 0; i_only < edits.n_only; i_only++)
    if (read_one(reader, edits.only[i_only], &reader->only[reader->n_only])) reader->n_only++;
}

/* ---- Keeping ---- */

static bool part_has(const msw_spec_block *block, const msw_spec_axis *axis, const msw_only_part *part, size_t at) {
  if (axis->labels) return msw_spec_text_matches(block, axis->id, at, part->text->text);
  const double value = axis->values[at];
  if (!part->numbers) return value >= part->from && value <= part->to;
  return bsearch(&value, part->numbers, part->n, sizeof value, msw_compare_numbers);
}

/* Whether any part names the value; all that do have been of use. */
static bool names_value(const msw_spec_block *block, msw_given_only *only, size_t at) {
  bool names = false;
  for (size_t i_part = 0; i_part < only->n_parts; i_part++) {
    const bool has = part_has(block, &block->axes[only->axis], &only->parts[i_part], at);
    only->parts[i_part].is_found = only->parts[i_part].is_found || has;
    names = names || has;
  }
  return names;
}

static void fail_empty(msw_spec_reader *reader, const msw_block_draft *draft, const msw_given_only *only) {
  enum { MAX_LISTED = 5 };
  const msw_spec_axis *axis = &draft->block.axes[only->axis];
  const char *text = "";
  for (size_t i = 0; i < axis->n && i < MAX_LISTED; i++) {
    const char *value = axis->labels ? axis->labels[i] : msw_format(reader->arena, "%.15g", axis->values[i]);
    text = msw_format(reader->arena, "%s%s%s", text, i ? ", " : "", value);
  }
  if (axis->n > MAX_LISTED) text = msw_format(reader->arena, "%s and %zu more", text, axis->n - MAX_LISTED);
  msw_error(reader->diag, only->where.loc, draft->own ? msw_spec_where(reader, draft->at).path : NULL, NULL,
            "leaves nothing of the axis \"%s\", which has %s", msw_axis_name(only->axis), text);
}

/* Takes the values at other positions than `kept` [n] away from an axis. */
static void keep_values(msw_spec_reader *reader, msw_block_draft *draft, msw_axis_id id, const size_t *kept, size_t n) {
  const msw_given_axis *before = msw_spec_axis_now(reader, draft, id);
  msw_given_axis *after = msw_spec_axis_now(reader, draft, id);
  msw_draft_when *when = &draft->whens[id];
  msw_pick *picks = msw_alloc(n * sizeof *picks);
  for (size_t i = 0; i < n; i++) {
    picks[i] = (msw_pick){before, kept[i]};
    if (!when->given) continue;
    when->counts_if[i] = when->counts_if[kept[i]];
    when->counts_else[i] = when->counts_else[kept[i]];
  }
  msw_spec_pick(reader, picks, n, after);
  msw_spec_place_axis(draft, after, before->axis.zip);
  draft->is_filtered[id] = true;
  free(picks);
}

static void apply(msw_spec_reader *reader, msw_block_draft *draft, msw_given_only *only) {
  const msw_spec_axis axis = draft->block.axes[only->axis];
  size_t *kept = msw_alloc(axis.n * sizeof *kept), n = 0;
  for (size_t i = 0; i < axis.n; i++)
    if (names_value(&draft->block, only, i)) kept[n++] = i;
  only->is_used = true;
  if (n == 0) fail_empty(reader, draft, only);
  else if (n < axis.n && axis.zip < 0) keep_values(reader, draft, only->axis, kept, n);
  else if (n < axis.n) {
    msw_spec_zip *zip = &draft->zips[axis.zip];
    for (size_t i_member = 0; i_member < zip->n_members; i_member++)
      keep_values(reader, draft, zip->members[i_member], kept, n);
    zip->n = n;
  }
  free(kept);
}

/* Axes that failed have no values to choose from, and neither has a zip whose members do not fit together. */
static bool is_whole(const msw_block_draft *draft, msw_axis_id id) {
  const msw_spec_axis *axis = &draft->block.axes[id];
  return axis->n > 0 && (axis->zip < 0 || draft->zips[axis->zip].n > 0);
}

void msw_spec_apply_only(msw_spec_reader *reader, msw_block_draft *draft) {
  for (size_t i_only = 0; i_only < reader->n_only; i_only++) {
    msw_given_only *only = &reader->only[i_only];
    if (!msw_phase_has_axis(draft->block.phase, only->axis)) continue;
    if (is_whole(draft, only->axis)) apply(reader, draft, only);
    only->is_used = true;
  }
}

void msw_spec_check_only(msw_spec_reader *reader) {
  for (size_t i_only = 0; i_only < reader->n_only; i_only++) {
    const msw_given_only *only = &reader->only[i_only];
    const char *axis = msw_axis_name(only->axis);
    if (!only->is_used) msw_error(reader->diag, only->where.loc, NULL, NULL, "no block has the axis \"%s\"", axis);
    for (size_t i_part = 0; i_part < only->n_parts && only->is_used && !msw_spec_has_errors(reader); i_part++)
      if (!only->parts[i_part].is_found)
        msw_warn(reader->diag, only->where.loc, NULL, NULL, "the axis \"%s\" has no value %s", axis,
                 only->parts[i_part].text->text);
  }
}
