/* Puts a block together: its phase, and each axis from the block's own level or else from the sweep's. */
#include "spec_parts.h"

#include <string.h>

bool msw_spec_level_gives(const msw_spec_level *level, msw_axis_id id) {
  bool gives = level->axes[id].at != NULL;
  for (size_t i_zip = 0; i_zip < level->n_zips; i_zip++) gives = gives || level->zips[i_zip].members[id].at;
  return gives;
}

/* ---- Phase ---- */

static bool gives(const msw_block_draft *draft, msw_axis_id id) {
  return (draft->own && msw_spec_level_gives(draft->own, id)) || msw_spec_level_gives(draft->sweep, id);
}

static void choose_phase(msw_spec_reader *reader, msw_block_draft *draft) {
  const msw_spec_level *said_by = draft->own && draft->own->phase_at ? draft->own : draft->sweep;
  const bool has_kv = gives(draft, MSW_AXIS_KV_LEN), has_seq = gives(draft, MSW_AXIS_SEQ_LEN);
  draft->has_phase = said_by->phase_at ? said_by->phase_is_good : has_kv || has_seq;
  if (said_by->phase_at) draft->block.phase = said_by->phase;
  else if (draft->has_phase) draft->block.phase = !has_seq ? MSW_DECODE : has_kv ? MSW_MIXED : MSW_PREFILL;
  else
    msw_json_error(reader->diag, draft->at, "give kv_len (decode), seq_len (prefill), both (mixed), or \"phase\"",
                   "cannot tell the phase");
}

/* ---- Axes ---- */

void msw_spec_place_axis(msw_block_draft *draft, const msw_given_axis *given, int zip) {
  msw_spec_block *block = &draft->block;
  const msw_axis_id id = given->axis.id;
  draft->given[id] = given;
  block->axes[id] = given->axis;
  block->axes[id].zip = zip;
  if (given->gpus) block->gpus = given->gpus;
  if (given->models) block->models = given->models;
  if (given->methods) block->methods = given->methods;
}

/* A block cannot have what its phase lacks; of the sweep's axes it takes those that it can. */
static bool fits_phase(msw_spec_reader *reader, const msw_block_draft *draft, const msw_given_axis *given,
                       bool is_own) {
  const msw_axis_id id = given->axis.id;
  if (msw_phase_has_axis(draft->block.phase, id)) return true;
  if (is_own)
    msw_json_error(reader->diag, given->at, NULL, "%s", msw_spec_no_such_axis(reader, draft->block.phase, id));
  return false;
}

static void place_zip(msw_spec_reader *reader, msw_block_draft *draft, const msw_given_zip *given, bool is_own,
                      msw_spec_zip *zips) {
  msw_spec_block *block = &draft->block;
  msw_spec_zip *zip = &zips[block->n_zips];
  *zip = (msw_spec_zip){.name = given->name, .n = given->n};
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const msw_given_axis *member = &given->members[id];
    if (!member->at || !fits_phase(reader, draft, member, is_own)) continue;
    if (!is_own && draft->own && msw_spec_level_gives(draft->own, id))
      msw_json_error(reader->diag, draft->own->at, "give the block its own zip of that name",
                     "%s is in the sweep's zip \"%s\"; a block cannot take it out", msw_axis_name(id), given->name);
    msw_spec_place_axis(draft, member, (int)block->n_zips);
    zip->members[zip->n_members++] = id;
  }
  if (zip->n_members > 0) block->n_zips++;
}

static bool is_replaced(const msw_block_draft *draft, const msw_given_zip *zip) {
  for (size_t i_own = 0; draft->own && i_own < draft->own->n_zips; i_own++)
    if (strcmp(draft->own->zips[i_own].name, zip->name) == 0) return true;
  return false;
}

