/* The chunk encoder writes what HDF5's own shuffle and deflate filters undo: checked through H5Dread for every element
 * type, and through zlib and a plain unshuffle for sizes that no dataset can have. */
#include "h5_sample.h"

#include <zlib.h>

/* Repeatable bytes of a linear congruential generator, with runs so that there is something to compress. */
static void fill(unsigned char *bytes, size_t n, uint32_t seed) {
  for (size_t i_byte = 0; i_byte < n; i_byte++) {
    if (i_byte % 7 == 0) seed = seed * 1664525u + 1013904223u;
    bytes[i_byte] = (unsigned char)(seed >> 24);
  }
}

/* What HDF5's shuffle filter does when it reads. */
static void unshuffle(const unsigned char *in, size_t n_bytes, size_t elem_size, unsigned char *out) {
  size_t n_elems = n_bytes / elem_size, n_whole = n_elems * elem_size;
  for (size_t i_byte = 0; i_byte < n_bytes; i_byte++) {
    size_t from = i_byte < n_whole ? i_byte % elem_size * n_elems + i_byte / elem_size : i_byte;
    out[i_byte] = in[from];
  }
}

static void any_size_comes_back(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 1023, 4096, 4097, 4099, 70001};
  static const size_t elem_sizes[] = {1, 2, 3, 4, 8, 12};
  msw_h5_encoder *encoder = msw_h5_encoder_new(1);
  for (size_t i_size = 0; i_size < sizeof sizes / sizeof sizes[0]; i_size++) {
    size_t n = sizes[i_size];
    unsigned char *plain = msw_alloc(n), *shuffled = msw_alloc(n), *back = msw_alloc(n);
    unsigned char *encoded = msw_alloc(msw_h5_encode_bound(encoder, n));
    fill(plain, n, (uint32_t)n);
    for (size_t i_elem = 0; i_elem < sizeof elem_sizes / sizeof elem_sizes[0]; i_elem++) {
      size_t n_encoded = msw_h5_encode(encoder, plain, n, elem_sizes[i_elem], encoded);
      assert_true(n_encoded > 0 && n_encoded <= msw_h5_encode_bound(encoder, n));
      uLongf n_inflated = n;
      unsigned char nothing;
      assert_int_equal(uncompress(n > 0 ? shuffled : &nothing, &n_inflated, encoded, n_encoded), Z_OK);
      assert_int_equal(n_inflated, n);
      unshuffle(shuffled, n, elem_sizes[i_elem], back);
      assert_memory_equal(back, plain, n);
    }
    free(encoded);
    free(back);
    free(shuffled);
    free(plain);
  }
  msw_h5_encoder_free(encoder);
}

/* The bytes of the shuffle itself, spelled out: 2 elements of 3 bytes and one byte over. */
static void the_shuffle_is_hdf5s(void **state) {
  (void)state;
  const unsigned char plain[7] = {1, 2, 3, 11, 12, 13, 99}, expected[7] = {1, 11, 2, 12, 3, 13, 99};
  unsigned char out[7];
  msw_h5_encoder *encoder = msw_h5_encoder_new(12);
  unsigned char *encoded = msw_alloc(msw_h5_encode_bound(encoder, sizeof plain));
  size_t n_encoded = msw_h5_encode(encoder, plain, sizeof plain, 3, encoded);
  uLongf n = sizeof out;
  assert_int_equal(uncompress(out, &n, encoded, n_encoded), Z_OK);
  assert_int_equal(n, sizeof out);
  assert_memory_equal(out, expected, sizeof expected);
  n_encoded = msw_h5_encode(encoder, plain, sizeof plain, 1, encoded);
  assert_int_equal(uncompress(out, &n, encoded, n_encoded), Z_OK);
  assert_memory_equal(out, plain, sizeof plain);
  free(encoded);
  msw_h5_encoder_free(encoder);
}

/* Writes one type through the encoder and reads it back through libhdf5's filters. */
static void round_trip(msw_h5 file, const char *name, msw_h5_type type, const msw_h5 *scale, uint64_t n,
                       msw_diag *diag) {
  const uint64_t chunk = 1000, start = 0;
  size_t n_bytes = (size_t)n * msw_h5_type_size(type);
  unsigned char *cells = msw_alloc(n_bytes), *back = msw_alloc(n_bytes);
  fill(cells, n_bytes, 7);
  msw_h5 dataset;
  msw_h5_variable variable = {.name = name, .type = type, .rank = 1, .dims = &n, .chunk = &chunk, .scales = scale,
                              .deflate = true};
  msw_h5_create_variable(file, &variable, diag, &dataset);
  sample_write_cells(dataset, &variable, cells, diag);
  msw_h5_close(dataset);
  msw_h5_read_slab(file, name, type, 1, &start, &n, back, diag);
  assert_no_errors(diag);
  assert_memory_equal(back, cells, n_bytes);
  free(back);
  free(cells);
}

