/* Axes and fields as a page knows them. */
#include <stdlib.h>

#include "msw/perf/flags.h"
#include "report_parts.h"

static void add_axis(msw_arena *arena, msw_json *object, const msw_result_axis *axis) {
  msw_json_add_string(arena, object, "name", axis->name);
  msw_json_add_string(arena, object, "long_name", axis->long_name && axis->long_name[0] ? axis->long_name : axis->name);
  msw_json_add_string(arena, object, "units", axis->units);
  msw_json_add_number(arena, object, "dim", (double)axis->i_dim);
  if (!axis->is_text) {
    msw_report_add_numbers(arena, object, "values", axis->values, axis->n);
    return;
  }
  msw_json *texts = msw_json_add_array(arena, object, "texts");
  for (size_t i_value = 0; i_value < axis->n; i_value++) msw_json_add_string(arena, texts, NULL, axis->texts[i_value]);
}

static void add_positions(msw_arena *arena, msw_json *object, const msw_result_positions *positions) {
  uint32_t *at = msw_alloc_zero(positions->n, sizeof *at);
  for (size_t i = 0; i < positions->n; i++) at[i] = (uint32_t)positions->at[i];
  msw_report_add_codes(arena, object, "kept", at, positions->n);
  free(at);
}

void msw_report_add_dims(msw_arena *arena, msw_json *parent, const msw_result_block *block, const msw_selection *kept) {
  msw_json *dims = msw_json_add_array(arena, parent, "dims"), *zipped = msw_json_add_array(arena, parent, "zipped");
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    bool is_log = false;
    msw_json *object = msw_json_add_object(arena, dims, NULL);
    add_axis(arena, object, &block->axes[i_dim]);
    msw_report_thin_axis(&block->axes[i_dim], kept->dims[i_dim], kept->dims[i_dim].n, arena, &is_log);
    msw_json_add_bool(arena, object, "is_log", is_log);
    add_positions(arena, object, &kept->dims[i_dim]);
  }
  for (size_t i_axis = 0; i_axis < block->n_zipped; i_axis++)
    add_axis(arena, msw_json_add_object(arena, zipped, NULL), &block->zipped[i_axis]);
}

/* What a bit of `flags` means; NULL for those of constraints. */
static const char *text_of_bit(uint32_t bit) {
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    if (msw_flag_table[i_flag].bit == bit) return msw_flag_table[i_flag].description;
  return NULL;
}

void msw_report_add_field(msw_arena *arena, msw_json *object, const msw_result_field *field) {
  static const char *const kinds[] = {[MSW_FIELD_F32] = "number", [MSW_FIELD_U8] = "code", [MSW_FIELD_U32] = "bits"};
  msw_json_add_string(arena, object, "name", field->name);
  msw_json_add_string(arena, object, "long_name", field->long_name);
  msw_json_add_string(arena, object, "units", field->units);
  msw_json_add_string(arena, object, "description", field->description);
  msw_json_add_string(arena, object, "kind", kinds[field->type]);
  msw_json *meanings = msw_json_add_array(arena, object, "meanings");
  for (size_t i = 0; i < field->n_meanings; i++) {
    msw_json *meaning = msw_json_add_object(arena, meanings, NULL);
    msw_json_add_number(arena, meaning, "value", (double)field->meanings[i].value);
    msw_json_add_string(arena, meaning, "name", field->meanings[i].name);
    if (field->type == MSW_FIELD_U32) msw_json_add_string(arena, meaning, "text", text_of_bit(field->meanings[i].value));
  }
}
