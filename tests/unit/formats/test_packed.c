/* Numbers and JSON for web pages: base64, gzip of byte planes, texts that cannot leave their script element. */
#include <stdlib.h>
#include <zlib.h>

#include "msw/formats/packed.h"
#include "msw_test.h"

static void base64_is_that_of_rfc_4648(void **state) {
  (void)state;
  const struct { const char *bytes, *text;
  } cases[] = {{"", ""},
               {"f", "Zg=="},
               {"fo", "Zm8="},
               {"foo", "Zm9v"},
               {"foob", "Zm9vYg=="},
               {"fooba", "Zm9vYmE="},
               {"foobar", "Zm9vYmFy"},
               {"\xff\xfe\xfd", "//79"},
               {"\xfb\xef\xbe", "++++"}};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_buf out = {0};
    msw_buf_add(&out, "<");
    msw_base64(cases[i_case].bytes, strlen(cases[i_case].bytes), &out);
    assert_string_equal(out.text + 1, cases[i_case].text);
    msw_buf_free(&out);
  }
}

static int value_of(char digit) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return (int)(strchr(digits, digit) - digits);
}

/* Returns how many bytes there are. */
static size_t decode(const char *text, unsigned char *bytes) {
  size_t n = 0;
  for (; *text; text += 4) {
    const int n_here = text[2] == '=' ? 1 : text[3] == '=' ? 2 : 3;
    unsigned bits = 0;
    for (int i = 0; i < 4; i++) bits = bits << 6 | (text[i] == '=' ? 0u : (unsigned)value_of(text[i]));
    for (int i = 0; i < n_here; i++) bytes[n++] = (unsigned char)(bits >> (16 - 8 * i));
  }
  return n;
}

/* As the page does it; zlib takes the gzip frame with window bits 31. */
static void unpack(const char *text, size_t n, size_t size, unsigned char *elements) {
  enum { GZIP_WINDOW = 31 };
  unsigned char *zipped = malloc(strlen(text) + 1), *planes = malloc(n * size);
  z_stream stream = {.next_in = zipped, .next_out = planes, .avail_out = (unsigned)(n * size)};
  stream.avail_in = (unsigned)decode(text, zipped);
  assert_int_equal(inflateInit2(&stream, GZIP_WINDOW), Z_OK);
  assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
  assert_int_equal(stream.total_out, n * size);
  inflateEnd(&stream);
  for (size_t i_byte = 0; i_byte < size; i_byte++)
    for (size_t i = 0; i < n; i++) elements[i * size + i_byte] = planes[i_byte * n + i];
  free(zipped);
  free(planes);
}

static void packed_numbers_come_back(void **state) {
  (void)state;
  enum { N = 1000 };
  float floats[N], back[N];
  double numbers[3] = {1.0, -2.5e300, NAN}, numbers_back[3];
  msw_arena arena = {0};
  for (int i = 0; i < N; i++) floats[i] = i % 7 == 0 ? NAN : (float)i * 1.1f;
  unpack(msw_pack(floats, N, sizeof *floats, &arena), N, sizeof *floats, (unsigned char *)back);
  assert_memory_equal(floats, back, sizeof floats);
  unpack(msw_pack(numbers, 3, sizeof *numbers, &arena), 3, sizeof *numbers, (unsigned char *)numbers_back);
  assert_memory_equal(numbers, numbers_back, sizeof numbers);
  assert_string_equal(msw_pack(floats, N, sizeof *floats, &arena), msw_pack(floats, N, sizeof *floats, &arena));
  assert_string_equal(msw_pack(floats, 0, sizeof *floats, &arena), "");
  msw_arena_free(&arena);
}

static void json_cannot_leave_its_element(void **state) {
  (void)state;
  const struct { const char *json, *html; } cases[] = {
      {"{\"a\":\"</script><script>alert(1)\"}", "{\"a\":\"\\u003c/script>\\u003cscript>alert(1)\"}"},
      {"[\"<!--\",1]", "[\"\\u003c!--\",1]"},
      {"\"x\xe2\x80\xa8y\xe2\x80\xa9\"", "\"x\\u2028y\\u2029\""},
      {"\"\xe2\x82\xac and \xe2\x80\xa6\"", "\"\xe2\x82\xac and \xe2\x80\xa6\""},
      {"\"\xe2\"", "\"\xe2\""},
      {"{}", "{}"},
      {"", ""}};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_buf out = {0};
    msw_json_for_html(cases[i_case].json, &out);
    assert_string_equal(out.text ? out.text : "", cases[i_case].html);
    msw_buf_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(base64_is_that_of_rfc_4648),
      cmocka_unit_test(packed_numbers_come_back),
      cmocka_unit_test(json_cannot_leave_its_element),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
