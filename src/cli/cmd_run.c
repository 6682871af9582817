/* mfusweep run: the whole way of a sweep. spec -> plan -> tables -> provenance -> file or shards -> summary: each stage
 * sees only earlier, finished stages. Read this file first after docs/architecture.md; the stages are in run_*.c.
 */
#include "command.h"
#include "interrupt.h"
#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/str.h"
#include "plan_show.h"
#include "run_job.h"
#include "stand_ins.h"
#include "threads.h"

#define AT(field) offsetof(msw_run_order, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERAND, 0, "SPEC", NULL, AT(spec), MSW_OPT_NEEDED, "the sweep file (docs/sweep-file.md)"},
    {MSW_OPT_TEXT, 'o', "output", "OUT.h5", AT(output), MSW_OPT_OPTIONAL,
     "result file (default: the sweep's output.file, else results/<name>.h5)"},
    {MSW_OPT_COUNT, 'j', "threads", "N", AT(n_threads), MSW_OPT_OPTIONAL,
     "threads (default: the CPUs that this process may use)"},
    {MSW_OPT_TEXT, 0, "shard", "I/N", AT(shard), MSW_OPT_OPTIONAL,
     "task I of N, from 0: compute only its part of the shards, and do not merge (default: as Slurm or Open MPI number "
     "their tasks; 0/1: alone)"},
    {MSW_OPT_SWITCH, 0, "fresh", NULL, AT(fresh), MSW_OPT_OPTIONAL,
     "replace whatever OUT.h5 and its shards hold, without asking"},
    {MSW_OPT_SWITCH, 0, "keep-shards", NULL, AT(keep_shards), MSW_OPT_OPTIONAL,
     "leave the shards in OUT.h5.shards after merging"},
    {MSW_OPT_TEXT, 0, "shard-bytes", "B", AT(shard_bytes), MSW_OPT_OPTIONAL,
     "uncompressed cells of one shard, e.g. 64M (default: 256M); what is smaller is written at once"},
    {MSW_OPT_TEXT, 0, "keepbits", "K", AT(keepbits), MSW_OPT_OPTIONAL,
     "round floats to K bits of mantissa, 1 to 22, so that they compress better (default: the sweep's output.keepbits, "
     "else all 23)"},
    {MSW_OPT_TEXT, 0, "compress", "none|deflate", AT(compress), MSW_OPT_OPTIONAL,
     "how cells are stored (default: the sweep's output.compress, else deflate); lossless either way"},
    {MSW_OPT_SWITCH, 0, "fletcher32", NULL, AT(fletcher32), MSW_OPT_OPTIONAL, "store a checksum with every chunk"},
    {MSW_OPT_SWITCH, 0, "dry-run", NULL, AT(dry_run), MSW_OPT_OPTIONAL, "print what `plan` prints and stop"},
    {MSW_OPT_LIST, 0, "set", "PATH=VALUE", AT(sets), MSW_OPT_OPTIONAL,
     "change the sweep document before it is read, e.g. axes.tp=1,2 or limits.max_cells=1e8; repeatable"},
    {MSW_OPT_LIST, 0, "only", "AXIS=GLOB[,GLOB]", AT(only), MSW_OPT_OPTIONAL,
     "keep only these values of an axis, e.g. model=llama* or batch=1:8; repeatable"},
    MSW_DATA_OPTIONS(msw_run_order),
    {MSW_OPT_SWITCH, 'q', "quiet", NULL, AT(quiet), MSW_OPT_OPTIONAL, "no progress and no summary"},
    {MSW_OPT_SWITCH, 'v', "verbose", NULL, AT(verbose), MSW_OPT_OPTIONAL, "also list the inputs and the sweep's hash"},
};

static const char about[] =
    "Evaluates every cell of a sweep and writes one HDF5 file, which appears under its name only when it is complete.\n"
    "A file that is complete for the same sweep and the same inputs is left alone.\n"
    "A long run is made in shards, in OUT.h5.shards: after an interruption the same command goes on with what is\n"
    "left, and several processes may work on it at once (docs/resume.md).";
static const char more[] =
    "Examples:\n"
    "  mfusweep run sweeps/quickstart.json\n"
    "  mfusweep run sweep.json -o /tmp/a.h5 -j 8 --set axes.tp=1,2,4 --bench-data my_tables\n"
    "  srun -n 8 mfusweep run sweep.json -o big.h5 && mfusweep merge big.h5.shards -o big.h5\n"
    "\n"
    "Exit codes: 0 done or already complete, 1 failed, 2 bad input, 130 interrupted (finished shards are kept).";

