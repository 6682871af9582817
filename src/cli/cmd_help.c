/* mfusweep help: the list of commands, by what one wants to do, or one command's page. */
#include "command.h"
#include "help.h"
#include "msw/output/provenance.h"

typedef struct { const char *command; bool markdown; } help_options;

#define AT(field) offsetof(help_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERAND, 0, "COMMAND", NULL, AT(command), MSW_OPT_OPTIONAL, "the page of this command"},
    {MSW_OPT_SWITCH, 0, "markdown", NULL, AT(markdown), MSW_OPT_OPTIONAL, "all pages as one Markdown document"},
};

static const char about[] =
    "Lists the commands, or shows what one of them does, its options and examples.\n"
    "`mfusweep COMMAND --help` shows the same page.";

const char msw_help_conventions[] =
    "Exit codes: 0 done, 1 failed, 2 usage or bad input, 3 verify found differences, 130 interrupted.\n"
    "Results go to stdout, everything else to stderr.\n"
    "docs/sweep-file.md describes sweep files, docs/result-file.md the files that come out,\n"
    "docs/model.md the formulas.";

void msw_help_title(void) {
  printf("mfusweep %s: sweeps of LLM inference step configurations through MFU rooflines into labelled HDF5 grids\n\n",
         msw_version());
}

static void print_overview(void) {
  size_t n_groups;
  const msw_command_group *groups = msw_command_groups(&n_groups);
  msw_help_title();
  puts("usage: mfusweep COMMAND [OPTIONS]\n       mfusweep help COMMAND");
  for (size_t i_group = 0; i_group < n_groups; i_group++) {
    printf("\n%s:\n", groups[i_group].title);
    for (size_t i_command = 0; i_command < groups[i_group].n; i_command++)
      printf("  %-10s  %s\n", groups[i_group].commands[i_command]->name, groups[i_group].commands[i_command]->summary);
  }
  printf("\n%s\n", msw_help_conventions);
}

static msw_status cmd_help(const void *opaque, msw_context *ctx) {
  const help_options *options = opaque;
  const msw_command *command = options->command ? msw_command_find(options->command) : NULL;
  if (options->command && !command) return msw_command_refuse(options->command, ctx);
  if (command && options->markdown) {
    msw_error(&ctx->diag, (msw_loc){0}, NULL, NULL, "--markdown is for all commands at once");
    return MSW_BAD_INPUT;
  }
  if (command) msw_opt_print_help(&command->table, stdout);
  else if (options->markdown) msw_help_markdown();
  else print_overview();
  return MSW_OK;
}

const msw_command msw_command_help = {
    .name = "help",
    .summary = "this list, or what one command does",
    .table = {"help", options_table, sizeof options_table / sizeof options_table[0], about, NULL},
    .options_size = sizeof(help_options),
    .run = cmd_help,
};
