/* Formulas over a block: what names mean, what is said of those that mean nothing, values piece by piece. */
#include "msw/analysis/formula.h"

#include "made_block.h"

typedef struct { msw_arena arena; msw_diag diag; msw_result_block block; msw_data_root data; } world;

static int setup(void **state) {
  world *w = calloc(1, sizeof *w);
  w->block = made_block();
  *state = w;
  return msw_data_root_open(MSW_TEST_ROOT, NULL, 0, &w->arena, &w->diag, &w->data) == MSW_OK ? 0 : -1;
}

static int teardown(void **state) {
  world *w = *state;
  msw_diag_free(&w->diag);
  msw_arena_free(&w->arena);
  free(w);
  return 0;
}

/* Values at all selected cells, put together from pieces. */
typedef struct {
  const msw_formulas *formulas;
  const msw_selection *selection;
  msw_formula_work *work;
  size_t i_formula;
  double *out;   /* by position in the selection, row-major */
} collector;

static bool collect(void *context, const msw_scan_piece *piece) {
  const collector *c = context;
  const double *values = msw_formula_values(c->formulas, c->i_formula, c->selection, piece, c->work);
  for (size_t i_cell = 0; i_cell < piece->n_cells; i_cell++) {
    size_t rest = i_cell, to = 0, stride = 1;
    for (size_t i_dim = MADE_RANK; i_dim-- > 0;) {
      to += (piece->first[i_dim] + rest % piece->count[i_dim]) * stride;
      rest /= piece->count[i_dim];
      stride *= c->selection->dims[i_dim].n;
    }
    c->out[to] = values[i_cell];
  }
  return true;
}

/* Bits apart, but for NaN. */
static void assert_alike(double a, double b) {
  if (isnan(a) || isnan(b)) assert_true(isnan(a) && isnan(b));
  else assert_same(a, b);
}

typedef double expected_value(const uint64_t *at);

static void check_values(world *w, const msw_formulas *formulas, size_t i_formula, expected_value *expected) {
  for (size_t step = 1; step < 4; step++)
    for (size_t i_shape = 0; i_shape < N_MADE_SHAPES; i_shape++) {
      const msw_selection selection = made_selection(step - 1, step, &w->arena);
      double out[MADE_CELLS];
      collector c = {formulas, &selection, msw_formula_work_new(formulas), i_formula, out};
      size_t n = 1;
      for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++) n *= selection.dims[i_dim].n;
      made_scan(&selection, formulas, MADE_SHAPES[i_shape], 1, collect, &c);
      for (size_t i = 0; i < n; i++) {
        uint64_t at[MADE_RANK];
        size_t rest = i;
        for (size_t i_dim = MADE_RANK; i_dim-- > 0;) {
          at[i_dim] = selection.dims[i_dim].at[rest % selection.dims[i_dim].n];
          rest /= selection.dims[i_dim].n;
        }
        assert_alike(out[i], expected(at));
      }
      msw_formula_work_free(c.work);
    }
}

static double step_us(const uint64_t *at) { return made_value("step_us", at); }
static double throughput(const uint64_t *at) { return made_value("tok_per_s_per_gpu", at); }
static double axes(const uint64_t *at) { return MADE_BATCH_VALUES[at[3]] * MADE_LENGTH_VALUES[at[4]] + MADE_TPS[at[1]]; }
static double alias(const uint64_t *at) { return MADE_LENGTH_VALUES[at[4]]; }
static double constant(const uint64_t *at) { (void)at; return 5; }
static double is_qwen_on_h20(const uint64_t *at) { return at[1] > 0 && at[0] == 1; }
static double layers(const uint64_t *at) { return at[1] == 0 ? 32 : 36; }
static double power(const uint64_t *at) { return at[0] == 0 ? 700 : 400; }
static double price(const uint64_t *at) { return at[0] == 0 ? 3.2 : (double)NAN; }
static double user_speed(const uint64_t *at) { return 1e6 / step_us(at); }
static double replica_speed(const uint64_t *at) { return throughput(at) * MADE_TPS[at[1]]; }
static double million(const uint64_t *at) { return price(at) * 1e6 / (3600 * throughput(at)); }
static double energy(const uint64_t *at) { return power(at) / throughput(at); }
static double is_memory_bound(const uint64_t *at) { return made_value("bound", at) > 2.5; }
static double is_full(const uint64_t *at) { return fmod(made_value("flags", at), 128) > 63; }
static double is_mine(const uint64_t *at) { return made_value("flags", at) > 2e9; }
static double bound_code(const uint64_t *at) { return made_value("bound", at); }
static double is_fast(const uint64_t *at) { return step_us(at) < 1500; }
static double is_slow(const uint64_t *at) { return step_us(at) >= 1500; }

