/* Expressions: values, precedence, texts, rows, the slots in use, and messages with their columns. */
#include "msw/inputs/expr.h"

#include <stdlib.h>

#include "msw/base/str.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- A scope of four numbers and two texts; slots have gaps. ---- */
enum { BATCH = 0, KV_LEN = 3, TP = 5, HEADS = 7, MODEL = 8, DTYPE = 9, N_SLOTS = 10 };
static const struct { const char *name; size_t slot; bool is_text; } VARIABLES[] = {
  {"batch", BATCH, false}, {"kv_len", KV_LEN, false}, {"tp", TP, false}, {"model.num_heads", HEADS, false},
  {"model", MODEL, true}, {"dtype", DTYPE, true},
};

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  (void)context;
  for (size_t i = 0; i < COUNT(VARIABLES); i++)
    if (strcmp(VARIABLES[i].name, name) == 0) {
      *slot = VARIABLES[i].slot;
      *is_text = VARIABLES[i].is_text;
      return true;
    }
  return false;
}

static const char *const *names(void *context, size_t *n) {
  (void)context;
  static const char *list[COUNT(VARIABLES)];
  for (size_t i = 0; i < COUNT(VARIABLES); i++) list[i] = VARIABLES[i].name;
  *n = COUNT(VARIABLES);
  return list;
}

static const char *why_not(void *context, const char *name) {
  (void)context;
  return strcmp(name, "seq_len") == 0 ? "decode steps have no axis seq_len" : NULL;
}

typedef struct { msw_arena arena; msw_diag diag; msw_texts texts; msw_expr *expr; } compiled;

static void compile(compiled *c, const char *text) {
  *c = (compiled){0};
  const msw_expr_scope scope = {.resolve = resolve, .names = names, .why_not = why_not, .texts = &c->texts};
  c->expr = msw_expr_compile(text, (msw_loc){"s.json", 3, 10}, "exclude[0]", &scope, &c->arena, &c->diag);
  if (!c->expr != (c->diag.n_errors > 0)) fail_msg("%s: result and diag disagree", text);
}

static void release(compiled *c) {
  msw_diag_free(&c->diag);
  msw_arena_free(&c->arena);
  msw_texts_free(&c->texts);
}

/* The value with batch 16, kv_len 4096, tp 2, 32 heads, model "llama", dtype "fp8". */
static double value_of(const char *text) {
  compiled c;
  compile(&c, text);
  assert_no_errors(&c.diag);
  const double batch = 16, kv_len = 4096, tp = 2, heads = 32;
  const double model = msw_texts_id(&c.texts, "llama"), dtype = msw_texts_id(&c.texts, "fp8");
  const msw_expr_input inputs[N_SLOTS] = {
    [BATCH] = {&batch, 0}, [KV_LEN] = {&kv_len, 0}, [TP] = {&tp, 0}, [HEADS] = {&heads, 0}, [MODEL] = {&model, 0},
    [DTYPE] = {&dtype, 0},
  };
  double *scratch = msw_alloc(msw_expr_scratch(c.expr, 1) * sizeof *scratch), out;
  msw_expr_eval(c.expr, inputs, 1, scratch, &out);
  free(scratch);
  release(&c);
  return out;
}

