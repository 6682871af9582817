/* What the golden tests share: the published kernel tables of ../shared and models by name. */
#ifndef MSW_GOLDEN_WORLD_H
#define MSW_GOLDEN_WORLD_H

#include <stdlib.h>

#include "msw/inputs/data_root.h"
#include "msw/inputs/kernel_table.h"
#include "msw_test.h"

#define SHARED MSW_TEST_ROOT "/../shared/data"

typedef struct {
  msw_arena arena;
  msw_diag diag;
  msw_data_root data;
  msw_kernel_set tables;
  const msw_gpu *gpu;
} world;

static inline int setup(void **state) {
  world *w = calloc(1, sizeof *w);
  const char *bench[] = {SHARED "/kernels/infersim"};
  msw_data_root_open(MSW_TEST_ROOT, bench, 1, &w->arena, &w->diag, &w->data);
  assert_no_errors(&w->diag);
  w->gpu = msw_data_find_gpu(&w->data, "h100");
  assert_non_null(w->gpu);
  msw_kernel_set_load(&w->data, w->gpu, &w->arena, &w->diag, &w->tables);
  assert_no_errors(&w->diag);
  *state = w;
  return 0;
}

static inline int teardown(void **state) {
  world *w = *state;
  msw_arena_free(&w->arena);
  msw_diag_free(&w->diag);
  free(w);
  return 0;
}

static inline const msw_model *load_model(world *w, const char *name) {
  size_t *matches;
  assert_int_equal(msw_data_match_models(&w->data, name, &w->arena, &matches), 1);
  msw_model *model = msw_arena_alloc(&w->arena, sizeof *model);
  assert_int_equal(msw_data_load_model(&w->data, matches[0], &w->arena, &w->diag, model), MSW_OK);
  return model;
}

/* Skips the whole program when `path` cannot be read. */
static inline void skip_without(const char *path) {
  FILE *probe = fopen(path, "r");
  if (!probe) {
    printf("skipped: %s is absent\n", path);
    exit(MSW_TEST_SKIPPED);
  }
  fclose(probe);
}

#endif
