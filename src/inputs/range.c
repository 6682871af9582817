/* Ranges: one value, a list, a text or an object becomes an array of numbers. The ladders are in range_ladder.c. */
#include "range_parts.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"

static const char HOW_TO_WRITE[] = "write 4, \"4Ki\", \"1:8\", \"16:128:16\", \"1:512:*2\" or [1, 2, 4]";

const char *msw_range_as_written(msw_range_job *job, const msw_json *value) {
  enum { MAX_SHOWN = 60 };
  if (value->type == MSW_JSON_STRING) return value->text;
  msw_buf buf = {0};
  msw_json_write(value, 0, &buf);
  const bool is_long = buf.len > MAX_SHOWN;
  const char *text = msw_format(job->arena, "%.*s%s", MAX_SHOWN, buf.text, is_long ? "…" : "");
  msw_buf_free(&buf);
  return text;
}

bool msw_range_within(msw_range_job *job, const msw_json *at, double value) {
  const msw_range_limits *limits = &job->limits;
  if (value < limits->min)
    msw_json_error(job->diag, at, NULL, "%.15g is below %.15g, the least allowed", value, limits->min);
  if (value > limits->max)
    msw_json_error(job->diag, at, NULL, "%.15g is above %.15g, the most allowed", value, limits->max);
  return value >= limits->min && value <= limits->max;
}

bool msw_range_push(msw_range_job *job, const msw_json *at, double value) {
  if (job->n == MSW_RANGE_MAX_VALUES) {
    msw_json_error(job->diag, at, NULL, "more than %d values", MSW_RANGE_MAX_VALUES);
    return false;
  }
  if (job->n == job->cap) job->values = msw_grow(job->values, &job->cap, job->n + 1, sizeof *job->values);
  job->values[job->n++] = value;
  return true;
}

static bool push_single(msw_range_job *job, const msw_json *at, double value) {
  if (job->limits.integral && !msw_is_integral(value)) {
    msw_json_error(job->diag, at, NULL, "%.15g is not a whole number", value);
    return false;
  }
  return msw_range_within(job, at, value) && msw_range_push(job, at, value);
}

static bool refuse_text(msw_range_job *job, const msw_json *at) {
  msw_json_error(job->diag, at, HOW_TO_WRITE, "\"%s\" is neither a number nor a range", at->text);
  return false;
}

/* "start:stop", "start:stop:step", "start:stop:*factor" or a single number. */
static bool read_text(msw_range_job *job, const msw_json *value) {
  enum { MAX_PARTS = 3 };
  msw_ladder ladder = {.kind = MSW_LADDER_STEP, .by = 1, .at = value};
  double *const numbers[MAX_PARTS] = {&ladder.start, &ladder.stop, &ladder.by};
  const char *rest = value->text;
  size_t n_parts = 0;
  for (bool more = true; more; n_parts++) {
    if (n_parts == MAX_PARTS) return refuse_text(job, value);
    if (n_parts == 2 && *rest == '*') {
      ladder.kind = MSW_LADDER_MUL;
      rest++;
    }
    const size_t len = strcspn(rest, ":");
    if (!msw_parse_suffixed(msw_strndup(job->arena, rest, len), numbers[n_parts])) return refuse_text(job, value);
    more = rest[len] == ':';
    rest += len + 1;
  }
  return n_parts == 1 ? push_single(job, value, ladder.start) : msw_ladder_climb(job, &ladder);
}

/* The first value that occurs a second time from `first` on: its position there; job->n when there is none. */
static size_t find_repeat(const msw_range_job *job, size_t first) {
  size_t at = first + 1;
  while (at < job->n && job->values[at - 1] < job->values[at]) at++;
  if (at >= job->n) return job->n;   /* strictly ascending, as most lists are */
  const size_t n = job->n - first;
  double *sorted = msw_alloc(n * sizeof *sorted);
  memcpy(sorted, job->values + first, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, msw_compare_numbers);
  size_t twin = 1;
  while (twin < n && sorted[twin - 1] < sorted[twin]) twin++;
  at = job->n;
  if (twin < n)
    for (at = job->n - 1; !msw_same_number(job->values[at], sorted[twin]); at--) {}
  free(sorted);
  return at;
}

static bool read_list(msw_range_job *job, const msw_json *value) {
  enum { MAX_ERRORS = 20 };   /* more of them teach nothing */
  const size_t first = job->n, n_errors = job->diag->n_errors;
  bool good = true;
  if (value->n_children == 0) msw_json_error(job->diag, value, NULL, "an empty list");
  for (const msw_json *item = value->first; item && job->diag->n_errors < n_errors + MAX_ERRORS; item = item->next)
    good &= msw_range_read(job, item);
  if (!good || job->n == first) return false;
  const size_t repeat = job->limits.repeats ? job->n : find_repeat(job, first);
  if (repeat == job->n) return true;
  const msw_json *at = value;
  if (job->n - first == value->n_children) {   /* plain values: point at the very one */
    at = value->first;
    for (size_t i = first; i < repeat; i++) at = at->next;
  }
  msw_json_error(job->diag, at, "{\"union\": […]} drops repeated values", "%.15g is in the list twice",
                 job->values[repeat]);
  return false;
}

