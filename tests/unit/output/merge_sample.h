/* Shards of a sample, cut as a test wants them, and the comparison of a merged file with one that was written at once. */
#ifndef MSW_TEST_MERGE_SAMPLE_H
#define MSW_TEST_MERGE_SAMPLE_H

#include "msw/output/merge.h"
#include "sample_result.h"

enum { MOST_SHARDS = 128 };
typedef struct { const char *paths[MOST_SHARDS]; size_t n; } shard_list;

static const msw_merge_options no_options = {0};

/* Adds the shard with tiles [first, first + n). */
static inline void add_shard(sample *s, shard_list *list, msw_writer_options options, uint64_t first, uint64_t n) {
  assert_true(list->n < MOST_SHARDS);
  const char *path = in_dir(s, msw_format(&s->arena, "shard_%05zu.h5", list->n));
  options.tiles = (msw_tile_range){first, n};
  sample_write(s, path, options);
  list->paths[list->n++] = path;
}

/* Cuts the whole plan into shards of `step` tiles. */
static inline void add_shards(sample *s, shard_list *list, msw_writer_options options, uint64_t step) {
  for (uint64_t first = 0; first < s->plan.n_tiles; first += step) {
    uint64_t left = s->plan.n_tiles - first;
    add_shard(s, list, options, first, left < step ? left : step);
  }
}

static inline msw_status merge(sample *s, const shard_list *list, const char *out) {
  unsigned long long n_bytes;
  return msw_merge(list->paths, list->n, out, &no_options, &s->diag, &n_bytes);
}

/* Fails unless both files store the same bytes in every chunk of a variable. */
static inline void assert_same_chunks(sample *s, const msw_plan_block *block, msw_h5 a, msw_h5 b, const char *path) {
  msw_h5 dataset_a, dataset_b;
  uint64_t n_a = 0, n_b = 0;
  bool is_alike = false;
  assert_int_equal(msw_h5_open_dataset(a, path, &s->diag, &dataset_a), MSW_OK);
  assert_int_equal(msw_h5_open_dataset(b, path, &s->diag, &dataset_b), MSW_OK);
  msw_h5_is_alike(dataset_a, dataset_b, &s->diag, &is_alike);
  assert_true(is_alike);
  msw_h5_count_chunks(dataset_a, &s->diag, &n_a);
  msw_h5_count_chunks(dataset_b, &s->diag, &n_b);
  assert_int_equal(n_a, n_b);
  for (uint64_t i_tile = 0; i_tile < block->n_cases * block->tiles_per_case; i_tile++) {
    unsigned char bytes_a[4096], bytes_b[4096];
    msw_tile tile;
    size_t size_a = 0, size_b = 0;
    msw_plan_tile(block, i_tile / block->tiles_per_case, i_tile % block->tiles_per_case, &tile);
    msw_h5_chunk_bytes(dataset_a, tile.start, &s->diag, &size_a);
    msw_h5_chunk_bytes(dataset_b, tile.start, &s->diag, &size_b);
    assert_int_equal(size_a, size_b);
    assert_true(size_a <= sizeof bytes_a);
    msw_h5_read_chunk(dataset_a, tile.start, bytes_a, &s->diag);
    msw_h5_read_chunk(dataset_b, tile.start, bytes_b, &s->diag);
    assert_no_errors(&s->diag);
    assert_memory_equal(bytes_a, bytes_b, size_a);
  }
  msw_h5_close(dataset_a);
  msw_h5_close(dataset_b);
}

/* The counts of a block in /meta. */
static inline void read_counts(sample *s, msw_h5 file, const char *path, uint64_t counts[4 + MSW_N_FLAGS]) {
  static const char *const names[4] = {"n_total", "n_excluded", "n_void", "n_evaluated"};
  const uint64_t start = 0, count = MSW_N_FLAGS;
  msw_h5 group;
  assert_int_equal(msw_h5_open_group(file, path, &s->diag, &group), MSW_OK);
  for (size_t i_name = 0; i_name < 4; i_name++) {
    int64_t value = -1;
    bool found;
    msw_h5_read_attr_int(group, names[i_name], &s->diag, &value, &found);
    counts[i_name] = (uint64_t)value;
  }
  msw_h5_read_slab(group, "flag_counts", MSW_H5_U64, 1, &start, &count, counts + 4, &s->diag);
  msw_h5_close(group);
  assert_no_errors(&s->diag);
}

/* Fails unless cells, counts and tiles of the two results are the same. (Everything else comes from the first shard;
 * tests/system/check_merge.py compares it all.) */
static inline void assert_same_result(sample *s, const char *path_a, const char *path_b) {
  const uint64_t start = 0, count = 3;
  uint64_t tiles_a[3], tiles_b[3];
  msw_h5 a = sample_open(s, path_a), b = sample_open(s, path_b);
  msw_h5_read_slab(a, "/meta/tiles", MSW_H5_U64, 1, &start, &count, tiles_a, &s->diag);
  msw_h5_read_slab(b, "/meta/tiles", MSW_H5_U64, 1, &start, &count, tiles_b, &s->diag);
  assert_no_errors(&s->diag);
  assert_memory_equal(tiles_a, tiles_b, sizeof tiles_a);
  for (size_t i_block = 0; i_block < s->plan.n_blocks; i_block++) {
    const msw_plan_block *block = &s->blocks[i_block];
    const char *name = block->spec->name, *slash = name[0] ? "/" : "";
    uint64_t counts_a[4 + MSW_N_FLAGS], counts_b[4 + MSW_N_FLAGS];
    for (size_t i_field = 0; i_field < block->n_fields; i_field++)
      assert_same_chunks(s, block, a, b, msw_format(&s->arena, "%s%s/%s", slash, name, block->fields[i_field]->name));
    const char *meta = msw_format(&s->arena, "/meta/%s", name[0] ? name : "block");
    read_counts(s, a, meta, counts_a);
    read_counts(s, b, meta, counts_b);
    assert_memory_equal(counts_a, counts_b, sizeof counts_a);
  }
  sample_close(s, a);
  sample_close(s, b);
}

#endif
