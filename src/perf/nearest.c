/* The nearest measured row along an axis, as constant pieces.
 *
 * For two sites j left of k, "k is nearer than j" holds from some x on and then for good, in each of the metrics (their
 * difference of distances never falls as x grows). So one pass from left to right with a stack finds the winners.
 */
#include <math.h>
#include <stdlib.h>

#include "pieces.h"

static int by_x_cost_row(const void *a, const void *b) {
  const msw_site *p = a, *q = b;
  if (p->x < q->x || p->x > q->x) return p->x < q->x ? -1 : 1;
  if (p->cost < q->cost || p->cost > q->cost) return p->cost < q->cost ? -1 : 1;
  return (p->row > q->row) - (p->row < q->row);
}

/* Of sites at equal x only the nearest can win. Those of a grid come in order. */
static size_t sort_and_thin(msw_site *sites, size_t n) {
  size_t kept = 0, n_sorted = 1;
  while (n_sorted < n && by_x_cost_row(&sites[n_sorted - 1], &sites[n_sorted]) <= 0) n_sorted++;
  if (n_sorted < n) qsort(sites, n, sizeof *sites, by_x_cost_row);
  for (size_t i_site = 0; i_site < n; i_site++)
    if (kept == 0 || sites[kept - 1].x < sites[i_site].x) sites[kept++] = sites[i_site];
  return kept;
}

/* First x at which k (right of j) is taken instead of j: +infinity when never. Where both are equally near the row that comes
 * first in the file is taken. */
static double takes_over_at(const msw_site *j, const msw_site *k, msw_metric metric) {
  const double never = (double)INFINITY;
  double apart = k->x - j->x, lead = k->cost - j->cost, tie;   /* j's lead in cost */
  bool wins_ties = k->row < j->row;
  if (metric == MSW_NEAREST_L1) {
    if (lead < -apart || (wins_ties && lead <= -apart)) return -never;
    if (lead > apart || (!wins_ties && lead >= apart)) return never;
    tie = (j->x + k->x + lead) / 2.0;
  } else {
    tie = (lead + apart * (k->x + j->x)) / (2.0 * apart);
  }
  return wins_ties ? tie : nextafter(tie, never);
}

typedef struct { size_t site; double from; } winner;

void msw_nearest_pieces(msw_site *sites, size_t n, msw_metric metric, msw_flags flags, msw_pieces *pieces) {
  n = sort_and_thin(sites, n);
  winner *stack = msw_alloc_zero(n, sizeof *stack);
  size_t depth = 0;
  for (size_t i_site = 0; i_site < n; i_site++) {
    double earliest = metric == MSW_NEAREST_FLOOR ? sites[i_site].x : -(double)INFINITY, from = earliest;
    while (depth > 0) {
      from = fmax(earliest, takes_over_at(&sites[stack[depth - 1].site], &sites[i_site], metric));
      if (from > stack[depth - 1].from) break;
      from = earliest;   /* the one on top never wins */
      depth--;
    }
    if (from < (double)INFINITY) stack[depth++] = (winner){i_site, from};
  }
  for (size_t i_winner = 0; i_winner < depth; i_winner++)
    msw_pieces_add(pieces, (msw_piece){.begin = stack[i_winner].from, .y0 = sites[stack[i_winner].site].mfu,
                                       .kind = MSW_PIECE_MFU, .flags = flags});
  free(stack);
}
