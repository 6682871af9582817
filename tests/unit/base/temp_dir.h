/* A fresh folder for one test program, removed with all that is in it. */
#ifndef MSW_TEST_TEMP_DIR_H
#define MSW_TEST_TEMP_DIR_H

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw_test.h"

typedef struct { msw_arena arena; char *dir; } temp_dir;

static inline int temp_dir_make(void **state) {
  temp_dir *temp = msw_alloc_zero(1, sizeof *temp);
  const char *base = getenv("TMPDIR");
  temp->dir = msw_join_path(&temp->arena, base ? base : "/tmp", "msw_test_XXXXXX");
  *state = temp;
  return mkdtemp(temp->dir) ? 0 : -1;
}

static inline int temp_dir_remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)kind, (void)place;
  return remove(path);
}

static inline int temp_dir_remove(void **state) {
  temp_dir *temp = *state;
  enum { MAX_OPEN = 16 };
  int failed = nftw(temp->dir, temp_dir_remove_one, MAX_OPEN, FTW_DEPTH | FTW_PHYS);
  msw_arena_free(&temp->arena);
  free(temp);
  return failed;
}

static inline const char *in_temp(void **state, const char *name) {
  temp_dir *temp = *state;
  return msw_join_path(&temp->arena, temp->dir, name);
}

/* Writes a file by the plainest means, so that the code under test is not tested with itself. */
static inline const char *temp_file(void **state, const char *name, const char *bytes, size_t len) {
  const char *path = in_temp(state, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  assert_int_equal(fclose(file), 0);
  return path;
}

static inline size_t n_entries(const char *dir) {
  msw_arena arena = {0};
  const char **names = NULL;
  size_t n;
  assert_int_equal(msw_list_dir(dir, &arena, NULL, &names, &n), MSW_OK);
  msw_arena_free(&arena);
  return n;
}

#endif
