/* Random expressions of any shape over a sweep's axes and its models' and GPUs' figures, unknown ones included.
 */
#ifndef MSW_TEST_RANDOM_EXPR_H
#define MSW_TEST_RANDOM_EXPR_H

#include "made_sweep.h"
#include "rng.h"

/* Operators up to `depth` deep. In the sweep's arena; to be compiled by made_exclude. */
const char *random_condition(made_sweep *sweep, rng *r, int depth);
const char *random_number(made_sweep *sweep, rng *r, int depth);
/* A comparison of a random number with what it is at a random cell: true of some cells and false of others, mostly. */
const char *random_edge(made_sweep *sweep, rng *r, int depth);

#endif
