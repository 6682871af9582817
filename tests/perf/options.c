/* Reading the command line. Every default makes the figures that docs/benchmarks.md quotes. */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "threads.h"

const char *const bench_part_names[BENCH_N_PARTS] = {"fill", "eval", "threads", "bind", "plan",
                                                     "run", "compress", "merge", "big"};

enum { DEFAULT_PAIRS = 7, MAX_PAIRS = 999, MAX_BENCH_DIRS = 16 };

static const char help[] =
    "usage: bench [OPTIONS]\n"
    "How fast mfusweep is, as medians of ratios of interleaved pairs in this one run. A table goes to stderr, JSON to\n"
    "stdout or a file; scripts/bench_table turns the JSON into Markdown.\n\n"
    "  --only PART[,PART...]  fill eval threads bind plan run compress merge big (default: all but big)\n"
    "  --big                  also the peak memory of a run of 10^9 cells x 2 fields (twice 8 GB on disk)\n"
    "  --pairs N              rounds of each series (default 7)\n"
    "  --gib G                size of buffers and files in GiB (default 1)\n"
    "  --cpu-clock            time what one thread does alone by its CPU clock: for a machine that others use too\n"
    "  --threads N            what \"all threads\" means (default: the CPUs that this process may use)\n"
    "  --json FILE            where the JSON goes\n"
    "  --bench-data DIR       kernel tables that go before the made ones; repeatable\n"
    "  --dir DIR              folder for files (default: this build's); bench-work in it is emptied\n"
    "  --tool FILE            the mfusweep to run (default: this build's)\n"
    "  --data-dir DIR         data root (default: the source tree)\n"
    "  --anyway               measure although this is no optimised build\n";

__attribute__((format(printf, 1, 2))) _Noreturn static void misuse(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fputs("bench: ", stderr);
  vfprintf(stderr, fmt, args);
  va_end(args);
  fputs("; bench --help lists the options\n", stderr);
  exit(2);
}

static void want_parts(char *list, bench_options *options) {
  memset(options->wanted, 0, sizeof options->wanted);
  char *next = NULL;
  for (char *name = list; name; name = next) {
    next = strchr(name, ',');
    if (next) *next++ = '\0';
    int part = 0;
    while (part < BENCH_N_PARTS && strcmp(name, bench_part_names[part]) != 0) part++;
    if (part == BENCH_N_PARTS) misuse("--only: there is no part '%s'", name);
    options->wanted[part] = true;
  }
}

static int count_option(const char *name, const char *text, int most) {
  int64_t value = 0;
  if (!msw_parse_int(text, &value) || value < 1 || value > most) misuse("%s needs a small positive number", name);
  return (int)value;
}

static size_t gib_option(const char *text) {
  const double bytes_per_gib = 1024.0 * 1024.0 * 1024.0, most_gib = 1024.0;
  double gib = 0.0;
  if (!msw_parse_double(text, &gib) || !(gib > 0.0) || gib > most_gib) misuse("--gib: '%s' is no size in GiB", text);
  return (size_t)(gib * bytes_per_gib);
}

enum { ONLY = 256, BIG, PAIRS, GIB, THREADS, JSON, BENCH_DATA, DIR_OPTION, TOOL, DATA_DIR, CPU_CLOCK, ANYWAY };
static const struct option table[] = {
    {"only", required_argument, NULL, ONLY}, {"big", no_argument, NULL, BIG},
    {"pairs", required_argument, NULL, PAIRS}, {"gib", required_argument, NULL, GIB},
    {"threads", required_argument, NULL, THREADS}, {"json", required_argument, NULL, JSON},
    {"bench-data", required_argument, NULL, BENCH_DATA}, {"dir", required_argument, NULL, DIR_OPTION},
    {"tool", required_argument, NULL, TOOL}, {"data-dir", required_argument, NULL, DATA_DIR},
    {"cpu-clock", no_argument, NULL, CPU_CLOCK}, {"anyway", no_argument, NULL, ANYWAY}, {"help", no_argument, NULL, 'h'}, {0},
};

static void add_bench_dir(const char *dir, const char **dirs, bench_options *options) {
  if (options->n_bench_dirs == MAX_BENCH_DIRS) misuse("--bench-data: %s is one too many", dir);
  dirs[options->n_bench_dirs++] = dir;
}

void bench_options_read(int argc, char **argv, msw_arena *arena, bench_options *options) {
  const char **dirs = msw_arena_array(arena, MAX_BENCH_DIRS, sizeof *dirs);
  *options = (bench_options){.n_pairs = DEFAULT_PAIRS, .bytes = gib_option("1"), .n_threads = msw_default_threads(),
                             .dir = BENCH_DIR, .tool = BENCH_TOOL, .data_dir = MSW_TEST_ROOT, .bench_dirs = dirs};
  bool big = false;
  for (int part = 0; part < BENCH_N_PARTS; part++) options->wanted[part] = part != BENCH_BIG;
  for (int word; (word = getopt_long(argc, argv, "h", table, NULL)) != -1;) switch (word) {
      case ONLY: want_parts(msw_strdup(arena, optarg), options); break;
      case BIG: big = true; break;
      case PAIRS: options->n_pairs = count_option("--pairs", optarg, MAX_PAIRS); break;
      case GIB: options->bytes = gib_option(optarg); break;
      case THREADS: options->n_threads = count_option("--threads", optarg, 256); break;
      case JSON: options->json = optarg; break;
      case BENCH_DATA: add_bench_dir(optarg, dirs, options); break;
      case DIR_OPTION: options->dir = optarg; break;
      case TOOL: options->tool = optarg; break;
      case DATA_DIR: options->data_dir = optarg; break;
      case CPU_CLOCK: options->cpu_clock = true; break;
      case ANYWAY: options->anyway = true; break;
      case 'h': fputs(help, stdout); exit(0);
      default: exit(2);
    }
  if (optind < argc) misuse("'%s' is no option", argv[optind]);
  if (big) options->wanted[BENCH_BIG] = true;
}
