/* Texts from values: lists of them, which many keys of a sweep file take; values as text; where a value stands. */
#include "spec_parts.h"

#include <stdlib.h>

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
