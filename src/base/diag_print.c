/* Showing problems, one line each, in the form that editors and compilers' users know; on a terminal
 * with a colour for the word that matters. */
#include <string.h>

#include "msw/base/diag.h"
#include "msw/base/str.h"
#include "msw/base/terminal.h"

static const char *severity_name(msw_severity severity) {
  switch (severity) {
    case MSW_NOTE: return "note";
    case MSW_WARNING: return "warning";
    case MSW_ERROR: return "error";
  }
  return "error";
}

/* Messages quote what files say. Control characters from there must not move the cursor or begin another line. */
static void tame(msw_buf *line) {
  enum { FIRST_PRINTABLE = 0x20, DELETE = 0x7F };
  for (size_t i_byte = 0; i_byte < line->len; i_byte++) {
    unsigned char byte = (unsigned char)line->text[i_byte];
    if (byte < FIRST_PRINTABLE || byte == DELETE) line->text[i_byte] = '?';
  }
}

static void add_location(msw_buf *line, const msw_loc *loc) {
  msw_buf_add(line, loc->file ? loc->file : "mfusweep");
  if (!loc->file || loc->line <= 0) return;
  msw_buf_printf(line, ":%d", loc->line);
  if (loc->col > 0) msw_buf_printf(line, ":%d", loc->col);
}

/* Bold red, bold yellow, bold. */
static const char *severity_color(msw_severity severity) {
  switch (severity) {
    case MSW_NOTE: return "\033[1m";
    case MSW_WARNING: return "\033[1;33m";
    case MSW_ERROR: return "\033[1;31m";
  }
  return "";
}

/* The colour comes last: nothing that a message quotes can bring one. */
static void color_severity(msw_buf *line, size_t start, msw_severity severity) {
  const char *name = severity_name(severity);
  msw_buf colored = {0};
  msw_buf_add_n(&colored, line->text, start);
  msw_buf_printf(&colored, "%s%s\033[0m", severity_color(severity), name);
  msw_buf_add(&colored, line->text + start + strlen(name));
  msw_buf_free(line);
  *line = colored;
}

static void print_problem(const msw_problem *problem, FILE *out) {
  msw_buf line = {0};
  add_location(&line, &problem->loc);
  msw_buf_add(&line, ": ");
  const size_t severity_at = line.len;
  msw_buf_printf(&line, "%s: ", severity_name(problem->severity));
  if (problem->path && problem->path[0]) msw_buf_printf(&line, "%s: ", problem->path);
  msw_buf_add(&line, problem->message);
  if (problem->hint) msw_buf_printf(&line, " (%s)", problem->hint);
  tame(&line);
  if (msw_has_color(out)) color_severity(&line, severity_at, problem->severity);
  msw_buf_add(&line, "\n");
  fwrite(line.text, 1, line.len, out);
  msw_buf_free(&line);
}

void msw_diag_print(const msw_diag *diag, FILE *out, size_t max_shown) {
  size_t n_errors_seen = 0;
  bool last_was_cut = false;
  for (size_t i_item = 0; i_item < diag->n; i_item++) {
    const msw_problem *problem = &diag->items[i_item];
    if (problem->severity == MSW_ERROR) n_errors_seen++;
    bool is_cut_error = problem->severity == MSW_ERROR && n_errors_seen > max_shown;
    bool explains_cut = problem->severity == MSW_NOTE && last_was_cut;
    last_was_cut = is_cut_error || explains_cut;
    if (!last_was_cut) print_problem(problem, out);
  }
  if (n_errors_seen <= max_shown) return;
  size_t n_cut = n_errors_seen - max_shown;
  fprintf(out, "... and %zu more error%s\n", n_cut, n_cut == 1 ? "" : "s");
}
