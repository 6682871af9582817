/* Pieces of MFU turned into times, and rows cut at their borders. */
#include "lines.h"

#include <math.h>

/* 1 - a / (a + s x) loses the digits by which a exceeds s x. Up to this factor that does not show in single precision. */
static const double most_cancellation = 256.0;

static msw_line ratio_of(double scale, double a, double s, double least_x) {
  if (fabs(a) <= most_cancellation * fabs(s) * least_x)   /* x / (a + s x) = (1 - a / (a + s x)) / s: one product less */
    return (msw_line){.form = MSW_LINE_RATIO, .p = scale / s, .q = -(scale / s) * a, .a = a, .s = s};
  return (msw_line){.form = MSW_LINE_RATIO_X, .q = scale, .a = a, .s = s};
}

static msw_line line_of(const msw_piece *piece, double power, double scale, bool times_x) {
  bool is_flat = !(piece->slope < 0.0 || piece->slope > 0.0), is_squared = power > 1.5;
  double s = piece->slope, a = is_flat ? piece->y0 : piece->y0 - s * piece->x0;
  if (piece->kind == MSW_PIECE_ROOT) return (msw_line){.form = MSW_LINE_SQUARE, .q = scale, .a = a, .s = s};
  if (piece->kind == MSW_PIECE_TIME && is_squared)   /* scale (a + s x) / x */
    return (msw_line){.form = MSW_LINE_RATIO, .p = scale * s, .q = scale * a, .a = 0.0, .s = 1.0};
  if (piece->kind == MSW_PIECE_TIME) return (msw_line){.form = MSW_LINE_STRAIGHT, .p = scale * a, .q = scale * s};
  if (is_flat && times_x) return (msw_line){.form = MSW_LINE_STRAIGHT, .q = scale / a};
  if (is_flat) return (msw_line){.form = MSW_LINE_STRAIGHT, .p = scale / a};
  return ratio_of(scale, a, s, piece->begin > 0.0 ? piece->begin : 0.0);
}

void msw_lines_of(const msw_pieces *pieces, double scale, bool times_x, msw_line *lines) {
  for (size_t i_piece = 0; i_piece < pieces->n; i_piece++) {
    const msw_piece *piece = &pieces->piece[i_piece];
    lines[i_piece] = line_of(piece, pieces->power, scale, times_x);
    lines[i_piece].begin = piece->begin;
    lines[i_piece].flags = piece->flags;
  }
}

msw_flags msw_lines_common_flags(msw_line *lines, size_t n) {
  const double least_x = 1.0;   /* no cell lies below, so that none has the first line if the second one begins there */
  if (n < 2 || lines[0].flags || lines[1].begin > least_x) return 0;
  msw_flags common = ~(msw_flags)0;
  for (size_t i_line = 1; i_line < n; i_line++) common &= lines[i_line].flags;
  return common;
}

static double line_end(msw_lines lines, size_t i_line) {
  return i_line + 1 < lines.n ? lines.line[i_line + 1].begin : (double)INFINITY;
}

static size_t find_line(msw_lines lines, double x, size_t guess) {
  size_t low = 0, high = lines.n;
  if (guess < lines.n && lines.line[guess].begin <= x && x < line_end(lines, guess)) return guess;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (lines.line[middle].begin <= x) low = middle;
    else high = middle;
  }
  return low;
}

static bool ends_at(const double *x, size_t at, size_t n, double limit) {
  return x[at - 1] < limit && (at == n || !(x[at] < limit));
}

/* First position after `at` whose x is not below `limit`. Most axes run in equal steps: the place is where they lead, or one
 * beside it; else it is looked for in doubling steps. */
static size_t stretch_end(const double *x, size_t at, size_t n, double limit) {
  if (x[n - 1] < limit) return n;
  if (!(x[at + 1] < limit)) return at + 1;   /* there is a next one: the last is not below the limit */
  double steps = (limit - x[at]) / (x[at + 1] - x[at]);
  size_t guess = steps < (double)(n - at) ? at + (size_t)steps : n - 1;
  for (size_t tried = guess > at ? guess : at + 1; tried <= guess + 2 && tried <= n; tried++)
    if (ends_at(x, tried, n, limit)) return tried;
  size_t step = 1, low = at, high = at + 1;
  while (high < n && x[high] < limit) {
    low = high;
    high = high + step < n ? high + step : n;
    step *= 2;
  }
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (middle < n && x[middle] < limit) low = middle;
    else high = middle;
  }
  return high;
}

bool msw_lines_cut_alike(msw_lines a, msw_lines b) {
  if (a.n != b.n) return false;
  for (size_t i_line = 0; i_line < a.n; i_line++)
    if (a.line[i_line].begin < b.line[i_line].begin || a.line[i_line].begin > b.line[i_line].begin) return false;
  return true;
}

size_t msw_lines_cut(msw_lines lines, const double *x, size_t n, bool ascends, size_t guess, msw_line_stretch *stretches) {
  size_t n_stretches = 0;
  for (size_t at = 0, end; at < n; at = end) {
    size_t i_line = find_line(lines, x[at], guess);
    double limit = line_end(lines, i_line);
    if (ascends) end = stretch_end(x, at, n, limit);
    else for (end = at + 1; end < n && x[end] >= lines.line[i_line].begin && x[end] < limit;) end++;
    stretches[n_stretches++] = (msw_line_stretch){(uint32_t)i_line, (uint32_t)at, (uint32_t)(end - at)};
    guess = i_line + 1;
  }
  return n_stretches;
}
