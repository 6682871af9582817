/* Arrays of numbers in a report's document. */
#include "msw/analysis/report.h"
#include "msw/formats/packed.h"

static void add(msw_arena *arena, msw_json *parent, const char *key, const char *type, size_t n, const char *packed) {
  msw_json *object = msw_json_add_object(arena, parent, key);
  msw_json_add_string(arena, object, "type", type);
  msw_json_add_number(arena, object, "n", (double)n);
  msw_json_add_string(arena, object, "data", packed);
}

void msw_report_add_numbers(msw_arena *arena, msw_json *parent, const char *key, const double *values, size_t n) {
  add(arena, parent, key, "f64", n, msw_pack(values, n, sizeof *values, arena));
}

void msw_report_add_floats(msw_arena *arena, msw_json *parent, const char *key, const float *values, size_t n) {
  add(arena, parent, key, "f32", n, msw_pack(values, n, sizeof *values, arena));
}

void msw_report_add_codes(msw_arena *arena, msw_json *parent, const char *key, const uint32_t *values, size_t n) {
  add(arena, parent, key, "u32", n, msw_pack(values, n, sizeof *values, arena));
}
