/* A plan: what a sweep will compute, known without computing it. Dimensions, chunks, exact counts and the cut into tiles.
 * Building it costs the axes' lengths and the number of cases that can be void, and, for exact counts, the product of only
 * those axes that a rule names together, less one of them (src/grid/sub_grid.h).
 */
#ifndef MSW_GRID_PLAN_H
#define MSW_GRID_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/grid/field.h"
#include "msw/grid/rule.h"
#include "msw/inputs/spec.h"
#include "msw/perf/method.h"

enum { MSW_MAX_RANK = 24, MSW_MAX_ZIPS = MSW_MAX_RANK - MSW_N_AXES };

/* One dimension of the result: an axis, or a zip with its member axes running along it. */
typedef struct {
  const char *name;        /* axis or zip name */
  msw_axis_id axis;        /* MSW_N_AXES for a zip */
  int zip;                 /* -1 for an axis */
  uint64_t n;
  uint64_t chunk;          /* 1 for outer dimensions */
  bool outer;              /* categorical axes and zips: fixed within a case */
} msw_dim;

/* n_total = sum of the others: a cell counts as excluded, else as conditional ("when" leaves it out), else as void. */
typedef struct { uint64_t n_total, n_excluded, n_conditional, n_void, n_valid; } msw_cell_counts;
typedef struct { const msw_spec_rule *rule; uint64_t n_cells; } msw_rule_count;      /* cells it alone takes out */

/* A point of "include", ready to be bound. */
typedef struct { const msw_spec_point *spec; msw_method method; msw_knobs knobs; msw_flags method_flags; } msw_plan_point;

typedef struct msw_reduction msw_reduction;   /* reduction.h */

typedef struct {
  const msw_spec_block *spec;
  size_t rank, n_outer;                 /* dims[0..n_outer) are the outer ones */
  msw_dim dims[MSW_MAX_RANK];
  int dim_of_axis[MSW_N_AXES];          /* dimension that an axis runs along, -1: the phase has no such axis */
  const msw_field *const *fields;       /* [n_computed]: [n_fields] that are stored, in file order, then those that only
                                           constraints and reductions need */
  size_t n_fields, n_computed;
  size_t cell_bytes;                    /* all fields together */
  const msw_reduction *reductions;      /* [spec->n_reductions]; with any, n_fields is 0: only they are stored */
  uint64_t reduced_bytes;               /* what is stored of them, all together */
  uint64_t n_cases;                     /* product of outer dims */
  uint64_t tiles_per_case;
  uint64_t chunk_cells;                 /* cells of a full chunk */
  uint64_t first_tile;                  /* number of its first tile in the plan; it has n_cases * tiles_per_case */
  msw_cell_counts counts;
  const msw_rule_count *rule_counts;    /* [spec->n_rules] */
  msw_rule_book rule_book;
  uint64_t void_counts[MSW_N_FLAGS];    /* by flag bit, of cells neither excluded nor conditional; void_table is unknown
                                           to a plan (0) */
  const msw_method *methods;            /* [methods axis n] */
  const msw_knobs *knobs;               /* [gpu axis n][method axis n] */
  const msw_flags *method_flags;        /* [gpu axis n][method axis n] */
  const msw_plan_point *points;         /* [spec->n_points] beside the grid; no count has them */
} msw_plan_block;

typedef struct {
  const msw_spec *spec;
  const msw_plan_block *blocks;
  size_t n_blocks;
  uint64_t n_cells, n_valid, n_bytes;   /* n_bytes: fields and reductions, uncompressed */
  uint64_t n_tiles;                     /* of all blocks; tiles are numbered through the blocks, cases, then boxes */
} msw_plan;

/* A stretch of a plan's tiles. */
typedef struct { uint64_t first, n; } msw_tile_range;
/* The part of `tiles` that lies in the n tiles from `first` on, numbered from there; n 0: none of it. */
static inline msw_tile_range msw_tiles_within(msw_tile_range tiles, uint64_t first, uint64_t n) {
  uint64_t from = tiles.first > first ? tiles.first : first, end = tiles.first + tiles.n;
  if (end > first + n) end = first + n;
  return from < end ? (msw_tile_range){from - first, end - from} : (msw_tile_range){0, 0};
}

/* Resolves methods and fields; reports unknown ones together. Limits are only compared (msw_plan_check_limits). */
msw_status msw_plan_build(const msw_spec *spec, msw_arena *arena, msw_diag *diag, msw_plan *plan);

/* Errors for limits.max_cells and limits.max_bytes that the plan exceeds; as warnings when `only_warn`. */
void msw_plan_check_limits(const msw_plan *plan, bool only_warn, msw_diag *diag);

/* Position of every axis for an outer (case) index; numeric axes that are not zipped get 0. */
void msw_plan_case_positions(const msw_plan_block *block, uint64_t i_case, size_t position[MSW_N_AXES]);

/* A tile: a box of one case, one chunk of the file. */
typedef struct {
  uint64_t i_case;
  uint64_t start[MSW_MAX_RANK];         /* first cell, in file dimensions */
  uint64_t count[MSW_MAX_RANK];         /* cells; less than the chunk at upper borders */
  uint64_t n_cells;
} msw_tile;
void msw_plan_tile(const msw_plan_block *block, uint64_t i_case, uint64_t i_tile, msw_tile *tile);

#endif
