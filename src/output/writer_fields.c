/* The variables of a block: one per field, chunked as the plan cuts it. */
#include "writer_parts.h"

#include <string.h>

#include "msw/base/str.h"

msw_h5_type msw_stored_type(msw_field_type type) {
  switch (type) {
    case MSW_FIELD_F32: return MSW_H5_F32;
    case MSW_FIELD_U8: return MSW_H5_U8;
    case MSW_FIELD_U32: return MSW_H5_U32;
  }
  return MSW_H5_F32;
}

const msw_field *msw_signal_field(const msw_plan_block *block) {
  const msw_field *first_float = NULL;
  for (size_t i_field = block->n_fields; i_field-- > 0;) {
    const msw_field *field = block->fields[i_field];
    if (strcmp(field->name, "step_us") == 0) return field;
    if (field->type == MSW_FIELD_F32) first_float = field;
  }
  return first_float ? first_float : block->fields[0];
}

static msw_status describe_bound(msw_h5 dataset, msw_arena *arena, msw_diag *diag) {
  uint8_t values[MSW_N_BOUNDS];
  const char *meanings = "";
  for (size_t i_bound = 0; i_bound < MSW_N_BOUNDS; i_bound++) {
    values[i_bound] = (uint8_t)i_bound;
    meanings = msw_format(arena, "%s%s%s", meanings, i_bound ? " " : "", msw_bound_name((msw_bound)i_bound));
  }
  msw_status status = msw_h5_attr_numbers(dataset, "flag_values", MSW_H5_U8, values, MSW_N_BOUNDS, diag);
  return status == MSW_OK ? msw_h5_attr_text(dataset, "flag_meanings", meanings, diag) : status;
}

static msw_status describe_flags(const msw_spec_block *spec, msw_h5 dataset, msw_arena *arena, msw_diag *diag) {
  uint32_t masks[MSW_N_FLAG_BITS];
  size_t n = msw_flags_in_use(spec);
  for (size_t i_flag = 0; i_flag < n; i_flag++) masks[i_flag] = (msw_flags)1u << i_flag;
  msw_status status = msw_h5_attr_numbers(dataset, "flag_masks", MSW_H5_U32, masks, n, diag);
  return status == MSW_OK ? msw_h5_attr_text(dataset, "flag_meanings", msw_flag_meanings(spec, arena), diag) : status;
}

/* How floats were rounded, as CF-1.12 (section 8.4) wants it said: a variable for all that they share, and on each the
 * bits of mantissa that it kept. */
static msw_status write_quantization(const msw_writer *writer, msw_h5 group, msw_arena *arena) {
  msw_h5 container = MSW_H5_NONE;
  const msw_text_attr attrs[] = {
      {"algorithm", "bitround"},
      {"implementation", msw_format(arena, "mfusweep version %s", msw_version())},
  };
  msw_status status = msw_h5_create_container(group, MSW_QUANTIZATION, writer->diag, &container);
  if (status == MSW_OK) status = msw_write_text_attrs(container, attrs, sizeof attrs / sizeof attrs[0], writer->diag);
  msw_h5_close(container);
  return status;
}

msw_status msw_describe_rounding(const msw_writer *writer, msw_h5 dataset) {
  const int32_t kept = writer->options.keepbits;
  msw_status status = msw_h5_attr_text(dataset, "quantization", MSW_QUANTIZATION, writer->diag);
  return status == MSW_OK ? msw_h5_attr_numbers(dataset, MSW_QUANTIZATION_BITS, MSW_H5_I32, &kept, 1, writer->diag)
                          : status;
}

msw_status msw_describe_codes(const msw_spec_block *spec, const msw_field *field, msw_h5 dataset, msw_arena *arena,
                              msw_diag *diag) {
  if (strcmp(field->name, "bound") == 0) return describe_bound(dataset, arena, diag);
  return strcmp(field->name, "flags") == 0 ? describe_flags(spec, dataset, arena, diag) : MSW_OK;
}

static msw_status describe_field(const msw_plan_block *block, const msw_field *field, msw_h5 dataset, msw_arena *arena,
                                 msw_diag *diag) {
  const msw_text_attr attrs[] = {
      {"units", field->unit},
      {"long_name", field->long_name},
      {"description", field->description},
      {"coordinates", msw_zipped_names(block, NULL, arena)},
      {"interpretation", field == msw_signal_field(block) ? "image" : NULL},
  };
  msw_status status = msw_write_text_attrs(dataset, attrs, sizeof attrs / sizeof attrs[0], diag);
  return status == MSW_OK ? msw_describe_codes(block->spec, field, dataset, arena, diag) : status;
}

msw_status msw_write_fields(const msw_writer *writer, const msw_plan_block *block, msw_h5 group, const msw_h5 *scales,
                            msw_h5 *datasets) {
  uint64_t dims[MSW_MAX_RANK], chunk[MSW_MAX_RANK];
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    dims[i_dim] = block->dims[i_dim].n;
    chunk[i_dim] = block->dims[i_dim].chunk;
  }
  msw_arena scratch = {0};
  bool is_rounded = writer->options.keepbits > 0;
  msw_status status = is_rounded ? write_quantization(writer, group, &scratch) : MSW_OK;
  for (size_t i_field = 0; i_field < block->n_fields && status == MSW_OK; i_field++) {
    const msw_field *field = block->fields[i_field];
    const msw_h5_variable variable = {.name = field->name, .type = msw_stored_type(field->type), .rank = block->rank,
                                      .dims = dims, .chunk = chunk, .scales = scales,
                                      .deflate = writer->options.deflate,
                                      .fletcher32 = writer->options.fletcher32,
                                      .fill = strcmp(field->name, "flags") == 0 ? MSW_FLAGS_ABSENT : 0};
    status = msw_h5_create_variable(group, &variable, writer->diag, &datasets[i_field]);
    if (status == MSW_OK) status = describe_field(block, field, datasets[i_field], &scratch, writer->diag);
    if (status == MSW_OK && is_rounded && field->type == MSW_FIELD_F32)
      status = msw_describe_rounding(writer, datasets[i_field]);
  }
  msw_arena_free(&scratch);
  return status;
}
