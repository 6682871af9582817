/* Memory. Policy (docs/decisions/0003-out-of-memory.md): running out of memory ends the process with exit code 1
 * and one line on stderr, after the registered emergency function has removed temporary files. Therefore none of
 * these functions returns NULL, and callers do not check.
 */
#ifndef MSW_BASE_MEM_H
#define MSW_BASE_MEM_H

#include <stddef.h>

void *msw_alloc(size_t size);                           /* uninitialised; size 0 gives a unique pointer; free() it */
void *msw_alloc_zero(size_t count, size_t size);        /* zeroed; checks count*size for overflow */
void *msw_realloc(void *ptr, size_t size);

/* Grows a heap array so that it can hold at least `need` elements of `elem_size`; doubles; updates *cap.
 * Usage: v->items = msw_grow(v->items, &v->cap, v->n + 1, sizeof *v->items); */
void *msw_grow(void *items, size_t *cap, size_t need, size_t elem_size);

/* `fn` (may be NULL) is called once before the process ends for lack of memory. Must be async-signal-safe in spirit:
 * unlink files, nothing that allocates. */
void msw_set_emergency(void (*fn)(void));

/* Ends the process as described above. Also for "cannot happen" allocation failures of libraries. */
_Noreturn void msw_out_of_memory(size_t size);

/* Arena: memory of one lifetime, released together. Zero-initialise with {0}. Not shared between threads.
 * Under AddressSanitizer every piece is its own malloc block, so that overruns are seen. */
typedef struct msw_arena_chunk msw_arena_chunk;
typedef struct { msw_arena_chunk *head; } msw_arena;

void *msw_arena_alloc(msw_arena *arena, size_t size);              /* zeroed, aligned for any type, never NULL */
void *msw_arena_array(msw_arena *arena, size_t count, size_t size); /* zeroed, overflow-checked */
void  msw_arena_free(msw_arena *arena);                            /* releases everything; arena is {0} again */

#endif
