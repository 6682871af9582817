/* Option tables: every form, every mistake, usage and help. */
#include <stdlib.h>

#include "msw/base/str.h"
#include "msw_test.h"
#include "opt.h"

typedef struct {
  const char *spec, *more, *output;
  msw_opt_list sets;
  int threads;
  bool fresh;
  msw_opt_list named;
} options;

#define AT(field) offsetof(options, field)
static const msw_opt table_options[] = {
    {MSW_OPT_OPERAND, 0, "SPEC", NULL, AT(spec), MSW_OPT_NEEDED, "the sweep file"},
    {MSW_OPT_OPERAND, 0, "MORE", NULL, AT(more), MSW_OPT_OPTIONAL, "another"},
    {MSW_OPT_TEXT, 'o', "output", "OUT", AT(output), MSW_OPT_OPTIONAL, "where to"},
    {MSW_OPT_LIST, 's', "set", "K=V", AT(sets), MSW_OPT_OPTIONAL, "changes"},
    {MSW_OPT_COUNT, 'j', "threads", "N", AT(threads), MSW_OPT_OPTIONAL, "how many"},
    {MSW_OPT_NAMED, 0, "max", "E", AT(named), MSW_OPT_OPTIONAL, "large"},
    {MSW_OPT_NAMED, 0, "min", "E", AT(named), MSW_OPT_OPTIONAL, "small"},
    {MSW_OPT_SWITCH, 'f', "fresh", NULL, AT(fresh), MSW_OPT_OPTIONAL, "anew"},
};
static const msw_opt_table table = {"run", table_options, sizeof table_options / sizeof table_options[0], "About.",
                                    "More."};

enum { MAX_ARGS = 12 };
typedef struct { msw_arena arena; msw_diag diag; options options; bool good, help; } outcome;

static outcome parse(const char *const *args) {
  outcome o = {0};
  char *argv[MAX_ARGS];
  int argc = 0;
  for (; args[argc]; argc++) argv[argc] = msw_strdup(&o.arena, args[argc]);   /* values point into them */
  o.good = msw_opt_parse(&table, argc, argv, &o.arena, &o.diag, &o.options, &o.help);
  return o;
}

