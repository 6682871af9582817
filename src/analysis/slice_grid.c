/* A part of a result as a labelled grid of its own. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grid_file.h"
#include "msw/base/str.h"
#include "slice_parts.h"

/* Numbers that are in memory at a time. */
enum { BOX_NUMBERS = 1 << 23 };

typedef struct {
  const msw_slice_order *order;
  size_t rank, dims[MSW_H5_MAX_RANK];     /* of the block, in the file's order */
  uint64_t chunk[MSW_H5_MAX_RANK];
  msw_grid_layout layout;
} slice_grid;

/* ---- What it is called */

static bool is_taken(const msw_slice_order *order, const msw_grid_variable *before, size_t n_before, const char *name) {
  bool is_taken = false;
  for (size_t i_dim = 0; i_dim < order->block->rank; i_dim++)
    is_taken = is_taken || strcmp(order->block->axes[i_dim].name, name) == 0;
  for (size_t i = 0; i < order->block->n_zipped; i++) is_taken = is_taken || strcmp(order->block->zipped[i].name, name) == 0;
  for (size_t i = 0; i < n_before; i++) is_taken = is_taken || strcmp(before[i].name, name) == 0;
  return is_taken;
}

/* A formula's text as the name of a variable: what is no letter or digit becomes an underscore, and one more tells names apart.
 */
static const char *variable_name(const msw_slice_order *order, const msw_grid_variable *before, size_t n_before,
                                 const char *text, msw_arena *arena) {
  char *name = msw_format(arena, "%s%s", isdigit((unsigned char)text[0]) ? "_" : "", text);
  for (char *c = name; *c; c++)
    if (!isalnum((unsigned char)*c)) *c = '_';
  while (is_taken(order, before, n_before, name)) name = msw_format(arena, "%s_", name);
  return name;
}

static msw_h5_type stored_type(const msw_slice_order *order, size_t i_field) {
  const msw_result_field *field = msw_slice_field(order, i_field);
  if (!field) return MSW_H5_F64;
  if (field->type == MSW_FIELD_F32) return field->stored == MSW_H5_F32 ? MSW_H5_F32 : MSW_H5_F64;
  return field->type == MSW_FIELD_U8 && field->stored == MSW_H5_U8 ? MSW_H5_U8 : MSW_H5_U32;
}

/* `before`: the variables of earlier fields. */
static msw_grid_variable variable_of(const msw_slice_order *order, const msw_grid_variable *before, size_t i_field,
                                     msw_arena *arena) {
  const msw_result_field *field = msw_slice_field(order, i_field);
  const char *text = msw_formula_text(order->formulas, order->fields[i_field]);
  msw_grid_variable variable = {.name = field ? field->name : variable_name(order, before, i_field, text, arena),
                                .units = msw_formula_units(order->formulas, order->fields[i_field]),
                                .long_name = msw_formula_label(order->formulas, order->fields[i_field]),
                                .description = field ? field->description : text, .type = stored_type(order, i_field)};
  if (!field) return variable;
  variable.is_bits = field->type == MSW_FIELD_U32;
  variable.meanings = field->meanings;
  variable.n_meanings = field->n_meanings;
  return variable;
}

/* "gpu=h100_sxm, tp=1": where dimensions stand that the file does not have. */
static const char *fixed_text(const slice_grid *grid, msw_arena *arena) {
  const char *text = "";
  const msw_result_block *block = grid->order->block;
  for (size_t i_dim = 0, i_kept = 0; i_dim < block->rank; i_dim++) {
    const bool is_kept = i_kept < grid->rank && grid->dims[i_kept] == i_dim;
    i_kept += is_kept;
    if (is_kept) continue;
    const uint64_t at = grid->order->selection->dims[i_dim].at[0];
    size_t n_zipped = 0;
    for (size_t i = 0; i < block->n_zipped; i++)
      if (block->zipped[i].i_dim == i_dim && ++n_zipped > 0)
        text = msw_format(arena, "%s%s%s=%s", text, text[0] ? ", " : "", block->zipped[i].name, block->zipped[i].texts[at]);
    if (n_zipped == 0)
      text = msw_format(arena, "%s%s%s=%s", text, text[0] ? ", " : "", block->axes[i_dim].name, block->axes[i_dim].texts[at]);
  }
  return text;
}

static void make_axes(slice_grid *grid, msw_arena *arena) {
  const msw_slice_order *order = grid->order;
  const msw_result_block *block = order->block;
  uint64_t chunk[MSW_H5_MAX_RANK];
  msw_grid_axis *axes = msw_arena_array(arena, grid->rank, sizeof *axes);
  msw_grid_member *members = msw_arena_array(arena, block->n_zipped, sizeof *members);
  msw_grid_chunk(block, order->selection, chunk);
  for (size_t i = 0; i < grid->rank; i++) {
    const size_t i_dim = grid->dims[i];
    axes[i] = msw_grid_axis_of(&block->axes[i_dim], &order->selection->dims[i_dim], arena);
    grid->chunk[i] = chunk[i_dim];
    for (size_t i_zipped = 0; i_zipped < block->n_zipped; i_zipped++)
      if (block->zipped[i_zipped].i_dim == i_dim)
        members[grid->layout.n_members++] =
            (msw_grid_member){msw_grid_axis_of(&block->zipped[i_zipped], &order->selection->dims[i_dim], arena), i};
  }
  grid->layout.axes = axes;
  grid->layout.members = members;
}

