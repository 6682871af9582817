/* Exact sums of float32 numbers, and their means rounded once. */
#include "msw/grid/exact_sum.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum {
  LIMB_BITS = 64,
  FRACTION_BITS = 23, EXPONENT_BIAS = 150,              /* float32: fraction * 2^(exponent - 150) with the hidden bit */
  DOUBLE_FRACTION_BITS = 52, DOUBLE_BIAS = 1075, DOUBLE_EXPONENT_MASK = 0x7ff,
  LEAST_EXPONENT = 149,                                 /* the unit is 2^-149 */
  POSITIVE_INFINITY = 1, NEGATIVE_INFINITY = 2
};
static const uint32_t all_but_sign = 0x7fffffffu, infinite = 0x7f800000u;

/* Adds magnitude * 2^shift units. The magnitude has at most 53 bits and the shift leaves two limbs above it. */
static void add_scaled(msw_exact_sum *sum, uint64_t magnitude, unsigned shift, bool negative) {
  unsigned i_limb = shift / LIMB_BITS, rest = shift % LIMB_BITS;
  wide value = (wide)magnitude << rest;
  uint64_t low = (uint64_t)value, high = (uint64_t)(value >> LIMB_BITS), *limb = &sum->limbs[i_limb];
  if (!negative) {
    wide total = (wide)limb[0] + low;
    limb[0] = (uint64_t)total;
    total = (wide)limb[1] + high + (uint64_t)(total >> LIMB_BITS);
    limb[1] = (uint64_t)total;
    uint64_t carry = (uint64_t)(total >> LIMB_BITS);
    for (unsigned i_next = i_limb + 2; carry && i_next < MSW_SUM_LIMBS; i_next++) carry = ++sum->limbs[i_next] == 0;
    return;
  }
  bool borrow = limb[0] < low;
  limb[0] -= low;
  bool next_borrow = limb[1] < high || (limb[1] == high && borrow);
  limb[1] -= high + borrow;
  for (unsigned i_next = i_limb + 2; next_borrow && i_next < MSW_SUM_LIMBS; i_next++)
    next_borrow = sum->limbs[i_next]-- == 0;
}

void msw_exact_sum_add(msw_exact_sum *sum, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint32_t size = bits & all_but_sign, exponent = size >> FRACTION_BITS;
  bool negative = bits != size;
  if (size > infinite) return;
  sum->n++;
  if (size == infinite) {
    sum->infinities |= negative ? NEGATIVE_INFINITY : POSITIVE_INFINITY;
    return;
  }
  uint64_t fraction = size & ((1u << FRACTION_BITS) - 1);
  if (exponent == 0) add_scaled(sum, fraction, 0, negative);
  else add_scaled(sum, fraction | 1u << FRACTION_BITS, exponent - 1, negative);
}

/* Adds a double that is a multiple of the unit and below 2^138: what its shift to the right drops are zeros. */
static void add_double(msw_exact_sum *sum, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  int exponent = (int)(bits >> DOUBLE_FRACTION_BITS) & DOUBLE_EXPONENT_MASK, shift = exponent - DOUBLE_BIAS + LEAST_EXPONENT;
  const uint64_t hidden = (uint64_t)1 << DOUBLE_FRACTION_BITS;
  uint64_t magnitude = (bits & (hidden - 1)) | hidden;
  bool negative = bits >> (LIMB_BITS - 1) != 0;
  if (exponent == 0) return;   /* zero: multiples of the unit are no subnormal doubles */
  if (shift < 0) add_scaled(sum, magnitude >> -shift, 0, negative);
  else add_scaled(sum, magnitude, (unsigned)shift, negative);
}

/* ---- Rows ---- */

enum { LANES = 8, MOST_AT_ONCE = 512 /* 2^9 */, MOST_SPREAD = 20 };

/* The largest magnitude of a stretch and the least that is not zero, as bits; NaN counts for neither. */
typedef struct { int32_t most, least; uint32_t n_numbers; } spread;

static spread find_spread(const float *values, size_t n) {
  spread found = {0, INT32_MAX, 0};
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    int32_t size;
    memcpy(&size, &values[i_cell], sizeof size);
    size &= INT32_MAX;
    int32_t of_number = size <= (int32_t)infinite ? size : 0, not_zero = of_number ? of_number : INT32_MAX;
    found.most = of_number > found.most ? of_number : found.most;
    found.least = not_zero < found.least ? not_zero : found.least;
    found.n_numbers += size <= (int32_t)infinite;
  }
  return found;
}

/* Doubles add up such a stretch exactly, in any order: with magnitudes in [2^a, 2^(b+1)), all terms and partial sums are
 * multiples of 2^(a-23) and, of at most 2^9 terms, below 2^(b+10); that fits 53 bits as long as b - a <= 20. */
static bool fits_doubles(const spread *of) {
  if (of->most >= (int32_t)infinite) return false;
  int32_t high = of->most >> FRACTION_BITS, low = of->least >> FRACTION_BITS;
  if (low == 0) low = 1;   /* subnormal numbers are multiples of the same unit as the least normal ones */
  return high - low <= MOST_SPREAD;
}

