/* Blocks, fields and axes by name, and what is said of other names. */
#include "made_block.h"

#include "msw/base/str.h"

static const msw_result_block unnamed = {.name = ""};
static const msw_result_block several[3] = {{.name = "decode"}, {.name = "prefill"}, {.name = "prefill/best"}};

static void blocks(void **state) {
  (void)state;
  msw_diag diag = {0};
  const msw_result one = {.path = "a.h5", .blocks = &unnamed, .n_blocks = 1},
                   named = {.path = "a.h5", .blocks = several, .n_blocks = 1},
                   all = {.path = "a.h5", .blocks = several, .n_blocks = 3};
  assert_ptr_equal(msw_result_find_block(&one, NULL, "--block", &diag), &unnamed);
  assert_ptr_equal(msw_result_find_block(&one, "", "--block", &diag), &unnamed);
  assert_ptr_equal(msw_result_find_block(&named, NULL, "--block", &diag), &several[0]);
  assert_ptr_equal(msw_result_find_block(&named, "Decode", "--block", &diag), &several[0]);
  assert_ptr_equal(msw_result_find_block(&all, "PREFILL/best", "--block", &diag), &several[2]);
  assert_no_errors(&diag);
  assert_null(msw_result_find_block(&one, "decode", "--block", &diag));
  assert_says(&diag, "there is no block 'decode': the only one has no name");
  assert_null(msw_result_find_block(&all, NULL, "--block", &diag));
  assert_says(&diag, "there are several blocks, and none is named");
  assert_says(&diag, "blocks: decode, prefill, prefill/best");
  assert_null(msw_result_find_block(&all, "decoed", "--block", &diag));
  assert_says(&diag, "unknown block 'decoed'");
  assert_says(&diag, "did you mean 'decode'?");
  assert_int_equal(diag.status, MSW_BAD_INPUT);
  msw_diag_free(&diag);
}

static void fields_and_axes(void **state) {
  (void)state;
  msw_diag diag = {0};
  assert_ptr_equal(msw_result_find_field(&made_block, "Bound", "--field", &diag), &made_fields[1]);
  assert_ptr_equal(msw_result_find_axis(&made_block, "KV_LEN", "--along", &diag), &made_block.axes[2]);
  assert_ptr_equal(msw_result_find_axis(&made_block, "tp", "--along", &diag), &made_zipped[1]);
  assert_no_errors(&diag);
  assert_null(msw_result_find_field(&made_block, "step_ms", "--field", &diag));
  assert_says(&diag, "did you mean 'step_us'?");
  assert_null(msw_result_find_field(&made_block, "something", "--field", &diag));
  assert_says(&diag, "fields: step_us, bound, flags");
  assert_null(msw_result_find_axis(&made_block, "sequence_length", "--along", &diag));
  assert_says(&diag, "unknown axis 'sequence_length'");
  assert_says(&diag, "axes: model, pair, kv_len, batch, tp");
  assert_string_equal(diag.items[2].path, "--along");
  msw_diag_free(&diag);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(blocks), cmocka_unit_test(fields_and_axes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
