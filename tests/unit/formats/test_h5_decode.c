/* The chunk decoder gives back what the encoder was given, and says what is wrong with bytes that it did not make. */
#include "h5_sample.h"

#include "msw/base/str.h"

static const msw_h5_storage ours = {
    .is_known = true, .type = MSW_H5_F32, .n_filters = 2, .filters = {MSW_H5_SHUFFLE, MSW_H5_DEFLATE}};

static void fill(unsigned char *bytes, size_t n, uint32_t seed) {
  for (size_t i_byte = 0; i_byte < n; i_byte++) {
    if (i_byte % 7 == 0) seed = seed * 1664525u + 1013904223u;
    bytes[i_byte] = (unsigned char)(seed >> 24);
  }
}

static void any_size_comes_back(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 3, 4, 7, 8, 9, 16, 17, 4096, 4099, 70001};
  static const msw_h5_type types[] = {MSW_H5_U8, MSW_H5_F32, MSW_H5_F64};
  msw_h5_encoder *encoder = msw_h5_encoder_new(1);
  msw_h5_decoder *decoder = msw_h5_decoder_new();
  for (size_t i_size = 0; i_size < sizeof sizes / sizeof sizes[0]; i_size++)
    for (size_t i_type = 0; i_type < sizeof types / sizeof types[0]; i_type++) {
      const size_t n = sizes[i_size];
      msw_h5_storage storage = ours;
      storage.type = types[i_type];
      unsigned char *plain = msw_alloc(n), *back = msw_alloc(n);
      msw_h5_stored stored = {.bytes = msw_alloc(msw_h5_encode_bound(encoder, n))};
      fill(plain, n, (uint32_t)n);
      stored.n = msw_h5_encode(encoder, plain, n, msw_h5_type_size(storage.type), stored.bytes);
      assert_null(msw_h5_decode(decoder, &storage, &stored, back, n));
      assert_memory_equal(back, plain, n);
      free(stored.bytes);
      free(back);
      free(plain);
    }
  msw_h5_decoder_free(decoder);
  msw_h5_decoder_free(NULL);
  msw_h5_encoder_free(encoder);
}

enum { N = 4000 };
/* Encoded floats, with room for checksums before and behind. */
typedef struct { unsigned char plain[N + 4], bytes[2 * N], back[N]; msw_h5_stored stored; msw_h5_decoder *decoder; } chunk;

static void encode(chunk *c, size_t n, size_t elem_size) {
  msw_h5_encoder *encoder = msw_h5_encoder_new(1);
  unsigned char *encoded = msw_alloc(msw_h5_encode_bound(encoder, n));
  c->stored = (msw_h5_stored){.bytes = c->bytes, .n = msw_h5_encode(encoder, c->plain, n, elem_size, encoded)};
  memcpy(c->bytes, encoded, c->stored.n);
  free(encoded);
  msw_h5_encoder_free(encoder);
}

static int chunk_setup(void **state) {
  chunk *c = msw_alloc_zero(1, sizeof *c);
  fill(c->plain, N, 5);
  c->decoder = msw_h5_decoder_new();
  encode(c, N, 4);
  *state = c;
  return 0;
}

static int chunk_teardown(void **state) {
  chunk *c = *state;
  msw_h5_decoder_free(c->decoder);
  free(c);
  return 0;
}

static void add_checksum(chunk *c) {
  msw_h5_fletcher32(c->bytes, c->stored.n, c->bytes + c->stored.n);
  c->stored.n += MSW_H5_FLETCHER32_BYTES;
}

static void assert_comes_back(chunk *c, const msw_h5_storage *storage) {
  memset(c->back, 0, sizeof c->back);
  assert_null(msw_h5_decode(c->decoder, storage, &c->stored, c->back, N));
  assert_memory_equal(c->back, c->plain, N);
}