static void make_layout(slice_grid *grid, msw_arena *arena) {
  const msw_slice_order *order = grid->order;
  const msw_grid_attr attrs[] = {{"title", order->result->spec_name},
                                 {"history", msw_format(arena, "sliced by mfusweep from %s", order->result->path)},
                                 {"phase", order->block->phase},
                                 {"fixed", fixed_text(grid, arena)}};
  msw_grid_attr *kept = msw_arena_array(arena, sizeof attrs / sizeof *attrs, sizeof *kept);
  msw_grid_variable *variables = msw_arena_array(arena, order->n_fields, sizeof *variables);
  memcpy(kept, attrs, sizeof attrs);
  for (size_t i_field = 0; i_field < order->n_fields; i_field++)
    variables[i_field] = variable_of(order, variables, i_field, arena);
  make_axes(grid, arena);
  grid->layout.rank = grid->rank;
  grid->layout.chunk = grid->chunk;
  grid->layout.variables = variables;
  grid->layout.n_variables = order->n_fields;
  grid->layout.is_log = variables[0].n_meanings == 0;
  grid->layout.attrs = kept;
  grid->layout.n_attrs = sizeof attrs / sizeof *attrs;
}

/* ---- Cells */

/* As the variable's type has them; where the condition does not hold, nothing. */
static void convert(const double *values, const bool *holds, size_t n, msw_h5_type type, void *out) {
  for (size_t i = 0; i < n; i++) {
    const bool is_there = !holds || holds[i];
    const double value = is_there ? values[i] : (double)NAN;
    const uint32_t code = isnan(value) ? 0 : (uint32_t)value;
    if (type == MSW_H5_F32) ((float *)out)[i] = (float)value;
    else if (type == MSW_H5_F64) ((double *)out)[i] = value;
    else if (type == MSW_H5_U8) ((uint8_t *)out)[i] = (uint8_t)code;
    else ((uint32_t *)out)[i] = code;
  }
}

/* The box of the file's own dimensions. */
static msw_box file_box(const slice_grid *grid, const msw_box *box) {
  msw_box own = {.n_cells = box->n_cells};
  for (size_t i = 0; i < grid->rank; i++) {
    own.first[i] = box->first[grid->dims[i]];
    own.count[i] = box->count[grid->dims[i]];
  }
  return own;
}

static msw_status write_boxes(const slice_grid *grid, msw_grid_file *file, msw_diag *diag) {
  const msw_slice_order *order = grid->order;
  size_t counts[MSW_H5_MAX_RANK];
  uint64_t grain[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < order->block->rank; i_dim++) counts[i_dim] = order->selection->dims[i_dim].n;
  msw_grid_chunk(order->block, order->selection, grain);
  const msw_boxes boxes = msw_boxes_cut(order->block->rank, counts, grain, (size_t)BOX_NUMBERS / (order->n_fields + 1));
  msw_box box = msw_boxes_get(&boxes, 0);
  msw_slice_cells cells;
  msw_slice_room(order, box.n_cells, &cells);
  void *converted = msw_alloc(box.n_cells * sizeof(double));
  msw_status status = MSW_OK;
  for (size_t i_box = 0; i_box < boxes.n_boxes && status == MSW_OK; i_box++) {
    box = msw_boxes_get(&boxes, i_box);
    status = msw_slice_box(order, &box, &cells, diag);
    const msw_box own = file_box(grid, &box);
    for (size_t i_field = 0; i_field < order->n_fields && status == MSW_OK; i_field++) {
      convert(cells.values[i_field], cells.holds, box.n_cells, grid->layout.variables[i_field].type, converted);
      status = msw_grid_file_put(file, i_field, &own, converted);
    }
  }
  free(converted);
  msw_slice_cells_free(order, &cells);
  return status;
}

msw_status msw_slice_write_grid(const msw_slice_order *order, bool only_varying, const char *path, msw_diag *diag) {
  msw_arena arena = {0};
  slice_grid grid = {.order = order, .rank = order->block->rank};
  for (size_t i_dim = 0; i_dim < grid.rank; i_dim++) grid.dims[i_dim] = i_dim;
  if (only_varying) grid.rank = msw_slice_dims(order, grid.dims);
  make_layout(&grid, &arena);
  msw_grid_file *file = msw_grid_file_create(path, &grid.layout, order->n_threads, diag);
  msw_status status = file ? msw_grid_file_end(file, write_boxes(&grid, file, diag)) : MSW_FAILED;
  msw_arena_free(&arena);
  return status;
}
