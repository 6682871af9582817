/* Reductions in files: results in a whole result, partial results in a shard. What writer and merge share. */
#ifndef MSW_OUTPUT_REDUCED_H
#define MSW_OUTPUT_REDUCED_H

#include "msw/formats/h5.h"
#include "msw/grid/partial.h"

/* In /meta of a shard: a group for every block, in it one for every reduction. */
#define MSW_META_PARTIAL "partial"
/* Attribute of a variable that a reduction gave: its operation. Other variables hold cells. */
#define MSW_REDUCTION_ATTR "reduction"
/* Attribute of a block with reductions in /meta: how many tiles it has. */
#define MSW_REDUCED_TILES "n_tiles"

msw_h5_type msw_reduced_h5_type(msw_reduced_type type);

/* ---- reduced_results.c: a variable of the file, written or looked at chunk by chunk ---- */
typedef struct {
  const msw_partial *partial;
  const msw_reduced_variable *variable;
  int keepbits;                /* of float32 results; 0: all */
} msw_results;
msw_status msw_put_results(msw_h5 dataset, const msw_results *results, msw_diag *diag);
/* Reads them back; what differs is MSW_FAILED. */
msw_status msw_check_results(msw_h5 file, const char *path, const msw_results *results, msw_diag *diag);

/* ---- reduced_partial.c: what a shard knows of a reduction ---- */
/* As it stands in a shard. Cells before `first` and after the last one of `partial` hold nothing. */
typedef struct {
  const char *name;
  msw_reduced_variable *variables;   /* [n_variables] with what results need; axis is unknown */
  size_t n_variables;
  uint64_t n_cells, first;
  msw_partial partial;               /* of the cells from `first` on; msw_partial_free it */
} msw_stored_partial;
msw_status msw_write_partial(msw_h5 group, const msw_reduction *reduction, const msw_partial *partial, msw_diag *diag);
/* `shard` names the file in messages. */
msw_status msw_read_partial(msw_h5 group, const char *name, const char *shard, msw_arena *arena, msw_diag *diag,
                            msw_stored_partial *stored);

#endif
