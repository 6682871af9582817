/* A cell as the scalar reference sees it: the step that stands there and the number that a field holds for it. For where
 * cells are few (points beside the grid) or are doubted (verify).
 */
#ifndef MSW_GRID_REFERENCE_H
#define MSW_GRID_REFERENCE_H

#include <stdbool.h>

#include "msw/grid/field.h"
#include "msw/inputs/spec.h"
#include "msw/perf/step.h"

/* `step` points to the groups beside it. */
typedef struct { msw_decode_group decode; msw_prefill_group prefill; msw_step step; } msw_cell_step;

/* The step of a phase at these values of its numeric axes. */
void msw_cell_step_set(msw_cell_step *out, msw_phase phase, const double values[MSW_N_AXES]);

/* What a field holds for an evaluated step, before it is rounded to the field's type; codes as numbers. */
double msw_field_number(const msw_field *field, const msw_breakdown *breakdown);
/* The same in the field's type. */
void msw_field_store(const msw_field *field, const msw_breakdown *breakdown, void *cell);

/* True where two parts of the step are equally long but for rounding: then which of them bounds it is a toss-up. */
bool msw_bound_is_close_call(const msw_breakdown *breakdown);

#endif
