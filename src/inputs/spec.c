/* Loads a sweep file: document, then levels (the sweep's and its blocks'), then blocks, then a look back. Every step
 * goes on after errors as far as there is something to say. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

bool msw_spec_has_errors(const msw_spec_reader *reader) { return reader->diag->n_errors > reader->n_errors_before; }

/* False when the file is in another language: then its other keys mean nothing to us either. */
static bool read_version(msw_spec_reader *reader, msw_json_reader *object) {
  const msw_json *version = msw_json_want(object, "sweep", true);
  if (!version) return true;   /* reported; the rest is worth reading */
  const bool is_ours = version->number >= MSW_SWEEP_LANGUAGE && version->number <= MSW_SWEEP_LANGUAGE;
  if (version->type == MSW_JSON_NUMBER && is_ours) return true;
  msw_json_error(reader->diag, version, NULL, "expected %d, the version of the sweep language that this mfusweep reads",
                 MSW_SWEEP_LANGUAGE);
  return false;
}

static void read_name(msw_spec_reader *reader, msw_json_reader *object, const char **name) {
  const msw_json *value = msw_spec_want(object, "name", true);
  if (!value || msw_spec_is_lost(value)) return;
  if (!msw_json_want_string(object, "name", true, name) || msw_spec_is_name(*name)) return;
  msw_json_error(reader->diag, msw_json_get(object->object, "name"), "letters, digits and . _ - make names, up to 128",
                 "\"%s\" cannot be a name", *name);
}

/* Texts for people; nothing depends on them. */
static void skip_comments(msw_json_reader *object) {
  const char *ignored;
  msw_json_want_string(object, "description", false, &ignored);
  msw_json_want_string(object, "$schema", false, &ignored);
}

/* ---- Blocks ---- */

static void read_block(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level, msw_spec_block *block) {
  msw_json_reader object;
  level->is_block = true;
  level->at = value;
  block->name = "";
  level->is_broken = !msw_json_begin(&object, value, reader->diag);
  if (level->is_broken) return;
  read_name(reader, &object, &block->name);
  if (msw_spec_is_taken(block->name))
    msw_json_error(reader->diag, msw_json_get(value, "name"), NULL, "%s", MSW_SPEC_TAKEN);
  skip_comments(&object);
  msw_spec_read_level(reader, &object, level);
  msw_json_end(&object, true);
}

static void check_names(msw_spec_reader *reader, const msw_block_draft *drafts, size_t n_blocks) {
  for (size_t i_block = 0; i_block < n_blocks; i_block++)
    for (size_t i_other = 0; i_other < i_block && *drafts[i_block].block.name; i_other++)
      if (strcmp(drafts[i_other].block.name, drafts[i_block].block.name) == 0)
        msw_json_error(reader->diag, drafts[i_block].at, NULL, "a second block \"%s\"", drafts[i_block].block.name);
}

/* A sweep without "blocks" is one block, which has no level of its own. No blocks at all after an error. */
static msw_block_draft *read_blocks(msw_spec_reader *reader, const msw_json *value, msw_spec_level *sweep,
                                    size_t *n_blocks) {
  const bool is_list = value && value->type == MSW_JSON_ARRAY && value->n_children > 0;
  if (value && !is_list) msw_json_error(reader->diag, value, NULL, "expected a list of blocks");
  *n_blocks = is_list ? value->n_children : !value;
  msw_block_draft *drafts = msw_arena_array(reader->arena, *n_blocks, sizeof *drafts);
  msw_spec_level *levels = msw_arena_array(reader->arena, *n_blocks, sizeof *levels);
  if (!value) drafts[0] = (msw_block_draft){.block.name = "", .sweep = sweep, .at = sweep->at};
  size_t i_block = 0;
  for (const msw_json *item = is_list ? value->first : NULL; item; item = item->next, i_block++) {
    drafts[i_block] = (msw_block_draft){.sweep = sweep, .own = &levels[i_block], .at = item};
    read_block(reader, item, &levels[i_block], &drafts[i_block].block);
  }
  check_names(reader, drafts, *n_blocks);
  return drafts;
}

/* ---- The sweep ---- */

