/* The HDF5 file of an error grid. */
#include "msw/analysis/error_grid.h"

#include <unistd.h>

#include "error_grid_parts.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/formats/h5.h"
#include "msw/output/provenance.h"

typedef struct { const char *name, *value; } text_attr;

static msw_status write_attrs(msw_h5 object, const text_attr *attrs, size_t n, msw_diag *diag) {
  msw_status status = MSW_OK;
  for (size_t i_attr = 0; i_attr < n && status == MSW_OK; i_attr++)
    status = msw_h5_attr_text(object, attrs[i_attr].name, attrs[i_attr].value, diag);
  return status;
}

/* ---- coordinates ---- */

static msw_status write_texts(msw_h5 group, const char *name, const char *long_name, const char *const *values, size_t n,
                              msw_diag *diag, msw_h5 *scale) {
  msw_status status = msw_h5_coord_texts(group, name, values, n, diag, scale);
  return status == MSW_OK ? msw_h5_attr_text(*scale, "long_name", long_name, diag) : status;
}

static msw_status write_numbers(msw_h5 group, msw_axis_id axis, const char *long_name, msw_h5_type type,
                                const void *values, size_t n, msw_diag *diag, msw_h5 *scale) {
  const text_attr attrs[] = {{"units", msw_axis_unit(axis)}, {"long_name", long_name}};
  msw_status status = msw_h5_coord_numbers(group, msw_axis_name(axis), type, values, n, diag, scale);
  return status == MSW_OK ? write_attrs(*scale, attrs, sizeof attrs / sizeof *attrs, diag) : status;
}

static msw_status write_coords(const msw_error_block *block, msw_h5 group, msw_diag *diag, msw_h5 scales[MSW_N_ERROR_DIMS]) {
  const bool is_prefill = block->phase == MSW_PREFILL;
  const char *length = is_prefill ? "New tokens of a prefill (tokens, upper end of bin)"
                                  : "KV-cache length (tokens, upper end of bin)";
  const char *batch = is_prefill ? "Prefill requests" : "Decode requests";
  msw_status status = write_texts(group, "set", "GPU, engine, model, tp, weight/KV format", block->sets,
                                  (size_t)block->dims[0], diag, &scales[0]);
  if (status == MSW_OK)
    status = write_texts(group, "method", "Method", block->methods, (size_t)block->dims[1], diag, &scales[1]);
  if (status == MSW_OK)
    status = write_numbers(group, MSW_AXIS_BATCH, batch, MSW_H5_I32, block->batches, (size_t)block->dims[2], diag,
                           &scales[2]);
  if (status == MSW_OK)
    status = write_numbers(group, is_prefill ? MSW_AXIS_SEQ_LEN : MSW_AXIS_KV_LEN, length, MSW_H5_F64, block->lengths,
                           (size_t)block->dims[3], diag, &scales[3]);
  return status;
}

/* ---- fields ---- */

typedef struct { const char *name, *units, *long_name; msw_h5_type type; const void *values; } grid_field;

static msw_status write_field(const msw_error_block *block, const grid_field *field, msw_h5 group, const msw_h5 *scales,
                              msw_diag *diag) {
  const uint64_t start[MSW_N_ERROR_DIMS] = {0}, chunk[] = {1, 1, block->dims[2], block->dims[3]};
  const msw_h5_variable variable = {.name = field->name, .type = field->type, .rank = MSW_N_ERROR_DIMS,
                                    .dims = block->dims, .chunk = chunk, .scales = scales, .deflate = true};
  const text_attr attrs[] = {{"units", field->units}, {"long_name", field->long_name}};
  msw_h5 dataset = MSW_H5_NONE;
  msw_status status = msw_h5_create_variable(group, &variable, diag, &dataset);
  if (status == MSW_OK) status = write_attrs(dataset, attrs, sizeof attrs / sizeof *attrs, diag);
  if (status == MSW_OK)
    status = msw_h5_write_slab(dataset, field->type, MSW_N_ERROR_DIMS, start, block->dims, field->values, diag);
  msw_h5_close(dataset);
  return status;
}

static msw_status write_fields(const msw_error_block *block, msw_h5 group, const msw_h5 *scales, msw_diag *diag) {
  const grid_field fields[] = {
      {"bias", "percent", "Mean error (percent of measured)", MSW_H5_F32, block->bias},
      {"mape", "percent", "Mean absolute error (percent of measured)", MSW_H5_F32, block->mape},
      {"measured_us", "us", "Mean measured step time (us)", MSW_H5_F32, block->measured_us},
      {"predicted_us", "us", "Mean predicted step time (us)", MSW_H5_F32, block->predicted_us},
      {"n", "1", "Measured steps with a prediction", MSW_H5_U32, block->n},
  };
  msw_status status = MSW_OK;
  for (size_t i_field = 0; i_field < sizeof fields / sizeof *fields && status == MSW_OK; i_field++)
    status = write_field(block, &fields[i_field], group, scales, diag);
  return status;
}

/* ---- the file ---- */

