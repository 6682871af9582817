/* What a stream can show. */
#ifndef MSW_BASE_TERMINAL_H
#define MSW_BASE_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* A terminal that redraws a line on request: no pipe, no file, and TERM says what it is, not "dumb". */
bool msw_is_terminal(FILE *stream);
/* Such a terminal, and NO_COLOR is unset or empty (no-color.org). */
bool msw_has_color(FILE *stream);

#endif
