/* Evaluation of tiles: pure, total, no allocation. What cannot have a number becomes NaN and a flag. */
#ifndef MSW_GRID_EVAL_H
#define MSW_GRID_EVAL_H

#include <stdbool.h>

#include "msw/grid/bind.h"
#include "msw/grid/plan.h"

/* A worker's memory for tiles of one block. */
typedef struct msw_eval_scratch msw_eval_scratch;
msw_eval_scratch *msw_eval_scratch_new(const msw_plan_block *block);
void msw_eval_scratch_free(msw_eval_scratch *scratch);
/* Write around the caches: faster where the cells go to memory and are not looked at soon (chunk buffers that are encoded next
 * are). Takes effect for rows that are aligned to 64 bytes. */
void msw_eval_scratch_stream(msw_eval_scratch *scratch, bool stream);

/* Fills out[i_field], each a full chunk of chunk_cells cells, row-major in chunk dimensions; cells beyond the tile's count
 * (upper borders) are filled as void. Adds the tile's cells per flag bit to flag_counts [MSW_N_FLAG_BITS] and cells with a number
 * to *n_evaluated. */
void msw_eval_tile(const msw_plan_block *block, const msw_bound_case *bound, const msw_tile *tile,
                   msw_eval_scratch *scratch, void *const *out, uint64_t *flag_counts, uint64_t *n_evaluated);

#endif
