/* Makes a fuzz driver an ordinary test: feeds it every file of the folders named on the command line, and each of them cut
 * off at every length and without every single byte, which is where hand-written cases usually stop thinking. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BYTES = 1 << 24, MAX_VARIED_BYTES = 4096 };   /* larger files are fed whole only */

/* In a heap block of exactly this size, so that AddressSanitizer sees a read past the end. */
static void feed(const char *text, size_t len) {
  uint8_t *exact = msw_alloc(len);
  if (len > 0) memcpy(exact, text, len);
  LLVMFuzzerTestOneInput(exact, len);
  free(exact);
}

static void feed_variants(const char *text, size_t len) {
  feed(text, len);
  if (len > MAX_VARIED_BYTES) return;
  char *shorter = msw_alloc(len);
  for (size_t i_byte = 0; i_byte < len; i_byte++) {
    feed(text, i_byte);
    memcpy(shorter, text, i_byte);
    memcpy(shorter + i_byte, text + i_byte + 1, len - i_byte - 1);
    feed(shorter, len - 1);
  }
  free(shorter);
}

static bool feed_file(const char *path) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  char *text = NULL;
  size_t len = 0;
  bool good = msw_read_file(path, MAX_BYTES, &arena, &diag, &text, &len) == MSW_OK;
  if (good)
    feed_variants(text, len);
  else
    msw_diag_print(&diag, stderr, 1);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
  return good;
}

/* Number of files fed, 0 when one cannot be read. */
static size_t feed_folder(const char *folder) {
  msw_arena arena = {0};
  const char **names = NULL;
  size_t n_files;
  bool good = msw_list_dir(folder, &arena, NULL, &names, &n_files) == MSW_OK;
  for (size_t i_file = 0; i_file < n_files && good; i_file++)
    good = feed_file(msw_join_path(&arena, folder, names[i_file]));
  msw_arena_free(&arena);
  return good ? n_files : 0;
}

int main(int argc, char **argv) {
  for (int i_arg = 1; i_arg < argc; i_arg++) {
    size_t n_files = feed_folder(argv[i_arg]);
    printf("%s: %zu files\n", argv[i_arg], n_files);
    if (n_files == 0) return 1;
  }
  return argc > 1 ? 0 : 1;
}
