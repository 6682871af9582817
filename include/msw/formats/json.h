/* JSON documents with positions. Text may carry comments (//, slash-star, #) and trailing commas; cJSON parses it, and the
 * result is copied into our own tree, in which every value knows its file, line, column and path.
 *
 * Stricter than cJSON, all of it an error with a position: duplicate keys, text after the root, numbers such as 01, 1.
 * or 1e999 or with more than 63 characters, raw control characters, invalid UTF-8, \u0000 in strings, nesting deeper
 * than 64.
 * Not thread-safe: one thread at a time (cJSON keeps its allocator and last error in globals).
 */
#ifndef MSW_FORMATS_JSON_H
#define MSW_FORMATS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/base/str.h"

typedef enum { MSW_JSON_NULL, MSW_JSON_BOOL, MSW_JSON_NUMBER, MSW_JSON_STRING, MSW_JSON_ARRAY, MSW_JSON_OBJECT } msw_json_type;

/* How a string stands in its file, for places inside it: in quotes at its loc; without quotes there; or in another way, over
 * several lines for one, so that no column of the file can be told. The last two come from YAML. */
typedef enum { MSW_JSON_QUOTED, MSW_JSON_BARE, MSW_JSON_SPREAD } msw_json_style;

/* A value. Trees are plain data in an arena: they may be built, merged and edited freely (see msw_json_merge). */
typedef struct msw_json msw_json;
struct msw_json {
  msw_json_type type;
  msw_loc loc;             /* of the value's first character */
  const char *key;         /* name of this member, or NULL (root, array element) */
  msw_loc key_loc;
  bool boolean;
  double number;           /* finite */
  const char *text;        /* STRING: its value. NUMBER: its literal as written */
  msw_json_style style;    /* of a STRING */
  msw_json *parent, *first, *last, *next, *prev;
  size_t n_children;
};

/* Parses `len` bytes. `file` names the source in messages (borrowed, must outlive the tree). On errors: all that can be
 * found (at most 20 of characters, numbers, strings) are in the diag, *root is NULL and MSW_BAD_INPUT is returned. A BOM
 * is skipped. */
msw_status msw_json_parse(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag, msw_json **root);
/* Reads and parses a file (up to 64 MiB). */
msw_status msw_json_load(const char *path, msw_arena *arena, msw_diag *diag, msw_json **root);

const char *msw_json_type_name(msw_json_type type);                    /* "object", "number" … */
msw_json *msw_json_get(const msw_json *object, const char *key);       /* exact key; NULL when absent or not an object */
/* Path of a value from its root: "axes.tp[2]"; "" for the root. In the arena. */
const char *msw_json_path(msw_arena *arena, const msw_json *value);

/* Tree building. New nodes take `loc`. */
msw_json *msw_json_new(msw_arena *arena, msw_json_type type, msw_loc loc);
msw_json *msw_json_copy(msw_arena *arena, const msw_json *value);      /* deep, detached, keeps locs and key */
void msw_json_append(msw_json *parent, msw_json *child);               /* child must be detached; key set by the caller */
void msw_json_detach(msw_json *child);
void msw_json_replace(msw_json *old_value, msw_json *new_value);       /* takes its place and key */
/* Deep merge of `over` into `base` (both objects): objects merge, everything else replaces, null deletes the key. */
void msw_json_merge(msw_arena *arena, msw_json *base, const msw_json *over);

/* ---- Reading an object: ask for the keys you know, then finish. ------------------------------------------------------
 * Every problem is added to the diag with the value's position; reading goes on. */
typedef struct {
  const msw_json *object;
  msw_diag *diag;
  const char *asked[64];   /* keys asked for so far, for the unknown-key check */
  size_t n_asked;
  msw_arena scratch;
} msw_json_reader;

/* Starts reading; false (and an error) when `value` is not an object; the reader is then empty but valid: it finds nothing
 * and adds no errors. A NULL value gives an empty reader without an error: its absence has been reported where it was asked
 * for. */
bool msw_json_begin(msw_json_reader *reader, const msw_json *value, msw_diag *diag);
/* Marks a key as known and returns its value or NULL; `required` makes absence an error. JSON null counts as absent. */
const msw_json *msw_json_want(msw_json_reader *reader, const char *key, bool required);
/* Typed forms. Return true when the key is present and good; *out is untouched otherwise. Infinite bounds and INT64_MIN,
 * INT64_MAX do not limit; a min in (0, DBL_MIN] reads "greater than 0". Integers may be written 8.0 or 1e13. */
bool msw_json_want_string(msw_json_reader *reader, const char *key, bool required, const char **out);
bool msw_json_want_number(msw_json_reader *reader, const char *key, bool required, double min, double max, double *out);
bool msw_json_want_int(msw_json_reader *reader, const char *key, bool required, int64_t min, int64_t max, int64_t *out);
bool msw_json_want_bool(msw_json_reader *reader, const char *key, bool required, bool *out);
/* Ends reading. With `closed`, keys never asked for are errors with the nearest known key as hint. */
void msw_json_end(msw_json_reader *reader, bool closed);

/* Adds an error at a value, with its path. */
void msw_json_error(msw_diag *diag, const msw_json *at, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- Writing: canonical text. Objects keep their order; numbers print as %.17g shortened where that reads back the same
 * value, integers without exponent; NaN and infinity as null. `indent` 0 gives one line without spaces. */
void msw_json_write(const msw_json *value, int indent, msw_buf *out);
/* Builders for output documents: create a child and append it. `key` NULL inside arrays. Return the child. */
msw_json *msw_json_add_object(msw_arena *arena, msw_json *parent, const char *key);
msw_json *msw_json_add_array(msw_arena *arena, msw_json *parent, const char *key);
void msw_json_add_number(msw_arena *arena, msw_json *parent, const char *key, double value);
void msw_json_add_string(msw_arena *arena, msw_json *parent, const char *key, const char *value);  /* NULL gives null */
void msw_json_add_bool(msw_arena *arena, msw_json *parent, const char *key, bool value);

#endif
