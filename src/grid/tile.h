/* A tile at work: its stretch of every axis, the worker's memory, and where cells go. Private to grid. */
#ifndef MSW_GRID_TILE_H
#define MSW_GRID_TILE_H

#include "cell_expr.h"
#include "msw/grid/eval.h"
#include "row.h"

/* What the decode cells of every batch of a tile share; kept from tile to tile of a case. */
typedef struct {
  bool is_filled;
  uint64_t i_block_case;                     /* the case and the first batch that it was filled for */
  size_t first_batch, n_batch, cap_batch, n_lines, cap_lines;
  struct msw_decode_shared { double gemm_us, memory_us, comm_us, overhead_us; msw_flags flags; size_t first_line, n_lines; bool cuts_as_before; } *shared;   /* [n_batch] */
  msw_line *lines;
  size_t n_stretches;                        /* 0: none cut yet */
  msw_line_stretch stretches[MSW_ROW_CELLS]; /* of the row at hand: batches mostly cut it alike */
  msw_decode_buffer buffer;
} msw_decode_cache;

/* Measured family: prefill attention of every (prefill) batch of a tile along the context, kept as the above is. */
typedef struct {
  bool is_filled;
  uint64_t i_block_case;
  size_t first_batch;
  msw_prefill_kernel *of_batch;              /* [n batches] in the arena, with their lines */
  msw_arena arena;
} msw_prefill_cache;

typedef struct {
  const double *values;    /* [n] and room for MSW_LANES more */
  size_t n, stride;        /* stride: how far apart neighbours lie in the chunk, in cells; 0 where the axis is zipped */
  bool ascends;
} msw_tile_axis;

/* Which fields a block computes, as far as it matters to a row. */
typedef struct {
  size_t cell_bytes[MSW_MAX_FIELDS];
  size_t i_flags;                    /* the flags field; n_computed when it is not computed */
  bool only_step, bound, load;       /* step_us alone; what bounds; tokens held or made */
  bool split;                        /* the phases by themselves, or overhead: of the measured family's steps */
} msw_wanted;

/* Rows of step_us that wait for their kernel. */
enum { MSW_STEPS_AT_ONCE = 32 };
typedef enum { MSW_STEPS_DECODE, MSW_STEPS_PHASE, MSW_STEPS_LONGER, MSW_STEPS_WEIGHTED, MSW_STEPS_CONTEXT } msw_steps_kind;
typedef struct {
  msw_steps_kind kind;       /* of all of them */
  size_t n_rows, n;          /* how many, of n cells each */
  const double *x, *kv;      /* decode: as load->attn_len, kv_len */
  bool streams;              /* all lie so that they can go around the caches */
  union {
    msw_decode_steps decode[MSW_STEPS_AT_ONCE];
    msw_phase_steps phase[MSW_STEPS_AT_ONCE];
    msw_longer_steps longer[MSW_STEPS_AT_ONCE];
    msw_weighted_steps weighted[MSW_STEPS_AT_ONCE];
    msw_context_steps context[MSW_STEPS_AT_ONCE];
  } rows;
} msw_step_series;

struct msw_eval_scratch {
  void *memory;                              /* that this lies in, aligned */
  const msw_kernels *kernels;
  msw_wanted wanted;
  bool stream;                               /* write around the caches where cells are aligned for it */
  double *axis[MSW_N_AXES];                  /* padded copies: whole axes, single values of zipped ones */
  bool ascends[MSW_N_AXES];
  msw_row_work work;
  msw_decode_cache decode_cache;
  msw_prefill_cache prefill_cache;
  msw_row_flags flags;                       /* of the row at hand */
  msw_step_series steps;
  msw_terms decode, prefill, fused, part;    /* mixed blocks: `decode` runs along kv_len, `prefill` is in the slab */
  struct {                                   /* measured family: what goes by the tokens of the row */
    _Alignas(MSW_LINE_BYTES) double comm_us[MSW_ROW_ROOM];
    _Alignas(MSW_LINE_BYTES) double busy_us[MSW_ROW_ROOM];     /* GEMM and small kernels */
    _Alignas(MSW_LINE_BYTES) double spent_us[MSW_ROW_ROOM];    /* communication too */
    _Alignas(MSW_LINE_BYTES) double overhead_us[MSW_ROW_ROOM]; /* with what the GPU waits for the host */
  } tokens;
  _Alignas(MSW_LINE_BYTES) double tok[MSW_ROW_ROOM];
  _Alignas(MSW_LINE_BYTES) double kv_tok[MSW_ROW_ROOM];
  _Alignas(MSW_LINE_BYTES) double hardware_us[MSW_ROW_ROOM];
  _Alignas(MSW_LINE_BYTES) double attn_len[MSW_ROW_ROOM];      /* where it is not kv_len itself */
  /* a row of one field on its way out */
  _Alignas(MSW_LINE_BYTES) union { float numbers[MSW_ROW_ROOM]; uint8_t codes[MSW_ROW_ROOM]; } field;

