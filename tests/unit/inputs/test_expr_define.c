/* Definitions inside expressions, choices between two slots, and the names in a text. */
#include <stdlib.h>

#include "msw/base/str.h"
#include "msw/inputs/expr.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { BATCH, TP, YES, NO, N_SLOTS };

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  static const char *const NAMES[] = {[BATCH] = "batch", [TP] = "tp"};
  (void)context;
  *is_text = false;
  for (*slot = 0; *slot < COUNT(NAMES); ++*slot)
    if (strcmp(NAMES[*slot], name) == 0) return true;
  return false;
}

static const char *const *names(void *context, size_t *n) {
  (void)context;
  *n = 0;
  return NULL;
}

/* The definitions that every test has; "broken" has no text, "wrong" a mistake. */
static const struct { const char *name; msw_expr_definition definition; } DEFINITIONS[] = {
  {"two", {"2", {"s.json", 7, 20}, "let.two"}},
  {"sum", {"batch + tp", {"s.json", 8, 20}, "let.sum"}},
  {"twice", {"two * sum", {"s.json", 9, 20}, "let.twice"}},
  {"is_big", {"sum > 10", {"s.json", 10, 20}, "let.is_big"}},
  {"broken", {NULL, {"s.json", 11, 20}, "let.broken"}},
  {"wrong", {"1 + batc", {"s.json", 12, 20}, "let.wrong"}},
};

static const msw_expr_definition *define(void *context, const char *name) {
  (void)context;
  for (size_t i = 0; i < COUNT(DEFINITIONS); i++)
    if (strcmp(DEFINITIONS[i].name, name) == 0) return &DEFINITIONS[i].definition;
  return NULL;
}

typedef struct { msw_arena arena; msw_diag diag; msw_texts texts; } world;

static int setup(void **state) {
  *state = msw_alloc_zero(1, sizeof(world));
  return 0;
}

static int teardown(void **state) {
  world *w = *state;
  msw_diag_free(&w->diag);
  msw_texts_free(&w->texts);
  msw_arena_free(&w->arena);
  free(w);
  return 0;
}

static msw_expr *compile(world *w, const char *text) {
  const msw_expr_scope scope = {.resolve = resolve, .names = names, .define = define, .texts = &w->texts};
  return msw_expr_compile(text, (msw_loc){"s.json", 3, 10}, "exclude[0]", &scope, &w->arena, &w->diag);
}

static double eval(const msw_expr *expr, double batch, double tp, double yes, double no) {
  const double values[N_SLOTS] = {[BATCH] = batch, [TP] = tp, [YES] = yes, [NO] = no};
  msw_expr_input inputs[N_SLOTS];
  double result;
  for (size_t slot = 0; slot < N_SLOTS; slot++) inputs[slot] = (msw_expr_input){&values[slot], 0};
  double *scratch = msw_alloc(msw_expr_scratch(expr, 1) * sizeof *scratch);
  msw_expr_eval(expr, inputs, 1, scratch, &result);
  free(scratch);
  return result;
}

static void values(void **state) {
  static const struct { const char *text; double value; } CASES[] = {   /* batch 5, tp 3 */
    {"two", 2}, {"sum", 8}, {"two * sum", 16}, {"sum * two + sum", 24}, {"twice - sum - sum", 0}, {"sum ^ two", 64},
    {"-sum", -8}, {"is_big ? 1 : twice", 16}, {"is_big || sum == 8", 1}, {"sum in [two, 8]", 1}, {"min(sum, twice, "
     "two)", 2},
    {"twice + (sum + (two + (twice - sum)))", 34}, {"1 - twice", -15},
  };
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const msw_expr *expr = compile(*state, CASES[i_case].text);
    assert_non_null(expr);
    assert_same(eval(expr, 5, 3, 0, 0), CASES[i_case].value);
    assert_string_equal(msw_expr_text(expr), CASES[i_case].text);
  }
}

