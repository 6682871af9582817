/* Reading a command line by its table. */
#include "opt.h"

#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

static const msw_loc command_line = {0};

/* The arguments being read. */
typedef struct {
  const msw_opt_table *table;
  char **argv;
  int argc, at;
  msw_arena *arena;
  msw_diag *diag;
  char *variables;
  bool *seen;           /* [n_options] */
  size_t n_operands;
} arguments;

static bool is_operand(const msw_opt *opt) { return opt->kind == MSW_OPT_OPERAND || opt->kind == MSW_OPT_OPERANDS; }

static const msw_opt *find_name(const msw_opt_table *table, const char *name, size_t len) {
  for (size_t i_opt = 0; i_opt < table->n_options; i_opt++) {
    const msw_opt *opt = &table->options[i_opt];
    if (is_operand(opt)) continue;
    if (strncmp(opt->name, name, len) == 0 && opt->name[len] == '\0') return opt;
  }
  return NULL;
}

static const msw_opt *find_letter(const msw_opt_table *table, char letter) {
  for (size_t i_opt = 0; i_opt < table->n_options; i_opt++)
    if (table->options[i_opt].letter == letter) return &table->options[i_opt];
  return NULL;
}

static const msw_opt *find_operand(const msw_opt_table *table, size_t i_operand) {
  for (size_t i_opt = 0; i_opt < table->n_options; i_opt++) {
    const msw_opt *opt = &table->options[i_opt];
    if (opt->kind == MSW_OPT_OPERANDS || (opt->kind == MSW_OPT_OPERAND && i_operand-- == 0)) return opt;
  }
  return NULL;
}

static const char *see_help(const arguments *args) {
  return msw_format(args->arena, "see mfusweep help %s", args->table->command);
}

static void refuse_unknown(const arguments *args, const char *given) {
  const char **names = msw_arena_array(args->arena, args->table->n_options, sizeof *names);
  size_t n = 0;
  for (size_t i_opt = 0; i_opt < args->table->n_options; i_opt++)
    if (!is_operand(&args->table->options[i_opt])) names[n++] = args->table->options[i_opt].name;
  size_t dashes = strspn(given, "-");
  const char *word = msw_strndup(args->arena, given + dashes, strcspn(given + dashes, "="));
  const char *nearest = strlen(word) > 1 ? msw_nearest(word, names, n) : NULL;
  const char *hint = nearest ? msw_format(args->arena, "did you mean '--%s'?", nearest) : see_help(args);
  msw_error(args->diag, command_line, NULL, hint, "unknown option '%.*s%s'", (int)dashes, given, word);
}

static void add_to_list(const arguments *args, msw_opt_list *list, const char *value) {
  const size_t most = 2 * (size_t)args->argc;   /* with their names */
  if (!list->items) list->items = msw_arena_array(args->arena, most, sizeof *list->items);
  list->items[list->n++] = value;
}

static void set_count(const arguments *args, const msw_opt *opt, const char *value, int *out) {
  int64_t count = 0;
  if (msw_parse_int(value, &count) && count >= 1 && count <= MSW_MAX_COUNT_OPTION)
    *out = (int)count;
  else
    msw_error(args->diag, command_line, NULL, NULL, "--%s: expected a whole number from 1 to %d, found '%s'", opt->name,
              MSW_MAX_COUNT_OPTION, value);
}

/* `value` is NULL for switches only. */
static void set_variable(arguments *args, const msw_opt *opt, const char *value) {
  bool *seen = &args->seen[opt - args->table->options];
  void *variable = args->variables + opt->offset;
  bool repeats = *seen && (opt->kind == MSW_OPT_TEXT || opt->kind == MSW_OPT_COUNT);
  if (repeats) msw_error(args->diag, command_line, NULL, NULL, "--%s is given twice", opt->name);
  *seen = true;
  switch (opt->kind) {
    case MSW_OPT_SWITCH: *(bool *)variable = true; break;
    case MSW_OPT_COUNT: set_count(args, opt, value, variable); break;
    case MSW_OPT_NAMED: add_to_list(args, variable, opt->name);   /* fall through */
    case MSW_OPT_LIST:
    case MSW_OPT_OPERANDS: add_to_list(args, variable, value); break;
    case MSW_OPT_TEXT:
    case MSW_OPT_OPERAND: *(const char **)variable = value; break;
  }
}

