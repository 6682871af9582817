/* Selections: what texts mean, and what is said of those that mean nothing. */
#include "made_block.h"

#include "msw/base/str.h"

/* The positions of a dimension as "0 2 3". */
static const char *shown(const msw_selection *selection, size_t i_dim, msw_arena *arena) {
  const char *text = "";
  for (size_t i = 0; i < selection->dims[i_dim].n; i++)
    text = msw_format(arena, "%s%s%d", text, i ? " " : "", (int)selection->dims[i_dim].at[i]);
  return text;
}

static void texts_mean_positions(void **state) {
  (void)state;
  static const struct { const char *text; size_t i_dim; const char *positions; } cases[] = {
      {"model=llama-3.1-8b", 0, "1"},
      {"model=qwen3-8b,LLAMA-2-7b-hf", 0, "0 2"},
      {"MODEL=llama*", 0, "0 1"},
      {"model=*8b,llama-2-7b-hf", 0, "0 1 2"},
      {"model=odd, with commas", 0, "3"},
      {"model=odd, with commas,llama*", 0, "0 1 3"},
      {"model=qwen3-8b,odd, with commas", 0, "2 3"},
      {"kv_len=128", 2, "0"},
      {"kv_len=4Ki,1024,4096", 2, "1 2"},
      {"kv_len=100000.5", 2, "5"},
      {"kv_len=1Ki:8Ki", 2, "1 2 3"},
      {"kv_len=:1000", 2, "0"},
      {"kv_len=65536:", 2, "4 5"},
      {"kv_len=:", 2, "0 1 2 3 4 5"},
      {"kv_len=:128,64Ki:64Ki", 2, "0 4"},
      {"kv_len=nearest:5000", 2, "2"},
      {"kv_len=nearest:6144", 2, "2"},   /* as far from 4096 as from 8192: the first */
      {"kv_len=nearest:1G,128", 2, "0 5"},
      {"batch=8", 1, "0 2"},             /* along the zip, twice */
      {"batch=nearest:9", 1, "0 2"},
      {"tp=2:", 1, "1 2"},
      {"pair=1", 1, "1"},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_diag diag = {0};
    msw_arena arena = {0};
    msw_selection selection = msw_select_all(&made_block, &arena);
    assert_int_equal(msw_select(&made_block, cases[i_case].text, "--select", &arena, &diag, &selection), MSW_OK);
    assert_no_errors(&diag);
    assert_string_equal(shown(&selection, cases[i_case].i_dim, &arena), cases[i_case].positions);
    for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++)
      if (i_dim != cases[i_case].i_dim) assert_int_equal(selection.dims[i_dim].n, made_block.dims[i_dim]);
    msw_arena_free(&arena);
    msw_diag_free(&diag);
  }
}

static void mistakes_are_named(void **state) {
  (void)state;
  static const struct { const char *text, *said, *hint;
  } cases[] = {
      {"batch", "'batch' is not AXIS=VALUES", "e.g. batch=1,8,64"},
      {"kvlen=1", "unknown axis 'kvlen'", "did you mean 'kv_len'?"},
      {"=1", "unknown axis ''", "axes: model, pair, kv_len, batch, tp"},
      {"model=llama-2-7b", "model has no 'llama-2-7b'", "did you mean 'llama-2-7b-hf'?"},
      {"model=gpt", "model has no 'gpt'", "model has llama-2-7b-hf, llama-3.1-8b, Qwen3-8B, odd, with commas"},
      {"model=mistral*", "no model matches 'mistral*'",
       "model has llama-2-7b-hf, llama-3.1-8b, Qwen3-8B, odd, with commas"},
      {"model=", "a value of model is empty", "model has llama-2-7b-hf, llama-3.1-8b, Qwen3-8B, odd, with commas"},
      {"kv_len=128,", "a value of kv_len is empty", "kv_len has 128, 1024, 4096, 8192, 65536, 100000.5"},
      {"kv_len=5000", "kv_len has no 5000", "the nearest is 4096"},
      {"kv_len=many", "'many' is no number, range or nearest:VALUE for kv_len", "4096, 4Ki, FROM:TO, nearest:VALUE"},
      {"kv_len=1:8:2", "'1:8:2' is no number, range or nearest:VALUE for kv_len", "4096, 4Ki, FROM:TO, nearest:VALUE"},
      {"kv_len=nearest:far", "'nearest:far' is no number, range or nearest:VALUE for kv_len",
       "4096, 4Ki, FROM:TO, nearest:VALUE"},
      {"kv_len=8Ki:4Ki", "the range '8Ki:4Ki' of kv_len ends before it begins", NULL},
      {"kv_len=129:1000", "kv_len has no value in '129:1000'", "kv_len has 128, 1024, 4096, 8192, 65536, 100000.5"},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_diag diag = {0};
    msw_arena arena = {0};
    msw_selection selection = msw_select_all(&made_block, &arena);
    assert_int_equal(msw_select(&made_block, cases[i_case].text, "--select", &arena, &diag, &selection), MSW_BAD_INPUT);
    assert_int_equal(diag.n, 1);
    assert_string_equal(diag.items[0].message, cases[i_case].said);
    assert_string_equal(diag.items[0].path, "--select");
    if (cases[i_case].hint) assert_string_equal(diag.items[0].hint, cases[i_case].hint);
    else assert_null(diag.items[0].hint);
    assert_int_equal(msw_selection_cells(&made_block, &selection), made_block.n_cells);
    msw_arena_free(&arena);
    msw_diag_free(&diag);
  }
}

