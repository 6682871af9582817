/* Differences as a labelled grid: one variable for each field, over the dimensions that were compared and `against`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_parts.h"
#include "grid_file.h"
#include "msw/base/str.h"

/* Numbers that are in memory at a time before they are written. */
enum { BOX_NUMBERS = 1 << 24 };

static const char against_name[] = "against";

/* The grid has the dimensions of the comparison, that of the sides replaced by `against`; files have it in front. */
typedef struct {
  msw_compare *compare;
  size_t rank, i_against;
  msw_grid_layout layout;
  uint64_t chunk[MSW_H5_MAX_RANK];
  const msw_box *box;            /* of the comparison */
  size_t stride[MSW_H5_MAX_RANK], against_stride, n_values;   /* of the box in memory; its numbers */
  float **values;                /* [n_fields][n_values] */
  const msw_result_field *flags_field;   /* NULL: no flags */
  uint32_t *flags;               /* [n_values] */
} difference_grid;

/* Which of the grid's dimensions is that of the comparison. */
static size_t grid_dim(const difference_grid *grid, size_t i_dim) {
  return grid->compare->order.along < 0 ? i_dim + 1 : i_dim;
}

/* ---- Cells */

static void lay_out(difference_grid *grid, const msw_box *box) {
  const size_t n_others = grid->compare->n_others;
  grid->box = box;
  grid->n_values = 1;
  for (size_t i_dim = grid->rank; i_dim-- > 0;) {
    const bool is_against = i_dim == grid->i_against;
    const size_t own = grid->compare->order.along < 0 ? i_dim - 1 : i_dim;
    if (is_against) grid->against_stride = grid->n_values;
    if (grid->compare->order.along >= 0 || !is_against) grid->stride[own] = is_against ? 0 : grid->n_values;
    grid->n_values *= is_against ? n_others : box->count[own];
  }
}

/* Where the first cell of a row of a piece lies in memory; along the row they are stride[last] apart. */
static size_t row_place(const difference_grid *grid, size_t i_other, const msw_scan_piece *piece, size_t i_row) {
  const size_t rank = grid->compare->order.sides[0].block->rank;
  size_t to = i_other * grid->against_stride;
  for (size_t i_dim = rank; i_dim-- > 0;) {
    size_t at = piece->first[i_dim] - grid->box->first[i_dim];
    if (i_dim + 1 < rank) {
      at += i_row % piece->count[i_dim];
      i_row /= piece->count[i_dim];
    }
    to += at * grid->stride[i_dim];
  }
  return to;
}

/* Called by several threads, each with cells of its own. */
static void put(void *context, size_t i_other, size_t i_field, const msw_scan_piece *piece, const double *percent) {
  const difference_grid *grid = context;
  const size_t rank = grid->compare->order.sides[0].block->rank, n_row = rank ? piece->count[rank - 1] : 1;
  const size_t step = rank ? grid->stride[rank - 1] : 0;
  for (size_t i_row = 0; i_row < piece->n_cells / n_row; i_row++) {
    float *out = grid->values[i_field] + row_place(grid, i_other, piece, i_row);
    for (size_t i = 0; i < n_row; i++) {
      const double value = percent[i_row * n_row + i];
      out[i * step] = (float)(isfinite(value) ? value : (double)NAN);   /* of a reference of 0 */
    }
  }
}

/* ---- Flags: those of either side */

static bool visit_flags(void *context, const msw_scan_piece *piece) {
  const difference_grid *grid = context;
  const size_t rank = grid->compare->order.sides[0].block->rank, n_row = rank ? piece->count[rank - 1] : 1;
  const size_t step = rank ? grid->stride[rank - 1] : 0;
  msw_scan_piece whole = *piece;   /* pieces count from the box's first position */
  for (size_t i_dim = 0; i_dim < rank; i_dim++) whole.first[i_dim] += grid->box->first[i_dim];
  for (size_t i_other = 0; i_other < grid->compare->n_others; i_other++)
    for (size_t i_row = 0; i_row < piece->n_cells / n_row; i_row++) {
      const double *reference = piece->values[0] + i_row * n_row, *other = piece->values[i_other + 1] + i_row * n_row;
      uint32_t *out = grid->flags + row_place(grid, i_other, &whole, i_row);
      for (size_t i = 0; i < n_row; i++) out[i * step] = (uint32_t)reference[i] | (uint32_t)other[i];
    }
  return true;
}

static msw_status scan_flags(difference_grid *grid, const msw_box *box, msw_diag *diag) {
  const msw_compare_order *order = &grid->compare->order;
  const msw_compared *reference = &order->sides[0];
  const msw_selection part = msw_box_select(box, &reference->selection, reference->block->rank);
  msw_scan_stream streams[MSW_SCAN_MAX_STREAMS];
  for (size_t i_side = 0; i_side < order->n_sides; i_side++)
    streams[i_side] =
        (msw_scan_stream){grid->flags_field, order->along, order->sides[i_side].selection.dims[order->along].at[0]};
  const msw_scan scan = {.result = reference->result, .block = reference->block, .selection = &part, .streams = streams,
                         .n_streams = order->n_sides, .pinned_dim = order->along, .n_threads = order->n_threads,
                         .stop = order->stop};
  return msw_result_scan(&scan, visit_flags, grid, diag);
}

