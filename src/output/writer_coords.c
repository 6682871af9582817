/* Coordinates: one dimension scale per dimension, and the members of zips as variables along theirs. */
#include "writer_parts.h"

#include <math.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/grid/reduction.h"

/* The narrowest of int32, int64 and double that holds every value. */
static msw_h5_type narrowest_type(const double *values, size_t n) {
  msw_h5_type type = MSW_H5_I32;
  for (size_t i_value = 0; i_value < n; i_value++) {
    if (!msw_is_integral(values[i_value])) return MSW_H5_F64;
    if (fabs(values[i_value]) > (double)INT32_MAX) type = MSW_H5_I64;
  }
  return type;
}

/* The values in the memory layout of the type. */
static const void *as_type(const double *values, size_t n, msw_h5_type type, msw_arena *arena) {
  if (type == MSW_H5_F64) return values;
  if (type == MSW_H5_I64) {
    int64_t *wide = msw_arena_array(arena, n, sizeof *wide);
    for (size_t i_value = 0; i_value < n; i_value++) wide[i_value] = (int64_t)values[i_value];
    return wide;
  }
  int32_t *narrow = msw_arena_array(arena, n, sizeof *narrow);
  for (size_t i_value = 0; i_value < n; i_value++) narrow[i_value] = (int32_t)values[i_value];
  return narrow;
}

msw_status msw_write_axis_numbers(msw_h5 group, const char *name, const double *values, size_t n, msw_arena *arena,
                                  msw_diag *diag) {
  msw_h5_type type = narrowest_type(values, n);
  return msw_h5_write_numbers(group, name, type, as_type(values, n, type, arena), n, diag);
}

static msw_status describe_axis(msw_h5 dataset, msw_axis_id axis, msw_diag *diag) {
  const msw_text_attr attrs[] = {{"units", msw_axis_unit(axis)}, {"long_name", msw_axis_long_name(axis)}};
  return msw_write_text_attrs(dataset, attrs, sizeof attrs / sizeof attrs[0], diag);
}

/* The coordinate of a dimension that is an axis. */
static msw_status write_axis(const msw_spec_axis *axis, msw_h5 group, msw_arena *arena, msw_diag *diag, msw_h5 *scale) {
  const char *name = msw_axis_name(axis->id);
  msw_status status;
  if (axis->labels) {
    status = msw_h5_coord_texts(group, name, axis->labels, axis->n, diag, scale);
  } else {
    msw_h5_type type = narrowest_type(axis->values, axis->n);
    status = msw_h5_coord_numbers(group, name, type, as_type(axis->values, axis->n, type, arena), axis->n, diag, scale);
  }
  return status == MSW_OK ? describe_axis(*scale, axis->id, diag) : status;
}

/* An axis that runs along a zip's dimension: a variable there, not a dimension of its own. */
static msw_status write_member(const msw_spec_axis *axis, msw_h5 group, msw_h5 scale, msw_arena *arena,
                               msw_diag *diag) {
  const char *name = msw_axis_name(axis->id);
  msw_h5 dataset = MSW_H5_NONE;
  msw_status status = axis->labels ? msw_h5_write_texts(group, name, axis->labels, axis->n, diag)
                                   : msw_write_axis_numbers(group, name, axis->values, axis->n, arena, diag);
  if (status == MSW_OK) status = msw_h5_open_dataset(group, name, diag, &dataset);
  if (status == MSW_OK) status = msw_h5_attach_scale(dataset, scale, 0, diag);
  if (status == MSW_OK) status = describe_axis(dataset, axis->id, diag);
  msw_h5_close(dataset);
  return status;
}

static const char *member_names(const msw_spec_zip *zip, const char *separator, msw_arena *arena) {
  const char *names = "";
  for (size_t i_member = 0; i_member < zip->n_members; i_member++)
    names = msw_format(arena, "%s%s%s", names, i_member ? separator : "", msw_axis_name(zip->members[i_member]));
  return names;
}

/* The coordinate of a dimension that is a zip: positions, as its members may repeat values. */
static msw_status write_zip(const msw_spec_zip *zip, msw_h5 group, msw_arena *arena, msw_diag *diag, msw_h5 *scale) {
  int32_t *positions = msw_arena_array(arena, zip->n, sizeof *positions);
  for (size_t i_zip = 0; i_zip < zip->n; i_zip++) positions[i_zip] = (int32_t)i_zip;
  msw_status status = msw_h5_coord_numbers(group, zip->name, MSW_H5_I32, positions, zip->n, diag, scale);
  if (status != MSW_OK) return status;
  const char *long_name = msw_format(arena, "position in the zip of %s", member_names(zip, ", ", arena));
  const msw_text_attr attrs[] = {{"units", "1"}, {"long_name", long_name}};
  return msw_write_text_attrs(*scale, attrs, sizeof attrs / sizeof attrs[0], diag);
}

static msw_status write_members(const msw_spec_block *block, const msw_spec_zip *zip, msw_h5 group, msw_h5 scale,
                                msw_arena *arena, msw_diag *diag) {
  msw_status status = MSW_OK;
  for (size_t i_member = 0; i_member < zip->n_members && status == MSW_OK; i_member++)
    status = write_member(&block->axes[zip->members[i_member]], group, scale, arena, diag);
  return status;
}

msw_status msw_write_coords(const msw_plan_block *block, msw_h5 group, msw_arena *arena, msw_diag *diag,
                            msw_h5 *scales) {
  msw_status status = MSW_OK;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) scales[i_dim] = MSW_H5_NONE;
  for (size_t i_dim = 0; i_dim < block->rank && status == MSW_OK; i_dim++) {
    const msw_dim *dim = &block->dims[i_dim];
    if (!msw_block_keeps_dim(block, i_dim)) continue;
    if (dim->zip >= 0) status = write_zip(&block->spec->zips[dim->zip], group, arena, diag, &scales[i_dim]);
    else status = write_axis(&block->spec->axes[dim->axis], group, arena, diag, &scales[i_dim]);
  }
  for (size_t i_dim = 0; i_dim < block->rank && status == MSW_OK; i_dim++) {
    int i_zip = block->dims[i_dim].zip;
    if (i_zip < 0 || !msw_block_keeps_dim(block, i_dim)) continue;
    status = write_members(block->spec, &block->spec->zips[i_zip], group, scales[i_dim], arena, diag);
  }
  return status;
}

const char *msw_zipped_names(const msw_plan_block *block, const msw_reduction *reduction, msw_arena *arena) {
  const char *names = "";
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    int i_zip = block->dims[i_dim].zip;
    if (i_zip < 0 || (reduction && !msw_reduction_keeps(reduction, i_dim))) continue;
    const char *members = member_names(&block->spec->zips[i_zip], " ", arena);
    names = msw_format(arena, "%s%s%s", names, names[0] ? " " : "", members);
  }
  return names;
}
