/* Reading objects: keys are asked for with a type and limits, and what does not fit becomes an error with its place. */
#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/formats/json.h"
#include "number_words.h"
#include "source_text.h"

enum { MAX_ASKED = sizeof((msw_json_reader *)0)->asked / sizeof(const char *), MAX_LISTED = 12 };

void msw_json_error(msw_diag *diag, const msw_json *at, const char *hint, const char *fmt, ...) {
  msw_arena scratch = {0};
  va_list args;
  va_start(args, fmt);
  const char *message = msw_vformat(&scratch, fmt, args);
  va_end(args);
  msw_error(diag, at->loc, msw_json_path(&scratch, at), hint, "%s", message);
  msw_arena_free(&scratch);
}

/* "a number", "an object", "null". */
static const char *with_article(msw_json_type type) {
  switch (type) {
    case MSW_JSON_NULL: return "null";
    case MSW_JSON_BOOL: return "a boolean";
    case MSW_JSON_NUMBER: return "a number";
    case MSW_JSON_STRING: return "a string";
    case MSW_JSON_ARRAY: return "an array";
    case MSW_JSON_OBJECT: return "an object";
  }
  return "a value";
}

static bool is_one_of(const char *text, const char *const words[], size_t n_words) {
  for (size_t i_word = 0; i_word < n_words; i_word++)
    if (msw_equal_nocase(text, words[i_word])) return true;
  return false;
}

/* What the writer of a string may have meant: "yes" comes from YAML files, where it was a boolean once. */
static const char *hint_for_string(msw_json_reader *reader, const char *text, msw_json_type wanted) {
  static const char *const yes[] = {"yes", "on", "y"}, *const no[] = {"no", "off", "n"};
  double number;
  bool is_bool = wanted == MSW_JSON_BOOL, is_number = wanted == MSW_JSON_NUMBER && msw_parse_double(text, &number);
  if (is_number || (is_bool && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)))
    return msw_format(&reader->scratch, "write %s without quotes", text);
  if (is_bool && is_one_of(text, yes, sizeof yes / sizeof *yes)) return "write true";
  if (is_bool && is_one_of(text, no, sizeof no / sizeof *no)) return "write false";
  return NULL;
}

/* A value that would be right with or without quotes. */
static const char *quotes_hint(msw_json_reader *reader, const msw_json *value, msw_json_type wanted) {
  if (value->type == MSW_JSON_STRING) return hint_for_string(reader, value->text, wanted);
  if (wanted != MSW_JSON_STRING) return NULL;
  const char *literal = value->type == MSW_JSON_NUMBER ? value->text : NULL;
  if (value->type == MSW_JSON_BOOL) literal = value->boolean ? "true" : "false";
  return literal ? msw_format(&reader->scratch, "a text needs quotes: \"%s\"", literal) : NULL;
}

bool msw_json_begin(msw_json_reader *reader, const msw_json *value, msw_diag *diag) {
  *reader = (msw_json_reader){.diag = diag};
  if (!value) return false;
  if (value->type != MSW_JSON_OBJECT) {
    msw_json_error(diag, value, NULL, "expected an object, found %s", with_article(value->type));
    return false;
  }
  reader->object = value;
  return true;
}

static void remember(msw_json_reader *reader, const char *key) {
  for (size_t i_asked = 0; i_asked < reader->n_asked; i_asked++)
    if (strcmp(reader->asked[i_asked], key) == 0) return;
  assert(reader->n_asked < MAX_ASKED);
  if (reader->n_asked < MAX_ASKED) reader->asked[reader->n_asked++] = key;
}

const msw_json *msw_json_want(msw_json_reader *reader, const char *key, bool required) {
  if (!reader->object) return NULL;
  remember(reader, key);
  const msw_json *value = msw_json_get(reader->object, key);
  if (value && value->type != MSW_JSON_NULL) return value;
  if (required && value)
    msw_json_error(reader->diag, value, NULL, "expected a value, found null");
  else if (required)
    msw_json_error(reader->diag, reader->object, NULL, "missing key \"%s\"", key);
  return NULL;
}

/* The value when it is there and of this type. */
static const msw_json *want_type(msw_json_reader *reader, const char *key, bool required, msw_json_type type) {
  const msw_json *value = msw_json_want(reader, key, required);
  if (!value || value->type == type) return value;
  msw_json_error(reader->diag, value, quotes_hint(reader, value, type), "expected %s, found %s", with_article(type),
                 with_article(value->type));
  return NULL;
}

