/* Texts as a shell takes them, for commands that are shown to be copied. */
#ifndef MSW_CLI_SHELL_WORD_H
#define MSW_CLI_SHELL_WORD_H

#include "msw/base/mem.h"

/* `text` itself where it needs no quotes, else quoted in the arena. */
const char *msw_shell_word(const char *text, msw_arena *arena);

#endif
