/* Signal handlers that only set a flag. */
#include "interrupt.h"

#include <stddef.h>

static volatile sig_atomic_t stop;

/* Either signal, once more, ends the process as if nobody had caught it. */
static void set_stop(int signal_number) {
  (void)signal_number;
  stop = 1;
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
}

const volatile sig_atomic_t *msw_catch_interrupts(void) {
  struct sigaction action = {.sa_handler = set_stop, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  return &stop;
}