static void values_of_formulas(void **state) {
  static const struct { const char *text; expected_value *expected; } CASES[] = {
      {"step_us", step_us}, {" step_us ", step_us}, {"batch * kv_len + tp", axes}, {"kv", alias}, {"2 + 3", constant},
      {"model == \"Qwen3-8B\" && gpu == 'h20'", is_qwen_on_h20}, {"model.num_layers", layers}, {"gpu.tdp_w", power},
      {"gpu.usd_per_hour", price}, {"tok_per_s_per_user", user_speed}, {"tok_per_s", replica_speed},
      {"usd_per_mtok", million}, {"joule_per_tok", energy}, {"joule_per_tok + 0 * usd_per_mtok + 0", NULL},
      {"bound.memory", is_memory_bound}, {"flag.memory_full", is_full}, {"flag.my_rule", is_mine}, {"bound", bound_code},
      {"step_us < 1500", is_fast}, {"step_us >= 1500", is_slow}};
  world *w = *state;
  enum { N = sizeof CASES / sizeof *CASES };
  size_t numbers[N], n_streams;
  msw_formulas *formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  for (size_t i_case = 0; i_case < N; i_case++)
    assert_int_equal(msw_formulas_add(formulas, CASES[i_case].text, "--max", &w->diag, &numbers[i_case]), MSW_OK);
  assert_no_errors(&w->diag);
  assert_true(msw_formulas_use(formulas, "gpu.usd_per_hour"));
  assert_true(msw_formulas_use(formulas, "step_us"));
  assert_false(msw_formulas_use(formulas, "gpu.mem_gib"));
  msw_formulas_streams(formulas, &n_streams);
  assert_int_equal(n_streams, 4);   /* each field once: step_us, tok_per_s_per_gpu, bound, flags */
  for (size_t i_case = 0; i_case < N; i_case++)
    if (CASES[i_case].expected) check_values(w, formulas, numbers[i_case], CASES[i_case].expected);
  msw_formulas_free(formulas);
}

/* Said once, though two formulas rest on it. */
static void a_gpu_without_a_price(void **state) {
  world *w = *state;
  size_t i;
  msw_formulas *formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  assert_int_equal(msw_formulas_add(formulas, "gpu.usd_per_hour", "--max", &w->diag, &i), MSW_OK);
  assert_int_equal(msw_formulas_add(formulas, "usd_per_mtok", "--max", &w->diag, &i), MSW_OK);
  assert_int_equal(w->diag.n, 1);
  assert_int_equal(w->diag.items[0].severity, MSW_WARNING);
  assert_string_equal(w->diag.items[0].message, "GPU h20 has no usd_per_hour in its entry: cells of it have no number here");
  msw_formulas_free(formulas);
}

static void units_and_labels(void **state) {
  static const struct { const char *text, *units, *label; bool is_float32; } CASES[] = {
      {"step_us", "us", "step time (us)", true}, {" batch", "requests", "Batch size (requests)", false},
      {"tp", "1", "Tensor-parallel degree", false}, {"usd_per_mtok", "USD", "price of a million tokens (USD)", false},
      {"step_us / 1000", "", "step_us / 1000", false}, {"-step_us", "", "-step_us", false},
      {"(step_us)", "", "(step_us)", false}, {"flags", "1", "flags", false}, {"gpu.tdp_w", "", "gpu.tdp_w", false},
      {"kv", "tokens", "KV-cache length (tokens)", false}};
  world *w = *state;
  msw_formulas *formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    size_t i;
    assert_int_equal(msw_formulas_add(formulas, CASES[i_case].text, "--show", &w->diag, &i), MSW_OK);
    assert_string_equal(msw_formula_units(formulas, i), CASES[i_case].units);
    assert_string_equal(msw_formula_label(formulas, i), CASES[i_case].label);
    assert_string_equal(msw_formula_text(formulas, i), CASES[i_case].text);
    assert_int_equal(msw_formula_is_float32(formulas, i), CASES[i_case].is_float32);
  }
  msw_formulas_free(formulas);
}

static const char *shown(world *w) {
  static char text[4000];
  memset(text, 0, sizeof text);
  FILE *file = fmemopen(text, sizeof text - 1, "w");
  msw_diag_print(&w->diag, file, 10);
  fclose(file);
  msw_diag_free(&w->diag);
  return text;
}

