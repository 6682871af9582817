/* mfusweep: finds the command (commands.c has them all), reads its options, runs it, says what went wrong, leaves with
 * its exit code. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "complete.h"
#include "help.h"
#include "msw/formats/h5.h"

static msw_status run_command(const msw_command *command, int argc, char **argv, msw_context *ctx) {
  void *options = msw_arena_alloc(&ctx->arena, command->options_size);
  bool wants_help = false;
  if (!msw_opt_parse(&command->table, argc, argv, &ctx->arena, &ctx->diag, options, &wants_help)) return MSW_BAD_INPUT;
  if (!wants_help) return command->run(options, ctx);
  msw_opt_print_help(&command->table, stdout);
  return MSW_OK;
}

/* Options that stand for commands, as people try them first. */
static const char *command_word(const char *word) {
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return "help";
  return strcmp(word, "--version") == 0 ? "version" : word;
}

static msw_status dispatch(int argc, char **argv, msw_context *ctx) {
  if (argc < 2) {
    msw_help_newcomer(ctx);
    return MSW_OK;
  }
  if (strcmp(argv[1], "__complete") == 0) {   /* of completion scripts; their words are no options of ours */
    msw_complete((size_t)argc - 2, argv + 2, ctx, stdout);
    return MSW_OK;
  }
  const char *word = command_word(argv[1]);
  const msw_command *command = msw_command_find(word);
  return command ? run_command(command, argc - 2, argv + 2, ctx) : msw_command_refuse(word, ctx);
}

/* A full disk shows only when the buffer is written. */
static bool flush_results(msw_context *ctx) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return true;
  msw_fail(&ctx->diag, (msw_loc){0}, "cannot write to standard output: %s", strerror(errno));
  return false;
}

int main(int argc, char **argv) {
  msw_context ctx = {0};
  msw_status status = dispatch(argc, argv, &ctx);
  msw_context_say(&ctx);
  if (!flush_results(&ctx) && status == MSW_OK) status = MSW_FAILED;
  msw_context_say(&ctx);
  msw_context_close(&ctx);
  if (msw_h5_broken()) _exit(msw_exit_code(status));   /* libhdf5's exit handler must not touch its broken file */
  return msw_exit_code(status);
}
