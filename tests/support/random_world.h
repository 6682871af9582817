/* Random GPUs, models and kernel tables: realistic orders of magnitude, all that real ones have: ragged decode tables,
 * rounded mfu columns with zeros, missing tables, peaks and constants, heads that no tp divides, MoE.
 */
#ifndef MSW_TEST_RANDOM_WORLD_H
#define MSW_TEST_RANDOM_WORLD_H

#include "made_tables.h"
#include "msw/inputs/latency_table.h"
#include "msw/inputs/spec.h"
#include "rng.h"

enum { RANDOM_GPUS = 3, RANDOM_MODELS = 4, RANDOM_TABLES = 24 };

typedef struct {
  msw_arena arena;
  msw_gpu gpus[RANDOM_GPUS];        /* "g0" … the first has everything */
  msw_model models[RANDOM_MODELS];  /* "m0" … the first is dense, 16 bit, with heads that 8 divides */
  msw_kernel_table tables[RANDOM_GPUS][RANDOM_TABLES];
  msw_kernel_set sets[RANDOM_GPUS];
  const msw_kernel_set *set_of[RANDOM_GPUS];
  msw_latency_set latencies[RANDOM_GPUS];   /* only after random_world_measure, as their surfaces */
  struct msw_surfaces *surfaces[RANDOM_GPUS];
} random_world;

void random_world_make(random_world *world, rng *r);
void random_world_free(random_world *world);
/* Adds what the method `measured` needs: latencies of kernels, engines with their constants, MoE models with dense layers and
 * shared experts. Without it all its cases are void. */
void random_world_measure(random_world *world, rng *r);

/* A method on this preset with random settings; of every knob, each value has its chance. The label is `label`.
 * `forced` (may be NULL): a knob that is set to `value`, as in --set. */
msw_method_spec random_method(rng *r, msw_arena *arena, const char *preset, const char *label, const char *forced,
                              const char *value);
const char *random_preset(rng *r);

#endif
