/* Ladders: values made by a rule (steps, factors, n points, octaves) between a start and an inclusive stop. */
#include "range_parts.h"

#include <math.h>

#include "msw/base/num.h"

/* A whole number of fractional steps (0.1, 0.2 …) counts as hit when it is missed by less than this share of a step. */
static const double STEP_TOLERANCE = 1e-9;
/* exp2(log2) of a whole number comes back this close to it, relatively. */
static const double LOG_TOLERANCE = 1e-13;
static const double MAX_PER_OCTAVE = 1024;

static bool refuse(msw_range_job *job, const msw_ladder *ladder, const char *message) {
  msw_json_error(job->diag, ladder->at, NULL, "%s: %s", msw_range_as_written(job, ladder->at), message);
  return false;
}

static bool is_power_of_two(double value) {
  int exponent;
  return value > 0 && msw_same_number(frexp(value, &exponent), 0.5);
}

static bool is_count(double value) { return msw_is_integral(value) && value >= 1; }

/* What is wrong with the ladder's last number, or NULL. */
static const char *fault_of_by(const msw_ladder *ladder) {
  switch (ladder->kind) {
  case MSW_LADDER_STEP: return ladder->by > 0 ? NULL : "the step must be above 0";
  case MSW_LADDER_MUL: return ladder->by > 1 ? NULL : "the factor must be above 1";
  case MSW_LADDER_LIN:
  case MSW_LADDER_LOG:
    if (!is_count(ladder->by)) return "the number of values must be a whole number from 1 on";
    return ladder->by < 2 && ladder->start < ladder->stop ? "one value cannot be both start and stop" : NULL;
  case MSW_LADDER_POW2:
    if (is_count(ladder->by) && ladder->by <= MAX_PER_OCTAVE) return NULL;
    return "\"per_octave\" must be a whole number, 1 to 1024";
  }
  return NULL;
}

/* What must hold before any value is made. All values lie between start and stop, so both must keep to the limits. */
static bool is_climbable(msw_range_job *job, const msw_ladder *ladder) {
  const bool grows = ladder->kind == MSW_LADDER_MUL || ladder->kind == MSW_LADDER_LOG;
  const char *fault = fault_of_by(ladder);
  if (fault) return refuse(job, ladder, fault);
  if (ladder->start > ladder->stop) return refuse(job, ladder, "empty, its start lies above its stop");
  if (grows && !(ladder->start > 0)) return refuse(job, ladder, "the start must be above 0");
  if (ladder->kind == MSW_LADDER_POW2 && !is_power_of_two(ladder->start))
    return refuse(job, ladder, "the start must be a power of two");
  return msw_range_within(job, ladder->at, ladder->start) && msw_range_within(job, ladder->at, ladder->stop);
}

static bool climb_step(msw_range_job *job, const msw_ladder *ladder) {
  const bool whole = msw_is_integral(ladder->start) && msw_is_integral(ladder->by);
  const double tolerance = whole ? 0 : STEP_TOLERANCE;
  const double n_steps = floor((ladder->stop - ladder->start) / ladder->by + tolerance);
  for (double step = 0; step <= n_steps; step++) {
    const double value = ladder->start + step * ladder->by;
    const bool is_stop = fabs(value - ladder->stop) <= tolerance * ladder->by;
    if (!msw_range_push(job, ladder->at, is_stop ? ladder->stop : value)) return false;
  }
  return true;
}

static bool climb_mul(msw_range_job *job, const msw_ladder *ladder) {
  for (double value = ladder->start; value <= ladder->stop; value *= ladder->by)
    if (!msw_range_push(job, ladder->at, value)) return false;
  return true;
}

static bool climb_lin(msw_range_job *job, const msw_ladder *ladder) {
  const double span = ladder->stop - ladder->start, n_steps = ladder->by - 1;
  for (double step = 0; step < n_steps; step++)
    if (!msw_range_push(job, ladder->at, ladder->start + step * span / n_steps)) return false;
  return msw_range_push(job, ladder->at, ladder->stop);
}

