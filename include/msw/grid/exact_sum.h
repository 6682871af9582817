/* Sums of float32 numbers without any rounding, so that neither the order nor the grouping of the terms can matter.
 *
 * Why it is exact: a finite float32 is an integer multiple of 2^-149 and below 2^128 in magnitude, that is, an integer
 * below 2^277 in units of 2^-149. Fewer than 2^64 of them add up to less than 2^341, and the sum is kept as a signed
 * integer of 384 bits: nothing is ever cut off, nothing overflows, and addition of integers is associative. Only the
 * mean rounds, once: the quotient of two exact integers, to the nearest float32, ties to even.
 */
#ifndef MSW_GRID_EXACT_SUM_H
#define MSW_GRID_EXACT_SUM_H

#include <stddef.h>
#include <stdint.h>

enum { MSW_SUM_LIMBS = 6, MSW_SUM_WORDS = MSW_SUM_LIMBS + 2 };

/* Zero-initialise. A cache line. */
typedef struct {
  uint64_t limbs[MSW_SUM_LIMBS];   /* two's complement, least significant first, in units of 2^-149 */
  uint64_t n;                      /* numbers added, infinite ones included */
  uint64_t infinities;             /* bit 0: +infinity is among them, bit 1: -infinity */
} msw_exact_sum;
_Static_assert(sizeof(msw_exact_sum) == MSW_SUM_WORDS * sizeof(uint64_t), "files hold it as so many words");

/* NaN is no number and left out. */
void msw_exact_sum_add(msw_exact_sum *sum, float value);
void msw_exact_sum_add_row(msw_exact_sum *sum, const float *values, size_t n);   /* the same for all of a row, faster */
void msw_exact_sum_combine(msw_exact_sum *into, const msw_exact_sum *from);
/* NaN without numbers, and for infinities of both signs. */
float msw_exact_sum_mean(const msw_exact_sum *sum);

#endif
