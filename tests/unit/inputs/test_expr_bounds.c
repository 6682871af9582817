/* Where an expression is true over a box, from the bounds of its variables. */
#include <stdlib.h>

#include "msw/inputs/expr.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- A scope of three numbers and a text ---- */
enum { BATCH, KV_LEN, TP, MODEL, N_SLOTS };
static const char *const NAMES[N_SLOTS] = {"batch", "kv_len", "tp", "model"};

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  (void)context;
  for (*slot = 0; *slot < N_SLOTS; (*slot)++) {
    *is_text = *slot == MODEL;
    if (strcmp(NAMES[*slot], name) == 0) return true;
  }
  return false;
}

static const char *const *names(void *context, size_t *n) {
  (void)context;
  *n = N_SLOTS;
  return NAMES;
}

typedef struct { msw_arena arena; msw_diag diag; msw_texts texts; msw_expr_scope scope; } fixture;

static int setup(void **state) {
  fixture *f = msw_alloc_zero(1, sizeof *f);
  f->scope = (msw_expr_scope){.resolve = resolve, .names = names, .texts = &f->texts};
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  msw_diag_free(&f->diag);
  msw_arena_free(&f->arena);
  msw_texts_free(&f->texts);
  free(f);
  return 0;
}

static msw_extent extent_of(fixture *f, const char *text, const msw_bounds *inputs) {
  const msw_expr *expr = msw_expr_compile(text, (msw_loc){"s.json", 1, 1}, "exclude[0]", &f->scope, &f->arena, &f->diag);
  assert_no_errors(&f->diag);
  return msw_expr_extent(expr, inputs);
}

enum { NO = MSW_NOWHERE, MAY = MSW_UNSURE, YES = MSW_EVERYWHERE };
typedef struct { const char *text; int extent; } expected;

static void check(fixture *f, const expected *rows, size_t n, const msw_bounds *inputs) {
  static const char *const words[] = {"nowhere", "unsure", "everywhere"};
  for (size_t i = 0; i < n; i++) {
    const msw_extent got = extent_of(f, rows[i].text, inputs);
    if ((int)got != rows[i].extent) fail_msg("%s: %s, not %s", rows[i].text, words[got], words[rows[i].extent]);
  }
}

/* ---- Tests ---- */

/* batch 2 … 8, kv_len 100 … 1000, tp 4 */
static void a_box(void **state) {
  fixture *f = *state;
  const msw_bounds inputs[N_SLOTS] = {{2, 8}, {100, 1000}, {4, 4}, {msw_texts_id(&f->texts, "a"), msw_texts_id(&f->texts, "b")}};
  static const expected rows[] = {
      {"1", YES}, {"0", NO}, {"0/0", MAY}, {"tp == 4", YES}, {"tp != 4", NO}, {"tp", YES}, {"tp - 4", NO}, {"batch", YES},
      {"batch < 8", MAY}, {"batch < 9", YES}, {"batch <= 8", YES}, {"batch < 2", NO}, {"batch <= 2", MAY}, {"batch > 8", NO},
      {"batch >= 8", MAY}, {"batch == 5", MAY}, {"batch == 9", NO}, {"batch != 9", YES}, {"batch != 8", MAY},
      {"batch * kv_len >= 200", YES}, {"batch * kv_len > 200", MAY}, {"batch * kv_len > 8000", NO}, {"batch * kv_len < 8001", YES},
      {"kv_len / batch >= 12.5", YES}, {"kv_len / batch > 500", NO}, {"kv_len / (batch - 2) > 0", MAY},
      {"batch + kv_len <= 1008", YES}, {"kv_len - batch < 92", NO}, {"kv_len - batch <= 92", MAY}, {"-batch <= -2", YES},
      {"batch * (0 - kv_len) <= -200", YES}, {"(batch - 4) * (batch - 5) >= -6", MAY}, {"(0 - batch) * (0 - kv_len) <= 8000", YES},
      {"min(batch, 5) <= 5", YES}, {"min(batch, kv_len) <= 8", YES}, {"max(batch, 3) >= 3", YES}, {"max(batch, kv_len) < 100", NO},
      {"ceil(batch / 3) <= 3", YES}, {"floor(batch / 3) < 0", NO}, {"round(batch / 4) == 1", MAY}, {"abs(batch - 5) <= 3", YES},
      {"abs(batch - 9) >= 1", YES}, {"abs(1 - batch) >= 1", YES}, {"sqrt(kv_len) >= 10", YES}, {"sqrt(2 - kv_len) >= 0", NO},
      {"sqrt(batch - 4) >= 0", MAY}, {"log2(batch) < 3.001", YES}, {"log2(batch) <= 3", MAY}, {"log2(0 - batch) < 9", NO},
      {"log2(batch - 2) < 9", MAY}, {"batch ^ 2 < 64.1", YES}, {"batch ^ 2 < 3.9", NO}, {"(0 - batch) ^ 2 > 0", MAY}, {"2 ^ batch > 3.9", YES},
      {"kv_len % 7 <= 7", YES}, {"kv_len % 7 == 3", MAY}, {"tp % 3 == 1", YES}, {"tp % 0 == 0", NO}, {"batch % kv_len <= 8", YES},
      {"batch > 9 || kv_len > 10", YES}, {"batch > 9 || kv_len > 200", MAY}, {"batch > 9 || kv_len > 2000", NO},
      {"batch < 9 && kv_len > 10", YES}, {"batch < 9 && kv_len > 200", MAY}, {"batch > 9 && kv_len > 200", NO},
      {"!(batch > 9)", YES}, {"!(batch > 5)", MAY}, {"!batch", NO}, {"batch in [9, 1]", NO}, {"tp in [1, 4]", YES}, {"batch in [3]", MAY},
      {"tp > 2 ? kv_len > 10 : kv_len > 2000", YES}, {"tp > 5 ? kv_len > 10 : kv_len > 2000", NO},
      {"(batch > 5 ? kv_len : 2 * kv_len) >= 100", YES}, {"(batch > 5 ? kv_len : 2 * kv_len) > 2000", NO},
      {"model == 'a'", MAY}, {"model == 'c'", NO}, {"model != 'c'", YES}};
  check(f, rows, COUNT(rows), inputs);
}

