/* The command that explains a cell of a result: made from the result alone, so that it needs no sweep file.
 */
#ifndef MSW_CLI_EXPLAIN_COMMAND_H
#define MSW_CLI_EXPLAIN_COMMAND_H

#include "msw/output/result.h"

/* "mfusweep explain --gpu … --model … --tp … --method … --set … --decode '16*4096'" of the cell at the positions `at` [rank],
 * with the knobs that the sweep changed. NULL where the block does not say what the step was (reductions), or its cells cannot
 * be named that way (several experts' ranks). `data_dir` may be NULL. Folders of --bench-data are not known to a result. */
const char *msw_explain_command(const msw_result *result, const msw_result_block *block, const uint64_t *at,
                                const char *data_dir, msw_arena *arena);

#endif
