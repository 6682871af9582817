/* CPUs that this process may use: affinity mask and cgroup quotas. */
#include "threads.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/file.h"
#include "msw/base/mem.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

enum { LINE_BYTES = 4352 };   /* a path and what stands before it */

/* First line of a file of /proc or /sys, without its end; false when there is none. */
static bool read_line(const char *path, char line[LINE_BYTES]) {
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool good = fgets(line, LINE_BYTES, file) != NULL;
  fclose(file);
  if (good) line[strcspn(line, "\n")] = '\0';
  return good;
}

static int whole_cpus(double quota_us, double period_us) {
  if (!(quota_us > 0.0) || !(period_us > 0.0)) return 0;
  double cpus = quota_us / period_us;
  int whole = (int)cpus;
  return whole < cpus ? whole + 1 : whole;
}

/* Version 2: "cpu.max" holds "max 100000" or "150000 100000". */
static int quota_v2(const char *group, msw_arena *arena) {
  char line[LINE_BYTES];
  double quota_us = 0.0, period_us = 0.0;
  if (!read_line(msw_join_path(arena, group, "cpu.max"), line)) return 0;
  char *space = strchr(line, ' ');
  if (!space) return 0;
  *space = '\0';
  if (!msw_parse_double(line, &quota_us) || !msw_parse_double(space + 1, &period_us)) return 0;
  return whole_cpus(quota_us, period_us);
}

/* Version 1: two files; a quota of -1 is none. */
static int quota_v1(const char *group, msw_arena *arena) {
  char line[LINE_BYTES];
  double quota_us = 0.0, period_us = 0.0;
  if (!read_line(msw_join_path(arena, group, "cpu.cfs_quota_us"), line) || !msw_parse_double(line, &quota_us)) return 0;
  if (!read_line(msw_join_path(arena, group, "cpu.cfs_period_us"), line) || !msw_parse_double(line, &period_us))
    return 0;
  return whole_cpus(quota_us, period_us);
}

static int smaller_limit(int a, int b) {
  if (a == 0 || b == 0) return a + b;
  return a < b ? a : b;
}

/* The smallest quota from `group` (a path below the mount, "/a/b") up to the root. Inside a container the group's path
 * may not exist below the mount; its ancestors are then simply absent. */
static int smallest_quota(const char *mount, const char *group, int (*quota)(const char *, msw_arena *),
                          msw_arena *arena) {
  int cpus = 0;
  char *path = msw_strdup(arena, group);
  for (;;) {
    cpus = smaller_limit(cpus, quota(msw_format(arena, "%s%s", mount, path), arena));
    char *slash = strrchr(path, '/');
    if (!slash || path[0] == '\0') return cpus;
    *slash = '\0';
  }
}

/* Does a version 1 line's comma-separated list name the cpu controller? */
static bool names_cpu(const char *controllers, size_t len) {
  static const char cpu[] = "cpu";
  for (size_t at = 0; at < len; at++) {
    size_t item = strcspn(controllers + at, ",:");
    if (item == sizeof cpu - 1 && strncmp(controllers + at, cpu, item) == 0) return true;
    at += item;
  }
  return false;
}

/* A line is "0::/group" (version 2) or "1:cpu,cpuacct:/group" (version 1). */
static int line_quota(char *line, const char *mount, msw_arena *arena) {
  line[strcspn(line, "\n")] = '\0';
  const char *controllers = strchr(line, ':');
  const char *group = controllers ? strchr(controllers + 1, ':') : NULL;
  if (!group) return 0;
  controllers++;
  size_t len = (size_t)(group - controllers);
  group++;
  if (len == 0) return smallest_quota(mount, group, quota_v2, arena);
  if (!names_cpu(controllers, len)) return 0;
  return smallest_quota(msw_join_path(arena, mount, "cpu"), group, quota_v1, arena);
}

int msw_cgroup_cpus(const char *membership, const char *mount) {
  FILE *file = fopen(membership, "re");
  if (!file) return 0;
  msw_arena arena = {0};
  char line[LINE_BYTES];
  int cpus = 0;
  while (fgets(line, LINE_BYTES, file)) cpus = smaller_limit(cpus, line_quota(line, mount, &arena));
  fclose(file);
  msw_arena_free(&arena);
  return cpus;
}

static int affinity_cpus(void) {
  enum { MOST_CPUS = 1 << 16 };
  int cpus = 0;
  for (size_t n = CPU_SETSIZE; cpus == 0 && n <= MOST_CPUS; n *= 2) { /* the kernel refuses sets smaller than its own */
    cpu_set_t *set = CPU_ALLOC(n);
    if (!set) return 1;
    if (sched_getaffinity(0, CPU_ALLOC_SIZE(n), set) == 0) cpus = CPU_COUNT_S(CPU_ALLOC_SIZE(n), set);
    CPU_FREE(set);
  }
  return cpus > 0 ? cpus : 1;
}

int msw_default_threads(void) {
  return smaller_limit(affinity_cpus(), msw_cgroup_cpus("/proc/self/cgroup", "/sys/fs/cgroup"));
}
