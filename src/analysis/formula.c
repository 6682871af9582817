/* Formulas of a block: compiled here, one after the other, into one set of streams. */
#include "msw/analysis/formula.h"

#include <stdlib.h>
#include <string.h>

#include "formula_parts.h"
#include "msw/base/str.h"

static void note_texts(msw_formulas *formulas, const msw_result_axis *axis) {
  for (size_t i = 0; axis->is_text && i < axis->n; i++) msw_texts_id(&formulas->texts, axis->texts[i]);
}

msw_formulas *msw_formulas_new(const msw_result_block *block, const msw_data_root *data, msw_arena *arena) {
  msw_formulas *formulas = msw_arena_alloc(arena, sizeof *formulas);
  size_t n_quantities = 0;
  msw_quantities(&n_quantities);
  *formulas = (msw_formulas){.block = block, .data = data, .arena = arena};
  formulas->definitions = msw_arena_array(arena, n_quantities, sizeof *formulas->definitions);
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) note_texts(formulas, &block->axes[i_dim]);
  for (size_t i = 0; i < block->n_zipped; i++) note_texts(formulas, &block->zipped[i]);
  return formulas;
}

void msw_formulas_free(msw_formulas *formulas) {
  if (!formulas) return;
  msw_texts_free(&formulas->texts);
  free((void *)formulas->names);
  free(formulas->items);
  formulas->names = NULL;
  formulas->items = NULL;
}

/* A text that nothing is called is a mistake in spelling more often than not. */
static void warn_of_texts(const msw_formulas *formulas, size_t n_known) {
  const msw_texts *texts = &formulas->texts;
  for (size_t i_text = n_known; i_text < texts->n; i_text++)
    msw_warn(formulas->diag, msw_file_loc(formulas->diag, formulas->what), NULL,
             msw_did_you_mean(formulas->diag, msw_nearest(texts->texts[i_text], texts->texts, n_known)),
             "nothing in this block is called \"%s\"", texts->texts[i_text]);
}

/* The name that the text consists of, but for blanks; NULL where there is more. */
static const char *only_name(const msw_formulas *formulas, const char *text) {
  size_t n = 0;
  const char *const *names = msw_expr_names(text, formulas->arena, &n);
  const char *start = text + strspn(text, " \t\r\n");
  if (n != 1 || !msw_starts_with(start, names[0])) return NULL;
  const char *rest = start + strlen(names[0]);
  return rest[strspn(rest, " \t\r\n")] == '\0' ? names[0] : NULL;
}

static const msw_formula_name *slot_called(const msw_formulas *formulas, const char *name) {
  for (size_t slot = 0; slot < formulas->n_names; slot++)
    if (strcmp(formulas->names[slot]->name, name) == 0) return formulas->names[slot];
  return NULL;
}

static void describe(const msw_formulas *formulas, msw_formula *formula) {
  const char *name = only_name(formulas, formula->text);
  formula->units = "";
  formula->label = formula->text;
  if (!name) return;
  const msw_result_axis *axis = msw_formula_axis(formulas->block, name);
  const msw_result_field *field = msw_formula_field(formulas->block, name);
  const msw_quantity *quantity = msw_quantity_find(name);
  formula->alone = axis || field ? slot_called(formulas, name) : NULL;
  if (axis) {
    formula->units = axis->units;
    formula->label = axis->long_name;
  } else if (field) {
    formula->units = field->units;
    formula->label = field->long_name;
  } else if (quantity) {
    formula->units = quantity->units;
    formula->label = quantity->long_name;
  }
}

msw_status msw_formulas_add(msw_formulas *formulas, const char *text, const char *what, msw_diag *diag, size_t *i_formula) {
  const size_t n_texts = formulas->texts.n;
  const msw_expr_scope scope = msw_formula_scope(formulas);
  msw_loc loc = msw_file_loc(diag, what);
  loc.line = 1;   /* so that there is a column */
  formulas->what = loc.file;
  formulas->diag = diag;
  msw_formula formula = {.text = msw_strdup(formulas->arena, text)};
  formula.expr = msw_expr_compile(formula.text, loc, NULL, &scope, formulas->arena, diag);
  warn_of_texts(formulas, n_texts);
  if (!formula.expr) return MSW_BAD_INPUT;
  describe(formulas, &formula);
  formulas->items = msw_grow(formulas->items, &formulas->cap, formulas->n + 1, sizeof *formulas->items);
  *i_formula = formulas->n;
  formulas->items[formulas->n++] = formula;
  return MSW_OK;
}

msw_status msw_formulas_add_where(msw_formulas *formulas, const char *where, const char *and, msw_diag *diag, size_t *i_formula) {
  static const char what[] = "--where";
  msw_status status = where ? msw_formulas_add(formulas, where, what, diag, i_formula) : MSW_OK;
  if (status != MSW_OK || !and) return status;
  return msw_formulas_add(formulas, where ? msw_format(formulas->arena, "%s && (%s)", and, where) : and, what, diag, i_formula);
}

bool msw_formulas_use(const msw_formulas *formulas, const char *name) { return slot_called(formulas, name) != NULL; }

const char *msw_formula_units(const msw_formulas *formulas, size_t i_formula) { return formulas->items[i_formula].units; }
const char *msw_formula_label(const msw_formulas *formulas, size_t i_formula) { return formulas->items[i_formula].label; }
const char *msw_formula_text(const msw_formulas *formulas, size_t i_formula) { return formulas->items[i_formula].text; }

bool msw_formula_is_float32(const msw_formulas *formulas, size_t i_formula) {
  const msw_formula_name *alone = formulas->items[i_formula].alone;
  return alone && alone->kind == MSW_NAME_FIELD && formulas->streams[alone->i_stream].field->stored == MSW_H5_F32;
}

const msw_scan_stream *msw_formulas_streams(const msw_formulas *formulas, size_t *n) {
  *n = formulas->n_streams;
  return formulas->streams;
}
