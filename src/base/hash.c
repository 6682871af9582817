/* SHA-256 as FIPS 180-4 section 6.2 writes it. */
#include "msw/base/hash.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK_BYTES = 64, ROUNDS = 64, LENGTH_AT = 56 };

/* First 32 bits of the fractional parts of the cube roots of the first 64 primes (section 4.2.2). */
static const uint32_t round_constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotr(uint32_t x, unsigned n) {
  return x >> n | x << (32 - n);
}

static uint32_t load_big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void expand(const uint8_t *block, uint32_t w[ROUNDS]) {
  for (size_t t = 0; t < 16; t++) w[t] = load_big_endian(block + 4 * t);
  for (size_t t = 16; t < ROUNDS; t++) {
    uint32_t s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
    uint32_t s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }
}

static void compress(uint32_t state[8], const uint8_t *block) {
  uint32_t w[ROUNDS];
  expand(block, w);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (size_t t = 0; t < ROUNDS; t++) {
    uint32_t sum1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    uint32_t choose = (e & f) ^ (~e & g);
    uint32_t t1 = h + sum1 + choose + round_constants[t] + w[t];
    uint32_t sum0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g, g = f, f = e, e = d + t1;
    d = c, c = b, b = a, a = t1 + sum0 + majority;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void msw_sha256_init(msw_sha256 *h) {
  /* fractional parts of the square roots of the first 8 primes (section 5.3.3) */
  *h = (msw_sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
                              0x5be0cd19}};
}

void msw_sha256_add(msw_sha256 *h, const void *bytes, size_t n) {
  const uint8_t *rest = bytes;
  h->n_bytes += n;
  while (n > 0) {
    size_t room = BLOCK_BYTES - h->fill;
    size_t take = n < room ? n : room;
    memcpy(h->block + h->fill, rest, take);
    h->fill += take;
    rest += take;
    n -= take;
    if (h->fill < BLOCK_BYTES) return;
    compress(h->state, h->block);
    h->fill = 0;
  }
}

/* Section 5.1.1: a one bit, zeros, and the length in bits as the last 8 bytes of a block. */
static void pad(msw_sha256 *h) {
  uint64_t n_bits = h->n_bytes * 8;
  const uint8_t one_bit = 0x80, zero = 0;
  msw_sha256_add(h, &one_bit, 1);
  while (h->fill != LENGTH_AT) msw_sha256_add(h, &zero, 1);
  uint8_t length[8];
  for (size_t i_byte = 0; i_byte < sizeof length; i_byte++) length[i_byte] = (uint8_t)(n_bits >> (56 - 8 * i_byte));
  msw_sha256_add(h, length, sizeof length);
}

void msw_sha256_hex(msw_sha256 *h, char hex[65]) {
  enum { WORD_DIGITS = 8 };
  pad(h);
  for (size_t i_word = 0; i_word < 8; i_word++)
    snprintf(hex + WORD_DIGITS * i_word, WORD_DIGITS + 1, "%08x", (unsigned)h->state[i_word]);
}

void msw_sha256_of(const void *bytes, size_t n, char hex[65]) {
  msw_sha256 h;
  msw_sha256_init(&h);
  msw_sha256_add(&h, bytes, n);
  msw_sha256_hex(&h, hex);
}
