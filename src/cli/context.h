/* What a command works with: its memory, its problems, and the data that the user named. */
#ifndef MSW_CLI_CONTEXT_H
#define MSW_CLI_CONTEXT_H

#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/data_root.h"
#include "opt.h"

typedef struct {
  msw_arena arena;
  msw_diag diag;
  size_t n_said;         /* problems that were printed already */
  msw_data_root data;    /* after msw_context_open_data */
} msw_context;

/* The options of every command that reads data; a command's option struct holds one as `data`. */
typedef struct { const char *data_dir; msw_opt_list bench_dirs; } msw_data_options;
#define MSW_DATA_OPTIONS(type)                                                                                        \
  {MSW_OPT_LIST, 0, "bench-data", "DIR", offsetof(type, data.bench_dirs), MSW_OPT_OPTIONAL,                           \
   "folder with kernel tables (gemm/, mha/ ...), searched before the data root's bench_data; repeatable"},            \
  {MSW_OPT_TEXT, 0, "data-dir", "DIR", offsetof(type, data.data_dir), MSW_OPT_OPTIONAL,                               \
   "data root with model_configs/ and bench_data/ (default: $MFUSWEEP_DATA, else the working directory, else the "    \
   "installed data)"}

msw_status msw_context_open_data(msw_context *ctx, const msw_data_options *options);

/* Prints the problems that were noted since the last call. */
void msw_context_say(msw_context *ctx);
void msw_context_close(msw_context *ctx);

/* By name or alias. NULL with an error that has the nearest name, or all of them when `name` is NULL. */
const msw_gpu *msw_context_find_gpu(msw_context *ctx, const char *name);
/* Index by name, without regard to case; no patterns. False with an error at `loc` that has the nearest name. */
bool msw_context_find_model(msw_context *ctx, const char *name, msw_loc loc, size_t *index);

#endif
