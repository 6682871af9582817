/* Threads that take turns in a given order. Waiting threads sleep: an OpenMP "ordered" construct lets them spin, which on a
 * node shared with other jobs costs several times the work itself.
 */
#ifndef MSW_BASE_TURNS_H
#define MSW_BASE_TURNS_H

#include <pthread.h>
#include <stdint.h>

typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t passed;
  uint64_t next;           /* whose turn it is */
} msw_turns;

void msw_turns_start(msw_turns *turns, uint64_t first);
void msw_turns_end(msw_turns *turns);
/* Returns when it is the caller's turn: until msw_turns_pass no other thread is between the two. Every number from `first` on
 * has to take its turn, and numbers must be handed out in ascending order, or somebody waits for ever. */
void msw_turns_wait(msw_turns *turns, uint64_t number);
void msw_turns_pass(msw_turns *turns);

#endif
