/* Whose share of the work: the option, the environments of Slurm and Open MPI, and nonsense in them. */
#include "msw_test.h"

#include <stdlib.h>

#include "run_share.h"

enum { MOST_VARIABLES = 8 };
static const char *const all_names[] = {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
                                        "SLURM_ARRAY_TASK_STEP", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_JOB_ID",
                                        "SLURM_STEP_ID", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"};

typedef struct { const char *name, *value; } variable;
typedef struct {
  const char *option;
  variable variables[MOST_VARIABLES];
  uint64_t i, n;
  const char *source;   /* or, with n 0, what the error says */
} share_case;

static const share_case cases[] = {
    {NULL, {{NULL, NULL}}, 0, 1, NULL},
    {"0/1", {{NULL, NULL}}, 0, 1, NULL},
    {"2/7", {{NULL, NULL}}, 2, 7, "--shard"},
    {NULL, {{"SLURM_ARRAY_TASK_ID", "3"}, {"SLURM_ARRAY_TASK_COUNT", "8"}}, 3, 8, "SLURM_ARRAY_TASK_ID"},
    {NULL, {{"SLURM_ARRAY_TASK_ID", "5"}, {"SLURM_ARRAY_TASK_COUNT", "4"}, {"SLURM_ARRAY_TASK_MIN", "2"}}, 3, 4,
     "SLURM_ARRAY_TASK_ID"},
    {NULL, {{"SLURM_ARRAY_TASK_ID", "10"}, {"SLURM_ARRAY_TASK_COUNT", "4"}, {"SLURM_ARRAY_TASK_MIN", "1"},
            {"SLURM_ARRAY_TASK_STEP", "3"}}, 3, 4, "SLURM_ARRAY_TASK_ID"},
    {NULL, {{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}}, 1, 2, "SLURM_PROCID"},
    {NULL, {{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "4"}}, 0, 4, "OMPI_COMM_WORLD_RANK"},
    /* A count of one is no sharing: the next that tells of several counts. */
    {NULL, {{"SLURM_ARRAY_TASK_ID", "0"}, {"SLURM_ARRAY_TASK_COUNT", "1"}, {"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "3"}},
     1, 3, "SLURM_PROCID"},
    {NULL, {{"SLURM_ARRAY_TASK_ID", "1"}, {"SLURM_ARRAY_TASK_COUNT", "2"}, {"SLURM_PROCID", "2"}, {"SLURM_NTASKS", "3"}},
     1, 2, "SLURM_ARRAY_TASK_ID"},
    {"0/1", {{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}}, 0, 1, NULL},
    {"1/3", {{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}}, 1, 3, "--shard"},
    /* Half of a numbering is none. */
    {NULL, {{"SLURM_PROCID", "1"}}, 0, 1, NULL},
    /* A batch script is no task that srun started. */
    {NULL, {{"SLURM_JOB_ID", "9"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}, 0, 1, NULL},
    {NULL, {{"SLURM_JOB_ID", "9"}, {"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "2"}, {"SLURM_NTASKS", "4"}}, 2, 4,
     "SLURM_PROCID"},
    {"3", {{NULL, NULL}}, 0, 0, "expected I/N with 0 <= I < N, found '3'"},
    {"/", {{NULL, NULL}}, 0, 0, "expected I/N"},
    {"4/4", {{NULL, NULL}}, 0, 0, "expected I/N"},
    {"-1/4", {{NULL, NULL}}, 0, 0, "expected I/N"},
    {"0/0", {{NULL, NULL}}, 0, 0, "expected I/N"},
    {"1/2/3", {{NULL, NULL}}, 0, 0, "expected I/N"},
    {"1/99999999999999999999", {{NULL, NULL}}, 0, 0, "expected I/N"},
    {NULL, {{"SLURM_PROCID", "one"}, {"SLURM_NTASKS", "2"}}, 0, 0,
     "environment variable SLURM_PROCID: expected a whole number, found 'one'"},
    {NULL, {{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "0"}}, 0, 0, "environment variable SLURM_NTASKS"},
    {NULL, {{"OMPI_COMM_WORLD_RANK", "4"}, {"OMPI_COMM_WORLD_SIZE", "4"}}, 0, 0,
     "OMPI_COMM_WORLD_RANK=4 is not one of 4 tasks from 0 in steps of 1"},
    {NULL, {{"SLURM_ARRAY_TASK_ID", "7"}, {"SLURM_ARRAY_TASK_COUNT", "3"}, {"SLURM_ARRAY_TASK_MIN", "0"},
            {"SLURM_ARRAY_TASK_STEP", "2"}}, 0, 0, "is not one of 3 tasks from 0 in steps of 2"},
};

static void set_variables(const share_case *one) {
  for (size_t i_name = 0; i_name < sizeof all_names / sizeof all_names[0]; i_name++) unsetenv(all_names[i_name]);
  for (size_t i_variable = 0; i_variable < MOST_VARIABLES && one->variables[i_variable].name; i_variable++)
    assert_int_equal(setenv(one->variables[i_variable].name, one->variables[i_variable].value, 1), 0);
}

static void check_refused(const share_case *one) {
  msw_diag diag = {0};
  msw_share share;
  const char *source;
  assert_false(msw_share_choose(one->option, &diag, &share, &source));
  assert_says(&diag, one->source);
  msw_diag_free(&diag);
}

static void all_ways_of_saying_it(void **state) {
  (void)state;
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    const share_case *one = &cases[i_case];
    set_variables(one);
    if (one->n == 0) {
      check_refused(one);
      continue;
    }
    msw_diag diag = {0};
    msw_share share;
    const char *source = "unset";
    assert_true(msw_share_choose(one->option, &diag, &share, &source));
    if (share.i != one->i || share.n != one->n) fail_msg("case %zu: %d/%d", i_case, (int)share.i, (int)share.n);
    if (one->source) assert_string_equal(source, one->source);
    else assert_null(source);
    assert_no_errors(&diag);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_ways_of_saying_it)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
