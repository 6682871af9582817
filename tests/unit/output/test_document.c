/* docs/result-file.md names everything that a result file holds, with the same types, units and bits as the code. */
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/grid/field.h"
#include "msw/inputs/spec.h"
#include "msw/output/provenance.h"
#include "msw/perf/flags.h"
#include "msw_test.h"

typedef struct { msw_arena arena; const char *text; } document;

static int setup(void **state) {
  static document doc;
  msw_diag diag = {0};
  char *text;
  size_t len;
  msw_status status = msw_read_file(MSW_TEST_ROOT "/docs/result-file.md", 1 << 20, &doc.arena, &diag, &text, &len);
  msw_diag_free(&diag);
  doc.text = text;
  *state = &doc;
  return status == MSW_OK ? 0 : -1;
}

static int teardown(void **state) {
  msw_arena_free(&((document *)*state)->arena);
  return 0;
}

static void expect(const document *doc, const char *line) {
  if (!strstr(doc->text, line)) fail_msg("docs/result-file.md lacks: %s", line);
}

static void every_field_has_its_row(void **state) {
  document *doc = *state;
  static const char *const types[] = {
      [MSW_FIELD_F32] = "float32", [MSW_FIELD_U8] = "uint8", [MSW_FIELD_U32] = "uint32"};
  size_t n;
  const msw_field *fields = msw_fields(&n);
  for (size_t i_field = 0; i_field < n; i_field++) {
    const msw_field *field = &fields[i_field];
    expect(doc, msw_format(&doc->arena, "\n| `%s` | %s | `%s` | %s |", field->name, types[field->type], field->unit,
                           field->description));
  }
}

static void every_axis_has_its_row(void **state) {
  document *doc = *state;
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    const char *unit = msw_axis_is_text(axis) ? "none" : msw_format(&doc->arena, "`%s`", msw_axis_unit(axis));
    const char *type = msw_axis_is_text(axis) ? "text" : "int32 or int64";
    expect(doc, msw_format(&doc->arena, "\n| `%s` | %s | %s | %s |", msw_axis_name(axis), type, unit,
                           msw_axis_long_name(axis)));
  }
}

static void every_flag_has_its_row(void **state) {
  document *doc = *state;
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    expect(doc, msw_format(&doc->arena, "\n| %zu | `%s` | %s |", i_flag, msw_flag_table[i_flag].name,
                           msw_flag_table[i_flag].description));
}

static void every_bound_has_its_code(void **state) {
  document *doc = *state;
  const char *codes = "";
  for (int i_bound = 0; i_bound < MSW_N_BOUNDS; i_bound++) {
    const char *name = msw_bound_name((msw_bound)i_bound);
    codes = msw_format(&doc->arena, "%s%s%d `%s`", codes, i_bound ? ", " : "", i_bound, name);
  }
  expect(doc, codes);
}

static void the_format_is_named(void **state) {
  document *doc = *state;
  expect(doc, msw_format(&doc->arena, "This page describes format %d.", MSW_RESULT_FORMAT));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_field_has_its_row), cmocka_unit_test(every_axis_has_its_row),
      cmocka_unit_test(every_flag_has_its_row),  cmocka_unit_test(every_bound_has_its_code),
      cmocka_unit_test(the_format_is_named),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
