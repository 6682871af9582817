/* Ranges: the short forms in which an axis can be written (docs/sweep-file.md). All stops are inclusive.
 *   4 · "4Ki"                       one value (suffixes k M G T and Ki Mi Gi Ti)
 *   [1, 2, "4:16:4"]                a list, whose elements may be ranges themselves
 *   "1:8"  "16:128:16"              step 1; step 16
 *   "1:512:*2"                      factor
 *   {"range": [16, 128, 16]} {"mul": [1, 512, 2]} {"lin": [0, 1, 11]} {"log": [128, 131072, 41], "round": "int"}
 *   {"pow2": [1, 512], "per_octave": 2}   powers of two, each octave in equal steps: 1 2 3 4 6 8 12 16 …; fractions are
 *                                         left out where the axis wants whole numbers, noted
 *   {"union": [range, …]}           sorted, duplicates dropped and counted
 * When a step misses its stop the diag gets a note ("1:10:4 ends at 9"). Rounding ("round": "int") may produce
 * duplicates: dropped, noted.
 */
#ifndef MSW_INPUTS_RANGE_H
#define MSW_INPUTS_RANGE_H

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/formats/json.h"

enum { MSW_RANGE_MAX_VALUES = 16777216 };

/* `repeats`: a list may hold a value twice (members of a zip). */
typedef struct { double min, max; bool integral, repeats; } msw_range_limits;

/* Expands `value` to *values [*n] in the arena. Each must lie within the limits; an empty range, duplicates in a list, more
 * than MSW_RANGE_MAX_VALUES values and malformed forms are errors (false). */
bool msw_range_expand(const msw_json *value, msw_range_limits limits, msw_arena *arena, msw_diag *diag,
                      double **values, size_t *n);

#endif