/* Sorts the values from `first` on and drops repeated ones. */
static bool read_union(msw_range_job *job, const msw_json *value, const msw_json *members) {
  const size_t first = job->n;
  bool good = members->type == MSW_JSON_ARRAY && members->n_children > 0;
  if (!good) msw_json_error(job->diag, members, HOW_TO_WRITE, "\"union\" takes a list of ranges");
  for (const msw_json *item = members->first; good && item; item = item->next) good &= msw_range_read(job, item);
  if (!good || job->n == first) return false;
  qsort(job->values + first, job->n - first, sizeof *job->values, msw_compare_numbers);
  size_t n_kept = first + 1;
  for (size_t i = first + 1; i < job->n; i++)
    if (job->values[n_kept - 1] < job->values[i]) job->values[n_kept++] = job->values[i];
  if (n_kept < job->n)
    msw_note(job->diag, value->loc, "%s: repeated values dropped: %zu", msw_range_as_written(job, value),
             job->n - n_kept);
  job->n = n_kept;
  return true;
}

/* The forms of an object, and how many numbers each takes. */
typedef struct { const char *key; msw_ladder_kind kind; size_t min_numbers, max_numbers; bool can_round; } ladder_form;
static const ladder_form FORMS[] = {
  {"range", MSW_LADDER_STEP, 2, 3, false},
  {"mul", MSW_LADDER_MUL, 3, 3, true},
  {"lin", MSW_LADDER_LIN, 3, 3, true},
  {"log", MSW_LADDER_LOG, 3, 3, true},
  {"pow2", MSW_LADDER_POW2, 2, 2, false},
};
enum { N_FORMS = sizeof FORMS / sizeof *FORMS };

static bool read_number(msw_range_job *job, const msw_json *value, double *out) {
  if (value->type == MSW_JSON_NUMBER) *out = value->number;
  else if (value->type != MSW_JSON_STRING || !msw_parse_suffixed(value->text, out)) {
    msw_json_error(job->diag, value, "write 4096 or \"4Ki\"", "expected a number");
    return false;
  }
  return true;
}

static bool read_ladder(msw_range_job *job, const msw_json *value, size_t i_form, const msw_json *args,
                        msw_ladder ladder) {
  double *const numbers[] = {&ladder.start, &ladder.stop, &ladder.by};
  if (args->type != MSW_JSON_ARRAY || args->n_children < FORMS[i_form].min_numbers ||
      args->n_children > FORMS[i_form].max_numbers) {
    msw_json_error(job->diag, args, NULL, "\"%s\" takes a list of %zu numbers", FORMS[i_form].key,
                   FORMS[i_form].max_numbers);
    return false;
  }
  bool good = true;
  size_t i_number = 0;
  for (const msw_json *item = args->first; item; item = item->next)
    good &= read_number(job, item, numbers[i_number++]);
  ladder.kind = FORMS[i_form].kind;
  ladder.at = value;
  return good && msw_ladder_climb(job, &ladder);
}

/* {"round": "int"}; false after an error. */
static bool read_round(msw_range_job *job, const msw_json *round, bool can_round) {
  if (!round) return false;
  if (!can_round) msw_json_error(job->diag, round, NULL, "\"round\" goes with \"mul\", \"lin\" and \"log\" only");
  else if (round->type != MSW_JSON_STRING || strcmp(round->text, "int") != 0)
    msw_json_error(job->diag, round, NULL, "the only rounding is \"int\"");
  return true;
}

static bool read_object(msw_range_job *job, const msw_json *value) {
  msw_json_reader reader;
  const size_t n_errors = job->diag->n_errors;
  size_t n_given = 0, i_given = N_FORMS;
  const msw_json *given = NULL;
  msw_ladder ladder = {.by = 1};
  if (!msw_json_begin(&reader, value, job->diag)) return false;
  for (size_t i_form = 0; i_form <= N_FORMS; i_form++) {
    const msw_json *args = msw_json_want(&reader, i_form < N_FORMS ? FORMS[i_form].key : "union", false);
    if (!args) continue;
    n_given++;
    i_given = i_form;
    given = args;
  }
  const bool is_union = i_given == N_FORMS;
  const msw_json *per_octave = msw_json_want(&reader, "per_octave", false);
  ladder.round_to_int = read_round(job, msw_json_want(&reader, "round", false), !is_union && FORMS[i_given].can_round);
  if (per_octave && !is_union && FORMS[i_given].kind != MSW_LADDER_POW2)
    msw_json_error(job->diag, per_octave, NULL, "\"per_octave\" goes with \"pow2\" only");
  if (per_octave) read_number(job, per_octave, &ladder.by);
  msw_json_end(&reader, true);
  if (n_given != 1)
    msw_json_error(job->diag, value, NULL,
                   "expected one of \"range\", \"mul\", \"lin\", \"log\", \"pow2\" and \"union\"");
  if (job->diag->n_errors > n_errors) return false;
  return is_union ? read_union(job, value, given) : read_ladder(job, value, i_given, given, ladder);
}

bool msw_range_read(msw_range_job *job, const msw_json *value) {
  switch (value->type) {
  case MSW_JSON_NUMBER: return push_single(job, value, value->number);
  case MSW_JSON_STRING: return read_text(job, value);
  case MSW_JSON_ARRAY: return read_list(job, value);
  case MSW_JSON_OBJECT: return read_object(job, value);
  case MSW_JSON_NULL:
  case MSW_JSON_BOOL: break;
  }
  msw_json_error(job->diag, value, HOW_TO_WRITE, "expected a number or a range, not %s",
                 msw_json_type_name(value->type));
  return false;
}

bool msw_range_expand(const msw_json *value, msw_range_limits limits, msw_arena *arena, msw_diag *diag,
                      double **values, size_t *n) {
  msw_range_job job = {.limits = limits, .arena = arena, .diag = diag};
  const bool good = msw_range_read(&job, value);
  if (good) {
    *values = msw_arena_array(arena, job.n, sizeof **values);
    *n = job.n;
    memcpy(*values, job.values, job.n * sizeof **values);
  }
  free(job.values);
  return good;
}
