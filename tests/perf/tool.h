/* The built mfusweep, and other programs, as children. */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include "parts.h"

enum { BENCH_MAX_ARGS = 96 };

typedef struct {
  double seconds;           /* from before fork until it is gone */
  int exit_code;            /* -1: it could not be started, or a signal ended it */
  int signal;               /* that one, else 0 */
  double peak_bytes;        /* of its memory */
} bench_child;

/* argv ends with NULL; what it prints goes to `log`, a file that each run truncates. */
bench_child bench_run_program(const char *const *argv, const char *log);

/* "mfusweep COMMAND ARGS…" with the benchmark's data options. `args` ends with NULL. */
bench_child bench_run_tool(bench *b, const char *command, const char *const *args);

/* Why the last bench_run_tool failed: "exit code 2: <its last line>", "signal 6: …". */
const char *bench_tool_complaint(bench *b, const bench_child *child);

/* Sweeps for the end-to-end parts: decode blocks of n_fields fields (1 or 2), about `cells` cells in 16 cases. */
const char *bench_tool_sweep_text(msw_arena *arena, double cells, int n_fields);
/* The same as a file in the work folder; its path. */
const char *bench_tool_sweep_file(bench *b, const char *name, const char *text);

/* False, with a row for what is missing, when the work folder's file system has no room for n_bytes. */
bool bench_has_room(bench *b, bench_part part, const char *series, double n_bytes);

#endif