static void values(void **state) {
  (void)state;
  static const struct { const char *text; double value; } rows[] = {
    {"1", 1}, {"4Ki", 4096}, {"1.5k", 1500}, {"1e3", 1000}, {" 2 + 3 ", 5}, {"batch", 16}, {"model.num_heads", 32},
    {"2+3*4", 14}, {"(2+3)*4", 20}, {"10-4-3", 3}, {"24/4/2", 3}, {"7%4", 3}, {"7%4*2", 6},
    {"2^3^2", 512}, {"-2^2", -4}, {"2^-1", 0.5}, {"(-2)^2", 4}, {"2*3^2", 18}, {"--3", 3}, {"-batch+1", -15},
    {"!0", 1}, {"!5", 0}, {"!!5", 1}, {"!1+1", 1}, {"-!0", -1},
    {"1<2", 1}, {"2<1", 0}, {"2<=2", 1}, {"3>2", 1}, {"2>3", 0}, {"3>=3", 1}, {"2>=3", 0}, {"1==1", 1}, {"1!=1", 0},
    {"1+1<3", 1}, {"1<2==1", 1}, {"(1<2)==(3<4)", 1},
    {"1||0", 1}, {"0||0", 0}, {"1&&0", 0}, {"2&&3", 1}, {"1||0&&0", 1}, {"1&&0||1", 1}, {"-1||0", 1}, {"-1&&-2", 1},
    {"1?2:3", 2}, {"0?2:3", 3}, {"0?1:0?2:3", 3}, {"1?0?1:2:3", 2}, {"1<2?10:20", 10},
    {"tp in [1,2,4]", 1}, {"tp in [1, 4]", 0}, {"tp in [2]", 1}, {"tp+1 in [3] && 1", 1}, {"tp*2 in [batch/4]", 1},
    {"!(tp in [1,4])", 1}, {"tp == 2 in [1]", 1},
    {"min(3,1,2)", 1}, {"max(3,1,2)", 3}, {"max(batch, kv_len)", 4096}, {"ceil(1.2)", 2}, {"floor(-1.2)", -2},
    {"round(2.5)", 3}, {"log2(8)", 3}, {"sqrt(16)", 4}, {"abs(-3)", 3}, {"min(1, max(2, 3)) + ceil(0.5)", 2},
    {"model == 'llama'", 1}, {"model == \"LLAMA\"", 1}, {"model != 'llama'", 0}, {"model == 'x'", 0}, {"'a' == 'A'", 1},
    {"model in ['x', 'Llama']", 1}, {"dtype in ['bf16', 'fp16']", 0}, {"model == dtype", 0},
    {"batch * kv_len > 4Mi", 0}, {"batch*kv_len >= 64Ki && tp <= model.num_heads", 1}, {"model.num_heads % tp != 0", 0},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    const double value = value_of(rows[i].text);
    if (fabs(value - rows[i].value) > 0 || isnan(value))
      fail_msg("%s is %g, not %g", rows[i].text, value, rows[i].value);
  }
}

static void ieee(void **state) {
  (void)state;
  assert_true(isinf(value_of("1/0")));
  static const char *const nans[] = {"0/0",         "sqrt(-1)",    "log2(-1)", "min(0/0, 1)",
                                     "min(1, 0/0)", "max(1, 0/0)", "5 % 0",    "1 + 0/0"};
  for (size_t i = 0; i < COUNT(nans); i++)
    if (!isnan(value_of(nans[i]))) fail_msg("%s should be NaN", nans[i]);
  /* NaN is not true, and no comparison with it but != holds. */
  static const struct { const char *text; double value; } rows[] = {
      {"0/0 && 1", 0},   {"0/0 || 0", 0}, {"0/0 || 1", 1}, {"0/0 ? 1 : 2", 2}, {"!(0/0)", 1},
      {"0/0 == 0/0", 0}, {"0/0 != 1", 1}, {"0/0 < 1", 0},  {"0/0 >= 1", 0},    {"0/0 in [1]", 0},
  };
  for (size_t i = 0; i < COUNT(rows); i++) assert_same(value_of(rows[i].text), rows[i].value);
}

static void rows_and_constants_mix(void **state) {
  (void)state;
  enum { N = 1000 };
  static const char *const texts[] = {
      "batch",
      "tp",
      "batch*kv_len",
      "tp*batch",
      "batch*tp",
      "tp*model.num_heads",
      "batch > tp ? batch : kv_len",
      "tp > 1 ? batch : kv_len",
      "batch > 5 ? tp : 3",
      "batch in [1, 5, 7] || kv_len % 3 == 0",
      "-batch ^ 2 + sqrt(kv_len)",
      "min(batch, 10, kv_len) - tp",
      "tp > 1 && tp < 3",
      "(batch+1)*(kv_len+2) - ((batch+3)*(kv_len+4) - ((batch+5)*(kv_len+6) - (batch+7)/(kv_len+8)))",
  };
  static double batch[N], kv_len[N], row[N];
  const double tp = 2, heads = 32;
  for (size_t i = 0; i < N; i++) {
    batch[i] = (double)(i % 37);
    kv_len[i] = (double)(i * i % 101);
  }
  for (size_t i_text = 0; i_text < COUNT(texts); i_text++) {
    compiled c;
    compile(&c, texts[i_text]);
    assert_no_errors(&c.diag);
    double *scratch = msw_alloc(msw_expr_scratch(c.expr, N) * sizeof *scratch);
    msw_expr_input inputs[N_SLOTS] = {
      [BATCH] = {batch, 1}, [KV_LEN] = {kv_len, 1}, [TP] = {&tp, 0}, [HEADS] = {&heads, 0}};
    msw_expr_eval(c.expr, inputs, N, scratch, row);
    for (size_t i = 0; i < N; i++) {   /* the same, cell by cell */
      double cell;
      inputs[BATCH] = (msw_expr_input){batch + i, 0};
      inputs[KV_LEN] = (msw_expr_input){kv_len + i, 0};
      msw_expr_eval(c.expr, inputs, 1, scratch, &cell);
      assert_same(row[i], cell);
    }
    msw_expr_eval(c.expr, inputs, 0, scratch, row);   /* an empty row touches nothing */
    free(scratch);
    release(&c);
  }
}

