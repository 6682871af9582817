/* Where the times of the method `measured` come from, kernel by kernel: measured rows or a kernel model. */
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "explain.h"
#include "msw/base/str.h"
#include "msw/perf/surface.h"

static const double percent = 100.0;

/* Latent attention: what a measured block takes besides its projections. */
static const char *latent_origin(const msw_case *bound, const msw_op *op, msw_arena *arena) {
  if (op->flags & MSW_FLAG_ANALYTIC && bound->gpu->analytic_mla)
    return msw_format(arena, "kernel model fitted on %s", bound->gpu->analytic_mla->fitted_on);
  return "measured: a block less its projections";
}

/* "kernel model fitted on h100_sxm", "measured near n 4096 k 4096 (60 %), n 6144 k 4096 (40 %)", "measured" */
static const char *origin_text(const msw_case *bound, const msw_op *op, msw_arena *arena) {
  if (bound->model->is_mla && strcmp(op->name, "attention") == 0) return latent_origin(bound, op, arena);
  if (op->flags & MSW_FLAG_ANALYTIC && bound->gpu->analytic)
    return msw_format(arena, "kernel model fitted on %s", bound->gpu->analytic->fitted_on);
  const msw_surface_source *source = op->source;
  const char *text = "measured";
  if (!source || source->n < 2 || source->slice[0]->key.kind != MSW_LATENCY_GEMM) return text;
  for (size_t i_slice = 0; i_slice < source->n; i_slice++)
    text = msw_format(arena, "%s%s n %lld k %lld (%.0f %%)", text, i_slice ? "," : " at",
                      (long long)source->slice[i_slice]->key.n, (long long)source->slice[i_slice]->key.k,
                      percent * source->weight[i_slice]);
  return text;
}

const char *msw_op_origin(const msw_case *bound, const msw_op *op, msw_arena *arena) {
  if (bound->family != MSW_FAMILY_MEASURED) return NULL;
  bool is_looked_up = op->source || strcmp(op->name, "attention") == 0;
  return is_looked_up ? origin_text(bound, op, arena) : "constants of the engine";
}

void msw_explain_origins(const msw_explanation *e, msw_arena *arena) {
  enum { FLAGS_BYTES = 256 };
  if (e->bound->family != MSW_FAMILY_MEASURED) return;
  msw_columns table = msw_columns_new("llll", arena);
  for (size_t i_op = 0; i_op < e->ops->n; i_op++) {
    const msw_op *op = &e->ops->ops[i_op];
    char flags[FLAGS_BYTES];
    msw_columns_add(&table, op->phase);
    msw_columns_add(&table, op->name);
    msw_columns_add(&table, msw_op_origin(e->bound, op, arena));
    msw_columns_add(&table, op->flags ? msw_format(arena, "[%s]", msw_flags_text(op->flags, flags, sizeof flags)) : "");
  }
  puts("\nwhere the times come from");
  msw_columns_print(&table, 2, stdout);
}
