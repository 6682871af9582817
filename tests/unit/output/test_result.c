/* Results as they are opened: what the file says is what the reader shows, whole, in shards or damaged. */
#include "sample_result.h"

#include "msw/output/result_scan.h"
#include "msw/output/shards.h"

#include <sys/stat.h>

static const msw_writer_options plainly = {.n_threads = 1};

static msw_result open_result(sample *s, const char *name, msw_status expected) {
  msw_result result;
  assert_int_equal(msw_result_open(in_dir(s, name), &s->arena, &s->diag, &result), expected);
  return result;
}

static void assert_axis(const msw_result_axis *axis, const char *name, size_t i_dim, size_t n, const char *first,
                        const char *last) {
  assert_string_equal(axis->name, name);
  assert_int_equal(axis->i_dim, i_dim);
  assert_int_equal(axis->n, n);
  assert_string_equal(axis->texts[0], first);
  assert_string_equal(axis->texts[n - 1], last);
  assert_int_equal(axis->is_text, axis->values == NULL);
}

static void the_whole_is_shown(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  sample_write(s, in_dir(s, "out.h5"), (msw_writer_options){.n_threads = 1, .deflate = true});
  msw_result result = open_result(s, "out.h5", MSW_OK);
  assert_string_equal(result.spec_name, "small");
  assert_string_equal(result.hash, "feed");
  assert_string_equal(result.version, msw_version());
  assert_string_equal(result.expanded, "{\"sweep\":1}");
  assert_non_null(result.methods);
  assert_int_equal(result.n_inputs, 2);
  assert_string_equal(result.inputs[1], "4567  models/größe.json");
  assert_int_equal(result.n_tiles, s->plan.n_tiles);
  assert_int_equal(result.n_tiles_there, s->plan.n_tiles);
  assert_int_equal(result.n_blocks, 1);
  msw_result_close(&result);
  msw_result_close(&result);
  assert_no_errors(&s->diag);
}

static void a_block_is_shown(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  sample_write(s, in_dir(s, "out.h5"), plainly);
  msw_result result = open_result(s, "out.h5", MSW_OK);
  const msw_result_block *block = &result.blocks[0];
  assert_string_equal(block->name, "");
  assert_string_equal(block->phase, "decode");
  assert_string_equal(block->signal, "step_us");
  assert_int_equal(block->rank, 8);
  assert_int_equal(block->n_cells, N_MODEL * N_TP * N_METHOD * N_BATCH * N_KV);
  assert_int_equal(block->chunk[7], 4);
  assert_axis(&block->axes[1], "model", 1, N_MODEL, "llama-2-7b-hf", "qwen3-größe");
  assert_axis(&block->axes[2], "tp", 2, N_TP, "1", "4");
  assert_axis(&block->axes[7], "kv_len", 7, N_KV, "128", "3000000000");
  assert_string_equal(block->axes[7].units, "tokens");
  assert_string_equal(block->axes[7].long_name, "KV-cache length (tokens)");
  assert_string_equal(block->axes[1].units, "");
  assert_int_equal(block->n_zipped, 0);
  assert_int_equal(block->n_flag_bits, MSW_N_FLAGS);
  assert_int_equal(block->flag_counts[2], s->counts[0].flags[2]);
  msw_result_close(&result);
}

static void fields_are_shown(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  sample_write(s, in_dir(s, "out.h5"), plainly);
  msw_result result = open_result(s, "out.h5", MSW_OK);
  const msw_result_block *block = &result.blocks[0];
  assert_int_equal(block->n_fields, N_FIELD);
  assert_string_equal(block->fields[0].units, "us");
  assert_int_equal(block->fields[0].type, MSW_FIELD_F32);
  assert_int_equal(block->fields[0].stored, MSW_H5_F32);
  assert_int_equal(block->fields[1].type, MSW_FIELD_U8);
  assert_int_equal(block->fields[1].n_meanings, MSW_N_BOUNDS);
  assert_string_equal(block->fields[1].meanings[3].name, "memory");
  assert_int_equal(block->fields[1].meanings[3].value, 3);
  assert_int_equal(block->fields[2].type, MSW_FIELD_U32);
  assert_int_equal(block->fields[2].meanings[6].value, MSW_FLAG_MEMORY_FULL);
  assert_string_equal(block->fields[2].meanings[6].name, "memory_full");
  msw_result_close(&result);
}

