/* The cells with the largest differences, a bounded number of them: a heap with the least on top. */
#include <math.h>
#include <stdlib.h>

#include "compare_parts.h"

/* Larger differences are worse; of equal ones the cell that comes first in the file. */
static bool is_worse(const msw_worst_cell *a, const msw_worst_cell *b) {
  const double size_a = fabs(a->percent), size_b = fabs(b->percent);
  return size_a > size_b || (!(size_a < size_b) && a->i_selected < b->i_selected);
}

static void swap(msw_worst_cell *a, msw_worst_cell *b) {
  const msw_worst_cell kept = *a;
  *a = *b;
  *b = kept;
}

static void sink(msw_worst_list *list) {
  for (size_t at = 0, child = 1; child < list->n; at = child, child = 2 * at + 1) {
    if (child + 1 < list->n && is_worse(&list->cells[child], &list->cells[child + 1])) child++;
    if (!is_worse(&list->cells[at], &list->cells[child])) return;
    swap(&list->cells[at], &list->cells[child]);
  }
}

static void rise(msw_worst_list *list) {
  for (size_t at = list->n - 1; at > 0; at = (at - 1) / 2) {
    const size_t above = (at - 1) / 2;
    if (!is_worse(&list->cells[above], &list->cells[at])) return;
    swap(&list->cells[above], &list->cells[at]);
  }
}

bool msw_worst_wants(const msw_worst_list *list, double percent) {
  return list->n < list->n_most || (list->n_most > 0 && fabs(percent) >= fabs(list->cells[0].percent));
}

void msw_worst_add(msw_worst_list *list, const msw_worst_cell *cell) {
  if (list->n < list->n_most) {
    list->cells[list->n++] = *cell;
    rise(list);
  } else if (list->n_most > 0 && is_worse(cell, &list->cells[0])) {
    list->cells[0] = *cell;
    sink(list);
  }
}

static int by_size(const void *a, const void *b) { return is_worse(a, b) ? -1 : is_worse(b, a) ? 1 : 0; }

void msw_worst_sort(msw_worst_list *list) {
  if (list->n > 0) qsort(list->cells, list->n, sizeof *list->cells, by_size);
}