static double add_up(const float *values, size_t n) {
  double lanes[LANES] = {0}, total = 0.0;
  size_t i_cell = 0;
  for (; i_cell + LANES <= n; i_cell += LANES)
    for (size_t i_lane = 0; i_lane < LANES; i_lane++) {
      float value = values[i_cell + i_lane];
      lanes[i_lane] += isnan(value) ? 0.0 : (double)value;
    }
  for (; i_cell < n; i_cell++) total += isnan(values[i_cell]) ? 0.0 : (double)values[i_cell];
  for (size_t i_lane = 0; i_lane < LANES; i_lane++) total += lanes[i_lane];
  return total;
}

void msw_exact_sum_add_row(msw_exact_sum *sum, const float *values, size_t n) {
  for (size_t first = 0, count; first < n; first += count) {
    count = n - first < MOST_AT_ONCE ? n - first : MOST_AT_ONCE;
    const spread found = find_spread(values + first, count);
    if (found.most == 0) {   /* zeros, and what is no number */
      sum->n += found.n_numbers;
    } else if (fits_doubles(&found)) {
      add_double(sum, add_up(values + first, count));
      sum->n += found.n_numbers;
    } else {
      for (size_t i_cell = first; i_cell < first + count; i_cell++) msw_exact_sum_add(sum, values[i_cell]);
    }
  }
}

void msw_exact_sum_combine(msw_exact_sum *into, const msw_exact_sum *from) {
  uint64_t carry = 0;
  for (size_t i_limb = 0; i_limb < MSW_SUM_LIMBS; i_limb++) {
    wide total = (wide)into->limbs[i_limb] + from->limbs[i_limb] + carry;
    into->limbs[i_limb] = (uint64_t)total;
    carry = (uint64_t)(total >> LIMB_BITS);
  }
  into->n += from->n;
  into->infinities |= from->infinities;
}

/* ---- The mean ---- */

static void negate(uint64_t limbs[MSW_SUM_LIMBS]) {
  bool carry = true;
  for (size_t i_limb = 0; i_limb < MSW_SUM_LIMBS; i_limb++) {
    limbs[i_limb] = ~limbs[i_limb] + carry;
    carry = carry && limbs[i_limb] == 0;
  }
}

/* limbs /= divisor; returns what remains. */
static uint64_t divide(uint64_t limbs[MSW_SUM_LIMBS], uint64_t divisor) {
  uint64_t remainder = 0;
  for (size_t i_limb = MSW_SUM_LIMBS; i_limb-- > 0;) {
    wide part = (wide)remainder << LIMB_BITS | limbs[i_limb];
    limbs[i_limb] = (uint64_t)(part / divisor);
    remainder = (uint64_t)(part % divisor);
  }
  return remainder;
}

static unsigned bit_length(const uint64_t limbs[MSW_SUM_LIMBS]) {
  for (unsigned i_limb = MSW_SUM_LIMBS; i_limb-- > 0;)
    if (limbs[i_limb]) return (i_limb + 1) * LIMB_BITS - (unsigned)__builtin_clzll(limbs[i_limb]);
  return 0;
}

static bool bit_at(const uint64_t limbs[MSW_SUM_LIMBS], unsigned i_bit) {
  return limbs[i_bit / LIMB_BITS] >> i_bit % LIMB_BITS & 1;
}

static bool any_below(const uint64_t limbs[MSW_SUM_LIMBS], unsigned i_bit) {
  for (unsigned i = 0; i < i_bit; i++)
    if (bit_at(limbs, i)) return true;
  return false;
}

/* The quotient, and a remainder of the division by n, as the nearest float32. Of a quotient that fits the mantissa the
 * remainder alone decides: its units are those of the subnormal numbers, so there are no bits between. */
static float round_quotient(const uint64_t quotient[MSW_SUM_LIMBS], uint64_t remainder, uint64_t n) {
  const unsigned mantissa_bits = FRACTION_BITS + 1, length = bit_length(quotient);
  unsigned shift = length > mantissa_bits ? length - mantissa_bits : 0;
  uint64_t mantissa = 0;
  for (unsigned i_bit = 0; i_bit < mantissa_bits; i_bit++) mantissa |= (uint64_t)bit_at(quotient, shift + i_bit) << i_bit;
  bool at_least_half, above_half;
  if (shift == 0) {
    at_least_half = remainder >= n - remainder;
    above_half = remainder > n - remainder;
  } else {
    at_least_half = bit_at(quotient, shift - 1);
    above_half = at_least_half && (remainder > 0 || any_below(quotient, shift - 1));
  }
  mantissa += above_half || (at_least_half && mantissa & 1);
  return (float)ldexp((double)mantissa, (int)shift - LEAST_EXPONENT);
}

float msw_exact_sum_mean(const msw_exact_sum *sum) {
  if (sum->n == 0 || sum->infinities == (POSITIVE_INFINITY | NEGATIVE_INFINITY)) return NAN;
  if (sum->infinities) return sum->infinities == POSITIVE_INFINITY ? INFINITY : -INFINITY;
  uint64_t limbs[MSW_SUM_LIMBS];
  memcpy(limbs, sum->limbs, sizeof limbs);
  bool negative = limbs[MSW_SUM_LIMBS - 1] >> (LIMB_BITS - 1) != 0;
  if (negative) negate(limbs);
  uint64_t remainder = divide(limbs, sum->n);
  float mean = round_quotient(limbs, remainder, sum->n);
  return negative ? -mean : mean;
}
