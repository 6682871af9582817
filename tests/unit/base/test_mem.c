/* Heap and arena: zeroing, alignment, growth, and the tidy end when there is no more memory. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "msw/base/mem.h"
#include "msw_test.h"

static void size_zero_gives_a_pointer(void **state) {
  (void)state;
  void *a = msw_alloc(0), *b = msw_alloc_zero(0, 8), *c = msw_alloc_zero(8, 0);
  assert_non_null(a);
  assert_non_null(b);
  assert_non_null(c);
  a = msw_realloc(a, 0);
  assert_non_null(a);
  free(a);
  free(b);
  free(c);
}

static void alloc_zero_zeroes(void **state) {
  (void)state;
  unsigned char *bytes = msw_alloc_zero(100, 7);
  for (size_t i_byte = 0; i_byte < 700; i_byte++) assert_int_equal(bytes[i_byte], 0);
  free(bytes);
}

static void grow_keeps_what_is_there(void **state) {
  (void)state;
  size_t cap = 0, n_grown = 0, n = 10000;
  int *items = NULL;
  for (size_t i_item = 0; i_item < n; i_item++) {
    size_t before = cap;
    items = msw_grow(items, &cap, i_item + 1, sizeof *items);
    assert_true(cap > i_item);
    if (cap != before) n_grown++;
    items[i_item] = (int)i_item;
  }
  for (size_t i_item = 0; i_item < n; i_item++) assert_int_equal(items[i_item], (int)i_item);
  assert_true(n_grown < 15);   /* doubling: 8 * 2^11 > 10000 */
  free(items);
}

static void grow_jumps_to_the_need_and_never_shrinks(void **state) {
  (void)state;
  size_t cap = 0;
  char *items = msw_grow(NULL, &cap, 1000, 1);
  assert_int_equal(cap, 1000);
  assert_ptr_equal(msw_grow(items, &cap, 10, 1), items);
  assert_ptr_equal(msw_grow(items, &cap, 0, 1), items);
  assert_int_equal(cap, 1000);
  free(items);
}

static void arena_pieces_are_zeroed_aligned_and_apart(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 3, 8, 17, 100, 4000, 4096, 5000, 70000, 2, 1 << 21, 16, 1};
  enum { N = sizeof sizes / sizeof sizes[0], ROUNDS = 20 };
  msw_arena arena = {0};
  unsigned char *pieces[ROUNDS * N];
  for (size_t i_piece = 0; i_piece < ROUNDS * N; i_piece++) {
    size_t size = sizes[i_piece % N];
    unsigned char *piece = msw_arena_alloc(&arena, size);
    assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
    for (size_t i_byte = 0; i_byte < size; i_byte++) assert_true(piece[i_byte] == 0);
    memset(piece, (int)(i_piece % 255 + 1), size);
    pieces[i_piece] = piece;
  }
  for (size_t i_piece = 0; i_piece < ROUNDS * N; i_piece++)
    for (size_t i_byte = 0; i_byte < sizes[i_piece % N]; i_byte++)
      assert_true(pieces[i_piece][i_byte] == i_piece % 255 + 1);
  msw_arena_free(&arena);
  assert_null(arena.head);
  msw_arena_free(&arena);   /* a free arena may be freed again */
}

static void arena_is_usable_after_free(void **state) {
  (void)state;
  msw_arena arena = {0};
  (void)msw_arena_array(&arena, 3, 5);
  msw_arena_free(&arena);
  assert_non_null(msw_arena_array(&arena, 0, 5));
  msw_arena_free(&arena);
}

/* What a child process that runs out of memory leaves behind. */
typedef struct { int exit_code; char text[400]; } outcome;

static void emergency_writes(void) {
  assert_int_equal(write(STDERR_FILENO, "emergency\n", 10), 10);
}

static void emergency_needs_memory(void) {
  msw_out_of_memory(7);
}

static outcome run_in_child(void (*end)(void), void (*emergency)(void)) {
  outcome result = {0};
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    msw_set_emergency(emergency);
    end();
    _exit(99);
  }
  close(ends[1]);
  size_t used = 0;
  for (ssize_t got = 1; got > 0 && used < sizeof result.text - 1; used += got > 0 ? (size_t)got : 0)
    got = read(ends[0], result.text + used, sizeof result.text - 1 - used);
  close(ends[0]);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

static void end_plainly(void) { msw_out_of_memory(123); }
static void end_alloc_zero(void) { free(msw_alloc_zero(SIZE_MAX / 4, 8)); }
static void end_grow(void) {
  size_t cap = 0;
  free(msw_grow(NULL, &cap, SIZE_MAX / 2, 16));
}
static void end_arena_array(void) {
  msw_arena arena = {0};
  (void)msw_arena_array(&arena, SIZE_MAX / 4, 8);
}
#ifndef MSW_SANITIZED   /* AddressSanitizer itself ends the process for a request of this size */
static void end_malloc(void) {
  volatile size_t size = PTRDIFF_MAX;
  free(msw_alloc(size));
}
static void end_realloc(void) {
  volatile size_t size = PTRDIFF_MAX;
  free(msw_realloc(NULL, size));
}
static void end_arena_alloc(void) {
  volatile size_t size = SIZE_MAX - 3;
  msw_arena arena = {0};
  (void)msw_arena_alloc(&arena, size);
}
#endif

static void running_out_ends_with_code_1_and_one_line(void **state) {
  (void)state;
  void (*const ends[])(void) = {end_plainly, end_alloc_zero, end_grow, end_arena_array,
#ifndef MSW_SANITIZED
                                end_malloc,  end_realloc,    end_arena_alloc,
#endif
  };
  for (size_t i_end = 0; i_end < sizeof ends / sizeof ends[0]; i_end++) {
    outcome got = run_in_child(ends[i_end], NULL);
    assert_int_equal(got.exit_code, 1);
    assert_ptr_equal(strstr(got.text, "mfusweep: error: out of memory ("), got.text);
    assert_ptr_equal(strchr(got.text, '\n'), got.text + strlen(got.text) - 1);
  }
}

static void emergency_runs_first(void **state) {
  (void)state;
  outcome got = run_in_child(end_plainly, emergency_writes);
  assert_int_equal(got.exit_code, 1);
  assert_string_equal(got.text, "emergency\nmfusweep: error: out of memory (123 bytes wanted)\n");
}

static void emergency_may_run_out_itself(void **state) {
  (void)state;
  assert_int_equal(run_in_child(end_plainly, emergency_needs_memory).exit_code, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(size_zero_gives_a_pointer),
      cmocka_unit_test(alloc_zero_zeroes),
      cmocka_unit_test(grow_keeps_what_is_there),
      cmocka_unit_test(grow_jumps_to_the_need_and_never_shrinks),
      cmocka_unit_test(arena_pieces_are_zeroed_aligned_and_apart),
      cmocka_unit_test(arena_is_usable_after_free),
      cmocka_unit_test(running_out_ends_with_code_1_and_one_line),
      cmocka_unit_test(emergency_runs_first),
      cmocka_unit_test(emergency_may_run_out_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
