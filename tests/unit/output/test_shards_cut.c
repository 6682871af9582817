/* Cutting a plan: every tile in one shard, all cells counted, names that can be read back. */
#include "shards_parts.h"
#include "shards_sample.h"

static void every_tile_is_in_one_shard(void **state) {
  sample *s = *state;
  shards_plan(s);
  const uint64_t tile_bytes = s->blocks[0].chunk_cells * CELL_BYTES;
  const struct { uint64_t bytes, tiles_per_shard; } cases[] = {
      {1, 1}, {tile_bytes, 1}, {2 * tile_bytes - 1, 1},
      {2 * tile_bytes, 2}, {7 * tile_bytes, 7}, {110 * tile_bytes, 144},
      {s->plan.n_bytes, 144}, {s->plan.n_bytes - 1, 104}, {UINT64_MAX, 144}};
  assert_int_equal(s->plan.n_tiles, 144);
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_cut cut = msw_cut_plan(&s->plan, cases[i_case].bytes);
    uint64_t next = 0, cells = 0;
    assert_int_equal(cut.n_tiles, s->plan.n_tiles);
    assert_int_equal(cut.tiles_per_shard, cases[i_case].tiles_per_shard);
    for (uint64_t i_shard = 0; i_shard < cut.n_shards; i_shard++) {
      msw_tile_range tiles = msw_cut_tiles(&cut, i_shard);
      assert_int_equal(tiles.first, next);
      assert_true(tiles.n > 0 && tiles.n <= cut.tiles_per_shard);
      next += tiles.n;
      cells += msw_tiles_cells(&s->plan, tiles);
    }
    assert_int_equal(next, s->plan.n_tiles);
    assert_int_equal(cells, s->plan.n_cells);
  }
}

/* Against a count tile by tile. */
static void cells_of_any_stretch(void **state) {
  sample *s = *state;
  shards_plan(s);
  uint64_t n_tiles = s->plan.n_tiles, *before = msw_arena_array(&s->arena, n_tiles + 1, sizeof *before);
  for (uint64_t i_tile = 0; i_tile < n_tiles; i_tile++) {
    const msw_plan_block *block = &s->blocks[i_tile < s->blocks[1].first_tile ? 0 : 1];
    uint64_t within = i_tile - block->first_tile;
    msw_tile tile;
    msw_plan_tile(block, within / block->tiles_per_case, within % block->tiles_per_case, &tile);
    before[i_tile + 1] = before[i_tile] + tile.n_cells;
  }
  for (uint64_t first = 0; first < n_tiles; first++)
    for (uint64_t end = first; end <= n_tiles; end++)
      assert_int_equal(msw_tiles_cells(&s->plan, (msw_tile_range){first, end - first}), before[end] - before[first]);
}

static void a_plan_of_very_many_cases_is_counted_at_once(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const uint64_t many = (uint64_t)1 << 40;
  s->blocks[0].n_cases = many;
  s->plan.n_tiles = many * s->blocks[0].tiles_per_case;
  assert_int_equal(msw_tiles_cells(&s->plan, (msw_tile_range){0, s->plan.n_tiles}), many * N_BATCH * N_KV);
}

static void names_are_read_back(void **state) {
  sample *s = *state;
  const uint64_t numbers[] = {0, 7, 12, 99999, 100000, 123456789012};
  for (size_t i_number = 0; i_number < sizeof numbers / sizeof numbers[0]; i_number++) {
    uint64_t found = 1;
    const char *file = msw_shard_file(&s->arena, "a/b.shards", numbers[i_number]);
    assert_true(msw_starts_with(file, "a/b.shards/shard_"));
    assert_true(msw_shard_number(msw_base_name(file), &found));
    assert_int_equal(found, numbers[i_number]);
    msw_shards_name claim =
        msw_shards_name_of(msw_base_name(msw_shard_claim_file(&s->arena, "a", numbers[i_number])), &s->arena);
    assert_int_equal(claim.kind, MSW_NAME_CLAIM);
    assert_int_equal(claim.i_shard, numbers[i_number]);
  }
  assert_string_equal(msw_shard_file(&s->arena, "f", 12), "f/shard_00012.h5");
  assert_string_equal(msw_shard_claim_file(&s->arena, "f", 12), "f/.shard_00012.claim");
  assert_string_equal(msw_shards_folder(&s->arena, "d/o.h5"), "d/o.h5.shards");
}

static void names_are_told_apart(void **state) {
  sample *s = *state;
  const struct { const char *name; msw_shards_name_kind kind; const char *host; int64_t pid; } cases[] = {
      {"manifest.json", MSW_NAME_MANIFEST, NULL, 0},
      {".manifest.claim", MSW_NAME_LOCK, NULL, 0},
      {".merge.claim", MSW_NAME_LOCK, NULL, 0},
      {"shard_00001.h5", MSW_NAME_SHARD, NULL, 0},
      {"shard_0001.h5", MSW_NAME_FOREIGN, NULL, 0},
      {"shard_000001.h5", MSW_NAME_FOREIGN, NULL, 0},
      {"shard_00001.h5.bak", MSW_NAME_FOREIGN, NULL, 0},
      {"shard_.h5", MSW_NAME_FOREIGN, NULL, 0},
      {"shard_99999999999999999999.h5", MSW_NAME_FOREIGN, NULL, 0},
      {"notes.txt", MSW_NAME_FOREIGN, NULL, 0},
      {"shard_00001.h5.tmp-node-7-123", MSW_NAME_TEMP_SHARD, "node-7", 123},
      {"shard_00001.h5.tmp-n-1", MSW_NAME_TEMP_SHARD, "n", 1},
      {"shard_00001.h5.tmp-n-x", MSW_NAME_FOREIGN, NULL, 0},
      {"shard_00001.h5.tmp-1", MSW_NAME_FOREIGN, NULL, 0},
      {"manifest.json.tmp-n-12-2", MSW_NAME_TEMP_MANIFEST, NULL, 0},
      {"notes.txt.tmp-n-12", MSW_NAME_FOREIGN, NULL, 0},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_shards_name found = msw_shards_name_of(cases[i_case].name, &s->arena);
    if (found.kind != cases[i_case].kind) fail_msg("%s is taken for %d", cases[i_case].name, (int)found.kind);
    if (!cases[i_case].host) continue;
    assert_string_equal(found.host, cases[i_case].host);
    assert_int_equal(found.pid, cases[i_case].pid);
    assert_int_equal(found.i_shard, 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_tile_is_in_one_shard, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(cells_of_any_stretch, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_plan_of_very_many_cases_is_counted_at_once, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(names_are_read_back, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(names_are_told_apart, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
