/* The names that constraints and reductions of a sweep may use are those of the registry's numbers. */
#include "msw/grid/field.h"
#include "msw/inputs/spec.h"
#include "msw_test.h"

static bool is_in_vocabulary(const char *name) {
  size_t n_names;
  const char *const *names = msw_sweep_field_names(&n_names);
  size_t i_name = 0;
  while (i_name < n_names && strcmp(names[i_name], name) != 0) i_name++;
  return i_name < n_names;
}

/* Codes and bit masks are integers; numbers are floats. */
static void vocabulary_and_registry_agree(void **state) {
  (void)state;
  size_t n_fields, n_names, n_numbers = 0;
  const msw_field *fields = msw_fields(&n_fields);
  msw_sweep_field_names(&n_names);
  for (size_t i_field = 0; i_field < n_fields; i_field++) {
    const bool is_number = fields[i_field].type == MSW_FIELD_F32;
    n_numbers += is_number;
    if (is_in_vocabulary(fields[i_field].name) != is_number) fail_msg("%s", fields[i_field].name);
  }
  assert_int_equal(n_names, n_numbers);   /* so that the vocabulary has no others, and none twice */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(vocabulary_and_registry_agree)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
