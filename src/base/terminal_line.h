/* The line at the bottom of a terminal that is redrawn in place. log.c owns it, so that log lines go above it. */
#ifndef MSW_BASE_TERMINAL_LINE_H
#define MSW_BASE_TERMINAL_LINE_H

#include <stdbool.h>

void msw_line_draw(const char *text);   /* in place of what the line showed */
void msw_line_erase(void);              /* nothing where nothing was drawn */
bool msw_log_is_quiet(void);

#endif
