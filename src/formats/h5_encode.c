/* Shuffle + deflate of one chunk in the calling thread. libhdf5 would do the same with zlib under its global lock, at
 * half the speed per thread; libdeflate writes the same format.
 *
 * The fastest level spends nearly half of its time on the lowest bytes of floats, often for nothing. These come first after
 * the shuffle, and where they look like noise they become stored blocks, before those that libdeflate makes of the rest.
 * The cells of docs/benchmarks.md are encoded a fifth faster and become 1 % larger.
 */
#include "h5_inner.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { LOWEST_LEVEL = 1, HIGHEST_LEVEL = 12 };

/* zlib's frame (RFC 1950): a header that announces deflate, 32 KiB of window and no claim about the level; the checksum,
 * high byte first. */
static const unsigned char zlib_header[] = {0x78, 0x01};
enum { CHECKSUM_BYTES = 4, BYTE_BITS = 8 };
/* Deflate's stored blocks (RFC 1951, 3.2.4): type and length, the same inverted, then the bytes. */
enum { STORED_HEADER_BYTES = 5, STORED_MOST_BYTES = 65535 };

struct msw_h5_encoder {
  struct libdeflate_compressor *deflater;
  bool keeps_noise;              /* noise is not worth the time */
  unsigned char *shuffled;
  size_t cap;
};

msw_h5_encoder *msw_h5_encoder_new(int level) {
  if (level < LOWEST_LEVEL) level = LOWEST_LEVEL;
  if (level > HIGHEST_LEVEL) level = HIGHEST_LEVEL;
  msw_h5_encoder *encoder = msw_alloc_zero(1, sizeof *encoder);
  encoder->deflater = libdeflate_alloc_compressor(level);
  encoder->keeps_noise = level == LOWEST_LEVEL;
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
  size_t stored_headers = (n_bytes / STORED_MOST_BYTES + 1) * STORED_HEADER_BYTES;
  return libdeflate_zlib_compress_bound(encoder->deflater, n_bytes) + stored_headers;
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

/* How many of the shuffled bytes to store as they are: planes at the beginning. */
static size_t noise_bytes(const unsigned char *shuffled, size_t n_elems, size_t elem_size) {
  size_t i_byte = 0;
  while (i_byte < elem_size && msw_h5_is_noise(shuffled + i_byte * n_elems, n_elems)) i_byte++;
  return i_byte * n_elems;
}

/* Blocks that are not the last one; each begins and ends at a whole byte. Returns the end of what was written. */
static unsigned char *put_stored(const unsigned char *bytes, size_t n_bytes, unsigned char *out) {
  while (n_bytes > 0) {
    size_t n = n_bytes < STORED_MOST_BYTES ? n_bytes : STORED_MOST_BYTES;
    const unsigned low = n & 0xff, high = n >> BYTE_BITS & 0xff;
    const unsigned char header[STORED_HEADER_BYTES] = {0, (unsigned char)low, (unsigned char)high, (unsigned char)~low,
                                                       (unsigned char)~high};
    memcpy(out, header, sizeof header);
    memcpy(out + sizeof header, bytes, n);
    out += sizeof header + n;
    bytes += n;
    n_bytes -= n;
  }
  return out;
}

static unsigned char *put_checksum(uint32_t checksum, unsigned char *out) {
  for (int i_byte = CHECKSUM_BYTES - 1; i_byte >= 0; i_byte--) *out++ = (unsigned char)(checksum >> (BYTE_BITS * i_byte));
  return out;
}

/* A zlib stream of which the first n_stored bytes are not compressed. */
static size_t encode_after(msw_h5_encoder *encoder, const unsigned char *bytes, size_t n_bytes, size_t n_stored,
                           unsigned char *out) {
  const uint32_t empty_checksum = 1;
  size_t n_left = n_bytes - n_stored;
  memcpy(out, zlib_header, sizeof zlib_header);
  unsigned char *at = put_stored(bytes, n_stored, out + sizeof zlib_header);
  at += libdeflate_deflate_compress(encoder->deflater, bytes + n_stored, n_left, at,
                                    libdeflate_deflate_compress_bound(encoder->deflater, n_left));
  at = put_checksum(libdeflate_adler32(empty_checksum, bytes, n_bytes), at);
  return (size_t)(at - out);
}

size_t msw_h5_encode(msw_h5_encoder *encoder, const void *bytes, size_t n_bytes, size_t elem_size, void *out) {
  size_t n_stored = 0;
  if (elem_size > 1 && n_bytes > elem_size) {
    encoder->shuffled = msw_grow(encoder->shuffled, &encoder->cap, n_bytes, 1);
    shuffle(bytes, n_bytes, elem_size, encoder->shuffled);
    bytes = encoder->shuffled;
    if (encoder->keeps_noise) n_stored = noise_bytes(bytes, n_bytes / elem_size, elem_size);
  }
  if (n_stored > 0) return encode_after(encoder, bytes, n_bytes, n_stored, out);
  /* 0 would mean "does not fit", which the bound rules out. */
  return libdeflate_zlib_compress(encoder->deflater, bytes, n_bytes, out, msw_h5_encode_bound(encoder, n_bytes));
}
