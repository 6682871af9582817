/* SHA-256 (FIPS 180-4), for provenance and for the identity of a sweep. Not for security. */
#ifndef MSW_BASE_HASH_H
#define MSW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct { uint32_t state[8]; uint64_t n_bytes; uint8_t block[64]; size_t fill; } msw_sha256;

void msw_sha256_init(msw_sha256 *h);
void msw_sha256_add(msw_sha256 *h, const void *bytes, size_t n);
void msw_sha256_hex(msw_sha256 *h, char hex[65]);   /* finishes; 64 lower-case digits and NUL */
void msw_sha256_of(const void *bytes, size_t n, char hex[65]);

#endif
