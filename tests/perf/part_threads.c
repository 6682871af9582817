/* What all threads gain over one: evaluation, against what the store loop gains on the same buffers. */
#include "msw/base/str.h"
#include "parts.h"
#include "passes.h"

enum { STORE_ONE, STORE_ALL, EVAL_ONE, EVAL_ALL, N_CONTENDERS };

static void report(bench *b, const char *series, const bench_contender *c) {
  const double target = 0.9;
  int n_rounds = b->options->n_pairs;
  double *gains = msw_arena_array(&b->arena, (size_t)n_rounds, sizeof *gains);
  bench_row row = {.part = BENCH_THREADS, .series = series, .unit = "1", .metric = "all threads / one thread"};
  row.subject = "store loop", row.stat = bench_speed_ratio(&c[STORE_ALL], &c[STORE_ONE], n_rounds);
  bench_report_row(b->report, row);
  row.subject = "v2-interp", row.stat = bench_speed_ratio(&c[EVAL_ALL], &c[EVAL_ONE], n_rounds);
  bench_report_row(b->report, row);
  for (int i_round = 0; i_round < n_rounds; i_round++)
    gains[i_round] = c[EVAL_ONE].seconds[i_round] / c[EVAL_ALL].seconds[i_round] /
                     (c[STORE_ONE].seconds[i_round] / c[STORE_ALL].seconds[i_round]);
  row.metric = "gain / the store loop's gain", row.stat = bench_stat_of(gains, n_rounds);
  row.target = (bench_target){BENCH_AT_LEAST, target};
  bench_report_row(b->report, row);
  row.metric = "evaluation / store loop", row.target = (bench_target){0};
  row.stat = bench_speed_ratio(&c[EVAL_ALL], &c[STORE_ALL], n_rounds);
  bench_report_row(b->report, row);
}

static void measure(bench *b, bench_shape shape, bench_buffers *buffers, const char *fields) {
  bench_sweep sweep;
  bench_sweep_open(b->options, b->tables, bench_sweep_text(&b->arena, shape, "\"v2-interp\"", fields), &sweep);
  bench_fill fill_one = {.buffers = buffers, .n_threads = 1}, fill_all = fill_one;
  bench_eval eval_one = {.sweep = &sweep, .buffers = buffers, .n_threads = 1}, eval_all = eval_one;
  fill_all.n_threads = eval_all.n_threads = b->options->n_threads;
  bench_contender contenders[N_CONTENDERS] = {[STORE_ONE] = {.pass = bench_fill_store, .context = &fill_one},
                                              [STORE_ALL] = {.pass = bench_fill_store, .context = &fill_all},
                                              [EVAL_ONE] = {.pass = bench_eval_pass, .context = &eval_one},
                                              [EVAL_ALL] = {.pass = bench_eval_pass, .context = &eval_all}};
  const char *series = msw_format(&b->arena, "%s, %zu field%s, %d threads", bench_shape_names[shape], buffers->n_fields,
                                  buffers->n_fields > 1 ? "s" : "", b->options->n_threads);
  bench_series(contenders, N_CONTENDERS, b->options->n_pairs);
  if (contenders[EVAL_ONE].usable && contenders[EVAL_ALL].usable) report(b, series, contenders);
  else bench_report_missing(b->report, BENCH_THREADS, series, "v2-interp", bench_eval_refusal(&eval_all, &b->arena));
  bench_series_free(contenders, N_CONTENDERS);
  bench_sweep_close(&sweep);
}

void bench_part_threads(bench *b) {
  const char *const fields[] = {bench_one_field, bench_six_fields};
  const size_t n_fields[] = {1, 6};
  if (b->options->n_threads == 1) {
    bench_report_missing(b->report, BENCH_THREADS, "gain", "all threads", "there is only one");
    return;
  }
  for (size_t i_set = 0; i_set < sizeof fields / sizeof fields[0]; i_set++) {
    bench_buffers buffers;
    bench_buffers_fit(b->options->bytes, n_fields[i_set], &buffers);
    for (bench_shape shape = BENCH_DECODE; shape <= BENCH_MIXED; shape++) measure(b, shape, &buffers, fields[i_set]);
    bench_buffers_close(&buffers);
  }
}
