/* All commands as one Markdown document: docs/commands.md, which a test keeps equal to this. */
#include "command.h"
#include "help.h"

static void print_contents(const msw_command_group *groups, size_t n_groups) {
  puts("| to | command | |\n|---|---|---|");
  for (size_t i_group = 0; i_group < n_groups; i_group++)
    for (size_t i_command = 0; i_command < groups[i_group].n; i_command++) {
      const msw_command *command = groups[i_group].commands[i_command];
      printf("| %s | [%s](#%s) | %s |\n", i_command ? "" : groups[i_group].title, command->name, command->name,
             command->summary);
    }
}

void msw_help_markdown(void) {
  size_t n_groups;
  const msw_command_group *groups = msw_command_groups(&n_groups);
  puts("# Commands\n\nThe pages of `mfusweep help COMMAND`, made by `mfusweep help --markdown`.\n");
  print_contents(groups, n_groups);
  printf("\n```\n%s\n```\n", msw_help_conventions);
  for (size_t i_group = 0; i_group < n_groups; i_group++)
    for (size_t i_command = 0; i_command < groups[i_group].n; i_command++) {
      const msw_command *command = groups[i_group].commands[i_command];
      printf("\n## %s\n\n```\n", command->name);
      msw_opt_print_help(&command->table, stdout);
      puts("```");
    }
}
