/* GEMM shapes between others: a shape (n, k), all shapes of an n, of an n and of a k. */
#include "crossval_shapes.h"

static const size_t SHAPE_SHARE = 280;   /* of the tests: a shape has many m, and takes a set of its own */

/* ---- Nearest shapes */

enum { N_NEAREST = 4 };
typedef struct { size_t i_slice[N_NEAREST]; double distance2[N_NEAREST]; size_t n; } near_shapes;

static void keep_nearest(near_shapes *near, size_t i_slice, double distance2) {
  size_t i_place = near->n;
  while (i_place > 0 && distance2 < near->distance2[i_place - 1]) i_place--;
  if (i_place == N_NEAREST) return;
  if (near->n < N_NEAREST) near->n++;
  for (size_t i_later = near->n - 1; i_later > i_place; i_later--) {
    near->i_slice[i_later] = near->i_slice[i_later - 1];
    near->distance2[i_later] = near->distance2[i_later - 1];
  }
  near->i_slice[i_place] = i_slice;
  near->distance2[i_place] = distance2;
}

static near_shapes find_nearest(const msw_cross_shape_table *shapes, msw_cross_out what, const msw_latency_key *held) {
  near_shapes near = {.n = 0};
  for (size_t i_slice = 0; i_slice < shapes->table->set.n_slices; i_slice++) {
    const msw_latency_key *key = &shapes->table->set.slices[i_slice].key;
    const double octaves_n = log2((double)key->n / (double)held->n), octaves_k = log2((double)key->k / (double)held->k);
    if (!msw_cross_is_out(what, held, key)) keep_nearest(&near, i_slice, octaves_n * octaves_n + octaves_k * octaves_k);
  }
  return near;
}

/* Utilisation of the nearest shapes, weighted by 1 / distance^2. */
static double by_utilisation(const msw_cross_shape_table *shapes, const near_shapes *near, const msw_latency_key *held,
                             double m) {
  double sum = 0.0, weights = 0.0;
  for (size_t i_near = 0; i_near < near->n; i_near++) {
    const size_t i_slice = near->i_slice[i_near];
    const double best_us = msw_cross_best_us(shapes->table, &shapes->table->set.slices[i_slice].key, m);
    sum += best_us / msw_time_at(&shapes->curves[i_slice], m, NULL) / near->distance2[i_near];
    weights += 1.0 / near->distance2[i_near];
  }
  return near->n > 0 ? msw_cross_best_us(shapes->table, held, m) / (sum / weights) : (double)NAN;
}

/* ---- Neighbours in n and k */

typedef struct { double n[2], k[2]; } beside;   /* the next smaller and larger ones */

static msw_cross_guess along(double x_low, double low_us, double x_high, double high_us, double x) {
  msw_cross_guess guess = msw_cross_no_guess();
  msw_cross_between((msw_cross_knot){x_low, low_us}, (msw_cross_knot){x_high, high_us}, x, x / x_low, &guess);
  return guess;
}

static msw_cross_guess along_k(const msw_cross_shape_table *shapes, const beside *by, double n, double k, double m) {
  const double low = msw_cross_shape_us(shapes, n, by->k[0], m), high = msw_cross_shape_us(shapes, n, by->k[1], m);
  return along(by->k[0], low, by->k[1], high, k);
}

/* Linear and log-log in k, then in n; floor from the smaller ones of both. */
static msw_cross_guess along_both(const msw_cross_shape_table *shapes, const beside *by, double n, double k, double m) {
  msw_cross_guess at_n[2], guess = msw_cross_no_guess();
  for (int i_n = 0; i_n < 2; i_n++) at_n[i_n] = along_k(shapes, by, by->n[i_n], k, m);
  static const msw_cross_rule LINES[] = {MSW_CROSS_LINEAR, MSW_CROSS_LOG_LOG};
  for (int i_line = 0; i_line < 2; i_line++) {
    const msw_cross_rule rule = LINES[i_line];
    guess.us[rule] = along(by->n[0], at_n[0].us[rule], by->n[1], at_n[1].us[rule], n).us[rule];
  }
  guess.us[MSW_CROSS_FLOOR] = msw_cross_shape_us(shapes, by->n[0], by->k[0], m);
  guess.us[MSW_CROSS_FLOOR_MFU] = guess.us[MSW_CROSS_FLOOR] * n * k / (by->n[0] * by->k[0]);
  return guess;
}

/* What the neighbours of a shape say at an m. A shape alone has neighbours along both axes: linear takes n, which the
 * surfaces do not, log-log the geometric mean. */
