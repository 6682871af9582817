/* Any text as an expression: no crash; refused with an error or compiled without; what is compiled gives the same
 * numbers for a row as cell by cell. */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fuzz.h"
#include "msw/base/str.h"
#include "msw/inputs/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_SLOTS = 3, N_ROW = 5 };
static const char *const NAMES[N_SLOTS] = {"batch", "tp", "model"};

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  (void)context;
  for (*slot = 0; *slot < N_SLOTS; ++*slot)
    if (strcmp(NAMES[*slot], name) == 0) {
      *is_text = *slot == N_SLOTS - 1;
      return true;
    }
  return false;
}

static const char *const *names(void *context, size_t *n) {
  (void)context;
  *n = N_SLOTS;
  return NAMES;
}

static bool is_same(double a, double b) { return isnan(a) ? isnan(b) : a <= b && a >= b; }

static void check_rows(const msw_expr *expr) {
  static const double BATCH[N_ROW] = {0, 1, -2.5, 1e9, 7}, TP = 2, MODEL = 0;
  msw_expr_input inputs[N_SLOTS] = {{BATCH, 1}, {&TP, 0}, {&MODEL, 0}};
  double row[N_ROW], cell;
  double *scratch = msw_alloc(msw_expr_scratch(expr, N_ROW) * sizeof *scratch);
  msw_expr_eval(expr, inputs, N_ROW, scratch, row);
  for (size_t i = 0; i < N_ROW; i++) {
    inputs[0] = (msw_expr_input){BATCH + i, 0};
    msw_expr_eval(expr, inputs, 1, scratch, &cell);
    fuzz_require(is_same(row[i], cell));
  }
  free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  msw_texts texts = {0};
  const msw_expr_scope scope = {.resolve = resolve, .names = names, .texts = &texts};
  const char *text = msw_strndup(&arena, (const char *)data, size);
  const msw_expr *expr = msw_expr_compile(text, (msw_loc){"fuzz.json", 1, 1}, NULL, &scope, &arena, &diag);
  fuzz_require(!expr == (diag.n_errors > 0));
  if (expr) check_rows(expr);
  msw_texts_free(&texts);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
  return 0;
}
