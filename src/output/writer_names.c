/* Names that a sweep may choose freely and that a result file has to keep apart. */
#include "writer_parts.h"

#include <string.h>

#include "msw/base/str.h"
#include "reduced.h"

static void refuse(const msw_plan *plan, const char *path, const char *what, const char *name, const char *taken_by,
                   msw_diag *diag) {
  msw_error(diag, (msw_loc){.file = plan->spec->file}, path, "choose another name",
            "%s cannot be called '%s': in the result file that is %s", what, name, taken_by);
}

static void check_zip(const msw_plan *plan, const msw_plan_block *block, const msw_spec_zip *zip, bool is_rounded,
                      msw_diag *diag) {
  const char *path = msw_format(&diag->arena, "zip.%s", zip->name);
  bool in_root = block->spec->name[0] == '\0';
  if (in_root && strcmp(zip->name, MSW_META_GROUP) == 0) refuse(plan, path, "a zip", zip->name, "the provenance", diag);
  if (is_rounded && strcmp(zip->name, MSW_QUANTIZATION) == 0)
    refuse(plan, path, "a zip", zip->name, "how numbers are rounded", diag);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    if (strcmp(zip->name, block->fields[i_field]->name) == 0) refuse(plan, path, "a zip", zip->name, "a field", diag);
}

/* Every block has a group in /meta, beside what is there for all of them. */
static void check_block(const msw_plan *plan, const char *name, msw_diag *diag) {
  static const char *const others[] = {"spec", "expanded", "methods", "inputs", MSW_META_TILES, MSW_META_INCLUDE,
                                       MSW_META_PARTIAL, MSW_META_NOTES};
  if (strcmp(name, MSW_META_GROUP) == 0) refuse(plan, "blocks", "a block", name, "the provenance", diag);
  for (size_t i_other = 0; i_other < sizeof others / sizeof others[0]; i_other++)
    if (strcmp(name, others[i_other]) == 0) refuse(plan, "blocks", "a block", name, "a part of the provenance", diag);
}

/* What else in the block's group has the name of the i_variable-th variable of a reduction; NULL: nothing. */
static const char *owner_of(const msw_plan_block *block, size_t i_reduction, size_t i_variable, bool is_rounded) {
  const char *name = block->reductions[i_reduction].variables[i_variable].name;
  bool in_root = block->spec->name[0] == '\0';
  msw_axis_id id;
  if (in_root && strcmp(name, MSW_META_GROUP) == 0) return "the provenance";
  if (is_rounded && strcmp(name, MSW_QUANTIZATION) == 0) return "how numbers are rounded";
  if (msw_axis_find(name, &id) && strcmp(msw_axis_name(id), name) == 0) return "an axis";
  for (size_t i_zip = 0; i_zip < block->spec->n_zips; i_zip++)
    if (strcmp(name, block->spec->zips[i_zip].name) == 0) return "a zip";
  for (size_t i = 0; i < i_reduction; i++)
    for (size_t i_other = 0; i_other < block->reductions[i].n_variables; i_other++)
      if (strcmp(name, block->reductions[i].variables[i_other].name) == 0)
        return "a variable of another reduction";
  return NULL;
}

static void check_reductions(const msw_plan_block *block, bool is_rounded, msw_diag *diag) {
  for (size_t i = 0; i < block->spec->n_reductions; i++) {
    const msw_reduction *reduction = &block->reductions[i];
    for (size_t i_variable = 0; i_variable < reduction->n_variables; i_variable++) {
      const char *by = owner_of(block, i, i_variable, is_rounded), *name = reduction->variables[i_variable].name;
      const msw_where *where = &reduction->spec->where;
      if (by)
        msw_error(diag, where->loc, where->path, "choose another name",
                  "the reduction gives a variable '%s': in the result file that is %s", name, by);
    }
  }
}

msw_status msw_check_names(const msw_plan *plan, const msw_writer_options *options, msw_diag *diag) {
  size_t n_before = diag->n_errors;
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    check_block(plan, block->spec->name, diag);
    for (size_t i_zip = 0; i_zip < block->spec->n_zips; i_zip++)
      check_zip(plan, block, &block->spec->zips[i_zip], options->keepbits > 0, diag);
    check_reductions(block, options->keepbits > 0, diag);
  }
  return diag->n_errors == n_before ? MSW_OK : MSW_BAD_INPUT;
}
