/* Which methods to validate, from the command line. */
#include <ctype.h>
#include <string.h>

#include "msw/base/str.h"
#include "validate.h"

static const char column_prefix[] = "column:";
static const msw_loc command_line = {0};

/* Length of the text up to a comma that stands in no brackets. */
static size_t part_length(const char *text) {
  size_t len = 0;
  int depth = 0;
  for (; text[len] && (text[len] != ',' || depth > 0); len++) depth += (text[len] == '[') - (text[len] == ']');
  return len;
}

static size_t count_commas(const char *text) {
  size_t n = 0;
  for (; *text; text++) n += *text == ',';
  return n;
}

const char *const *msw_split_commas(const msw_opt_list *list, msw_arena *arena, size_t *n) {
  size_t cap = 0;
  for (size_t i_item = 0; i_item < list->n; i_item++) cap += 1 + count_commas(list->items[i_item]);
  const char **parts = msw_arena_array(arena, cap, sizeof *parts);
  *n = 0;
  for (size_t i_item = 0; i_item < list->n; i_item++)
    for (const char *at = list->items[i_item]; at;) {
      const size_t len = part_length(at);
      parts[(*n)++] = msw_strndup(arena, at, len);
      at = at[len] == ',' ? at + len + 1 : NULL;
    }
  return parts;
}

/* Where "+knob=…" begins: a plus before a letter, so that 1e+3 stays whole. */
static const char *next_knob(const char *text) {
  const char *plus = strchr(text, '+');
  while (plus && !isalpha((unsigned char)plus[1])) plus = strchr(plus + 1, '+');
  return plus;
}

/* The settings written behind the preset's name come after those of --set, so that they win. */
static bool read_preset(const char *text, const msw_opt_list *sets, msw_arena *arena, msw_diag *diag,
                        msw_validate_method *method) {
  const char *plus = next_knob(text);
  const char *base = plus ? msw_strndup(arena, text, (size_t)(plus - text)) : text;
  const char **all = msw_arena_array(arena, sets->n + strlen(text), sizeof *all);
  size_t n = 0;
  for (size_t i_set = 0; i_set < sets->n; i_set++) all[n++] = sets->items[i_set];
  while (plus) {
    const char *next = next_knob(plus + 1);
    all[n++] = next ? msw_strndup(arena, plus + 1, (size_t)(next - plus - 1)) : plus + 1;
    plus = next;
  }
  if (!msw_method_parse(base, all, n, arena, diag, &method->method)) return false;
  method->method.label = method->label;
  return true;
}

static bool is_given_before(const msw_validate_method *methods, size_t i_method) {
  for (size_t i_other = 0; i_other < i_method; i_other++)
    if (msw_equal_nocase(methods[i_other].label, methods[i_method].label)) return true;
  return false;
}

static bool read_method(const char *text, const msw_opt_list *sets, msw_arena *arena, msw_diag *diag,
                        msw_validate_method *method) {
  *method = (msw_validate_method){.label = text};
  if (text[0] == '\0') {
    msw_error(diag, command_line, "--method", NULL, "expected a method's name, found nothing");
    return false;
  }
  if (!msw_starts_with(text, column_prefix)) return read_preset(text, sets, arena, diag, method);
  method->column = text + strlen(column_prefix);
  return true;
}

bool msw_validate_methods(const msw_opt_list *names, const msw_opt_list *sets, msw_arena *arena, msw_diag *diag,
                          const msw_validate_method **methods, size_t *n_methods) {
  const char *const *texts = msw_split_commas(names, arena, n_methods);
  msw_validate_method *read = msw_arena_array(arena, *n_methods, sizeof *read);
  bool is_good = true;
  for (size_t i_method = 0; i_method < *n_methods; i_method++) {
    is_good = read_method(texts[i_method], sets, arena, diag, &read[i_method]) && is_good;
    if (!is_given_before(read, i_method)) continue;
    msw_error(diag, command_line, "--method", NULL, "'%s' is given twice", texts[i_method]);
    is_good = false;
  }
  *methods = read;
  return is_good;
}
