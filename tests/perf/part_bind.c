/* How long binding a case takes, each one timed by itself. */
#include <stdlib.h>

#include "clock.h"
#include "msw/base/str.h"
#include "msw/perf/method.h"
#include "parts.h"
#include "sweep.h"

static const double us_per_s = 1e6;

static double bind_us(const bench_sweep *sweep, uint64_t i_case, bool cpu_clock) {
  msw_bound_case bound;
  double start_s = bench_now_s(cpu_clock);
  msw_bind_case(sweep->block, sweep->tables.of_block[0], i_case, &bound);
  double us = (bench_now_s(cpu_clock) - start_s) * us_per_s;
  msw_bound_case_free(&bound);
  return us;
}

static bool is_void(const bench_sweep *sweep) {
  msw_bound_case bound;
  msw_bind_case(sweep->block, sweep->tables.of_block[0], 0, &bound);
  bool no_number = bound.excluded || (bound.bound.flags & MSW_FLAGS_NO_NUMBER);
  msw_bound_case_free(&bound);
  return no_number;
}

static void measure(bench *b, bench_shape shape, const char *preset, const char *tables) {
  const char *series = msw_format(&b->arena, "%s, all cases", bench_shape_names[shape]);
  const char *method = msw_format(&b->arena, "\"%s\"", preset);
  bench_sweep sweep;
  bench_sweep_open(b->options, tables, bench_sweep_text(&b->arena, shape, method, bench_one_field), &sweep);
  int n_samples = b->options->n_pairs * (int)sweep.block->n_cases;
  double *us = msw_alloc((size_t)n_samples * sizeof *us);
  bool no_number = is_void(&sweep);   /* and the round that does not count */
  for (int i_sample = 0; i_sample < n_samples; i_sample++)
    us[i_sample] = bind_us(&sweep, (uint64_t)i_sample % sweep.block->n_cases, b->options->cpu_clock);
  bench_row row = {.part = BENCH_BIND, .series = series, .subject = preset, .metric = "time per case", .unit = "us",
                   .stat = bench_stat_of(us, n_samples)};
  if (no_number) {
    bench_report_missing(b->report, BENCH_BIND, series, preset, "its cases have no numbers");
  } else {
    bench_report_row(b->report, row);
    row.metric = "time per case, 90th percentile", row.stat = bench_one(row.stat.p90);
    bench_report_row(b->report, row);
  }
  free(us);
  bench_sweep_close(&sweep);
}

void bench_part_bind(bench *b) {
  size_t n_presets = 0;
  const msw_preset *presets = msw_sweep_presets(&n_presets);
  for (bench_shape shape = BENCH_DECODE; shape <= BENCH_MIXED; shape++)
    for (size_t i_preset = 0; i_preset < n_presets; i_preset++)
      measure(b, shape, presets[i_preset].name,
              presets[i_preset].family == MSW_FAMILY_MEASURED ? b->latencies : b->tables);
}
