/* Commands: one cmd_*.c each, all in the same order: options, help text, helpers, the command, its description. */
#ifndef MSW_CLI_COMMAND_H
#define MSW_CLI_COMMAND_H

#include <stddef.h>

#include "context.h"
#include "msw/base/status.h"
#include "opt.h"

typedef struct {
  const char *name;
  const char *summary;        /* one line for the list of commands */
  msw_opt_table table;
  size_t options_size;        /* of the struct that the table fills and `run` gets */
  /* Results go to stdout; problems to ctx->diag, which the caller prints. */
  msw_status (*run)(const void *options, msw_context *ctx);
} msw_command;

extern const msw_command msw_command_run, msw_command_plan, msw_command_eval, msw_command_explain, msw_command_tables,
    msw_command_merge, msw_command_status, msw_command_verify, msw_command_validate, msw_command_crossval,
    msw_command_compare, msw_command_slice, msw_command_best, msw_command_pareto, msw_command_report, msw_command_help, msw_command_schema,
    msw_command_completion, msw_command_man, msw_command_version;

/* Commands that belong together, for help and manual (commands.c). */
typedef struct {
  const char *title;          /* what one wants to do */
  const msw_command *const *commands;
  size_t n;
} msw_command_group;
const msw_command_group *msw_command_groups(size_t *n);
const msw_command *msw_command_find(const char *name);                       /* exact; NULL when there is none */
const char *const *msw_command_names(msw_arena *arena, size_t *n);           /* in the order of the groups */
/* The error for a name that no command has, with the nearest one. */
msw_status msw_command_refuse(const char *name, msw_context *ctx);

#endif
