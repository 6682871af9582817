/* Log lines and progress, both on stderr only. */
#ifndef MSW_BASE_LOG_H
#define MSW_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

typedef enum { MSW_QUIET, MSW_NORMAL, MSW_VERBOSE } msw_verbosity;
void msw_log_level(msw_verbosity level);
/* Prints "mfusweep: ..." unless quiet. */
void msw_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Printed even when quiet: something the user must know. */
void msw_log_loud(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Progress of `total` units. On a terminal one line redrawn at most ten times a second; elsewhere a line for each 10 %
 * or every 30 s, whichever comes first. Not thread-safe: one thread at a time calls msw_progress_at. */
typedef struct {
  uint64_t total, done;
  uint64_t skipped;   /* part of `done` that an earlier run did; set after msw_progress_start; no part of the rate */
  double start_s, last_s;
  int last_decile;
  bool is_terminal, active;
} msw_progress;
void msw_progress_start(msw_progress *p, uint64_t total);
void msw_progress_at(msw_progress *p, uint64_t done);   /* done <= total */
void msw_progress_end(msw_progress *p);                 /* clears the terminal line */
double msw_now_s(void);                                 /* monotonic seconds */

#endif
