/* How far a long run is: percent, done of total, rate, time left. */
#include <stdio.h>
#include <time.h>

#include "msw/base/log.h"
#include "msw/base/num.h"
#include "msw/base/terminal.h"
#include "terminal_line.h"

enum { TEXT_BYTES = 32, LINE_BYTES = 160, DECILES = 10 };
static const double redraw_s = 0.1;    /* on a terminal */
static const double report_s = 30.0;   /* elsewhere */

double msw_now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* 1234567 -> "1.2 M", 0.5 -> "0.50": short, because a line of a terminal is. */
static const char *short_count(double n, char *buf, size_t size) {
  static const char *const units[] = {"", " k", " M", " G", " T", " P", " E"};
  const size_t n_units = sizeof units / sizeof units[0];
  const double step = 1000.0, rounds_to_step = 999.95;   /* with one decimal */
  size_t i_unit = 0;
  while (n >= rounds_to_step && i_unit + 1 < n_units) {
    n /= step;
    i_unit++;
  }
  bool is_slow_rate = n > 0.0 && n < 1.0;
  int decimals = is_slow_rate ? 2 : i_unit > 0 ? 1 : 0;
  snprintf(buf, size, "%.*f%s", decimals, n, units[i_unit]);
  return buf;
}

/* done / total, and 1 for a run with nothing to do. */
static double fraction(const msw_progress *p) {
  return p->total > 0 ? (double)p->done / (double)p->total : 1.0;
}

static void describe(const msw_progress *p, double now_s, char line[LINE_BYTES]) {
  char done[TEXT_BYTES], total[TEXT_BYTES], rate[TEXT_BYTES], duration[TEXT_BYTES];
  double elapsed_s = now_s - p->start_s;
  double n_new = p->done > p->skipped ? (double)(p->done - p->skipped) : 0.0;
  double per_s = elapsed_s > 0.0 ? n_new / elapsed_s : 0.0;
  int used = snprintf(line, LINE_BYTES, "%d %%, %s of %s", (int)(100.0 * fraction(p)),
                      short_count((double)p->done, done, sizeof done),
                      short_count((double)p->total, total, sizeof total));
  if (!(per_s > 0.0) || used < 0) return;   /* nothing is known about the speed yet */
  bool is_done = p->done >= p->total;
  double time_s = is_done ? elapsed_s : (double)(p->total - p->done) / per_s;
  snprintf(line + used, LINE_BYTES - (size_t)used, ", %s/s, %s%s%s", short_count(per_s, rate, sizeof rate),
           is_done ? "in " : "", msw_human_seconds(time_s, duration, sizeof duration), is_done ? "" : " left");
}

void msw_progress_start(msw_progress *p, uint64_t total) {
  double now_s = msw_now_s();
  *p = (msw_progress){.total = total,
                      .start_s = now_s,
                      .last_s = now_s,
                      .is_terminal = msw_is_terminal(stderr),
                      .active = !msw_log_is_quiet()};
}

void msw_progress_at(msw_progress *p, uint64_t done) {
  p->done = done < p->total ? done : p->total;
  if (!p->active) return;
  double now_s = msw_now_s();
  int decile = (int)(DECILES * fraction(p));
  double silent_s = now_s - p->last_s;
  bool is_due = p->is_terminal ? silent_s >= redraw_s : silent_s >= report_s || decile > p->last_decile;
  if (!is_due) return;
  p->last_s = now_s;
  p->last_decile = decile;
  char line[LINE_BYTES];
  describe(p, now_s, line);
  if (p->is_terminal)
    msw_line_draw(line);
  else
    msw_log("%s", line);
}

void msw_progress_end(msw_progress *p) {
  if (p->active && p->is_terminal) msw_line_erase();
  p->active = false;
}
