/* `run --compress none` from outside: its shards, the whole of it, and one shard alone, against write() and fsync of the
 * same bytes on the same file system.
 */
#include "msw/base/file.h"
#include "parts.h"
#include "series.h"
#include "tool_run.h"

static const char series[] = "run --compress none";
static const double bytes_per_gb = 1e9, bytes_per_mb = 1e6;

static void report(bench *b, const bench_contender *of, const bench_contender *plain, double target) {
  const bench_tool_run *job = of->context;
  bench_row row = {.part = BENCH_RUN, .series = series, .subject = of->name};
  if (!of->usable) {
    bench_report_missing(b->report, BENCH_RUN, series, of->name, job->why);
    return;
  }
  row.metric = "rate", row.unit = "GB/s";
  row.stat = bench_rate(of, b->options->n_pairs, (double)job->stored_bytes / bytes_per_gb);
  bench_report_row(b->report, row);
  row.metric = "peak memory", row.unit = "MB", row.stat = bench_one(job->peak_bytes / bytes_per_mb);
  bench_report_row(b->report, row);
  if (!plain->usable) return;
  row.metric = "run / write and fsync", row.unit = "1", row.stat = bench_speed_ratio(of, plain, b->options->n_pairs);
  if (target > 0.0) row.target = (bench_target){BENCH_AT_LEAST, target};
  bench_report_row(b->report, row);
}

void bench_part_run(bench *b) {
  enum { SHARDS, WHOLE, ONE_SHARD, WRITE, N };
  const double shard_target = 0.8, files_at_once = 3.0, cells = (double)b->options->bytes / (double)sizeof(float);
  if (!bench_has_room(b, BENCH_RUN, series, files_at_once * (double)b->options->bytes)) return;
  bench_tool_run common = {.b = b, .compress = "none", .out = msw_join_path(&b->arena, b->work, "run.h5"),
                           .sweep = bench_tool_sweep_file(b, "run.json", bench_tool_sweep_text(&b->arena, cells, 1))};
  bench_tool_run jobs[] = {[SHARDS] = common, [WHOLE] = common, [ONE_SHARD] = common};
  jobs[SHARDS].in_two = true;
  jobs[ONE_SHARD].more[0] = "--shard-bytes", jobs[ONE_SHARD].more[1] = "1T";
  bench_plain_write plain = {.b = b, .as = &jobs[WHOLE]};
  bench_contender contenders[N] = {
      [SHARDS] = {.name = "all shards, no merge", .pass = bench_tool_run_pass, .context = &jobs[SHARDS]},
      [WHOLE] = {.name = "the whole run", .pass = bench_tool_run_pass, .context = &jobs[WHOLE]},
      [ONE_SHARD] = {.name = "one shard, renamed", .pass = bench_tool_run_pass, .context = &jobs[ONE_SHARD]},
      [WRITE] = {.name = "write() and fsync", .pass = bench_plain_write_pass, .context = &plain}};
  bench_series(contenders, N, b->options->n_pairs);
  for (int i_job = SHARDS; i_job < WRITE; i_job++)
    report(b, &contenders[i_job], &contenders[WRITE], i_job == SHARDS ? shard_target : 0.0);
  if (contenders[WRITE].usable)
    bench_report_row(b->report, (bench_row){.part = BENCH_RUN, .series = series, .subject = contenders[WRITE].name,
                                            .metric = "rate", .unit = "GB/s",
                                            .stat = bench_rate(&contenders[WRITE], b->options->n_pairs,
                                                               (double)jobs[WHOLE].stored_bytes / bytes_per_gb)});
  bench_series_free(contenders, N);
}