/* Files may mean other things by a bit, so that theirs are left out. */
static const msw_result_field *find_flags(const msw_compare_order *order) {
  const msw_result_block *block = order->sides[0].block;
  for (size_t i = 0; order->along >= 0 && i < block->n_fields; i++)
    if (strcmp(block->fields[i].name, "flags") == 0 && block->fields[i].type == MSW_FIELD_U32) return &block->fields[i];
  return NULL;
}

/* ---- Boxes */

static msw_status write_box(difference_grid *grid, msw_grid_file *file, const msw_box *box) {
  const msw_compare_order *order = &grid->compare->order;
  msw_box whole = {.n_cells = grid->n_values};
  msw_status status = MSW_OK;
  for (size_t i_dim = 0; i_dim < order->sides[0].block->rank; i_dim++) {
    whole.first[grid_dim(grid, i_dim)] = box->first[i_dim];
    whole.count[grid_dim(grid, i_dim)] = box->count[i_dim];
  }
  whole.first[grid->i_against] = 0;
  whole.count[grid->i_against] = grid->compare->n_others;
  for (size_t i_field = 0; i_field < order->n_fields && status == MSW_OK; i_field++)
    status = msw_grid_file_put(file, i_field, &whole, grid->values[i_field]);
  if (status == MSW_OK && grid->flags_field) status = msw_grid_file_put(file, order->n_fields, &whole, grid->flags);
  return status;
}

static msw_status scan_boxes(difference_grid *grid, msw_grid_file *file, msw_diag *diag) {
  msw_compare *compare = grid->compare;
  const msw_compare_order *order = &compare->order;
  uint64_t grain[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < order->sides[0].block->rank; i_dim++) grain[i_dim] = grid->chunk[grid_dim(grid, i_dim)];
  const size_t most = (size_t)BOX_NUMBERS / (compare->n_others * (order->n_fields + 1));
  const msw_boxes boxes = msw_boxes_cut(order->sides[0].block->rank, compare->counts, grain, most);
  msw_status status = MSW_OK;
  for (size_t i_box = 0; i_box < boxes.n_boxes && status == MSW_OK; i_box++) {
    const msw_box box = msw_boxes_get(&boxes, i_box);
    lay_out(grid, &box);
    for (size_t i_field = 0; i_box == 0 && i_field < order->n_fields; i_field++)   /* the first box is the largest */
      grid->values[i_field] = msw_alloc(grid->n_values * sizeof **grid->values);
    if (i_box == 0 && grid->flags_field) grid->flags = msw_alloc(grid->n_values * sizeof *grid->flags);
    status = msw_compare_scan_box(compare, &box, diag);
    if (status == MSW_OK && grid->flags_field) status = scan_flags(grid, &box, diag);
    if (status == MSW_OK) status = write_box(grid, file, &box);
  }
  return status;
}

/* ---- What it is called */

