/* A method on a GPU, as the command line names them: what eval and explain evaluate with. */
#ifndef MSW_CLI_SETUP_H
#define MSW_CLI_SETUP_H

#include <stdbool.h>

#include "context.h"
#include "msw/inputs/kernel_table.h"
#include "msw/perf/case.h"
#include "msw/perf/surface.h"

typedef struct {
  const msw_gpu *gpu;
  msw_method method;
  msw_knobs knobs;
  msw_flags method_flags;
  msw_kernel_set tables;   /* empty for methods that need none */
} msw_setup;

/* Finds GPU and method by name; what is missing or unknown is an error that lists or hints at the choices. */
bool msw_setup_choose(msw_context *ctx, const char *gpu, const char *method, const msw_opt_list *sets,
                      msw_setup *setup);
/* Works out the knobs and loads the GPU's kernel tables, for a setup whose gpu and method are set. */
msw_status msw_setup_load(msw_context *ctx, msw_setup *setup);

/* "--dtype": NULL and "config" give MSW_DTYPE_NONE, the config's torch_dtype. */
bool msw_parse_dtype_option(msw_context *ctx, const char *text, msw_dtype *dtype);

void msw_setup_bind(const msw_setup *setup, const msw_model *model, double tp, msw_dtype dtype, bool allow_split_heads,
                    msw_arena *arena, msw_case *bound);

#endif
