/* One timed `mfusweep run`, and the plain write that it is compared with. */
#include "tool_run.h"

#include "disk.h"
#include "msw/base/file.h"
#include "msw/base/str.h"

const char *bench_shards_of(msw_arena *arena, const char *out) { return msw_format(arena, "%s.shards", out); }

static double run_once(bench_tool_run *job, const char *shard) {
  const char *args[BENCH_MAX_ARGS] = {job->sweep, "-o", job->out, "--compress", job->compress, "--quiet", "-j",
                                      msw_format(&job->b->arena, "%d", job->b->options->n_threads)};
  size_t n = 8;
  for (size_t i_more = 0; i_more < BENCH_MAX_MORE && job->more[i_more]; i_more++) args[n++] = job->more[i_more];
  if (shard) args[n++] = "--shard", args[n++] = shard;
  bench_child child = bench_run_tool(job->b, "run", args);
  if (child.peak_bytes > job->peak_bytes) job->peak_bytes = child.peak_bytes;
  if (child.exit_code == 0) return child.seconds;
  job->why = bench_tool_complaint(job->b, &child);
  return -1.0;
}

static void clear(const bench_tool_run *job) {
  bench_remove(job->out);
  bench_remove(bench_shards_of(&job->b->arena, job->out));
}

double bench_tool_run_pass(void *context) {
  bench_tool_run *job = context;
  job->peak_bytes = 0.0;
  clear(job);
  bench_settle(job->b->work);
  double seconds = run_once(job, job->in_two ? "0/2" : NULL);
  if (job->in_two && seconds >= 0.0) {
    double second_s = run_once(job, "1/2");
    seconds = second_s >= 0.0 ? seconds + second_s : second_s;
  }
  job->stored_bytes = bench_bytes_at(job->out) + bench_bytes_at(bench_shards_of(&job->b->arena, job->out));
  if (!job->keep) clear(job);
  return seconds;
}

double bench_plain_write_pass(void *context) {
  bench_plain_write *job = context;
  const char *path = msw_join_path(&job->b->arena, job->b->work, "plain");
  if (job->as->why) return -1.0;
  bench_settle(job->b->work);
  double seconds = bench_write_synced(path, job->as->stored_bytes);
  bench_remove(path);
  return seconds;
}
