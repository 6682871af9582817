/* Everything of a labelled grid but its cells: attributes, coordinates, variables. */
#include <math.h>
#include <string.h>

#include "grid_file_parts.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/output/provenance.h"

msw_grid_axis msw_grid_axis_of(const msw_result_axis *axis, const msw_result_positions *positions, msw_arena *arena) {
  const char **texts = msw_arena_array(arena, positions->n, sizeof *texts);
  double *values = msw_arena_array(arena, positions->n, sizeof *values);
  for (size_t i = 0; i < positions->n; i++) {
    texts[i] = axis->texts[positions->at[i]];
    if (!axis->is_text) values[i] = axis->values[positions->at[i]];
  }
  return (msw_grid_axis){axis->name, axis->long_name, axis->units, positions->n, axis->is_text ? texts : NULL, values};
}

static msw_status write_attrs(msw_h5 object, const msw_grid_attr *attrs, size_t n, msw_diag *diag) {
  msw_status status = MSW_OK;
  for (size_t i = 0; i < n && status == MSW_OK; i++)
    if (attrs[i].value && attrs[i].value[0]) status = msw_h5_attr_text(object, attrs[i].name, attrs[i].value, diag);
  return status;
}

/* ---- Coordinates */

/* int32 where every value fits. */
static msw_h5_type type_of(const msw_grid_axis *axis) {
  for (size_t i = 0; i < axis->n; i++)
    if (!msw_is_integral(axis->values[i]) || fabs(axis->values[i]) > (double)INT32_MAX) return MSW_H5_F64;
  return MSW_H5_I32;
}

static const void *values_as(const msw_grid_axis *axis, msw_h5_type type, msw_arena *arena) {
  if (type == MSW_H5_F64) return axis->values;
  int32_t *narrow = msw_arena_array(arena, axis->n, sizeof *narrow);
  for (size_t i = 0; i < axis->n; i++) narrow[i] = (int32_t)axis->values[i];
  return narrow;
}

static msw_status describe_axis(msw_h5 dataset, const msw_grid_axis *axis, msw_diag *diag) {
  const msw_grid_attr attrs[] = {{"units", axis->units}, {"long_name", axis->long_name}};
  return write_attrs(dataset, attrs, sizeof attrs / sizeof *attrs, diag);
}

static msw_status write_scale(msw_grid_file *file, const msw_grid_axis *axis, msw_h5 *scale) {
  const msw_h5_type type = axis->texts ? MSW_H5_F64 : type_of(axis);
  const msw_status status = axis->texts ? msw_h5_coord_texts(file->file, axis->name, axis->texts, axis->n, file->diag, scale)
                                        : msw_h5_coord_numbers(file->file, axis->name, type,
                                                               values_as(axis, type, &file->arena), axis->n, file->diag, scale);
  return status == MSW_OK ? describe_axis(*scale, axis, file->diag) : status;
}

static msw_status write_member(msw_grid_file *file, const msw_grid_member *member, msw_h5 scale) {
  const msw_grid_axis *axis = &member->axis;
  const msw_h5_type type = axis->texts ? MSW_H5_F64 : type_of(axis);
  msw_h5 dataset = MSW_H5_NONE;
  msw_status status = axis->texts ? msw_h5_write_texts(file->file, axis->name, axis->texts, axis->n, file->diag)
                                  : msw_h5_write_numbers(file->file, axis->name, type, values_as(axis, type, &file->arena),
                                                         axis->n, file->diag);
  if (status == MSW_OK) status = msw_h5_open_dataset(file->file, axis->name, file->diag, &dataset);
  if (status == MSW_OK) status = msw_h5_attach_scale(dataset, scale, 0, file->diag);
  if (status == MSW_OK) status = describe_axis(dataset, axis, file->diag);
  msw_h5_close(dataset);
  return status;
}

/* ---- Variables */

static msw_status describe_codes(msw_h5 dataset, const msw_grid_variable *variable, msw_arena *arena, msw_diag *diag) {
  const char *names = "";
  uint32_t *wide = msw_arena_array(arena, variable->n_meanings, sizeof *wide);
  uint8_t *narrow = msw_arena_array(arena, variable->n_meanings, sizeof *narrow);
  if (variable->n_meanings == 0) return MSW_OK;
  for (size_t i = 0; i < variable->n_meanings; i++) {
    wide[i] = variable->meanings[i].value;
    narrow[i] = (uint8_t)variable->meanings[i].value;
    names = msw_format(arena, "%s%s%s", names, i ? " " : "", variable->meanings[i].name);
  }
  const bool is_narrow = variable->type == MSW_H5_U8;
  const msw_status status =
      msw_h5_attr_numbers(dataset, variable->is_bits ? "flag_masks" : "flag_values", is_narrow ? MSW_H5_U8 : MSW_H5_U32,
                          is_narrow ? (const void *)narrow : wide, variable->n_meanings, diag);
  return status == MSW_OK ? msw_h5_attr_text(dataset, "flag_meanings", names, diag) : status;
}

