/* Which option or operand the cursor is at, and what may stand there. */
#include "complete.h"

#include <string.h>
#include <strings.h>

#include "command.h"
#include "msw/base/str.h"
#include "names.h"
#include "opt_hint.h"

/* The words being looked at. */
typedef struct {
  const msw_command *command;
  msw_context *ctx;
  FILE *out;
  bool *is_given;          /* [n_options] */
  size_t n_operands;
  const msw_opt *open;     /* the option whose value the next word is; or NULL */
  bool only_operands;      /* behind "--" */
} walk;

static bool is_operand(const msw_opt *opt) { return opt->kind == MSW_OPT_OPERAND || opt->kind == MSW_OPT_OPERANDS; }

static const msw_opt *find_option(const msw_command *command, const char *word) {
  const char *name = word + 2;
  const size_t len = strcspn(name, "=");
  for (size_t i_opt = 0; i_opt < command->table.n_options; i_opt++) {
    const msw_opt *opt = &command->table.options[i_opt];
    if (is_operand(opt)) continue;
    if (msw_starts_with(word, "--") ? strncmp(opt->name, name, len) == 0 && !opt->name[len]
                                    : opt->letter && word[1] == opt->letter)
      return opt;
  }
  return NULL;
}

static void pass(walk *w, const char *word) {
  const bool is_option = !w->only_operands && word[0] == '-' && word[1];
  const msw_opt *opt = is_option ? find_option(w->command, word) : NULL;
  if (w->open) {
    w->open = NULL;
    return;
  }
  if (!is_option) w->n_operands++;
  else if (strcmp(word, "--") == 0) w->only_operands = true;
  if (!opt) return;
  w->is_given[opt - w->command->table.options] = true;
  const bool has_value = msw_starts_with(word, "--") ? strchr(word, '=') != NULL : word[2] != '\0';
  if (opt->kind != MSW_OPT_SWITCH && !has_value) w->open = opt;
}

/* ---- Answers ---- */

static void print_name(const walk *w, const char *before, const char *name, const char *behind, const char *about) {
  fprintf(w->out, "%s%s%s\t%s\n", before, name, behind, about);
}

/* True when `name` is one of the comma-separated words of text[0..len). */
static bool is_there(const char *text, size_t len, const char *name) {
  const size_t name_len = strlen(name);
  for (size_t at = 0, end; at < len; at = end + 1) {
    end = at + strcspn(text + at, ",");
    if (end - at == name_len && strncmp(text + at, name, name_len) == 0) return true;
  }
  return false;
}

/* Names in the place of the last of the comma-separated words of `text`, which stands behind `before`. */
static void answer_names(const walk *w, msw_name_list list, const char *before, const char *text, bool repeats,
                         const char *behind) {
  const char *comma = repeats ? strrchr(text, ',') : NULL;
  const char *start = comma ? comma + 1 : text;
  const size_t len = (size_t)(start - text);
  before = msw_format(&w->ctx->arena, "%s%.*s", before, (int)len, text);
  /* Another case will do where this one does not: shells take back what a candidate does not begin with. */
  bool is_begun = false;
  for (size_t i_name = 0; i_name < list.n; i_name++) is_begun = is_begun || msw_starts_with(list.items[i_name].name, start);
  for (size_t i_name = 0; i_name < list.n; i_name++) {
    const msw_name *name = &list.items[i_name];
    const bool fits = is_begun ? msw_starts_with(name->name, start) : strncasecmp(name->name, start, strlen(start)) == 0;
    if (fits && !is_there(text, len, name->name)) print_name(w, before, name->name, behind, name->about);
  }
}

static void answer_words(const walk *w, const char *words, const char *before, const char *start) {
  for (size_t len; *words; words += len + (words[len] == '|')) {
    len = strcspn(words, "|");
    const char *word = msw_strndup(&w->ctx->arena, words, len);
    if (msw_starts_with(word, start)) print_name(w, before, word, "", "");
  }
}

