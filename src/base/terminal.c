/* Terminals, and what their users want of them. */
#include "msw/base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool msw_is_terminal(FILE *stream) {
  const char *kind = getenv("TERM");
  return kind && *kind && strcmp(kind, "dumb") != 0 && isatty(fileno(stream)) == 1;
}

bool msw_has_color(FILE *stream) {
  const char *refused = getenv("NO_COLOR");
  return !(refused && *refused) && msw_is_terminal(stream);
}