static msw_cross_guess neighbours_say(const msw_cross_shape_table *shapes, msw_cross_out what, const beside *by, double n,
                                      double k, double m) {
  if (what == MSW_OUT_N_AND_K) return along_both(shapes, by, n, k, m);
  const double low = msw_cross_shape_us(shapes, by->n[0], k, m), high = msw_cross_shape_us(shapes, by->n[1], k, m);
  msw_cross_guess guess = along(by->n[0], low, by->n[1], high, n);
  if (what == MSW_OUT_SHAPE) {
    const msw_cross_guess in_k = along_k(shapes, by, n, k, m);
    guess.us[MSW_CROSS_LOG_LOG] = sqrt(guess.us[MSW_CROSS_LOG_LOG] * in_k.us[MSW_CROSS_LOG_LOG]);
  }
  return guess;
}

/* ---- Tests */

typedef struct { beside by; near_shapes near; } inner_context;

static msw_cross_guess guess_inner(const msw_cross_held *held, const void *context, double m) {
  const inner_context *inner = context;
  const msw_latency_slice *slices = held->shapes->table->set.slices, *slice = &slices[held->i_slice];
  const double n = (double)slice->key.n, k = (double)slice->key.k;
  msw_cross_guess guess = neighbours_say(held->shapes, held->what, &inner->by, n, k, m);
  const size_t i_nearest = inner->near.i_slice[0];
  guess.us[MSW_CROSS_NEAREST] = inner->near.n > 0 ? msw_time_at(&held->shapes->curves[i_nearest], m, NULL) : (double)NAN;
  guess.us[MSW_CROSS_AICONFIGURATOR] = by_utilisation(held->shapes, &inner->near, &slice->key, m);
  return guess;
}

/* False for a shape at an end of n or of k. */
static bool find_beside(const msw_cross_shape_table *shapes, const msw_latency_key *key, beside *by) {
  const double n = (double)key->n, k = (double)key->k;
  size_t i_n = 0, i_k = 0;
  while (shapes->n[i_n] < n) i_n++;
  while (shapes->k[i_k] < k) i_k++;
  if (i_n == 0 || i_k == 0 || i_n + 1 == shapes->n_n || i_k + 1 == shapes->n_k) return false;
  *by = (beside){{shapes->n[i_n - 1], shapes->n[i_n + 1]}, {shapes->k[i_k - 1], shapes->k[i_k + 1]}};
  return true;
}

typedef struct { size_t n_shapes, n_points; } inner_count;

static inner_count count_inner(const msw_cross_shape_table *shapes) {
  inner_count count = {0, 0};
  beside by;
  for (size_t i_slice = 0; i_slice < shapes->table->set.n_slices; i_slice++) {
    const msw_latency_slice *slice = &shapes->table->set.slices[i_slice];
    if (!find_beside(shapes, &slice->key, &by)) continue;
    count.n_shapes++;
    count.n_points += slice->n_points;
  }
  return count;
}

/* Every n-th shape with all of its m. All shapes of an n are left out together, which takes few sets. */
static msw_cross_trial start(const msw_cross_shape_table *shapes, msw_cross_out what, msw_cross_protocol protocol) {
  const inner_count count = count_inner(shapes);
  const size_t most = what == MSW_OUT_N ? 0 : 1 + shapes->table->most_tests / SHAPE_SHARE;
  msw_cross_trial trial = msw_cross_start(shapes->table, false, protocol, count.n_shapes, most);
  trial.n_tests = count.n_points;
  return trial;
}

static void test_inner(const msw_cross_shape_table *shapes, msw_cross_out what, msw_cross_protocol protocol,
                       msw_cross_list *list) {
  msw_cross_trial trial = start(shapes, what, protocol);
  msw_cross_rest rest = {.surfaces = NULL};
  const msw_latency_key *last = NULL;
  size_t i_shape = 0;
  for (size_t i_slice = 0; i_slice < shapes->table->set.n_slices; i_slice++) {
    const msw_latency_key *key = &shapes->table->set.slices[i_slice].key;
    const msw_cross_held held = {shapes, what, &trial, i_slice};
    inner_context context;
    if (!find_beside(shapes, key, &context.by) || !msw_cross_is_due(&trial, i_shape++)) continue;
    if (!last || what != MSW_OUT_N || last->n != key->n) {
      msw_cross_end(&rest);
      msw_cross_leave_out(shapes, what, key, &rest);
    }
    last = key;
    context.near = find_nearest(shapes, what, key);
    msw_cross_test_shape(&held, &rest, guess_inner, &context);
  }
  msw_cross_end(&rest);
  msw_cross_finish(&trial, list);
}

void msw_cross_inner_shapes(const msw_cross_shape_table *shapes, msw_cross_list *list) {
  test_inner(shapes, MSW_OUT_SHAPE, MSW_CROSS_SHAPE, list);
  test_inner(shapes, MSW_OUT_N, MSW_CROSS_N, list);
  test_inner(shapes, MSW_OUT_N_AND_K, MSW_CROSS_N_AND_K, list);
}
