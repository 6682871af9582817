/* Running children and measuring them from outside. */
#include "tool.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "made_tables.h"
#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/str.h"

_Noreturn static void become(const char *const *argv, const char *log) {
  int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (out >= 0) {
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
  }
  execvp(argv[0], (char *const *)(uintptr_t)argv);   /* exec takes pointers to what it does not change */
  _exit(127);
}

bench_child bench_run_program(const char *const *argv, const char *log) {
  /* fork, not posix_spawn: a child that shares the parent's memory until exec would count the parent's peak as its own. */
  bench_child child = {.exit_code = -1};
  const double bytes_per_kib = 1024.0;
  struct rusage usage = {0};
  int state = 0;
  double start_s = msw_now_s();
  pid_t pid = fork();
  if (pid == 0) become(argv, log);
  if (pid < 0 || wait4(pid, &state, 0, &usage) != pid) return child;
  child.seconds = msw_now_s() - start_s;
  child.peak_bytes = (double)usage.ru_maxrss * bytes_per_kib;
  if (WIFSIGNALED(state)) child.signal = WTERMSIG(state);
  if (WIFEXITED(state)) child.exit_code = WEXITSTATUS(state);
  return child;
}

static const char *log_path(bench *b) { return msw_join_path(&b->arena, b->work, "log"); }

bench_child bench_run_tool(bench *b, const char *command, const char *const *args) {
  const char *argv[BENCH_MAX_ARGS + 8] = {b->options->tool, command};
  size_t n = 2;
  for (; *args && n < BENCH_MAX_ARGS / 2; args++) argv[n++] = *args;
  if (strcmp(command, "run") == 0 || strcmp(command, "plan") == 0) {
    argv[n++] = "--data-dir", argv[n++] = b->options->data_dir;
    for (size_t i_dir = 0; i_dir < b->options->n_bench_dirs; i_dir++)
      argv[n++] = "--bench-data", argv[n++] = b->options->bench_dirs[i_dir];
    argv[n++] = "--bench-data", argv[n++] = b->tables;
  }
  return bench_run_program(argv, log_path(b));
}

const char *bench_tool_complaint(bench *b, const bench_child *child) {
  enum { LINE_BYTES = 512 };
  char line[LINE_BYTES], last[LINE_BYTES] = "it said nothing";
  FILE *log = fopen(log_path(b), "re");
  while (log && fgets(line, sizeof line, log)) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '\0') memcpy(last, line, sizeof last);
  }
  if (log) fclose(log);
  if (child->signal > 0) return msw_format(&b->arena, "signal %d: %s", child->signal, last);
  return msw_format(&b->arena, "exit code %d: %s", child->exit_code, last);
}

const char *bench_tool_sweep_text(msw_arena *arena, double cells, int n_fields) {
  const double cells_per_length = 512.0 * 16.0, step = 4.0;   /* batches, cases */
  long long n_lengths = (long long)(cells / cells_per_length);
  if (n_lengths < 1) n_lengths = 1;
  return msw_format(arena, "{\"sweep\":1,\"name\":\"bench\",\"fixed\":{\"gpu\":\"h100\",\"phase\":\"decode\","
                           "\"method\":\"v2-interp\"},\"axes\":{\"model\":%s,\"tp\":\"1:8:*2\",\"batch\":\"1:512\","
                           "\"kv_len\":\"4:%lld:4\"},\"fields\":[\"step_us\"%s]}\n",
                    bench_models, n_lengths * (long long)step, n_fields > 1 ? ",\"attn_us\"" : "");
}

const char *bench_tool_sweep_file(bench *b, const char *name, const char *text) {
  const char *path = msw_join_path(&b->arena, b->work, name);
  FILE *file = fopen(path, "we");
  if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
    perror(path);
    exit(1);
  }
  return path;
}

bool bench_has_room(bench *b, bench_part part, const char *series, double n_bytes) {
  const double bytes_per_gb = 1e9;
  unsigned long long free_bytes = 0;
  if (!msw_free_bytes(b->work, &free_bytes) || (double)free_bytes > n_bytes) return true;
  bench_report_missing(b->report, part, series, "all",
                       msw_format(&b->arena, "%s has %.1f GB free, %.1f are needed", b->work,
                                  (double)free_bytes / bytes_per_gb, n_bytes / bytes_per_gb));
  return false;
}
