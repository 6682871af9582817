/* The place that a result is to be written to. What is wrong with it is found before any work.
 */
#ifndef MSW_CLI_PLACE_H
#define MSW_CLI_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"

/* Creates missing folders above `path` and tries whether a file can be made beside it; leaves none behind. A place that
 * is one of the files `inputs` [n_inputs] is refused. MSW_BAD_INPUT: another name would do; MSW_FAILED: the name is
 * fine, but for now nothing can be written there (no space, no right to, read-only, broken). */
msw_status msw_place_check(const char *path, const char *const *inputs, size_t n_inputs, msw_diag *diag);

/* False (and an error) when not even a third of the bytes, or all of them where they are not to be compressed, fits on
 * the file system. With `only_warn` it is a warning and true. */
bool msw_place_has_room(const char *path, uint64_t bytes, bool compressed, bool only_warn, msw_diag *diag);

#endif
