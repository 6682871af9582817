/* Numbered pieces of work, done by many threads in any order and taken over one at a time in theirs. Who has done one begins
 * the next instead of waiting for those before it, as far as there are slots: places where a done piece waits to be taken
 * over. Whoever is done with a piece takes over what has come to its turn, so that no thread is kept for that.
 *
 *   while (msw_ahead_begin(&ahead, &item)) {
 *     ...                                      work on item.number, into item.slot
 *     msw_ahead_done(&ahead, &item);
 *     while (msw_ahead_take(&ahead, &item)) {
 *       ...                                    take it over; alone
 *       msw_ahead_pass(&ahead);
 *     }
 *   }
 *
 * Waiting threads sleep: an OpenMP "ordered" construct lets them spin, which on a node shared with other jobs costs several
 * times the work itself.
 */
#ifndef MSW_BASE_AHEAD_H
#define MSW_BASE_AHEAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { uint64_t number; size_t slot; } msw_ahead_item;

typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t changed;      /* a slot is free, or no more work is handed out */
  uint64_t next, oldest, end;  /* to be begun next; to be taken over next; where it ends */
  size_t n_slots, n_free;
  size_t *free_slots;          /* [n_free] the last one is the last one used: its memory is still in the caches */
  size_t *slot_of;             /* [n_slots] of the piece number % n_slots */
  bool *is_done;               /* [n_slots] likewise */
  bool is_taking;              /* somebody is between take and pass */
} msw_ahead;

/* For the numbers [first, end). At least as many slots as threads let all of them work. */
void msw_ahead_start(msw_ahead *ahead, uint64_t first, uint64_t end, size_t n_slots);
/* When no thread uses it any more. */
void msw_ahead_end(msw_ahead *ahead);

/* The next number, ascending, and a slot that is the item's alone until it is passed. Waits for a slot; false when there is
 * no more to begin. Every item that was begun has to be done. */
bool msw_ahead_begin(msw_ahead *ahead, msw_ahead_item *item);
void msw_ahead_done(msw_ahead *ahead, const msw_ahead_item *item);
/* The oldest item that is not passed, if it is done and no other thread is taking over: from then until msw_ahead_pass the
 * caller is alone, and sees what those before it did. */
bool msw_ahead_take(msw_ahead *ahead, msw_ahead_item *item);
void msw_ahead_pass(msw_ahead *ahead);
/* For who has taken one: nothing more is begun, and nothing more taken. It still has to be passed. */
void msw_ahead_stop(msw_ahead *ahead);

#endif