/* NeXus: "." where a viewer has no numbers to draw along. */
static msw_status describe_group(const msw_error_block *block, msw_h5 group, msw_diag *diag) {
  static const char style[] =
      "{\"signal_scale_type\":\"linear\",\"axes_scale_type\":[\"linear\",\"linear\",\"linear\",\"log\"],"
      "\"axes_scale_types\":[\"linear\",\"linear\",\"linear\",\"log\"]}";
  const char *const axes[MSW_N_ERROR_DIMS] = {".", ".", "batch", block->length_name};
  const text_attr attrs[] = {
      {"phase", msw_phase_name(block->phase)}, {"NX_class", "NXdata"}, {"signal", "bias"}, {"SILX_style", style}};
  msw_status status = write_attrs(group, attrs, sizeof attrs / sizeof *attrs, diag);
  return status == MSW_OK ? msw_h5_attr_texts(group, "axes", axes, MSW_N_ERROR_DIMS, diag) : status;
}

static msw_status write_block(const msw_error_block *block, msw_h5 file, msw_diag *diag) {
  msw_h5 group = MSW_H5_NONE, scales[MSW_N_ERROR_DIMS] = {MSW_H5_NONE, MSW_H5_NONE, MSW_H5_NONE, MSW_H5_NONE};
  msw_status status = msw_h5_create_group(file, msw_phase_name(block->phase), diag, &group);
  if (status == MSW_OK) status = describe_group(block, group, diag);
  if (status == MSW_OK) status = write_coords(block, group, diag, scales);
  if (status == MSW_OK) status = write_fields(block, group, scales, diag);
  for (size_t i_dim = 0; i_dim < MSW_N_ERROR_DIMS; i_dim++) msw_h5_close(scales[i_dim]);
  msw_h5_close(group);
  return status;
}

static msw_status write_meta(const msw_error_table *table, const char *const *notes, size_t n_notes, msw_h5 file,
                             msw_arena *arena, msw_diag *diag) {
  const msw_measured *measured = table->measured;
  const text_attr attrs[] = {{"NX_class", "NXcollection"}, {"version", msw_version()}, {"commit", msw_git_commit()}};
  const char **inputs = msw_arena_array(arena, measured->n_files, sizeof *inputs);
  for (size_t i_file = 0; i_file < measured->n_files; i_file++)
    inputs[i_file] = msw_format(arena, "%s  %s", measured->files[i_file].sha256, measured->files[i_file].path);
  msw_h5 meta = MSW_H5_NONE;
  msw_status status = msw_h5_create_group(file, "meta", diag, &meta);
  if (status == MSW_OK) status = write_attrs(meta, attrs, sizeof attrs / sizeof *attrs, diag);
  if (status == MSW_OK) status = msw_h5_write_texts(meta, "inputs", inputs, measured->n_files, diag);
  if (status == MSW_OK && n_notes > 0) status = msw_h5_write_texts(meta, "notes", notes, n_notes, diag);
  msw_h5_close(meta);
  return status;
}

static msw_status fill_file(const msw_error_table *table, const char *const *notes, size_t n_notes, msw_h5 file,
                            msw_arena *arena, msw_diag *diag) {
  static const msw_phase phases[] = {MSW_DECODE, MSW_PREFILL, MSW_MIXED};
  const text_attr attrs[] = {
      {"Conventions", "CF-1.10"},
      {"title", "errors of predicted step times"},
      {"source", msw_format(arena, "mfusweep %s (%s)", msw_version(), msw_git_commit())},
      {"NX_class", "NXroot"},
  };
  msw_status status = write_attrs(file, attrs, sizeof attrs / sizeof *attrs, diag);
  bool has_default = false;
  for (size_t i_phase = 0; i_phase < sizeof phases / sizeof *phases && status == MSW_OK; i_phase++) {
    msw_error_block block;
    if (!msw_error_block_fill(table, phases[i_phase], arena, &block)) continue;
    if (!has_default) status = msw_h5_attr_text(file, "default", msw_phase_name(block.phase), diag);
    if (status == MSW_OK) status = write_block(&block, file, diag);
    has_default = true;
  }
  return status == MSW_OK ? write_meta(table, notes, n_notes, file, arena, diag) : status;
}

msw_status msw_error_grid_write(const msw_error_table *table, const char *const *notes, size_t n_notes, const char *path,
                                msw_diag *diag) {
  msw_arena arena = {0};
  const char *temp = msw_temp_name(&arena, path);
  msw_h5 file = MSW_H5_NONE;
  msw_status status = msw_h5_create(temp, diag, &file);
  if (status == MSW_OK) {
    status = fill_file(table, notes, n_notes, file, &arena, diag);
    const msw_status closed = msw_h5_close_file(file, diag);
    if (status == MSW_OK) status = closed;
  }
  if (status == MSW_OK) status = msw_sync_path(temp, diag);
  if (status == MSW_OK) status = msw_rename_durably(temp, path, diag);
  if (status != MSW_OK) unlink(temp);
  msw_arena_free(&arena);
  return status;
}