/* batch unknown, kv_len NaN everywhere */
static void without_numbers(void **state) {
  fixture *f = *state;
  const msw_bounds inputs[N_SLOTS] = {{-INFINITY, INFINITY}, {NAN, NAN}, {4, 4}, {1, 1}};
  static const expected rows[] = {
      {"batch > 0", MAY}, {"batch", MAY}, {"batch * 0 == 0", MAY}, {"batch > 0 && tp > 5", NO}, {"batch > 0 || tp < 5", YES},
      {"!(batch > 0)", MAY}, {"kv_len", NO}, {"kv_len > 0", NO}, {"kv_len <= 0", NO}, {"kv_len == kv_len", NO}, {"kv_len != 1", YES},
      {"!kv_len", YES}, {"batch + kv_len > 0", NO}, {"min(batch, kv_len) > 0", NO}, {"sqrt(kv_len) > 0", NO}, {"kv_len || tp", YES},
      {"kv_len && tp", NO}, {"kv_len ^ 0 == 1", MAY}, {"1 ^ kv_len == 1", MAY}, {"kv_len ? 0 : 1", YES},
      {"(batch > 0 ? kv_len : kv_len) > 0", NO}, {"(batch > 0 ? kv_len : tp) > 0", MAY}, {"(tp > 0 ? tp : batch) > 0", YES}};
  check(f, rows, COUNT(rows), inputs);
}

/* What overflows has no bounds; what lies between infinities has none either. */
static void beyond_the_finite(void **state) {
  fixture *f = *state;
  const msw_bounds inputs[N_SLOTS] = {{1e200, 1e300}, {1, INFINITY}, {0, 1}, {1, 1}};
  static const expected rows[] = {{"batch * batch > 0", MAY}, {"batch + batch > 0", YES}, {"kv_len > 0", MAY}, {"1 / tp > 0", MAY},
                                  {"batch ^ 2 > 0", MAY}, {"0.5 ^ batch >= 0", MAY}, {"batch - batch <= 1e300", YES}};
  check(f, rows, COUNT(rows), inputs);
}

/* Bounds are those of rounded results: 0.1 * 3 is above 0.3, and 1e16 + 1 is 1e16. */
static void rounding(void **state) {
  fixture *f = *state;
  const msw_bounds inputs[N_SLOTS] = {{3, 3}, {1, 1}, {0.1, 0.1}, {1, 1}};
  static const expected rows[] = {{"tp * batch > 0.3", YES}, {"tp * batch == 0.3", NO}, {"1e16 + kv_len == 1e16", YES},
                                  {"1e16 + kv_len > 1e16", NO}, {"batch / 10 == 0.3", YES}};
  check(f, rows, COUNT(rows), inputs);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_box, setup, teardown), cmocka_unit_test_setup_teardown(without_numbers, setup, teardown),
      cmocka_unit_test_setup_teardown(beyond_the_finite, setup, teardown), cmocka_unit_test_setup_teardown(rounding, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
