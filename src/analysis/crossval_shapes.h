/* What the crossval_shapes*.c share: all measured shapes of a number format. */
#ifndef MSW_CROSSVAL_SHAPES_H
#define MSW_CROSSVAL_SHAPES_H

#include "crossval_parts.h"

typedef struct {
  const msw_cross_table *table;
  msw_time_curve *curves;               /* [n_slices] of each shape over m */
  double *n, *k;                        /* [n_n], [n_k] ascending */
  size_t n_n, n_k;
} msw_cross_shape_table;
/* The time of a shape, NaN where it is not measured. */
double msw_cross_shape_us(const msw_cross_shape_table *shapes, double n, double k, double m);

/* What is left out beside the shape itself: nothing, all of its n, of its n and of its k, of this n and larger ones. */
typedef enum { MSW_OUT_SHAPE, MSW_OUT_N, MSW_OUT_N_AND_K, MSW_OUT_FROM_N, MSW_OUT_FROM_K } msw_cross_out;
bool msw_cross_is_out(msw_cross_out what, const msw_latency_key *held, const msw_latency_key *key);
/* Begins the rest and builds its surfaces. */
void msw_cross_leave_out(const msw_cross_shape_table *shapes, msw_cross_out what, const msw_latency_key *held,
                         msw_cross_rest *rest);

typedef struct {
  const msw_cross_shape_table *shapes;
  msw_cross_out what;
  msw_cross_trial *trial;
  size_t i_slice;
} msw_cross_held;
/* What the rules beside the surfaces say at an m. */
typedef msw_cross_guess msw_cross_guess_fn(const msw_cross_held *held, const void *context, double m);
/* Every m of a shape. */
void msw_cross_test_shape(const msw_cross_held *held, msw_cross_rest *rest, msw_cross_guess_fn *guess_at, const void *context);

void msw_cross_inner_shapes(const msw_cross_shape_table *shapes, msw_cross_list *list);
void msw_cross_last_shapes(const msw_cross_shape_table *shapes, msw_cross_list *list);

#endif
