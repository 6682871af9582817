/* Checksums of stored chunks: the one that HDF5's fletcher32 filter keeps, and a CRC for our own comparisons. */
#include <libdeflate.h>

#include "msw/formats/h5.h"

/* Keeps the value modulo 65535 and what is not 0 away from 0. */
static uint32_t fold(uint32_t sum) { return (sum & 0xffff) + (sum >> 16); }

/* Fletcher's sums over 16-bit words, high byte first. A last odd byte is the high byte of a word. Up to 360 words fit
 * 32-bit sums before they have to be folded. The sums' order, low half and high half are HDF5's. */
static uint32_t fletcher_sums(const unsigned char *bytes, size_t n_bytes) {
  enum { WORDS_AT_ONCE = 360 };
  uint32_t sum = 0, sum_of_sums = 0;
  for (size_t left = n_bytes / 2; left > 0;) {
    size_t n = left < WORDS_AT_ONCE ? left : WORDS_AT_ONCE;
    for (size_t i_word = 0; i_word < n; i_word++) {
      sum += (uint32_t)bytes[2 * i_word] << 8 | bytes[2 * i_word + 1];
      sum_of_sums += sum;
    }
    bytes += 2 * n;
    left -= n;
    sum = fold(sum);
    sum_of_sums = fold(sum_of_sums);
  }
  if (n_bytes % 2) {
    sum = fold(sum + ((uint32_t)*bytes << 8));
    sum_of_sums = fold(sum_of_sums + sum);
  }
  return fold(sum_of_sums) << 16 | fold(sum);
}

void msw_h5_fletcher32(const void *bytes, size_t n_bytes, unsigned char checksum[MSW_H5_FLETCHER32_BYTES]) {
  uint32_t sums = fletcher_sums(bytes, n_bytes);
  for (int i_byte = 0; i_byte < MSW_H5_FLETCHER32_BYTES; i_byte++)
    checksum[i_byte] = (unsigned char)(sums >> (8 * i_byte));
}

uint32_t msw_h5_crc32(const void *bytes, size_t n_bytes) {
  const uint32_t start = 0;
  return libdeflate_crc32(start, bytes, n_bytes);
}
