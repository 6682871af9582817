/* What the options change in a file: the tiles that it holds, how floats are rounded, a checksum with every chunk. */
#include "sample_result.h"

#include "writer_parts.h"

static const msw_writer_options plain = {.n_threads = 1};

/* All cells of a field as float32 or uint32. */
static void *read_all(sample *s, msw_h5 file, const msw_plan_block *block, const char *field, msw_h5_type type) {
  uint64_t start[MSW_MAX_RANK] = {0}, count[MSW_MAX_RANK];
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) count[i_dim] = block->dims[i_dim].n;
  void *cells = msw_arena_array(&s->arena, block->counts.n_total, sizeof(float));
  assert_int_equal(msw_h5_read_slab(file, field, type, block->rank, start, count, cells, &s->diag), MSW_OK);
  return cells;
}

static int64_t meta_number(sample *s, msw_h5 file, const char *group, const char *name) {
  msw_h5 object;
  int64_t value = -1;
  bool found;
  assert_int_equal(msw_h5_open_group(file, group, &s->diag, &object), MSW_OK);
  assert_int_equal(msw_h5_read_attr_int(object, name, &s->diag, &value, &found), MSW_OK);
  msw_h5_close(object);
  return value;
}

static void check_tiles(sample *s, msw_h5 file, uint64_t first, uint64_t n, uint64_t n_tiles) {
  const uint64_t start = 0, count = 3;
  uint64_t tiles[3];
  assert_int_equal(msw_h5_read_slab(file, "/meta/tiles", MSW_H5_U64, 1, &start, &count, tiles, &s->diag), MSW_OK);
  assert_int_equal(tiles[0], first);
  assert_int_equal(tiles[1], n);
  assert_int_equal(tiles[2], n_tiles);
}

/* True in the cells of the tile with that number in the block. */
static bool is_in_tile(const msw_plan_block *block, uint64_t cell, uint64_t first, uint64_t n) {
  uint64_t number = 0, stride = 1;
  for (size_t i_dim = block->rank; i_dim-- > 0;) {
    const msw_dim *dim = &block->dims[i_dim];
    number += cell % dim->n / dim->chunk * stride;
    stride *= (dim->n + dim->chunk - 1) / dim->chunk;
    cell /= dim->n;
  }
  return number >= first && number < first + n;
}

static void a_shard_holds_its_tiles_only(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const msw_plan_block *block = &s->blocks[0];
  msw_writer_options options = plain;
  options.tiles = (msw_tile_range){5, 9};
  sample_write(s, in_dir(s, "shard.h5"), options);
  msw_h5 file = sample_open(s, in_dir(s, "shard.h5"));
  const float *time_us = read_all(s, file, block, "step_us", MSW_H5_F32);
  const uint32_t *flags = read_all(s, file, block, "flags", MSW_H5_U32), *bound = read_all(s, file, block, "bound", MSW_H5_U32);
  uint64_t n_inside = 0, n_evaluated = 0;
  for (uint64_t cell = 0; cell < block->counts.n_total; cell++) {
    bool is_inside = is_in_tile(block, cell, 5, 9);
    if (!is_inside) {
      assert_true(isnan(time_us[cell]));
      assert_int_equal(flags[cell], MSW_FLAGS_ABSENT);
      assert_int_equal(bound[cell], MSW_BOUND_NONE);
      continue;
    }
    float expected;
    sample_cell(MSW_FIELD_F32, cell, &expected);
    assert_memory_equal(&time_us[cell], &expected, sizeof expected);
    n_inside++;
    if (!isnan(expected)) n_evaluated++;
  }
  assert_int_equal(meta_number(s, file, "/meta/block", "n_total"), n_inside);
  assert_int_equal(meta_number(s, file, "/meta/block", "n_evaluated"), n_evaluated);
  assert_int_equal(meta_number(s, file, "/meta/block", "n_void"), n_inside - n_evaluated);
  check_tiles(s, file, 5, 9, s->plan.n_tiles);
  sample_close(s, file);
}

/* A shard that spans the border between two blocks, and one that leaves a block without any cell. */
static void shards_span_blocks(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "mixed");
  uint64_t border = s->blocks[1].first_tile;
  msw_writer_options options = plain;
  options.tiles = (msw_tile_range){border - 1, 2};
  sample_write(s, in_dir(s, "shard.h5"), options);
  msw_h5 file = sample_open(s, in_dir(s, "shard.h5"));
  assert_int_equal(meta_number(s, file, "/meta/decode", "n_total"), 1 * 3);   /* the last tile is cut at both borders */
  assert_int_equal(meta_number(s, file, "/meta/mixed", "n_total"), 2 * 4);
  sample_close(s, file);
  options.tiles = (msw_tile_range){border, 1};
  sample_write(s, in_dir(s, "shard.h5"), options);
  file = sample_open(s, in_dir(s, "shard.h5"));
  assert_int_equal(meta_number(s, file, "/meta/decode", "n_total"), 0);
  assert_true(msw_h5_exists(file, "/decode/step_us"));
  sample_close(s, file);
}

