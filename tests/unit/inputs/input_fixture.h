/* What tests of the input layer start from: an arena, a diag and a fresh folder to put input files into. */
#ifndef MSW_TEST_INPUT_FIXTURE_H
#define MSW_TEST_INPUT_FIXTURE_H

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw_test.h"

typedef struct { msw_arena arena; msw_diag diag; char *dir; } input_fixture;

static inline int input_setup(void **state) {
  input_fixture *fixture = msw_alloc_zero(1, sizeof *fixture);
  const char *base = getenv("TMPDIR");
  fixture->dir = msw_join_path(&fixture->arena, base ? base : "/tmp", "msw_inputs_XXXXXX");
  *state = fixture;
  return mkdtemp(fixture->dir) ? 0 : -1;
}

static inline int input_remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)kind, (void)place;
  return remove(path);
}

static inline int input_teardown(void **state) {
  input_fixture *fixture = *state;
  enum { MAX_OPEN = 16 };
  const int failed = nftw(fixture->dir, input_remove_one, MAX_OPEN, FTW_DEPTH | FTW_PHYS);
  msw_diag_free(&fixture->diag);
  msw_arena_free(&fixture->arena);
  free(fixture);
  return failed;
}

/* Forgets the problems so far. */
static inline void forget(input_fixture *fixture) { msw_diag_free(&fixture->diag); }

/* Path in the fixture's folder. */
static inline const char *in_dir(input_fixture *fixture, const char *name) {
  return msw_join_path(&fixture->arena, fixture->dir, name);
}

/* Writes a file and the folders above it. */
static inline const char *put_bytes(input_fixture *fixture, const char *name, const char *bytes, size_t n) {
  const char *path = in_dir(fixture, name);
  assert_int_equal(msw_make_dirs(msw_dir_name(&fixture->arena, path), &fixture->diag), MSW_OK);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, n, file), n);
  assert_int_equal(fclose(file), 0);
  return path;
}

static inline const char *put(input_fixture *fixture, const char *name, const char *text) {
  return put_bytes(fixture, name, text, strlen(text));
}

/* The diag as it would be printed, without the fixture's folder. */
static inline const char *said(input_fixture *fixture) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  msw_diag_print(&fixture->diag, out, 1000);
  assert_int_equal(fclose(out), 0);
  msw_buf clean = {0};
  const size_t dir_len = strlen(fixture->dir);
  for (const char *at = text; *at;) {
    const char *dir = strstr(at, fixture->dir);
    msw_buf_add_n(&clean, at, dir ? (size_t)(dir - at) : strlen(at));
    at = dir ? dir + dir_len + (dir[dir_len] == '/') : at + strlen(at);
  }
  const char *result = msw_strdup(&fixture->arena, clean.text ? clean.text : "");
  msw_buf_free(&clean);
  free(text);
  return result;
}

#endif
