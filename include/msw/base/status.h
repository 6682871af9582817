/* Outcome of a call. Details go to a msw_diag (diag.h); the status only says which way to leave. */
#ifndef MSW_BASE_STATUS_H
#define MSW_BASE_STATUS_H

typedef enum {
  MSW_OK = 0,
  MSW_FAILED,      /* the world failed: I/O, disk full, library error; exit code 1 */
  MSW_BAD_INPUT,   /* the user's input is wrong; exit code 2 */
  MSW_DIFFERENT,   /* verify found differences; exit code 3 */
  MSW_INTERRUPTED  /* SIGINT or SIGTERM; exit code 130 */
} msw_status;

/* Process exit code for a status: 0, 1, 2, 3, 130. */
int msw_exit_code(msw_status status);

#endif
