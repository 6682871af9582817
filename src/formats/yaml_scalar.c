/* What YAML's scalars mean: the core schema of YAML 1.2, with the numbers that JSON has. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "source_text.h"
#include "yaml_reading.h"

enum { OCTAL = 8, HEXADECIMAL = 16, MAX_REPEATED = 40 };

static const char CORE_TAG[] = "tag:yaml.org,2002:";

/* ---- Plain scalars */

static bool is_one_of(const char *s, const char *const words[4]) {
  for (size_t i_word = 0; i_word < 4 && words[i_word]; i_word++)
    if (strcmp(s, words[i_word]) == 0) return true;
  return false;
}

static bool is_null(const char *s) { return !*s || is_one_of(s, (const char *const[4]){"~", "null", "Null", "NULL"}); }
static bool is_true(const char *s) { return is_one_of(s, (const char *const[4]){"true", "True", "TRUE"}); }
static bool is_false(const char *s) { return is_one_of(s, (const char *const[4]){"false", "False", "FALSE"}); }

/* .inf, -.Inf, .NaN and so on. */
static bool is_special(const char *s) {
  if (is_one_of(s, (const char *const[4]){".nan", ".NaN", ".NAN"})) return true;
  return is_one_of(s + (*s == '-' || *s == '+'), (const char *const[4]){".inf", ".Inf", ".INF"});
}

/* Base of 0o17 or 0x1f, else 0. */
static int radix_of(const char *s) {
  if (s[0] != '0' || (s[1] != 'o' && s[1] != 'x') || !s[2]) return 0;
  const char *digits = s[1] == 'o' ? "01234567" : "0123456789abcdefABCDEF";
  if (s[2 + strspn(s + 2, digits)]) return 0;
  return s[1] == 'o' ? OCTAL : HEXADECIMAL;
}

static const char *skip_digits(const char *s) {
  while (isdigit((unsigned char)*s)) s++;
  return s;
}

/* [-+]? ( \.[0-9]+ | [0-9]+ (\.[0-9]*)? ) ([eE][-+]?[0-9]+)? */
static bool is_decimal(const char *s) {
  if (*s == '-' || *s == '+') s++;
  const char *whole_end = skip_digits(s), *end = whole_end;
  if (*end == '.') end = skip_digits(end + 1);
  if (whole_end == s && end < s + 2) return false;   /* no digit at all */
  if (*end == 'e' || *end == 'E') {
    const char *exponent = end + (end[1] == '-' || end[1] == '+' ? 2 : 1);
    end = skip_digits(exponent);
    if (end == exponent) return false;
  }
  return *end == '\0';
}

static bool refuse_radix(msw_json_source *source, const msw_json *node, int radix, const char *shown) {
  msw_arena scratch = {0};
  errno = 0;
  unsigned long long value = strtoull(node->text + 2, NULL, radix);
  const char *advice = errno ? "" : msw_format(&scratch, "write %llu; ", value);
  bool go_on = msw_json_fault(source, node->loc, msw_format(&scratch, "%sa text needs quotes: %s", advice, shown),
                              "number %s is %s", shown, radix == OCTAL ? "octal" : "hexadecimal");
  msw_arena_free(&scratch);
  return go_on;
}

/* Numbers of YAML that JSON writes otherwise, or not at all: readers of YAML do not agree on them. */
static bool check_number(msw_json_source *source, const msw_json *node) {
  msw_arena scratch = {0};
  const char *s = node->text, *shown = msw_text_quote(&scratch, s, strlen(s)), *fault = NULL;
  const char *hint = strlen(s) <= MAX_REPEATED ? msw_format(&scratch, "a text needs quotes: %s", shown) : NULL;
  bool go_on = true;
  if (is_special(s)) fault = "is not finite";
  else if (radix_of(s)) go_on = refuse_radix(source, node, radix_of(s), shown);
  else fault = msw_json_number_fault(s, strlen(s));
  if (fault && hint && strstr(fault, "begin with 0")) hint = msw_format(&scratch, "some take it for octal; %s", hint);
  if (fault) go_on = msw_json_fault(source, node->loc, hint, "number %s %s", shown, fault);
  msw_arena_free(&scratch);
  return go_on;
}

/* Fills in what a plain scalar is. A number keeps its literal, a text its text. */
static bool resolve(msw_json_source *source, msw_json *node) {
  const char *s = node->text;
  if (is_null(s) || is_true(s) || is_false(s)) {
    node->type = is_null(s) ? MSW_JSON_NULL : MSW_JSON_BOOL;
    node->boolean = is_true(s);
    node->text = NULL;
    return true;
  }
  if (!is_special(s) && !radix_of(s) && !is_decimal(s)) return true;
  node->type = MSW_JSON_NUMBER;
  msw_parse_double(s, &node->number);   /* a bad one is reported now */
  return check_number(source, node);
}

