/* What the tool says of itself: overview, first steps, a document of all commands. */
#ifndef MSW_CLI_HELP_H
#define MSW_CLI_HELP_H

#include "context.h"

/* The first line of everything: name, version, purpose. */
void msw_help_title(void);
/* `mfusweep` alone: what to do first. */
void msw_help_newcomer(msw_context *ctx);
/* All pages as docs/commands.md. */
void msw_help_markdown(void);

/* What all commands share, a line each. */
extern const char msw_help_conventions[];

#endif
