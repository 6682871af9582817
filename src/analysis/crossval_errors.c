/* Errors of a trial, and their figures. */
#include <stdlib.h>

#include "crossval_parts.h"
#include "msw/analysis/errors.h"
#include "msw/base/num.h"

/* Medians that the published rules of aiconfigurator reach on tables of the same kind (percent). */
static const double GEMM_TARGET = 4.9, SHAPE_TARGET = 3.6, PREFILL_TARGET = 2.0, LENGTH_TARGET = 3.2, DECODE_TARGET = 1.1;

static double target_of(msw_latency_kind kind, msw_cross_protocol protocol) {
  if (protocol == MSW_CROSS_M || protocol == MSW_CROSS_M_PAIR) return GEMM_TARGET;
  if (protocol == MSW_CROSS_SHAPE) return SHAPE_TARGET;
  if (protocol == MSW_CROSS_POINT) return kind == MSW_LATENCY_PREFILL ? PREFILL_TARGET : DECODE_TARGET;
  return protocol == MSW_CROSS_LENGTH && kind == MSW_LATENCY_PREFILL ? LENGTH_TARGET : (double)NAN;
}

msw_cross_trial msw_cross_start(const msw_cross_table *table, bool is_windowed, msw_cross_protocol protocol, size_t n_tests,
                                size_t most) {
  const size_t stride = most > 0 && n_tests > most ? (n_tests + most - 1) / most : 1;
  return (msw_cross_trial){.table = table, .is_windowed = is_windowed, .protocol = protocol, .n_tests = n_tests,
                           .stride = stride};
}

void msw_cross_add(msw_cross_trial *trial, double measured_us, const msw_cross_guess *guess) {
  const double percent = 100.0;
  trial->n_held++;
  for (int i_rule = 0; i_rule < MSW_N_CROSS_RULES; i_rule++) {
    msw_cross_errors *errors = &trial->rules[i_rule];
    if (isnan(guess->us[i_rule])) continue;
    errors->percent = msw_grow(errors->percent, &errors->cap, errors->n + 1, sizeof *errors->percent);
    errors->percent[errors->n++] = percent * (guess->us[i_rule] - measured_us) / measured_us;
  }
}

static msw_cross_figures figures_of(const msw_cross_errors *errors) {
  const double p90 = 90.0;
  msw_cross_figures figures = {errors->n, (double)NAN, (double)NAN, (double)NAN};
  if (errors->n == 0) return figures;
  figures.bias = msw_median(errors->percent, errors->n);
  for (size_t i_error = 0; i_error < errors->n; i_error++) errors->percent[i_error] = fabs(errors->percent[i_error]);
  figures.median = msw_median(errors->percent, errors->n);
  figures.p90 = msw_percentile(errors->percent, errors->n, p90);
  return figures;
}

void msw_cross_finish(msw_cross_trial *trial, msw_cross_list *list) {
  const msw_latency_key *key = &trial->table->set.slices[0].key;
  msw_cross_result result = {.key = key, .is_windowed = trial->is_windowed, .protocol = trial->protocol,
                             .target = target_of(key->kind, trial->protocol), .n_held = trial->n_held,
                             .n_tests = trial->n_tests};
  for (int i_rule = 0; i_rule < MSW_N_CROSS_RULES; i_rule++) {
    result.rules[i_rule] = figures_of(&trial->rules[i_rule]);
    free(trial->rules[i_rule].percent);
  }
  if (trial->n_held == 0) return;
  list->items = msw_grow(list->items, &list->cap, list->n + 1, sizeof *list->items);
  list->items[list->n++] = result;
}
