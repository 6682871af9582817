/* Times along an axis as lines: closed forms on stretches, made of perf's pieces and ready for the row kernels. Private to grid.
 */
#ifndef MSW_GRID_LINES_H
#define MSW_GRID_LINES_H

#include "kernels.h"
#include "msw/perf/piece.h"

typedef struct { const msw_line *line; size_t n; } msw_lines;   /* ascending, the first from -infinity on */

/* us(x) = scale * x / MFU(x), or scale / MFU(x) unless times_x. `lines` [pieces->n]. */
void msw_lines_of(const msw_pieces *pieces, double scale, bool times_x, msw_line *lines);
/* The flags that all lines share but the first (which may lie below zero); taken out of the lines. */
msw_flags msw_lines_common_flags(msw_line *lines, size_t n);

/* A stretch of a row on line number `line` of the lines that it was cut by. */
typedef struct { uint32_t line, first, n; } msw_line_stretch;
/* Whether both cut every row at the same places. */
bool msw_lines_cut_alike(msw_lines a, msw_lines b);
/* Cuts x [n] into stretches [at most n]; `ascends`: x does. `guess`: the line that x[0] may be on, any number; it saves the
 * search where it is right. */
size_t msw_lines_cut(msw_lines lines, const double *x, size_t n, bool ascends, size_t guess, msw_line_stretch *stretches);

#endif
