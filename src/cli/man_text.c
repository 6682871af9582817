/* Plain text as roff: nothing in it is a request, and what people copy from it is ASCII as typed. */
#include "man_text.h"

#include <stdbool.h>
#include <string.h>

void msw_man_text(const char *text, size_t n, FILE *out) {
  static const struct { char plain; const char *roff; } SPECIAL[] = {
      {'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}, {'"', "\\(dq"}};
  if (n > 0 && text[0] == '.') fputs("\\&", out);   /* a line that begins so would be a request */
  for (size_t at = 0; at < n; at++) {
    size_t i_special = 0;
    while (i_special < sizeof SPECIAL / sizeof *SPECIAL && SPECIAL[i_special].plain != text[at]) i_special++;
    if (i_special < sizeof SPECIAL / sizeof *SPECIAL) fputs(SPECIAL[i_special].roff, out);
    else fputc(text[at], out);
  }
}

void msw_man_lines(const char *text, FILE *out) {
  bool is_kept = false;   /* between .nf and .fi */
  for (size_t len; *text; text += len + (text[len] == '\n')) {
    len = strcspn(text, "\n");
    const bool keeps = text[0] == ' ';
    if (keeps != is_kept) fputs(keeps ? ".PP\n.nf\n" : ".fi\n.PP\n", out);
    is_kept = keeps;
    if (len == 0) fputs(".PP", out);
    else msw_man_text(text, len, out);
    fputc('\n', out);
  }
  if (is_kept) fputs(".fi\n", out);
}
