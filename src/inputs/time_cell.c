/* Reads a cell that holds a measured time. */
#include "time_cell.h"

#include <float.h>

static const double MIN_US = 1e-6, MAX_US = 1e12;

bool msw_read_time_us(const msw_csv *csv, size_t row, int col, double us_per_unit, msw_diag *diag, double *out_us) {
  double time;
  if (!msw_csv_number(csv, row, col, DBL_MIN, DBL_MAX, diag, &time)) return false;
  *out_us = time * us_per_unit;
  if (*out_us >= MIN_US && *out_us <= MAX_US) return true;
  msw_error(diag, msw_csv_loc(csv, row), csv->names[col], NULL, "%g is no time that can be measured: expected %g to %g", time,
            MIN_US / us_per_unit, MAX_US / us_per_unit);
  return false;
}
