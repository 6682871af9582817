/* Sets of accumulators, and tiles on their way into them. */
#include "msw/grid/reduce.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cell_expr.h"
#include "kernels.h"
#include "msw/base/num.h"

enum { N_LOCKS = 64 };   /* of a set: tiles that go elsewhere seldom meet */

typedef struct {
  msw_partial **partials;      /* [n_blocks][n_reductions of the block] */
  pthread_mutex_t locks[N_LOCKS];
} accumulators;

/* One thread's memory. */
typedef struct {
  msw_cell_expr_work **work;   /* [n_blocks] NULL for blocks whose reductions have no conditions */
  float masked[MSW_ROW_CELLS];
  msw_arena arena;
} worker;

struct msw_reduce {
  const msw_plan *plan;
  accumulators *sets;
  size_t n_sets, n_threads;
  worker *workers;             /* [n_threads] */
  bool is_combined;
};

uint64_t msw_reduce_memory(const msw_plan *plan) {
  uint64_t total = 0;
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++)
    for (size_t i = 0; i < plan->blocks[i_block].spec->n_reductions; i++) {
      const msw_reduction *reduction = &plan->blocks[i_block].reductions[i];
      uint64_t bytes;
      if (!msw_mul_u64(reduction->n_cells, msw_partial_cell_bytes(reduction->spec->op), &bytes) ||
          !msw_add_u64(total, bytes, &total))
        return UINT64_MAX;
    }
  return total;
}

/* ---- Life ---- */

static void begin_set(const msw_plan *plan, accumulators *set) {
  set->partials = msw_alloc_zero(plan->n_blocks, sizeof *set->partials);
  for (size_t i_lock = 0; i_lock < N_LOCKS; i_lock++) pthread_mutex_init(&set->locks[i_lock], NULL);
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    set->partials[i_block] = msw_alloc_zero(block->spec->n_reductions, sizeof **set->partials);
    for (size_t i = 0; i < block->spec->n_reductions; i++)
      msw_partial_init(&set->partials[i_block][i], block->reductions[i].spec->op, block->reductions[i].n_cells);
  }
}

static void end_set(const msw_plan *plan, accumulators *set) {
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    for (size_t i = 0; i < plan->blocks[i_block].spec->n_reductions; i++) msw_partial_free(&set->partials[i_block][i]);
    free(set->partials[i_block]);
  }
  for (size_t i_lock = 0; i_lock < N_LOCKS; i_lock++) pthread_mutex_destroy(&set->locks[i_lock]);
  free(set->partials);
}

static bool has_conditions(const msw_spec_block *spec) {
  bool any = false;
  for (size_t i = 0; i < spec->n_reductions; i++) any = any || spec->reductions[i].condition;
  return any;
}

static void begin_worker(const msw_plan *plan, worker *own) {
  own->work = msw_arena_array(&own->arena, plan->n_blocks, sizeof *own->work);
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++)
    if (has_conditions(plan->blocks[i_block].spec))
      own->work[i_block] = msw_cell_expr_work_new(&plan->blocks[i_block], &own->arena);
}

msw_reduce *msw_reduce_new(const msw_plan *plan, int n_threads, uint64_t budget) {
  uint64_t memory = msw_reduce_memory(plan);
  if (memory == 0) return NULL;
  msw_reduce *reduce = msw_alloc_zero(1, sizeof *reduce);
  uint64_t n_more = budget / memory, n_wanted = (uint64_t)n_threads - 1;
  *reduce = (msw_reduce){.plan = plan, .n_threads = (size_t)n_threads,
                         .n_sets = (size_t)(1 + (n_more < n_wanted ? n_more : n_wanted))};
  reduce->sets = msw_alloc_zero(reduce->n_sets, sizeof *reduce->sets);
  reduce->workers = msw_alloc_zero(reduce->n_threads, sizeof *reduce->workers);
  for (size_t i_set = 0; i_set < reduce->n_sets; i_set++) begin_set(plan, &reduce->sets[i_set]);
  for (size_t i_thread = 0; i_thread < reduce->n_threads; i_thread++) begin_worker(plan, &reduce->workers[i_thread]);
  return reduce;
}

void msw_reduce_free(msw_reduce *reduce) {
  if (!reduce) return;
  for (size_t i_set = 0; i_set < reduce->n_sets; i_set++) end_set(reduce->plan, &reduce->sets[i_set]);
  for (size_t i_thread = 0; i_thread < reduce->n_threads; i_thread++) msw_arena_free(&reduce->workers[i_thread].arena);
  free(reduce->sets);
  free(reduce->workers);
  free(reduce);
}

/* ---- Tiles ---- */

/* A walk through a tile, row by row; rows run along the last dimension of the chunk. */
typedef struct {
  const msw_plan_block *block;
  const msw_reduction *reduction;
  const msw_tile *tile;
  void *const *fields;
  worker *own;
  msw_cell_expr_work *work;
  msw_partial *partial;
  uint64_t at[MSW_MAX_RANK];   /* of the row's first cell, in the tile */
  size_t row_dim;              /* block->rank: the chunk is one cell */
} walk;

