/* Files: whole reads, safe replacement, directory walks. Errors go to the diag with errno's text. */
#ifndef MSW_BASE_FILE_H
#define MSW_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"

/* Reads a whole regular file; *text is NUL-terminated in the arena, *len without the NUL. `max_bytes` guards against
 * mistakes. A missing, unreadable or too large file, a folder, pipe or device is MSW_BAD_INPUT: the user named it. */
msw_status msw_read_file(const char *path, size_t max_bytes, msw_arena *arena, msw_diag *diag, char **text,
                         size_t *len);

/* Replaces `path` with the bytes, all or nothing: temporary file beside it, write, fsync, rename, fsync(folder).
 * After a failure the old content is there and the temporary file is not; only where fsync(folder) failed may the new
 * content be there already. A symbolic link is replaced, not followed. */
msw_status msw_write_file_atomic(const char *path, const void *bytes, size_t len, msw_diag *diag);

bool msw_is_file(const char *path);
bool msw_is_dir(const char *path);
char *msw_join_path(msw_arena *arena, const char *dir, const char *name);   /* an absolute name stands alone, and so
                                                                               does one in "." */
char *msw_dir_name(msw_arena *arena, const char *path);   /* "a/b.json" -> "a"; "b" -> "." */
const char *msw_base_name(const char *path);              /* points into path */
/* The file of the same folder whose name is nearest, for hints; or NULL. */
const char *msw_nearest_file(const char *path, msw_arena *arena);
/* A temporary name beside `path`: "<path>.tmp-<host>-<pid>". */
char *msw_temp_name(msw_arena *arena, const char *path);

/* Creates missing folders above and including `path`. */
msw_status msw_make_dirs(const char *path, msw_diag *diag);
/* fsync of a file or folder by name. */
msw_status msw_sync_path(const char *path, msw_diag *diag);
/* rename(temp, path) and fsync of the folder. After a failed rename `temp` is still there. */
msw_status msw_rename_durably(const char *temp, const char *path, msw_diag *diag);
/* Free bytes of the file system that holds `path` (or its nearest existing parent); false when unknown. */
bool msw_free_bytes(const char *path, unsigned long long *bytes);

/* Names in a folder (no . and ..), sorted bytewise, in the arena; a missing folder has none. One that is there and cannot
 * be read is MSW_FAILED, has none either, and is told in the diag, which may be NULL where nobody is to hear of it; errno
 * is then why. */
msw_status msw_list_dir(const char *path, msw_arena *arena, msw_diag *diag, const char ***names, size_t *n);

#endif