static bool is_known_option(const msw_opt_table *table, const char *arg) {
  if (msw_starts_with(arg, "--")) return find_name(table, arg + 2, strcspn(arg + 2, "=")) != NULL;
  return arg[0] == '-' && arg[1] != '\0' && arg[2] == '\0' && find_letter(table, arg[1]) != NULL;
}

/* The option's value is what is attached to it, else the next argument. */
static void read_option(arguments *args, const msw_opt *opt, const char *attached) {
  if (opt->kind == MSW_OPT_SWITCH) {
    if (attached)
      msw_error(args->diag, command_line, NULL, NULL, "--%s takes no value, found '%s'", opt->name, attached);
    else
      set_variable(args, opt, NULL);
    return;
  }
  if (attached) {
    set_variable(args, opt, attached);
    return;
  }
  bool is_last = args->at + 1 >= args->argc;
  if (is_last || is_known_option(args->table, args->argv[args->at + 1])) {
    const char *hint = msw_format(args->arena, "--%s %s", opt->name, opt->value);
    msw_error(args->diag, command_line, NULL, hint, "--%s has no value", opt->name);
    return;
  }
  set_variable(args, opt, args->argv[++args->at]);
}

static void read_operand(arguments *args, const char *arg) {
  const msw_opt *opt = find_operand(args->table, args->n_operands);
  if (opt) set_variable(args, opt, arg);
  else msw_error(args->diag, command_line, NULL, see_help(args), "one argument too many: '%s'", arg);
  args->n_operands++;
}

static void read_argument(arguments *args, const char *arg) {
  const msw_opt *opt;
  if (msw_starts_with(arg, "--")) {
    const char *name = arg + 2, *equals = strchr(name, '=');
    opt = find_name(args->table, name, equals ? (size_t)(equals - name) : strlen(name));
    if (opt) read_option(args, opt, equals ? equals + 1 : NULL);
    else refuse_unknown(args, arg);
    return;
  }
  bool is_letter = arg[0] == '-' && arg[1] != '\0';   /* "-" alone is an operand */
  if (!is_letter) {
    read_operand(args, arg);
    return;
  }
  /* -output is no -o utput */
  const bool lacks_dash = arg[2] != '\0' && find_name(args->table, arg + 1, strcspn(arg + 1, "="));
  opt = lacks_dash ? NULL : find_letter(args->table, arg[1]);
  if (opt) read_option(args, opt, arg[2] != '\0' ? arg + 2 : NULL);
  else refuse_unknown(args, arg);
}

static void check_needed(const arguments *args) {
  for (size_t i_opt = 0; i_opt < args->table->n_options; i_opt++) {
    const msw_opt *opt = &args->table->options[i_opt];
    if (args->seen[i_opt] || opt->need != MSW_OPT_NEEDED) continue;
    const char *dashes = is_operand(opt) ? "" : "--";
    msw_error(args->diag, command_line, NULL, see_help(args), "%s%s is missing: %s", dashes, opt->name, opt->help);
  }
}

static bool asks_for_help(int argc, char **argv) {
  for (int i_arg = 0; i_arg < argc && strcmp(argv[i_arg], "--") != 0; i_arg++)
    if (strcmp(argv[i_arg], "-h") == 0 || strcmp(argv[i_arg], "--help") == 0) return true;
  return false;
}

bool msw_opt_parse(const msw_opt_table *table, int argc, char **argv, msw_arena *arena, msw_diag *diag, void *variables,
                   bool *wants_help) {
  *wants_help = asks_for_help(argc, argv);
  if (*wants_help) return true;
  size_t n_errors_before = diag->n_errors;
  arguments args = {.table = table, .argv = argv, .argc = argc, .arena = arena, .diag = diag, .variables = variables,
                    .seen = msw_arena_array(arena, table->n_options, sizeof(bool))};
  bool only_operands = false;
  for (; args.at < argc; args.at++) {
    const char *arg = argv[args.at];
    if (only_operands) read_operand(&args, arg);
    else if (strcmp(arg, "--") == 0) only_operands = true;
    else read_argument(&args, arg);
  }
  check_needed(&args);
  return diag->n_errors == n_errors_before;
}
