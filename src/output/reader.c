/* Whose file is it? */
#include "msw/output/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/formats/h5.h"
#include "msw/output/provenance.h"
#include "writer_parts.h"

/* *exists; and MSW_FAILED where something is there that cannot be looked at. */
static msw_status look(const char *path, msw_diag *diag, bool *exists) {
  struct stat info;
  *exists = stat(path, &info) == 0;
  if (!*exists) {
    if (errno == ENOENT || errno == ENOTDIR) return MSW_OK;
    msw_fail(diag, msw_file_loc(diag, path), "cannot be looked at: %s", strerror(errno));
    return MSW_FAILED;
  }
  if (!S_ISREG(info.st_mode)) return MSW_OK;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    close(fd);
    return MSW_OK;
  }
  msw_fail(diag, msw_file_loc(diag, path), "cannot be read: %s", strerror(errno));
  return MSW_FAILED;
}

/* A file that says nothing of tiles was written when there were no shards. */
static msw_status read_tiles(msw_h5 meta, msw_diag *diag, msw_result_identity *identity) {
  const uint64_t start = 0, count = MSW_N_META_TILES;
  uint64_t tiles[MSW_N_META_TILES];
  identity->is_whole = true;
  if (!msw_h5_exists(meta, MSW_META_TILES)) return MSW_OK;
  msw_status status = msw_h5_read_slab(meta, MSW_META_TILES, MSW_H5_U64, 1, &start, &count, tiles, diag);
  if (status != MSW_OK) return status;
  identity->tiles = (msw_tile_range){tiles[0], tiles[1]};
  identity->n_tiles = tiles[2];
  identity->is_whole = tiles[1] == tiles[2];
  return MSW_OK;
}

/* Leaves the identity empty where /meta is not ours. */
static msw_status read_meta(msw_h5 file, msw_arena *arena, msw_diag *diag, msw_result_identity *identity) {
  msw_h5 meta = MSW_H5_NONE;
  msw_result_identity found = {0};
  bool has_format = false;
  int64_t format = 0;
  msw_status status = msw_h5_open_group(file, MSW_META_GROUP, diag, &meta);
  if (status == MSW_OK) status = msw_h5_read_attr_text(meta, "hash", arena, diag, &found.hash);
  if (status == MSW_OK) status = msw_h5_read_attr_text(meta, "version", arena, diag, &found.version);
  if (status == MSW_OK) status = msw_h5_read_attr_int(meta, "format", diag, &format, &has_format);
  if (status == MSW_OK) status = msw_h5_read_attr_text(file, "title", arena, diag, &found.spec_name);
  if (status == MSW_OK) status = read_tiles(meta, diag, &found);
  msw_h5_close(meta);
  found.format = format > INT32_MAX ? INT32_MAX : (int)format;
  if (status == MSW_OK && found.hash && has_format && format >= 1) *identity = found;
  return status;
}

/* Anything that libhdf5 cannot make sense of is not ours: files get their name only when they are whole. */
static void read_file(const char *path, msw_arena *arena, msw_result_identity *identity) {
  msw_diag unheard = {0};
  msw_h5 file = MSW_H5_NONE;
  if (msw_is_file(path) && msw_h5_open_read(path, &unheard, &file) == MSW_OK) {
    if (msw_h5_exists(file, "/" MSW_META_GROUP)) (void)read_meta(file, arena, &unheard, identity);
    (void)msw_h5_close_file(file, &unheard);
  }
  msw_diag_free(&unheard);
}

msw_status msw_result_identify(const char *path, msw_arena *arena, msw_diag *diag, bool *exists,
                               msw_result_identity *identity) {
  *identity = (msw_result_identity){0};
  msw_status status = look(path, diag, exists);
  if (status != MSW_OK || !*exists) return status;
  read_file(path, arena, identity);
  if (!identity->hash || identity->format <= MSW_RESULT_FORMAT) return MSW_OK;
  msw_error(diag, msw_file_loc(diag, path), NULL, "read it with that version or a newer one",
            "result format %d, written by mfusweep %s; this is mfusweep %s, which knows formats up to %d",
            identity->format, identity->version ? identity->version : "of an unknown version", msw_version(),
            MSW_RESULT_FORMAT);
  return MSW_BAD_INPUT;
}
