/* mfusweep man: the manual page, from the same tables as the help pages. */
#include <string.h>

#include "command.h"
#include "help.h"
#include "man_text.h"
#include "msw/output/provenance.h"

static const char about[] =
    "Prints the manual page mfusweep(1), all commands in one, in the language of man. `make install` puts it where\n"
    "`man mfusweep` finds it.";
static const char more[] =
    "Example:\n"
    "  mfusweep man | man -l -";

static void put(const char *text) { msw_man_text(text, strlen(text), stdout); }

/* A term in bold, and what explains it. */
static void put_item(const char *term, const char *text) {
  fputs(".TP 12\n.B ", stdout);
  put(term);
  putchar('\n');
  put(text);
  putchar('\n');
}

/* ---- Commands ---- */

static void put_usage(const msw_opt_table *table, msw_arena *arena) {
  printf(".B mfusweep %s\n", table->command);
  for (size_t i_opt = 0; i_opt < table->n_options; i_opt++) {
    put(msw_opt_usage(&table->options[i_opt], arena));
    puts("\\&");   /* no end of a sentence, for all its dots */
  }
}

/* ".BR \-o ", " \-\-output" and the value in italics */
static void put_option(const msw_opt *opt) {
  const bool is_operand = opt->kind == MSW_OPT_OPERAND || opt->kind == MSW_OPT_OPERANDS;
  fputs(".TP\n", stdout);
  if (is_operand) fputs("\\fI", stdout);
  else if (opt->letter) printf("\\fB\\-%c\\fR, \\fB\\-\\-", opt->letter);
  else fputs("\\fB\\-\\-", stdout);
  put(opt->name);
  fputs("\\fR", stdout);
  if (opt->value) fputs(" \\fI", stdout);
  if (opt->value) put(opt->value);
  fputs(opt->value ? "\\fR\n" : "\n", stdout);
  put(opt->help);
  putchar('\n');
}

static void put_command(const msw_command *command, msw_arena *arena) {
  printf(".SS ");
  put(command->name);
  fputs("\n", stdout);
  put_usage(&command->table, arena);
  fputs(".PP\n", stdout);
  msw_man_lines(command->table.about, stdout);
  for (size_t i_opt = 0; i_opt < command->table.n_options; i_opt++) put_option(&command->table.options[i_opt]);
  if (!command->table.more) return;
  fputs(".PP\n", stdout);
  msw_man_lines(command->table.more, stdout);
}

static void put_commands(msw_arena *arena) {
  size_t n_groups;
  const msw_command_group *groups = msw_command_groups(&n_groups);
  puts(".SH COMMANDS");
  for (size_t i_group = 0; i_group < n_groups; i_group++) {
    fputs(".PP\n", stdout);
    put(groups[i_group].title);
    puts(":");
    for (size_t i_command = 0; i_command < groups[i_group].n; i_command++)
      put_item(groups[i_group].commands[i_command]->name, groups[i_group].commands[i_command]->summary);
  }
  puts(".SH OPTIONS");
  msw_man_lines("Options are written --name value, --name=value, -x value or -xvalue; behind -- everything is an operand. "
                "-h and --help show a command's page.",
                stdout);
  for (size_t i_group = 0; i_group < n_groups; i_group++)
    for (size_t i_command = 0; i_command < groups[i_group].n; i_command++)
      put_command(groups[i_group].commands[i_command], arena);
}

/* ---- The rest of the page ---- */

typedef struct { const char *term, *text; } item;

static void put_section(const char *title, const item *items, size_t n) {
  printf(".SH %s\n", title);
  for (size_t i_item = 0; i_item < n; i_item++) put_item(items[i_item].term, items[i_item].text);
}

static void put_lists(void) {
  static const item EXITS[] = {
      {"0", "done; validate, crossval and the commands on results report and exit with 0, whatever they find"},
      {"1", "failed: no room, no memory, a damaged file"},
      {"2", "wrong usage or bad input; all mistakes are listed"},
      {"3", "verify found differences"},
      {"130", "interrupted; the same run command goes on with what is left"},
  };
  static const item VARIABLES[] = {
      {"MFUSWEEP_DATA", "data root, where --data-dir does not say it: a folder with model_configs/ and bench_data/"},
      {"SLURM_ARRAY_TASK_ID, SLURM_PROCID, OMPI_COMM_WORLD_RANK ...", "which part of a run is this process's (run --shard)"},
      {"NO_COLOR", "set to anything: no colours, which there are only on a terminal"},
      {"VAR", "any variable that a sweep file names as ${VAR}"},
  };
  static const item FILES[] = {
      {"results/NAME.h5", "result of the sweep NAME: HDF5, netCDF-4 and NeXus at once"},
      {"OUT.h5.shards/", "what a long or interrupted run has finished so far"},
      {"model_configs/NAME/config.json", "models, as Hugging Face has them"},
      {"bench_data/gpus/GPU.json", "GPUs: peaks, bandwidths, memory, constants of methods"},
      {"bench_data/", "kernel tables; more of them with --bench-data"},
  };
  put_section("EXIT STATUS", EXITS, sizeof EXITS / sizeof *EXITS);
  put_section("ENVIRONMENT", VARIABLES, sizeof VARIABLES / sizeof *VARIABLES);
  put_section("FILES", FILES, sizeof FILES / sizeof *FILES);
}

static void put_examples(void) {
  static const char EXAMPLES[] =
      "What a sweep would compute, the sweep, and whether its cells are right:\n"
      "  mfusweep plan sweeps/quickstart.json\n"
      "  mfusweep run sweeps/quickstart.json\n"
      "  mfusweep verify results/quickstart.h5\n"
      "Why a step takes as long as it does:\n"
      "  mfusweep explain --gpu h100 --model llama-3.1-8b --decode 16*4096";
  puts(".SH EXAMPLES");
  msw_man_lines(EXAMPLES, stdout);
}

static msw_status cmd_man(const void *options, msw_context *ctx) {
  (void)options;
  printf(".TH MFUSWEEP 1 \"\" \"mfusweep %s\" \"User Commands\"\n.nh\n.ad l\n", msw_version());
  puts(".SH NAME\nmfusweep \\- sweeps of LLM inference step configurations through MFU rooflines into labelled HDF5 grids");
  puts(".SH SYNOPSIS\n.B mfusweep\n.I COMMAND\n[OPTIONS]\n.br\n.B mfusweep help\n[\\fICOMMAND\\fR]");
  puts(".SH DESCRIPTION");
  msw_man_lines(
      "Expands one sweep file (models, GPUs, tensor parallelism, methods, batch, KV length, sequence length ...) into "
      "millions to billions of step configurations, evaluates each from measured kernel latencies and rooflines, and "
      "writes dense, self-describing grids. Results go to stdout, everything else to stderr.",
      stdout);
  put_commands(&ctx->arena);
  put_lists();
  put_examples();
  puts(".SH SEE ALSO\n.BR h5dump (1),\n.BR ncdump (1),");
  msw_man_lines("and docs/ of the project: sweep-file.md, result-file.md, model.md", stdout);
  return MSW_OK;
}

const msw_command msw_command_man = {
    .name = "man",
    .summary = "the manual page",
    .table = {.command = "man", .about = about, .more = more},
    .run = cmd_man,
};
