/* Files as the end-to-end parts need them: plain writes and copies to compare with, sizes, clearing up. */
#ifndef BENCH_DISK_H
#define BENCH_DISK_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds of writing n_bytes to a new file with write(), 1 MiB at a time, and fsync; negative after an error. */
double bench_write_synced(const char *path, uint64_t n_bytes);
/* fsync of a file and its folder; false after an error. */
bool bench_sync(const char *path);

/* Waits until nothing is left to be written on the file system of `path`: each timed pass starts from there. */
void bench_settle(const char *path);

/* Bytes of a file, or of all files below a folder; 0 when there is none. */
uint64_t bench_bytes_at(const char *path);
/* Removes a file, or a folder with all that is in it; nothing there is fine. */
void bench_remove(const char *path);

#endif
