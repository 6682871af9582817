/* What names in formulas mean: axes, figures of models and GPUs, fields, bits of flags, codes of bounds, quantities. */
#include <stdlib.h>
#include <string.h>

#include "formula_parts.h"
#include "msw/base/str.h"
#include "msw/inputs/spec.h"

const msw_result_axis *msw_formula_axis(const msw_result_block *block, const char *name) {
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    if (strcmp(block->axes[i_dim].name, name) == 0) return &block->axes[i_dim];
  for (size_t i = 0; i < block->n_zipped; i++)
    if (strcmp(block->zipped[i].name, name) == 0) return &block->zipped[i];
  msw_axis_id id;
  const bool is_alias = msw_axis_find(name, &id) && strcmp(msw_axis_name(id), name) != 0;   /* bs, kv … */
  return is_alias ? msw_formula_axis(block, msw_axis_name(id)) : NULL;
}

const msw_result_field *msw_formula_field(const msw_result_block *block, const char *name) {
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    if (strcmp(block->fields[i_field].name, name) == 0) return &block->fields[i_field];
  return NULL;
}

static bool is_one_of(const char *name, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

/* "model.num_layers" taken apart: which axis's entries have the figure after the dot. NULL where there is no such figure. */
static const char *figure_of(const char *name, const char **axis) {
  size_t n = 0;
  const bool is_model = msw_starts_with(name, "model."), is_gpu = msw_starts_with(name, "gpu.");
  if (!is_model && !is_gpu) return NULL;
  *axis = is_model ? "model" : "gpu";
  const char *figure = strchr(name, '.') + 1;
  const char *const *known = is_model ? msw_model_field_names(&n) : msw_gpu_field_names(&n);
  return is_one_of(figure, known, n) ? figure : NULL;
}

/* "flag.memory_full", "bound.memory": the field, and the meaning in it. */
static const msw_result_meaning *meaning_of(const msw_result_block *block, const char *name, const msw_result_field **field) {
  const bool is_flag = msw_starts_with(name, "flag.");
  if (!is_flag && !msw_starts_with(name, "bound.")) return NULL;
  *field = msw_formula_field(block, is_flag ? "flags" : "bound");
  for (size_t i = 0; *field && i < (*field)->n_meanings; i++)
    if (strcmp((*field)->meanings[i].name, strchr(name, '.') + 1) == 0) return &(*field)->meanings[i];
  return NULL;
}

/* ---- Slots */

static size_t add_name(msw_formulas *formulas, msw_formula_name name) {
  formulas->names = msw_grow(formulas->names, &formulas->names_cap, formulas->n_names + 1, sizeof *formulas->names);
  msw_formula_name *kept = msw_arena_alloc(formulas->arena, sizeof *kept);
  *kept = name;
  kept->name = msw_strdup(formulas->arena, name.name);
  formulas->names[formulas->n_names] = kept;
  return formulas->n_names++;
}

static size_t stream_of(msw_formulas *formulas, const msw_result_field *field) {
  for (size_t i_stream = 0; i_stream < formulas->n_streams; i_stream++)
    if (formulas->streams[i_stream].field == field) return i_stream;
  if (formulas->n_streams == MSW_SCAN_MAX_STREAMS) {
    msw_error(formulas->diag, msw_file_loc(formulas->diag, formulas->what), NULL, NULL, "more than %d fields at once",
              MSW_SCAN_MAX_STREAMS);
    return 0;
  }
  formulas->streams[formulas->n_streams] = (msw_scan_stream){field, -1, 0};
  return formulas->n_streams++;
}

static const double *axis_values(msw_formulas *formulas, const msw_result_axis *axis) {
  if (!axis->is_text) return axis->values;
  double *ids = msw_arena_array(formulas->arena, axis->n, sizeof *ids);
  for (size_t i = 0; i < axis->n; i++) ids[i] = msw_texts_id(&formulas->texts, axis->texts[i]);
  return ids;
}

static size_t add_axis(msw_formulas *formulas, const char *name, const msw_result_axis *axis) {
  return add_name(formulas, (msw_formula_name){.name = name, .kind = MSW_NAME_POSITION, .is_text = axis->is_text,
                                               .i_dim = axis->i_dim, .values = axis_values(formulas, axis)});
}

static size_t add_figure(msw_formulas *formulas, const char *name, const msw_result_axis *axis, const char *figure) {
  const double *values = strcmp(axis->name, "model") == 0 ? msw_formula_model_values(formulas, axis, figure)
                                                          : msw_formula_gpu_values(formulas, axis, figure);
  return values ? add_name(formulas, (msw_formula_name){.name = name, .kind = MSW_NAME_POSITION, .i_dim = axis->i_dim,
                                                        .values = values})
                : 0;   /* with errors, so that nothing is evaluated */
}

/* ---- The scope */

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  msw_formulas *formulas = context;
  const msw_result_axis *axis = msw_formula_axis(formulas->block, name);
  const msw_result_field *field = msw_formula_field(formulas->block, name);
  const char *entries = NULL;
  *is_text = false;
  for (*slot = 0; *slot < formulas->n_names; ++*slot)
    if (strcmp(formulas->names[*slot]->name, name) == 0) {
      *is_text = formulas->names[*slot]->is_text;
      return true;
    }
  if (axis) {
    *slot = add_axis(formulas, name, axis);
    *is_text = axis->is_text;
    return true;
  }
  const char *figure = figure_of(name, &entries);
  const msw_result_axis *of = figure ? msw_formula_axis(formulas->block, entries) : NULL;
  if (figure) {
    if (!of || !formulas->data) return false;
    *slot = add_figure(formulas, name, of, figure);
    return true;
  }
  const msw_result_meaning *meaning = field ? NULL : meaning_of(formulas->block, name, &field);
  const msw_name_kind kind = !meaning ? MSW_NAME_FIELD : msw_starts_with(name, "flag.") ? MSW_NAME_BIT : MSW_NAME_CODE;
  if (!field || (!meaning && strcmp(field->name, name) != 0)) return false;
  *slot = add_name(formulas, (msw_formula_name){.name = name, .kind = kind, .i_stream = stream_of(formulas, field),
                                                .code = meaning ? meaning->value : 0});
  return true;
}

