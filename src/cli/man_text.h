/* Pieces of a manual page: roff from plain text. */
#ifndef MSW_CLI_MAN_TEXT_H
#define MSW_CLI_MAN_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* The text so that roff shows it as it is; [0..n) of it. */
void msw_man_text(const char *text, size_t n, FILE *out);
/* Lines as a help page has them: those that begin with a blank stay lines, the others become paragraphs. */
void msw_man_lines(const char *text, FILE *out);

#endif
