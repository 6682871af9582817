/* /meta: everything that says where a result came from, and what its cells amount to. */
#include "writer_parts.h"

#include "msw/base/str.h"

const char *const msw_summed_attrs[MSW_N_SUMMED_ATTRS] = {"n_total", "n_excluded", "n_conditional", "n_void",
                                                               "n_evaluated"};

enum { EXCLUDED_BIT = 0, CONDITIONAL_BIT = 15 };
_Static_assert(MSW_FLAG_EXCLUDED == (msw_flags)1 << EXCLUDED_BIT && MSW_FLAG_CONDITIONAL == (msw_flags)1 << CONDITIONAL_BIT,
               "counts of flags go by bits");

const char *msw_meta_block_name(const msw_spec_block *block) {
  return block->name[0] ? block->name : MSW_UNNAMED_BLOCK;
}

static msw_status describe_meta(const msw_writer *writer, msw_h5 meta) {
  const msw_text_attr attrs[] = {
      {"NX_class", "NXcollection"},
      {"hash", writer->provenance->hash},
      {"version", msw_version()},
      {"commit", msw_git_commit()},
      {"compiler", msw_build_compiler()},
      {"compiler_flags", msw_build_flags()},
      {"hdf5_version", msw_h5_library_version()},
      {"host", writer->provenance->host},
  };
  const int32_t format = MSW_RESULT_FORMAT, language = MSW_SWEEP_LANGUAGE;
  msw_status status = msw_write_text_attrs(meta, attrs, sizeof attrs / sizeof attrs[0], writer->diag);
  if (status == MSW_OK) status = msw_h5_attr_numbers(meta, "format", MSW_H5_I32, &format, 1, writer->diag);
  if (status == MSW_OK) status = msw_h5_attr_numbers(meta, "sweep_language", MSW_H5_I32, &language, 1, writer->diag);
  return status;
}

static msw_status write_inputs(const msw_provenance *provenance, msw_h5 meta, msw_arena *arena, msw_diag *diag) {
  const char **lines = msw_arena_array(arena, provenance->n_inputs, sizeof *lines);
  for (size_t i_input = 0; i_input < provenance->n_inputs; i_input++)
    lines[i_input] = msw_format(arena, "%s  %s", provenance->inputs[i_input].sha256, provenance->inputs[i_input].file);
  if (provenance->n_inputs == 0) return MSW_OK;
  return msw_h5_write_texts(meta, "inputs", lines, provenance->n_inputs, diag);
}

static msw_status write_notes(const msw_writer *writer, msw_h5 meta) {
  if (writer->options.n_notes == 0) return MSW_OK;
  return msw_h5_write_texts(meta, MSW_META_NOTES, writer->options.notes, writer->options.n_notes, writer->diag);
}

static msw_status fill_meta(const msw_writer *writer, msw_h5 meta, msw_arena *arena) {
  const msw_spec *spec = writer->plan->spec;
  msw_status status = describe_meta(writer, meta);
  if (status == MSW_OK) status = msw_h5_write_text(meta, "spec", spec->text, writer->diag);
  if (status == MSW_OK) status = msw_h5_write_text(meta, "expanded", spec->expanded, writer->diag);
  if (status == MSW_OK)
    status = msw_h5_write_text(meta, "methods", msw_methods_json(writer->plan, arena), writer->diag);
  if (status == MSW_OK) status = write_inputs(writer->provenance, meta, arena, writer->diag);
  if (status == MSW_OK) status = write_notes(writer, meta);
  if (status == MSW_OK) status = msw_write_points(writer, meta, arena);
  const uint64_t tiles[MSW_N_META_TILES] = {writer->options.tiles.first, writer->options.tiles.n,
                                            writer->plan->n_tiles};
  return status == MSW_OK ? msw_h5_write_numbers(meta, MSW_META_TILES, MSW_H5_U64, tiles, MSW_N_META_TILES, writer->diag)
                          : status;
}