static void a_result_without_shards_holds_all_tiles(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  sample_write(s, in_dir(s, "out.h5"), plain);
  msw_h5 file = sample_open(s, in_dir(s, "out.h5"));
  check_tiles(s, file, 0, s->plan.n_tiles, s->plan.n_tiles);
  sample_close(s, file);
  bool exists;
  msw_result_identity identity;
  msw_result_identify(in_dir(s, "out.h5"), &s->arena, &s->diag, &exists, &identity);
  assert_true(identity.is_whole);
}

static void shards_are_told_from_results(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  msw_writer_options options = plain;
  options.tiles = (msw_tile_range){2, 3};
  sample_write(s, in_dir(s, "shard.h5"), options);
  bool exists;
  msw_result_identity identity;
  assert_int_equal(msw_result_identify(in_dir(s, "shard.h5"), &s->arena, &s->diag, &exists, &identity), MSW_OK);
  assert_string_equal(identity.hash, "feed");
  assert_false(identity.is_whole);
  assert_int_equal(identity.tiles.first, 2);
  assert_int_equal(identity.tiles.n, 3);
  assert_int_equal(identity.n_tiles, s->plan.n_tiles);
}

static uint32_t bits_of(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static void rounding_goes_to_the_nearest_even(void **state) {
  (void)state;
  static const struct { uint32_t bits; int keepbits; uint32_t expected; } cases[] = {
      {0x3f800000, 12, 0x3f800000},   /* 1 */
      {0x3f800400, 12, 0x3f800000},   /* a tie, down to the even one */
      {0x3f800401, 12, 0x3f800800},   /* just above the tie */
      {0x3f8003ff, 12, 0x3f800000},
      {0x3f800c00, 12, 0x3f801000},   /* a tie, up to the even one */
      {0x3f800bff, 12, 0x3f800800},
      {0xbf800c00, 12, 0xbf801000},   /* the sign does not matter */
      {0x3fffffff, 12, 0x40000000},   /* the carry goes into the exponent */
      {0x3fffffff, 22, 0x40000000},
      {0x3ffffffe, 22, 0x3ffffffe},
      {0x3fffffff, 1, 0x40000000},
      {0x3fa00000, 1, 0x3f800000},    /* 1.25: a tie between 1 and 1.5 */
      {0x3fe00000, 1, 0x40000000},    /* 1.75: a tie between 1.5 and 2 */
      {0x00000000, 1, 0x00000000},
      {0x80000000, 1, 0x80000000},
      {0x00000001, 1, 0x00000000},    /* denormal numbers round like others */
      {0x7f800000, 1, 0x7f800000},    /* infinity */
      {0xff800000, 12, 0xff800000},
      {0x7fc00000, 1, 0x7fc00000},    /* NaN, with whatever it carries */
      {0x7f800001, 1, 0x7f800001},
      {0xffffffff, 12, 0xffffffff},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    uint32_t rounded = 0;
    msw_round_mantissas(&cases[i_case].bits, 1, cases[i_case].keepbits, &rounded);
    if (rounded != cases[i_case].expected)
      fail_msg("%08x with %d bits became %08x instead of %08x", cases[i_case].bits, cases[i_case].keepbits, rounded,
               cases[i_case].expected);
  }
}

/* The largest relative error is half a unit of the last bit kept, and rounding twice changes nothing. */
static void rounding_errs_by_half_a_unit(void **state) {
  (void)state;
  enum { N = 4096 };
  float cells[N], rounded[N], again[N];
  uint32_t seed = 1;
  for (int keepbits = 1; keepbits <= 22; keepbits++) {
    for (size_t i_cell = 0; i_cell < N; i_cell++) {
      seed = seed * 1664525u + 1013904223u;
      cells[i_cell] = ldexpf(1.0f + (float)(seed >> 9) * 0x1p-23f, (int)(seed % 60) - 30);
    }
    msw_round_mantissas(cells, N, keepbits, rounded);
    memcpy(again, rounded, sizeof again);
    msw_round_mantissas(again, N, keepbits, again);
    assert_memory_equal(again, rounded, sizeof again);
    for (size_t i_cell = 0; i_cell < N; i_cell++) {
      double cell = (double)cells[i_cell];
      assert_true(fabs((double)rounded[i_cell] - cell) <= ldexp(cell, -keepbits - 1));
      assert_int_equal(bits_of(rounded[i_cell]) & ((1u << (23 - keepbits)) - 1), 0);
    }
  }
}

static void rounded_cells_are_stored_and_described(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const msw_plan_block *block = &s->blocks[0];
  enum { KEPT = 4 };
  static const bool deflate[] = {false, true};
  for (size_t i_case = 0; i_case < 2; i_case++) {
    msw_writer_options options = {.n_threads = 2, .keepbits = KEPT, .deflate = deflate[i_case], .deflate_level = 1};
    sample_write(s, in_dir(s, "out.h5"), options);
    msw_h5 file = sample_open(s, in_dir(s, "out.h5"));
    const float *time_us = read_all(s, file, block, "step_us", MSW_H5_F32);
    const uint32_t *flags = read_all(s, file, block, "flags", MSW_H5_U32);
    for (uint64_t cell = 0; cell < block->counts.n_total; cell++) {
      float expected;
      uint32_t bits;
      sample_cell(MSW_FIELD_F32, cell, &expected);
      sample_cell(MSW_FIELD_U32, cell, &bits);
      msw_round_mantissas(&expected, 1, KEPT, &expected);
      assert_memory_equal(&time_us[cell], &expected, sizeof expected);
      assert_int_equal(flags[cell], bits);
    }
    assert_attr(s, file, "/", "Conventions", "CF-1.12");
    assert_attr(s, file, "/step_us", "quantization", "quantization_info");
    assert_attr(s, file, "/flags", "quantization", NULL);
    assert_attr(s, file, "/quantization_info", "algorithm", "bitround");
    assert_attr(s, file, "/quantization_info", "implementation",
                msw_format(&s->arena, "mfusweep version %s", msw_version()));
    msw_h5 dataset;
    int64_t kept = 0;
    bool found;
    msw_h5_open_dataset(file, "/step_us", &s->diag, &dataset);
    assert_int_equal(msw_h5_read_attr_int(dataset, "quantization_nsb", &s->diag, &kept, &found), MSW_OK);
    assert_int_equal(kept, KEPT);
    msw_h5_close(dataset);
    sample_close(s, file);
  }
}

static void a_zip_cannot_take_the_containers_name(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  sample_zip(s, 0);
  msw_spec_zip zip = s->spec_blocks[0].zips[0];
  zip.name = "quantization_info";
  s->spec_blocks[0].zips = &zip;
  msw_writer_options options = plain;
  options.keepbits = 12;
  assert_null(msw_writer_open(in_dir(s, "out.h5"), &s->plan, &s->provenance, options, &s->diag));
  assert_says(&s->diag, "a zip cannot be called 'quantization_info'");
}

/* Every chunk ends with its checksum, which libhdf5 checks as it reads: a flipped bit is an error. */
static void every_chunk_has_its_checksum(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const msw_plan_block *block = &s->blocks[0];
  static const bool deflate[] = {false, true};
  for (size_t i_case = 0; i_case < 2; i_case++) {
    msw_writer_options options = {.n_threads = 2, .fletcher32 = true, .deflate = deflate[i_case], .deflate_level = 1};
    sample_write(s, in_dir(s, "out.h5"), options);
    msw_h5 file = sample_open(s, in_dir(s, "out.h5")), dataset;
    const uint64_t offset[MSW_MAX_RANK] = {0};
    unsigned char stored[4096], sum[MSW_H5_FLETCHER32_BYTES];
    size_t n_bytes;
    read_all(s, file, block, "step_us", MSW_H5_F32);
    read_all(s, file, block, "bound", MSW_H5_U32);
    read_all(s, file, block, "flags", MSW_H5_U32);
    msw_h5_open_dataset(file, "/step_us", &s->diag, &dataset);
    assert_int_equal(msw_h5_chunk_bytes(dataset, offset, &s->diag, &n_bytes), MSW_OK);
    assert_true(n_bytes <= sizeof stored);
    assert_int_equal(msw_h5_read_chunk(dataset, offset, stored, &s->diag), MSW_OK);
    msw_h5_fletcher32(stored, n_bytes - MSW_H5_FLETCHER32_BYTES, sum);
    assert_memory_equal(stored + n_bytes - MSW_H5_FLETCHER32_BYTES, sum, MSW_H5_FLETCHER32_BYTES);
    msw_h5_close(dataset);
    sample_close(s, file);
  }
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SAMPLE(a_shard_holds_its_tiles_only),
      WITH_SAMPLE(shards_span_blocks),
      WITH_SAMPLE(a_result_without_shards_holds_all_tiles),
      WITH_SAMPLE(shards_are_told_from_results),
      cmocka_unit_test(rounding_goes_to_the_nearest_even),
      cmocka_unit_test(rounding_errs_by_half_a_unit),
      WITH_SAMPLE(rounded_cells_are_stored_and_described),
      WITH_SAMPLE(a_zip_cannot_take_the_containers_name),
      WITH_SAMPLE(every_chunk_has_its_checksum),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
