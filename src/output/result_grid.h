/* A group of a result file while it is taken apart into blocks. */
#ifndef MSW_OUTPUT_RESULT_GRID_H
#define MSW_OUTPUT_RESULT_GRID_H

#include "result_parts.h"

/* A dataset that may be a variable: it has a coordinate for each dimension. */
typedef struct {
  const char *name, *path;
  msw_h5_layout layout;
  const char *scales[MSW_H5_MAX_RANK];      /* paths */
  const char *coordinates, *reduction;      /* attributes; NULL without */
  bool is_taken;                            /* belongs to a block, or is an axis along a zip */
} msw_result_candidate;

typedef struct {
  msw_result_opening *opening;
  msw_h5 group;
  const char *name, *path;                  /* "" and "" for the root, "decode" and "/decode" */
  const char *signal, *phase;               /* attributes; NULL without */
  msw_result_candidate *candidates;
  size_t n;
} msw_result_grid;

bool msw_result_is_along(const msw_result_candidate *a, const msw_result_candidate *b);

/* ---- result_blocks.c ---- */
/* Adds a block of all that run along the same dimensions as `model`. */
msw_status msw_result_add_block(msw_result_grid *grid, const msw_result_candidate *model, const char *name);

#endif
