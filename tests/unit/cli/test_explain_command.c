/* Commands that explain a cell, made from a result alone; and words as a shell takes them. */
#include "explain_command.h"

#include "../analysis/made_block.h"
#include "msw/base/mem.h"
#include "shell_word.h"

static const char methods[] =
    "{\"block\": {"
    "  \"v2-floor\": {\"preset\": \"v2-floor\", \"changed\": [], \"knobs\": {\"h20\": {\"causal_factor\": 1.8}}},"
    "  \"measured\": {\"preset\": \"v2-interp\", \"changed\": [\"mfu_source\", \"prefill_bucket\", \"causal_factor\", "
    "\"lost\"],"
    "    \"knobs\": {\"h20\": {\"mfu_source\": \"latency\", \"prefill_bucket\": [512, 1024], \"causal_factor\": 2, \"lost\": "
    "null}}}}}";

static const char *command_at(const msw_result_block *block, const char *said, const uint64_t *at, const char *data_dir,
                              msw_arena *arena) {
  const msw_result result = {.methods = said};
  return msw_explain_command(&result, block, at, data_dir, arena);
}

static void test_command(void **state) {
  (void)state;
  msw_arena arena = {0};
  const msw_result_block block = made_block();
  const uint64_t plain[MADE_RANK] = {1, 0, 0, 2, 3}, changed[MADE_RANK] = {1, 2, 1, 1, 4};
  assert_string_equal(command_at(&block, methods, plain, NULL, &arena),
                      "mfusweep explain --gpu h20 --model llama-2-7b-hf --tp 1 --method v2-floor --decode '2*3'");
  assert_string_equal(command_at(&block, methods, changed, "my data", &arena),
                      "mfusweep explain --gpu h20 --model qwen3-8b --tp 4 --method v2-interp --set mfu_source=latency --set "
                      "'prefill_bucket=[512,1024]' --set causal_factor=2 --decode '1*4' --data-dir 'my data'");
  msw_arena_free(&arena);
}

/* Nothing is guessed. */
static void test_no_command(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_result_block block = made_block();
  const uint64_t at[MADE_RANK] = {0};
  assert_null(command_at(&block, NULL, at, NULL, &arena));
  assert_null(command_at(&block, "{\"block\": {}}", at, NULL, &arena));
  assert_null(command_at(&block, "{\"block\": ", at, NULL, &arena));
  block.n_zipped = 1;   /* no tp */
  assert_null(command_at(&block, methods, at, NULL, &arena));
  block = made_block();
  block.rank = 3;       /* a reduction: no step */
  assert_null(command_at(&block, methods, at, NULL, &arena));
  msw_arena_free(&arena);
}

static void test_words(void **state) {
  (void)state;
  static const struct { const char *text, *word;
  } cases[] = {{"h100_sxm", "h100_sxm"}, {"a=b,c", "a=b,c"}, {"", "''"},    {"a b", "'a b'"},
               {"it's", "'it'\\''s'"},   {"16*4", "'16*4'"}, {"$x", "'$x'"}};
  msw_arena arena = {0};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++)
    assert_string_equal(msw_shell_word(cases[i_case].text, &arena), cases[i_case].word);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_command), cmocka_unit_test(test_no_command),
                                     cmocka_unit_test(test_words)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
