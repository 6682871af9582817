/* Times in the cells of tables; not for other layers. */
#ifndef MSW_INPUTS_TIME_CELL_H
#define MSW_INPUTS_TIME_CELL_H

#include "msw/formats/csv.h"

/* Cell as a time > 0, in units of us_per_unit, that somebody can have measured: a picosecond to eleven days. Sums, ratios and
 * squares of such times are finite. Otherwise an error and false. */
bool msw_read_time_us(const msw_csv *csv, size_t row, int col, double us_per_unit, msw_diag *diag, double *out_us);

#endif
