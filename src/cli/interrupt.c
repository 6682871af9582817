/* Signal handlers that only set a flag. */
#include "interrupt.h"

#include <stddef.h>

static volatile sig_atomic_t stop;

static void set_stop(int signal_number) {
  (void)signal_number;
  stop = 1;
}

const volatile sig_atomic_t *msw_catch_interrupts(void) {
  struct sigaction action = {.sa_handler = set_stop, .sa_flags = SA_RESTART | (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  return &stop;
}