static void slots_in_use(void **state) {
  (void)state;
  compiled c;
  size_t n;
  compile(&c, "dtype == 'fp8' && tp > 1 && kv_len > tp && batch < kv_len");
  const size_t *slots = msw_expr_slots(c.expr, &n);
  assert_int_equal(n, 4);
  assert_int_equal(slots[0], BATCH);
  assert_int_equal(slots[1], KV_LEN);
  assert_int_equal(slots[2], TP);
  assert_int_equal(slots[3], DTYPE);
  assert_string_equal(msw_expr_text(c.expr), "dtype == 'fp8' && tp > 1 && kv_len > tp && batch < kv_len");
  release(&c);
  compile(&c, "1 < 2");
  msw_expr_slots(c.expr, &n);
  assert_int_equal(n, 0);
  release(&c);
}

/* The text's opening quote stands in column 10. */
static void messages(void **state) {
  (void)state;
  static const struct { const char *text; int col; const char *says, *hint; } rows[] = {
    {"", 11, "expected a number, a text or a name, but the expression ends", NULL},
    {"tp >", 15, "expected a number, a text or a name, but the expression ends", NULL},
    {"tp > > 1", 16, "expected a number, a text or a name, not \">\"", NULL},
    {"tp 1", 14, "expected an operator, not \"1\"", NULL},
    {"tp = 1", 14, "expected an operator, not \"=\"", "write =="},
    {"tp & 1", 14, "not \"&\"", "write &&"},
    {"tp | 1", 14, "not \"|\"", "write ||"},
    {"tp ** 2", 14, "not \"**\"", "write ^"},
    {"tp <> 2", 14, "not \"<>\"", "write !="},
    {"tp and 1", 14, "not \"and\"", "write &&"},
    {"not tp", 11, "not \"not\"", "write !"},
    {"tp § 1", 14, "not \"§\"", NULL},
    {"4x", 11, "not \"4x\"", "suffixes are k M G T"},
    {"1.2.3", 11, "not \"1.2.3\"", NULL},
    {"(tp", 14, "expected \")\", but the expression ends", NULL},
    {"tp)", 13, "expected an operator, not \")\"", NULL},
    {"tp in 4", 17, "expected a list in [ ] after \"in\", not \"4\"", NULL},
    {"tp in []", 18, "not \"]\"", NULL},
    {"tp in [1, 2", 22, "expected \",\" or \"]\", but the expression ends", NULL},
    {"tp ? 1", 17, "expected \":\" of \"? :\"", NULL},
    {"1 < tp < 8", 18, "comparisons do not chain", "write a < b && b < c"},
    {"1 == tp == 2", 19, "comparisons do not chain", NULL},
    {"tpp > 1", 11, "unknown name \"tpp\"", "tp"},
    {"1 > model.heads", 15, "unknown name \"model.heads\"", "model.num_heads"},
    {"1 > frobnicate", 15, "unknown name \"frobnicate\"", NULL},
    {"seq_len > 1", 11, "decode steps have no axis seq_len", NULL},
    {"ciel(tp)", 11, "unknown function \"ciel\"", "ceil"},
    {"min(tp)", 11, "min takes two or more arguments", NULL},
    {"ceil(tp, 1)", 18, "expected \")\", not \",\"", NULL},
    {"model == 'llama", 20, "a text without its closing quote", NULL},
    {"model", 11, "a text can only be compared", NULL},
    {"1 + model", 15, "a text can only be compared", NULL},
    {"model < 'x'", 11, "a text can only be compared", NULL},
    {"tp ? model : 1", 16, "a text can only be compared", NULL},
    {"model == 1", 17, "compares a text with a number", NULL},
    {"tp in ['x']", 14, "compares a text with a number", NULL},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    compiled c;
    compile(&c, rows[i].text);
    if (c.expr) fail_msg("%s should be refused", rows[i].text);
    assert_says(&c.diag, rows[i].says);
    if (rows[i].hint) assert_says(&c.diag, rows[i].hint);
    const msw_problem *problem = &c.diag.items[0];
    if (problem->loc.col != rows[i].col) fail_msg("%s: column %d, not %d", rows[i].text, problem->loc.col, rows[i].col);
    assert_int_equal(problem->loc.line, 3);
    assert_string_equal(problem->path, "exclude[0]");
    release(&c);
  }
}

