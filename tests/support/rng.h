/* Random numbers for tests: seeded, the same on every machine. MSW_TEST_SEED repeats a run with another seed.
 */
#ifndef MSW_TEST_RNG_H
#define MSW_TEST_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { uint64_t state; } rng;

/* Starts from the seed of this test or from $MSW_TEST_SEED, and prints it. */
rng rng_start(const char *test, uint64_t seed);
/* A generator of its own for each round, so that one round can be repeated alone. */
rng rng_fork(const rng *from, uint64_t i_round);

uint64_t rng_next(rng *r);
size_t rng_below(rng *r, size_t n);                          /* 0 … n-1; n >= 1 */
int64_t rng_int(rng *r, int64_t low, int64_t high);          /* both ends included */
bool rng_chance(rng *r, double probability);
double rng_between(rng *r, double low, double high);
double rng_log_between(rng *r, double low, double high);     /* evenly in the logarithm; low > 0 */
/* One of the strings of a NULL-terminated list. */
const char *rng_pick(rng *r, const char *const *list);
/* n ascending whole numbers from low … high, log-evenly, without repeats; fewer when the range is too narrow. Returns n. */
size_t rng_axis(rng *r, size_t n, double low, double high, double *values);

#endif
