/* Lists of stretches. */
#include "msw/grid/stretch.h"

size_t msw_stretches_add(msw_stretch *list, size_t n, size_t first, size_t end) {
  if (first >= end) return n;
  if (n > 0 && list[n - 1].end >= first) {
    if (list[n - 1].end < end) list[n - 1].end = end;
    return n;
  }
  list[n] = (msw_stretch){first, end};
  return n + 1;
}

size_t msw_stretches_union(const msw_stretch *a, size_t n_a, const msw_stretch *b, size_t n_b, msw_stretch *out) {
  size_t i_a = 0, i_b = 0, n = 0;
  while (i_a < n_a || i_b < n_b) {
    const bool from_a = i_b == n_b || (i_a < n_a && a[i_a].first < b[i_b].first);
    const msw_stretch next = from_a ? a[i_a++] : b[i_b++];
    n = msw_stretches_add(out, n, next.first, next.end);
  }
  return n;
}

size_t msw_stretches_rest(const msw_stretch *list, size_t n, size_t first, size_t end, msw_stretch *out) {
  size_t n_out = 0;
  for (size_t i = 0; i < n; i++) {
    n_out = msw_stretches_add(out, n_out, first, list[i].first);
    first = list[i].end;
  }
  return msw_stretches_add(out, n_out, first, end);
}
