/* Heap memory that never fails towards its caller: running out ends the process tidily. */
#include "msw/base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_CAPACITY = 8, MESSAGE_BYTES = 96 };

static void (*emergency)(void);

void msw_set_emergency(void (*fn)(void)) {
  emergency = fn;
}

/* The first thread to come here ends the process. Others wait, lest they end it while files are being removed. */
static void wait_unless_first(void) {
  static atomic_flag is_ending = ATOMIC_FLAG_INIT;
  static _Thread_local bool is_mine;
  if (is_mine) _exit(1);   /* the emergency function itself ran out of memory */
  if (!atomic_flag_test_and_set(&is_ending)) {
    is_mine = true;
    return;
  }
  for (;;) pause();
}

_Noreturn void msw_out_of_memory(size_t size) {
  wait_unless_first();
  if (emergency) emergency();
  char message[MESSAGE_BYTES];   /* on the stack, and write(2): stdio might want memory */
  int n = snprintf(message, sizeof message, "mfusweep: error: out of memory (%zu bytes wanted)\n", size);
  ssize_t written = n > 0 ? write(STDERR_FILENO, message, (size_t)n) : 0;
  (void)written;
  _exit(1);
}

void *msw_alloc(size_t size) {
  void *ptr = malloc(size ? size : 1);
  if (!ptr) msw_out_of_memory(size);
  return ptr;
}

void *msw_alloc_zero(size_t count, size_t size) {
  size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) msw_out_of_memory(SIZE_MAX);
  void *ptr = calloc(1, total ? total : 1);
  if (!ptr) msw_out_of_memory(total);
  return ptr;
}

void *msw_realloc(void *ptr, size_t size) {
  void *grown = realloc(ptr, size ? size : 1);
  if (!grown) msw_out_of_memory(size);
  return grown;
}

void *msw_grow(void *items, size_t *cap, size_t need, size_t elem_size) {
  if (need <= *cap) return items;
  size_t wanted = *cap > SIZE_MAX / 2 ? need : *cap * 2;
  if (wanted < FIRST_CAPACITY) wanted = FIRST_CAPACITY;
  if (wanted < need) wanted = need;
  size_t total = 0;
  if (__builtin_mul_overflow(wanted, elem_size, &total)) msw_out_of_memory(SIZE_MAX);
  void *grown = msw_realloc(items, total);
  *cap = wanted;
  return grown;
}
