/* Counting differences, and what they come to. */
#include "spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/mem.h"

const double msw_beyond_percent[MSW_N_BEYOND] = {1.0, 5.0, 10.0, 25.0};

static const int SUM_BITS = 40;            /* sums are in units of 2^-40 % */
static const double MOST_SUM = 0x1p80;     /* of a run; a double holds it, and so do 2^47 of them a msw_wide in these units */

/* ---- Bins: the leading bits of a double are its octave and, in 256 steps of equal width, the place in it */

enum { MANTISSA_BITS = 52, BIN_BITS = 8, EXPONENT_BIAS = 1023 };
_Static_assert(MSW_SPREAD_BINS == 1 << BIN_BITS, "a bin is the first bits of a mantissa");

static void bin_of(double value, size_t *octave, size_t *bin) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  const int exponent = (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS - MSW_SPREAD_FIRST_OCTAVE;
  *octave = exponent < 0 ? 0 : exponent >= MSW_SPREAD_OCTAVES ? MSW_SPREAD_OCTAVES - 1 : (size_t)exponent;
  *bin = (size_t)(bits >> (MANTISSA_BITS - BIN_BITS)) & (MSW_SPREAD_BINS - 1);
}

static double bin_middle(size_t octave, size_t bin) {
  return ldexp(1.0 + ((double)bin + 0.5) / MSW_SPREAD_BINS, (int)octave + MSW_SPREAD_FIRST_OCTAVE);
}

static uint64_t *octave_of(msw_spread *spread, size_t octave) {
  if (!spread->octaves[octave]) spread->octaves[octave] = msw_alloc_zero(MSW_SPREAD_BINS, sizeof **spread->octaves);
  return spread->octaves[octave];
}

/* ---- Adding */

static void add_without_percent(msw_spread *spread, double a, double b) {
  if (isnan(a) && isnan(b)) spread->n_neither++;
  else if (isnan(a)) spread->n_only_other++;
  else if (isnan(b)) spread->n_only_reference++;
  else spread->n_undefined++;
}

static void add_sum(msw_spread *spread, double sum, double sum_abs) {
  if (!(sum_abs < MOST_SUM)) {
    spread->is_huge = true;
    return;
  }
  spread->sum += (msw_wide)ldexp(sum, SUM_BITS);
  spread->sum_abs += (msw_wide)ldexp(sum_abs, SUM_BITS);
}

void msw_spread_add(msw_spread *spread, const msw_spread_run *run) {
  double sum = 0.0, sum_abs = 0.0, max = spread->max;
  uint64_t n = 0, n_zero = 0, n_beyond[MSW_N_BEYOND] = {0};
  for (size_t i = 0; i < run->n; i++) {
    const double percent = run->percent[i], size = fabs(percent);
    size_t octave, bin;
    if (!isfinite(percent)) {
      if (!run->chosen || run->chosen[i]) add_without_percent(spread, run->a[i], run->b[i]);
      continue;
    }
    n++;
    sum += percent;
    sum_abs += size;
    max = size > max ? size : max;
    for (size_t i_beyond = 0; i_beyond < MSW_N_BEYOND; i_beyond++) n_beyond[i_beyond] += size > msw_beyond_percent[i_beyond];
    if (!(size > 0.0)) {
      n_zero++;
      continue;
    }
    bin_of(size, &octave, &bin);
    octave_of(spread, octave)[bin]++;
  }
  spread->n += n;
  spread->n_zero += n_zero;
  spread->max = max;
  for (size_t i_beyond = 0; i_beyond < MSW_N_BEYOND; i_beyond++) spread->n_beyond[i_beyond] += n_beyond[i_beyond];
  add_sum(spread, sum, sum_abs);
}

void msw_spread_merge(msw_spread *into, const msw_spread *from) {
  into->n += from->n;
  into->n_only_reference += from->n_only_reference;
  into->n_only_other += from->n_only_other;
  into->n_neither += from->n_neither;
  into->n_undefined += from->n_undefined;
  into->n_zero += from->n_zero;
  for (size_t i_beyond = 0; i_beyond < MSW_N_BEYOND; i_beyond++) into->n_beyond[i_beyond] += from->n_beyond[i_beyond];
  into->sum += from->sum;
  into->sum_abs += from->sum_abs;
  into->is_huge = into->is_huge || from->is_huge;
  into->max = from->max > into->max ? from->max : into->max;
  for (size_t octave = 0; octave < MSW_SPREAD_OCTAVES; octave++)
    for (size_t bin = 0; from->octaves[octave] && bin < MSW_SPREAD_BINS; bin++)
      octave_of(into, octave)[bin] += from->octaves[octave][bin];
}

void msw_spread_free(msw_spread *spread) {
  for (size_t octave = 0; octave < MSW_SPREAD_OCTAVES; octave++) free(spread->octaves[octave]);
}

/* ---- Figures */

/* The order statistic number i, counted from 0. No bin's middle may lie beyond the largest. */
static double statistic(const msw_spread *spread, uint64_t i) {
  uint64_t n_below = spread->n_zero;
  if (i < n_below) return 0.0;
  if (i + 1 == spread->n) return spread->max;
  for (size_t octave = 0; octave < MSW_SPREAD_OCTAVES; octave++)
    for (size_t bin = 0; spread->octaves[octave] && bin < MSW_SPREAD_BINS; bin++) {
      n_below += spread->octaves[octave][bin];
      if (i < n_below) return fmin(bin_middle(octave, bin), spread->max);
    }
  return spread->max;
}

static double percentile(const msw_spread *spread, double percent) {
  const double at = (double)(spread->n - 1) * percent / 100.0, part = at - floor(at);
  const double low = statistic(spread, (uint64_t)floor(at));
  return part > 0.0 ? low + part * (statistic(spread, (uint64_t)floor(at) + 1) - low) : low;
}

static double mean_of(const msw_spread *spread, msw_wide sum) {
  return spread->is_huge ? (double)INFINITY : ldexp((double)sum, -SUM_BITS) / (double)spread->n;
}

msw_difference_figures msw_spread_figures(const msw_spread *spread) {
  const double none = (double)NAN;
  msw_difference_figures figures = {.n = spread->n, .n_only_reference = spread->n_only_reference,
                                    .n_only_other = spread->n_only_other, .n_neither = spread->n_neither,
                                    .n_undefined = spread->n_undefined, .mean = none, .mean_abs = none, .p50 = none,
                                    .p90 = none, .p95 = none, .p99 = none, .max = none};
  memcpy(figures.n_beyond, spread->n_beyond, sizeof figures.n_beyond);
  if (spread->n == 0) return figures;
  figures.mean = mean_of(spread, spread->sum);
  figures.mean_abs = mean_of(spread, spread->sum_abs);
  figures.p50 = percentile(spread, 50.0);
  figures.p90 = percentile(spread, 90.0);
  figures.p95 = percentile(spread, 95.0);
  figures.p99 = percentile(spread, 99.0);
  figures.max = spread->max;
  return figures;
}