static const char *member_names(const msw_grid_layout *layout, msw_arena *arena) {
  const char *names = "";
  for (size_t i = 0; i < layout->n_members; i++)
    names = msw_format(arena, "%s%s%s", names, i ? " " : "", layout->members[i].axis.name);
  return names;
}

static msw_status create_variable(msw_grid_file *file, size_t i_variable, const msw_h5 *scales) {
  const msw_grid_layout *layout = file->layout;
  const msw_grid_variable *variable = &layout->variables[i_variable];
  uint64_t dims[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < layout->rank; i_dim++) dims[i_dim] = layout->axes[i_dim].n;
  const msw_h5_variable shape = {.name = variable->name, .type = variable->type, .rank = layout->rank, .dims = dims,
                                 .chunk = layout->chunk, .scales = scales, .deflate = layout->rank > 0};
  const msw_grid_attr attrs[] = {{"units", variable->units},
                                 {"long_name", variable->long_name},
                                 {"description", variable->description},
                                 {"coordinates", member_names(layout, &file->arena)},
                                 {"interpretation", i_variable == 0 ? "image" : NULL}};
  msw_h5 *dataset = &file->datasets[i_variable];
  msw_status status = msw_h5_create_variable(file->file, &shape, file->diag, dataset);
  if (status == MSW_OK) status = write_attrs(*dataset, attrs, sizeof attrs / sizeof *attrs, file->diag);
  return status == MSW_OK ? describe_codes(*dataset, variable, &file->arena, file->diag) : status;
}

/* ---- The file */

/* Ascending positive values whose middle one lies nearer to the geometric mean of its ends than to the arithmetic one. */
static bool looks_logarithmic(const msw_grid_axis *axis) {
  if (axis->texts || axis->n < 3 || !(axis->values[0] > 0.0)) return false;
  for (size_t i = 1; i < axis->n; i++)
    if (!(axis->values[i] > axis->values[i - 1])) return false;
  const double first = axis->values[0], last = axis->values[axis->n - 1], middle = axis->values[axis->n / 2], half = 0.5;
  return fabs(middle - sqrt(first * last)) < fabs(middle - half * (first + last));
}

/* h5web reads axes_scale_type, silx axes_scale_types. */
static const char *style_of(const msw_grid_layout *layout, msw_arena *arena) {
  const char *axes = "";
  for (size_t i_dim = 0; i_dim < layout->rank; i_dim++)
    axes = msw_format(arena, "%s%s\"%s\"", axes, i_dim ? "," : "", looks_logarithmic(&layout->axes[i_dim]) ? "log" : "linear");
  return msw_format(arena, "{\"signal_scale_type\":\"%s\",\"axes_scale_type\":[%s],\"axes_scale_types\":[%s]}",
                    layout->is_log ? "log" : "linear", axes, axes);
}

/* NeXus: "." where a viewer has no numbers to draw along. */
static msw_status describe_file(msw_grid_file *file) {
  const msw_grid_layout *layout = file->layout;
  const char *names[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < layout->rank; i_dim++)
    names[i_dim] = layout->axes[i_dim].texts ? "." : layout->axes[i_dim].name;
  const msw_grid_attr before[] = {
      {"Conventions", "CF-1.10"},
      {"source", msw_format(&file->arena, "mfusweep %s (%s)", msw_version(), msw_git_commit())}};
  const msw_grid_attr after[] = {
      {"NX_class", "NXdata"}, {"signal", layout->variables[0].name}, {"SILX_style", style_of(layout, &file->arena)}};
  msw_status status = write_attrs(file->file, before, sizeof before / sizeof *before, file->diag);
  if (status == MSW_OK) status = write_attrs(file->file, layout->attrs, layout->n_attrs, file->diag);
  if (status == MSW_OK) status = write_attrs(file->file, after, sizeof after / sizeof *after, file->diag);
  return status == MSW_OK && layout->rank > 0 ? msw_h5_attr_texts(file->file, "axes", names, layout->rank, file->diag) : status;
}

msw_status msw_grid_describe(msw_grid_file *file) {
  const msw_grid_layout *layout = file->layout;
  msw_h5 scales[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < MSW_H5_MAX_RANK; i_dim++) scales[i_dim] = MSW_H5_NONE;
  msw_status status = describe_file(file);
  for (size_t i_dim = 0; i_dim < layout->rank && status == MSW_OK; i_dim++)
    status = write_scale(file, &layout->axes[i_dim], &scales[i_dim]);
  for (size_t i = 0; i < layout->n_members && status == MSW_OK; i++)
    status = write_member(file, &layout->members[i], scales[layout->members[i].i_dim]);
  for (size_t i = 0; i < layout->n_variables && status == MSW_OK; i++) status = create_variable(file, i, scales);
  for (size_t i_dim = 0; i_dim < layout->rank; i_dim++) msw_h5_close(scales[i_dim]);
  return status;
}
