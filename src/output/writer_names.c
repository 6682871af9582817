/* Names that a sweep may choose freely and that a result file has to keep apart. */
#include "writer_parts.h"

#include <string.h>

#include "msw/base/str.h"

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

msw_status msw_check_names(const msw_plan *plan, const msw_writer_options *options, msw_diag *diag) {
  size_t n_before = diag->n_errors;
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    if (strcmp(block->spec->name, MSW_META_GROUP) == 0)
      refuse(plan, "blocks", "a block", block->spec->name, "the provenance", diag);
    for (size_t i_zip = 0; i_zip < block->spec->n_zips; i_zip++)
      check_zip(plan, block, &block->spec->zips[i_zip], options->keepbits > 0, diag);
  }
  return diag->n_errors == n_before ? MSW_OK : MSW_BAD_INPUT;
}
