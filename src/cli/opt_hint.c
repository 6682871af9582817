/* The table behind completion: which values go where. */
#include "opt_hint.h"

#include <string.h>

#include "msw/base/str.h"

/* The first row that fits counts; NULL fits all. */
typedef struct { const char *command, *option, *value; msw_hint_kind kind; const char *what; bool is_assigned; } hint_row;
static const hint_row ROWS[] = {
    {"crossval", "method", NULL, MSW_HINT_NAMES, "rules", false},
    {"crossval", "kernel", NULL, MSW_HINT_NAMES, "kernels", false},
    {NULL, "gpu", NULL, MSW_HINT_NAMES, "gpus", false},
    {NULL, "model", NULL, MSW_HINT_NAMES, "models", false},
    {NULL, "method", NULL, MSW_HINT_NAMES, "methods", false},
    {NULL, "dtype", NULL, MSW_HINT_NAMES, "dtypes", false},
    {NULL, NULL, "COMMAND", MSW_HINT_NAMES, "commands", false},
    {NULL, NULL, "KIND", MSW_HINT_NAMES, "lists", false},
    {NULL, NULL, "KNOB=", MSW_HINT_NAMES, "knobs", true},
    {NULL, NULL, "PATH=", MSW_HINT_NAMES, "paths", true},
    {NULL, NULL, "GPU=", MSW_HINT_NAMES, "gpus", true},
    {NULL, NULL, "AXIS=", MSW_HINT_NAMES, "axes", true},
    {NULL, NULL, "AXIS", MSW_HINT_NAMES, "axes", false},
    {NULL, NULL, "EXPR", MSW_HINT_NAMES, "fields", false},
    {NULL, NULL, "SPEC", MSW_HINT_FILE, "json yaml yml", false},
    {NULL, NULL, "DIR|OUT.h5", MSW_HINT_FILE, "h5", false},
    {NULL, NULL, "DIR", MSW_HINT_FOLDER, "", false},
    {NULL, NULL, "FILE", MSW_HINT_FILE, "", false},
};

/* "F.csv" */
static bool is_file_name(const char *value) {
  const char *dot = strrchr(value, '.');
  return dot && dot > value && dot[1] && dot[1 + strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz0123456789")] == '\0';
}

/* "none|deflate": words that are written as they stand there */
static bool is_choice(const char *value) {
  return strchr(value, '|') && value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789|-_")] == '\0';
}

static bool fits(const hint_row *row, const char *command, const msw_opt *opt, const char *value) {
  if (row->command && strcmp(row->command, command) != 0) return false;
  if (row->option && strcmp(row->option, opt->name) != 0) return false;
  return !row->value || msw_starts_with(value, row->value);
}

msw_opt_hint msw_opt_hint_of(const char *command, const msw_opt *opt) {
  const char *value = opt->value ? opt->value : opt->name;   /* operands are called by what they stand for */
  const bool repeats = strstr(value, "[,") != NULL;
  if (opt->kind == MSW_OPT_SWITCH || opt->kind == MSW_OPT_COUNT) return (msw_opt_hint){MSW_HINT_NOTHING, "", false, false};
  if (is_choice(value)) return (msw_opt_hint){MSW_HINT_WORDS, value, false, false};
  for (size_t i_row = 0; i_row < sizeof ROWS / sizeof *ROWS; i_row++)
    if (fits(&ROWS[i_row], command, opt, value))
      return (msw_opt_hint){ROWS[i_row].kind, ROWS[i_row].what, repeats, ROWS[i_row].is_assigned};
  if (is_file_name(value)) return (msw_opt_hint){MSW_HINT_FILE, strrchr(value, '.') + 1, false, false};
  return (msw_opt_hint){MSW_HINT_NOTHING, "", false, false};
}