/* Wrong names and types do not hide each other; a mistake in the syntax ends the matter. */
static void all_at_once(void **state) {
  (void)state;
  compiled c;
  compile(&c, "foo > 1 && model > 2 || bar == 3");
  assert_int_equal(c.diag.n_errors, 3);
  release(&c);
  compile(&c, "tp > > 1 && )");
  assert_int_equal(c.diag.n_errors, 1);
  release(&c);
}

/* n copies of `open`, then "1", then n copies of `close`. */
static char *nest(const char *open, const char *close, size_t n) {
  msw_buf buf = {0};
  for (size_t i = 0; i < n; i++) msw_buf_add(&buf, open);
  msw_buf_add(&buf, "1");
  for (size_t i = 0; i < n; i++) msw_buf_add(&buf, close);
  return buf.text;
}

static void depth_is_limited(void **state) {
  (void)state;
  static const struct { const char *open, *close; } rows[] = {
    {"(", ")"}, {"-", ""}, {"!", ""}, {"2^", ""}, {"1?2:", ""}, {"abs(", ")"}, {"1 in [", "]"}, {"(batch*tp)+(", ")"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    compiled c;
    char *deep = nest(rows[i].open, rows[i].close, 100000), *fine = nest(rows[i].open, rows[i].close, 40);
    compile(&c, deep);
    assert_says(&c.diag, "nested too deeply");
    release(&c);
    compile(&c, fine);
    assert_no_errors(&c.diag);
    release(&c);
    free(deep);
    free(fine);
  }
}

static void intermediate_results_are_limited(void **state) {
  (void)state;
  compiled c;
  char *text = nest("batch*tp + batch*tp*(", ")", 40);   /* two wait at each level */
  compile(&c, text);
  assert_int_equal(c.diag.n_errors, 1);
  assert_says(&c.diag, "too many intermediate results");
  release(&c);
  free(text);
}

static void long_is_fine(void **state) {
  (void)state;
  compiled c;
  char *text = nest("batch + ", "", 20000);
  compile(&c, text);
  assert_no_errors(&c.diag);
  assert_int_equal(msw_expr_scratch(c.expr, 1), 2);   /* registers are used again */
  release(&c);
  free(text);
}

static void text_ids(void **state) {
  (void)state;
  msw_texts texts = {0};
  const double a = msw_texts_id(&texts, "Llama-2"), b = msw_texts_id(&texts, "qwen");
  assert_same(msw_texts_id(&texts, "llama-2"), a);
  assert_same(msw_texts_id(&texts, "QWEN"), b);
  assert_true(a < b || b < a);
  assert_int_equal(texts.n, 2);
  msw_texts_free(&texts);
  assert_int_equal(texts.n, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values),
    cmocka_unit_test(ieee),
    cmocka_unit_test(rows_and_constants_mix),
    cmocka_unit_test(slots_in_use),
    cmocka_unit_test(messages),
    cmocka_unit_test(all_at_once),
    cmocka_unit_test(depth_is_limited),
    cmocka_unit_test(intermediate_results_are_limited),
    cmocka_unit_test(long_is_fine),
    cmocka_unit_test(text_ids),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
