/* Random sweeps over a random world: phases, axes, zips, exclude rules of both kinds, methods.
 */
#ifndef MSW_TEST_RANDOM_SWEEP_H
#define MSW_TEST_RANDOM_SWEEP_H

#include "made_sweep.h"
#include "random_world.h"

typedef struct {
  msw_phase phase;
  size_t longest_axis;            /* numeric axes have up to so many values */
  const char *preset;             /* of the first method; NULL: any */
  const char *forced, *value;     /* a knob of the first method, or NULL */
  bool plain;                     /* no zips, no rules, all fields */
} random_sweep_wish;

/* Builds; the world must outlive the sweep. */
void random_sweep_make(made_sweep *sweep, rng *r, const random_world *world, random_sweep_wish wish);
/* A random expression over the block's axes, in the sweep's arena. */
const char *random_expr(made_sweep *sweep, rng *r);

#endif