/* A text as the name of a variable. */
static const char *variable_name(const char *text, size_t i_field, msw_arena *arena) {
  static const char usual[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  if (text[strspn(text, usual)] != '\0') return msw_format(arena, "formula_%zu_difference", i_field + 1);
  return msw_format(arena, "%s_difference", text);
}

/* "Time of one step (us)" without its unit. */
static const char *without_unit(const char *label, msw_arena *arena) {
  const char *bracket = strstr(label, " (");
  return bracket && msw_ends_with(label, ")") ? msw_strndup(arena, label, (size_t)(bracket - label)) : label;
}

static const msw_grid_variable *make_variables(const difference_grid *grid, msw_arena *arena) {
  const msw_compare_order *order = &grid->compare->order;
  const msw_compared *reference = &order->sides[0];
  const msw_result_field *flags = grid->flags_field;
  msw_grid_variable *variables = msw_arena_array(arena, order->n_fields + 1, sizeof *variables);
  for (size_t i_field = 0; i_field < order->n_fields; i_field++) {
    const size_t i_formula = order->fields[i_field];
    const char *text = msw_formula_text(reference->formulas, i_formula);
    const char *label = without_unit(msw_formula_label(reference->formulas, i_formula), arena);
    variables[i_field] =
        (msw_grid_variable){.name = variable_name(text, i_field, arena),
                            .units = "percent",
                            .type = MSW_H5_F32,
                            .long_name = msw_format(arena, "%s: difference from %s (percent)", label, reference->label),
                            .description = msw_format(arena, "100 (%s of against - %s of %s) / that of %s", text, text,
                                                      reference->label, reference->label)};
  }
  if (flags)
    variables[order->n_fields] = (msw_grid_variable){.name = flags->name, .units = flags->units, .long_name = flags->long_name,
                                                     .description = "of either side; a bit mask", .type = MSW_H5_U32,
                                                     .is_bits = true, .meanings = flags->meanings,
                                                     .n_meanings = flags->n_meanings};
  return variables;
}

/* The sides but the reference: names, or numbers where the axis has numbers. */
static msw_grid_axis against_axis(const difference_grid *grid, msw_arena *arena) {
  const msw_compare_order *order = &grid->compare->order;
  const msw_result_axis *axis = order->along < 0 ? NULL : &order->sides[0].block->axes[order->along];
  const size_t n = grid->compare->n_others;
  const char **texts = msw_arena_array(arena, n, sizeof *texts);
  double *values = msw_arena_array(arena, n, sizeof *values);
  for (size_t i = 0; i < n; i++) {
    texts[i] = order->sides[i + 1].label;
    if (axis && !axis->is_text) values[i] = axis->values[order->sides[i + 1].selection.dims[order->along].at[0]];
  }
  const bool has_numbers = axis && !axis->is_text && strcmp(axis->texts[order->sides[0].selection.dims[order->along].at[0]],
                                                            order->sides[0].label) == 0;   /* not along a zip */
  const char *long_name = axis ? axis->long_name : "File";
  return (msw_grid_axis){against_name, long_name, has_numbers ? axis->units : "", n, has_numbers ? NULL : texts, values};
}

static void make_axes(difference_grid *grid, msw_arena *arena) {
  const msw_compared *reference = &grid->compare->order.sides[0];
  const msw_result_block *block = reference->block;
  msw_grid_axis *axes = msw_arena_array(arena, grid->rank, sizeof *axes);
  msw_grid_member *members = msw_arena_array(arena, block->n_zipped, sizeof *members);
  uint64_t own[MSW_H5_MAX_RANK];
  msw_grid_chunk(block, &reference->selection, own);
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    axes[grid_dim(grid, i_dim)] = msw_grid_axis_of(&block->axes[i_dim], &reference->selection.dims[i_dim], arena);
    grid->chunk[grid_dim(grid, i_dim)] = own[i_dim];
  }
  axes[grid->i_against] = against_axis(grid, arena);
  grid->chunk[grid->i_against] = 1;
  grid->layout.axes = axes;
  grid->layout.members = members;
  for (size_t i = 0; i < block->n_zipped; i++)
    if ((int)block->zipped[i].i_dim != grid->compare->order.along)
      members[grid->layout.n_members++] =
          (msw_grid_member){msw_grid_axis_of(&block->zipped[i], &reference->selection.dims[block->zipped[i].i_dim], arena),
                            grid_dim(grid, block->zipped[i].i_dim)};
}

static void make_layout(difference_grid *grid, msw_arena *arena) {
  const msw_compare_order *order = &grid->compare->order;
  const msw_compared *reference = &order->sides[0];
  grid->rank = order->along < 0 ? reference->block->rank + 1 : reference->block->rank;
  grid->i_against = order->along < 0 ? 0 : (size_t)order->along;
  make_axes(grid, arena);
  const msw_grid_attr attrs[] = {
      {"title", msw_format(arena, "%s: differences from %s", reference->result->spec_name, reference->label)},
      {"history", msw_format(arena, "compared by mfusweep, percent of the reference; results: %s", reference->result->path)},
      {"phase", reference->block->phase},
      {"reference", reference->label}};
  msw_grid_attr *kept = msw_arena_array(arena, sizeof attrs / sizeof *attrs, sizeof *kept);
  memcpy(kept, attrs, sizeof attrs);
  grid->layout.rank = grid->rank;
  grid->layout.chunk = grid->chunk;
  grid->layout.variables = make_variables(grid, arena);
  grid->layout.n_variables = order->n_fields + (grid->flags_field != NULL);
  grid->layout.attrs = kept;
  grid->layout.n_attrs = sizeof attrs / sizeof *attrs;
}

msw_status msw_compare_scan_into(msw_compare *compare, const char *path, msw_diag *diag) {
  msw_arena arena = {0};
  difference_grid grid = {.compare = compare, .flags_field = find_flags(&compare->order)};
  make_layout(&grid, &arena);
  msw_grid_file *file = msw_grid_file_create(path, &grid.layout, compare->order.n_threads, diag);
  msw_status status = file ? MSW_OK : MSW_FAILED;
  grid.values = msw_alloc_zero(compare->order.n_fields, sizeof *grid.values);
  compare->put = put;
  compare->put_context = &grid;
  if (file) status = msw_grid_file_end(file, scan_boxes(&grid, file, diag));
  if (status == MSW_OK) msw_compare_finish(compare);
  for (size_t i_field = 0; i_field < compare->order.n_fields; i_field++) free(grid.values[i_field]);
  free(grid.values);
  free(grid.flags);
  msw_arena_free(&arena);
  compare->put = NULL;
  return status;
}
