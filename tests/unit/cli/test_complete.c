/* What is offered where: commands, options, values, operands. Shells are driven in tests/cli/check_completion.py. */
#include <stdlib.h>

#include "command.h"
#include "complete.h"
#include "msw/base/str.h"
#include "msw_test.h"
#include "opt_hint.h"

enum { MAX_WORDS = 8 };

/* The answer with all that follows tabs left out, lines joined by blanks. */
static const char *offered(msw_arena *arena, const char *const *given) {
  msw_context ctx = {0};
  char *words[MAX_WORDS], *text = NULL;
  size_t n = 0, len = 0;
  for (; given[n]; n++) words[n] = msw_strdup(arena, given[n]);
  FILE *out = open_memstream(&text, &len);
  msw_complete(n, words, &ctx, out);
  fclose(out);
  msw_buf line = {0};
  for (const char *at = text; *at; at += strcspn(at, "\n") + 1) {
    msw_buf_add(&line, line.len ? " " : "");
    msw_buf_add_n(&line, at, strcspn(at, "\t\n"));
  }
  const char *copy = msw_strdup(arena, line.text ? line.text : "");
  msw_buf_free(&line);
  free(text);
  msw_context_close(&ctx);
  return copy;
}

static void offers(void **state) {
  (void)state;
  static const struct { const char *words[MAX_WORDS]; const char *offers; } ROWS[] = {
      {{"pl"}, "words plan"},
      {{"PL"}, "words plan"},
      {{"--v"}, "words --version"},
      {{"xyz"}, "words"},
      {{"xyz", ""}, ""},
      {{"help", "ver"}, "words verify version"},
      /* options */
      {{"run", "--dr"}, "words --dry-run"},
      {{"run", "--dry-run", "--dr"}, "words"},
      {{"run", "--set", "a=1", "--se"}, "words --set"},
      {{"run", "--", "--dr"}, "files json yaml yml"},
      {{"run", "a.json", "--", "--dr"}, ""},
      {{"run", "--hel"}, "words --help"},
      {{"version", ""}, "words --help"},
      /* values */
      {{"run", "--compress", ""}, "words none deflate"},
      {{"run", "--compress=n"}, "words --compress=none"},
      {{"run", "--fresh=n"}, ""},
      {{"run", "--nothing=n"}, ""},
      {{"run", "-o", ""}, "files h5"},
      {{"run", "-oa.h5", ""}, "files json yaml yml"},
      {{"run", "-j", ""}, "words"},
      {{"run", "--data-dir="}, "folders"},
      {{"eval", "--steps", ""}, "files csv"},
      {{"status", ""}, "files h5"},
      {{"eval", "--dtype", "bf"}, "words bf16"},
      {{"eval", "--method", "V2-F"}, "words v2-floor"},
      {{"validate", "--method", "v2-floor,v2"}, "words v2-floor,v2-interp"},
      {{"validate", "--method", "v2-floor,v2-floor,v2-f"}, "words"},
      {{"validate", "--method=v2-fl"}, "words --method=v2-floor"},
      /* NAME=VALUE */
      {{"eval", "--set", "mixed_ru"}, "words mixed_rule="},
      {{"eval", "--set", "mixed_rule="}, "words mixed_rule=fused mixed_rule=max mixed_rule=sum mixed_rule=weighted"},
      {{"eval", "--set=mixed_rule=f"}, "words --set=mixed_rule=fused"},
      {{"eval", "--set", "gemm_weight_floor=t"}, "words gemm_weight_floor=true"},
      {{"eval", "--set", "causal_factor="}, "words"},
      {{"eval", "--set", "nothing=x"}, "words"},
      {{"run", "--set", "fixed.meth"}, "words fixed.method="},
      {{"run", "--set", "fixed.method=v2-f"}, "words fixed.method=v2-floor"},
      {{"run", "--only", "kv"}, "words kv_len="},
      {{"run", "--only", "dtype=bf16,fp"}, "words dtype=bf16,fp16 dtype=bf16,fp32 dtype=bf16,fp8 dtype=bf16,fp4"},
  };
  msw_arena arena = {0};
  for (size_t i_row = 0; i_row < sizeof ROWS / sizeof *ROWS; i_row++) {
    const char *got = offered(&arena, ROWS[i_row].words);
    if (strcmp(got, ROWS[i_row].offers) != 0) fail_msg("row %zu: offers '%s', not '%s'", i_row, got, ROWS[i_row].offers);
  }
  msw_arena_free(&arena);
}

/* Names of an existing list or a file everywhere, in whatever command there is. */
static void every_option_can_be_asked(void **state) {
  (void)state;
  msw_arena arena = {0};
  size_t n;
  const char *const *names = msw_command_names(&arena, &n);
  for (size_t i_name = 0; i_name < n; i_name++) {
    const msw_opt_table *table = &msw_command_find(names[i_name])->table;
    for (size_t i_opt = 0; i_opt < table->n_options; i_opt++) {
      const msw_opt *opt = &table->options[i_opt];
      const bool is_operand = opt->kind == MSW_OPT_OPERAND || opt->kind == MSW_OPT_OPERANDS;
      if (opt->kind == MSW_OPT_SWITCH || is_operand) continue;
      const char *words[] = {names[i_name], msw_format(&arena, "--%s", opt->name), "", NULL};
      const char *got = offered(&arena, words);
      assert_true(msw_starts_with(got, "words") || msw_starts_with(got, "files") || msw_starts_with(got, "folders"));
    }
  }
  msw_arena_free(&arena);
}

int main(void) {
  setenv("MFUSWEEP_DATA", "/nonexistent", 1);   /* no names of models and GPUs */
  const struct CMUnitTest tests[] = {cmocka_unit_test(offers), cmocka_unit_test(every_option_can_be_asked)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