static void blocks_and_zips(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "other");
  sample_zip(s, 1);
  sample_write(s, in_dir(s, "out.h5"), plainly);
  msw_result result = open_result(s, "out.h5", MSW_OK);
  assert_int_equal(result.n_blocks, 2);
  assert_string_equal(result.blocks[0].name, "decode");
  const msw_result_block *block = &result.blocks[1];
  assert_string_equal(block->name, "other");
  assert_int_equal(block->rank, s->blocks[1].rank);
  const msw_result_axis *shape = msw_result_find_axis(block, "shape", "", &s->diag);
  assert_axis(shape, "shape", shape->i_dim, N_MODEL, "0", "1");
  assert_int_equal(block->n_zipped, 2);
  assert_axis(&block->zipped[0], "model", shape->i_dim, N_MODEL, "llama-2-7b-hf", "qwen3-größe");
  assert_axis(&block->zipped[1], "tp", shape->i_dim, N_MODEL, "1", "2");
  assert_int_equal(block->n_fields, N_FIELD);
  msw_result_close(&result);
}

/* Fails unless each cell is what the sample's formula gives, or what a file fills in where `there` says so. */
static void assert_cells(sample *s, const msw_result *result, size_t i_block, const bool *there, int n_threads) {
  const msw_result_block *block = &result->blocks[i_block];
  const msw_selection all = msw_select_all(block, &s->arena);
  double *found = msw_alloc(block->n_cells * sizeof *found);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) {
    assert_int_equal(msw_result_read(result, block, &block->fields[i_field], &all, n_threads, found, &s->diag), MSW_OK);
    for (uint64_t cell = 0; cell < block->n_cells; cell++) {
      float number = NAN;
      uint8_t code = 0;
      uint32_t bits = UINT32_MAX;
      const msw_field_type type = block->fields[i_field].type;
      void *want = type == MSW_FIELD_F32 ? (void *)&number : type == MSW_FIELD_U8 ? (void *)&code : &bits;
      if (!there || there[cell]) sample_cell(type, cell, want);
      const double wanted = type == MSW_FIELD_F32 ? (double)number : type == MSW_FIELD_U8 ? code : bits;
      if (isnan(wanted)) assert_true(isnan(found[cell]));
      else assert_same(found[cell], wanted);
    }
  }
  free(found);
}

static void cells_come_back(void **state) {
  sample *s = *state;
  static const msw_writer_options ways[] = {
      {.n_threads = 1}, {.n_threads = 1, .deflate = true}, {.n_threads = 1, .deflate = true, .fletcher32 = true}};
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "other");
  sample_zip(s, 1);
  for (size_t i_way = 0; i_way < sizeof ways / sizeof ways[0]; i_way++) {
    const char *name = msw_format(&s->arena, "out%zu.h5", i_way);
    sample_write(s, in_dir(s, name), ways[i_way]);
    msw_result result = open_result(s, name, MSW_OK);
    for (int n_threads = 0; n_threads < 4; n_threads++)
      for (size_t i_block = 0; i_block < 2; i_block++) assert_cells(s, &result, i_block, NULL, n_threads);
    msw_result_close(&result);
  }
  assert_no_errors(&s->diag);
}

/* Shards of `step` tiles in the folder out.h5.shards, but for those that are divisible by `missing` (0: none). */
static void write_shards(sample *s, uint64_t step, uint64_t missing) {
  const char *folder = msw_shards_folder(&s->arena, in_dir(s, "out.h5"));
  mkdir(folder, 0777);
  for (uint64_t i_shard = 0; i_shard * step < s->plan.n_tiles; i_shard++) {
    if (missing && i_shard % missing == 0) continue;
    const uint64_t left = s->plan.n_tiles - i_shard * step;
    const msw_writer_options options = {.n_threads = 1, .deflate = true, .tiles = {i_shard * step, left < step ? left : step}};
    sample_write(s, msw_shard_file(&s->arena, folder, i_shard), options);
  }
}

