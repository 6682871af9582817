/* The usage line and the help page of a command, from its option table. */
#include <string.h>

#include "msw/base/str.h"
#include "opt.h"

enum { PAGE_WIDTH = 100 };

/* Text that is wrapped at PAGE_WIDTH; lines after the first begin at column `indent`. */
typedef struct { FILE *out; int indent, at; } wrapped;

static void put_word(wrapped *page, const char *word, size_t len) {
  if (page->at > page->indent && page->at + 1 + (int)len > PAGE_WIDTH) {
    fprintf(page->out, "\n%*s", page->indent, "");
    page->at = page->indent;
  } else if (page->at > page->indent) {
    fputc(' ', page->out);
    page->at++;
  }
  fwrite(word, 1, len, page->out);
  page->at += (int)len;
}

static void put_words(wrapped *page, const char *text) {
  while (*text) {
    size_t len = strcspn(text, " ");
    put_word(page, text, len);
    text += len + (text[len] == ' ');
  }
}

const char *msw_opt_usage(const msw_opt *opt, msw_arena *arena) {
  bool optional = opt->need == MSW_OPT_OPTIONAL;
  const char *name = opt->name;
  bool repeats = opt->kind == MSW_OPT_LIST || opt->kind == MSW_OPT_NAMED || opt->kind == MSW_OPT_OPERANDS;
  if (opt->kind != MSW_OPT_OPERAND && opt->kind != MSW_OPT_OPERANDS)
    name = opt->letter ? msw_format(arena, "-%c", opt->letter) : msw_format(arena, "--%s", opt->name);
  return msw_format(arena, "%s%s%s%s%s%s", optional ? "[" : "", name, opt->value ? " " : "",
                    opt->value ? opt->value : "", optional ? "]" : "", repeats ? "..." : "");
}

void msw_opt_print_usage(const msw_opt_table *table, FILE *out) {
  msw_arena arena = {0};
  const char *head = msw_format(&arena, "usage: mfusweep %s%s", table->command, table->n_options ? " " : "");
  wrapped page = {.out = out, .indent = (int)strlen(head), .at = (int)strlen(head)};
  fputs(head, out);
  for (size_t i_opt = 0; i_opt < table->n_options; i_opt++) {
    const char *usage = msw_opt_usage(&table->options[i_opt], &arena);
    put_word(&page, usage, strlen(usage));
  }
  fputc('\n', out);
  msw_arena_free(&arena);
}

/* "-o, --output OUT.h5" */
static const char *heading_of(const msw_opt *opt, msw_arena *arena) {
  if (opt->kind == MSW_OPT_OPERAND || opt->kind == MSW_OPT_OPERANDS) return opt->name;
  const char *letter = opt->letter ? msw_format(arena, "-%c, ", opt->letter) : "    ";
  return msw_format(arena, "%s--%s%s%s", letter, opt->name, opt->value ? " " : "", opt->value ? opt->value : "");
}

static void print_option(const char *heading, const char *help, int indent, FILE *out) {
  fprintf(out, "  %-*s", indent - 2, heading);
  wrapped page = {.out = out, .indent = indent, .at = indent};
  put_words(&page, help);
  fputc('\n', out);
}

void msw_opt_print_help(const msw_opt_table *table, FILE *out) {
  msw_arena arena = {0};
  static const char help_heading[] = "-h, --help";
  size_t widest = strlen(help_heading);
  for (size_t i_opt = 0; i_opt < table->n_options; i_opt++) {
    size_t width = strlen(heading_of(&table->options[i_opt], &arena));
    if (width > widest) widest = width;
  }
  const int margin = 2, gap = 2;
  int indent = margin + (int)widest + gap;
  msw_opt_print_usage(table, out);
  fprintf(out, "\n%s\n\n", table->about);
  for (size_t i_opt = 0; i_opt < table->n_options; i_opt++)
    print_option(heading_of(&table->options[i_opt], &arena), table->options[i_opt].help, indent, out);
  print_option(help_heading, "this page", indent, out);
  if (table->more) fprintf(out, "\n%s\n", table->more);
  msw_arena_free(&arena);
}
