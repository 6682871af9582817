/* The manifest of a shard folder: written, read back, and what it says where it does not fit. */
#include "manifest.h"
#include "shards_sample.h"

#include <sys/stat.h>

static const char *const base_sweep =
    "{\"sweep\":1,\"name\":\"small\",\"axes\":{\"tp\":[1,2,4],\"gpu\":[\"h100\"],"
    "\"batch\":[1,2,3,4,5,6,7,8,9,10]},\"fields\":[\"step_us\"]}";
static const msw_input base_inputs[3] = {
    {"sweep.json", "0123"}, {"models/a.json", "4567456745674567"}, {"gemm.csv", "89ab89ab89ab89ab"}};

/* A folder with a manifest of base_sweep and base_inputs, in shards of two tiles. */
static msw_shards_order prepare(sample *s) {
  shards_plan(s);
  s->spec.expanded = base_sweep;
  s->spec.n_documents = 1;
  s->provenance.inputs = base_inputs;
  s->provenance.n_inputs = 3;
  msw_shards_order order = shards_order(s, 2);
  msw_cut cut = msw_cut_plan(&s->plan, order.shard_bytes);
  assert_int_equal(mkdir(in_dir(s, "out.h5.shards"), 0777), 0);
  assert_int_equal(msw_manifest_write(&order, in_dir(s, "out.h5.shards"), &cut, &s->diag), MSW_OK);
  return order;
}

static msw_manifest load(sample *s) {
  msw_manifest manifest;
  bool exists = false;
  assert_int_equal(msw_manifest_read(in_dir(s, "out.h5.shards"), &s->arena, &s->diag, &exists, &manifest), MSW_OK);
  assert_no_errors(&s->diag);
  assert_true(exists);
  return manifest;
}

static void what_is_written_is_read(void **state) {
  sample *s = *state;
  msw_shards_order order = prepare(s);
  msw_manifest manifest = load(s);
  assert_string_equal(manifest.hash, "feed");
  assert_string_equal(manifest.version, msw_version());
  assert_string_equal(manifest.name, "small");
  assert_int_equal(manifest.cut.n_shards, 72);
  assert_int_equal(manifest.cut.n_tiles, 144);
  assert_int_equal(manifest.cut.tiles_per_shard, 2);
  assert_int_equal(manifest.n_cells, s->plan.n_cells);
  assert_int_equal(manifest.n_bytes, s->plan.n_bytes);
  assert_true(manifest.storage.deflate && manifest.storage.deflate_level == 1 && !manifest.storage.fletcher32);
  assert_int_equal(manifest.storage.keepbits, 0);
  for (uint64_t i_shard = 0; i_shard < manifest.cut.n_shards; i_shard++)
    assert_int_equal(msw_manifest_shard_cells(&manifest, i_shard),
                     msw_tiles_cells(&s->plan, msw_cut_tiles(&manifest.cut, i_shard)));
  assert_int_equal(msw_manifest_shard_cells(&manifest, manifest.cut.n_shards), 0);
  assert_int_equal(msw_manifest_check(&manifest, &order, "out.h5.shards", &s->diag), MSW_OK);
  assert_int_equal(n_in_shards(s), 1);
}

static void the_same_run_writes_the_same_bytes(void **state) {
  sample *s = *state;
  msw_shards_order order = prepare(s);
  char *one, *other;
  size_t len, other_len;
  const char *path = in_shards(s, "manifest.json");
  assert_int_equal(msw_read_file(path, SIZE_MAX, &s->arena, &s->diag, &one, &len), MSW_OK);
  s->provenance.host = "elsewhere";
  msw_cut cut = msw_cut_plan(&s->plan, order.shard_bytes);
  assert_int_equal(msw_manifest_write(&order, in_dir(s, "out.h5.shards"), &cut, &s->diag), MSW_OK);
  assert_int_equal(msw_read_file(path, SIZE_MAX, &s->arena, &s->diag, &other, &other_len), MSW_OK);
  assert_int_equal(len, other_len);
  assert_memory_equal(one, other, len);
}

static void without_one_there_is_none(void **state) {
  sample *s = *state;
  msw_manifest manifest;
  bool exists = true;
  assert_int_equal(msw_manifest_read(in_dir(s, "nothing"), &s->arena, &s->diag, &exists, &manifest), MSW_OK);
  assert_false(exists);
}

static void broken_ones_are_refused(void **state) {
  sample *s = *state;
  prepare(s);
  const struct { const char *text, *says; } cases[] = {
      {"", "empty"},
      {"{", "'}'"},
      {"[]", "object"},
      {"{\"manifest\": 1}", "hash"},
      {"{\"manifest\": 2}", "a manifest of format 2, of a newer version of mfusweep"},
      {"{\"manifest\":1,\"hash\":\"a\",\"version\":\"1\",\"name\":\"n\",\"cells\":1,\"bytes\":1,\"shards\":0,\"tiles\":1,"
       "\"tiles_per_shard\":1,\"storage\":{\"compress\":\"none\",\"level\":0,\"fletcher32\":false,\"keepbits\":0}}",
       "shards"},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_manifest manifest;
    bool exists = false;
    put_file(in_shards(s, "manifest.json"), cases[i_case].text);
    msw_status status =
        msw_manifest_read(in_dir(s, "out.h5.shards"), &s->arena, &s->diag, &exists, &manifest);
    if (status != MSW_BAD_INPUT || s->diag.n_errors == 0) fail_msg("case %zu is taken", i_case);
    msw_diag_free(&s->diag);
  }
}

/* What the tool of today would want instead of what is in the folder. */
typedef struct { const char *expanded; msw_input inputs[4]; size_t n_inputs; const char *notes[3]; } changed_case;

