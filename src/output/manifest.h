/* manifest.json of a shard folder: what its shards are parts of. Written once, before the first shard. No clock and no
 * host in it: processes that start together write the same. */
#ifndef MSW_OUTPUT_MANIFEST_H
#define MSW_OUTPUT_MANIFEST_H

#include "msw/formats/json.h"
#include "msw/output/shards.h"

#define MSW_MANIFEST_FILE "manifest.json"
enum { MSW_MANIFEST_FORMAT = 1 };

typedef struct {
  const char *file;            /* its own path */
  const char *hash, *version, *name;
  msw_cut cut;
  msw_writer_options storage;
  uint64_t n_cells, n_bytes;
  const msw_json *document;    /* all of it */
} msw_manifest;

msw_status msw_manifest_write(const msw_shards_order *order, const char *folder, const msw_cut *cut, msw_diag *diag);

/* Without a manifest: MSW_OK and *exists false. Errors name the file. */
msw_status msw_manifest_read(const char *folder, msw_arena *arena, msw_diag *diag, bool *exists,
                             msw_manifest *manifest);

/* Cells of a shard; 0 beyond the last. */
uint64_t msw_manifest_shard_cells(const msw_manifest *manifest, uint64_t i_shard);

/* MSW_BAD_INPUT with an error and notes unless its shards are parts of what is ordered, cut and stored as ordered. */
msw_status msw_manifest_check(const msw_manifest *manifest, const msw_shards_order *order, const char *folder,
                              msw_diag *diag);

/* ---- manifest_diff.c: what differs, as notes at `folder`, the first few of each kind. ---- */
void msw_manifest_explain(const msw_manifest *manifest, const msw_shards_order *order, const char *folder,
                          msw_diag *diag);

#endif