static void done(outcome *o) {
  msw_diag_free(&o->diag);
  msw_arena_free(&o->arena);
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_forms(void **state) {
  (void)state;
  static const char *const forms[][4] = {
      {"a.json", "--output", "x", NULL}, {"a.json", "--output=x", NULL, NULL}, {"-o", "x", "a.json", NULL},
      {"-ox", "a.json", NULL, NULL},     {"-ox", "--", "a.json", NULL}};
  for (size_t i_form = 0; i_form < sizeof forms / sizeof forms[0]; i_form++) {
    outcome o = parse(forms[i_form]);
    assert_true(o.good);
    assert_string_equal(o.options.spec, "a.json");
    assert_string_equal(o.options.output, "x");
    assert_null(o.options.more);
    done(&o);
  }
}

static void test_values(void **state) {
  (void)state;
  outcome o = parse(ARGS("--set=a=1", "-s", "b=", "-f", "-j", "12", "a", "-", "--set", "--x"));
  assert_true(o.good);
  assert_int_equal(o.options.sets.n, 3);
  assert_string_equal(o.options.sets.items[0], "a=1");
  assert_string_equal(o.options.sets.items[1], "b=");
  assert_string_equal(o.options.sets.items[2], "--x");   /* no option of the table: a value */
  assert_true(o.options.fresh);
  assert_int_equal(o.options.threads, 12);
  assert_string_equal(o.options.more, "-");
  done(&o);
}

/* Options that share a list: their order is known. */
static void test_named(void **state) {
  (void)state;
  static const char *const expected[] = {"min", "a", "max", "b", "min", "c"};
  outcome o = parse(ARGS("--min", "a", "x.json", "--max=b", "--min", "c"));
  assert_true(o.good);
  assert_int_equal(o.options.named.n, 6);
  for (size_t i = 0; i < 6; i++) assert_string_equal(o.options.named.items[i], expected[i]);
  done(&o);
  o = parse(ARGS("--min=a", "--min=b", "--max=c", "x"));   /* twice as many items as arguments, but one */
  assert_int_equal(o.options.named.n, 6);
  done(&o);
}

static void test_operands_after_dashes(void **state) {
  (void)state;
  outcome o = parse(ARGS("--", "--fresh", "-j"));
  assert_true(o.good);
  assert_false(o.options.fresh);
  assert_string_equal(o.options.spec, "--fresh");
  assert_string_equal(o.options.more, "-j");
  done(&o);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct { const char *args[MAX_ARGS]; const char *says; } cases[] = {
      {{"a", "--fersh"}, "did you mean '--fresh'?"},
      {{"a", "--fersh=1"}, "unknown option '--fersh'"},
      {{"a", "-x"}, "unknown option '-x'"},
      {{"a", "-output", "x"}, "unknown option '-output'"},
      {{"a", "-output=x"}, "did you mean '--output'?"},
      {{"a", "-utput"}, "did you mean '--output'?"},
      {{"a", "--zzzzzzzzz"}, "see mfusweep help run"},
      {{"a", "--output"}, "--output has no value"},
      {{"a", "--output", "--fresh"}, "--output has no value"},
      {{"a", "-o", "-f"}, "--output has no value"},
      {{"a", "-o", "x", "--output=y"}, "--output is given twice"},
      {{"a", "-j", "0"}, "--threads: expected a whole number from 1 to 65536, found '0'"},
      {{"a", "-j", "65537"}, "found '65537'"},
      {{"a", "-j", "1.5"}, "found '1.5'"},
      {{"a", "-j1", "-j2"}, "--threads is given twice"},
      {{"a", "--fresh=yes"}, "--fresh takes no value"},
      {{"a", "b", "c"}, "one argument too many: 'c'"},
      {{"-f"}, "SPEC is missing: the sweep file"},
      {{"--"}, "SPEC is missing"},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    outcome o = parse(cases[i_case].args);
    assert_false(o.good);
    assert_says(&o.diag, cases[i_case].says);
    done(&o);
  }
}

static void test_all_mistakes_at_once(void **state) {
  (void)state;
  outcome o = parse(ARGS("--fersh", "-j", "x", "--set"));
  assert_false(o.good);
  assert_int_equal(o.diag.n_errors, 4);   /* the missing SPEC too */
  assert_int_equal(o.diag.status, MSW_BAD_INPUT);
  done(&o);
}

static void test_help_comes_first(void **state) {
  (void)state;
  outcome o = parse(ARGS("--fersh", "-h"));
  assert_true(o.good && o.help);
  done(&o);
  o = parse(ARGS("--help"));
  assert_true(o.good && o.help);
  done(&o);
  o = parse(ARGS("--", "--help"));
  assert_false(o.help);
  assert_string_equal(o.options.spec, "--help");
  done(&o);
}

static void test_help_page(void **state) {
  (void)state;
  char *text = NULL;
  size_t len = 0;
  FILE *page = open_memstream(&text, &len);
  msw_opt_print_help(&table, page);
  fclose(page);
  assert_string_equal(text, "usage: mfusweep run SPEC [MORE] [-o OUT] [-s K=V]... [-j N] [--max E]... [--min E]... [-f]\n\n"
                            "About.\n\n"
                            "  SPEC              the sweep file\n"
                            "  MORE              another\n"
                            "  -o, --output OUT  where to\n"
                            "  -s, --set K=V     changes\n"
                            "  -j, --threads N   how many\n"
                            "      --max E       large\n"
                            "      --min E       small\n"
                            "  -f, --fresh       anew\n"
                            "  -h, --help        this page\n\nMore.\n");
  free(text);
}

/* A command that takes any number of operands. */
typedef struct { msw_opt_list folders; bool fresh; } many_options;
static const msw_opt many[] = {
    {MSW_OPT_OPERANDS, 0, "DIR", NULL, offsetof(many_options, folders), MSW_OPT_NEEDED, "folders"},
    {MSW_OPT_SWITCH, 'f', "fresh", NULL, offsetof(many_options, fresh), MSW_OPT_OPTIONAL, "anew"},
};
static const msw_opt_table many_table = {"merge", many, sizeof many / sizeof many[0], "About.", NULL};

static void test_many_operands(void **state) {
  (void)state;
  char a[] = "a", fresh[] = "-f", b[] = "b", dashes[] = "--", c[] = "-c";
  char *argv[] = {a, fresh, b, dashes, c};
  const char *const expected[] = {"a", "b", "-c"};
  msw_arena arena = {0};
  msw_diag diag = {0};
  many_options found = {0};
  bool help = false;
  assert_true(msw_opt_parse(&many_table, 5, argv, &arena, &diag, &found, &help));
  assert_int_equal(found.folders.n, 3);
  for (size_t i_folder = 0; i_folder < 3; i_folder++)
    assert_string_equal(found.folders.items[i_folder], expected[i_folder]);
  found = (many_options){0};
  assert_false(msw_opt_parse(&many_table, 1, argv + 1, &arena, &diag, &found, &help));
  assert_says(&diag, "DIR is missing: folders");
  char *text = NULL;
  size_t len = 0;
  FILE *page = open_memstream(&text, &len);
  msw_opt_print_usage(&many_table, page);
  fclose(page);
  assert_string_equal(text, "usage: mfusweep merge DIR... [-f]\n");
  free(text);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_forms),           cmocka_unit_test(test_values),
      cmocka_unit_test(test_named),
      cmocka_unit_test(test_operands_after_dashes), cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_all_mistakes_at_once),  cmocka_unit_test(test_help_comes_first),
      cmocka_unit_test(test_help_page),             cmocka_unit_test(test_many_operands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
