/* Answers for machines: a document with the table's rows in it, or the table alone. */
#include <stdio.h>
#include <string.h>

#include "decide.h"
#include "msw/base/file.h"

bool msw_decision_is_text(const msw_decision *d) { return d->form == MSW_FORM_NONE && !d->order->csv && !d->order->json; }

msw_json *msw_decision_json(const msw_decision *d) {
  msw_arena *arena = &d->ctx->arena;
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_string(arena, root, "file", d->order->file);
  msw_json_add_string(arena, root, "sweep", d->view.result.spec_name);
  msw_json_add_string(arena, root, "block", d->view.block->name);
  msw_json_add_bool(arena, root, "only_fitting", d->only_fitting);
  msw_json_add_string(arena, root, "where", d->order->where);
  return root;
}

void msw_decision_json_formula(const msw_decision *d, msw_json *parent, const char *key, size_t i_formula, const char *goal) {
  msw_arena *arena = &d->ctx->arena;
  msw_json *object = msw_json_add_object(arena, parent, key);
  msw_json_add_string(arena, object, "name", msw_formula_text(d->formulas, i_formula));
  if (goal) msw_json_add_string(arena, object, "goal", goal);
  msw_json_add_string(arena, object, "units", msw_formula_units(d->formulas, i_formula));
  msw_json_add_string(arena, object, "long_name", msw_formula_label(d->formulas, i_formula));
}

void msw_decision_json_axes(const msw_decision *d, msw_json *head, const char *key, const bool *marked) {
  msw_json *names = msw_json_add_array(&d->ctx->arena, head, key);
  for (size_t i_dim = 0; i_dim < d->view.block->rank; i_dim++)
    if (marked[i_dim]) msw_json_add_string(&d->ctx->arena, names, NULL, d->view.block->axes[i_dim].name);
}

void msw_decision_json_shown(const msw_decision *d, msw_json *head) {
  msw_json *show = msw_json_add_array(&d->ctx->arena, head, "show");
  for (size_t i = 0; i < d->n_shown; i++) msw_decision_json_formula(d, show, NULL, d->shown[i], NULL);
}

static void add_document(const msw_cell_table *table, const msw_json *head, msw_buf *out) {
  enum { INDENT = 2 };
  static const char end[] = "\n}";
  msw_json_write(head, INDENT, out);
  out->len -= strlen(end);   /* opened again */
  msw_buf_add(out, ",\n  \"rows\": ");
  msw_cell_table_json(table, out);
  msw_buf_add(out, "\n}\n");
}

msw_status msw_decision_write(const msw_decision *d, const msw_cell_table *table, const msw_json *head) {
  msw_buf out = {0};
  msw_status status = MSW_OK;
  const bool is_json = d->form == MSW_FORM_NONE ? d->order->json : d->form == MSW_FORM_JSON;
  if (is_json) add_document(table, head, &out);
  else msw_cell_table_csv(table, &out);
  if (d->form == MSW_FORM_NONE) fwrite(out.text, 1, out.len, stdout);
  else status = msw_write_file_atomic(d->order->output, out.text, out.len, &d->ctx->diag);
  msw_buf_free(&out);
  return status;
}
