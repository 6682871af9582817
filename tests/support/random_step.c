/* Random steps and cases. */
#include "random_step.h"

#include <math.h>

static double whole(rng *r, double low, double high) { return round(rng_log_between(r, low, high)); }

void random_step_make(random_step *out, rng *r) {
  *out = (random_step){0};
  size_t which = rng_below(r, 3);
  size_t n_decode = which == 1 ? 0 : 1 + rng_below(r, RANDOM_GROUPS), n_prefill = which == 0 ? 0 : 1 + rng_below(r, RANDOM_GROUPS);
  for (size_t i = 0; i < n_decode; i++)
    out->decode[i] = (msw_decode_group){whole(r, 1, 200), rng_chance(r, 0.05) ? 0 : whole(r, 1, 200000)};
  for (size_t i = 0; i < n_prefill; i++)
    out->prefill[i] = (msw_prefill_group){whole(r, 1, 8), rng_chance(r, 0.6) ? 0 : whole(r, 1, 50000), whole(r, 1, 40000)};
  out->step = (msw_step){.decode = out->decode, .n_decode = n_decode, .prefill = out->prefill, .n_prefill = n_prefill};
}

bool random_case(rng *r, const random_world *world, msw_arena *arena, const char *preset, msw_case *bound) {
  static const double tps[] = {1, 2, 4, 8};
  static const msw_dtype dtypes[] = {MSW_DTYPE_NONE, MSW_DTYPE_NONE, MSW_FP16, MSW_FP8};
  size_t i_gpu = rng_below(r, RANDOM_GPUS);
  msw_diag diag = {0};
  msw_method method;
  msw_knobs knobs;
  msw_case_key key = {.gpu = &world->gpus[i_gpu], .model = &world->models[rng_below(r, RANDOM_MODELS)],
                      .tp = tps[rng_below(r, 4)], .dtype = dtypes[rng_below(r, 4)], .tables = world->set_of[i_gpu],
                      .allow_split_heads = rng_chance(r, 0.3)};
  msw_method_spec spec = random_method(r, arena, preset, "m", NULL, NULL);
  bool good = msw_method_resolve(&spec, &diag, &method) && msw_method_knobs(&method, key.gpu, &diag, &knobs, &key.method_flags);
  msw_diag_free(&diag);
  if (!good) return false;
  key.family = method.preset->family;
  key.knobs = &knobs;
  msw_case_bind(&key, arena, bound);
  return !(bound->flags & MSW_FLAGS_VOID);
}