static msw_json_style style_of(const yaml_event_t *event) {
  bool has_properties = event->data.scalar.anchor || event->data.scalar.tag;
  if (has_properties || event->start_mark.line != event->end_mark.line) return MSW_JSON_SPREAD;
  return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? MSW_JSON_BARE : MSW_JSON_QUOTED;
}

/* ---- Tags */

/* "int" of a core tag; NULL for another. */
static const char *core_name(const char *tag) {
  return strncmp(tag, CORE_TAG, strlen(CORE_TAG)) == 0 ? tag + strlen(CORE_TAG) : NULL;
}

/* The type that a core tag of a scalar gives; false for another tag. */
static bool type_of_tag(const char *tag, msw_json_type *type) {
  static const struct { const char *name; msw_json_type type; } CORE[] = {{"str", MSW_JSON_STRING}, {"int", MSW_JSON_NUMBER},
      {"float", MSW_JSON_NUMBER}, {"bool", MSW_JSON_BOOL}, {"null", MSW_JSON_NULL}};
  const char *name = core_name(tag);
  if (!name) return false;
  for (size_t i_tag = 0; i_tag < sizeof CORE / sizeof *CORE; i_tag++) {
    *type = CORE[i_tag].type;
    if (strcmp(name, CORE[i_tag].name) == 0) return true;
  }
  return false;
}

/* "!!set" for the tags of YAML itself, others as they are. */
static const char *tag_as_written(msw_arena *scratch, const char *tag) {
  const char *name = core_name(tag);
  if (name) tag = msw_format(scratch, "!!%s", name);
  return msw_text_quote(scratch, tag, strlen(tag));
}

static bool refuse_tag(msw_json_source *source, msw_loc loc, const char *tag) {
  msw_arena scratch = {0};
  const char *shown = tag_as_written(&scratch, tag);
  bool go_on = msw_json_fault(source, loc, "a text that begins with ! needs quotes", "tag %s has no meaning here", shown);
  msw_arena_free(&scratch);
  return go_on;
}

bool msw_yaml_check_tag(msw_json_source *source, msw_loc loc, const yaml_char_t *tag, const char *wanted) {
  const char *s = (const char *)tag;
  if (!s || (msw_starts_with(s, CORE_TAG) && strcmp(s + strlen(CORE_TAG), wanted) == 0)) return true;
  return refuse_tag(source, loc, s);
}

/* libyaml hides the tag "!": of an expression such as "! model.is_moe" the first half would be lost. */
static bool has_lone_tag(const msw_json_source *source, size_t at) {
  const char *s = source->text + at;
  if (*s == '&') {
    s += strcspn(s, " \t\r\n");
    while (*s && strchr(" \t\r\n#", *s)) s += *s == '#' ? strcspn(s, "\r\n") : 1;
  }
  return *s == '!';
}

static bool read_tagged(msw_json_source *source, msw_json *node, const char *tag) {
  msw_json_type type;
  if (!type_of_tag(tag, &type)) return refuse_tag(source, node->loc, tag);
  if (type == MSW_JSON_STRING) return true;
  bool go_on = resolve(source, node);
  if (node->type == type || !go_on) return go_on;
  msw_arena scratch = {0};
  go_on = msw_json_fault(source, node->loc, NULL, "tag %s does not fit a value that is a %s", tag_as_written(&scratch, tag),
                         msw_json_type_name(node->type));
  msw_arena_free(&scratch);
  return go_on;
}

bool msw_yaml_read_scalar(msw_json_source *source, msw_yaml_place *place, const yaml_event_t *event, msw_arena *arena,
                          msw_json *node) {
  const char *value = (const char *)event->data.scalar.value, *tag = (const char *)event->data.scalar.tag;
  size_t len = event->data.scalar.length;
  node->type = MSW_JSON_STRING;
  node->text = msw_strndup(arena, value, len);
  node->style = style_of(event);
  if (memchr(value, '\0', len)) return msw_json_fault(source, node->loc, NULL, "\\0 is not allowed in a text");
  if (tag) return read_tagged(source, node, tag);
  msw_yaml_go(place, source, event->start_mark.index);
  if (has_lone_tag(source, place->offset)) return refuse_tag(source, node->loc, "!");
  return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? resolve(source, node) : true;
}
