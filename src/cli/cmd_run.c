/* mfusweep run: the whole way of a sweep. spec -> plan -> tables -> provenance -> writer -> run -> finish -> summary:
 * each stage sees only earlier, finished stages. Read this file first after docs/architecture.md.
 */
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/str.h"
#include "msw/grid/plan.h"
#include "msw/grid/run.h"
#include "msw/inputs/spec.h"
#include "msw/output/provenance.h"
#include "msw/output/reader.h"
#include "msw/output/writer.h"
#include "place.h"
#include "plan_show.h"
#include "run_summary.h"
#include "threads.h"

typedef struct {
  msw_data_options data;
  const char *spec, *output, *compress;
  int n_threads;
  bool fresh, dry_run, quiet, verbose;
  msw_opt_list sets;
} run_options;

#define AT(field) offsetof(run_options, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERAND, 0, "SPEC", NULL, AT(spec), MSW_OPT_NEEDED, "the sweep file (docs/sweep-file.md)"},
    {MSW_OPT_TEXT, 'o', "output", "OUT.h5", AT(output), MSW_OPT_OPTIONAL,
     "result file (default: the sweep's output.file, else results/<name>.h5)"},
    {MSW_OPT_COUNT, 'j', "threads", "N", AT(n_threads), MSW_OPT_OPTIONAL,
     "threads (default: the CPUs that this process may use)"},
    {MSW_OPT_SWITCH, 0, "fresh", NULL, AT(fresh), MSW_OPT_OPTIONAL, "replace whatever OUT.h5 holds, without asking"},
    {MSW_OPT_TEXT, 0, "compress", "none|deflate", AT(compress), MSW_OPT_OPTIONAL,
     "how cells are stored (default: the sweep's output.compress, else deflate); lossless either way"},
    {MSW_OPT_SWITCH, 0, "dry-run", NULL, AT(dry_run), MSW_OPT_OPTIONAL, "print what `plan` prints and stop"},
    {MSW_OPT_LIST, 0, "set", "PATH=VALUE", AT(sets), MSW_OPT_OPTIONAL,
     "change the sweep document before it is read, e.g. axes.tp=1,2 or limits.max_cells=1e8; repeatable"},
    MSW_DATA_OPTIONS(run_options),
    {MSW_OPT_SWITCH, 'q', "quiet", NULL, AT(quiet), MSW_OPT_OPTIONAL, "no progress and no summary"},
    {MSW_OPT_SWITCH, 'v', "verbose", NULL, AT(verbose), MSW_OPT_OPTIONAL, "also list the inputs and the sweep's hash"},
};

static const char about[] =
    "Evaluates every cell of a sweep and writes one HDF5 file, which appears under its name only when it is complete.\n"
    "A file that is complete for the same sweep and the same inputs is left alone.";
static const char more[] =
    "Examples:\n"
    "  mfusweep run sweeps/quickstart.json\n"
    "  mfusweep run sweep.json -o /tmp/a.h5 -j 8 --set axes.tp=1,2,4 --bench-data my_tables\n"
    "\n"
    "Exit codes: 0 done or already complete, 1 failed, 2 bad input, 130 interrupted (nothing is left behind).";

/* A run between its stages. */
typedef struct {
  const run_options *options;
  msw_context *ctx;
  msw_spec spec;
  msw_plan plan;
  const char *path;            /* of the result */
  bool deflate;
  msw_run_tables tables;
  msw_provenance provenance;
  const volatile sig_atomic_t *stop;
} run_job;

/* ---- Before the work: is it wanted, allowed, possible? ---- */

static msw_status choose_compression(run_job *job) {
  static const char *const known[] = {"none", "deflate"};
  const char *word = job->options->compress ? job->options->compress : job->spec.compress;
  job->deflate = !word || strcmp(word, "deflate") == 0;
  if (job->deflate || strcmp(word, "none") == 0) return MSW_OK;
  msw_diag *diag = &job->ctx->diag;
  msw_error(diag, (msw_loc){0}, "--compress", msw_did_you_mean(diag, msw_nearest(word, known, 2)),
            "expected none or deflate, found '%s'", word);
  return MSW_BAD_INPUT;
}

static const char *result_path(const run_job *job) {
  if (job->options->output) return job->options->output;
  if (job->spec.output_file) return job->spec.output_file;
  return msw_format(&job->ctx->arena, "results/%s.h5", job->spec.name);
}

static msw_status check_place(const run_job *job) {
  msw_diag *diag = &job->ctx->diag;
  bool is_good = msw_place_check(job->path, job->spec.input_files, job->spec.n_inputs, diag) &&
                 msw_place_has_room(job->path, job->plan.n_bytes, job->deflate, false, diag);
  return is_good ? MSW_OK : MSW_BAD_INPUT;
}

/* Limits, room and a writable place: all that forbids a run is said together. Where a result lies already, its place
 * does not matter before it is known to be another one. */
static msw_status check_feasible(const run_job *job) {
  msw_diag *diag = &job->ctx->diag;
  size_t n_errors_before = diag->n_errors;
  msw_plan_check_limits(&job->plan, false, diag);
  if (!msw_is_file(job->path)) check_place(job);
  return diag->n_errors > n_errors_before ? MSW_BAD_INPUT : MSW_OK;
}

