/* The peak memory of a run that is far larger than it. */
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "parts.h"
#include "tool_run.h"

void bench_part_big(bench *b) {
  static const char series[] = "10^9 cells x 2 fields, --compress none";
  const double cells = 1e9, bytes_per_gb = 1e9, bytes_per_mb = 1e6, target_mb = 300.0;
  const double files_at_once = 2.2, bytes = cells * 2.0 * (double)sizeof(float);   /* shards and what is merged of them */
  if (!bench_has_room(b, BENCH_BIG, series, files_at_once * bytes)) return;
  bench_tool_run job = {.b = b, .compress = "none", .out = msw_join_path(&b->arena, b->work, "big.h5"),
                        .sweep = bench_tool_sweep_file(b, "big.json", bench_tool_sweep_text(&b->arena, cells, 2))};
  double seconds = bench_tool_run_pass(&job);
  if (seconds < 0.0) {
    bench_report_missing(b->report, BENCH_BIG, series, "the whole run", job.why);
    return;
  }
  bench_row row = {.part = BENCH_BIG, .series = series, .subject = "the whole run", .metric = "peak memory", .unit = "MB",
                   .stat = bench_one(job.peak_bytes / bytes_per_mb), .target = {BENCH_AT_MOST, target_mb}};
  bench_report_row(b->report, row);
  row.metric = "rate", row.unit = "GB/s", row.stat = bench_one((double)job.stored_bytes / bytes_per_gb / seconds);
  row.target = (bench_target){0};
  bench_report_row(b->report, row);
}
