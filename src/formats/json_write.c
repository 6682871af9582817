/* Writes JSON, always the same way: numbers that read back exactly, strings of valid UTF-8, keys in their order. */
#include <math.h>
#include <string.h>

#include "json_text.h"
#include "msw/formats/json.h"
#include "number_words.h"
#include "source_text.h"

/* The two-character escape of a byte, or NULL. */
static const char *short_escape(char c) {
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
  }
}

/* Well-formed UTF-8. */
static void write_escaped(const char *s, size_t n, msw_buf *out) {
  enum { FIRST_PRINTABLE = 0x20 };
  size_t plain = 0;   /* start of the bytes not written yet, which need no escape */
  for (size_t at = 0; at < n; at++) {
    const char *escape = short_escape(s[at]);
    if (!escape && (unsigned char)s[at] >= FIRST_PRINTABLE) continue;
    msw_buf_add_n(out, s + plain, at - plain);
    if (escape)
      msw_buf_add(out, escape);
    else
      msw_buf_printf(out, "\\u%04x", (unsigned)s[at]);
    plain = at + 1;
  }
  msw_buf_add_n(out, s + plain, n - plain);
}

/* Bytes that are not UTF-8 (a file name may hold them) become U+FFFD, so that the document stays valid. */
void msw_json_write_string(const char *s, msw_buf *out) {
  size_t left = strlen(s);
  msw_buf_add(out, "\"");
  while (left > 0) {
    size_t good = msw_text_bad_utf8(s, left);
    write_escaped(s, good, out);
    if (good == left) break;
    msw_buf_add(out, "\\ufffd");
    s += good + 1;
    left -= good + 1;
  }
  msw_buf_add(out, "\"");
}

static void write_number(double number, msw_buf *out) {
  char text[MSW_NUMBER_TEXT_SIZE];
  msw_buf_add(out, isfinite(number) ? msw_number_text(number, text) : "null");
}

static void new_line(int indent, int depth, msw_buf *out) {
  if (indent > 0) msw_buf_printf(out, "\n%*s", indent * depth, "");
}

/* Short lists read better on one line: arrays that hold no array and no object stay there. */
static bool stays_on_line(const msw_json *value) {
  if (value->type != MSW_JSON_ARRAY) return false;
  for (const msw_json *child = value->first; child; child = child->next)
    if (child->type == MSW_JSON_ARRAY || child->type == MSW_JSON_OBJECT) return false;
  return true;
}

static void write_value(const msw_json *value, int indent, int depth, msw_buf *out);

static void write_children(const msw_json *value, int indent, int depth, msw_buf *out) {
  bool is_object = value->type == MSW_JSON_OBJECT;
  bool on_line = stays_on_line(value);
  int child_indent = on_line ? 0 : indent;
  msw_buf_add(out, is_object ? "{" : "[");
  for (const msw_json *child = value->first; child; child = child->next) {
    new_line(child_indent, depth + 1, out);
    if (is_object) {
      msw_json_write_string(child->key ? child->key : "", out);
      msw_buf_add(out, indent > 0 ? ": " : ":");
    }
    write_value(child, indent, depth + 1, out);
    if (child->next) msw_buf_add(out, on_line && indent > 0 ? ", " : ",");
  }
  if (value->first) new_line(child_indent, depth, out);
  msw_buf_add(out, is_object ? "}" : "]");
}

static void write_value(const msw_json *value, int indent, int depth, msw_buf *out) {
  switch (value->type) {
    case MSW_JSON_NULL: msw_buf_add(out, "null"); break;
    case MSW_JSON_BOOL: msw_buf_add(out, value->boolean ? "true" : "false"); break;
    case MSW_JSON_NUMBER: write_number(value->number, out); break;
    case MSW_JSON_STRING: msw_json_write_string(value->text, out); break;
    case MSW_JSON_ARRAY:
    case MSW_JSON_OBJECT: write_children(value, indent, depth, out); break;
  }
}

void msw_json_write(const msw_json *value, int indent, msw_buf *out) { write_value(value, indent, 0, out); }

/* ---- Builders */

static msw_json *add_child(msw_arena *arena, msw_json *parent, const char *key, msw_json_type type) {
  msw_json *child = msw_json_new(arena, type, (msw_loc){0});
  child->key = key ? msw_strdup(arena, key) : NULL;
  msw_json_append(parent, child);
  return child;
}

msw_json *msw_json_add_object(msw_arena *arena, msw_json *parent, const char *key) {
  return add_child(arena, parent, key, MSW_JSON_OBJECT);
}

msw_json *msw_json_add_array(msw_arena *arena, msw_json *parent, const char *key) {
  return add_child(arena, parent, key, MSW_JSON_ARRAY);
}

void msw_json_add_number(msw_arena *arena, msw_json *parent, const char *key, double value) {
  add_child(arena, parent, key, MSW_JSON_NUMBER)->number = value;
}

void msw_json_add_string(msw_arena *arena, msw_json *parent, const char *key, const char *value) {
  msw_json *child = add_child(arena, parent, key, value ? MSW_JSON_STRING : MSW_JSON_NULL);
  if (value) child->text = msw_strdup(arena, value);
}

void msw_json_add_bool(msw_arena *arena, msw_json *parent, const char *key, bool value) {
  add_child(arena, parent, key, MSW_JSON_BOOL)->boolean = value;
}