/* *complete: the file there is this very result. Anything else there is refused. */
static msw_status look_at_old_result(run_job *job, bool *complete) {
  msw_diag *diag = &job->ctx->diag;
  bool exists = false;
  msw_result_identity old = {0};
  *complete = false;
  if (job->options->fresh) return MSW_OK;
  msw_status status = msw_result_identify(job->path, &job->ctx->arena, diag, &exists, &old);
  if (status != MSW_OK || !exists) return status;
  *complete = old.hash && strcmp(old.hash, job->provenance.hash) == 0;
  if (*complete) return MSW_OK;
  const char *what = "is no result of mfusweep";
  if (old.hash)
    what = msw_format(&job->ctx->arena, "holds another result (sweep '%s', mfusweep %s): sweep or inputs differ",
                      old.spec_name ? old.spec_name : "?", old.version ? old.version : "?");
  msw_error(diag, (msw_loc){.file = job->path}, NULL, "--fresh replaces it; -o names another file", "%s", what);
  return MSW_BAD_INPUT;
}

static void list_inputs(const run_job *job) {
  msw_log("sweep %s, hash %s", job->spec.name, job->provenance.hash);
  for (size_t i_input = 0; i_input < job->provenance.n_inputs; i_input++)
    msw_log("input %.12s  %s", job->provenance.inputs[i_input].sha256, job->provenance.inputs[i_input].file);
}

/* ---- The work ---- */

static msw_status write_grid(run_job *job) {
  msw_context *ctx = job->ctx;
  const msw_plan *plan = &job->plan;
  int n_threads = job->options->n_threads > 0 ? job->options->n_threads : msw_default_threads();
  const int fast = 1;   /* deflate level: higher ones gain little on shuffled floats */
  msw_writer_options how = {.deflate = job->deflate, .deflate_level = fast, .n_threads = n_threads};

  msw_writer_clean_stale(job->path);
  msw_writer *writer = msw_writer_open(job->path, plan, &job->provenance, how, &ctx->diag);
  if (!writer) return ctx->diag.status == MSW_OK ? MSW_FAILED : ctx->diag.status;

  double start_s = msw_now_s();
  msw_progress progress;
  msw_sink sink = msw_writer_sink(writer);
  msw_block_counts *counts = msw_arena_array(&ctx->arena, plan->n_blocks, sizeof *counts);
  msw_progress_start(&progress, plan->n_cells);
  msw_run_options run_how = {.n_threads = n_threads, .stop = job->stop, .progress = &progress};
  msw_status status = msw_run(plan, &job->tables, &sink, &run_how, counts);
  msw_progress_end(&progress);
  if (status != MSW_OK) {
    msw_writer_abort(writer);
    return status;
  }
  msw_run_summary summary = {.path = job->path, .plan = plan, .tables = &job->tables, .counts = counts,
                             .n_threads = n_threads};
  status = msw_writer_finish(writer, counts, &summary.stored_bytes);
  summary.seconds = msw_now_s() - start_s;
  if (status == MSW_OK) msw_run_summary_print(&summary);
  return status;
}

static msw_status compute(run_job *job) {
  msw_context *ctx = job->ctx;
  job->stop = msw_catch_interrupts();   /* before there is any file of ours, the one that tries out the place included */
  msw_status status = check_feasible(job);
  if (status == MSW_OK) status = msw_run_load_tables(&job->plan, &ctx->data, &ctx->arena, &ctx->diag, &job->tables);
  if (status != MSW_OK) return status;

  job->provenance = msw_provenance_collect(&job->plan, &job->tables, &ctx->arena);
  msw_context_say(ctx);   /* notes and warnings come before the progress */
  if (job->options->verbose) list_inputs(job);

  bool complete = false;
  status = look_at_old_result(job, &complete);
  if (status != MSW_OK) return status;
  if (complete) {
    msw_log("%s: already complete (--fresh computes it again)", job->path);
    return MSW_OK;
  }
  if (msw_is_file(job->path)) status = check_place(job);
  if (status == MSW_OK) status = write_grid(job);
  if (status == MSW_INTERRUPTED) msw_log_loud("interrupted: %s was not written", job->path);
  return status;
}

static msw_status cmd_run(const void *options, msw_context *ctx) {
  run_job job = {.options = options, .ctx = ctx};
  if (job.options->quiet && job.options->verbose) {
    msw_error(&ctx->diag, (msw_loc){0}, NULL, NULL, "--quiet and --verbose exclude each other");
    return MSW_BAD_INPUT;
  }
  if (job.options->quiet) msw_log_level(MSW_QUIET);
  if (job.options->verbose) msw_log_level(MSW_VERBOSE);

  msw_spec_edits edits = {.sets = job.options->sets.items, .n_sets = job.options->sets.n};
  msw_status status = msw_context_open_data(ctx, &job.options->data);
  if (status == MSW_OK)
    status = msw_spec_load(job.options->spec, edits, &ctx->data, &ctx->arena, &ctx->diag, &job.spec);
  if (status == MSW_OK) status = msw_plan_build(&job.spec, &ctx->arena, &ctx->diag, &job.plan);
  if (status == MSW_OK) status = choose_compression(&job);
  if (status == MSW_OK) {
    job.path = result_path(&job);
    status = job.options->dry_run ? msw_plan_show(&job.plan, job.path, job.deflate, ctx) : compute(&job);
  }
  msw_spec_free(&job.spec);
  return status;
}

const msw_command msw_command_run = {
    .name = "run",
    .summary = "evaluate a sweep file into an HDF5 grid",
    .table = {"run", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(run_options),
    .run = cmd_run,
};
