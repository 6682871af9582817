/* Rows of the report: shown at once, kept for the JSON. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

enum { JSON_INDENT = 2, LAYOUT = 1 };   /* LAYOUT: version of the JSON */

void bench_report_open(const bench_options *options, bench_report *report) {
  *report = (bench_report){0};
  msw_arena *arena = &report->arena;
  report->root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_number(arena, report->root, "layout", LAYOUT);
  bench_build_describe(arena, msw_json_add_object(arena, report->root, "build"));
  bench_machine_describe(arena, msw_json_add_object(arena, report->root, "machine"));
  msw_json *how = msw_json_add_object(arena, report->root, "options");
  msw_json_add_number(arena, how, "pairs", options->n_pairs);
  msw_json_add_number(arena, how, "bytes", (double)options->bytes);
  msw_json_add_number(arena, how, "threads", options->n_threads);
  msw_json_add_string(arena, how, "one_thread_clock", options->cpu_clock ? "cpu" : "wall");
  msw_json_add_number(arena, report->root, "load_at_start", bench_load());
  report->rows = msw_json_add_array(arena, report->root, "rows");
  report->missing = msw_json_add_array(arena, report->root, "missing");
}

static bool is_met(const bench_row *row) {
  return row->target.sense == BENCH_AT_LEAST ? row->stat.median >= row->target.value
                                             : row->stat.median <= row->target.value;
}

static void show_series(bench_report *report, bench_part part, const char *series) {
  if (report->last_series && strcmp(report->last_series, series) == 0) return;
  report->last_series = msw_strdup(&report->arena, series);
  fprintf(stderr, "\n%s: %s\n", bench_part_names[part], series);
}

static void show_row(const bench_row *row) {
  bool counts = row->target.sense != BENCH_NO_TARGET;
  fprintf(stderr, "  %-44s %-30s %10.4g %-7s", row->subject, row->metric, row->stat.median,
          strcmp(row->unit, "1") == 0 ? "" : row->unit);
  if (row->stat.n > 1) fprintf(stderr, " [%.4g .. %.4g]", row->stat.min, row->stat.max);
  if (counts)
    fprintf(stderr, "   target %s %g: %s", row->target.sense == BENCH_AT_LEAST ? ">=" : "<=", row->target.value,
            is_met(row) ? "met" : "MISSED");
  fputc('\n', stderr);
}

void bench_report_row(bench_report *report, bench_row row) {
  msw_arena *arena = &report->arena;
  show_series(report, row.part, row.series);
  show_row(&row);
  msw_json *object = msw_json_add_object(arena, report->rows, NULL);
  msw_json_add_string(arena, object, "part", bench_part_names[row.part]);
  msw_json_add_string(arena, object, "series", row.series);
  msw_json_add_string(arena, object, "subject", row.subject);
  msw_json_add_string(arena, object, "metric", row.metric);
  msw_json_add_string(arena, object, "unit", row.unit);
  msw_json_add_number(arena, object, "median", row.stat.median);
  msw_json_add_number(arena, object, "min", row.stat.min);
  msw_json_add_number(arena, object, "max", row.stat.max);
  msw_json_add_number(arena, object, "p90", row.stat.p90);
  msw_json_add_number(arena, object, "n", row.stat.n);
  if (row.target.sense == BENCH_NO_TARGET) return;
  msw_json_add_number(arena, object, row.target.sense == BENCH_AT_LEAST ? "at_least" : "at_most", row.target.value);
  msw_json_add_bool(arena, object, "met", is_met(&row));
  if (is_met(&row)) report->n_met++;
  else report->n_missed++;
}

bench_stat bench_one(double value) { return bench_stat_of(&value, 1); }

void bench_report_missing(bench_report *report, bench_part part, const char *series, const char *subject,
                          const char *why) {
  show_series(report, part, series);
  fprintf(stderr, "  %-44s not available: %s\n", subject, why);
  msw_json *object = msw_json_add_object(&report->arena, report->missing, NULL);
  msw_json_add_string(&report->arena, object, "part", bench_part_names[part]);
  msw_json_add_string(&report->arena, object, "series", series);
  msw_json_add_string(&report->arena, object, "subject", subject);
  msw_json_add_string(&report->arena, object, "why", why);
}

bool bench_report_close(bench_report *report, const char *json) {
  msw_buf text = {0};
  msw_json_add_number(&report->arena, report->root, "load_at_end", bench_load());
  msw_json_write(report->root, JSON_INDENT, &text);
  FILE *out = json ? fopen(json, "we") : stdout;
  bool good = out && fputs(text.text, out) >= 0 && fputc('\n', out) != EOF;
  if (out) good = (json ? fclose(out) : fflush(out)) == 0 && good;
  fprintf(stderr, "\n%d targets met, %d missed%s%s\n", report->n_met, report->n_missed,
          json ? "; written to " : "", json ? json : "");
  msw_buf_free(&text);
  msw_arena_free(&report->arena);
  return good;
}
