/* Which of several processes this one is: --shard I/N, or what a batch system or mpirun says in the environment. */
#ifndef MSW_CLI_RUN_SHARE_H
#define MSW_CLI_RUN_SHARE_H

#include "msw/base/diag.h"
#include "msw/output/shards.h"

/* `option` is --shard's value or NULL. *source names where the share was found, NULL when the process is alone
 * ({0, 1}). Environment, the first that tells of several tasks: SLURM_ARRAY_TASK_ID and _COUNT (less _MIN, by _STEP);
 * SLURM_PROCID and _NTASKS, but not in a batch script, for which Slurm sets them too; OMPI_COMM_WORLD_RANK and _SIZE.
 * False with an error where the numbers make no sense. */
bool msw_share_choose(const char *option, msw_diag *diag, msw_share *share, const char **source);

#endif
