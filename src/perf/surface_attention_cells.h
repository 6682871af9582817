/* Attention measurements as cells of batch and x, one table per configuration of heads: what surface_attention_fill.c reads and
 * surface_attention_holes.c estimates holes from. */
#ifndef MSW_SURFACE_ATTENTION_CELLS_H
#define MSW_SURFACE_ATTENTION_CELLS_H

#include "surface_index.h"

/* Another configuration that does nearly the same work: what takes `batch` requests here, takes batch * batch_factor there. */
typedef struct { size_t i_config; double batch_factor; } msw_attention_neighbour;
enum { MSW_MOST_NEIGHBOURS = 4 };

/* A configuration as measured, without its spikes. */
typedef struct {
  double *x;                     /* [n_x] ascending, of any batch */
  double *us;                    /* [n_batches][n_x] 0 where not measured */
  size_t n_x, n_batches;
  msw_time_knots *rows;          /* [n_batches] what is measured of each batch */
  msw_time_curve *curves;        /* [n_batches] through it; n = 0 until needed */
  msw_attention_neighbour neighbours[MSW_MOST_NEIGHBOURS];
  size_t n_neighbours;
} msw_attention_cells;

static inline double *msw_attention_cell(const msw_attention_cells *cells, size_t i_batch, size_t i_x) {
  return &cells->us[i_batch * cells->n_x + i_x];
}

/* All configurations of a number format. */
typedef struct {
  const msw_attention_config *configs;
  const msw_attention_cells *cells;   /* [n_configs] */
  size_t n_configs;
  double l2_bytes;
  msw_arena *scratch;
} msw_attention_table;

/* ---- Holes (surface_attention_holes.c) */

/* Finds the neighbours of a configuration: the next fewer and more heads on its KV heads; half and double its KV heads with as
 * many queries on each. */
void msw_attention_meet(const msw_attention_table *table, size_t i_config, msw_attention_cells *cells);
/* The time of a cell that is not measured, 0 where nothing around it is. `column`: what is measured at its x, along batch. */
double msw_attention_hole_us(const msw_attention_table *table, size_t i_config, size_t i_batch, size_t i_x,
                             const msw_time_knots *column);

#endif
