/* Pieces: storage, search, evaluation, and the replacement of stretches that count as missing. */
#include <math.h>
#include <stdlib.h>

#include "pieces.h"

void msw_pieces_free(msw_pieces *pieces) {
  free(pieces->piece);
  *pieces = (msw_pieces){0};
}

void msw_pieces_add(msw_pieces *pieces, msw_piece piece) {
  if (pieces->n > 0 && !(pieces->piece[pieces->n - 1].begin < piece.begin)) pieces->n--;
  if (pieces->n == pieces->cap) {
    const size_t first_cap = 32;
    pieces->cap = pieces->cap ? 2 * pieces->cap : first_cap;
    pieces->piece = msw_realloc(pieces->piece, pieces->cap * sizeof *pieces->piece);
  }
  pieces->piece[pieces->n++] = piece;
}

size_t msw_piece_find(const msw_pieces *pieces, double x) {
  size_t low = 0, high = pieces->n;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (pieces->piece[middle].begin <= x) low = middle;
    else high = middle;
  }
  return low;
}

double msw_piece_mfu(const msw_piece *piece, double power, double x) {
  double y = piece->y0;
  if (piece->slope < 0.0 || piece->slope > 0.0) y += piece->slope * (x - piece->x0);   /* not 0 * infinity */
  switch (piece->kind) {
    case MSW_PIECE_MFU: return y;
    case MSW_PIECE_TIME: return pow(x, power) / y;
    case MSW_PIECE_ROOT: return pow(x, power) / (y * y);
  }
  return NAN;
}

/* Smallest x in (low, high] at which the piece's MFU is on the other side of the floor than at low. */
static double crossing(const msw_piece *piece, double power, double mfu_floor, double low, double high) {
  bool low_is_good = msw_piece_mfu(piece, power, low) >= mfu_floor;
  for (;;) {
    double middle = low + (high - low) / 2.0;
    if (!(low < middle && middle < high)) return high;
    if ((msw_piece_mfu(piece, power, middle) >= mfu_floor) == low_is_good) low = middle;
    else high = middle;
  }
}

static void add_stretch(msw_pieces *out, const msw_pieces *from, double begin, double end, msw_flags flags) {
  for (size_t i_piece = msw_piece_find(from, begin); i_piece < from->n; i_piece++) {
    msw_piece piece = from->piece[i_piece];
    if (piece.begin >= end) return;
    if (piece.begin < begin) piece.begin = begin;
    piece.flags |= flags;
    msw_pieces_add(out, piece);
  }
}

void msw_pieces_replace_low(msw_pieces *pieces, double mfu_floor, const msw_pieces *instead) {
  msw_pieces out = {.power = pieces->power};
  const double least = 0x1p-10, most = 0x1p60;   /* lengths and token counts lie between */
  for (size_t i_piece = 0; i_piece < pieces->n; i_piece++) {
    msw_piece piece = pieces->piece[i_piece];
    double begin = piece.begin, end = i_piece + 1 < pieces->n ? pieces->piece[i_piece + 1].begin : (double)INFINITY;
    double low = begin < least ? least : begin, high = end > most ? most : nextafter(end, 0.0);
    if (low > high) low = high;
    bool good_low = msw_piece_mfu(&piece, pieces->power, low) >= mfu_floor;
    bool good_high = msw_piece_mfu(&piece, pieces->power, high) >= mfu_floor;
    double cut = good_low == good_high ? end : crossing(&piece, pieces->power, mfu_floor, low, high);
    if (good_low) msw_pieces_add(&out, piece);
    else add_stretch(&out, instead, begin, cut, piece.flags);
    if (!(cut < end)) continue;
    piece.begin = cut;
    if (good_high) msw_pieces_add(&out, piece);
    else add_stretch(&out, instead, cut, end, piece.flags);
  }
  msw_pieces_free(pieces);
  *pieces = out;
}

void msw_pieces_clear_below_zero(msw_pieces *pieces) {
  msw_pieces out = {.power = pieces->power};
  const double above_zero = nextafter(0.0, 1.0);
  msw_pieces_add(&out, (msw_piece){.begin = -(double)INFINITY, .y0 = 1.0, .kind = MSW_PIECE_MFU});
  add_stretch(&out, pieces, above_zero, (double)INFINITY, 0);
  msw_pieces_free(pieces);
  *pieces = out;
}