static void assert_refused(chunk *c, const msw_h5_storage *storage, const char *why) {
  const char *said = msw_h5_decode(c->decoder, storage, &c->stored, c->back, N);
  assert_non_null(said);
  assert_string_equal(said, why);
}

static void filters_come_in_any_order(void **state) {
  chunk *c = *state;
  msw_h5_storage storage = {.is_known = true, .type = MSW_H5_F32, .n_filters = 3,
                            .filters = {MSW_H5_SHUFFLE, MSW_H5_DEFLATE, MSW_H5_FLETCHER32}};
  add_checksum(c);
  assert_comes_back(c, &storage);
  storage = (msw_h5_storage){.is_known = true, .type = MSW_H5_F32, .n_filters = 1, .filters = {MSW_H5_DEFLATE}};
  encode(c, N, 1);
  assert_comes_back(c, &storage);
  storage = (msw_h5_storage){.is_known = true, .type = MSW_H5_F32, .n_filters = 3,
                             .filters = {MSW_H5_FLETCHER32, MSW_H5_SHUFFLE, MSW_H5_DEFLATE}};
  msw_h5_fletcher32(c->plain, N, c->plain + N);
  encode(c, N + MSW_H5_FLETCHER32_BYTES, 4);
  assert_comes_back(c, &storage);
  storage = (msw_h5_storage){.is_known = true, .type = MSW_H5_F32};
  memcpy(c->bytes, c->plain, N);
  c->stored.n = N;
  assert_comes_back(c, &storage);
  storage = (msw_h5_storage){.is_known = true, .type = MSW_H5_F32, .n_filters = 1, .filters = {MSW_H5_FLETCHER32}};
  add_checksum(c);
  assert_comes_back(c, &storage);
}

static void a_filter_may_be_left_out(void **state) {
  chunk *c = *state;
  memcpy(c->bytes, c->plain, N);
  c->stored = (msw_h5_stored){.bytes = c->bytes, .n = N, .skipped = 3};
  assert_comes_back(c, &ours);
  encode(c, N, 1);
  c->stored.skipped = 1;
  assert_comes_back(c, &ours);
}

static void damage_is_named(void **state) {
  chunk *c = *state;
  const msw_h5_storage checked = {.is_known = true, .type = MSW_H5_F32, .n_filters = 3,
                                  .filters = {MSW_H5_SHUFFLE, MSW_H5_DEFLATE, MSW_H5_FLETCHER32}};
  const msw_h5_storage plain = {.is_known = true, .type = MSW_H5_F32};
  c->bytes[0] ^= 0xff;
  assert_refused(c, &ours, "it cannot be inflated");
  encode(c, N - 4, 4);
  assert_refused(c, &ours, "it inflates to less than a chunk");
  encode(c, N + 4, 4);
  assert_refused(c, &ours, "it inflates to more than a chunk");
  encode(c, N, 4);
  add_checksum(c);
  c->bytes[c->stored.n / 2] ^= 1;
  assert_refused(c, &checked, "its checksum does not match");
  c->stored.n = MSW_H5_FLETCHER32_BYTES - 1;
  assert_refused(c, &checked, "it is too short");
  c->stored = (msw_h5_stored){.bytes = c->bytes, .n = N - 1};
  assert_refused(c, &plain, "it is not as long as a chunk");
  c->stored.skipped = 2;   /* not inflated, so that nothing makes its length right before the shuffle is undone */
  assert_refused(c, &ours, "it is not as long as a chunk");
  encode(c, N, 4);
  assert_comes_back(c, &ours);   /* the decoder is none the worse for it */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_size_comes_back),
      cmocka_unit_test_setup_teardown(filters_come_in_any_order, chunk_setup, chunk_teardown),
      cmocka_unit_test_setup_teardown(a_filter_may_be_left_out, chunk_setup, chunk_teardown),
      cmocka_unit_test_setup_teardown(damage_is_named, chunk_setup, chunk_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
