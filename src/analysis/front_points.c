/* Points that no other beats. New ones gather behind the front; when there are as many as the front has, all are sorted by the
 * first objective and gone through once: a point stays unless an earlier one, which is as good in the first objective, is as
 * good in the others too. For three objectives a tree over the second one's ranks tells the best third one seen so far.
 */
#include "front_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/mem.h"
#include "msw/base/num.h"

enum { FIRST_CAP = 4, MOST_ASKED = 64 };

static int by_goodness(const void *a, const void *b) {
  const msw_front_point *first = a, *second = b;
  for (size_t i = 0; i < MSW_FRONT_MOST_OBJECTIVES; i++) {
    if (first->values[i] > second->values[i]) return -1;
    if (first->values[i] < second->values[i]) return 1;
  }
  return (first->cell > second->cell) - (first->cell < second->cell);
}

/* As good in everything, and better or the one to stand for both. */
static bool beats(const msw_front_point *point, const double *values, uint64_t cell) {
  bool is_equal = true;
  for (size_t i = 0; i < MSW_FRONT_MOST_OBJECTIVES; i++) {
    if (point->values[i] < values[i]) return false;
    is_equal = is_equal && !(point->values[i] > values[i]);
  }
  return !is_equal || point->cell < cell;
}

/* How many points of the front are at least this good in the first objective. */
static size_t count_as_good(const msw_point_set *set, double value) {
  size_t low = 0, high = set->n_front;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (msw_point(set, middle)->values[0] < value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/* With two objectives the second one grows along the front, so that the last point that is as good in the first decides. With
 * three only the nearest ones are asked: what they do not beat, tidying will. */
bool msw_points_beat(msw_point_set *set, const double *values, uint64_t cell) {
  if (set->n_front == 0) return false;
  if (beats(msw_point(set, set->hint), values, cell)) return true;
  const size_t end = count_as_good(set, values[0]);
  const size_t n_asked = set->n_objectives == 2 ? 1 : MOST_ASKED;
  const size_t first = end > n_asked ? end - n_asked : 0;
  for (size_t i_point = end; i_point-- > first;)
    if (beats(msw_point(set, i_point), values, cell)) {
      set->hint = i_point;
      return true;
    }
  return false;
}

/* ---- Taking out what is beaten */

/* Fenwick tree: best third objective among the points gone through, by rank of the second one, the best of which is rank 0.
 * NaN: none yet. */
typedef struct { double *ranks, *best; size_t n; } third_tree;

static size_t rank_of(const third_tree *tree, double value) {
  size_t low = 0, high = tree->n;   /* ascending; rank counts from the other end */
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (tree->ranks[middle] < value) low = middle + 1;
    else high = middle;
  }
  return tree->n - 1 - low;
}

static double best_third(const third_tree *tree, size_t rank) {
  double best = (double)NAN;
  for (size_t node = rank + 1; node > 0; node &= node - 1)
    if (isnan(best) || tree->best[node] > best) best = tree->best[node];
  return best;
}

static void note_third(third_tree *tree, size_t rank, double value) {
  for (size_t node = rank + 1; node <= tree->n; node += node & -node)
    if (!(tree->best[node] >= value)) tree->best[node] = value;
}

static third_tree tree_for(const msw_point_set *set) {
  third_tree tree = {.n = set->n};
  tree.ranks = msw_alloc(set->n * sizeof *tree.ranks);
  tree.best = msw_alloc((set->n + 1) * sizeof *tree.best);
  for (size_t i_point = 0; i_point < set->n; i_point++) tree.ranks[i_point] = msw_point(set, i_point)->values[1];
  for (size_t node = 0; node <= set->n; node++) tree.best[node] = (double)NAN;
  qsort(tree.ranks, set->n, sizeof *tree.ranks, msw_compare_numbers);
  return tree;
}

/* Marks by moving: points that stay come one behind the other. */
static void keep(msw_point_set *set, size_t i_point) {
  if (i_point != set->n_front) memcpy(msw_point(set, set->n_front), msw_point(set, i_point), set->size);
  set->n_front++;
}

static void keep_of_two(msw_point_set *set) {
  for (size_t i_point = 0; i_point < set->n; i_point++) {
    const double second = msw_point(set, i_point)->values[1];
    if (set->n_front == 0 || second > msw_point(set, set->n_front - 1)->values[1]) keep(set, i_point);
  }
}

static void keep_of_three(msw_point_set *set) {
  third_tree tree = tree_for(set);
  for (size_t i_point = 0; i_point < set->n; i_point++) {
    const msw_front_point *point = msw_point(set, i_point);
    const size_t rank = rank_of(&tree, point->values[1]);
    const double third = point->values[2];
    if (best_third(&tree, rank) >= third) continue;
    note_third(&tree, rank, third);
    keep(set, i_point);
  }
  free(tree.ranks);
  free(tree.best);
}

void msw_points_tidy(msw_point_set *set) {
  if (set->n == set->n_front) return;
  qsort(set->bytes, set->n, set->size, by_goodness);
  set->n_front = set->hint = 0;
  if (set->n_objectives == 2) keep_of_two(set);
  else keep_of_three(set);
  set->n = set->n_front;
}

/* ---- */

static void make_room(msw_point_set *set) {
  const size_t needed = 2 * set->n < FIRST_CAP ? FIRST_CAP : 2 * set->n;
  if (set->cap >= needed) return;
  set->bytes = msw_realloc(set->bytes, needed * set->size);
  set->cap = needed;
}

msw_front_point *msw_points_add(msw_point_set *set) {
  if (set->n == set->cap) {
    msw_points_tidy(set);
    make_room(set);
  }
  return msw_point(set, set->n++);
}

void msw_points_join(msw_point_set *set, msw_point_set *from) {
  for (size_t i_point = 0; i_point < from->n; i_point++) {
    const msw_front_point *point = msw_point(from, i_point);
    if (!msw_points_beat(set, point->values, point->cell)) memcpy(msw_points_add(set), point, set->size);
  }
  msw_points_free(from);
}

void msw_points_free(msw_point_set *set) {
  free(set->bytes);
  set->bytes = NULL;
  set->n_front = set->n = set->cap = set->hint = 0;
}
