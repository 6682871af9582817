/* Any bytes as a JSON document: no crash; refused with an error or accepted without; what is accepted is written as text
 * that reads back to the same text; every place lies within the document; copies and merges are whole. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "msw/formats/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count_lines(const uint8_t *data, size_t size) {
  int n_lines = 1;
  for (size_t at = 0; at < size; at++) n_lines += data[at] == '\n';
  return n_lines;
}

/* Visits every value: its place, its links, its path. */
static void check_tree(const msw_json *value, int n_lines, size_t size, msw_arena *scratch) {
  fuzz_require(value->loc.line >= 1 && value->loc.line <= n_lines);
  fuzz_require(value->loc.col >= 1 && (size_t)value->loc.col <= size);
  fuzz_require((value->parent == NULL) == (msw_json_path(scratch, value)[0] == '\0'));
  size_t n_children = 0;
  for (const msw_json *child = value->first; child; child = child->next) {
    fuzz_require(child->parent == value);
    fuzz_require((child->key != NULL) == (value->type == MSW_JSON_OBJECT));
    if (child->key) fuzz_require(msw_json_get(value, child->key) == child);   /* so no key is there twice */
    n_children++;
    check_tree(child, n_lines, size, scratch);
  }
  fuzz_require(n_children == value->n_children);
}

static void check_round_trip(const msw_json *root, int indent, msw_arena *arena) {
  msw_buf first = {0}, second = {0};
  msw_diag diag = {0};
  msw_json *again = NULL;
  msw_json_write(root, indent, &first);
  msw_json_parse(first.text, first.len, "written.json", arena, &diag, &again);
  fuzz_require(again != NULL);
  msw_json_write(again, indent, &second);
  fuzz_require(strcmp(first.text, second.text) == 0);
  msw_diag_free(&diag);
  msw_buf_free(&first);
  msw_buf_free(&second);
}

/* Asks every member for every type: whatever it holds, only the diag may grow. */
static void read_as_everything(const msw_json *root, msw_diag *diag) {
  msw_json_reader reader;
  if (!msw_json_begin(&reader, root, diag)) return;
  size_t n_read = 0;
  enum { MAX_READ = 8 };   /* a reader remembers 64 keys */
  for (const msw_json *member = root->first; member && n_read < MAX_READ; member = member->next, n_read++) {
    const char *text;
    double number;
    int64_t integer;
    bool boolean;
    msw_json_want_string(&reader, member->key, true, &text);
    msw_json_want_number(&reader, member->key, true, 0.0, 1.0, &number);
    msw_json_want_int(&reader, member->key, false, INT64_MIN, INT64_MAX, &integer);
    msw_json_want_bool(&reader, member->key, false, &boolean);
  }
  msw_json_end(&reader, true);
}

static void check_merge(const msw_json *root, msw_arena *arena) {
  if (root->type != MSW_JSON_OBJECT) return;
  msw_json *base = msw_json_copy(arena, root);
  msw_json_merge(arena, base, root);
  for (const msw_json *member = root->first; member; member = member->next)
    fuzz_require((msw_json_get(base, member->key) == NULL) == (member->type == MSW_JSON_NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  msw_json *root = NULL;
  msw_status status = msw_json_parse((const char *)data, size, "fuzz.json", &arena, &diag, &root);
  fuzz_require((status == MSW_OK) == (root != NULL));
  fuzz_require((status == MSW_OK) == (diag.n_errors == 0));
  if (root) {
    check_tree(root, count_lines(data, size), size, &arena);
    check_round_trip(root, 0, &arena);
    check_round_trip(root, 2, &arena);
    check_merge(root, &arena);
    read_as_everything(root, &diag);
  }
  msw_diag_free(&diag);
  msw_arena_free(&arena);
  return 0;
}
