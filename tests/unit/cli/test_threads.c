/* CPU quotas of cgroups, from made-up /proc and /sys files. */
#include "../base/temp_dir.h"
#include "threads.h"

static void put(void **state, const char *name, const char *text) {
  temp_dir *temp = *state;
  msw_diag diag = {0};
  assert_int_equal(msw_make_dirs(msw_dir_name(&temp->arena, in_temp(state, name)), &diag), MSW_OK);
  temp_file(state, name, text, strlen(text));
}

static int cpus(void **state, const char *membership) {
  return msw_cgroup_cpus(temp_file(state, "membership", membership, strlen(membership)), in_temp(state, ""));
}

static void test_nothing_known(void **state) {
  assert_int_equal(msw_cgroup_cpus("/nowhere/at/all", in_temp(state, "")), 0);
  assert_int_equal(cpus(state, ""), 0);
  assert_int_equal(cpus(state, "0::/job\n"), 0);
  assert_int_equal(cpus(state, "rubbish\n12:\n:::\n"), 0);
}

static void test_version_2(void **state) {
  put(state, "a/b/cpu.max", "150000 100000\n");
  put(state, "a/cpu.max", "max 100000\n");
  assert_int_equal(cpus(state, "0::/a/b\n"), 2);   /* 1.5 rounds up */
  assert_int_equal(cpus(state, "0::/a\n"), 0);
  put(state, "a/cpu.max", "100000 100000\n");   /* an ancestor allows less */
  assert_int_equal(cpus(state, "0::/a/b\n"), 1);
  put(state, "cpu.max", "400000 100000\n");   /* all a container sees: its root, whatever the path says */
  assert_int_equal(cpus(state, "0::/not/here\n"), 4);
  put(state, "cpu.max", "max\n");
  assert_int_equal(cpus(state, "0::/not/here\n"), 0);
}

static void test_version_1(void **state) {
  put(state, "cpu/j/cpu.cfs_quota_us", "300000\n");
  put(state, "cpu/j/cpu.cfs_period_us", "100000\n");
  put(state, "cpu/k/cpu.cfs_quota_us", "-1\n");
  put(state, "cpu/k/cpu.cfs_period_us", "100000\n");
  assert_int_equal(cpus(state, "4:memory:/j\n3:cpu,cpuacct:/j\n1:name=systemd:/\n0::/\n"), 3);
  assert_int_equal(cpus(state, "3:cpuacct,cpu:/j\n"), 3);
  assert_int_equal(cpus(state, "3:cpuset:/j\n2:cpuacct:/j\n"), 0);
  assert_int_equal(cpus(state, "3:cpu:/k\n"), 0);
  put(state, "cpu.max", "200000 100000\n");   /* both versions at once: the smaller counts */
  assert_int_equal(cpus(state, "3:cpu:/j\n0::/\n"), 2);
}

static void test_default(void **state) {
  (void)state;
  assert_true(msw_default_threads() >= 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_nothing_known, temp_dir_make, temp_dir_remove),
      cmocka_unit_test_setup_teardown(test_version_2, temp_dir_make, temp_dir_remove),
      cmocka_unit_test_setup_teardown(test_version_1, temp_dir_make, temp_dir_remove),
      cmocka_unit_test(test_default),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