static const char *why_no_figure(const msw_formulas *formulas, const char *name, const char *entries) {
  if (!msw_formula_axis(formulas->block, entries))
    return msw_format(formulas->arena, "\"%s\" cannot be had here: the block has no axis \"%s\"", name, entries);
  return msw_format(formulas->arena, "\"%s\" is a figure of the data root, and none was found", name);
}

static const char *why_not(void *context, const char *name) {
  const msw_formulas *formulas = context;
  msw_arena *arena = formulas->arena;
  const msw_result_field *field = NULL;
  const char *entries = NULL;
  const msw_quantity *quantity = msw_quantity_find(name);
  msw_axis_id id;
  if (figure_of(name, &entries)) return why_no_figure(formulas, name, entries);
  if (quantity) return msw_format(arena, "\"%s\" is a quantity of steps with decodes, and this block has none", name);
  if (msw_axis_find(name, &id)) return msw_format(arena, "the block has no axis \"%s\"", msw_axis_name(id));
  if (msw_field_find(name)) return msw_format(arena, "the result does not hold the field \"%s\"", name);
  meaning_of(formulas->block, name, &field);
  const char *needed = msw_starts_with(name, "flag.") ? "flags" : msw_starts_with(name, "bound.") ? "bound" : NULL;
  if (!needed || field) return NULL;
  return msw_format(arena, "\"%s\" rests on the field \"%s\", which the result does not hold", name, needed);
}

/* An axis or a field of the same name comes first: a reduction may be called as a quantity is. */
static const msw_expr_definition *define(void *context, const char *name) {
  msw_formulas *formulas = context;
  const msw_quantity *quantity = msw_quantity_find(name);
  size_t n = 0;
  const bool is_taken = msw_formula_axis(formulas->block, name) || msw_formula_field(formulas->block, name);
  if (!quantity || is_taken || !msw_quantity_fits(quantity, formulas->block)) return NULL;
  msw_expr_definition *definition = &formulas->definitions[quantity - msw_quantities(&n)];
  *definition = (msw_expr_definition){.text = quantity->text, .path = quantity->name,
                                      .loc = msw_file_loc(formulas->diag, formulas->what)};
  return definition;
}

typedef struct { const char **items; size_t n, cap; msw_arena *arena; } name_list;

static void list_name(name_list *list, const char *prefix, const char *name) {
  list->items = msw_grow(list->items, &list->cap, list->n + 1, sizeof *list->items);
  list->items[list->n++] = msw_format(list->arena, "%s%s", prefix, name);
}

static void list_all(name_list *list, const char *prefix, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++) list_name(list, prefix, names[i]);
}

static void list_meanings(name_list *list, const char *prefix, const msw_result_field *field) {
  for (size_t i = 0; field && i < field->n_meanings; i++) list_name(list, prefix, field->meanings[i].name);
}

static const char *const *names_of(void *context, size_t *n) {
  const msw_formulas *formulas = context;
  const msw_result_block *block = formulas->block;
  name_list list = {.arena = formulas->arena};
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) list_name(&list, "", block->axes[i_dim].name);
  for (size_t i = 0; i < block->n_zipped; i++) list_name(&list, "", block->zipped[i].name);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) list_name(&list, "", block->fields[i_field].name);
  const msw_quantity *quantities = msw_quantities(n);
  for (size_t i = 0; i < *n; i++)
    if (msw_quantity_fits(&quantities[i], block)) list_name(&list, "", quantities[i].name);
  list_meanings(&list, "flag.", msw_formula_field(block, "flags"));
  list_meanings(&list, "bound.", msw_formula_field(block, "bound"));
  const char *const *figures = msw_model_field_names(n);
  list_all(&list, "model.", figures, *n);
  figures = msw_gpu_field_names(n);
  list_all(&list, "gpu.", figures, *n);
  const char **all = msw_arena_array(list.arena, list.n, sizeof *all);
  memcpy(all, list.items, list.n * sizeof *all);
  *n = list.n;
  free((void *)list.items);
  return all;
}

msw_expr_scope msw_formula_scope(msw_formulas *formulas) {
  return (msw_expr_scope){.context = formulas, .resolve = resolve, .names = names_of, .why_not = why_not, .define = define,
                          .texts = &formulas->texts};
}
