/* Putting shards together into one result file, by copying chunks as they are: nothing is decoded. Only reductions are
 * worked out, from the partial results that the shards hold (docs/result-file.md).
 *
 * A shard is a result file of the whole grid's shape that holds only some of its tiles (writer.h, options.tiles); /meta/tiles
 * says which: [first, n, n of the whole plan]. Every shard opens by itself in every reader.
 */
#ifndef MSW_OUTPUT_MERGE_H
#define MSW_OUTPUT_MERGE_H

#include <signal.h>
#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/base/log.h"

typedef struct {
  const volatile sig_atomic_t *stop;   /* non-zero: end soon with MSW_INTERRUPTED; may be NULL */
  msw_progress *progress;              /* in bytes; started and ended here; may be NULL */
} msw_merge_options;

/* Builds `out` from shards that together hold every tile (in any order; the same tiles twice: one of them is taken), carry
 * one identity and store their cells in one way. Written under a temporary name, compared with the shards chunk by chunk, closed, synced, renamed,
 * folder synced; the shards are left as they are. *stored_bytes: size of `out`.
 * MSW_BAD_INPUT: shards of different results, or tiles missing; all of it reported. */
msw_status msw_merge(const char *const *shards, size_t n_shards, const char *out, const msw_merge_options *options,
                     msw_diag *diag, unsigned long long *stored_bytes);

#endif
