/* Ctrl-C and SIGTERM as a wish to stop. */
#ifndef MSW_CLI_INTERRUPT_H
#define MSW_CLI_INTERRUPT_H

#include <signal.h>

/* From now on the first SIGINT or SIGTERM only sets the flag that is returned; a second one, of either, ends the process.
 * The flag is the process's own: the one global of this layer. */
const volatile sig_atomic_t *msw_catch_interrupts(void);

#endif