static const char *result_path(const msw_run_job *job) {
  if (job->order->output) return job->order->output;
  if (job->spec.output_file) return job->spec.output_file;
  return msw_format(&job->ctx->arena, "results/%s.h5", job->spec.name);
}

static void list_inputs(const msw_run_job *job) {
  msw_log("sweep %s, hash %s", job->spec.name, job->provenance.hash);
  for (size_t i_input = 0; i_input < job->provenance.n_inputs; i_input++)
    msw_log("input %.12s  %s", job->provenance.inputs[i_input].sha256, job->provenance.inputs[i_input].file);
}

/* A result of one shard needs no folder; what a run that was killed at its very beginning left of one goes. */
static msw_status write_result(msw_run_job *job) {
  const msw_shards_order order = {.out = job->path, .plan = &job->plan, .shard_bytes = job->shard_bytes,
                                  .share = job->share};
  if (msw_shards_wanted(&order)) return msw_run_shards(job);
  if (msw_is_dir(job->folder) && !msw_shards_in_use(job->folder)) (void)msw_shards_remove(job->folder, &job->ctx->diag);
  msw_status status = msw_is_file(job->path) ? msw_run_check_place(job, job->plan.n_cells) : MSW_OK;
  return status == MSW_OK ? msw_run_direct(job) : status;
}

/* For the file; the summary tells them too. */
static void note_stand_ins(msw_run_job *job) {
  const msw_notes notes = msw_stand_ins_of_plan(&job->plan, &job->tables, &job->ctx->arena);
  job->storage.notes = notes.items;
  job->storage.n_notes = notes.n;
}

static msw_status compute(msw_run_job *job) {
  msw_context *ctx = job->ctx;
  job->stop = msw_catch_interrupts();   /* before there is any file of ours, the one that tries the place included */
  msw_status status = msw_run_check_feasible(job);
  if (status == MSW_OK) status = msw_run_load_tables(&job->plan, &ctx->data, &ctx->arena, &ctx->diag, &job->tables);
  if (status != MSW_OK) return status;

  job->storage.points = msw_points_eval(&job->plan, &job->tables, &ctx->arena, &ctx->diag);
  note_stand_ins(job);
  job->provenance = msw_provenance_collect(&job->plan, &job->tables, &ctx->arena);
  msw_context_say(ctx);   /* notes and warnings come before the progress */
  if (job->order->verbose) list_inputs(job);

  bool complete = false;
  status = msw_run_look_at_old(job, &complete);
  if (status == MSW_OK && complete) msw_log("%s: already complete (--fresh computes it again)", job->path);
  return status == MSW_OK && !complete ? write_result(job) : status;
}

static msw_status cmd_run(const void *options, msw_context *ctx) {
  msw_run_job job = {.order = options, .ctx = ctx};
  if (job.order->quiet && job.order->verbose) {
    msw_error(&ctx->diag, (msw_loc){0}, NULL, NULL, "--quiet and --verbose exclude each other");
    return MSW_BAD_INPUT;
  }
  if (job.order->quiet) msw_log_level(MSW_QUIET);
  if (job.order->verbose) msw_log_level(MSW_VERBOSE);

  msw_spec_edits edits;
  msw_status status = msw_run_read_options(&job, &edits);
  if (status == MSW_OK) status = msw_context_open_data(ctx, &job.order->data);
  if (status == MSW_OK) status = msw_spec_load(job.order->spec, edits, &ctx->data, &ctx->arena, &ctx->diag, &job.spec);
  if (status == MSW_OK) status = msw_plan_build(&job.spec, &ctx->arena, &ctx->diag, &job.plan);
  if (status == MSW_OK) status = msw_run_choose_storage(&job);
  if (status == MSW_OK) {
    job.path = result_path(&job);
    job.folder = msw_shards_folder(&ctx->arena, job.path);
    job.n_threads = job.order->n_threads > 0 ? job.order->n_threads : msw_default_threads();
    status = job.order->dry_run ? msw_plan_show(&job.plan, job.path, job.storage.deflate, ctx) : compute(&job);
  }
  msw_spec_free(&job.spec);
  return status;
}

const msw_command msw_command_run = {
    .name = "run",
    .summary = "evaluate a sweep file into an HDF5 grid",
    .table = {"run", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(msw_run_order),
    .run = cmd_run,
};
