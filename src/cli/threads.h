/* How many threads a run should use. */
#ifndef MSW_CLI_THREADS_H
#define MSW_CLI_THREADS_H

/* CPUs that this process may use: its affinity mask, or less where a cgroup quota (version 1 or 2) allows less. */
int msw_default_threads(void);

/* CPUs that the cgroup quotas allow, rounded up; 0 when nothing limits them. `membership` is /proc/self/cgroup, `mount`
 * is /sys/fs/cgroup; the smallest quota from the process's group up to the root counts. */
int msw_cgroup_cpus(const char *membership, const char *mount);

#endif
