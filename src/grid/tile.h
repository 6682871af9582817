/* A tile at work: its stretch of every axis, the worker's memory, and where cells go. Private to grid. */
#ifndef MSW_GRID_TILE_H
#define MSW_GRID_TILE_H

#include "msw/grid/eval.h"
#include "row.h"

typedef struct {
  const double *values;    /* [n] and room for MSW_LANES more */
  size_t n, stride;        /* stride: how far apart neighbours lie in the chunk, in cells; 0 where the axis is zipped */
  bool ascends;
} msw_tile_axis;

struct msw_eval_scratch {
  const msw_kernels *kernels;
  bool stream;                               /* write around the caches */
  double *axis[MSW_N_AXES];                  /* padded copies: whole axes, single values of zipped ones */
  bool ascends[MSW_N_AXES];
  msw_row_work work;
  msw_decode_buffer decode_buffer;
  msw_row_flags flags;                       /* of the row at hand */
  msw_terms decode, prefill, fused, part;    /* mixed blocks: `decode` runs along kv_len */
  double nothing[MSW_ROW_ROOM], tok[MSW_ROW_ROOM], kv_tok[MSW_ROW_ROOM], hardware_us[MSW_ROW_ROOM];
  union { float numbers[MSW_ROW_ROOM]; uint8_t codes[MSW_ROW_ROOM]; } field;   /* a row of one field on its way out */

  /* mixed blocks */
  msw_row_flags decode_flags, pair_flags;    /* along kv_len; of a batch and prefill_batch */
  msw_terms decode_row;                      /* one kv_len's terms along seq_len */
  double weights[2][MSW_ROW_ROOM];
  bool is_max;

  /* rows along seq_len that are used several times: GEMM of every (prefill) batch, requests of every cached_len */
  struct { size_t stride; double *gemm_us, *attn_us, *bytes; msw_row_flags *gemm_flags, *request_flags; } slab;

  double *rule_scratch;
  uint8_t *mask;
  msw_arena arena;
};

typedef struct {
  const msw_plan_block *block;
  const msw_bound_case *bound;
  const msw_factors *factors;
  const msw_tile *tile;
  msw_eval_scratch *scratch;
  void *const *out;
  msw_tile_axis axes[MSW_N_AXES];
  bool wants_bound;
  uint64_t *flag_counts, *n_evaluated;
} msw_tile_job;

/* Position of a cell within the tile, by axis; the row axis gives the row's first cell. */
typedef struct { size_t at[MSW_N_AXES]; } msw_tile_at;

bool msw_tile_wants_step_only(const msw_plan_block *block);
msw_axis_id msw_row_axis(const msw_plan_block *block);   /* kv_len for decode blocks, else seq_len */

/* What one batch's decode cells share: fills all of `load` but the lengths. */
void msw_eval_load_batch(msw_tile_job *job, double batch, msw_decode_load *load);
void msw_eval_decode_tile(msw_tile_job *job);
void msw_eval_prefill_tile(msw_tile_job *job);
void msw_eval_mixed_tile(msw_tile_job *job);

/* Writes the row's fields at `at`: numbers, then what rules and constraints take away, then flags; counts the flags.
 * The row's flags stand in scratch->flags. */
void msw_tile_put_row(msw_tile_job *job, const msw_row *row, const msw_tile_at *at);
/* The same for a row of step_us alone, which stands in scratch->field. */
void msw_tile_put_step(msw_tile_job *job, size_t n, const msw_tile_at *at);
/* A row of a void case. */
void msw_tile_put_void(msw_tile_job *job, size_t n, const msw_tile_at *at);

/* The part of the row axis from `first` on that one row takes. */
static inline size_t msw_row_length(size_t n_axis, size_t first) {
  return n_axis - first < MSW_ROW_CELLS ? n_axis - first : MSW_ROW_CELLS;
}

#endif
