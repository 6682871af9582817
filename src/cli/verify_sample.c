/* Which tiles and cells are looked at: a random one of every stretch of equally many, so that none is drawn twice and the
 * whole file is covered.
 */
#include "verify.h"

/* splitmix64 (Steele, Lea and Flood, 2014): equal seeds, equal samples, on every machine. */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

uint64_t msw_random_below(uint64_t *state, uint64_t n) { return next_random(state) % n; }   /* n is far below 2^64 */

static size_t block_of(const msw_plan *plan, uint64_t i_tile) {
  size_t i_block = 0;
  while (i_block + 1 < plan->n_blocks && plan->blocks[i_block + 1].first_tile <= i_tile) i_block++;
  return i_block;
}

/* What is at hand while tiles come in ascending order. */
typedef struct {
  msw_verification *v;
  msw_tile_check *check;     /* of the block, NULL before the first */
  size_t i_block;
  msw_bound_case bound;
  bool is_bound;
  uint64_t n_cells;          /* of a tile, to be compared with the reference */
  uint64_t random;
} walk;

static void leave_case(walk *w) {
  if (w->is_bound) msw_bound_case_free(&w->bound);
  w->is_bound = false;
}

static void enter_block(walk *w, size_t i_block) {
  if (w->check && w->i_block == i_block) return;
  leave_case(w);
  msw_tile_check_free(w->check);
  w->check = msw_tile_check_new(w->v, i_block);
  w->i_block = i_block;
}

static void enter_case(walk *w, uint64_t i_case) {
  if (w->is_bound && w->bound.i_case == i_case) return;
  leave_case(w);
  msw_bind_case(&w->v->plan.blocks[w->i_block], w->v->tables.of_block[w->i_block], i_case, &w->bound);
  w->is_bound = true;
}

static void visit(walk *w, uint64_t i_tile) {
  size_t i_block = block_of(&w->v->plan, i_tile);
  const msw_plan_block *block = &w->v->plan.blocks[i_block];
  if (!w->v->is_sound[i_block]) return;
  uint64_t in_block = i_tile - block->first_tile;
  msw_tile tile;
  enter_block(w, i_block);
  enter_case(w, in_block / block->tiles_per_case);
  msw_plan_tile(block, w->bound.i_case, in_block % block->tiles_per_case, &tile);
  msw_verify_tile(w->check, &w->bound, &tile, w->n_cells, &w->random);
}

void msw_verify_cells(msw_verification *v) {
  const uint64_t most_tiles = 1000;   /* one costs milliseconds: reading, binding, evaluating it */
  uint64_t n_held = v->tiles.n, n_tiles = n_held < most_tiles ? n_held : most_tiles;
  if (n_tiles > v->n_sample) n_tiles = v->n_sample;
  if (v->order->all) n_tiles = n_held;
  if (n_tiles == 0) return;
  const uint64_t each = n_held / n_tiles, longer = n_held % n_tiles;   /* the first stretches are longer by one */
  walk w = {.v = v, .random = v->seed};
  for (uint64_t i_stretch = 0, first = v->tiles.first; i_stretch < n_tiles; i_stretch++) {
    uint64_t length = each + (i_stretch < longer);
    w.n_cells = v->n_sample / n_tiles + (i_stretch < v->n_sample % n_tiles);
    visit(&w, first + msw_random_below(&w.random, length));
    first += length;
  }
  leave_case(&w);
  msw_tile_check_free(w.check);
}
