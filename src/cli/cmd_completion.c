/* mfusweep completion: scripts for shells. They ask the hidden command __complete (complete.h) at every TAB. */
#include <string.h>

#include "command.h"
#include "msw/base/str.h"
#include "names.h"

extern const unsigned char msw_completion_bash[], msw_completion_zsh[], msw_completion_fish[];   /* completion.bash … */
extern const size_t msw_completion_bash_size, msw_completion_zsh_size, msw_completion_fish_size;

typedef struct { const char *shell, *list; } completion_options;

#define AT(field) offsetof(completion_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERAND, 0, "bash|zsh|fish", NULL, AT(shell), MSW_OPT_NEEDED_LATER, "the shell"},
    {MSW_OPT_TEXT, 0, "list", "KIND", AT(list), MSW_OPT_OPTIONAL,
     "instead, names that the tool knows, a line each: gpus, models, methods, knobs, axes, fields, dtypes, commands ..."},
};

static const char about[] =
    "Prints what a shell needs to complete commands, options, values and files. Read it where the shell starts:\n"
    "  bash  source <(mfusweep completion bash)          in ~/.bashrc\n"
    "  zsh   source <(mfusweep completion zsh)           in ~/.zshrc, behind compinit\n"
    "  fish  mfusweep completion fish | source           in ~/.config/fish/config.fish\n"
    "`make install` puts them where these shells look by themselves.";

static msw_status print_list(const char *kind, msw_context *ctx) {
  msw_name_list list;
  size_t n;
  if (msw_names(ctx, kind, &list)) {
    for (size_t i_name = 0; i_name < list.n; i_name++) puts(list.items[i_name].name);
    return MSW_OK;
  }
  const char *const *kinds = msw_name_kinds(&ctx->arena, &n);
  const char *all = "one of";
  for (size_t i_kind = 0; i_kind < n; i_kind++) all = msw_format(&ctx->arena, "%s%s %s", all, i_kind ? "," : "", kinds[i_kind]);
  const char *nearest = msw_nearest(kind, kinds, n);
  msw_error(&ctx->diag, (msw_loc){0}, "--list", nearest ? msw_did_you_mean(&ctx->diag, nearest) : all, "unknown list '%s'",
            kind);
  return MSW_BAD_INPUT;
}

static msw_status print_script(const char *shell, msw_context *ctx) {
  const struct { const char *shell; const unsigned char *text; size_t size; } SCRIPTS[] = {
      {"bash", msw_completion_bash, msw_completion_bash_size},
      {"zsh", msw_completion_zsh, msw_completion_zsh_size},
      {"fish", msw_completion_fish, msw_completion_fish_size},
  };
  enum { N_SCRIPTS = sizeof SCRIPTS / sizeof *SCRIPTS };
  const char *shells[N_SCRIPTS];
  for (size_t i_script = 0; i_script < N_SCRIPTS; i_script++) {
    shells[i_script] = SCRIPTS[i_script].shell;
    if (strcmp(shells[i_script], shell) != 0) continue;
    fwrite(SCRIPTS[i_script].text, 1, SCRIPTS[i_script].size, stdout);
    return MSW_OK;
  }
  const char *nearest = msw_nearest(shell, shells, N_SCRIPTS);
  msw_error(&ctx->diag, (msw_loc){0}, NULL, nearest ? msw_did_you_mean(&ctx->diag, nearest) : "one of bash, zsh, fish",
            "unknown shell '%s'", shell);
  return MSW_BAD_INPUT;
}

static msw_status cmd_completion(const void *opaque, msw_context *ctx) {
  const completion_options *options = opaque;
  const bool is_one = !options->shell != !options->list;
  if (is_one) return options->list ? print_list(options->list, ctx) : print_script(options->shell, ctx);
  msw_error(&ctx->diag, (msw_loc){0}, NULL, "see mfusweep help completion",
            options->shell ? "a shell and --list exclude each other" : "which shell?");
  return MSW_BAD_INPUT;
}

const msw_command msw_command_completion = {
    .name = "completion",
    .summary = "completion for bash, zsh and fish",
    .table = {"completion", options_table, sizeof options_table / sizeof options_table[0], about, NULL},
    .options_size = sizeof(completion_options),
    .run = cmd_completion,
};
