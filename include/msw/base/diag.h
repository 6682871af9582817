/* Diagnostics: every problem of an input is collected and shown together, with file, line, column and path. */
#ifndef MSW_BASE_DIAG_H
#define MSW_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "msw/base/mem.h"
#include "msw/base/status.h"

/* Where something was said. Unknown parts: file NULL, line 0, col 0. `file` is borrowed and must outlive the diag. */
typedef struct { const char *file; int line, col; } msw_loc;

typedef enum { MSW_NOTE, MSW_WARNING, MSW_ERROR } msw_severity;

typedef struct {
  msw_severity severity;
  msw_loc loc;
  const char *path;     /* path inside the document, e.g. "blocks[1].axes.tp", or NULL */
  const char *message;  /* one sentence, no final period */
  const char *hint;     /* what to do or the nearest valid name, or NULL */
} msw_problem;

/* Zero-initialise with {0}. Owns all its strings except loc.file. */
typedef struct {
  msw_arena arena;
  msw_problem *items;
  size_t n, cap;
  size_t n_errors;
  msw_status status;    /* the worst noted: MSW_BAD_INPUT after any msw_error, else MSW_FAILED after any msw_fail */
} msw_diag;

/* What has been noted so far, and forgetting all that came after it. */
typedef struct { size_t n, n_errors; msw_status status; } msw_diag_mark;
msw_diag_mark msw_diag_here(const msw_diag *diag);
void msw_diag_rewind(msw_diag *diag, msw_diag_mark mark);

/* A file as a whole; the path is copied. */
msw_loc msw_file_loc(msw_diag *diag, const char *path);

/* Adds an error that is the input's fault. `path` and `hint` may be NULL; both are copied. */
void msw_error(msw_diag *diag, msw_loc loc, const char *path, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Adds an error that is the world's fault (I/O, library). */
void msw_fail(msw_diag *diag, msw_loc loc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void msw_warn(msw_diag *diag, msw_loc loc, const char *path, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void msw_note(msw_diag *diag, msw_loc loc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* "did you mean 'x'?" in diag's arena, or NULL when x is NULL: ready to be passed as a hint. */
const char *msw_did_you_mean(msw_diag *diag, const char *nearest);

/* Prints "file:line:col: error: path: message (hint)" one per line in the order of adding, "mfusweep" where the file is
 * unknown, other unknown parts left out. Errors beyond `max_shown` are only counted ("... and 3 more errors"), without
 * the notes that follow them. */
void msw_diag_print(const msw_diag *diag, FILE *out, size_t max_shown);
void msw_diag_free(msw_diag *diag);

#endif
