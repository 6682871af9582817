/* The identity of a result: what it depends on and what not. */
#include "sample_result.h"

#include "msw/base/hash.h"

static const char *const files[2] = {"sweep.json", "models/a/config.json"};
static const char *const sums[2] = {"aa", "bb"};

static void prepare(sample *s) {
  sample_plan(s);
  sample_block(s, "");
  s->spec.input_files = files;
  s->spec.input_sha256 = sums;
  s->spec.n_inputs = 2;
}

static void inputs_stand_in_order_of_use_and_once(void **state) {
  sample *s = *state;
  prepare(s);
  sample_block(s, "again");   /* with the same GPU */
  const msw_kernel_table tables[3] = {
      {.file = "gemm.csv", .sha256 = "01", .source_file = "SOURCE.json", .source_sha256 = "02"},
      {.file = "prefill.csv", .sha256 = "03", .source_file = "SOURCE.json", .source_sha256 = "02"},
      {.file = "decode.csv", .sha256 = "04"},
  };
  const msw_kernel_set set = {.gpu = &s->gpu, .tables = tables, .n_tables = 3};
  const msw_kernel_set *const sets[1] = {&set};
  const msw_run_tables run_tables = {.sets = sets, .n_sets = 1};
  msw_provenance provenance = msw_provenance_collect(&s->plan, &run_tables, &s->arena);
  static const char *const expected[][2] = {
      {"sweep.json", "aa"}, {"models/a/config.json", "bb"}, {"gpus/h100_sxm.json", "99"}, {"gemm.csv", "01"},
      {"SOURCE.json", "02"}, {"prefill.csv", "03"}, {"decode.csv", "04"}};
  assert_int_equal(provenance.n_inputs, sizeof expected / sizeof expected[0]);
  for (size_t i_input = 0; i_input < provenance.n_inputs; i_input++) {
    assert_string_equal(provenance.inputs[i_input].file, expected[i_input][0]);
    assert_string_equal(provenance.inputs[i_input].sha256, expected[i_input][1]);
  }
  assert_true(strlen(provenance.host) > 0);
}

static void many_inputs_are_kept(void **state) {
  sample *s = *state;
  prepare(s);
  enum { N_TABLE = 100 };
  msw_kernel_table *tables = msw_arena_array(&s->arena, N_TABLE, sizeof *tables);
  for (size_t i_table = 0; i_table < N_TABLE; i_table++)
    tables[i_table].file = msw_format(&s->arena, "table%zu.csv", i_table);
  const msw_kernel_set set = {.tables = tables, .n_tables = N_TABLE};
  const msw_kernel_set *const sets[1] = {&set};
  const msw_run_tables run_tables = {.sets = sets, .n_sets = 1};
  msw_provenance provenance = msw_provenance_collect(&s->plan, &run_tables, &s->arena);
  assert_int_equal(provenance.n_inputs, 3 + N_TABLE);
  assert_string_equal(provenance.inputs[0].file, "sweep.json");
  assert_string_equal(provenance.inputs[3 + N_TABLE - 1].file, "table99.csv");
}

static const char *identity(sample *s) {
  msw_provenance provenance = msw_provenance_collect(&s->plan, NULL, &s->arena);
  return msw_strdup(&s->arena, provenance.hash);
}

static void the_hash_is_as_documented(void **state) {
  sample *s = *state;
  prepare(s);
  const char *text = msw_format(&s->arena, "mfusweep %s\n{\"sweep\":1}\nbb\n99\n", msw_version());
  char expected[65];
  s->spec.n_documents = 1;   /* the sweep file itself, aa, does not count */
  msw_sha256_of(text, strlen(text), expected);
  assert_string_equal(identity(s), expected);
}

static void the_hash_follows_content_not_names(void **state) {
  sample *s = *state;
  prepare(s);
  const char *first = identity(s);
  static const char *const moved[2] = {"elsewhere/sweep.json", "else/models/a/config.json"};
  s->spec.input_files = moved;
  assert_string_equal(identity(s), first);
  static const char *const edited[2] = {"aa", "bc"};
  s->spec.input_sha256 = edited;
  assert_string_not_equal(identity(s), first);
  s->spec.input_sha256 = sums;
  s->spec.expanded = "{\"sweep\": 1}";
  assert_string_not_equal(identity(s), first);
}

static void a_comment_in_the_sweep_is_no_other_sweep(void **state) {
  sample *s = *state;
  prepare(s);
  s->spec.n_documents = 1;
  const char *first = identity(s);
  static const char *const commented[2] = {"ab", "bb"};
  s->spec.input_sha256 = commented;
  assert_string_equal(identity(s), first);
}

static void the_build_is_named(void **state) {
  (void)state;
  int major, minor, patch, n_read = 0;
  assert_int_equal(sscanf(msw_version(), "%d.%d.%d%n", &major, &minor, &patch, &n_read), 3);
  assert_int_equal(n_read, strlen(msw_version()));
  assert_true(strlen(msw_git_commit()) > 0);
  assert_true(msw_starts_with(msw_build_compiler(), "gcc ") || msw_starts_with(msw_build_compiler(), "clang "));
  assert_non_null(strstr(msw_build_flags(), "-ffp-contract=off"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(inputs_stand_in_order_of_use_and_once, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(many_inputs_are_kept, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(the_hash_is_as_documented, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(the_hash_follows_content_not_names, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_comment_in_the_sweep_is_no_other_sweep, sample_setup, sample_teardown),
      cmocka_unit_test(the_build_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
