/* The grammar of steps: "16*4096+2*128" decode groups, "1*0:512+1*2048:512" prefill groups. */
#include "msw/inputs/steps.h"

#include <string.h>

#include "msw/base/num.h"

static const int64_t MAX_COUNT = 1000000;
static const int64_t MAX_TOKENS = 1000000000;
enum { MAX_DIGITS = 18 };     /* of a number: more may overflow int64 */
enum { MAX_SHOWN = 60 };      /* characters of a cell in a message */

/* One cell being read; `at` is where the reader stands in its text. */
typedef struct {
  const char *column;         /* "decode" or "prefill" */
  const char *grammar;        /* for the hint */
  const char *text, *at;
  msw_loc loc;
  msw_diag *diag;
} cell_reader;

static bool refuse(const cell_reader *reader, const char *expected) {
  if (*reader->at == '\0')
    msw_error(reader->diag, reader->loc, reader->column, reader->grammar, "expected %s at the end of '%.*s'", expected,
              MAX_SHOWN, reader->text);
  else
    msw_error(reader->diag, reader->loc, reader->column, reader->grammar, "expected %s at character %td of '%.*s'",
              expected, reader->at - reader->text + 1, MAX_SHOWN, reader->text);
  return false;
}

static bool read_char(cell_reader *reader, char wanted, const char *expected) {
  if (*reader->at != wanted) return refuse(reader, expected);
  reader->at++;
  return true;
}

static bool read_number(cell_reader *reader, const char *what, int64_t min, int64_t max, double *out) {
  const size_t n_digits = strspn(reader->at, "0123456789");
  if (n_digits == 0) return refuse(reader, what);
  char digits[MAX_DIGITS + 1] = {0};
  int64_t value = 0;
  bool in_range = n_digits <= MAX_DIGITS;
  if (in_range) {
    memcpy(digits, reader->at, n_digits);
    in_range = msw_parse_int(digits, &value) && value >= min && value <= max;
  }
  if (!in_range) {
    msw_error(reader->diag, reader->loc, reader->column, NULL, "%s at character %td of '%.*s' must be %lld to %lld",
              what, reader->at - reader->text + 1, MAX_SHOWN, reader->text, (long long)min, (long long)max);
    return false;
  }
  reader->at += n_digits;
  *out = (double)value;
  return true;
}

static bool read_group_end(cell_reader *reader) {
  return *reader->at == '\0' || *reader->at == '+' || refuse(reader, "'+' or the end");
}

/* Whether the group that the reader stands at the start of is written with a count. */
static bool has_count(const cell_reader *reader) { return reader->at[strcspn(reader->at, "*+")] == '*'; }

static bool read_count(cell_reader *reader, double *count) {
  *count = 1.0;
  if (!has_count(reader)) return true;
  return read_number(reader, "count", 1, MAX_COUNT, count) && read_char(reader, '*', "'*'");
}

static bool read_decode_group(cell_reader *reader, msw_decode_group *group) {
  return read_count(reader, &group->count) && read_number(reader, "kv_len", 0, MAX_TOKENS, &group->kv_len) &&
         read_group_end(reader);
}

/* A length without count and cached tokens is one fresh prompt. */
static bool read_prefill_group(cell_reader *reader, msw_prefill_group *group) {
  const bool counted = has_count(reader);
  group->cached_len = 0.0;
  if (!read_count(reader, &group->count)) return false;
  if (counted &&
      !(read_number(reader, "cached_len", 0, MAX_TOKENS, &group->cached_len) && read_char(reader, ':', "':'")))
    return false;
  return read_number(reader, "new_len", 1, MAX_TOKENS, &group->new_len) && read_group_end(reader);
}

static size_t count_groups(const char *text) {
  if (*text == '\0') return 0;
  size_t n_groups = 1;
  for (const char *c = text; *c; c++) n_groups += *c == '+';
  return n_groups;
}

/* Moves behind the next '+', so that a bad group does not hide the others. */
static void next_group(cell_reader *reader) {
  reader->at += strcspn(reader->at, "+");
  reader->at += *reader->at == '+';
}

bool msw_parse_decode(const char *text, msw_loc loc, msw_arena *arena, msw_diag *diag, msw_step *step) {
  cell_reader reader = {"decode", "write count*kv_len, as in 16*4096", text, text, loc, diag};
  const size_t n_groups = count_groups(text);
  msw_decode_group *groups = msw_arena_array(arena, n_groups, sizeof *groups);
  bool good = true;
  for (size_t i_group = 0; i_group < n_groups; i_group++) {
    good = read_decode_group(&reader, &groups[i_group]) && good;
    next_group(&reader);
  }
  step->decode = groups;
  step->n_decode = good ? n_groups : 0;
  return good;
}

bool msw_parse_prefill(const char *text, msw_loc loc, msw_arena *arena, msw_diag *diag, msw_step *step) {
  cell_reader reader = {"prefill", "write count*cached:new, as in 1*0:512", text, text, loc, diag};
  const size_t n_groups = count_groups(text);
  msw_prefill_group *groups = msw_arena_array(arena, n_groups, sizeof *groups);
  bool good = true;
  for (size_t i_group = 0; i_group < n_groups; i_group++) {
    good = read_prefill_group(&reader, &groups[i_group]) && good;
    next_group(&reader);
  }
  step->prefill = groups;
  step->n_prefill = good ? n_groups : 0;
  return good;
}
