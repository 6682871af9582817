/* The file's own attributes and the groups of its blocks, each a complete NXdata of its own. */
#include "writer_parts.h"

#include <math.h>
#include <string.h>

#include "msw/base/str.h"
#include "msw/grid/reduction.h"

/* Sources of the presets in use, each once, joined by "; ". */
static const char *references_text(const msw_plan *plan, msw_arena *arena) {
  const char *text = "";
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    for (size_t i_method = 0; i_method < block->spec->axes[MSW_AXIS_METHOD].n; i_method++) {
      const msw_preset *preset = block->methods[i_method].preset;
      const char *entry = msw_format(arena, "%s: %s", preset->name, preset->source);
      if (!strstr(text, entry)) text = msw_format(arena, "%s%s%s", text, text[0] ? "; " : "", entry);
    }
  }
  return text;
}

static msw_status describe_file(const msw_writer *writer, msw_arena *arena) {
  const char *name = writer->plan->spec->name;
  const msw_text_attr attrs[] = {
      {"Conventions", writer->options.keepbits > 0 ? "CF-1.12" : "CF-1.10"},   /* 1.12 knows quantization */
      {"title", name},
      {"source", msw_format(arena, "mfusweep %s (%s)", msw_version(), msw_git_commit())},
      {"history", msw_format(arena, "evaluated by mfusweep %s from sweep '%s'", msw_version(), name)},
      {"references", references_text(writer->plan, arena)},
  };
  return msw_write_text_attrs(writer->file, attrs, sizeof attrs / sizeof attrs[0], writer->diag);
}

/* True for an ascending axis of positive values whose middle one lies nearer to the geometric mean of its ends than to
 * the arithmetic one. */
static bool looks_logarithmic(const msw_spec_axis *axis) {
  if (axis->labels || axis->n < 3 || !(axis->values[0] > 0.0)) return false;
  for (size_t i_value = 1; i_value < axis->n; i_value++)
    if (!(axis->values[i_value] > axis->values[i_value - 1])) return false;
  double first = axis->values[0], last = axis->values[axis->n - 1], middle = axis->values[axis->n / 2];
  return fabs(middle - sqrt(first * last)) < fabs(middle - 0.5 * (first + last));
}

/* What a viewer shows unasked, and the dimensions that it has. */
typedef struct { const char *name; bool is_float; size_t rank, dims[MSW_MAX_RANK]; } shown_field;

static shown_field find_shown(const msw_plan_block *block) {
  shown_field found = {.rank = block->rank};
  if (block->spec->n_reductions == 0) {
    const msw_field *field = msw_signal_field(block);
    found.name = field->name;
    found.is_float = field->type == MSW_FIELD_F32;
    for (size_t i_dim = 0; i_dim < block->rank; i_dim++) found.dims[i_dim] = i_dim;
    return found;
  }
  const msw_reduction *reduction = &block->reductions[0];
  found.name = reduction->variables[0].name;
  found.is_float = reduction->variables[0].type == MSW_REDUCED_F32;
  found.rank = reduction->rank;
  memcpy(found.dims, reduction->dims, sizeof found.dims);
  return found;
}

/* h5web reads axes_scale_type, silx axes_scale_types. */
static const char *silx_style(const msw_plan_block *block, const shown_field *shown, msw_arena *arena) {
  const char *axes = "";
  for (size_t i_dim = 0; i_dim < shown->rank; i_dim++) {
    const msw_dim *dim = &block->dims[shown->dims[i_dim]];
    bool is_log = dim->zip < 0 && looks_logarithmic(&block->spec->axes[dim->axis]);
    axes = msw_format(arena, "%s%s\"%s\"", axes, i_dim ? "," : "", is_log ? "log" : "linear");
  }
  return msw_format(arena, "{\"signal_scale_type\":\"%s\",\"axes_scale_type\":[%s],\"axes_scale_types\":[%s]}",
                    shown->is_float ? "log" : "linear", axes, axes);
}

/* NeXus: which variable to draw, and over what. "." where a viewer has no numbers to draw along. */
static msw_status describe_group(const msw_plan_block *block, msw_h5 group, msw_arena *arena, msw_diag *diag) {
  const char *axes[MSW_MAX_RANK];
  const shown_field shown = find_shown(block);
  for (size_t i_dim = 0; i_dim < shown.rank; i_dim++) {
    const msw_dim *dim = &block->dims[shown.dims[i_dim]];
    axes[i_dim] = dim->zip < 0 && msw_axis_is_text(dim->axis) ? "." : dim->name;
  }
  const msw_text_attr before[] = {
      {"phase", msw_phase_name(block->spec->phase)},
      {"NX_class", "NXdata"},
      {"signal", shown.name},
  };
  const msw_text_attr after[] = {{"SILX_style", silx_style(block, &shown, arena)}};
  msw_status status = msw_write_text_attrs(group, before, sizeof before / sizeof before[0], diag);
  if (status == MSW_OK && shown.rank > 0) status = msw_h5_attr_texts(group, "axes", axes, shown.rank, diag);
  return status == MSW_OK ? msw_write_text_attrs(group, after, 1, diag) : status;
}

static msw_status fill_group(msw_writer *writer, size_t i_block, msw_h5 group, msw_arena *arena) {
  const msw_plan_block *block = &writer->plan->blocks[i_block];
  msw_h5 scales[MSW_MAX_RANK];
  msw_status status = describe_group(block, group, arena, writer->diag);
  if (status != MSW_OK) return status;
  status = msw_write_coords(block, group, arena, writer->diag, scales);
  if (status == MSW_OK) status = msw_write_fields(writer, block, group, scales, writer->datasets[i_block]);
  if (status == MSW_OK) status = msw_write_reductions(writer, block, group, scales);
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) msw_h5_close(scales[i_dim]);
  return status;
}

static msw_status write_block(msw_writer *writer, size_t i_block, msw_arena *arena) {
  const char *name = writer->plan->blocks[i_block].spec->name;
  if (name[0] == '\0') return fill_group(writer, i_block, writer->file, arena);
  msw_h5 group = MSW_H5_NONE;
  msw_status status = msw_h5_create_group(writer->file, name, writer->diag, &group);
  if (status == MSW_OK) status = fill_group(writer, i_block, group, arena);
  msw_h5_close(group);
  return status;
}

msw_status msw_write_blocks(msw_writer *writer) {
  msw_arena scratch = {0};
  const char *first = writer->plan->blocks[0].spec->name;
  msw_status status = describe_file(writer, &scratch);
  if (status == MSW_OK && first[0]) {
    const msw_text_attr attrs[] = {{"NX_class", "NXroot"}, {"default", first}};
    status = msw_write_text_attrs(writer->file, attrs, sizeof attrs / sizeof attrs[0], writer->diag);
  }
  for (size_t i_block = 0; i_block < writer->plan->n_blocks && status == MSW_OK; i_block++)
    status = write_block(writer, i_block, &scratch);
  msw_arena_free(&scratch);
  return status;
}
