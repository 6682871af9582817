/* `merge` against cp and fsync of the same bytes, plain and compressed shards. */
#include "disk.h"
#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/str.h"
#include "parts.h"
#include "series.h"
#include "tool_run.h"

enum { N_SHARDS = 8 };   /* about: cuts are between tiles */

/* Merging leaves the result; copying takes it as its source and removes both. */
typedef struct {
  bench *b;
  const char *shards, *merged, *copy;
  uint64_t n_bytes;
  const char *why;
} job;

static double merge_pass(void *context) {
  job *j = context;
  bench_remove(j->merged);
  bench_settle(j->b->work);
  bench_child child =
      bench_run_tool(j->b, "merge", (const char *const[]){j->shards, "-o", j->merged, "--keep-shards", NULL});
  if (child.exit_code == 0) {
    j->n_bytes = bench_bytes_at(j->merged);
    return child.seconds;
  }
  j->why = bench_tool_complaint(j->b, &child);
  return -1.0;
}

static double copy_pass(void *context) {
  job *j = context;
  const char *log = msw_join_path(&j->b->arena, j->b->work, "log");
  bench_remove(j->copy);
  bench_settle(j->b->work);
  double start_s = msw_now_s();
  bench_child child = bench_run_program((const char *const[]){"cp", j->merged, j->copy, NULL}, log);
  bool good = child.exit_code == 0 && bench_sync(j->copy);
  double seconds = msw_now_s() - start_s;
  bench_remove(j->copy);
  return good ? seconds : -1.0;
}

static void report(bench *b, const char *series, const bench_contender *merge, const bench_contender *copy, const job *j) {
  const double bytes_per_gb = 1e9, target = 0.7, gb = (double)j->n_bytes / bytes_per_gb;
  bench_row row = {.part = BENCH_MERGE, .series = series, .metric = "rate", .unit = "GB/s"};
  if (!merge->usable || !copy->usable) {
    bench_report_missing(b->report, BENCH_MERGE, series, "merge", j->why ? j->why : "cp failed");
    return;
  }
  row.subject = copy->name, row.stat = bench_rate(copy, b->options->n_pairs, gb);
  bench_report_row(b->report, row);
  row.subject = merge->name, row.stat = bench_rate(merge, b->options->n_pairs, gb);
  bench_report_row(b->report, row);
  row.metric = "merge / cp and fsync", row.unit = "1", row.stat = bench_speed_ratio(merge, copy, b->options->n_pairs);
  row.target = (bench_target){BENCH_AT_LEAST, target};
  bench_report_row(b->report, row);
}

static void measure(bench *b, const char *compress) {
  const double cells = (double)b->options->bytes / (double)sizeof(float);
  const char *series = msw_format(&b->arena, "%d shards, %s", N_SHARDS, compress);
  bench_tool_run shards = {.b = b, .compress = compress, .in_two = true, .keep = true,
                           .out = msw_join_path(&b->arena, b->work, "merge.h5"),
                           .sweep = bench_tool_sweep_file(b, "merge.json", bench_tool_sweep_text(&b->arena, cells, 1))};
  shards.more[0] = "--shard-bytes";
  shards.more[1] = msw_format(&b->arena, "%zu", (b->options->bytes + N_SHARDS - 1) / N_SHARDS);
  job j = {.b = b, .shards = bench_shards_of(&b->arena, shards.out), .merged = shards.out,
           .copy = msw_join_path(&b->arena, b->work, "copy.h5")};
  if (bench_tool_run_pass(&shards) < 0.0) {
    bench_report_missing(b->report, BENCH_MERGE, series, "shards", shards.why);
  } else {
    bench_contender contenders[] = {{.name = "merge", .pass = merge_pass, .context = &j},
                                    {.name = "cp and fsync", .pass = copy_pass, .context = &j}};
    bench_series(contenders, 2, b->options->n_pairs);
    report(b, series, &contenders[0], &contenders[1], &j);
    bench_series_free(contenders, 2);
  }
  bench_remove(shards.out);
  bench_remove(j.shards);
}

void bench_part_merge(bench *b) {
  const double files_at_once = 4.0;
  if (!bench_has_room(b, BENCH_MERGE, "merge", files_at_once * (double)b->options->bytes)) return;
  measure(b, "none");
  measure(b, "deflate");
}
