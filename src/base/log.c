/* Log lines on stderr. Each goes out in one write, so that the lines of many processes do not mix. */
#include "msw/base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "msw/base/str.h"
#include "terminal_line.h"

#define ERASE_LINE "\r\033[K"

static msw_verbosity verbosity = MSW_NORMAL;
static bool line_is_drawn;

void msw_log_level(msw_verbosity level) {
  verbosity = level;
}

bool msw_log_is_quiet(void) {
  return verbosity == MSW_QUIET;
}

static void put(const char *text, size_t len) {
  fwrite(text, 1, len, stderr);
  fflush(stderr);
}

__attribute__((format(printf, 1, 0))) static void log_line(const char *fmt, va_list args) {
  msw_buf line = {0};
  if (line_is_drawn) msw_buf_add(&line, ERASE_LINE);
  line_is_drawn = false;
  msw_buf_add(&line, "mfusweep: ");
  msw_buf_vprintf(&line, fmt, args);
  msw_buf_add(&line, "\n");
  put(line.text, line.len);
  msw_buf_free(&line);
}

void msw_log(const char *fmt, ...) {
  if (msw_log_is_quiet()) return;
  va_list args;
  va_start(args, fmt);
  log_line(fmt, args);
  va_end(args);
}

void msw_log_loud(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  log_line(fmt, args);
  va_end(args);
}

void msw_line_draw(const char *text) {
  msw_buf line = {0};
  msw_buf_printf(&line, "%s%s", ERASE_LINE, text);
  put(line.text, line.len);
  msw_buf_free(&line);
  line_is_drawn = true;
}

void msw_line_erase(void) {
  if (!line_is_drawn) return;
  put(ERASE_LINE, sizeof ERASE_LINE - 1);
  line_is_drawn = false;
}
