/* The one place that turns an outcome into the exit code that scripts see. */
#include "msw/base/status.h"

int msw_exit_code(msw_status status) {
  enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_BAD_INPUT = 2, EXIT_DIFFERENT = 3, EXIT_INTERRUPTED = 128 + 2 /* shells: 128 + SIGINT */ };
  switch (status) {
    case MSW_OK: return EXIT_DONE;
    case MSW_FAILED: return EXIT_FAILED;
    case MSW_BAD_INPUT: return EXIT_BAD_INPUT;
    case MSW_DIFFERENT: return EXIT_DIFFERENT;
    case MSW_INTERRUPTED: return EXIT_INTERRUPTED;
  }
  return EXIT_FAILED;
}
