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
    msw_command_version;

#endif
