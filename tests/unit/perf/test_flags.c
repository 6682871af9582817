/* Flag bits, their names, and the names of bounds: part of the result file's format. */
#include "msw/perf/flags.h"
#include "msw_test.h"

static void entry_i_describes_bit_i(void **state) {
  (void)state;
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++) {
    assert_int_equal(msw_flag_table[i_flag].bit, (msw_flags)1u << i_flag);
    assert_true(msw_flag_table[i_flag].description[0] != '\0');
  }
}

/* flag_meanings of files that exist: a name may be added, none may change or move. */
static void names_never_change(void **state) {
  (void)state;
  static const char *const names[MSW_N_FLAGS] = {
      "excluded",      "void_architecture", "void_tp",        "void_table",  "void_peak",
      "void_params",   "memory_full",       "context_too_long", "table_clamped", "shape_borrowed",
      "tp_borrowed",   "table_hole",        "params_borrowed", "mfu_column_off", "tp_splits_heads",
      "conditional",   "interpolated",      "extrapolated",   "analytic",    "dtype_borrowed"};
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    assert_string_equal(msw_flag_table[i_flag].name, names[i_flag]);
}

/* CF flag_meanings are separated by blanks, eval's flags by bars. */
static void names_are_single_words(void **state) {
  (void)state;
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    assert_null(strpbrk(msw_flag_table[i_flag].name, " |,;"));
}

static void void_bits(void **state) {
  (void)state;
  assert_int_equal(MSW_FLAGS_VOID, 0x3e);
  assert_int_equal(MSW_FLAGS_NO_NUMBER, 0x803f);
}

static void text_of_none_one_and_many(void **state) {
  (void)state;
  char buf[256];
  assert_string_equal(msw_flags_text(0, buf, sizeof buf), "");
  assert_string_equal(msw_flags_text(MSW_FLAG_MEMORY_FULL, buf, sizeof buf), "memory_full");
  assert_string_equal(msw_flags_text(MSW_FLAG_TP_SPLITS_HEADS | MSW_FLAG_EXCLUDED | MSW_FLAG_TABLE_HOLE, buf, sizeof buf),
                      "excluded|table_hole|tp_splits_heads");
  assert_string_equal(msw_flags_text((msw_flags)1u << 31, buf, sizeof buf), "");   /* kept for constraints, nameless */
}

static void all_names_fit_a_line(void **state) {
  (void)state;
  char buf[320];
  msw_flags all = ((msw_flags)1u << MSW_N_FLAGS) - 1;
  assert_true(strlen(msw_flags_text(all, buf, sizeof buf)) < sizeof buf - 1);
}

static void text_never_exceeds_its_buffer(void **state) {
  (void)state;
  msw_flags flags = MSW_FLAG_EXCLUDED | MSW_FLAG_VOID_TP | MSW_FLAG_MEMORY_FULL;
  for (size_t size = 0; size <= 40; size++) {
    char buf[64];
    memset(buf, '#', sizeof buf);
    msw_flags_text(flags, buf, size);
    if (size > 0) {
      assert_true(strlen(buf) < size);
      assert_memory_equal(buf, "excluded|void_tp|memory_full", strlen(buf));
    }
    for (size_t i_byte = size; i_byte < sizeof buf; i_byte++) assert_int_equal(buf[i_byte], '#');
  }
}

static void bound_names(void **state) {
  (void)state;
  static const char *const names[MSW_N_BOUNDS] = {"none", "gemm", "attention", "memory", "comm", "overhead"};
  for (int bound = 0; bound < MSW_N_BOUNDS; bound++)
    assert_string_equal(msw_bound_name((msw_bound)bound), names[bound]);
  assert_string_equal(msw_bound_name(MSW_N_BOUNDS), "none");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(entry_i_describes_bit_i), cmocka_unit_test(names_never_change),
      cmocka_unit_test(names_are_single_words),  cmocka_unit_test(void_bits),
      cmocka_unit_test(text_of_none_one_and_many), cmocka_unit_test(all_names_fit_a_line),
      cmocka_unit_test(text_never_exceeds_its_buffer), cmocka_unit_test(bound_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
