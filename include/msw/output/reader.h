/* Reading result files back. */
#ifndef MSW_OUTPUT_READER_H
#define MSW_OUTPUT_READER_H

#include <stdbool.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/grid/plan.h"

typedef struct {
  const char *hash;        /* identity (provenance.h); NULL when the file is no mfusweep result */
  const char *version;
  const char *spec_name;
  int format;              /* layout version; newer than MSW_RESULT_FORMAT is an error */
  msw_tile_range tiles;    /* what the file holds of its plan's n_tiles */
  uint64_t n_tiles;
  bool is_whole;           /* holds all of them, so it is a result and no shard */
} msw_result_identity;

/* Reads /meta's identity. A file that is missing, is no HDF5 file, or no result of ours gives MSW_OK with hash NULL and
 * *exists accordingly; MSW_FAILED only for I/O errors, MSW_BAD_INPUT for a newer format (identity is filled then). */
msw_status msw_result_identify(const char *path, msw_arena *arena, msw_diag *diag, bool *exists,
                               msw_result_identity *identity);

#endif
