/* Numbers and JSON texts as a web page takes them. */
#include "msw/formats/packed.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { LEVEL = 6 };   /* higher ones take several times as long for a few percent */

/* Three bytes are four digits of six bits; what is missing at the end is '='. */
enum { GROUP_BYTES = 3, GROUP_DIGITS = 4, DIGIT_BITS = 6, BYTE_BITS = 8, DIGIT_MASK = 63 };
static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_group(const unsigned char *bytes, size_t n_bytes, char text[GROUP_DIGITS]) {
  uint32_t bits = 0;
  for (size_t i_byte = 0; i_byte < GROUP_BYTES; i_byte++) bits = bits << BYTE_BITS | (i_byte < n_bytes ? bytes[i_byte] : 0u);
  for (size_t i_digit = 0; i_digit < GROUP_DIGITS; i_digit++) {
    const size_t shift = DIGIT_BITS * (GROUP_DIGITS - 1 - i_digit);
    text[i_digit] = i_digit <= n_bytes ? digits[bits >> shift & DIGIT_MASK] : '=';
  }
}

void msw_base64(const void *bytes, size_t n_bytes, msw_buf *out) {
  const unsigned char *at = bytes;
  const size_t n_digits = (n_bytes + GROUP_BYTES - 1) / GROUP_BYTES * GROUP_DIGITS;
  char *text = msw_alloc(n_digits + 1);
  for (size_t i_byte = 0, i_digit = 0; i_byte < n_bytes; i_byte += GROUP_BYTES, i_digit += GROUP_DIGITS) {
    const size_t left = n_bytes - i_byte;
    add_group(at + i_byte, left < GROUP_BYTES ? left : GROUP_BYTES, text + i_digit);
  }
  msw_buf_add_n(out, text, n_digits);
  free(text);
}

static unsigned char *planes_of(const unsigned char *bytes, size_t n, size_t elem_size) {
  unsigned char *planes = msw_alloc(n * elem_size);
  for (size_t i_byte = 0; i_byte < elem_size; i_byte++)
    for (size_t i_elem = 0; i_elem < n; i_elem++) planes[i_byte * n + i_elem] = bytes[i_elem * elem_size + i_byte];
  return planes;
}

const char *msw_pack(const void *elements, size_t n, size_t elem_size, msw_arena *arena) {
  if (n == 0) return "";
  struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(LEVEL);
  if (!deflater) msw_out_of_memory(n * elem_size);
  unsigned char *planes = planes_of(elements, n, elem_size);
  const size_t cap = libdeflate_gzip_compress_bound(deflater, n * elem_size);
  void *zipped = msw_alloc(cap);
  const size_t n_bytes = libdeflate_gzip_compress(deflater, planes, n * elem_size, zipped, cap);
  msw_buf text = {0};
  msw_base64(zipped, n_bytes, &text);
  const char *packed = msw_strndup(arena, text.text, text.len);
  msw_buf_free(&text);
  free(zipped);
  free(planes);
  libdeflate_free_compressor(deflater);
  return packed;
}

/* U+2028 and U+2029 end a line in JavaScript. */
static const struct { const char *text, *escape; } escapes[] = {
    {"<", "\\u003c"}, {"\xe2\x80\xa8", "\\u2028"}, {"\xe2\x80\xa9", "\\u2029"}};

static const char *escape_of(const char *at, size_t *len) {
  for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
    *len = strlen(escapes[i].text);
    if (strncmp(at, escapes[i].text, *len) == 0) return escapes[i].escape;
  }
  return NULL;
}

void msw_json_for_html(const char *json, msw_buf *out) {
  while (*json) {
    const size_t n_plain = strcspn(json, "<\xe2");
    size_t len = 0;
    msw_buf_add_n(out, json, n_plain);
    json += n_plain;
    if (!*json) break;
    const char *escape = escape_of(json, &len);
    if (escape) msw_buf_add(out, escape);
    else msw_buf_add_n(out, json, len = 1);
    json += len;
  }
}