static void differences_are_told(void **state) {
  sample *s = *state;
  static const changed_case cases[] = {
      {"{\"sweep\":1,\"name\":\"small\",\"axes\":{\"tp\":[1,2,8],\"gpu\":[\"h100\"],"
       "\"batch\":[1,2,3,4,5,6,7,8,9,11]},\"when\":\"x\"}",
       {{"sweep.json", "ff"}, {"models/a.json", "4567456745674567"}, {"gemm.csv", "89ab89ab89ab89ab"}}, 3,
       {"sweep: axes.tp: was [1,2,4], is [1,2,8]", "sweep: axes.batch[9]: was 10, is 11",
        "sweep: fields: was [\"step_us\"], is absent"}},
      {"{\"sweep\":1,\"name\":\"small\",\"axes\":{\"tp\":[1,2,4],\"gpu\":[\"h100\"],\"batch\":[1,2]},"
       "\"fields\":[\"step_us\"]}",
       {{"sweep.json", "0123"}, {"models/a.json", "4567456745674567"}, {"gemm.csv", "89ab89ab89ab89ab"}}, 3,
       {"sweep: axes.batch: was [1,2,3,4,5,6,7,8,9,10], is [1,2]", NULL, NULL}},
      {NULL,
       {{"sweep.json", "0123"}, {"moved/a.json", "4567456745674567"}, {"gemm.csv", "0000000000000000"},
        {"more.csv", "1111111111111111"}}, 4,
       {"input gemm.csv has changed: sha256 was 89ab89ab89ab..., is 000000000000...",
        "input more.csv is used now and was not", NULL}},
      {NULL, {{"sweep.json", "0123"}, {"models/a.json", "4567456745674567"}}, 2,
       {"input gemm.csv was used and is no longer", NULL, NULL}},
      {NULL, {{"sweep.json", "5555"}, {"models/a.json", "4567456745674567"}, {"gemm.csv", "89ab89ab89ab89ab"}}, 3,
       {"the order of the inputs differs, or the hash was edited", NULL, NULL}},
  };
  msw_shards_order order = prepare(s);
  msw_manifest manifest = load(s);
  memcpy(s->provenance.hash, "beef", sizeof "beef");
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    s->spec.expanded = cases[i_case].expanded ? cases[i_case].expanded : base_sweep;
    s->provenance.inputs = cases[i_case].inputs;
    s->provenance.n_inputs = cases[i_case].n_inputs;
    assert_int_equal(msw_manifest_check(&manifest, &order, "out.h5.shards", &s->diag), MSW_BAD_INPUT);
    assert_tells(s, "holds shards of another result");
    for (size_t i_note = 0; i_note < 3 && cases[i_case].notes[i_note]; i_note++) assert_tells(s, cases[i_case].notes[i_note]);
    if (strstr(all_messages(s), "models/a.json") || strstr(all_messages(s), "input sweep.json"))
      fail_msg("case %zu: tells of what is the same:\n%s", i_case, all_messages(s));
    msw_diag_free(&s->diag);
  }
}

static void very_many_differences_are_counted(void **state) {
  sample *s = *state;
  msw_shards_order order = prepare(s);
  msw_manifest manifest = load(s);
  msw_buf text = {0};
  msw_buf_add(&text, "{\"sweep\":1,\"name\":\"small\",\"axes\":{\"tp\":[1,2,4],\"gpu\":[\"h100\"],\"batch\":[");
  for (int i_batch = 0; i_batch < 10; i_batch++) msw_buf_printf(&text, "%d,", 100 + i_batch);
  text.text[text.len - 1] = ']';
  msw_buf_add(&text, "},\"fields\":[\"step_us\"],\"more\":1,\"and\":2}");
  s->spec.expanded = text.text;
  memcpy(s->provenance.hash, "beef", sizeof "beef");
  assert_int_equal(msw_manifest_check(&manifest, &order, "out.h5.shards", &s->diag), MSW_BAD_INPUT);
  assert_tells(s, "... and 2 more values of the sweep");
  assert_int_equal(s->diag.n, 12);
  msw_buf_free(&text);
}

static void another_storage_or_cut_is_refused(void **state) {
  sample *s = *state;
  msw_shards_order order = prepare(s);
  msw_manifest manifest = load(s);
  const struct { msw_writer_options storage; uint64_t tiles_per_shard; const char *says; } cases[] = {
      {{.deflate = false}, 2, "--compress: was deflate, is none"},
      {{.deflate = true, .deflate_level = 6}, 2, "deflate level: was 1, is 6"},
      {{.deflate = true, .deflate_level = 1, .fletcher32 = true}, 2, "--fletcher32: was off, is on"},
      {{.deflate = true, .deflate_level = 1, .keepbits = 7}, 2, "--keepbits: was 0, is 7"},
      {{.deflate = true, .deflate_level = 1}, 3, "--shard-bytes: 72 shards of 2 tiles would be 48 of 3"},
      {{.deflate = true, .deflate_level = 1}, 0, NULL},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    order.storage = cases[i_case].storage;
    order.shard_bytes = cases[i_case].tiles_per_shard * s->blocks[0].chunk_cells * CELL_BYTES;
    msw_status status = msw_manifest_check(&manifest, &order, "out.h5.shards", &s->diag);
    assert_int_equal(status, cases[i_case].says ? MSW_BAD_INPUT : MSW_OK);
    if (cases[i_case].says) assert_tells(s, cases[i_case].says);
    msw_diag_free(&s->diag);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_written_is_read, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(the_same_run_writes_the_same_bytes, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(without_one_there_is_none, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(broken_ones_are_refused, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(differences_are_told, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(very_many_differences_are_counted, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(another_storage_or_cut_is_refused, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
