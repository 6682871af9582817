/* How fast the memory takes what is written to it, without any evaluation. */
#include "buffers.h"
#include "msw/base/str.h"
#include "parts.h"
#include "series.h"

static void report_fill(bench *b, const char *series, const bench_contender *contenders, size_t n, double bytes) {
  const double bytes_per_gb = 1e9;
  int n_rounds = b->options->n_pairs;
  for (size_t i_contender = 0; i_contender < n; i_contender++) {
    const bench_contender *contender = &contenders[i_contender];
    bench_row row = {.part = BENCH_FILL, .series = series, .subject = contender->name};
    if (!contender->usable) {
      bench_report_missing(b->report, row.part, series, row.subject, "no such stores on this CPU");
      continue;
    }
    row.metric = "rate", row.unit = "GB/s", row.stat = bench_rate(contender, n_rounds, bytes / bytes_per_gb);
    bench_report_row(b->report, row);
    if (i_contender == 0) continue;
    row.metric = "rate / store loop", row.unit = "1", row.stat = bench_speed_ratio(contender, &contenders[0], n_rounds);
    bench_report_row(b->report, row);
  }
}

void bench_part_fill(bench *b) {
  bench_buffers buffers;
  bench_buffers_fit(b->options->bytes, 1, &buffers);
  for (int all = 0; all < (b->options->n_threads > 1 ? 2 : 1); all++) {
    bench_fill fill = {.buffers = &buffers, .n_threads = all ? b->options->n_threads : 1,
                       .cpu_clock = b->options->cpu_clock && !all};
    bench_contender contenders[] = {{.name = "store loop", .pass = bench_fill_store, .context = &fill},
                                    {.name = "memset", .pass = bench_fill_memset, .context = &fill},
                                    {.name = "streaming stores", .pass = bench_fill_stream, .context = &fill}};
    const size_t n = sizeof contenders / sizeof contenders[0];
    bench_series(contenders, n, b->options->n_pairs);
    report_fill(b, msw_format(&b->arena, "%d thread%s", fill.n_threads, fill.n_threads > 1 ? "s" : ""), contenders, n,
                bench_buffers_bytes(&buffers));
    bench_series_free(contenders, n);
  }
  bench_buffers_close(&buffers);
}