static size_t chunk_offset(const walk *w) {
  size_t offset = 0;
  for (size_t i_dim = w->block->n_outer; i_dim < w->block->rank; i_dim++)
    offset = offset * (size_t)w->block->dims[i_dim].chunk + (size_t)w->at[i_dim];
  return offset;
}

static uint64_t number_at(const walk *w, const uint64_t *stride) {
  uint64_t number = 0;
  for (size_t i_dim = 0; i_dim < w->block->rank; i_dim++) number += (w->tile->start[i_dim] + w->at[i_dim]) * stride[i_dim];
  return number;
}

/* The row's values with NaN where the condition is not true. */
static const float *mask(walk *w, size_t offset, size_t n, const float *values) {
  const msw_plan_block *block = w->block;
  size_t position[MSW_N_AXES] = {0};
  const void *fields[MSW_MAX_FIELDS];
  msw_cell_row row = {.position = position, .n = n, .fields = fields};
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    if (block->dim_of_axis[axis] < 0) continue;
    size_t i_dim = (size_t)block->dim_of_axis[axis];
    position[axis] = (size_t)(w->tile->start[i_dim] + w->at[i_dim]);
    if (i_dim == w->row_dim) row.row_axes |= msw_axes_of(axis);
  }
  for (size_t i_field = 0; i_field < block->n_computed; i_field++)
    fields[i_field] = (const char *)w->fields[i_field] + offset * msw_field_size(block->fields[i_field]->type);
  const double *holds = msw_cell_expr_row(block, w->reduction->spec->condition, &row, w->work);
  for (size_t i_cell = 0; i_cell < n; i_cell++)
    w->own->masked[i_cell] = ((holds[i_cell] < 0.0) | (holds[i_cell] > 0.0)) ? values[i_cell] : NAN;
  return w->own->masked;
}

static void add_row(walk *w, size_t n) {
  size_t offset = chunk_offset(w);
  const float *values = (const float *)w->fields[w->reduction->i_field] + offset;
  if (w->reduction->spec->condition) values = mask(w, offset, n, values);
  bool spread = w->row_dim < w->block->rank && w->reduction->stride[w->row_dim] > 0;
  msw_partial_add(w->partial, number_at(w, w->reduction->stride), spread, values, n,
                  number_at(w, w->reduction->over_stride));
}

/* To the next row of the tile; false after the last one. */
static bool next_row(walk *w) {
  for (size_t i_dim = w->row_dim; i_dim-- > w->block->n_outer;) {
    if (++w->at[i_dim] < w->tile->count[i_dim]) return true;
    w->at[i_dim] = 0;
  }
  return false;
}

static void add_tile(walk *w) {
  bool is_cell = w->block->rank == w->block->n_outer;
  w->row_dim = is_cell ? w->block->rank : w->block->rank - 1;
  if (is_cell) {
    add_row(w, 1);
    return;
  }
  uint64_t length = w->tile->count[w->row_dim];
  do {
    for (uint64_t first = 0; first < length; first += MSW_ROW_CELLS) {
      w->at[w->row_dim] = first;
      add_row(w, (size_t)(length - first < MSW_ROW_CELLS ? length - first : MSW_ROW_CELLS));
    }
    w->at[w->row_dim] = 0;
  } while (next_row(w));
}

/* By the first cell that a tile goes into, which tiles share exactly if they share any; multiplied so that those of
 * neighbours, which lie a chunk apart, spread over the locks. */
static pthread_mutex_t *lock_for(accumulators *set, uint64_t first_cell) {
  const uint64_t golden = 0x9e3779b97f4a7c15u;   /* 2^64 over the golden ratio */
  enum { TOP_BITS_AWAY = 58 };
  _Static_assert(N_LOCKS == 1 << (64 - TOP_BITS_AWAY), "the bits that are left number the locks");
  return &set->locks[first_cell * golden >> TOP_BITS_AWAY];
}

void msw_reduce_add(msw_reduce *reduce, int thread, size_t i_block, const msw_tile *tile, void *const *fields) {
  const msw_plan_block *block = &reduce->plan->blocks[i_block];
  accumulators *set = &reduce->sets[(size_t)thread % reduce->n_sets];
  worker *own = &reduce->workers[thread];
  for (size_t i = 0; i < block->spec->n_reductions; i++) {
    walk w = {.block = block, .reduction = &block->reductions[i], .tile = tile, .fields = fields, .own = own,
              .work = own->work[i_block], .partial = &set->partials[i_block][i]};
    pthread_mutex_t *lock = lock_for(set, number_at(&w, w.reduction->stride));
    pthread_mutex_lock(lock);
    add_tile(&w);
    pthread_mutex_unlock(lock);
  }
}

const msw_partial *msw_reduce_total(msw_reduce *reduce, size_t i_block, size_t i_reduction) {
  for (size_t i_set = 1; i_set < reduce->n_sets && !reduce->is_combined; i_set++)
    for (size_t i_of = 0; i_of < reduce->plan->n_blocks; i_of++)
      for (size_t i = 0; i < reduce->plan->blocks[i_of].spec->n_reductions; i++)
        msw_partial_combine(&reduce->sets[0].partials[i_of][i], 0, &reduce->sets[i_set].partials[i_of][i]);
  reduce->is_combined = true;
  return &reduce->sets[0].partials[i_block][i_reduction];
}
