/* Bytes in which a fast deflate finds nothing to take away: the lowest bits of most float results. */
#include <string.h>

#include "h5_inner.h"

enum { WORD_BYTES = 4, HASH_BITS = 12, N_VALUES = 256 };

/* What libdeflate's fastest level looks for: words of four bytes that were there before, by a hash. */
static size_t count_repeats(const unsigned char *bytes, size_t n) {
  const uint32_t golden = 0x9e3779b1u;   /* 2^32 over the golden ratio: spreads over the high bits */
  uint16_t last[1 << HASH_BITS] = {0};
  size_t n_repeats = 0;
  for (size_t i_byte = 0; i_byte + WORD_BYTES <= n; i_byte++) {
    uint32_t word, earlier;
    memcpy(&word, bytes + i_byte, WORD_BYTES);
    uint16_t *place = &last[word * golden >> (32 - HASH_BITS)];
    memcpy(&earlier, bytes + *place, WORD_BYTES);
    n_repeats += earlier == word && *place < i_byte;
    *place = (uint16_t)i_byte;
  }
  return n_repeats;
}

/* How much more often two bytes are the same than two random ones: 1 when all values are equally likely. */
static double skew(const unsigned char *bytes, size_t n) {
  uint32_t counts[N_VALUES] = {0};
  double pairs = 0.0;
  for (size_t i_byte = 0; i_byte < n; i_byte++) counts[bytes[i_byte]]++;
  for (size_t i_value = 0; i_value < N_VALUES; i_value++) pairs += (double)counts[i_value] * ((double)counts[i_value] - 1.0);
  return pairs * N_VALUES / ((double)n * ((double)n - 1.0));
}

bool msw_h5_is_noise(const unsigned char *bytes, size_t n) {
  enum { SAMPLE_BYTES = 8192, MOST_REPEATS = SAMPLE_BYTES / 64 };
  const double most_skew = 1.03;   /* costs a Huffman code less than a hundredth of a byte's bits */
  if (n < 2 * SAMPLE_BYTES) return false;   /* looking would take longer than compressing */
  const unsigned char *middle = bytes + (n - SAMPLE_BYTES) / 2;
  return count_repeats(middle, SAMPLE_BYTES) < MOST_REPEATS && skew(middle, SAMPLE_BYTES) < most_skew;
}
