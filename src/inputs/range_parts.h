/* How the files of the range reader work together (range*.c); not for others. */
#ifndef MSW_INPUTS_RANGE_PARTS_H
#define MSW_INPUTS_RANGE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/inputs/range.h"

/* One expansion under way. Values pile up on the heap; every form appends to them. */
typedef struct {
  msw_range_limits limits;
  msw_arena *arena;      /* for texts in messages */
  msw_diag *diag;
  double *values;
  size_t n, cap;
} msw_range_job;

/* Appends whatever `value` stands for; false after an error. */
bool msw_range_read(msw_range_job *job, const msw_json *value);

/* Appends one value without checking it against the limits; false (and an error at `at`) when there are too many. */
bool msw_range_push(msw_range_job *job, const msw_json *at, double value);

/* False (and an error at `at`) when the value lies outside the limits' min and max. */
bool msw_range_within(msw_range_job *job, const msw_json *at, double value);

/* Values made by a rule from a start to an inclusive stop. */
typedef enum {
  MSW_LADDER_STEP,   /* start, start + by, …           "16:128:16" */
  MSW_LADDER_MUL,    /* start, start * by, …           "1:512:*2" */
  MSW_LADDER_LIN,    /* `by` values, evenly spaced     {"lin": …} */
  MSW_LADDER_LOG,    /* `by` values, evenly spaced in the logarithm */
  MSW_LADDER_POW2    /* powers of two, each octave in `by` equal steps */
} msw_ladder_kind;

typedef struct {
  msw_ladder_kind kind;
  double start, stop, by;
  bool round_to_int;
  const msw_json *at;
} msw_ladder;

/* Appends the ladder's values: generated, checked against the limits, rounded if asked. */
bool msw_ladder_climb(msw_range_job *job, const msw_ladder *ladder);

/* The value as its author wrote it, shortened: for messages. */
const char *msw_range_as_written(msw_range_job *job, const msw_json *value);

#endif