bool msw_json_want_string(msw_json_reader *reader, const char *key, bool required, const char **out) {
  const msw_json *value = want_type(reader, key, required, MSW_JSON_STRING);
  if (value) *out = value->text;
  return value != NULL;
}

bool msw_json_want_bool(msw_json_reader *reader, const char *key, bool required, bool *out) {
  const msw_json *value = want_type(reader, key, required, MSW_JSON_BOOL);
  if (value) *out = value->boolean;
  return value != NULL;
}

/* A number as it was written, or as we would write it. */
static const char *literal_of(msw_json_reader *reader, const msw_json *value) {
  char buf[MSW_NUMBER_TEXT_SIZE];
  return value->text ? value->text : msw_strdup(&reader->scratch, msw_number_text(value->number, buf));
}

static void report_limits(msw_json_reader *reader, const msw_json *value, double min, double max) {
  msw_json_error(reader->diag, value, NULL, "must be %s, found %s", msw_limits_in_words(&reader->scratch, min, max),
                 literal_of(reader, value));
}

bool msw_json_want_number(msw_json_reader *reader, const char *key, bool required, double min, double max,
                          double *out) {
  const msw_json *value = want_type(reader, key, required, MSW_JSON_NUMBER);
  if (!value) return false;
  if (value->number >= min && value->number <= max) {
    *out = value->number;
    return true;
  }
  report_limits(reader, value, min, max);
  return false;
}

bool msw_json_want_int(msw_json_reader *reader, const char *key, bool required, int64_t min, int64_t max,
                       int64_t *out) {
  const msw_json *value = want_type(reader, key, required, MSW_JSON_NUMBER);
  if (!value) return false;
  const char *literal = literal_of(reader, value);
  int64_t integer = 0;
  msw_integer_kind kind = msw_read_integer(literal, &integer);
  if (kind == MSW_INTEGER && integer >= min && integer <= max) {
    *out = integer;
    return true;
  }
  bool is_limited = value->number < 0 ? min != INT64_MIN : max != INT64_MAX;   /* on its side */
  if (kind == MSW_NOT_INTEGER)
    msw_json_error(reader->diag, value, NULL, "expected an integer, found %s", literal);
  else if (kind == MSW_INTEGER_TOO_LARGE && !is_limited)
    msw_json_error(reader->diag, value, NULL, "expected an integer of at most 63 bits, found %s", literal);
  else
    report_limits(reader, value, msw_int_min_limit(min), msw_int_max_limit(max));
  return false;
}

/* ---- Unknown keys */

static bool was_asked(const msw_json_reader *reader, const char *key) {
  for (size_t i_asked = 0; i_asked < reader->n_asked; i_asked++)
    if (strcmp(reader->asked[i_asked], key) == 0) return true;
  return false;
}

/* "known keys: a, b, c", or NULL when there are none or too many to read. */
static const char *known_keys(msw_json_reader *reader) {
  if (reader->n_asked == 0 || reader->n_asked > MAX_LISTED) return NULL;
  const char *list = "known keys:";
  for (size_t i_asked = 0; i_asked < reader->n_asked; i_asked++)
    list = msw_format(&reader->scratch, "%s%s %s", list, i_asked > 0 ? "," : "", reader->asked[i_asked]);
  return list;
}

static void report_unknown(msw_json_reader *reader, const msw_json *member) {
  const char *hint = msw_did_you_mean(reader->diag, msw_nearest(member->key, reader->asked, reader->n_asked));
  if (!hint) hint = known_keys(reader);
  msw_loc loc = member->key_loc.line > 0 ? member->key_loc : member->loc;
  msw_error(reader->diag, loc, msw_json_path(&reader->scratch, reader->object), hint, "unknown key %s",
            msw_text_quote(&reader->scratch, member->key, strlen(member->key)));
}

void msw_json_end(msw_json_reader *reader, bool closed) {
  for (const msw_json *member = reader->object ? reader->object->first : NULL; closed && member; member = member->next)
    if (member->key && !was_asked(reader, member->key)) report_unknown(reader, member);
  msw_arena_free(&reader->scratch);
  *reader = (msw_json_reader){.diag = reader->diag};
}
