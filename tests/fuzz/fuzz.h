/* What a fuzz driver holds to be true, in every build type. */
#ifndef MSW_FUZZ_H
#define MSW_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#define fuzz_require(condition) \
  ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition), abort()))

#endif
