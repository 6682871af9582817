/* Threads that take turns. */
#include "msw/base/turns.h"

void msw_turns_start(msw_turns *turns, uint64_t first) {
  pthread_mutex_init(&turns->mutex, NULL);
  pthread_cond_init(&turns->passed, NULL);
  turns->next = first;
}

void msw_turns_end(msw_turns *turns) {
  pthread_cond_destroy(&turns->passed);
  pthread_mutex_destroy(&turns->mutex);
}

void msw_turns_wait(msw_turns *turns, uint64_t number) {
  pthread_mutex_lock(&turns->mutex);
  while (turns->next != number) pthread_cond_wait(&turns->passed, &turns->mutex);
  pthread_mutex_unlock(&turns->mutex);
}

void msw_turns_pass(msw_turns *turns) {
  pthread_mutex_lock(&turns->mutex);
  turns->next++;
  pthread_cond_broadcast(&turns->passed);
  pthread_mutex_unlock(&turns->mutex);
}
