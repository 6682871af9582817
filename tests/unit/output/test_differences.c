/* What a result file says of itself, against what is wanted. */
#include "msw/output/differences.h"
#include "msw/base/hash.h"
#include "shards_sample.h"

static void a_result_tells_how_it_differs(void **state) {
  sample *s = *state;
  shards_plan(s);
  char spec_sha256[65];
  msw_sha256_of(s->spec.text, strlen(s->spec.text), spec_sha256);
  const msw_input old_inputs[] = {{"old.json", spec_sha256}, {"a.csv", "1111111111111111"}, {"b.csv", "2222222222222222"}};
  const msw_input new_inputs[] = {{"new.json", "77"}, {"a.csv", "3333333333333333"}, {"b.csv", "2222222222222222"}};
  s->spec.n_documents = 1;
  s->provenance.inputs = old_inputs;
  s->provenance.n_inputs = 3;
  s->spec.expanded = "{\"sweep\":1,\"axes\":{\"tp\":[1]}}";
  const char *path = in_dir(s, "out.h5");
  sample_write(s, path, (msw_writer_options){.n_threads = 1});
  s->provenance.inputs = new_inputs;
  s->spec.expanded = "{\"sweep\":1,\"axes\":{\"tp\":[2]}}";
  msw_result_explain(path, &s->plan, &s->provenance, &s->diag);
  assert_no_errors(&s->diag);
  assert_tells(s, "sweep: axes.tp: was [1], is [2]");
  assert_tells(s, "input a.csv has changed: sha256 was 111111111111..., is 333333333333...");
  assert_int_equal(s->diag.n, 2);
}

static void other_files_are_passed_over(void **state) {
  sample *s = *state;
  shards_plan(s);
  put_file(in_dir(s, "text"), "no HDF5");
  msw_result_explain(in_dir(s, "text"), &s->plan, &s->provenance, &s->diag);
  msw_result_explain(in_dir(s, "nothing"), &s->plan, &s->provenance, &s->diag);
  assert_int_equal(s->diag.n, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_result_tells_how_it_differs, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(other_files_are_passed_over, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