static void place_zips(msw_spec_reader *reader, msw_block_draft *draft) {
  const msw_spec_level *sweep = draft->sweep, *own = draft->own;
  msw_spec_zip *zips = msw_arena_array(reader->arena, sweep->n_zips + (own ? own->n_zips : 0), sizeof *zips);
  for (size_t i_zip = 0; i_zip < sweep->n_zips; i_zip++)
    if (!is_replaced(draft, &sweep->zips[i_zip])) place_zip(reader, draft, &sweep->zips[i_zip], !own, zips);
  for (size_t i_zip = 0; own && i_zip < own->n_zips; i_zip++) place_zip(reader, draft, &own->zips[i_zip], true, zips);
  draft->block.zips = draft->zips = zips;
}

static void place_axes(msw_spec_reader *reader, msw_block_draft *draft) {
  const msw_spec_level *sweep = draft->sweep, *own = draft->own;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const bool is_own = !own || own->axes[id].at;
    const msw_given_axis *given = own && own->axes[id].at ? &own->axes[id] : &sweep->axes[id];
    if (given->at && !draft->given[id] && fits_phase(reader, draft, given, is_own))
      msw_spec_place_axis(draft, given, -1);
  }
}

/* ---- Absent axes ---- */

/* Of the texts: the config's own number format, and the tool's own method. */
static void take_default(msw_spec_reader *reader, msw_axis_id id, msw_spec_axis *axis) {
  static const char *const DTYPE = "config", *const METHOD = "measured";
  const char *const *label = id == MSW_AXIS_METHOD ? &METHOD : &DTYPE;
  const double number = id == MSW_AXIS_CACHED_LEN ? 0 : 1;   /* ep and prefill_batch: 1 */
  const bool is_text = msw_axis_is_text(id);
  double *value = msw_arena_alloc(reader->arena, sizeof *value);
  *value = is_text ? msw_texts_id(&reader->spec->texts, *label) : number;
  *axis = (msw_spec_axis){.id = id, .n = 1, .labels = is_text ? label : NULL, .values = value, .zip = -1};
}

static void take_default_method(msw_spec_reader *reader, msw_block_draft *draft) {
  msw_method_spec *method = msw_arena_alloc(reader->arena, sizeof *method);
  *method = (msw_method_spec){.label = "measured", .base = "measured", .where = msw_spec_where(reader, draft->at)};
  draft->block.methods = method;
}

static void complete_axes(msw_spec_reader *reader, msw_block_draft *draft) {
  const char *missing = "";
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    msw_spec_axis *axis = &draft->block.axes[id];
    const bool is_optional = id == MSW_AXIS_EP || id == MSW_AXIS_DTYPE || id == MSW_AXIS_METHOD || id == MSW_AXIS_CACHED_LEN ||
                             id == MSW_AXIS_PREFILL_BATCH;
    if (draft->given[id]) continue;
    *axis = (msw_spec_axis){.id = id, .zip = -1};
    if (!msw_phase_has_axis(draft->block.phase, id)) continue;
    if (id == MSW_AXIS_METHOD) take_default_method(reader, draft);
    if (is_optional) take_default(reader, id, axis);
    else missing = msw_format(reader->arena, "%s%s%s", missing, *missing ? ", " : "", msw_axis_name(id));
  }
  if (*missing)
    msw_json_error(reader->diag, draft->at,
                   "every axis without a default needs values, under \"axes\", \"fixed\" or \"zip\"",
                   "a %s block needs %s", msw_phase_name(draft->block.phase), missing);
}

void msw_spec_build_block(msw_spec_reader *reader, msw_block_draft *draft) {
  const msw_spec_level *sweep = draft->sweep, *own = draft->own;
  if (own && own->is_broken) return;
  choose_phase(reader, draft);
  if (!draft->has_phase) return;
  place_zips(reader, draft);
  place_axes(reader, draft);
  msw_spec_unite_whens(reader, draft);
  complete_axes(reader, draft);
  msw_spec_bind_points(reader, draft);   /* of the whole axes: --only does not touch points */
  msw_spec_apply_only(reader, draft);
  const msw_spec_level *fields_of = own && own->n_fields ? own : sweep;
  draft->block.fields = fields_of->fields;
  draft->block.fields_where = fields_of->fields_where;
  draft->block.n_fields = fields_of->n_fields;
}