static bool climb_log(msw_range_job *job, const msw_ladder *ladder) {
  const double octaves = log2(ladder->stop / ladder->start), n_steps = ladder->by - 1;
  for (double step = 0; step < n_steps; step++) {
    const double value = ladder->start * exp2(step * octaves / n_steps), whole = round(value);
    const bool is_whole = fabs(value - whole) <= LOG_TOLERANCE * whole;
    if (!msw_range_push(job, ladder->at, is_whole ? whole : value)) return false;
  }
  return msw_range_push(job, ladder->at, ladder->stop);
}

/* 1 2 3 4 6 8 12 16 … for two per octave. On a whole-number axis the fractions of the first octaves are left out. */
static bool climb_pow2(msw_range_job *job, const msw_ladder *ladder) {
  size_t n_left_out = 0;
  for (double octave = ladder->start; octave <= ladder->stop; octave *= 2)
    for (double part = 0; part < ladder->by; part++) {
      const double value = octave + octave * part / ladder->by;
      if (value > ladder->stop) break;
      if (job->limits.integral && !msw_is_integral(value)) n_left_out++;
      else if (!msw_range_push(job, ladder->at, value)) return false;
    }
  if (n_left_out)
    msw_note(job->diag, ladder->at->loc, "%s: fractions left out: %zu", msw_range_as_written(job, ladder->at),
             n_left_out);
  return true;
}

static bool climb(msw_range_job *job, const msw_ladder *ladder) {
  switch (ladder->kind) {
  case MSW_LADDER_STEP: return climb_step(job, ladder);
  case MSW_LADDER_MUL: return climb_mul(job, ladder);
  case MSW_LADDER_LIN: return climb_lin(job, ladder);
  case MSW_LADDER_LOG: return climb_log(job, ladder);
  case MSW_LADDER_POW2: return climb_pow2(job, ladder);
  }
  return false;
}

/* Checks the values from `first` on; the first fraction on a whole-number axis is one error for all. */
static bool are_whole(msw_range_job *job, const msw_ladder *ladder, size_t first) {
  const bool roundable = ladder->kind != MSW_LADDER_STEP && ladder->kind != MSW_LADDER_POW2;
  for (size_t i = first; job->limits.integral && i < job->n; i++)
    if (!msw_is_integral(job->values[i])) {
      msw_json_error(job->diag, ladder->at, roundable ? "add \"round\": \"int\"" : NULL,
                     "%s: %.15g is not a whole number", msw_range_as_written(job, ladder->at), job->values[i]);
      return false;
    }
  return true;
}

/* Rounds the values from `first` on and drops the neighbours that became equal. */
static void round_values(msw_range_job *job, const msw_ladder *ladder, size_t first) {
  size_t n_kept = first;
  for (size_t i = first; i < job->n; i++) {
    const double value = round(job->values[i]);
    if (n_kept == first || !msw_same_number(job->values[n_kept - 1], value)) job->values[n_kept++] = value;
  }
  if (n_kept < job->n)
    msw_note(job->diag, ladder->at->loc, "%s: values that rounding made equal, dropped: %zu",
             msw_range_as_written(job, ladder->at), job->n - n_kept);
  job->n = n_kept;
}

bool msw_ladder_climb(msw_range_job *job, const msw_ladder *ladder) {
  const size_t first = job->n;
  if (!is_climbable(job, ladder) || !climb(job, ladder)) return false;
  const bool misses_stop = job->n > first && job->values[job->n - 1] < ladder->stop;
  if (ladder->round_to_int) round_values(job, ladder, first);
  else if (!are_whole(job, ladder, first)) return false;
  if (misses_stop)
    msw_note(job->diag, ladder->at->loc, "%s ends at %.15g", msw_range_as_written(job, ladder->at),
             job->values[job->n - 1]);
  return true;
}
