/* "Did you mean": Damerau-Levenshtein distance (insert, delete, replace, swap of neighbours), ASCII case folded. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "msw/base/str.h"

enum { MIN_PREFIX = 3 };

static int fold(char c) {
  return tolower((unsigned char)c);
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* One row of the distance matrix: row[i_b] = distance of a[0..i_a] to b[0..i_b). `above` and `above2` are the rows
 * before. */
static void fill_row(const char *a, size_t i_a, const char *b, size_t len_b, const size_t *above2, const size_t *above,
                     size_t *row) {
  row[0] = i_a + 1;
  for (size_t i_b = 0; i_b < len_b; i_b++) {
    bool same = fold(a[i_a]) == fold(b[i_b]);
    size_t best = least(above[i_b + 1] + 1, row[i_b] + 1);
    best = least(best, above[i_b] + (same ? 0 : 1));
    bool swapped = i_a > 0 && i_b > 0 && fold(a[i_a]) == fold(b[i_b - 1]) && fold(a[i_a - 1]) == fold(b[i_b]);
    if (swapped) best = least(best, above2[i_b - 1] + 1);
    row[i_b + 1] = best;
  }
}

static size_t distance(const char *a, size_t len_a, const char *b, size_t len_b) {
  size_t *rows = msw_alloc_zero(3 * (len_b + 1), sizeof *rows);
  size_t *above2 = rows, *above = rows + (len_b + 1), *row = rows + 2 * (len_b + 1);
  for (size_t i_b = 0; i_b <= len_b; i_b++) above[i_b] = i_b;
  for (size_t i_a = 0; i_a < len_a; i_a++) {
    fill_row(a, i_a, b, len_b, above2, above, row);
    size_t *oldest = above2;
    above2 = above;
    above = row;
    row = oldest;
  }
  size_t result = above[len_b];
  free(rows);
  return result;
}

/* What choosing `candidate` costs: the shortest completion of a prefix is best, then the least distance; SIZE_MAX when
 * it is not near. A distance of the whole word is not near: nothing of it would be left. */
static size_t cost(const char *word, size_t len, const char *candidate) {
  size_t candidate_len = strlen(candidate);
  size_t limit = 1 + len / 3;
  if (len >= MIN_PREFIX && strncasecmp(word, candidate, len) == 0) return candidate_len - len;
  size_t gap = candidate_len > len ? candidate_len - len : len - candidate_len;
  if (gap > limit) return SIZE_MAX;
  size_t edits = distance(word, len, candidate, candidate_len);
  if (edits > limit || (edits > 0 && edits >= len)) return SIZE_MAX;
  return edits == 0 ? 0 : SIZE_MAX / 2 + edits;   /* after every completion */
}

const char *msw_nearest(const char *word, const char *const *candidates, size_t n) {
  size_t len = strlen(word), best_cost = SIZE_MAX;
  const char *best = NULL;
  for (size_t i_candidate = 0; len > 0 && i_candidate < n; i_candidate++) {
    size_t this_cost = cost(word, len, candidates[i_candidate]);
    if (this_cost >= best_cost) continue;
    best_cost = this_cost;
    best = candidates[i_candidate];
  }
  return best;
}
