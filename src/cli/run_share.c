/* Reading the share of the work from the command line or the environment. */
#include "run_share.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

static const msw_loc command_line = {0};

/* A whole number of at least `least` in s[0..len). */
static bool parse_count(const char *s, size_t len, int64_t least, int64_t *out) {
  enum { MOST_DIGITS = 18 };
  char digits[MOST_DIGITS + 1];
  if (len == 0 || len > MOST_DIGITS) return false;
  memcpy(digits, s, len);
  digits[len] = '\0';
  return msw_parse_int(digits, out) && *out >= least;
}

static bool parse_option(const char *text, msw_share *share) {
  const char *slash = strchr(text, '/');
  int64_t i = 0, n = 0;
  bool good = slash && parse_count(text, (size_t)(slash - text), 0, &i) &&
              parse_count(slash + 1, strlen(slash + 1), 1, &n) && i < n;
  if (good) *share = (msw_share){(uint64_t)i, (uint64_t)n};
  return good;
}

/* *given: the variable is set; false when it is set to something else than a whole number. */
static bool read_variable(const char *name, int64_t least, msw_diag *diag, int64_t *value, bool *given) {
  const char *text = getenv(name);
  *given = text != NULL;
  if (!text || parse_count(text, strlen(text), least, value)) return true;
  msw_error(diag, command_line, NULL, "--shard I/N overrides it",
            "environment variable %s: expected a whole number, found '%s'", name, text);
  return false;
}

/* One way of saying who one is. `first` and `step` may be NULL: tasks are then numbered 0, 1, 2 ... */
typedef struct { const char *id, *count, *first, *step; } numbering;

static const numbering numberings[] = {
    {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"},
    {"SLURM_PROCID", "SLURM_NTASKS", NULL, NULL},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", NULL, NULL},
};

static bool is_set(const numbering *by) { return getenv(by->id) && getenv(by->count); }

/* In a batch script Slurm names the first task and the number of tasks that srun would start; srun has started none. */
static bool is_batch_script(const numbering *by) {
  return strcmp(by->id, "SLURM_PROCID") == 0 && getenv("SLURM_JOB_ID") && !getenv("SLURM_STEP_ID");
}

static bool read_numbering(const numbering *by, msw_diag *diag, msw_share *share) {
  int64_t id = 0, count = 1, first = 0, step = 1;
  bool given;
  bool good = read_variable(by->id, 0, diag, &id, &given);
  good = read_variable(by->count, 1, diag, &count, &given) && good;
  if (by->first) good = read_variable(by->first, 0, diag, &first, &given) && good;
  if (by->step) good = read_variable(by->step, 1, diag, &step, &given) && good;
  if (!good) return false;
  int64_t i = (id - first) / step;
  if (id >= first && (id - first) % step == 0 && i < count) {
    *share = (msw_share){(uint64_t)i, (uint64_t)count};
    return true;
  }
  msw_error(diag, command_line, NULL, "number the tasks evenly, as in --array=0-7, or give --shard I/N",
            "%s=%" PRId64 " is not one of %" PRId64 " tasks from %" PRId64 " in steps of %" PRId64, by->id, id, count,
            first, step);
  return false;
}

bool msw_share_choose(const char *option, msw_diag *diag, msw_share *share, const char **source) {
  *share = (msw_share){0, 1};
  *source = NULL;
  if (option) {
    if (!parse_option(option, share)) {
      msw_error(diag, command_line, "--shard", "e.g. 0/4, 1/4, 2/4, 3/4", "expected I/N with 0 <= I < N, found '%s'",
                option);
      return false;
    }
    if (share->n > 1) *source = "--shard";
    return true;
  }
  for (size_t i = 0; i < sizeof numberings / sizeof numberings[0]; i++) {
    if (!is_set(&numberings[i]) || is_batch_script(&numberings[i])) continue;
    if (!read_numbering(&numberings[i], diag, share)) return false;
    if (share->n == 1) continue;
    *source = numberings[i].id;
    return true;
  }
  return true;
}
