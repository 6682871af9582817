/* The values of an axis that a text of --select means. */
#ifndef MSW_OUTPUT_RESULT_VALUES_H
#define MSW_OUTPUT_RESULT_VALUES_H

#include "msw/output/result.h"

/* Marks in chosen [axis->n] what "1,8,64", "1Ki:64Ki", "llama*" or "nearest:4000" means; false with errors at `what` where an
 * item means nothing. */
bool msw_result_match(const msw_result_axis *axis, const char *values, const char *what, msw_diag *diag, bool *chosen);

#endif
