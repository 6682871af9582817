/* One GEMM shape at a time: an m between others, an m with the one beside it, the largest m. */
#include "crossval_parts.h"
#include "msw/base/num.h"

static const double FIRST_MATE = 32.0;   /* from this m on, m and m + 1 stand for a full tile and one just begun */
static const size_t FEWEST_M = 5;

static msw_cross_knot knot_at(const msw_latency_slice *slice, size_t i_m) {
  return (msw_cross_knot){slice->x[i_m], slice->latency_us[i_m]};
}

/* What the surfaces say of a shape of which an m or more are missing. */
static double without_us(const msw_cross_table *table, const msw_latency_slice *slice, double m_low, double m_high, double m) {
  const msw_latency_key *key = &slice->key;
  const msw_cross_box box = msw_cross_x(m_low, m_high);
  msw_cross_rest rest;
  msw_time_curve curve;
  msw_surface_source source;
  msw_cross_begin(&rest, table);
  msw_cross_keep(&rest, slice, &box);
  const bool found = msw_surface_gemm(msw_cross_lookup(&rest), key->dtype, key->block_scaled, (double)key->n,
                                      (double)key->k, &rest.arena, &curve, &source);
  const double us = found ? msw_time_at(&curve, m, NULL) : (double)NAN;
  msw_cross_end(&rest);
  return us;
}

static void test_span(msw_cross_trial *trial, size_t i_slice, size_t i_m, size_t i_first, size_t i_last) {
  const msw_latency_slice *slice = &trial->table->set.slices[i_slice];
  const msw_cross_knot low = knot_at(slice, i_first - 1), high = knot_at(slice, i_last + 1);
  const double m = slice->x[i_m];
  msw_cross_guess guess = msw_cross_no_guess();
  msw_cross_between(low, high, m, m / low.x, &guess);
  guess.us[MSW_CROSS_MEASURED] = without_us(trial->table, slice, slice->x[i_first], slice->x[i_last], m);
  msw_cross_add(trial, slice->latency_us[i_m], &guess);
}

/* What is held out with an m: first to last; false where it is not between others, or no truth, or has no mate. */
static bool find_span(const msw_cross_table *table, size_t i_slice, size_t i_m, bool with_mate, size_t *i_first,
                      size_t *i_last) {
  const msw_latency_slice *slice = &table->set.slices[i_slice];
  const double m = slice->x[i_m];
  *i_first = *i_last = i_m;
  if (i_m == 0 || i_m + 1 == slice->n_points || !table->is_truth[i_slice][i_m]) return false;
  if (!with_mate) return true;
  if (m < FIRST_MATE) return false;
  if (msw_same_number(slice->x[i_m - 1], m - 1.0)) *i_first = i_m - 1;
  if (msw_same_number(slice->x[i_m + 1], m + 1.0)) *i_last = i_m + 1;
  return *i_first < *i_last && *i_first > 0 && *i_last + 1 < slice->n_points;
}

static size_t count_spans(const msw_cross_table *table, bool with_mate) {
  size_t n = 0, i_first, i_last;
  for (size_t i_slice = 0; i_slice < table->set.n_slices; i_slice++)
    for (size_t i_m = 0; i_m < table->set.slices[i_slice].n_points; i_m++)
      n += find_span(table, i_slice, i_m, with_mate, &i_first, &i_last);
  return n;
}

static void test_spans(const msw_cross_table *table, bool with_mate, msw_cross_list *list) {
  msw_cross_trial trial = msw_cross_start(table, false, with_mate ? MSW_CROSS_M_PAIR : MSW_CROSS_M,
                                          count_spans(table, with_mate), table->most_tests);
  size_t i_test = 0, i_first, i_last;
  for (size_t i_slice = 0; i_slice < table->set.n_slices; i_slice++)
    for (size_t i_m = 0; i_m < table->set.slices[i_slice].n_points; i_m++)
      if (find_span(table, i_slice, i_m, with_mate, &i_first, &i_last) && msw_cross_is_due(&trial, i_test++))
        test_span(&trial, i_slice, i_m, i_first, i_last);
  msw_cross_finish(&trial, list);
}

/* aiconfigurator holds the utilisation of the last three m: the middle one of them. */
static double held_utilisation_us(const msw_cross_table *table, const msw_latency_slice *slice) {
  enum { N_LAST = 3 };
  const size_t i_last = slice->n_points - 1;
  double per_best[N_LAST];
  for (size_t i_m = 0; i_m < N_LAST; i_m++)
    per_best[i_m] = slice->latency_us[i_last - 1 - i_m] / msw_cross_best_us(table, &slice->key, slice->x[i_last - 1 - i_m]);
  const double low = fmin(per_best[0], per_best[1]), high = fmax(per_best[0], per_best[1]);
  return msw_cross_best_us(table, &slice->key, slice->x[i_last]) * fmin(fmax(low, per_best[2]), high);
}

static void test_last(const msw_cross_table *table, msw_cross_list *list) {
  msw_cross_trial trial = msw_cross_start(table, false, MSW_CROSS_LAST_M, 0, 0);
  for (size_t i_slice = 0; i_slice < table->set.n_slices; i_slice++) {
    const msw_latency_slice *slice = &table->set.slices[i_slice];
    const size_t i_last = slice->n_points - 1;
    if (slice->n_points < FEWEST_M || !table->is_truth[i_slice][i_last]) continue;
    const double m = slice->x[i_last];
    msw_cross_guess guess = msw_cross_no_guess();
    msw_cross_beyond(knot_at(slice, i_last - 2), knot_at(slice, i_last - 1), m, m / slice->x[i_last - 1], &guess);
    guess.us[MSW_CROSS_AICONFIGURATOR] = held_utilisation_us(table, slice);
    guess.us[MSW_CROSS_MEASURED] = without_us(table, slice, m, m, m);
    trial.n_tests++;
    msw_cross_add(&trial, slice->latency_us[i_last], &guess);
  }
  msw_cross_finish(&trial, list);
}

void msw_cross_gemm(const msw_cross_table *table, msw_cross_list *list) {
  test_spans(table, false, list);
  test_spans(table, true, list);
  test_last(table, list);
}