  /* mixed blocks */
  msw_row_flags decode_flags, pair_flags;    /* along kv_len; of a batch and prefill_batch */
  _Alignas(MSW_LINE_BYTES) double weights[2][MSW_ROW_ROOM];
  bool is_max;

  /* rows along seq_len that are used several times: GEMM of every (prefill) batch, requests of every cached_len, and, in
   * mixed blocks and for the measured family, the prefill phase of every combination */
  struct {
    size_t stride;
    double *gemm_us, *attn_us, *bytes, *phase_attn_us, *phase_memory_us, *phase_time_us;
    msw_row_flags *gemm_flags, *request_flags;
    msw_row_flags *lookup_flags;   /* measured family, [n cached]: both, of the rows at hand */
    size_t *first_line;            /* measured family, [n cached]: where the last batch's row began on its attention's lines */
  } slab;

  double *rule_scratch;
  msw_stretch *rule_stretches;               /* [msw_stretches_most(MSW_ROW_CELLS)] */
  msw_cell_expr_work *cell_expr;             /* NULL without constraints */
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
  bool streams;                              /* all floats are to go around the caches, where a row is aligned for it */
  bool has_rules, has_constraints;
  msw_flags counted;                         /* of `n_counted` cells that are still to be added to the counts */
  uint64_t n_counted;
  uint64_t *flag_counts, *n_evaluated;
} msw_tile_job;

/* Position of a row's first cell within the tile, by axis, and in the chunk. */
typedef struct { size_t at[MSW_N_AXES], offset; } msw_tile_at;
static inline void msw_tile_locate(const msw_tile_job *job, msw_tile_at *at) {
  at->offset = 0;
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++)
    at->offset += at->at[axis] * job->axes[axis].stride;
}

msw_axis_id msw_row_axis(const msw_plan_block *block);   /* kv_len for decode blocks, else seq_len */

/* Sees to it that the cache holds all batches of the tile. */
void msw_decode_cache_fill(msw_tile_job *job);
void msw_decode_cache_free(msw_decode_cache *cache);
/* To be called before the batches, in ascending order, are loaded for another stretch of kv_len. */
void msw_decode_cache_new_row(msw_tile_job *job);
/* Fills all of `load` but the lengths [n], which are there. */
void msw_decode_cache_load(msw_tile_job *job, size_t i_batch, size_t n, msw_decode_load *load);
void msw_eval_decode_tile(msw_tile_job *job);
void msw_eval_prefill_tile(msw_tile_job *job);
void msw_eval_mixed_tile(msw_tile_job *job);
void msw_eval_measured_prefill_tile(msw_tile_job *job);   /* the measured family's */
void msw_eval_measured_mixed_tile(msw_tile_job *job);

/* Writes the row's fields at `at`: numbers, then what rules and constraints take away, then flags; counts the flags.
 * The row's flags stand in scratch->flags. */
void msw_tile_put_row(msw_tile_job *job, msw_row *row, const msw_tile_at *at);
/* Rows of step_us alone are handed to their kernels together. msw_tile_steps begins a series of rows of n cells; a row is put
 * into scratch->steps.rows at n_rows, its `out` given by msw_tile_step_place, and msw_tile_put_step takes note of it;
 * msw_tile_steps_end ends the series. Flags as above. */
void msw_tile_steps(msw_tile_job *job, msw_steps_kind kind, size_t n, const double *x, const double *kv);
float *msw_tile_step_place(msw_tile_job *job, const msw_tile_at *at);
void msw_tile_put_step(msw_tile_job *job, const msw_tile_at *at);
void msw_tile_steps_end(msw_tile_job *job);
/* A row of n cells that was put together aside, in scratch->field. */
void msw_tile_put_step_aside(msw_tile_job *job, size_t n, const msw_tile_at *at);
/* A row of a void case. */
void msw_tile_put_void(msw_tile_job *job, size_t n, const msw_tile_at *at);
/* To be called after the last row: adds what is still to be counted. */
void msw_tile_count(msw_tile_job *job);

/* The part of the row axis from `first` on that one row takes. */
static inline size_t msw_row_length(size_t n_axis, size_t first) {
  return n_axis - first < MSW_ROW_CELLS ? n_axis - first : MSW_ROW_CELLS;
}

#endif
