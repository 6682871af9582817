/* A sample result with all that a cut into shards needs, and its shards. */
#ifndef MSW_TEST_SHARDS_SAMPLE_H
#define MSW_TEST_SHARDS_SAMPLE_H

#include "msw/output/shards.h"
#include "sample_result.h"

enum { CELL_BYTES = 9 };   /* step_us, bound, flags */

/* Sizes, which the writer's tests do not need. */
static inline void shards_sizes(sample *s) {
  s->plan.n_cells = 0;
  for (size_t i_block = 0; i_block < s->plan.n_blocks; i_block++) {
    s->blocks[i_block].cell_bytes = CELL_BYTES;
    s->plan.n_cells += s->blocks[i_block].counts.n_total;
  }
  s->plan.n_bytes = s->plan.n_cells * CELL_BYTES;
}

/* Two blocks of 72 tiles of at most 8 cells. */
static inline void shards_plan(sample *s) {
  sample_plan(s);
  sample_block(s, "one");
  sample_block(s, "two");
  shards_sizes(s);
}

/* "out.h5" in shards of n tiles. */
static inline msw_shards_order shards_order(sample *s, uint64_t tiles_per_shard) {
  return (msw_shards_order){.out = in_dir(s, "out.h5"), .plan = &s->plan, .provenance = &s->provenance,
                            .storage = {.deflate = true, .deflate_level = 1, .n_threads = 1},
                            .shard_bytes = tiles_per_shard * s->blocks[0].chunk_cells * CELL_BYTES, .share = {0, 1}};
}

static inline const char *in_shards(sample *s, const char *name) {
  return msw_join_path(&s->arena, in_dir(s, "out.h5.shards"), name);
}

static inline void build_shard(sample *s, const msw_shards *shards, uint64_t i_shard) {
  msw_writer_options how = shards->order.storage;
  how.tiles = msw_cut_tiles(&shards->cut, i_shard);
  sample_write(s, msw_shard_file(&s->arena, shards->folder, i_shard), how);
}

/* Opens the folder and builds shards until `n_most` of the share are done or no more can be claimed. */
static inline void build_shards(sample *s, const msw_shards_order *order, uint64_t n_most, msw_shards *shards) {
  uint64_t i_shard;
  assert_int_equal(msw_shards_open(order, &s->arena, &s->diag, shards), MSW_OK);
  assert_no_errors(&s->diag);
  while (shards->n_done < n_most && msw_shards_claim(shards, &s->diag, &i_shard) == MSW_CLAIM_MINE) {
    build_shard(s, shards, i_shard);
    msw_shards_keep(shards, s->counts);
  }
  assert_no_errors(&s->diag);
}

static inline size_t n_in_shards(sample *s) {
  const char **names;
  size_t n;
  assert_int_equal(msw_list_dir(in_dir(s, "out.h5.shards"), &s->arena, NULL, &names, &n), MSW_OK);
  return n;
}

/* A file by the plainest means. */
static inline void put_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

/* All messages of the diag, one a line. */
static inline const char *all_messages(sample *s) {
  const char *text = "";
  for (size_t i_problem = 0; i_problem < s->diag.n; i_problem++)
    text = msw_format(&s->arena, "%s%s\n", text, s->diag.items[i_problem].message);
  return text;
}

static inline void assert_tells(sample *s, const char *part) {
  if (!strstr(all_messages(s), part)) fail_msg("expected '%s' among:\n%s", part, all_messages(s));
}

#endif
