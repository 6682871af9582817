/* Taking lists of formulas apart. */
#include "formula_list.h"

#include <string.h>

#include "msw/base/str.h"

static size_t formula_length(const char *text) {
  size_t len = 0, depth = 0;
  char quote = '\0';
  for (; text[len] && (depth > 0 || quote || text[len] != ','); len++) {
    const char c = text[len];
    if (quote) quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'') quote = c;
    else if (c == '(' || c == '[') depth++;
    else if ((c == ')' || c == ']') && depth > 0) depth--;
  }
  return len;
}

static const char *without_blanks(const char *text, size_t len, msw_arena *arena) {
  while (len > 0 && text[0] == ' ') text++, len--;
  while (len > 0 && text[len - 1] == ' ') len--;
  return msw_strndup(arena, text, len);
}

const char *const *msw_split_formulas(const msw_opt_list *list, msw_arena *arena, size_t *n) {
  size_t most = 0;
  for (size_t i_item = 0; i_item < list->n; i_item++) most += strlen(list->items[i_item]) + 1;
  const char **texts = msw_arena_array(arena, most, sizeof *texts);
  *n = 0;
  for (size_t i_item = 0; i_item < list->n; i_item++)
    for (const char *at = list->items[i_item]; at;) {
      const size_t len = formula_length(at);
      texts[(*n)++] = without_blanks(at, len, arena);
      at = at[len] == ',' ? at + len + 1 : NULL;
    }
  return texts;
}

bool msw_split_fields(const msw_opt_list *list, msw_arena *arena, msw_diag *diag, const char *const **texts, size_t *n) {
  const size_t n_errors_before = diag->n_errors;
  *texts = msw_split_formulas(list, arena, n);
  for (size_t i = 0; i < *n; i++)
    for (size_t i_before = 0; i_before < i; i_before++)
      if (msw_equal_nocase((*texts)[i], (*texts)[i_before]))
        msw_error(diag, (msw_loc){0}, "--field", NULL, "'%s' is given twice", (*texts)[i]);
  return diag->n_errors == n_errors_before;
}
