/* Samples a function from 1 to a last x so that straight lines between the samples stay close: octave by octave, each cut in
 * halves until the lines fit at some points between. Kernel times have steps, most of them one after a power of two (a tile
 * more), hence the look at the next number; a step elsewhere is closed in by halving. */
#include "analytic_sample.h"

#include <math.h>
#include <stdlib.h>

#include "time_curve_parts.h"

static const double CLOSE = .005;          /* a line fits within this share */
static const double PROBES[] = {.5, .29, .77};

typedef struct { double x, us; } sample;
typedef struct {
  double (*us)(const void *kernel, double x);
  const void *kernel;
  sample *samples;
  size_t n, cap;
} sampler;

static sample take(const sampler *s, double x) { return (sample){x, s->us(s->kernel, x)}; }

static void keep(sampler *s, sample at) {
  s->samples = msw_grow(s->samples, &s->cap, s->n + 1, sizeof *s->samples);
  s->samples[s->n++] = at;
}

static bool is_close(sample from, sample to, sample at) {
  double line_us = from.us + (to.us - from.us) * ((at.x - from.x) / (to.x - from.x));
  return fabs(line_us - at.us) <= CLOSE * at.us;
}

/* Where to cut: at an x beside which the line does not fit; 0 where it does. *cut is the sample there. */
static bool find_cut(const sampler *s, sample from, sample to, sample *cut) {
  *cut = take(s, from.x + 1.0);   /* a step right after `from` */
  if (!is_close(from, to, *cut) && fabs(cut->us - from.us) > CLOSE * from.us) return true;
  sample middle = take(s, floor(from.x + (to.x - from.x) * PROBES[0]));
  *cut = middle;
  if (!is_close(from, to, middle)) return true;
  for (size_t i_probe = 1; i_probe < sizeof PROBES / sizeof *PROBES; i_probe++)
    if (!is_close(from, to, take(s, floor(from.x + (to.x - from.x) * PROBES[i_probe])))) return true;
  return !is_close(from, to, take(s, middle.x + 1.0));
}

/* Keeps what is between two samples, and the second one. */
static void refine(sampler *s, sample from, sample to) {
  sample cut;
  if (to.x - from.x > 1.5 && find_cut(s, from, to, &cut)) {
    refine(s, from, cut);
    refine(s, cut, to);
  } else {
    keep(s, to);
  }
}

static msw_time_curve join(const sampler *s, msw_flags flags, msw_arena *arena) {
  msw_time_pieces to = {msw_arena_array(arena, s->n + 1, sizeof *to.piece), 0};
  const sample *at = s->samples;
  double slope = 0.0;
  msw_time_push(&to, (msw_time_piece){.begin = -(double)INFINITY, .x0 = at[0].x, .c0 = at[0].us, .flags = flags});
  for (size_t i_sample = 0; i_sample < s->n; i_sample++) {
    bool is_last = i_sample + 1 == s->n;
    if (!is_last) slope = (at[i_sample + 1].us - at[i_sample].us) / (at[i_sample + 1].x - at[i_sample].x);
    double begin = is_last ? msw_time_after(at[i_sample].x) : at[i_sample].x;
    msw_time_push(&to, (msw_time_piece){.begin = begin, .x0 = at[i_sample].x, .c0 = at[i_sample].us,
                                        .c1 = is_last ? fmax(slope, 0.0) : slope,
                                        .flags = is_last ? flags | MSW_FLAG_EXTRAPOLATED : flags});
  }
  return msw_time_built(&to);
}

msw_time_curve msw_analytic_sample(double (*us)(const void *kernel, double x), const void *kernel, double last, msw_flags flags,
                                   msw_arena *arena) {
  sampler s = {us, kernel, NULL, 0, 0};
  sample from = take(&s, 1.0);
  keep(&s, from);
  for (double x = 2.0; x <= last; x *= 2.0) {
    sample to = take(&s, x);
    refine(&s, from, to);
    from = to;
  }
  msw_time_curve curve = join(&s, flags, arena);
  free(s.samples);
  return curve;
}
