/* All commands, by what one wants to do. A new command stands here, in its group, and nowhere else. */
#include <string.h>

#include "command.h"
#include "msw/base/str.h"

static const msw_command *const run[] = {&msw_command_plan, &msw_command_run, &msw_command_status, &msw_command_merge};
static const msw_command *const look[] = {&msw_command_explain, &msw_command_eval, &msw_command_tables};
static const msw_command *const decide[] = {&msw_command_compare, &msw_command_slice, &msw_command_best, &msw_command_pareto,
                                            &msw_command_report};
static const msw_command *const check[] = {&msw_command_verify, &msw_command_validate, &msw_command_crossval};
static const msw_command *const rest[] = {&msw_command_help, &msw_command_schema, &msw_command_completion,
                                          &msw_command_man, &msw_command_version};

#define GROUP(title, commands) {title, commands, sizeof commands / sizeof commands[0]}
static const msw_command_group groups[] = {
    GROUP("Run a sweep", run),
    GROUP("Look into a step", look),
    GROUP("Decide from a result", decide),
    GROUP("Check the numbers", check),
    GROUP("Help and setup", rest),
};
enum { N_GROUPS = sizeof groups / sizeof groups[0] };

const msw_command_group *msw_command_groups(size_t *n) {
  *n = N_GROUPS;
  return groups;
}

const msw_command *msw_command_find(const char *name) {
  for (size_t i_group = 0; i_group < N_GROUPS; i_group++)
    for (size_t i_command = 0; i_command < groups[i_group].n; i_command++)
      if (strcmp(groups[i_group].commands[i_command]->name, name) == 0) return groups[i_group].commands[i_command];
  return NULL;
}

const char *const *msw_command_names(msw_arena *arena, size_t *n) {
  *n = 0;
  for (size_t i_group = 0; i_group < N_GROUPS; i_group++) *n += groups[i_group].n;
  const char **names = msw_arena_array(arena, *n, sizeof *names);
  const char **next = names;
  for (size_t i_group = 0; i_group < N_GROUPS; i_group++)
    for (size_t i_command = 0; i_command < groups[i_group].n; i_command++)
      *next++ = groups[i_group].commands[i_command]->name;
  return names;
}

msw_status msw_command_refuse(const char *name, msw_context *ctx) {
  size_t n;
  const char *const *names = msw_command_names(&ctx->arena, &n);
  const char *hint = msw_did_you_mean(&ctx->diag, msw_nearest(name, names, n));
  msw_error(&ctx->diag, (msw_loc){0}, NULL, hint ? hint : "mfusweep help lists them", "unknown command '%s'", name);
  return MSW_BAD_INPUT;
}