static void every_type_comes_back_through_libhdf5(void **state) {
  (void)state;
  enum { N = 3500 };   /* three chunks and a half */
  static const struct { const char *name; msw_h5_type type; } cases[] = {
      {"f32", MSW_H5_F32}, {"f64", MSW_H5_F64}, {"u8", MSW_H5_U8},   {"u32", MSW_H5_U32},
      {"i32", MSW_H5_I32}, {"i64", MSW_H5_I64}, {"u64", MSW_H5_U64},
  };
  msw_diag diag = {0};
  char *path = sample_path("types.h5");
  int32_t *index = msw_alloc_zero(N, sizeof *index);
  msw_h5 file, scale;
  msw_h5_create(path, &diag, &file);
  msw_h5_coord_numbers(file, "index", MSW_H5_I32, index, N, &diag, &scale);
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++)
    round_trip(file, cases[i_case].name, cases[i_case].type, &scale, N, &diag);
  msw_h5_close(scale);
  msw_h5_close_file(file, &diag);
  assert_no_errors(&diag);
  free(index);
  sample_forget(path);
  msw_diag_free(&diag);
}

/* Neither the encoder's past nor another encoder changes a byte. */
static void encoding_is_repeatable(void **state) {
  (void)state;
  enum { N = 50000, N_OTHER = 80000 };
  msw_h5_encoder *encoder = msw_h5_encoder_new(1), *fresh = msw_h5_encoder_new(1);
  size_t bound = msw_h5_encode_bound(encoder, N_OTHER);
  unsigned char *plain = msw_alloc(N_OTHER), *first = msw_alloc(bound), *second = msw_alloc(bound);
  for (uint32_t seed = 0; seed < 5; seed++) {
    fill(plain, N_OTHER, seed + 100);
    msw_h5_encode(encoder, plain, N_OTHER, 8, first);
    fill(plain, N, 1);
    size_t n_first = msw_h5_encode(encoder, plain, N, 4, first);
    size_t n_second = msw_h5_encode(seed == 0 ? fresh : encoder, plain, N, 4, second);
    assert_int_equal(n_first, n_second);
    assert_memory_equal(first, second, n_first);
  }
  free(second);
  free(first);
  free(plain);
  msw_h5_encoder_free(fresh);
  msw_h5_encoder_free(encoder);
}

/* Smooth floats shrink, and levels outside 1..12 are the nearest one. */
static void levels_are_clamped(void **state) {
  (void)state;
  enum { N = 65536 };
  static const int levels[][2] = {{-3, 1}, {0, 1}, {99, 12}};
  float *cells = msw_alloc(N * sizeof *cells);
  for (size_t i_cell = 0; i_cell < N; i_cell++) cells[i_cell] = 100.0f + 0.5f * (float)(i_cell / 64);
  for (size_t i_case = 0; i_case < sizeof levels / sizeof levels[0]; i_case++) {
    msw_h5_encoder *odd = msw_h5_encoder_new(levels[i_case][0]), *even = msw_h5_encoder_new(levels[i_case][1]);
    size_t bound = msw_h5_encode_bound(odd, N * sizeof *cells);
    unsigned char *first = msw_alloc(bound), *second = msw_alloc(bound);
    size_t n_first = msw_h5_encode(odd, cells, N * sizeof *cells, sizeof *cells, first);
    size_t n_second = msw_h5_encode(even, cells, N * sizeof *cells, sizeof *cells, second);
    assert_int_equal(n_first, n_second);
    assert_memory_equal(first, second, n_first);
    assert_true(n_first < N * sizeof *cells / 10);
    free(second);
    free(first);
    msw_h5_encoder_free(even);
    msw_h5_encoder_free(odd);
  }
  msw_h5_encoder_free(NULL);
  free(cells);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_size_comes_back),
      cmocka_unit_test(the_shuffle_is_hdf5s),
      cmocka_unit_test(every_type_comes_back_through_libhdf5),
      cmocka_unit_test(encoding_is_repeatable),
      cmocka_unit_test(levels_are_clamped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
