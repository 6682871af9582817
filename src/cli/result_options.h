/* What the commands on results (compare, best, pareto, slice, report …) have in common: the options that say which cells of
 * which result, and the way from them to an open result.
 *
 *   typedef struct { msw_result_order result; int worst; } best_options;
 *   static const msw_opt options_table[] = {
 *       MSW_RESULT_OPERAND(best_options),
 *       {… options of its own …},
 *       MSW_RESULT_CELLS(best_options),
 *       MSW_RESULT_REPORT(best_options),
 *       MSW_RESULT_OUTPUT(best_options, "FILE", "also write … (.csv, .json, .h5)"),
 *   };
 */
#ifndef MSW_CLI_RESULT_OPTIONS_H
#define MSW_CLI_RESULT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "context.h"
#include "msw/output/result.h"
#include "opt.h"

/* What the user wrote; a command's option struct holds one as `result`. */
typedef struct {
  const char *file;         /* OUT.h5, or a folder of shards */
  const char *block;
  msw_opt_list select;      /* AXIS=VALUES */
  const char *where;        /* not compiled here: msw_formulas_add(…, where, "--where", …) */
  int n_threads;            /* 0: not said */
  const char *data_dir;
  bool csv, json;           /* the form of what goes to stdout */
  const char *output;       /* the form of this file follows from its name */
} msw_result_order;

#define MSW_RESULT_OPERAND(type)                                                                                      \
  {MSW_OPT_OPERAND, 0, "OUT.h5", NULL, offsetof(type, result.file), MSW_OPT_NEEDED,                                   \
   "a result, or the folder of its shards while it has none"}
/* For commands that look at what can run unless they are told otherwise (analysis/formula.h, msw_fitting_cells). */
#define MSW_MISFITS_OPTION(type, field)                                                                               \
  {MSW_OPT_SWITCH, 0, "misfits", NULL, offsetof(type, field), MSW_OPT_OPTIONAL,                                       \
   "also cells that do not fit: KV cache beyond the memory, context beyond the model's"}
#define MSW_RESULT_CELLS(type)                                                                                        \
  {MSW_OPT_TEXT, 0, "block", "NAME", offsetof(type, result.block), MSW_OPT_OPTIONAL,                                  \
   "block of the result; needed where it has several"},                                                               \
  {MSW_OPT_LIST, 0, "select", "AXIS=VALUES", offsetof(type, result.select), MSW_OPT_OPTIONAL,                         \
   "only these values of an axis: batch=1,8,64, kv_len=1Ki:64Ki, model=llama*, kv_len=nearest:4000; repeatable"},     \
  {MSW_OPT_TEXT, 0, "where", "EXPR", offsetof(type, result.where), MSW_OPT_OPTIONAL,                                  \
   "only cells for which this holds: an expression of the sweep language over axes, fields, model.*, gpu.*, flag.*, " \
   "bound.*"},                                                                                                        \
  {MSW_OPT_COUNT, 'j', "threads", "N", offsetof(type, result.n_threads), MSW_OPT_OPTIONAL,                            \
   "threads (default: the CPUs that this process may use)"},                                                          \
  {MSW_OPT_TEXT, 0, "data-dir", "DIR", offsetof(type, result.data_dir), MSW_OPT_OPTIONAL,                             \
   "data root, where model.* and gpu.* are used (default: as for run)"}
#define MSW_RESULT_REPORT(type)                                                                                       \
  {MSW_OPT_SWITCH, 0, "csv", NULL, offsetof(type, result.csv), MSW_OPT_OPTIONAL, "the same as one table"},            \
  {MSW_OPT_SWITCH, 0, "json", NULL, offsetof(type, result.json), MSW_OPT_OPTIONAL, "the same for machines"}
#define MSW_RESULT_OUTPUT(type, value, help)                                                                          \
  {MSW_OPT_TEXT, 'o', "output", value, offsetof(type, result.output), MSW_OPT_OPTIONAL, help}

/* A result that is open, and which of its cells are meant. */
typedef struct {
  msw_result result;
  const msw_result_block *block;
  msw_selection selection;      /* after --block and --select */
  int n_threads;                /* at least 1 */
  const msw_data_root *data;    /* for formulas; NULL where no data root was found */
  const volatile int *stop;     /* for scans: set by Ctrl-C and SIGTERM, which are caught from now on */
} msw_result_view;

/* Everything that is wrong with the options and can be said without reading cells is in the diag when it returns. Whatever
 * it returns, the view is to be closed. */
msw_status msw_result_order_open(const msw_result_order *order, msw_context *ctx, msw_result_view *view);
/* The same without a block and a selection, for commands that go through all blocks. */
msw_status msw_result_order_open_file(const msw_result_order *order, msw_context *ctx, msw_result_view *view);
void msw_result_view_close(msw_result_view *view);

/* What a file's name ends with: one bit each, so that a command can say which it writes. */
typedef enum {
  MSW_FORM_NONE = 0,            /* no file asked for, or one that was refused */
  MSW_FORM_CSV = 1 << 0, MSW_FORM_JSON = 1 << 1, MSW_FORM_H5 = 1 << 2, MSW_FORM_NC = 1 << 3, MSW_FORM_PNG = 1 << 4,
  MSW_FORM_HTML = 1 << 5, MSW_FORM_GNUPLOT = 1 << 6   /* .csv .json .h5 .nc .png .html .bin */
} msw_result_form;
/* The form of `output`, one of `forms`; an error that names them where it is none of them, and where the place will not do
 * (place.h). --csv and --json together are an error too. True when all is well. */
bool msw_result_order_check_output(const msw_result_order *order, unsigned forms, msw_diag *diag, msw_result_form *form);

#endif
