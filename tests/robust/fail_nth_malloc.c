/* LD_PRELOAD: lets one memory request of a program fail, anywhere in it or in its libraries, from main on.
 *   FAIL_NTH=N      the N-th request (1 is the first) gets NULL and ENOMEM; 0 or absent: none does
 *   FAIL_OF=NAMES   counts only requests made by objects whose file name contains one of NAMES, e.g. libhdf5:libomp;
 *                   !NAMES: by all others
 *   COUNT_FILE=F    how many requests counted is written there at the end
 * glibc only: its own allocator is called by its internal names.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *memalign(size_t alignment, size_t size);

static atomic_bool armed;
static atomic_ulong n_requests;
static unsigned long fail_nth;
static const char *fail_of;

/* Does `file` contain one of the names, which are separated by colons? */
static bool contains_one(const char *file, const char *names) {
  char name[64];
  for (size_t len; *names; names += len + (names[len] == ':')) {
    len = strcspn(names, ":");
    snprintf(name, sizeof name, "%.*s", (int)len, names);
    if (strstr(file, name)) return true;
  }
  return false;
}

static bool counts(const void *caller) {
  Dl_info info;
  if (!fail_of) return true;
  bool except = fail_of[0] == '!';
  bool is_it = dladdr(caller, &info) && info.dli_fname && contains_one(info.dli_fname, fail_of + except);
  return is_it != except;
}

static bool fails(const void *caller) {
  if (!atomic_load(&armed) || !counts(caller)) return false;
  unsigned long n = atomic_fetch_add(&n_requests, 1) + 1;
  if (n != fail_nth) return false;
  errno = ENOMEM;
  return true;
}

#define FAILS fails(__builtin_return_address(0))
void *malloc(size_t size) { return FAILS ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return FAILS ? NULL : __libc_calloc(n, size); }
void *realloc(void *ptr, size_t size) { return FAILS ? NULL : __libc_realloc(ptr, size); }
void *memalign(size_t alignment, size_t size) { return FAILS ? NULL : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return FAILS ? NULL : __libc_memalign(alignment, size); }

int posix_memalign(void **ptr, size_t alignment, size_t size) {
  if (FAILS) return ENOMEM;
  *ptr = __libc_memalign(alignment, size);
  return *ptr ? 0 : ENOMEM;
}

/* libc's own ask for memory in libc's name: these are taken for requests of whoever calls them. */
static char *copy(const char *text, size_t len) {
  char *made = __libc_malloc(len + 1);
  if (!made) return NULL;
  memcpy(made, text, len);
  made[len] = '\0';
  return made;
}

char *strdup(const char *text) { return FAILS ? NULL : copy(text, strlen(text)); }
char *strndup(const char *text, size_t n) { return FAILS ? NULL : copy(text, strnlen(text, n)); }

static unsigned long number_of(const char *name) {
  const char *text = getenv(name);
  return text ? strtoul(text, NULL, 10) : 0;
}

static void write_count(void) {
  atomic_store(&armed, false);
  const char *path = getenv("COUNT_FILE");
  int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
  if (file < 0) return;
  dprintf(file, "%lu\n", atomic_load(&n_requests));
  close(file);
}

static int (*real_main)(int, char **, char **);

static int armed_main(int argc, char **argv, char **env) {
  fail_nth = number_of("FAIL_NTH");
  fail_of = getenv("FAIL_OF");
  atexit(write_count);
  atomic_store(&armed, true);
  return real_main(argc, argv, env);
}

typedef int (*start_main)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end);

/* Only what the program itself asks for counts, not what the loader does before main. */
int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end) {
  start_main real = NULL;
  *(void **)(void *)&real = dlsym(RTLD_NEXT, "__libc_start_main");
  real_main = program;
  return real(armed_main, argc, argv, init, fini, rtld_fini, stack_end);
}
