/* Reading parts of a result, box by box. */
#include "msw/analysis/slice.h"

#include <stdlib.h>
#include <string.h>

#include "cell_groups.h"
#include "msw/base/str.h"
#include "slice_parts.h"

/* Numbers that are in memory at a time. */
enum { STRETCH_NUMBERS = 1 << 22 };

size_t msw_slice_dims(const msw_slice_order *order, size_t dims[MSW_H5_MAX_RANK]) {
  size_t n = 0;
  for (size_t i_dim = 0; i_dim < order->block->rank; i_dim++)
    if (order->selection->dims[i_dim].n > 1) dims[n++] = i_dim;
  return n;
}

const msw_result_field *msw_slice_field(const msw_slice_order *order, size_t i_field) {
  const char *text = msw_formula_text(order->formulas, order->fields[i_field]);
  for (size_t i = 0; i < order->block->n_fields; i++)
    if (msw_equal_nocase(order->block->fields[i].name, text)) return &order->block->fields[i];
  return NULL;
}

/* ---- One box */

void msw_slice_room(const msw_slice_order *order, size_t most_cells, msw_slice_cells *cells) {
  cells->values = msw_alloc_zero(order->n_fields + 1, sizeof *cells->values);
  for (size_t i_field = 0; i_field < order->n_fields; i_field++)
    cells->values[i_field] = msw_alloc(most_cells * sizeof(double));
  cells->holds = order->i_where == MSW_NO_FORMULA ? NULL : msw_alloc(most_cells * sizeof *cells->holds);
}

void msw_slice_cells_free(const msw_slice_order *order, msw_slice_cells *cells) {
  for (size_t i_field = 0; i_field < order->n_fields; i_field++) free(cells->values[i_field]);
  free(cells->values);
  free(cells->holds);
}

typedef struct {
  const msw_slice_order *order;
  const msw_box *box;
  msw_selection part;
  msw_slice_cells *cells;
  msw_formula_work **work;       /* [n_threads] */
} box_scan;

static bool visit(void *context, const msw_scan_piece *piece) {
  const box_scan *scan = context;
  const msw_slice_order *order = scan->order;
  const size_t rank = order->block->rank, n_row = rank ? piece->count[rank - 1] : 1;
  msw_formula_work **work = &scan->work[piece->i_thread];
  if (!*work) *work = msw_formula_work_new(order->formulas);
  msw_box own = *scan->box;      /* pieces count from the box's first position */
  memset(own.first, 0, sizeof own.first);
  const double *holds =
      scan->cells->holds ? msw_formula_values(order->formulas, order->i_where, &scan->part, piece, *work) : NULL;
  for (size_t i_row = 0; holds && i_row < piece->n_cells / n_row; i_row++) {
    const size_t to = msw_box_row(&own, rank, piece, i_row);
    for (size_t i = 0; i < n_row; i++) scan->cells->holds[to + i] = msw_holds(holds[i_row * n_row + i]);
  }
  for (size_t i_field = 0; i_field < order->n_fields; i_field++) {
    const double *values = msw_formula_values(order->formulas, order->fields[i_field], &scan->part, piece, *work);
    for (size_t i_row = 0; i_row < piece->n_cells / n_row; i_row++)
      memcpy(scan->cells->values[i_field] + msw_box_row(&own, rank, piece, i_row), values + i_row * n_row,
             n_row * sizeof *values);
  }
  return true;
}

msw_status msw_slice_box(const msw_slice_order *order, const msw_box *box, msw_slice_cells *cells, msw_diag *diag) {
  box_scan context = {order, box, msw_box_select(box, order->selection, order->block->rank), cells, NULL};
  msw_scan scan = {.result = order->result, .block = order->block, .selection = &context.part, .pinned_dim = -1,
                   .n_threads = order->n_threads, .stop = order->stop};
  context.work = msw_alloc_zero((size_t)order->n_threads, sizeof *context.work);
  scan.streams = msw_formulas_streams(order->formulas, &scan.n_streams);
  const msw_status status = msw_result_scan(&scan, visit, &context, diag);
  for (int i_thread = 0; i_thread < order->n_threads; i_thread++) msw_formula_work_free(context.work[i_thread]);
  free(context.work);
  return status;
}

/* ---- All boxes, in order */

msw_status msw_slice_read(const msw_slice_order *order, msw_slice_visit *visit_stretch, void *context, msw_diag *diag) {
  size_t counts[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < order->block->rank; i_dim++) counts[i_dim] = order->selection->dims[i_dim].n;
  const msw_boxes boxes = msw_boxes_cut(order->block->rank, counts, NULL, (size_t)STRETCH_NUMBERS / (order->n_fields + 1));
  msw_box box = msw_boxes_get(&boxes, 0);
  msw_slice_cells cells;
  uint64_t n_before = 0;
  msw_status status = MSW_OK;
  msw_slice_room(order, box.n_cells, &cells);   /* the first is the largest */
  for (size_t i_box = 0; i_box < boxes.n_boxes && status == MSW_OK; i_box++) {
    box = msw_boxes_get(&boxes, i_box);
    status = msw_slice_box(order, &box, &cells, diag);
    const msw_slice_stretch stretch = {n_before, box.n_cells, (const double *const *)cells.values, cells.holds};
    if (status == MSW_OK) status = visit_stretch(context, &stretch);
    n_before += box.n_cells;
  }
  msw_slice_cells_free(order, &cells);
  return status;
}
