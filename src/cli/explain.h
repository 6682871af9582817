/* One step, explained: what is evaluated, with what, and how every operation came by its time. */
#ifndef MSW_CLI_EXPLAIN_H
#define MSW_CLI_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "context.h"
#include "msw/grid/plan.h"
#include "msw/perf/step.h"
#include "setup.h"

/* A step and what it runs on. */
typedef struct {
  msw_setup setup;
  const msw_model *model;
  double tp;
  msw_dtype dtype;
  msw_step step;
  bool allow_split_heads;               /* as eval does; cells of a sweep are void instead */
  const char *cell;                     /* "sweep s, block decode"; NULL when the step was named directly */
  const msw_spec_rule *const *rules;    /* [n_rules] exclude rules that hold at the cell */
  size_t n_rules;
} msw_subject;

/* A cell of a plan: "AXIS=VALUE,AXIS=VALUE" texts; "block=NAME" chooses among blocks, axes of length 1 may be left out.
 * False with errors for everything that is wrong. The setup's gpu and method are set, its knobs and tables not yet. */
bool msw_subject_from_cell(msw_context *ctx, const msw_plan *plan, const msw_opt_list *cell, msw_subject *subject);

/* Positions on every axis of a block, parsed from such texts; the building block of the above. */
bool msw_parse_cell(msw_context *ctx, const msw_plan *plan, const msw_opt_list *cell, const msw_plan_block **block,
                    size_t position[MSW_N_AXES]);

/* Where a looked-up point lies along one axis of its table: among the rows used, which span low .. high. */
typedef struct { const char *axis; double at, low, high; } msw_distance;
enum { MSW_MAX_DISTANCES = 6 };
/* The distances of an operation, one per size of its kernel and one per borrowed head count; returns how many. */
size_t msw_op_distances(const msw_case *bound, const msw_op *op, msw_distance distances[MSW_MAX_DISTANCES]);
/* "m 100 between 64 and 128", "k 4096 -> 2048", "n 6144". In the arena. */
const char *msw_distance_text(const msw_distance *distance, msw_arena *arena);

/* What an operation runs against: "compute", "memory", or "" for comm and overhead. */
const char *msw_op_limit(const msw_op *op);
/* True for parts that run in the shadow of a longer one and so add nothing to the step. */
bool msw_op_is_hidden(const msw_case *bound, const msw_breakdown *breakdown, const msw_op *op);

/* Where an operation's time comes from, for people: "kernel model fitted on h100_sxm", "measured"; NULL for methods other than
 * the family `measured`. */
const char *msw_op_origin(const msw_case *bound, const msw_op *op, msw_arena *arena);

typedef struct {
  const msw_subject *subject;
  const msw_case *bound;
  const msw_breakdown *breakdown;
  const msw_op_list *ops;
} msw_explanation;
void msw_explain_text(const msw_explanation *explanation, msw_arena *arena);   /* to stdout */
/* The origins of all operations, a part of the above; nothing for other families. */
void msw_explain_origins(const msw_explanation *explanation, msw_arena *arena);
void msw_explain_json(const msw_explanation *explanation, msw_arena *arena);

#endif
