/* Command lines from tables. A command describes its options once; parsing, the usage line, --help and errors with the
 * nearest valid name follow from that. Accepted: --name value, --name=value, -x value, -xvalue; operands anywhere;
 * after "--" everything is an operand. -h and --help exist everywhere and are in no table.
 */
#ifndef MSW_CLI_OPT_H
#define MSW_CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"

/* What an option is, and the type of its variable. */
typedef enum {
  MSW_OPT_SWITCH,    /* bool */
  MSW_OPT_TEXT,      /* const char *; at most once */
  MSW_OPT_LIST,      /* msw_opt_list; repeatable */
  MSW_OPT_NAMED,     /* msw_opt_list that several options share, so that their order is known: name, value, name, value … */
  MSW_OPT_COUNT,     /* int, at least 1, 0 when not given; at most once */
  MSW_OPT_OPERAND,   /* const char *; in the order of the table */
  MSW_OPT_OPERANDS   /* msw_opt_list; all that follow, so it comes last */
} msw_opt_kind;

typedef enum {
  MSW_OPT_OPTIONAL,
  MSW_OPT_NEEDED,        /* its absence is an error of the parser */
  MSW_OPT_NEEDED_LATER   /* the command itself says what is missing, because it knows the choices */
} msw_opt_need;

typedef struct { const char **items; size_t n; } msw_opt_list;

typedef struct {
  msw_opt_kind kind;
  char letter;           /* short form, or 0 */
  const char *name;      /* "output"; an operand's is shown as it is: "SPEC" */
  const char *value;     /* what stands for the value in the help: "OUT.h5"; NULL for switches and operands */
  size_t offset;         /* of its variable in the command's options */
  msw_opt_need need;
  const char *help;      /* one sentence without a period; longer ones are wrapped */
} msw_opt;

typedef struct {
  const char *command;   /* "run" */
  const msw_opt *options;
  size_t n_options;
  const char *about;     /* what the command does: lines as they are printed */
  const char *more;      /* examples and exit codes, printed after the options; or NULL */
} msw_opt_table;

enum { MSW_MAX_COUNT_OPTION = 65536 };   /* largest value of a MSW_OPT_COUNT */

/* Fills the zeroed `variables`; argv holds the arguments after the command's name, which the variables then point to.
 * All mistakes are in the diag (false). *wants_help: -h or --help was among them, and nothing was checked. */
bool msw_opt_parse(const msw_opt_table *table, int argc, char **argv, msw_arena *arena, msw_diag *diag, void *variables,
                   bool *wants_help);

/* "usage: mfusweep run SPEC [-o OUT.h5] …", wrapped. */
/* "SPEC", "[-o OUT.h5]", "[--set PATH=VALUE]...": one piece of the usage line. */
const char *msw_opt_usage(const msw_opt *opt, msw_arena *arena);
void msw_opt_print_usage(const msw_opt_table *table, FILE *out);
void msw_opt_print_help(const msw_opt_table *table, FILE *out);

#endif
