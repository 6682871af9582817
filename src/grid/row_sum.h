/* A sum over cells of products of factors, row by row. Private to grid; sub_grid.c uses it. */
#ifndef MSW_GRID_ROW_SUM_H
#define MSW_GRID_ROW_SUM_H

#include "sub_grid.h"

/* What a cell counts for, as far as it depends on some dimensions. */
typedef struct {
  msw_dim_set dims;
  const msw_spec_rule *rule;    /* counts 0 where it holds, 1 elsewhere; or NULL, and */
  const uint64_t *table;        /* [cells of dims] row-major, dimensions ascending */
} msw_count_factor;

/* Where dimensions stand. */
typedef struct { uint64_t at[MSW_MAX_RANK]; } msw_dim_position;

/* Entry of a table over these dimensions. */
size_t msw_table_entry(const msw_plan_block *block, msw_dim_set dims, const msw_dim_position *where);
/* The next combination of these dimensions, last fastest; false after the last one, when all stand at 0 again. */
bool msw_next_position(const msw_plan_block *block, msw_dim_set dims, msw_dim_position *where);

/* The product of some factors along one dimension, made ready for many rows. */
typedef struct msw_row_sum msw_row_sum;
/* i_dim: block->rank for rows of a single cell. The factors and their tables must stay as long as it. */
msw_row_sum *msw_row_sum_new(const msw_plan_block *block, size_t i_dim, const msw_count_factor *factors,
                             size_t n_factors);
void msw_row_sum_free(msw_row_sum *row);

/* The sum over the row whose other dimensions stand at `where`. */
uint64_t msw_row_sum_at(msw_row_sum *row, const msw_dim_position *where);

/* Calls `visit` for every cell of that row that no rule takes out, with what it counts for. */
typedef void msw_row_visit(void *context, uint64_t at, uint64_t count);
void msw_row_sum_visit(msw_row_sum *row, const msw_dim_position *where, msw_row_visit *visit, void *context);

#endif
