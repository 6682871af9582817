/* The sweep language's expressions: pure, typed, compiled once, evaluated over whole rows.
 *   ?:   ||   &&   in [..]   == !=   < <= > >=   + -   * / %   unary - !   ^ (right associative)   ( )   loosest first, so
 *   that -2^2 is -4; comparisons do not chain (1 < x < 8 is an error)
 *   numbers with suffixes (4Mi), texts in "…" or '…', names (batch, model.num_kv_heads)
 *   functions min max (two or more arguments), ceil floor round log2 sqrt abs
 * Truth is a number: 0 and NaN are false, all else true; comparisons give 1 or 0. Texts only take part in == != in.
 * Division by zero and the like follow IEEE; a rule that yields NaN does not hold.
 */
#ifndef MSW_INPUTS_EXPR_H
#define MSW_INPUTS_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"

/* Texts as numbers: equal texts have equal ids (case folded, so that names match as everywhere else). Zero-initialise. */
typedef struct { msw_arena arena; const char **texts; size_t n, cap; } msw_texts;
double msw_texts_id(msw_texts *texts, const char *text);
void msw_texts_free(msw_texts *texts);

/* What the caller knows of names. `resolve` gives a variable's slot (any number the caller likes, 0..n_slots-1) and type,
 * false for unknown names; `names` lists all known ones, for hints. `why_not` (may be NULL) says why a name that is right
 * elsewhere is not known here, or gives NULL. */
typedef struct {
  void *context;
  bool (*resolve)(void *context, const char *name, size_t *slot, bool *is_text);
  const char *const *(*names)(void *context, size_t *n);
  const char *(*why_not)(void *context, const char *name);
  msw_texts *texts;
} msw_expr_scope;

typedef struct msw_expr msw_expr;

/* Compiles; NULL with errors in the diag, each with the column inside the text added to `loc.col` (loc is the position of
 * the text's opening quote). The result must be a number, not a text. */
msw_expr *msw_expr_compile(const char *text, msw_loc loc, const char *path, const msw_expr_scope *scope,
                           msw_arena *arena, msw_diag *diag);

const char *msw_expr_text(const msw_expr *expr);
/* The slots it uses, ascending, each once. */
const size_t *msw_expr_slots(const msw_expr *expr, size_t *n);

/* One variable over a row: stride 1 for an array, 0 for a constant. */
typedef struct { const double *values; size_t stride; } msw_expr_input;

/* Doubles of scratch that a row of n needs. */
size_t msw_expr_scratch(const msw_expr *expr, size_t n);
/* out[i] = value at i for 0 <= i < n. inputs is indexed by slot; only the slots in use are read. No allocation. */
void msw_expr_eval(const msw_expr *expr, const msw_expr_input *inputs, size_t n, double *scratch, double *out);

#endif
