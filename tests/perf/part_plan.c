/* How long planning 10^12 cells takes, in this process and as a command. */
#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/str.h"
#include "parts.h"
#include "sweep.h"
#include "tool.h"

/* Stands in where the project has no sweeps/plan-1e12.json: 3e12 cells, rules over two axes each, two of which share one. */
static const char built_in[] =
    "{\"sweep\":1,\"name\":\"plan-1e12\",\"fixed\":{\"phase\":\"mixed\"},"
    "\"axes\":{\"gpu\":[\"h100\",\"h200_sxm\",\"a100_sxm\",\"b200_sxm\"],"
    "\"model\":[\"llama-2-*\",\"llama-3.1-*\",\"qwen2.5-*\",\"qwen3-*b\",\"yi-34b\",\"mistral-*\"],"
    "\"tp\":[1,2,4,8],\"method\":[\"v1-calibrated\",\"v2-floor\",\"v2-interp\"],"
    "\"batch\":\"1:512\",\"kv_len\":{\"log\":[128,\"128Ki\",241],\"round\":\"int\"},"
    "\"prefill_batch\":\"1:16\",\"cached_len\":\"0:62Ki:2Ki\",\"seq_len\":\"64:4Ki:64\"},"
    "\"exclude\":[\"batch*kv_len > 4Mi\",\"tp > model.num_kv_heads\",\"kv_len + seq_len > 100Ki\","
    "{\"gpu\":\"a100_sxm\",\"method\":\"v2-floor\"}]}\n";

typedef struct { double open_s, load_s, build_s; uint64_t n_cells; } plan_times;

static plan_times plan_once(bench *b, const char *path) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  msw_data_root data;
  msw_spec spec = {0};
  msw_plan plan = {0};
  double start_s = msw_now_s();
  bench_data_open(b->options, b->tables, &arena, &diag, &data);
  double opened_s = msw_now_s();
  msw_spec_load(path, (msw_spec_edits){0}, &data, &arena, &diag, &spec);
  bench_stop_on_errors(&diag);
  double loaded_s = msw_now_s();
  msw_plan_build(&spec, &arena, &diag, &plan);
  bench_stop_on_errors(&diag);
  plan_times times = {opened_s - start_s, loaded_s - opened_s, msw_now_s() - loaded_s, plan.n_cells};
  msw_spec_free(&spec);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
  return times;
}

static void report(bench *b, const char *series, const char *subject, const double *ms, double target_ms) {
  bench_row row = {.part = BENCH_PLAN, .series = series, .subject = subject, .metric = "time", .unit = "ms",
                   .stat = bench_stat_of(ms, b->options->n_pairs)};
  if (target_ms > 0.0) row.target = (bench_target){BENCH_AT_MOST, target_ms};
  bench_report_row(b->report, row);
}

enum { OPEN, LOAD, BUILD, BOTH, PROCESS, N_TIMES };
static const char *const subjects[N_TIMES] = {"GPUs found and loaded", "sweep loaded", "plan built",
                                              "sweep loaded and plan built", "mfusweep plan, the whole process"};
static const double ms_per_s = 1e3;

static void round_of(bench *b, const char *path, int i_round, double *const ms[N_TIMES], bench_child *child) {
  plan_times times = plan_once(b, path);
  ms[OPEN][i_round] = times.open_s * ms_per_s;
  ms[LOAD][i_round] = times.load_s * ms_per_s;
  ms[BUILD][i_round] = times.build_s * ms_per_s;
  ms[BOTH][i_round] = ms[LOAD][i_round] + ms[BUILD][i_round];
  *child = bench_run_tool(b, "plan", (const char *const[]){path, NULL});
  ms[PROCESS][i_round] = child->seconds * ms_per_s;
}

/* A process pays for the first time, with cold caches: it is shown beside the median of the later ones. */
void bench_part_plan(bench *b) {
  const double target_ms = 10.0;
  const char *own = msw_join_path(&b->arena, b->options->data_dir, "sweeps/plan-1e12.json");
  const char *path = msw_is_file(own) ? own : bench_tool_sweep_file(b, "plan-1e12.json", built_in);
  double *ms[N_TIMES];
  bench_child child = {0};
  for (int i_time = 0; i_time < N_TIMES; i_time++)
    ms[i_time] = msw_arena_array(&b->arena, (size_t)b->options->n_pairs, sizeof **ms);
  plan_times first = plan_once(b, path);
  for (int i_round = 0; i_round < b->options->n_pairs; i_round++) round_of(b, path, i_round, ms, &child);

  const char *series = msw_format(&b->arena, "%s, %.2g cells", msw_base_name(path), (double)first.n_cells);
  for (int i_time = 0; i_time < PROCESS; i_time++)
    report(b, series, subjects[i_time], ms[i_time], i_time == BOTH ? target_ms : 0.0);
  if (child.exit_code == 0) report(b, series, subjects[PROCESS], ms[PROCESS], 0.0);
  else bench_report_missing(b->report, BENCH_PLAN, series, subjects[PROCESS], bench_tool_complaint(b, &child));
  bench_report_row(b->report, (bench_row){.part = BENCH_PLAN, .series = series, .subject = "the first time",
                                          .metric = "loaded and built", .unit = "ms",
                                          .stat = bench_one((first.load_s + first.build_s) * ms_per_s)});
}
