/* Any bytes as a YAML document: no crash; refused with an error or accepted without; every place lies within the document;
 * what is accepted is, written as JSON, the same document for the readers of JSON and of YAML. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "msw/formats/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count_lines(const uint8_t *data, size_t size) {
  int n_lines = 1;
  for (size_t at = 0; at < size; at++) n_lines += data[at] == '\n';
  return n_lines;
}

/* An empty value may stand behind the last byte. */
static void check_loc(msw_loc loc, int n_lines, size_t size) {
  fuzz_require(loc.line >= 1 && loc.line <= n_lines);
  fuzz_require(loc.col >= 1 && (size_t)loc.col <= size + 1);
}

static void check_tree(const msw_json *value, int n_lines, size_t size) {
  check_loc(value->loc, n_lines, size);
  fuzz_require((value->type == MSW_JSON_STRING || value->type == MSW_JSON_NUMBER) == (value->text != NULL));
  size_t n_children = 0;
  for (const msw_json *child = value->first; child; child = child->next) {
    fuzz_require(child->parent == value);
    fuzz_require((child->key != NULL) == (value->type == MSW_JSON_OBJECT));
    if (child->key) {
      check_loc(child->key_loc, n_lines, size);
      fuzz_require(msw_json_get(value, child->key) == child);   /* so no key is there twice */
    }
    n_children++;
    check_tree(child, n_lines, size);
  }
  fuzz_require(n_children == value->n_children);
}

/* YAML has line ends beyond ASCII, and keys of up to 1024 characters. */
static bool is_yaml_too(const msw_buf *json) {
  enum { MAX_BYTES = 1000, DELETE = 0x7f };
  for (size_t at = 0; at < json->len; at++)
    if ((unsigned char)json->text[at] >= DELETE) return false;
  return json->len <= MAX_BYTES;
}

typedef msw_status parse_fn(const char *, size_t, const char *, msw_arena *, msw_diag *, msw_json **);

static void check_again(const msw_buf *json, parse_fn *parse, msw_arena *arena) {
  msw_buf again = {0};
  msw_diag diag = {0};
  msw_json *root = NULL;
  parse(json->text, json->len, "written.json", arena, &diag, &root);
  fuzz_require(root != NULL);
  msw_json_write(root, 0, &again);
  fuzz_require(strcmp(json->text, again.text) == 0);
  msw_diag_free(&diag);
  msw_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  msw_json *root = NULL;
  msw_status status = msw_yaml_parse((const char *)data, size, "fuzz.yaml", &arena, &diag, &root);
  fuzz_require((status == MSW_OK) == (root != NULL));
  fuzz_require((status == MSW_OK) == (diag.n_errors == 0));
  for (size_t i_item = 0; i_item < diag.n; i_item++) check_loc(diag.items[i_item].loc, count_lines(data, size), size);
  if (root) {
    msw_buf json = {0};
    check_tree(root, count_lines(data, size), size);
    msw_json_write(root, 0, &json);
    check_again(&json, msw_json_parse, &arena);
    if (is_yaml_too(&json)) check_again(&json, msw_yaml_parse, &arena);
    msw_buf_free(&json);
  }
  msw_diag_free(&diag);
  msw_arena_free(&arena);
  return 0;
}