msw_status msw_write_meta(msw_writer *writer) {
  msw_arena scratch = {0};
  msw_h5 meta = MSW_H5_NONE;
  msw_status status = msw_h5_create_group(writer->file, MSW_META_GROUP, writer->diag, &meta);
  if (status == MSW_OK) status = fill_meta(writer, meta, &scratch);
  msw_h5_close(meta);
  msw_arena_free(&scratch);
  return status;
}

static msw_status write_flag_counts(const msw_spec_block *spec, const msw_block_counts *counts, msw_h5 group, msw_arena *arena, msw_diag *diag) {
  msw_h5 dataset = MSW_H5_NONE;
  msw_status status = msw_h5_write_numbers(group, MSW_FLAG_COUNTS, MSW_H5_U64, counts->flags, msw_flags_in_use(spec),
                                           diag);
  if (status == MSW_OK) status = msw_h5_open_dataset(group, MSW_FLAG_COUNTS, diag, &dataset);
  if (status == MSW_OK) status = msw_h5_attr_text(dataset, "flag_meanings", msw_flag_meanings(spec, arena), diag);
  msw_h5_close(dataset);
  return status;
}

static msw_status write_rules(const msw_plan_block *block, msw_h5 group, msw_arena *arena, msw_diag *diag) {
  size_t n = block->spec->n_rules;
  if (n == 0) return MSW_OK;   /* netCDF-C takes an empty data set for an unlimited dimension */
  const char **texts = msw_arena_array(arena, n, sizeof *texts);
  uint64_t *cells = msw_arena_array(arena, n, sizeof *cells);
  for (size_t i_rule = 0; i_rule < n; i_rule++) {
    texts[i_rule] = block->rule_counts[i_rule].rule->text;
    cells[i_rule] = block->rule_counts[i_rule].n_cells;
  }
  msw_status status = msw_h5_write_texts(group, "rules", texts, n, diag);
  return status == MSW_OK ? msw_h5_write_numbers(group, "rule_cells", MSW_H5_U64, cells, n, diag) : status;
}

/* n_total: the cells of the block that this file holds. */
static msw_status write_block_counts(const msw_plan_block *block, uint64_t n_total, const msw_block_counts *counts,
                                     msw_h5 group, msw_arena *arena, msw_diag *diag) {
  uint64_t n_excluded = counts->flags[EXCLUDED_BIT], n_conditional = counts->flags[CONDITIONAL_BIT];
  const uint64_t values[MSW_N_SUMMED_ATTRS] = {
      n_total, n_excluded, n_conditional, n_total - n_excluded - n_conditional - counts->n_evaluated, counts->n_evaluated};
  msw_status status = MSW_OK;
  for (size_t i_attr = 0; i_attr < MSW_N_SUMMED_ATTRS && status == MSW_OK; i_attr++)
    status = msw_h5_attr_numbers(group, msw_summed_attrs[i_attr], MSW_H5_U64, &values[i_attr], 1, diag);
  if (status == MSW_OK) status = write_flag_counts(block->spec, counts, group, arena, diag);
  return status == MSW_OK ? write_rules(block, group, arena, diag) : status;
}

msw_status msw_write_counts(msw_writer *writer, const msw_block_counts *counts) {
  msw_arena scratch = {0};
  msw_h5 meta = MSW_H5_NONE;
  msw_status status = msw_h5_open_group(writer->file, MSW_META_GROUP, writer->diag, &meta);
  for (size_t i_block = 0; i_block < writer->plan->n_blocks && status == MSW_OK; i_block++) {
    const msw_plan_block *block = &writer->plan->blocks[i_block];
    msw_h5 group = MSW_H5_NONE;
    status = msw_h5_create_group(meta, msw_meta_block_name(block->spec), writer->diag, &group);
    if (status == MSW_OK)
      status = write_block_counts(block, writer->cells[i_block], &counts[i_block], group, &scratch, writer->diag);
    msw_h5_close(group);
  }
  msw_h5_close(meta);
  msw_arena_free(&scratch);
  return status;
}
