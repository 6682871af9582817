/* Arena: pieces are cut from chunks that double in size. Under the sanitizers each piece is its own block instead. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "msw/base/mem.h"

#ifdef MSW_SANITIZED

struct msw_arena_chunk { msw_arena_chunk *next; void *piece; };

void *msw_arena_alloc(msw_arena *arena, size_t size) {
  msw_arena_chunk *chunk = msw_alloc(sizeof *chunk);
  chunk->piece = msw_alloc_zero(1, size);
  chunk->next = arena->head;
  arena->head = chunk;
  return chunk->piece;
}

static void free_chunk(msw_arena_chunk *chunk) {
  free(chunk->piece);
  free(chunk);
}

#else

enum { FIRST_CHUNK_BYTES = 4096, LARGEST_CHUNK_BYTES = 1 << 20 };

/* `bytes` begins aligned for any type and every piece is rounded up to that alignment, so all pieces are aligned. */
struct msw_arena_chunk {
  msw_arena_chunk *next;
  size_t used, size;      /* of bytes[], in bytes */
  max_align_t bytes[];
};

static size_t round_up(size_t size) {
  const size_t mask = _Alignof(max_align_t) - 1;
  if (size > SIZE_MAX / 2) msw_out_of_memory(size);   /* leaves room for the header, too */
  return ((size ? size : 1) + mask) & ~mask;
}

/* The chunk that has room for `size` bytes. A piece larger than the usual chunk gets one to itself, behind the head, so
 * that the room left in the head is not lost. */
static msw_arena_chunk *chunk_with_room(msw_arena *arena, size_t size) {
  msw_arena_chunk *head = arena->head;
  if (head && size <= head->size - head->used) return head;
  size_t usual = head ? head->size * 2 : FIRST_CHUNK_BYTES;
  if (usual > LARGEST_CHUNK_BYTES) usual = LARGEST_CHUNK_BYTES;
  bool alone = size > usual;
  size_t room = alone ? size : usual;
  msw_arena_chunk *chunk = msw_alloc_zero(1, sizeof *chunk + room);
  chunk->size = room;
  if (alone && head) {
    chunk->next = head->next;
    head->next = chunk;
  } else {
    chunk->next = head;
    arena->head = chunk;
  }
  return chunk;
}

void *msw_arena_alloc(msw_arena *arena, size_t size) {
  size_t rounded = round_up(size);
  msw_arena_chunk *chunk = chunk_with_room(arena, rounded);
  char *piece = (char *)chunk->bytes + chunk->used;
  chunk->used += rounded;
  return piece;
}

static void free_chunk(msw_arena_chunk *chunk) {
  free(chunk);
}

#endif

void *msw_arena_array(msw_arena *arena, size_t count, size_t size) {
  size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) msw_out_of_memory(SIZE_MAX);
  return msw_arena_alloc(arena, total);
}

void msw_arena_free(msw_arena *arena) {
  msw_arena_chunk *chunk = arena->head;
  while (chunk) {
    msw_arena_chunk *next = chunk->next;
    free_chunk(chunk);
    chunk = next;
  }
  arena->head = NULL;
}
