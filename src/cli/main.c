/* mfusweep: finds the command, reads its options, runs it, says what went wrong, leaves with its exit code. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "msw/base/log.h"
#include "msw/base/str.h"
#include "msw/formats/h5.h"
#include "msw/output/provenance.h"

static const msw_command *const commands[] = {
    &msw_command_run,   &msw_command_plan,   &msw_command_eval,   &msw_command_explain,  &msw_command_tables,
    &msw_command_merge, &msw_command_status, &msw_command_verify, &msw_command_validate, &msw_command_crossval,
    &msw_command_version};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static const char first_steps[] =
    "To begin:\n"
    "  mfusweep tables                          what the measured kernel tables cover\n"
    "  mfusweep plan sweeps/quickstart.json     what a sweep would compute\n"
    "  mfusweep run sweeps/quickstart.json      compute it into results/quickstart.h5\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 usage or bad input, 3 verify found differences, 130 interrupted.\n"
    "Results go to stdout, everything else to stderr.\n"
    "docs/sweep-file.md describes sweep files, docs/result-file.md the files that come out,\n"
    "docs/model.md the formulas.\n";

static void print_overview(void) {
  printf("mfusweep %s: sweeps of LLM inference step configurations through MFU rooflines into labelled HDF5 grids\n\n",
         msw_version());
  puts("usage: mfusweep COMMAND [OPTIONS]\n       mfusweep help COMMAND\n\nCommands:");
  for (size_t i_command = 0; i_command < N_COMMANDS; i_command++)
    printf("  %-9s %s\n", commands[i_command]->name, commands[i_command]->summary);
  printf("\n%s", first_steps);
}

static const msw_command *find_command(const char *name) {
  for (size_t i_command = 0; i_command < N_COMMANDS; i_command++)
    if (strcmp(commands[i_command]->name, name) == 0) return commands[i_command];
  return NULL;
}

static msw_status refuse_command(const char *name, msw_context *ctx) {
  const char *names[N_COMMANDS + 1] = {"help"};
  for (size_t i_command = 0; i_command < N_COMMANDS; i_command++) names[i_command + 1] = commands[i_command]->name;
  const char *hint = msw_did_you_mean(&ctx->diag, msw_nearest(name, names, N_COMMANDS + 1));
  msw_error(&ctx->diag, (msw_loc){0}, NULL, hint ? hint : "mfusweep help lists them", "unknown command '%s'", name);
  return MSW_BAD_INPUT;
}

static msw_status help(const char *name, msw_context *ctx) {
  if (name && strcmp(name, "help") == 0) name = NULL;
  const msw_command *command = name ? find_command(name) : NULL;
  if (name && !command) return refuse_command(name, ctx);
  if (command) msw_opt_print_help(&command->table, stdout);
  else print_overview();
  return MSW_OK;
}

static msw_status run_command(const msw_command *command, int argc, char **argv, msw_context *ctx) {
  void *options = msw_arena_alloc(&ctx->arena, command->options_size);
  bool wants_help = false;
  if (!msw_opt_parse(&command->table, argc, argv, &ctx->arena, &ctx->diag, options, &wants_help)) return MSW_BAD_INPUT;
  return wants_help ? help(command->name, ctx) : command->run(options, ctx);
}

static msw_status dispatch(int argc, char **argv, msw_context *ctx) {
  const char *word = argc > 1 ? argv[1] : "help";
  bool is_help = strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
  if (is_help) return help(argc > 2 ? argv[2] : NULL, ctx);
  if (strcmp(word, "--version") == 0) word = "version";
  const msw_command *command = find_command(word);
  return command ? run_command(command, argc - 2, argv + 2, ctx) : refuse_command(word, ctx);
}

/* A full disk shows only when the buffer is written. */
static bool flush_results(void) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return true;
  msw_log_loud("error: cannot write to standard output: %s", strerror(errno));
  return false;
}

int main(int argc, char **argv) {
  msw_context ctx = {0};
  msw_status status = dispatch(argc, argv, &ctx);
  msw_context_say(&ctx);
  msw_context_close(&ctx);
  if (!flush_results() && status == MSW_OK) status = MSW_FAILED;
  if (msw_h5_broken()) _exit(msw_exit_code(status));   /* libhdf5's exit handler must not touch its broken file */
  return msw_exit_code(status);
}
