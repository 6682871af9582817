/* Work done ahead: taken over in order, alone, each piece once and from its own slot, however the threads fare. */
#include "msw/base/ahead.h"

#include <pthread.h>
#include <sched.h>

#include "msw_test.h"

enum { MOST_THREADS = 5, MOST_SLOTS = 12, N_ITEMS = 200, FIRST = 1000 };

/* How long a piece of work takes, in times that the processor is offered to others. */
typedef int (*work_time)(uint64_t number);
static int no_time(uint64_t number) { return (void)number, 0; }
static int unequal_time(uint64_t number) { return number % 17 == 0 ? 200 : (int)(number % 5); }
static int first_is_slow(uint64_t number) { return number == FIRST ? 2000 : 0; }

/* What the threads share. Only who has taken an item writes the part after `ahead`. */
typedef struct {
  msw_ahead ahead;
  uint64_t taken[N_ITEMS];
  size_t n_taken, stop_after;
  bool wrong;                      /* cmocka must not jump out of a thread */
  uint64_t in_slot[MOST_SLOTS];    /* the number that the slot's owner has put there */
  size_t n_slots;
  work_time time;
} shared;

static void take_over(shared *s, const msw_ahead_item *item) {
  if (item->slot >= s->n_slots || s->in_slot[item->slot] != item->number || s->n_taken >= N_ITEMS) s->wrong = true;
  else s->taken[s->n_taken++] = item->number;
  if (s->n_taken == s->stop_after) msw_ahead_stop(&s->ahead);
}

static void *work(void *context) {
  shared *s = context;
  msw_ahead_item item;
  while (msw_ahead_begin(&s->ahead, &item)) {
    s->in_slot[item.slot] = item.number;
    for (int i_wait = 0; i_wait < s->time(item.number); i_wait++) sched_yield();
    msw_ahead_done(&s->ahead, &item);
    while (msw_ahead_take(&s->ahead, &item)) {
      take_over(s, &item);
      msw_ahead_pass(&s->ahead);
    }
  }
  return NULL;
}

static void run(shared *s, int n_threads, size_t n_slots, size_t stop_after, work_time time) {
  pthread_t threads[MOST_THREADS];
  *s = (shared){.n_slots = n_slots, .stop_after = stop_after, .time = time};
  msw_ahead_start(&s->ahead, FIRST, FIRST + N_ITEMS, n_slots);
  for (int i_thread = 0; i_thread < n_threads; i_thread++)
    assert_int_equal(pthread_create(&threads[i_thread], NULL, work, s), 0);
  for (int i_thread = 0; i_thread < n_threads; i_thread++) assert_int_equal(pthread_join(threads[i_thread], NULL), 0);
  msw_ahead_end(&s->ahead);
  assert_false(s->wrong);
  for (size_t i_item = 0; i_item < s->n_taken; i_item++) assert_int_equal(s->taken[i_item], FIRST + i_item);
}

static const work_time times[] = {no_time, unequal_time, first_is_slow};
enum { N_TIMES = sizeof times / sizeof times[0] };

/* Fewer slots than threads, as many, more. */
static void all_in_order(void **state) {
  (void)state;
  static shared s;
  for (size_t i_time = 0; i_time < N_TIMES; i_time++)
    for (int n_threads = 1; n_threads <= MOST_THREADS; n_threads++)
      for (size_t n_slots = 1; n_slots <= MOST_SLOTS; n_slots++) {
        run(&s, n_threads, n_slots, SIZE_MAX, times[i_time]);
        assert_int_equal(s.n_taken, N_ITEMS);
      }
}

static void nothing_after_a_stop(void **state) {
  (void)state;
  static shared s;
  for (size_t i_time = 0; i_time < N_TIMES; i_time++)
    for (int n_threads = 1; n_threads <= MOST_THREADS; n_threads++)
      for (size_t stop_after = 1; stop_after <= N_ITEMS; stop_after += 7) {
        run(&s, n_threads, 4, stop_after, times[i_time]);
        assert_int_equal(s.n_taken, stop_after);
      }
}

/* Without threads: who is done goes on while the oldest is not, until the slots are used up. */
static void ahead_of_the_oldest(void **state) {
  (void)state;
  msw_ahead ahead;
  msw_ahead_item items[3], taken;
  msw_ahead_start(&ahead, 7, 100, 3);
  for (size_t i_item = 0; i_item < 3; i_item++) {
    assert_true(msw_ahead_begin(&ahead, &items[i_item]));
    assert_int_equal(items[i_item].number, 7 + i_item);
    assert_int_equal(items[i_item].slot, i_item);
  }
  msw_ahead_done(&ahead, &items[2]);
  assert_false(msw_ahead_take(&ahead, &taken));
  msw_ahead_done(&ahead, &items[0]);
  assert_true(msw_ahead_take(&ahead, &taken));
  assert_int_equal(taken.number, 7);
  assert_int_equal(taken.slot, 0);
  msw_ahead_done(&ahead, &items[1]);
  msw_ahead_item refused;
  assert_false(msw_ahead_take(&ahead, &refused));   /* one at a time */
  msw_ahead_pass(&ahead);
  for (uint64_t number = 8; number <= 9; number++) {
    assert_true(msw_ahead_take(&ahead, &taken));
    assert_int_equal(taken.number, number);
    msw_ahead_pass(&ahead);
  }
  assert_false(msw_ahead_take(&ahead, &taken));
  assert_true(msw_ahead_begin(&ahead, &taken));
  assert_int_equal(taken.number, 10);
  assert_int_equal(taken.slot, 2);   /* the last one that was free */
  msw_ahead_end(&ahead);
}

static void nothing_to_do(void **state) {
  (void)state;
  msw_ahead ahead;
  msw_ahead_item item;
  msw_ahead_start(&ahead, 5, 5, 1);
  assert_false(msw_ahead_begin(&ahead, &item));
  assert_false(msw_ahead_take(&ahead, &item));
  msw_ahead_end(&ahead);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_in_order), cmocka_unit_test(nothing_after_a_stop),
                                     cmocka_unit_test(ahead_of_the_oldest), cmocka_unit_test(nothing_to_do)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
