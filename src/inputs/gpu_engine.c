/* Which of a GPU entry's engines a name means: the version asked for, else its nearest neighbour. */
#include <stdlib.h>
#include <string.h>

#include "msw/inputs/gpu.h"

/* "vllm-0.15.1": "vllm" and "0.15.1"; without a version ("tensorrt-llm") the whole is the name. */
static size_t name_length(const char *engine) {
  for (const char *at = engine; *at; at++)
    if (at[0] == '-' && at[1] >= '0' && at[1] <= '9') return (size_t)(at - engine);
  return strlen(engine);
}

static bool has_version(const char *engine) { return engine[name_length(engine)] != '\0'; }

static bool is_same_engine(const char *a, const char *b) {
  size_t len = name_length(a);
  return len == name_length(b) && strncmp(a, b, len) == 0;
}

/* Number by number; what is not a number counts as 0, a missing one as less than any. */
static int compare_versions(const char *a, const char *b) {
  const char *at_a = a + name_length(a), *at_b = b + name_length(b);
  while (*at_a && *at_b) {
    char *end_a, *end_b;
    long number_a = strtol(at_a + 1, &end_a, 10), number_b = strtol(at_b + 1, &end_b, 10);
    if (number_a != number_b) return number_a < number_b ? -1 : 1;
    at_a = end_a + strcspn(end_a, ".");
    at_b = end_b + strcspn(end_b, ".");
  }
  return (*at_a != '\0') - (*at_b != '\0');
}

static bool is_nearer(const char *wanted, const char *candidate, const char *best) {
  int of_candidate = compare_versions(candidate, wanted), of_best = compare_versions(best, wanted);
  if (of_candidate <= 0 && of_best <= 0) return compare_versions(candidate, best) > 0;
  if (of_candidate > 0 && of_best > 0) return compare_versions(candidate, best) < 0;
  return of_candidate <= 0;   /* an engine is like the last version that was looked at */
}

const msw_gpu_engine *msw_gpu_find_engine(const msw_gpu *gpu, const char *engine, bool *is_exact) {
  const msw_gpu_engine *best = NULL;
  const char *wanted = engine ? engine : "", *family = engine ? engine : gpu->n_engines > 0 ? gpu->engines[0].method : "";
  for (size_t i_engine = 0; i_engine < gpu->n_engines; i_engine++) {
    const msw_gpu_engine *candidate = &gpu->engines[i_engine];
    if (!is_same_engine(candidate->method, family)) continue;
    bool is_newer = best && compare_versions(candidate->method, best->method) > 0;
    if (!best || (has_version(wanted) ? is_nearer(wanted, candidate->method, best->method) : is_newer)) best = candidate;
  }
  *is_exact = best && (!engine || compare_versions(best->method, engine) == 0);
  return best;
}
