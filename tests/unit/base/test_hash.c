/* SHA-256 against the example vectors of FIPS 180-4 and NIST's CAVP, and against itself in pieces. */
#include "msw/base/hash.h"
#include "msw_test.h"

static void known_digests(void **state) {
  (void)state;
  static const struct { const char *text, *hex; } rows[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",   /* 448 bits: the length needs a second block */
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
       "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
  };
  for (size_t i_row = 0; i_row < sizeof rows / sizeof rows[0]; i_row++) {
    char hex[65];
    msw_sha256_of(rows[i_row].text, strlen(rows[i_row].text), hex);
    assert_string_equal(hex, rows[i_row].hex);
  }
}

static void a_million_letters(void **state) {
  (void)state;
  enum { PIECE = 997, TOTAL = 1000000 };
  char piece[PIECE], hex[65];
  memset(piece, 'a', sizeof piece);
  msw_sha256 h;
  msw_sha256_init(&h);
  for (size_t done = 0; done < TOTAL; done += PIECE)
    msw_sha256_add(&h, piece, TOTAL - done < PIECE ? TOTAL - done : PIECE);
  msw_sha256_hex(&h, hex);
  assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void pieces_do_not_matter(void **state) {
  (void)state;
  enum { LONGEST = 200 };
  unsigned char bytes[LONGEST];
  for (size_t i_byte = 0; i_byte < LONGEST; i_byte++) bytes[i_byte] = (unsigned char)(i_byte * 37 + 11);
  for (size_t len = 0; len <= LONGEST; len++) {
    char whole[65], pieces[65];
    msw_sha256_of(bytes, len, whole);
    msw_sha256 h;
    msw_sha256_init(&h);
    msw_sha256_add(&h, bytes, len / 3);
    msw_sha256_add(&h, NULL, 0);
    msw_sha256_add(&h, bytes + len / 3, len - len / 3);
    msw_sha256_hex(&h, pieces);
    assert_string_equal(whole, pieces);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_digests),
      cmocka_unit_test(a_million_letters),
      cmocka_unit_test(pieces_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