static void all_mistakes_of_a_text_are_named(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_arena arena = {0};
  msw_selection selection = msw_select_all(&made_block, &arena);
  assert_int_equal(msw_select(&made_block, "kv_len=5,128,x", "--select", &arena, &diag, &selection), MSW_BAD_INPUT);
  assert_int_equal(diag.n, 2);
  msw_arena_free(&arena);
  msw_diag_free(&diag);
}

static void texts_narrow_one_another(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_arena arena = {0};
  msw_selection selection = msw_select_all(&made_block, &arena);
  assert_int_equal(msw_select(&made_block, "kv_len=1Ki:", "--select", &arena, &diag, &selection), MSW_OK);
  assert_int_equal(msw_select(&made_block, "batch=8", "--select", &arena, &diag, &selection), MSW_OK);
  assert_int_equal(msw_select(&made_block, "kv_len=:8Ki", "--select", &arena, &diag, &selection), MSW_OK);
  assert_string_equal(shown(&selection, 2, &arena), "1 2 3");
  assert_int_equal(msw_selection_cells(&made_block, &selection), 4 * 2 * 3);
  assert_int_equal(msw_select(&made_block, "tp=2", "--select", &arena, &diag, &selection), MSW_BAD_INPUT);
  assert_says(&diag, "'tp=2' and what was selected before leave nothing of pair");
  assert_string_equal(shown(&selection, 1, &arena), "0 2");
  msw_arena_free(&arena);
  msw_diag_free(&diag);
}

static void thinning_keeps_the_ends(void **state) {
  (void)state;
  static const struct { size_t most; const char *positions; } cases[] = {
      {9, "0 1 2 3 4 5"}, {6, "0 1 2 3 4 5"}, {5, "0 1 3 4 5"}, {4, "0 2 3 5"}, {3, "0 3 5"}, {2, "0 5"}, {1, "0"}, {0, "0"}};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_arena arena = {0};
    msw_selection selection = msw_select_all(&made_block, &arena);
    msw_select_thin(&selection, 2, cases[i_case].most, &arena);
    assert_string_equal(shown(&selection, 2, &arena), cases[i_case].positions);
    msw_arena_free(&arena);
  }
  msw_arena arena = {0};
  enum { N = 1000 };
  uint64_t at[N];
  for (size_t i = 0; i < N; i++) at[i] = 7 * i;
  for (size_t most = 2; most < N; most += 37) {
    msw_selection selection = {.dims = {{N, at}}};
    msw_select_thin(&selection, 0, most, &arena);
    assert_int_equal(selection.dims[0].n, most);
    assert_int_equal(selection.dims[0].at[0], 0);
    assert_int_equal(selection.dims[0].at[most - 1], at[N - 1]);
    for (size_t i = 1; i < most; i++) assert_true(selection.dims[0].at[i] > selection.dims[0].at[i - 1]);
  }
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_mean_positions),
      cmocka_unit_test(mistakes_are_named),
      cmocka_unit_test(all_mistakes_of_a_text_are_named),
      cmocka_unit_test(texts_narrow_one_another),
      cmocka_unit_test(thinning_keeps_the_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
