/* Random cases and steps for tests of perf.
 */
#ifndef MSW_TEST_RANDOM_STEP_H
#define MSW_TEST_RANDOM_STEP_H

#include "msw/perf/step.h"
#include "random_world.h"

enum { RANDOM_GROUPS = 6 };
typedef struct { msw_decode_group decode[RANDOM_GROUPS]; msw_prefill_group prefill[RANDOM_GROUPS]; msw_step step; } random_step;

/* At least one request; each phase present two times out of three. */
void random_step_make(random_step *out, rng *r);

/* A case of the world bound with a random method; false (nothing bound) when it is void. */
bool random_case(rng *r, const random_world *world, msw_arena *arena, const char *preset, msw_case *bound);

#endif
