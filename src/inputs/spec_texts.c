/* Texts from values: lists of them, which many keys of a sweep file take; values as text; where a value stands, and
 * what is said of it. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

typedef struct { const msw_json **items; size_t n, cap; } text_list;

static bool add(msw_spec_reader *reader, const msw_json *value, const char *what, text_list *list) {
  if (value->type == MSW_JSON_STRING) {
    list->items = msw_grow(list->items, &list->cap, list->n + 1, sizeof *list->items);
    list->items[list->n++] = value;
    return true;
  }
  if (value->type != MSW_JSON_ARRAY) {
    msw_json_error(reader->diag, value, NULL, "expected %s or a list of them, not %s", what,
                   msw_json_type_name(value->type));
    return false;
  }
  bool good = value->n_children > 0;
  if (!good) msw_json_error(reader->diag, value, NULL, "an empty list");
  for (const msw_json *item = value->first; item; item = item->next) good &= add(reader, item, what, list);
  return good;
}

bool msw_spec_list_texts(msw_spec_reader *reader, const msw_json *value, const char *what,
                         const msw_json *const **texts, size_t *n) {
  text_list list = {0};
  const bool good = add(reader, value, what, &list);
  const msw_json **items = msw_arena_array(reader->arena, list.n, sizeof *items);
  for (size_t i = 0; i < list.n; i++) items[i] = list.items[i];
  free(list.items);
  *texts = items;
  *n = list.n;
  return good;
}

static size_t count_items(const msw_json *value) {
  size_t n = value->type != MSW_JSON_ARRAY;
  for (const msw_json *item = value->first; item && value->type == MSW_JSON_ARRAY; item = item->next)
    n += count_items(item);
  return n;
}

static void add_items(const msw_json *value, const msw_json **items, size_t *n) {
  if (value->type != MSW_JSON_ARRAY) items[(*n)++] = value;
  else
    for (const msw_json *item = value->first; item; item = item->next) add_items(item, items, n);
}

const msw_json *const *msw_spec_list_items(msw_spec_reader *reader, const msw_json *value, const char *what,
                                           size_t *n) {
  *n = 0;
  if (value->type != MSW_JSON_ARRAY) {
    msw_json_error(reader->diag, value, NULL, "expected a list of %s", what);
    return NULL;
  }
  const msw_json **items = msw_arena_array(reader->arena, count_items(value), sizeof *items);
  add_items(value, items, n);
  return items;
}

const char *msw_spec_one_line(msw_spec_reader *reader, const msw_json *value) {
  if (value->type == MSW_JSON_STRING) return value->text;
  msw_buf buf = {0};
  msw_json_write(value, 0, &buf);
  const char *text = msw_strdup(reader->arena, buf.text);
  msw_buf_free(&buf);
  return text;
}

msw_where msw_spec_where(msw_spec_reader *reader, const msw_json *value) {
  return (msw_where){value->loc, msw_json_path(reader->arena, value)};
}

static bool same_place(msw_loc a, msw_loc b) {
  const bool same_file = a.file == b.file || (a.file && b.file && strcmp(a.file, b.file) == 0);
  return same_file && a.line == b.line && a.col == b.col;
}

static bool is_said(const msw_diag *diag, msw_where where, const char *message) {
  bool is_there = false;
  for (size_t i_item = 0; i_item < diag->n && !is_there; i_item++)
    is_there = same_place(diag->items[i_item].loc, where.loc) && strcmp(diag->items[i_item].message, message) == 0;
  return is_there;
}

void msw_spec_error_once(msw_diag *diag, msw_where where, const char *hint, const char *message) {
  if (!is_said(diag, where, message)) msw_error(diag, where.loc, where.path, hint, "%s", message);
}

void msw_spec_warn_once(msw_diag *diag, msw_where where, const char *message) {
  if (!is_said(diag, where, message)) msw_warn(diag, where.loc, where.path, NULL, "%s", message);
}
