/* Getting a growing file onto the disk while it grows, so that the disk works all the time and the fsync at the end is
 * short. That one is needed all the same: this leaves out the file's own description and the disk's cache.
 */
#ifndef MSW_OUTPUT_WRITE_BEHIND_H
#define MSW_OUTPUT_WRITE_BEHIND_H

#include <signal.h>
#include <stdint.h>

#include "msw/base/diag.h"

typedef struct { int fd; uint64_t begun; } msw_write_behind;
#define MSW_WRITE_BEHIND_NONE ((msw_write_behind){.fd = -1})

msw_write_behind msw_write_behind_start(const char *path);
/* The file's first n_bytes are written (as far as the process goes): begins to store them. */
void msw_write_behind_to(msw_write_behind *behind, uint64_t n_bytes);
/* Waits until the disk has everything, in short steps: MSW_INTERRUPTED soon after *stop is set. The kernel tells only once
 * that it could not store something: MSW_FAILED, said of `path`. */
msw_status msw_write_behind_wait(msw_write_behind *behind, const volatile sig_atomic_t *stop, const char *path,
                                 msw_diag *diag);
void msw_write_behind_end(msw_write_behind *behind);

#endif
