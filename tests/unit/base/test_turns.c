/* Threads that take turns: in order, one at a time. */
#include "msw/base/turns.h"

#include <pthread.h>

#include "msw_test.h"

enum { N_THREADS = 4, N_TURNS = 200, FIRST = 1000 };

typedef struct {
  msw_turns turns;
  pthread_mutex_t mutex;
  uint64_t handed_out, taken[N_TURNS];
  size_t n_taken;
  int inside;
  bool wrong;
} shared;

/* Takes the next number, waits for its turn, notes it. */
static void *work(void *context) {
  shared *s = context;
  for (;;) {
    pthread_mutex_lock(&s->mutex);
    uint64_t number = s->handed_out++;
    pthread_mutex_unlock(&s->mutex);
    if (number >= FIRST + N_TURNS) return NULL;
    msw_turns_wait(&s->turns, number);
    s->wrong = s->wrong || s->inside != 0;
    s->inside = 1;
    s->taken[s->n_taken++] = number;
    s->inside = 0;
    msw_turns_pass(&s->turns);
  }
}

static void ascending_and_alone(void **state) {
  (void)state;
  static shared s = {.mutex = PTHREAD_MUTEX_INITIALIZER, .handed_out = FIRST};
  pthread_t threads[N_THREADS];
  msw_turns_start(&s.turns, FIRST);
  for (int i_thread = 0; i_thread < N_THREADS; i_thread++)
    assert_int_equal(pthread_create(&threads[i_thread], NULL, work, &s), 0);
  for (int i_thread = 0; i_thread < N_THREADS; i_thread++) assert_int_equal(pthread_join(threads[i_thread], NULL), 0);
  msw_turns_end(&s.turns);
  assert_false(s.wrong);
  assert_int_equal(s.n_taken, N_TURNS);
  for (uint64_t i_turn = 0; i_turn < N_TURNS; i_turn++) assert_int_equal(s.taken[i_turn], FIRST + i_turn);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ascending_and_alone)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
