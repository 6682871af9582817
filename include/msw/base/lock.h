/* Locks that end with the process that holds them: flock(2) on a file of their own. A lock file that a killed process
 * left behind is no lock. A process takes each lock once: taking it again through the same name finds it busy.
 */
#ifndef MSW_BASE_LOCK_H
#define MSW_BASE_LOCK_H

#include <stdbool.h>

typedef struct { char *path; int fd; } msw_lock;   /* while taken, it owns both */

typedef enum {
  MSW_LOCK_MINE,      /* taken */
  MSW_LOCK_BUSY,      /* someone else holds it */
  MSW_LOCK_NONE,      /* the file system has no locks: nobody can be kept out; to be released all the same */
  MSW_LOCK_FAILED     /* the file cannot be made; errno says why */
} msw_lock_result;

/* Takes the lock, making its file; never waits. */
msw_lock_result msw_lock_try(const char *path, msw_lock *lock);
/* Removes the file and gives the lock back. Only after MSW_LOCK_MINE and MSW_LOCK_NONE. */
void msw_lock_release(msw_lock *lock);

/* Does anyone hold it? Makes no file. False where that cannot be found out. A taker may find it busy meanwhile. */
bool msw_lock_is_held(const char *path);

#endif
