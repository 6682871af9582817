/* Shuffle + deflate of one chunk in the calling thread. libhdf5 would do the same with zlib under its global lock, at
 * half the speed per thread; libdeflate writes the same format. */
#include "h5_inner.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { LOWEST_LEVEL = 1, HIGHEST_LEVEL = 12 };

struct msw_h5_encoder {
  struct libdeflate_compressor *deflater;
  unsigned char *shuffled;
  size_t cap;
};

msw_h5_encoder *msw_h5_encoder_new(int level) {
  if (level < LOWEST_LEVEL) level = LOWEST_LEVEL;
  if (level > HIGHEST_LEVEL) level = HIGHEST_LEVEL;
  msw_h5_encoder *encoder = msw_alloc_zero(1, sizeof *encoder);
  encoder->deflater = libdeflate_alloc_compressor(level);
  if (!encoder->deflater) msw_out_of_memory(sizeof *encoder);
  return encoder;
}

void msw_h5_encoder_free(msw_h5_encoder *encoder) {
  if (!encoder) return;
  libdeflate_free_compressor(encoder->deflater);
  free(encoder->shuffled);
  free(encoder);
}

size_t msw_h5_encode_bound(msw_h5_encoder *encoder, size_t n_bytes) {
  return libdeflate_zlib_compress_bound(encoder->deflater, n_bytes);
}

/* Collects the first bytes of all elements, then the second bytes, and so on. */
static inline void gather_planes(const unsigned char *bytes, size_t n_elems, size_t elem_size, unsigned char *out) {
  for (size_t i_byte = 0; i_byte < elem_size; i_byte++) {
    unsigned char *plane = out + i_byte * n_elems;
    for (size_t i_elem = 0; i_elem < n_elems; i_elem++) plane[i_elem] = bytes[i_elem * elem_size + i_byte];
  }
}

/* HDF5's shuffle filter: byte planes, then unchanged the bytes that make no whole element. */
static void shuffle(const unsigned char *bytes, size_t n_bytes, size_t elem_size, unsigned char *out) {
  size_t n_elems = n_bytes / elem_size, n_whole = n_elems * elem_size;
  switch (elem_size) {   /* sizes known to the compiler become vector code */
    case 4: gather_planes(bytes, n_elems, 4, out); break;
    case 8: gather_planes(bytes, n_elems, 8, out); break;
    default: gather_planes(bytes, n_elems, elem_size, out); break;
  }
  memcpy(out + n_whole, bytes + n_whole, n_bytes - n_whole);
}

size_t msw_h5_encode(msw_h5_encoder *encoder, const void *bytes, size_t n_bytes, size_t elem_size, void *out) {
  if (elem_size > 1 && n_bytes > elem_size) {
    encoder->shuffled = msw_grow(encoder->shuffled, &encoder->cap, n_bytes, 1);
    shuffle(bytes, n_bytes, elem_size, encoder->shuffled);
    bytes = encoder->shuffled;
  }
  /* 0 would mean "does not fit", which the bound rules out. */
  return libdeflate_zlib_compress(encoder->deflater, bytes, n_bytes, out, msw_h5_encode_bound(encoder, n_bytes));
}