/* NAME=VALUE, or names alone */
static void answer_assigned(const walk *w, msw_opt_hint hint, const char *before, const char *text) {
  const char *equals = strchr(text, '=');
  msw_name_list names = {0};
  if (!equals) {
    (void)msw_names(w->ctx, hint.what, &names);
    answer_names(w, names, before, text, false, "=");
    return;
  }
  const char *name = msw_strndup(&w->ctx->arena, text, (size_t)(equals - text));
  answer_names(w, msw_names_behind(w->ctx, hint.what, name), msw_format(&w->ctx->arena, "%s%s=", before, name), equals + 1,
               true, "");
}

/* The value of an option, or an operand, of which `text` is there; `before` it stands "--option=" or nothing. */
static void answer_value(const walk *w, const msw_opt *opt, const char *before, const char *text) {
  const msw_opt_hint hint = msw_opt_hint_of(w->command->name, opt);
  msw_name_list names = {0};
  switch (hint.kind) {
    case MSW_HINT_FILE: fprintf(w->out, "files%s%s\n", *hint.what ? " " : "", hint.what); return;
    case MSW_HINT_FOLDER: fputs("folders\n", w->out); return;
    case MSW_HINT_NOTHING:
    case MSW_HINT_WORDS:
    case MSW_HINT_NAMES: fputs("words\n", w->out); break;
  }
  if (hint.kind == MSW_HINT_WORDS) answer_words(w, hint.what, before, text);
  if (hint.kind != MSW_HINT_NAMES) return;
  if (hint.is_assigned) {
    answer_assigned(w, hint, before, text);
    return;
  }
  (void)msw_names(w->ctx, hint.what, &names);
  answer_names(w, names, before, text, hint.repeats, "");
}

/* Those that may still be given. */
static void answer_options(const walk *w, const char *start) {
  fputs("words\n", w->out);
  for (size_t i_opt = 0; i_opt < w->command->table.n_options; i_opt++) {
    const msw_opt *opt = &w->command->table.options[i_opt];
    const bool is_used_up = w->is_given[i_opt] && opt->kind != MSW_OPT_LIST && opt->kind != MSW_OPT_NAMED;
    const char *word = msw_format(&w->ctx->arena, "--%s", opt->name);
    if (!is_operand(opt) && !is_used_up && msw_starts_with(word, start)) print_name(w, "", word, "", opt->help);
  }
  if (msw_starts_with("--help", start)) print_name(w, "", "--help", "", "the command's page");
}

static void answer_operand(const walk *w, const char *text) {
  size_t i_operand = w->n_operands;
  for (size_t i_opt = 0; i_opt < w->command->table.n_options; i_opt++) {
    const msw_opt *opt = &w->command->table.options[i_opt];
    if (opt->kind == MSW_OPT_OPERANDS || (opt->kind == MSW_OPT_OPERAND && i_operand-- == 0)) {
      answer_value(w, opt, "", text);
      return;
    }
  }
  if (!w->only_operands && !*text) answer_options(w, "");   /* nothing else may come */
}

static void answer_commands(msw_context *ctx, const char *start, FILE *out) {
  const walk w = {.ctx = ctx, .out = out};
  msw_name_list names = {0};
  (void)msw_names(ctx, "commands", &names);
  fputs("words\n", out);
  answer_names(&w, names, "", start, false, "");
  if (*start == '-') answer_words(&w, "--help|--version", "", start);
}

void msw_complete(size_t n_words, char *const *words, msw_context *ctx, FILE *out) {
  const char *last = n_words ? words[n_words - 1] : "";
  if (n_words < 2) {
    answer_commands(ctx, last, out);
    return;
  }
  walk w = {.command = msw_command_find(words[0]), .ctx = ctx, .out = out};
  if (!w.command) return;
  w.is_given = msw_arena_array(&ctx->arena, w.command->table.n_options, sizeof *w.is_given);
  for (size_t i_word = 1; i_word + 1 < n_words; i_word++) pass(&w, words[i_word]);
  const char *equals = msw_starts_with(last, "--") ? strchr(last, '=') : NULL;
  const msw_opt *opt = equals ? find_option(w.command, last) : NULL;
  if (w.open) answer_value(&w, w.open, "", last);
  else if (w.only_operands || last[0] != '-') answer_operand(&w, last);
  else if (!equals) answer_options(&w, last);
  else if (opt && opt->kind != MSW_OPT_SWITCH)
    answer_value(&w, opt, msw_strndup(&ctx->arena, last, (size_t)(equals + 1 - last)), equals + 1);
}