/* Which cells of a block lie in a tile that is there. */
static bool *cells_there(sample *s, size_t i_block, uint64_t step, uint64_t missing) {
  const msw_plan_block *block = &s->blocks[i_block];
  bool *there = msw_arena_array(&s->arena, block->counts.n_total, sizeof *there);
  for (uint64_t cell = 0; cell < block->counts.n_total; cell++) {
    uint64_t rest = cell, tile = 0, stride = 1;
    for (size_t i_dim = block->rank; i_dim-- > 0; rest /= block->dims[i_dim].n) {
      const msw_dim *dim = &block->dims[i_dim];
      tile += rest % dim->n / dim->chunk * stride;
      stride *= (dim->n + dim->chunk - 1) / dim->chunk;
    }
    there[cell] = (block->first_tile + tile) / step % missing != 0;
  }
  return there;
}

static void shards_are_one_result(void **state) {
  sample *s = *state;
  enum { STEP = 2 };
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "other");
  sample_zip(s, 1);
  write_shards(s, STEP, 0);
  assert_true(s->plan.n_tiles / STEP > 2 * 16);   /* more shards than are kept open */
  msw_result result = open_result(s, "out.h5.shards", MSW_OK);
  assert_int_equal(result.n_tiles_there, s->plan.n_tiles);
  uint64_t n_void = 0;
  for (uint64_t cell = 0; cell < result.blocks[0].n_cells; cell++) n_void += cell % 7 == 0;
  assert_int_equal(result.blocks[0].flag_counts[2], n_void);
  for (size_t i_block = 0; i_block < 2; i_block++) assert_cells(s, &result, i_block, NULL, 2);
  msw_result_close(&result);
  assert_no_errors(&s->diag);
}

static void missing_shards_leave_holes(void **state) {
  sample *s = *state;
  enum { STEP = 3, MISSING = 2 };
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "other");
  write_shards(s, STEP, MISSING);
  msw_result result = open_result(s, "out.h5.shards", MSW_OK);
  assert_true(result.n_tiles_there < result.n_tiles);
  assert_null(result.blocks[0].flag_counts);
  for (size_t i_block = 0; i_block < 2; i_block++)
    assert_cells(s, &result, i_block, cells_there(s, i_block, STEP, MISSING), 2);
  msw_result_close(&result);
  assert_no_errors(&s->diag);
}

static void assert_refused(sample *s, const char *name, const char *said) {
  msw_diag diag = {0};
  msw_result result;
  assert_int_equal(msw_result_open(in_dir(s, name), &s->arena, &diag, &result), MSW_BAD_INPUT);
  assert_int_equal(diag.n, 1);
  assert_says(&diag, said);
  msw_diag_free(&diag);
}

static void other_things_are_refused(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  assert_refused(s, "out.h5", "there is no such file");
  write_shards(s, 40, 0);
  assert_refused(s, "out.h5", msw_format(&s->arena, "its shards are in %s: give that folder", in_dir(s, "out.h5.shards")));
  const char *other = in_dir(s, "out.h5.shards/shard_00099.h5");
  s->provenance.hash[0] = 'F';
  sample_write(s, other, (msw_writer_options){.n_threads = 1, .tiles = {0, 1}});
  assert_refused(s, "out.h5.shards", "it is part of another result than");
  s->provenance.hash[0] = 'f';
  sample_write(s, other, (msw_writer_options){.n_threads = 1, .tiles = {1, 1}});
  assert_refused(s, "out.h5.shards", "it overlaps");
  mkdir(in_dir(s, "empty"), 0777);
  assert_refused(s, "empty", "there are no finished shards in this folder");
  FILE *file = fopen(in_dir(s, "text.h5"), "w");
  assert_int_equal(fclose(file), 0);
  assert_refused(s, "text.h5", "is no result of mfusweep, or it is damaged");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_whole_is_shown, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_block_is_shown, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(fields_are_shown, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(blocks_and_zips, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(cells_come_back, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(shards_are_one_result, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(missing_shards_leave_holes, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(other_things_are_refused, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
