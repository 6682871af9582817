/* Facts of machine and build. */
#include "machine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "msw/output/provenance.h"

enum { LINE_BYTES = 512 };

/* First line of the file that starts with `prefix`, from its text on; "unknown" without one. */
static const char *line_of(msw_arena *arena, const char *path, const char *prefix) {
  FILE *file = fopen(path, "re");
  char line[LINE_BYTES];
  const char *found = "unknown";
  while (file && fgets(line, sizeof line, file)) {
    if (!msw_starts_with(line, prefix)) continue;
    line[strcspn(line, "\n")] = '\0';
    const char *text = line + strlen(prefix);
    found = msw_strdup(arena, text + strspn(text, " \t:"));
    break;
  }
  if (file) fclose(file);
  return found;
}

void bench_machine_describe(msw_arena *arena, msw_json *object) {
  struct utsname kernel = {0};
  msw_json_add_string(arena, object, "cpu", line_of(arena, "/proc/cpuinfo", "model name"));
  msw_json_add_number(arena, object, "cpus", (double)sysconf(_SC_NPROCESSORS_ONLN));
  msw_json_add_number(arena, object, "l2_bytes", (double)sysconf(_SC_LEVEL2_CACHE_SIZE));
  msw_json_add_number(arena, object, "l3_bytes", (double)sysconf(_SC_LEVEL3_CACHE_SIZE));
  msw_json_add_number(arena, object, "memory_bytes", (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE));
  msw_json_add_string(arena, object, "huge_pages", line_of(arena, "/sys/kernel/mm/transparent_hugepage/enabled", ""));
  msw_json_add_string(arena, object, "kernel", uname(&kernel) == 0 ? msw_strdup(arena, kernel.release) : "unknown");
}

void bench_build_describe(msw_arena *arena, msw_json *object) {
  msw_json_add_string(arena, object, "version", msw_version());
  msw_json_add_string(arena, object, "commit", msw_git_commit());
  msw_json_add_string(arena, object, "type", BENCH_BUILD_TYPE);
  msw_json_add_string(arena, object, "compiler", msw_build_compiler());
  msw_json_add_string(arena, object, "flags", msw_build_flags());
}

const char *bench_build_unfit(void) {
#if defined(MSW_SANITIZED)
  return "this build has sanitizers";
#elif !defined(__OPTIMIZE__)
  return "this build is not optimised (" BENCH_BUILD_TYPE ")";
#else
  return NULL;
#endif
}

double bench_load(void) {
  double load = 0.0;
  if (getloadavg(&load, 1) != 1) load = NAN;
  return load;
}