static void what_is_said(void **state) {
  static const struct { const char *text, *said; } CASES[] = {
      {"stp_us", "--where:1:1: error: unknown name \"stp_us\" (did you mean 'step_us'?)\n"},
      {"batch > 1 && flag.memory_ful",
       "--where:1:14: error: unknown name \"flag.memory_ful\" (did you mean 'flag.memory_full'?)\n"},
      {"bound.memry", "--where:1:1: error: unknown name \"bound.memry\" (did you mean 'bound.memory'?)\n"},
      {"usd_per_mtoken", "--where:1:1: error: unknown name \"usd_per_mtoken\" (did you mean 'usd_per_mtok'?)\n"},
      {"model.layers", "--where:1:1: error: unknown name \"model.layers\" (did you mean 'model.num_layers'?)\n"},
      {"kv_gib", "--where:1:1: error: the result does not hold the field \"kv_gib\"\n"},
      {"memory_gib", "--where: error: memory_gib: the result does not hold the field \"kv_gib\"\n"},
      {"seq_len", "--where:1:1: error: the block has no axis \"seq_len\"\n"},
      {"1 + model", "--where:1:5: error: * is a text*"},
      {"batch >", "--where:1:8: error: *"},
      {"model == 'qwen3-8', step_us", "--where:1:19: error: *"}};
  world *w = *state;
  msw_formulas *formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    size_t i;
    assert_int_equal(msw_formulas_add(formulas, CASES[i_case].text, "--where", &w->diag, &i), MSW_BAD_INPUT);
    const char *said = shown(w);
    const size_t len = strcspn(CASES[i_case].said, "*");
    if (strncmp(said, CASES[i_case].said, len) != 0) fail_msg("%s: %s", CASES[i_case].text, said);
  }
  msw_formulas_free(formulas);
}

static void unknown_texts_are_warned_of(void **state) {
  world *w = *state;
  size_t i;
  msw_formulas *formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  assert_int_equal(msw_formulas_add(formulas, "'qwen3-9b' == model", "--where", &w->diag, &i), MSW_OK);
  assert_string_equal(shown(w), "--where: warning: nothing in this block is called \"qwen3-9b\" (did you mean 'qwen3-8b'?)\n");
  msw_formulas_free(formulas);
}

/* Where entries cannot be had: without a data root, without the axis, with a model that the data root does not have. */
static void entries_that_are_not_there(void **state) {
  static const char *const unknown[] = {"llama-2-7b-hf", "qwen3-8bb", "qwen3-8b"};
  world *w = *state;
  size_t i;
  msw_result_axis zipped[] = {MADE_ZIPPED[0], MADE_ZIPPED[1]};
  msw_formulas *formulas = msw_formulas_new(&w->block, NULL, &w->arena);
  assert_int_equal(msw_formulas_add(formulas, "gpu.tdp_w", "--where", &w->diag, &i), MSW_BAD_INPUT);
  assert_string_equal(shown(w), "--where:1:1: error: \"gpu.tdp_w\" is a figure of the data root, and none was found\n");
  msw_formulas_free(formulas);
  zipped[0].texts = unknown;
  w->block.zipped = zipped;
  formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  assert_int_equal(msw_formulas_add(formulas, "model.num_layers", "--where", &w->diag, &i), MSW_BAD_INPUT);
  assert_says(&w->diag, "model \"qwen3-8bb\" of the result is not in the data root");
  assert_says(&w->diag, "did you mean 'qwen3-8b'?");
  shown(w);
  msw_formulas_free(formulas);
  w->block.n_zipped = 0;
  formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  assert_int_equal(msw_formulas_add(formulas, "model.num_layers", "--where", &w->diag, &i), MSW_BAD_INPUT);
  assert_string_equal(shown(w),
                      "--where:1:1: error: \"model.num_layers\" cannot be had here: the block has no axis \"model\"\n");
  msw_formulas_free(formulas);
}

static void quantities_of_other_phases(void **state) {
  world *w = *state;
  size_t i;
  w->block.phase = "prefill";
  msw_formulas *formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  assert_int_equal(msw_formulas_add(formulas, "tok_per_s_per_user", "--max", &w->diag, &i), MSW_BAD_INPUT);
  assert_string_equal(shown(w),
                      "--max:1:1: error: \"tok_per_s_per_user\" is a quantity of steps with decodes, and this block has "
                      "none\n");
  assert_int_equal(msw_formulas_add(formulas, "tok_per_s", "--max", &w->diag, &i), MSW_OK);
  msw_formulas_free(formulas);
}

/* A field that is called as a quantity is comes first. */
static void fields_before_quantities(void **state) {
  static const msw_result_field fields[] = {
      {.name = "memory_gib", .units = "GiB", .long_name = "a reduction", .type = MSW_FIELD_F32}};
  world *w = *state;
  size_t i;
  w->block.fields = fields;
  w->block.n_fields = 1;
  msw_formulas *formulas = msw_formulas_new(&w->block, &w->data, &w->arena);
  assert_int_equal(msw_formulas_add(formulas, "memory_gib", "--max", &w->diag, &i), MSW_OK);
  assert_string_equal(msw_formula_label(formulas, i), "a reduction");
  msw_formulas_free(formulas);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(values_of_formulas, setup, teardown),
      cmocka_unit_test_setup_teardown(a_gpu_without_a_price, setup, teardown),
      cmocka_unit_test_setup_teardown(units_and_labels, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_said, setup, teardown),
      cmocka_unit_test_setup_teardown(unknown_texts_are_warned_of, setup, teardown),
      cmocka_unit_test_setup_teardown(entries_that_are_not_there, setup, teardown),
      cmocka_unit_test_setup_teardown(quantities_of_other_phases, setup, teardown),
      cmocka_unit_test_setup_teardown(fields_before_quantities, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
