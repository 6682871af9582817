/* Collecting problems. All is copied into the diag's own arena: callers may free what they said it about. */
#include "msw/base/diag.h"

#include <stdarg.h>
#include <stdlib.h>

#include "msw/base/str.h"

static const char *copy_or_null(msw_diag *diag, const char *s) {
  return s ? msw_strdup(&diag->arena, s) : NULL;
}

msw_diag_mark msw_diag_here(const msw_diag *diag) { return (msw_diag_mark){diag->n, diag->n_errors, diag->status}; }

void msw_diag_rewind(msw_diag *diag, msw_diag_mark mark) {
  diag->n = mark.n;
  diag->n_errors = mark.n_errors;
  diag->status = mark.status;
}

msw_loc msw_file_loc(msw_diag *diag, const char *path) { return (msw_loc){.file = msw_strdup(&diag->arena, path)}; }

__attribute__((format(printf, 6, 0))) static void add(msw_diag *diag, msw_severity severity, msw_loc loc,
                                                      const char *path, const char *hint, const char *fmt,
                                                      va_list args) {
  const char *message = msw_vformat(&diag->arena, fmt, args);
  diag->items = msw_grow(diag->items, &diag->cap, diag->n + 1, sizeof *diag->items);
  diag->items[diag->n++] = (msw_problem){.severity = severity,
                                         .loc = loc,
                                         .path = copy_or_null(diag, path),
                                         .message = message,
                                         .hint = copy_or_null(diag, hint)};
}

static void count_error(msw_diag *diag, msw_status status) {
  diag->n_errors++;
  if (status > diag->status) diag->status = status;
}

void msw_error(msw_diag *diag, msw_loc loc, const char *path, const char *hint, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  add(diag, MSW_ERROR, loc, path, hint, fmt, args);
  va_end(args);
  count_error(diag, MSW_BAD_INPUT);
}

void msw_fail(msw_diag *diag, msw_loc loc, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  add(diag, MSW_ERROR, loc, NULL, NULL, fmt, args);
  va_end(args);
  count_error(diag, MSW_FAILED);
}

void msw_warn(msw_diag *diag, msw_loc loc, const char *path, const char *hint, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  add(diag, MSW_WARNING, loc, path, hint, fmt, args);
  va_end(args);
}

void msw_note(msw_diag *diag, msw_loc loc, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  add(diag, MSW_NOTE, loc, NULL, NULL, fmt, args);
  va_end(args);
}

const char *msw_did_you_mean(msw_diag *diag, const char *nearest) {
  return nearest ? msw_format(&diag->arena, "did you mean '%s'?", nearest) : NULL;
}

void msw_diag_free(msw_diag *diag) {
  free(diag->items);
  msw_arena_free(&diag->arena);
  *diag = (msw_diag){0};
}
