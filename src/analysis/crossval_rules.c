/* The rules that stand beside the surfaces: what two neighbours say. */
#include "crossval_parts.h"

msw_cross_guess msw_cross_no_guess(void) {
  msw_cross_guess none;
  for (int i_rule = 0; i_rule < MSW_N_CROSS_RULES; i_rule++) none.us[i_rule] = (double)NAN;
  return none;
}

/* The line and the power law through two knots, between or beyond them. */
static void through(msw_cross_knot a, msw_cross_knot b, double x, msw_cross_guess *guess) {
  guess->us[MSW_CROSS_LINEAR] = a.us + (b.us - a.us) * (x - a.x) / (b.x - a.x);
  guess->us[MSW_CROSS_LOG_LOG] = a.us * pow(b.us / a.us, log(x / a.x) / log(b.x / a.x));
}

static void hold(msw_cross_knot floor, msw_cross_knot nearest, double work, msw_cross_guess *guess) {
  guess->us[MSW_CROSS_FLOOR] = floor.us;
  guess->us[MSW_CROSS_FLOOR_MFU] = floor.us * work;
  guess->us[MSW_CROSS_NEAREST] = nearest.us;
}

void msw_cross_between(msw_cross_knot low, msw_cross_knot high, double x, double work, msw_cross_guess *guess) {
  through(low, high, x, guess);
  hold(low, x * x < low.x * high.x ? low : high, work, guess);
  guess->us[MSW_CROSS_AICONFIGURATOR] = guess->us[MSW_CROSS_LINEAR];
}

void msw_cross_beyond(msw_cross_knot before, msw_cross_knot last, double x, double work, msw_cross_guess *guess) {
  through(before, last, x, guess);
  hold(last, last, work, guess);
}

double msw_cross_best_us(const msw_cross_table *table, const msw_latency_key *key, double m) {
  const double us_per_s = 1e6, n = (double)key->n, k = (double)key->k;
  const double peak = table->gpu->peak_flop_per_s[key->dtype], bytes = msw_dtype_bytes(key->dtype);
  if (!(peak > 0.0)) return (double)NAN;
  return us_per_s * fmax(2.0 * m * n * k / peak, bytes * (m * n + m * k + n * k) / table->gpu->mem_bw_bytes_per_s);
}
