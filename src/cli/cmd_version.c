/* mfusweep version: what exactly this build is. */
#include "columns.h"
#include "command.h"
#include "msw/base/str.h"
#include "msw/formats/h5.h"
#include "msw/inputs/spec.h"
#include "msw/output/provenance.h"

#ifndef MSW_BUILD_LIBRARIES
#error "MSW_BUILD_LIBRARIES, the versions found at configure time, comes from src/cli/CMakeLists.txt"
#endif

static const char about[] = "Shows version, commit, formats, compiler, flags and libraries of this build.";

static void add(msw_columns *table, const char *name, const char *value) {
  msw_columns_add(table, name);
  msw_columns_add(table, value);
}

static msw_status cmd_version(const void *options, msw_context *ctx) {
  (void)options;
  msw_columns table = msw_columns_new("ll", &ctx->arena);
  add(&table, "commit", msw_git_commit());
  add(&table, "formats",
      msw_format(&ctx->arena, "sweep language %d, result file %d", MSW_SWEEP_LANGUAGE, MSW_RESULT_FORMAT));
  add(&table, "compiler", msw_build_compiler());
  add(&table, "flags", msw_build_flags());
  add(&table, "libraries", msw_format(&ctx->arena, "HDF5 %s, %s", msw_h5_library_version(), MSW_BUILD_LIBRARIES));
  printf("mfusweep %s\n", msw_version());
  msw_columns_print(&table, 2, stdout);
  return MSW_OK;
}

const msw_command msw_command_version = {
    .name = "version",
    .summary = "version, commit, compiler and libraries",
    .table = {.command = "version", .about = about},
    .run = cmd_version,
};