static void finish_inputs(msw_spec_reader *reader) {
  const char **files = msw_arena_array(reader->arena, reader->n_inputs, sizeof *files);
  const char **sha256 = msw_arena_array(reader->arena, reader->n_inputs, sizeof *sha256);
  for (size_t i_input = 0; i_input < reader->n_inputs; i_input++) {
    files[i_input] = reader->input_files[i_input];
    sha256[i_input] = reader->input_sha256[i_input];
  }
  reader->spec->input_files = files;
  reader->spec->input_sha256 = sha256;
  reader->spec->n_inputs = reader->n_inputs;
}

static void build_blocks(msw_spec_reader *reader, msw_spec_level *sweep, msw_block_draft *drafts, size_t n_blocks) {
  uint64_t n_cells = 0;
  for (size_t i_block = 0; i_block < n_blocks; i_block++) {
    msw_spec_build_block(reader, &drafts[i_block]);
    msw_spec_check_block(reader, &drafts[i_block], &n_cells);
    msw_spec_bind_block(reader, &drafts[i_block]);
  }
  msw_spec_check_use(reader, sweep, drafts, n_blocks);
  msw_spec_check_only(reader);
  if (msw_spec_has_errors(reader)) return;
  msw_spec_block *blocks = msw_arena_array(reader->arena, n_blocks, sizeof *blocks);
  for (size_t i_block = 0; i_block < n_blocks; i_block++) blocks[i_block] = drafts[i_block].block;
  reader->spec->blocks = blocks;
  reader->spec->n_blocks = n_blocks;
  msw_spec_expand(reader, drafts, n_blocks);
  finish_inputs(reader);
}

static void read_sweep(msw_spec_reader *reader, const msw_json *document) {
  msw_json_reader object;
  msw_spec_level sweep = {0};
  size_t n_blocks;
  msw_json_begin(&object, document, reader->diag);
  if (!read_version(reader, &object)) {
    msw_json_end(&object, false);
    return;
  }
  read_name(reader, &object, &reader->spec->name);
  skip_comments(&object);
  msw_json_want(&object, "defs", false);   /* gone by now, but known: for hints */
  msw_spec_read_level(reader, &object, &sweep);
  msw_spec_read_settings(reader, &object, &sweep);
  msw_block_draft *drafts = read_blocks(reader, msw_json_want(&object, "blocks", false), &sweep, &n_blocks);
  msw_json_end(&object, true);
  if (n_blocks > 0) build_blocks(reader, &sweep, drafts, n_blocks);
}

static msw_status load(const char *file, const char *text, size_t len, msw_spec_edits edits, const msw_data_root *data,
                       msw_arena *arena, msw_diag *diag, msw_spec *spec) {
  msw_spec_reader reader = {.data = data, .spec = spec, .arena = arena, .diag = diag};
  reader.n_errors_before = diag->n_errors;
  *spec = (msw_spec){.arena = arena, .file = msw_strdup(arena, file)};
  reader.models = msw_arena_array(arena, data->n_models, sizeof *reader.models);
  msw_json *document = msw_spec_document(&reader, file, text, len);
  spec->n_documents = reader.n_inputs;
  if (document) {
    msw_spec_edit(&reader, document, edits);
    msw_spec_read_only(&reader, edits);
    msw_spec_apply_env(&reader, document);
    msw_spec_apply_defs(&reader, document);
    read_sweep(&reader, document);
  }
  free(reader.input_files);
  free(reader.input_sha256);
  if (!msw_spec_has_errors(&reader)) return MSW_OK;
  msw_spec_free(spec);
  return diag->status;
}

msw_status msw_spec_load(const char *path, msw_spec_edits edits, const msw_data_root *data, msw_arena *arena,
                         msw_diag *diag, msw_spec *spec) {
  return load(path, NULL, 0, edits, data, arena, diag, spec);
}

msw_status msw_spec_load_text(const char *text, size_t len, const char *file, msw_spec_edits edits,
                              const msw_data_root *data, msw_arena *arena, msw_diag *diag, msw_spec *spec) {
  return load(file, text, len, edits, data, arena, diag, spec);
}

void msw_spec_free(msw_spec *spec) { msw_texts_free(&spec->texts); }
