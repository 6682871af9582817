/* Work done ahead and taken over in order. */
#include "msw/base/ahead.h"

#include <stdlib.h>

#include "msw/base/mem.h"

void msw_ahead_start(msw_ahead *ahead, uint64_t first, uint64_t end, size_t n_slots) {
  *ahead = (msw_ahead){.next = first, .oldest = first, .end = end, .n_slots = n_slots, .n_free = n_slots,
                       .free_slots = msw_alloc_zero(n_slots, sizeof *ahead->free_slots),
                       .slot_of = msw_alloc_zero(n_slots, sizeof *ahead->slot_of),
                       .is_done = msw_alloc_zero(n_slots, sizeof *ahead->is_done)};
  pthread_mutex_init(&ahead->mutex, NULL);
  pthread_cond_init(&ahead->changed, NULL);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) ahead->free_slots[i_slot] = n_slots - 1 - i_slot;   /* 0 first */
}

void msw_ahead_end(msw_ahead *ahead) {
  pthread_cond_destroy(&ahead->changed);
  pthread_mutex_destroy(&ahead->mutex);
  free(ahead->free_slots);
  free(ahead->slot_of);
  free(ahead->is_done);
}

/* Where something is noted of an item: of those between the oldest and the next, never more than slots, each has its own. */
static size_t place_of(const msw_ahead *ahead, uint64_t number) { return (size_t)(number % ahead->n_slots); }

bool msw_ahead_begin(msw_ahead *ahead, msw_ahead_item *item) {
  pthread_mutex_lock(&ahead->mutex);
  while (ahead->next < ahead->end && ahead->n_free == 0) pthread_cond_wait(&ahead->changed, &ahead->mutex);
  bool is_more = ahead->next < ahead->end;
  if (is_more) {
    *item = (msw_ahead_item){.number = ahead->next++, .slot = ahead->free_slots[--ahead->n_free]};
    ahead->slot_of[place_of(ahead, item->number)] = item->slot;
    if (ahead->next == ahead->end) pthread_cond_broadcast(&ahead->changed);   /* nobody need wait any more */
  }
  pthread_mutex_unlock(&ahead->mutex);
  return is_more;
}

void msw_ahead_done(msw_ahead *ahead, const msw_ahead_item *item) {
  pthread_mutex_lock(&ahead->mutex);
  ahead->is_done[place_of(ahead, item->number)] = true;
  pthread_mutex_unlock(&ahead->mutex);
}

/* No done item is forgotten: who is done with one comes here, and finds it the oldest, or somebody is taking over, or an older
 * one is not done yet; those will come here after it. */
bool msw_ahead_take(msw_ahead *ahead, msw_ahead_item *item) {
  pthread_mutex_lock(&ahead->mutex);
  size_t place = place_of(ahead, ahead->oldest);
  bool is_ready = !ahead->is_taking && ahead->oldest < ahead->end && ahead->is_done[place];
  if (is_ready) {
    ahead->is_taking = true;
    *item = (msw_ahead_item){.number = ahead->oldest, .slot = ahead->slot_of[place]};
  }
  pthread_mutex_unlock(&ahead->mutex);
  return is_ready;
}

void msw_ahead_pass(msw_ahead *ahead) {
  pthread_mutex_lock(&ahead->mutex);
  size_t place = place_of(ahead, ahead->oldest++);
  ahead->is_done[place] = false;
  ahead->free_slots[ahead->n_free++] = ahead->slot_of[place];
  ahead->is_taking = false;
  pthread_cond_signal(&ahead->changed);   /* one slot, one thread */
  pthread_mutex_unlock(&ahead->mutex);
}

void msw_ahead_stop(msw_ahead *ahead) {
  pthread_mutex_lock(&ahead->mutex);
  ahead->end = 0;
  pthread_cond_broadcast(&ahead->changed);
  pthread_mutex_unlock(&ahead->mutex);
}
