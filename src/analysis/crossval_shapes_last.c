/* GEMM shapes beyond the others: all of the largest n or k, the LM head's among them. */
#include "crossval_shapes.h"

/* The other size is one of a model's. */
static const double LEAST_OTHER = 512.0, MOST_OTHER = 16384.0;
enum { N_TOPS = 2 };   /* the largest value and the one before, which leaves two at least */

typedef struct { double before, last; bool along_n; } edge;   /* the two largest values that are left */

static msw_cross_guess guess_beyond(const msw_cross_held *held, const void *context, double m) {
  const edge *at = context;
  const msw_latency_key *key = &held->shapes->table->set.slices[held->i_slice].key;
  const double n = (double)key->n, k = (double)key->k, top = at->along_n ? n : k;
  const double before_us = at->along_n ? msw_cross_shape_us(held->shapes, at->before, k, m)
                                       : msw_cross_shape_us(held->shapes, n, at->before, m);
  const double last_us =
      at->along_n ? msw_cross_shape_us(held->shapes, at->last, k, m) : msw_cross_shape_us(held->shapes, n, at->last, m);
  msw_cross_guess guess = msw_cross_no_guess();
  msw_cross_beyond((msw_cross_knot){at->before, before_us}, (msw_cross_knot){at->last, last_us}, top, top / at->last, &guess);
  msw_latency_key last = *key;   /* whose utilisation aiconfigurator holds */
  *(at->along_n ? &last.n : &last.k) = (int64_t)at->last;
  guess.us[MSW_CROSS_AICONFIGURATOR] = last_us * msw_cross_best_us(held->shapes->table, key, m) /
                                       msw_cross_best_us(held->shapes->table, &last, m);
  return guess;
}

static bool is_at_top(const msw_latency_key *key, bool along_n, double top) {
  const double this = (double)(along_n ? key->n : key->k), other = (double)(along_n ? key->k : key->n);
  return this >= top && this <= top && other >= LEAST_OTHER && other <= MOST_OTHER;
}

static void test_top(msw_cross_trial *trial, const msw_cross_shape_table *shapes, bool along_n, const double *values,
                     size_t i_top) {
  const edge at = {values[i_top - 2], values[i_top - 1], along_n};
  const msw_cross_out what = along_n ? MSW_OUT_FROM_N : MSW_OUT_FROM_K;
  msw_latency_key top = shapes->table->set.slices[0].key;
  *(along_n ? &top.n : &top.k) = (int64_t)values[i_top];
  msw_cross_rest rest;
  msw_cross_leave_out(shapes, what, &top, &rest);
  for (size_t i_slice = 0; i_slice < shapes->table->set.n_slices; i_slice++) {
    const msw_latency_slice *slice = &shapes->table->set.slices[i_slice];
    const msw_cross_held held = {shapes, what, trial, i_slice};
    if (!is_at_top(&slice->key, along_n, values[i_top])) continue;
    trial->n_tests += slice->n_points;
    msw_cross_test_shape(&held, &rest, guess_beyond, &at);
  }
  msw_cross_end(&rest);
}

static void test_tops(const msw_cross_shape_table *shapes, bool along_n, msw_cross_list *list) {
  msw_cross_trial trial = msw_cross_start(shapes->table, false, along_n ? MSW_CROSS_LAST_N : MSW_CROSS_LAST_K, 0, 0);
  const double *values = along_n ? shapes->n : shapes->k;
  const size_t n_values = along_n ? shapes->n_n : shapes->n_k;
  for (size_t i_top = n_values; i_top-- > 2 && i_top + N_TOPS >= n_values;)
    test_top(&trial, shapes, along_n, values, i_top);
  msw_cross_finish(&trial, list);
}

void msw_cross_last_shapes(const msw_cross_shape_table *shapes, msw_cross_list *list) {
  test_tops(shapes, true, list);
  test_tops(shapes, false, list);
}
