/* Stretches: positions first … end-1 of a row. Lists of them are ascending, and no two of a list touch. */
#ifndef MSW_GRID_STRETCH_H
#define MSW_GRID_STRETCH_H

#include <stdbool.h>
#include <stddef.h>

typedef struct { size_t first, end; } msw_stretch;

/* A list of stretches of a row of n cells is no longer than this. */
static inline size_t msw_stretches_most(size_t n) { return n / 2 + 1; }

/* Appends first … end-1, which begins where the last one ends or later, to a list of n; returns the new n. */
size_t msw_stretches_add(msw_stretch *list, size_t n, size_t first, size_t end);

/* What lies in a or in b. `out` is another list; returns its length. */
size_t msw_stretches_union(const msw_stretch *a, size_t n_a, const msw_stretch *b, size_t n_b, msw_stretch *out);

/* What of first … end-1 does not lie in the list, which has nothing outside. `out` is another list; returns its
 * length. */
size_t msw_stretches_rest(const msw_stretch *list, size_t n, size_t first, size_t end, msw_stretch *out);

#endif
