/* Exclude rules over rows of cells. */
#ifndef MSW_GRID_RULE_H
#define MSW_GRID_RULE_H

#include "msw/inputs/spec.h"

/* Doubles of scratch that msw_rule_row needs for rows of n cells of this block's rules. */
size_t msw_rule_scratch(const msw_spec_block *block, size_t n);

/* mask[i] |= 1 where the rule holds at the cell whose axes stand at `position`, but with `row_axis` at first + i,
 * 0 <= i < n. row_axis MSW_N_AXES: a single cell, n = 1. The row axis must not be zipped. */
void msw_rule_row(const msw_spec_block *block, const msw_spec_rule *rule, const size_t position[MSW_N_AXES],
                  msw_axis_id row_axis, size_t first, size_t n, double *scratch, uint8_t *mask);

#endif
