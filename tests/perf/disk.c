/* Plain file work, outside and inside the clock. */
#include "disk.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msw/base/log.h"
#include "msw/base/mem.h"
#include "msw/base/str.h"

enum { MAX_OPEN_FOLDERS = 16 };

static bool sync_at(const char *path, int how) {
  int file = open(path, how | O_CLOEXEC);
  bool good = file >= 0 && fsync(file) == 0;
  if (file >= 0) good = close(file) == 0 && good;
  return good;
}

bool bench_sync(const char *path) {
  msw_arena arena = {0};
  const char *slash = strrchr(path, '/');
  const char *folder = slash ? msw_strndup(&arena, path, (size_t)(slash - path)) : ".";
  bool good = sync_at(path, O_RDONLY) && sync_at(folder, O_RDONLY | O_DIRECTORY);
  msw_arena_free(&arena);
  return good;
}

/* Bytes that neither a file system nor a host could store as holes or compress away. */
static unsigned char *noise(size_t n_bytes) {
  unsigned char *bytes = msw_alloc(n_bytes);
  uint32_t state = 1;
  for (size_t i_byte = 0; i_byte < n_bytes; i_byte++) {
    state = state * 1664525U + 1013904223U;   /* Numerical Recipes */
    bytes[i_byte] = (unsigned char)(state >> 24);
  }
  return bytes;
}

static bool write_all(int file, const unsigned char *bytes, uint64_t n_bytes, size_t piece) {
  for (uint64_t done = 0; done < n_bytes;) {
    size_t wanted = n_bytes - done < piece ? (size_t)(n_bytes - done) : piece;
    ssize_t written = write(file, bytes, wanted);
    if (written <= 0) return false;
    done += (uint64_t)written;
  }
  return true;
}

double bench_write_synced(const char *path, uint64_t n_bytes) {
  const size_t piece = (size_t)1 << 20;
  unsigned char *bytes = noise(piece);
  double start_s = msw_now_s();
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  bool good = file >= 0 && write_all(file, bytes, n_bytes, piece) && fsync(file) == 0;
  if (file >= 0) good = close(file) == 0 && good;
  double seconds = msw_now_s() - start_s;
  free(bytes);
  return good ? seconds : -1.0;
}

void bench_settle(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  if (syncfs(file) != 0) sync();
  close(file);
}

static uint64_t bytes_found;   /* nftw hands its visitor no context */

static int add_bytes(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)path, (void)place;
  if (kind == FTW_F) bytes_found += (uint64_t)info->st_size;
  return 0;
}

uint64_t bench_bytes_at(const char *path) {
  bytes_found = 0;
  return nftw(path, add_bytes, MAX_OPEN_FOLDERS, FTW_PHYS) == 0 ? bytes_found : 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)kind, (void)place;
  return remove(path);
}

void bench_remove(const char *path) { nftw(path, remove_one, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS); }