static void broken_definitions(void **state) {
  world *w = *state;
  assert_null(compile(w, "broken + 1"));
  assert_int_equal(w->diag.n, 0);   /* it has been reported */
  assert_null(compile(w, "broken + nothing"));
  assert_int_equal(w->diag.n, 1);
  assert_int_equal(w->diag.items[0].loc.line, 3);
  assert_null(compile(w, "1 + wrong"));
  assert_int_equal(w->diag.items[1].loc.line, 12);
  assert_int_equal(w->diag.items[1].loc.col, 25);
  assert_string_equal(w->diag.items[1].path, "let.wrong");
}

static void checks(void **state) {
  world *w = *state;
  const msw_expr_scope scope = {.resolve = resolve, .names = names, .define = define, .texts = &w->texts};
  assert_true(msw_expr_check("twice > 1", (msw_loc){0}, NULL, &scope, &w->arena, &w->diag));
  assert_true(msw_expr_check("'a text'", (msw_loc){0}, NULL, &scope, &w->arena, &w->diag));
  assert_false(msw_expr_check("broken", (msw_loc){0}, NULL, &scope, &w->arena, &w->diag));
  assert_int_equal(w->diag.n, 0);
  assert_false(msw_expr_check("twice >", (msw_loc){0}, NULL, &scope, &w->arena, &w->diag));
  assert_int_equal(w->diag.n_errors, 1);
}

/* Whatever the condition's result lies in: a constant, a slot, the first register or another one. */
static void choices(void **state) {
  static const struct { const char *text; bool holds; } CASES[] = {   /* batch 5, tp 3 */
    {"1", true}, {"0/0", false}, {"tp", true}, {"batch > 4", true}, {"batch > tp && tp > 4", false},
    {"batch > 4 ? tp > 2 : 0", true}, {"(1 + batch) * (2 + tp) == 30", true}, {"is_big", false}, {"twice + (sum - "
     "twice)", true},
  };
  world *w = *state;
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    const msw_expr *condition = compile(w, CASES[i_case].text);
    const msw_expr *choice = msw_expr_select(condition, YES, NO, "either", &w->arena);
    size_t n_before, n_slots;
    const size_t *before = msw_expr_slots(condition, &n_before), *slots = msw_expr_slots(choice, &n_slots);
    assert_int_equal(n_slots, n_before + 2);
    for (size_t i = 0; i < n_before; i++) assert_int_equal(slots[i], before[i]);
    assert_int_equal(slots[n_before], YES);
    assert_same(eval(choice, 5, 3, 7, 9), CASES[i_case].holds ? 7 : 9);
    assert_string_equal(msw_expr_text(choice), "either");
  }
}

static void names_in_texts(void **state) {
  static const struct { const char *text, *names; } CASES[] = {
    {"", ""}, {"a", " a"}, {"a+a * b.c", " a a b.c"}, {"min(a, max (b, 2Ki))", " a b"}, {"'a' == \"b\" && c in [d]",
     " c d"},
    {"a = b", " a"}, {"min + in", " min"}, {"a 'unclosed", " a"},
  };
  world *w = *state;
  for (size_t i_case = 0; i_case < COUNT(CASES); i_case++) {
    size_t n;
    const char *const *list = msw_expr_names(CASES[i_case].text, &w->arena, &n);
    const char *text = "";
    for (size_t i = 0; i < n; i++) text = msw_format(&w->arena, "%s %s", text, list[i]);
    assert_string_equal(text, CASES[i_case].names);
  }
}

static void reserved_names(void **state) {
  static const char *const RESERVED[] = {"min", "sqrt", "in", "and", "or", "not", "a b", "", "1a", "a-b"};
  static const char *const FREE[] = {"a", "minimum", "_", "a1", "inn"};
  (void)state;
  for (size_t i = 0; i < COUNT(RESERVED); i++) assert_true(msw_expr_is_reserved(RESERVED[i]));
  for (size_t i = 0; i < COUNT(FREE); i++) assert_false(msw_expr_is_reserved(FREE[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(values, setup, teardown),
    cmocka_unit_test_setup_teardown(broken_definitions, setup, teardown),
    cmocka_unit_test_setup_teardown(checks, setup, teardown),
    cmocka_unit_test_setup_teardown(choices, setup, teardown),
    cmocka_unit_test_setup_teardown(names_in_texts, setup, teardown),
    cmocka_unit_test_setup_teardown(reserved_names, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
