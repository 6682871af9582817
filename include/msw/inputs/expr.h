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
 * elsewhere is not known here, or gives NULL. `define` (may be NULL) is asked first: it gives the expression that a name
 * stands for, which is compiled in its place, once for an expression however often it is named, or NULL. Definitions must
 * not name themselves, not even through others. One whose text is NULL is broken, and that has been reported. */
typedef struct { const char *text; msw_loc loc; const char *path; } msw_expr_definition;
typedef struct {
  void *context;
  bool (*resolve)(void *context, const char *name, size_t *slot, bool *is_text);
  const char *const *(*names)(void *context, size_t *n);
  const char *(*why_not)(void *context, const char *name);
  const msw_expr_definition *(*define)(void *context, const char *name);
  msw_texts *texts;
} msw_expr_scope;

typedef struct msw_expr msw_expr;

/* Compiles; NULL with errors in the diag, each with the column inside the text added to `loc.col` (loc is the position of
 * the text's opening quote; a column below 0: none can be told). The result must be a number, not a text. */
msw_expr *msw_expr_compile(const char *text, msw_loc loc, const char *path, const msw_expr_scope *scope,
                           msw_arena *arena, msw_diag *diag);
/* Tries whether a text can be a definition, which may also be a text ("model"): the same errors, nothing kept. */
bool msw_expr_check(const char *text, msw_loc loc, const char *path, const msw_expr_scope *scope, msw_arena *arena,
                    msw_diag *diag);
/* The names in a text that are no functions, whatever they mean, in the order in which they stand there; *n of them. */
const char *const *msw_expr_names(const char *text, msw_arena *arena, size_t *n);
/* Whether a name has a meaning of the language itself: min, in, and … */
bool msw_expr_is_reserved(const char *name);
/* The expression `condition ? slot yes : slot no`. */
msw_expr *msw_expr_select(const msw_expr *condition, size_t yes, size_t no, const char *text, msw_arena *arena);

const char *msw_expr_text(const msw_expr *expr);
/* The slots it uses, ascending, each once. */
const size_t *msw_expr_slots(const msw_expr *expr, size_t *n);

/* One variable over a row: stride 1 for an array, 0 for a constant. */
typedef struct { const double *values; size_t stride; } msw_expr_input;

/* Doubles of scratch that a row of n needs. */
size_t msw_expr_scratch(const msw_expr *expr, size_t n);
/* out[i] = value at i for 0 <= i < n. inputs is indexed by slot; only the slots in use are read. No allocation. */
void msw_expr_eval(const msw_expr *expr, const msw_expr_input *inputs, size_t n, double *scratch, double *out);

/* What is known of a number over a box of cells: there it lies between low and high, both finite; or it is NaN in every
 * cell, both NaN; or, whatever else is written here, nothing is known. */
typedef struct { double low, high; } msw_bounds;

/* Where something holds in a box of cells. Unsure: it may be anything. */
typedef enum { MSW_NOWHERE, MSW_UNSURE, MSW_EVERYWHERE } msw_extent;

/* Where the expression is true in a box over which its variables have these bounds (by slot; only those in use are
 * read). What it is sure of is what msw_expr_eval finds in every cell; even of a single cell it may be unsure. */
msw_extent msw_expr_extent(const msw_expr *expr, const msw_bounds *inputs);

#endif
