/* Texts of the benchmark's sweeps, and the way from text to plan. */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

#include "made_tables.h"
#include "msw/base/str.h"

const char *const bench_shape_names[BENCH_N_SHAPES] = {"decode", "prefill", "mixed", "decode, batch 1",
                                                       "decode, batch 512"};

const char bench_one_field[] = "[\"step_us\"]";
const char bench_six_fields[] =
    "[\"step_us\",\"gemm_us\",\"attn_us\",\"memory_us\",\"tok_per_s_per_gpu\",\"kv_gib\"]";

static const char *const numeric_axes[BENCH_N_SHAPES] = {
    [BENCH_DECODE] = "\"batch\":\"1:512\",\"kv_len\":\"4:128Ki:4\"",
    [BENCH_PREFILL] = "\"batch\":\"1:32\",\"cached_len\":\"0:62Ki:2Ki\",\"seq_len\":\"1:16Ki\"",
    [BENCH_MIXED] = "\"batch\":\"1:64\",\"kv_len\":\"1Ki:64Ki:1Ki\",\"seq_len\":\"4:16Ki:4\"",
    [BENCH_DECODE_1] = "\"batch\":[1],\"kv_len\":\"1:128Ki\"",
    [BENCH_DECODE_512] = "\"batch\":[512],\"kv_len\":\"1:128Ki\"",
};
static const char *const phases[BENCH_N_SHAPES] = {"decode", "prefill", "mixed", "decode", "decode"};

const char *bench_sweep_excluding(msw_arena *arena, bench_shape shape, const char *method, const char *fields,
                                  const char *rules) {
  return msw_format(arena, "{\"sweep\":1,\"name\":\"bench\",\"fixed\":{\"gpu\":\"h100\",\"phase\":\"%s\",\"method\":%s},"
                           "\"axes\":{\"model\":%s,\"tp\":\"1:8:*2\",%s},\"fields\":%s,\"exclude\":%s}",
                    phases[shape], method, bench_models, numeric_axes[shape], fields, rules);
}

const char *bench_sweep_text(msw_arena *arena, bench_shape shape, const char *method, const char *fields) {
  return bench_sweep_excluding(arena, shape, method, fields, "[]");
}

void bench_stop_on_errors(const msw_diag *diag) {
  const size_t most_shown = 20;
  if (diag->n_errors == 0) return;
  msw_diag_print(diag, stderr, most_shown);
  exit(1);
}

void bench_data_open(const bench_options *options, const char *made_tables, msw_arena *arena, msw_diag *diag,
                     msw_data_root *data) {
  const char **dirs = msw_arena_array(arena, options->n_bench_dirs + 1, sizeof *dirs);
  size_t n_dirs = 0;
  while (n_dirs < options->n_bench_dirs) {
    dirs[n_dirs] = options->bench_dirs[n_dirs];
    n_dirs++;
  }
  if (made_tables) dirs[n_dirs++] = made_tables;
  msw_data_root_open(options->data_dir, dirs, n_dirs, arena, diag, data);
  bench_stop_on_errors(diag);
}

void bench_sweep_open(const bench_options *options, const char *made_tables, const char *text, bench_sweep *sweep) {
  *sweep = (bench_sweep){0};
  bench_data_open(options, made_tables, &sweep->arena, &sweep->diag, &sweep->data);
  msw_spec_load_text(text, strlen(text), "bench", (msw_spec_edits){0}, &sweep->data, &sweep->arena, &sweep->diag,
                     &sweep->spec);
  bench_stop_on_errors(&sweep->diag);
  msw_plan_build(&sweep->spec, &sweep->arena, &sweep->diag, &sweep->plan);
  bench_stop_on_errors(&sweep->diag);
  msw_run_load_tables(&sweep->plan, &sweep->data, &sweep->arena, &sweep->diag, &sweep->tables);
  bench_stop_on_errors(&sweep->diag);
  sweep->block = &sweep->plan.blocks[0];
}

void bench_sweep_close(bench_sweep *sweep) {
  msw_spec_free(&sweep->spec);
  msw_diag_free(&sweep->diag);
  msw_arena_free(&sweep->arena);
}
