/* The fastest level keeps byte planes of noise as they are: what comes out is a zlib stream that zlib reads, no larger than
 * its bound, and only where nothing is lost by it.
 */
#include <stdlib.h>
#include <zlib.h>

#include "msw/formats/h5.h"
#include "msw_test.h"

/* A plane of so many bytes needs two stored blocks. A zlib stream begins with two bytes, a stored block with five. */
enum { ELEM_BYTES = 4, MANY = 100000, BEGINNING_BYTES = 7 };

/* How the bytes of a plane are made. */
typedef enum { NOISE, CONSTANT, REPEATED, SKEWED } plane_kind;

static unsigned char random_byte(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;   /* Knuth's MMIX */
  return (unsigned char)(*state >> 56);
}

/* SKEWED: three quarters of the values never occur. */
static unsigned char *make_elems(size_t n_elems, const plane_kind kinds[ELEM_BYTES]) {
  const size_t period = 100;
  unsigned char *elems = msw_alloc(n_elems * ELEM_BYTES);
  uint64_t state = 1;
  for (size_t i_byte = 0; i_byte < ELEM_BYTES; i_byte++)
    for (size_t i_elem = 0; i_elem < n_elems; i_elem++) {
      unsigned char *at = &elems[i_elem * ELEM_BYTES + i_byte], byte = random_byte(&state);
      bool again = kinds[i_byte] == REPEATED && i_elem >= period;
      if (kinds[i_byte] == CONSTANT) byte = 7;
      if (kinds[i_byte] == SKEWED) byte &= 63;
      *at = again ? elems[(i_elem - period) * ELEM_BYTES + i_byte] : byte;
    }
  return elems;
}

/* Encodes, checks that zlib and an unshuffle give the elements back; returns the size, and the stream's first bytes. */
static size_t encode(int level, size_t n_elems, const plane_kind kinds[ELEM_BYTES], unsigned char beginning[BEGINNING_BYTES]) {
  const size_t n_bytes = n_elems * ELEM_BYTES;
  msw_h5_encoder *encoder = msw_h5_encoder_new(level);
  size_t bound = msw_h5_encode_bound(encoder, n_bytes);
  unsigned char *elems = make_elems(n_elems, kinds), *encoded = msw_alloc(bound), *shuffled = msw_alloc(n_bytes);
  size_t n_encoded = msw_h5_encode(encoder, elems, n_bytes, ELEM_BYTES, encoded);
  assert_in_range(n_encoded, BEGINNING_BYTES, bound);
  uLongf n_inflated = n_bytes;
  assert_int_equal(uncompress(shuffled, &n_inflated, encoded, n_encoded), Z_OK);
  assert_int_equal(n_inflated, n_bytes);
  for (size_t i_elem = 0; i_elem < n_elems; i_elem++)
    for (size_t i_byte = 0; i_byte < ELEM_BYTES; i_byte++)
      assert_int_equal(shuffled[i_byte * n_elems + i_elem], elems[i_elem * ELEM_BYTES + i_byte]);
  memcpy(beginning, encoded, BEGINNING_BYTES);
  free(shuffled);
  free(encoded);
  free(elems);
  msw_h5_encoder_free(encoder);
  return n_encoded;
}

/* How many planes at the beginning are kept, told by the size: the rest is next to nothing. */
static void noise_is_kept(void **state) {
  (void)state;
  static const unsigned char first_block[BEGINNING_BYTES] = {0x78, 0x01, 0x00, 0xff, 0xff, 0x00, 0x00};
  static const struct { plane_kind kinds[ELEM_BYTES]; size_t n_kept; } cases[] = {
      {{NOISE, CONSTANT, CONSTANT, CONSTANT}, 1},
      {{NOISE, NOISE, REPEATED, CONSTANT}, 2},
      {{NOISE, NOISE, NOISE, CONSTANT}, 3},
      {{NOISE, NOISE, NOISE, NOISE}, 4},
  };
  const size_t next_to_nothing = MANY / 50;
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    unsigned char beginning[BEGINNING_BYTES];
    size_t n = encode(1, MANY, cases[i_case].kinds, beginning), n_kept = cases[i_case].n_kept * MANY;
    assert_memory_equal(beginning, first_block, sizeof first_block);
    assert_in_range(n, n_kept, n_kept + next_to_nothing);
  }
}

/* What deflate makes smaller is made smaller, and planes behind it are left to libdeflate; higher levels look at everything. */
static void nothing_else_is(void **state) {
  (void)state;
  static const struct { int level; plane_kind kinds[ELEM_BYTES]; size_t most_bytes; } cases[] = {
      {1, {REPEATED, CONSTANT, CONSTANT, CONSTANT}, MANY / 10},
      {1, {SKEWED, CONSTANT, CONSTANT, CONSTANT}, MANY * 8 / 10},   /* 6 of 8 bits are left */
      {1, {CONSTANT, SKEWED, NOISE, CONSTANT}, MANY * 18 / 10},
      {2, {NOISE, REPEATED, SKEWED, CONSTANT}, MANY * 19 / 10},
      {12, {NOISE, CONSTANT, CONSTANT, CONSTANT}, MANY * 102 / 100},
  };
  unsigned char beginning[BEGINNING_BYTES];
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++)
    assert_in_range(encode(cases[i_case].level, MANY, cases[i_case].kinds, beginning), 1, cases[i_case].most_bytes);
}

/* Around the sizes where a plane becomes worth looking at and where a stored block ends. */
static void sizes_at_the_edges(void **state) {
  (void)state;
  static const size_t sizes[] = {16383, 16384, 16385, 65534, 65535, 65536, 131069, 131070, 131071};
  static const plane_kind kinds[][ELEM_BYTES] = {{NOISE, CONSTANT, CONSTANT, CONSTANT}, {NOISE, NOISE, NOISE, NOISE}};
  unsigned char beginning[BEGINNING_BYTES];
  for (size_t i_size = 0; i_size < sizeof sizes / sizeof sizes[0]; i_size++)
    for (size_t i_kind = 0; i_kind < sizeof kinds / sizeof kinds[0]; i_kind++)
      (void)encode(1, sizes[i_size], kinds[i_kind], beginning);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(noise_is_kept), cmocka_unit_test(nothing_else_is),
                                     cmocka_unit_test(sizes_at_the_edges)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
