/* Exclude rules over rows of cells, each against the same rule cell by cell in C. */
#include "msw/grid/rule.h"

#include "grid_fixture.h"

/* tp {1,2,4}, batch {1,8,64,256}, kv_len {512 … 4096} */
static void fill_axes(grid_fixture *f) {
  begin_sweep(f, MSW_DECODE, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 4);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 8, 64, 256);
  NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 512, 1024, 1536, 2048, 4096);
}

typedef bool (*predicate)(double tp, double batch, double kv_len);

/* Every row of every axis, from every offset, of every length. */
static void check(grid_fixture *f, const msw_spec_rule *rule, predicate want) {
  const msw_spec_block *block = &f->sweep.block;
  const msw_axis_id axes[] = {MSW_AXIS_TP, MSW_AXIS_BATCH, MSW_AXIS_KV_LEN, MSW_N_AXES};
  for (size_t i = 0; i < 4; i++) {
    size_t longest = axes[i] == MSW_N_AXES ? 1 : block->axes[axes[i]].n;
    double *scratch = calloc(msw_rule_scratch(block, longest), sizeof *scratch);
    for (size_t i_cell = 0; i_cell < 3 * 4 * 5; i_cell++)
      for (size_t n = 1; n <= longest; n++)
        for (size_t first = 0; first + n <= longest; first++) {
          size_t position[MSW_N_AXES] = {[MSW_AXIS_TP] = i_cell / 20, [MSW_AXIS_BATCH] = i_cell / 5 % 4, [MSW_AXIS_KV_LEN] = i_cell % 5};
          uint8_t mask[8] = {0};
          msw_rule_row(block, rule, position, axes[i], first, n, scratch, mask);
          for (size_t at = 0; at < n; at++) {
            if (axes[i] < MSW_N_AXES) position[axes[i]] = first + at;
            bool holds = want(block->axes[MSW_AXIS_TP].values[position[MSW_AXIS_TP]],
                              block->axes[MSW_AXIS_BATCH].values[position[MSW_AXIS_BATCH]],
                              block->axes[MSW_AXIS_KV_LEN].values[position[MSW_AXIS_KV_LEN]]);
            assert_int_equal(mask[at], holds);
          }
          assert_int_equal(mask[n], 0);
        }
    free(scratch);
  }
}

static bool product_too_large(double tp, double batch, double kv_len) { return batch * kv_len / tp > 20000; }
static bool tp_too_large(double tp, double batch, double kv_len) { return (void)batch, (void)kv_len, tp > 2; }
static bool odd(double tp, double batch, double kv_len) { return (void)tp, (void)batch, fmod(kv_len, 1024) > 0; }

static void expressions(void **state) {
  grid_fixture *f = *state;
  static const struct { const char *text; predicate want; } rules[] = {
      {"batch * kv_len / tp > 20000", product_too_large}, {"tp > model.num_kv_heads", tp_too_large},
      {"kv_len % 1024 != 0", odd}, {"-(kv_len % 1024)", odd}, {"0.25 * (kv_len % 1024)", odd}};   /* any number but 0 is true */
  fill_axes(f);
  for (size_t i_rule = 0; i_rule < COUNT(rules); i_rule++) made_exclude(&f->sweep, rules[i_rule].text);
  for (size_t i_rule = 0; i_rule < COUNT(rules); i_rule++) check(f, &f->sweep.rules[i_rule], rules[i_rule].want);
  made_sweep_free(&f->sweep);
}

static bool never(double tp, double batch, double kv_len) { return (void)tp, (void)batch, (void)kv_len, false; }

static void nan_does_not_hold(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_exclude(&f->sweep, "gpu.tdp_w * batch");               /* unknown: NaN */
  made_exclude(&f->sweep, "log2(0 - batch) > kv_len * tp");
  made_exclude(&f->sweep, "(batch - batch) / (tp - tp)");
  check(f, &f->sweep.rules[0], never);
  check(f, &f->sweep.rules[1], never);
  check(f, &f->sweep.rules[2], never);
  made_sweep_free(&f->sweep);
}

static bool some_corner(double tp, double batch, double kv_len) { return tp > 1 && batch > 8 && kv_len < 2000; }
static bool some_kv(double tp, double batch, double kv_len) { return (void)tp, (void)batch, kv_len < 2000; }

static void matches(void **state) {
  grid_fixture *f = *state;
  static const uint8_t tps[] = {0, 1, 1}, batches[] = {0, 0, 1, 1}, kvs[] = {1, 1, 1, 0, 0};
  fill_axes(f);
  msw_spec_rule *corner = made_match(&f->sweep), *kv = made_match(&f->sweep);
  made_holds(&f->sweep, corner, MSW_AXIS_TP, tps);
  made_holds(&f->sweep, corner, MSW_AXIS_BATCH, batches);
  made_holds(&f->sweep, corner, MSW_AXIS_KV_LEN, kvs);
  made_holds(&f->sweep, kv, MSW_AXIS_KV_LEN, kvs);
  check(f, corner, some_corner);
  check(f, kv, some_kv);
  made_sweep_free(&f->sweep);
}

static void a_mask_is_added_to(void **state) {
  grid_fixture *f = *state;
  static const uint8_t kvs[] = {1, 0, 0, 0, 1};
  fill_axes(f);
  msw_spec_rule *rule = made_match(&f->sweep);
  made_holds(&f->sweep, rule, MSW_AXIS_KV_LEN, kvs);
  made_exclude(&f->sweep, "kv_len == 1024");
  double scratch[64];
  assert_true(msw_rule_scratch(&f->sweep.block, 5) <= 64);
  size_t position[MSW_N_AXES] = {0};
  uint8_t mask[5] = {0, 0, 1, 0, 0};
  msw_rule_row(&f->sweep.block, &f->sweep.rules[0], position, MSW_AXIS_KV_LEN, 0, 5, scratch, mask);
  msw_rule_row(&f->sweep.block, &f->sweep.rules[1], position, MSW_AXIS_KV_LEN, 0, 5, scratch, mask);
  static const uint8_t want[5] = {1, 1, 1, 0, 1};
  assert_memory_equal(mask, want, 5);
  made_sweep_free(&f->sweep);
}

static void texts(void **state) {
  grid_fixture *f = *state;
  static const char *const dtypes[] = {"config", "fp8", "fp16"};
  fill_axes(f);
  made_dtypes(&f->sweep, dtypes, 3);
  made_exclude(&f->sweep, "dtype in [\"fp8\", \"fp4\"] && gpu == \"MADE\"");   /* names match without regard to case */
  double scratch[64];
  for (size_t i_dtype = 0; i_dtype < 3; i_dtype++) {
    size_t position[MSW_N_AXES] = {[MSW_AXIS_DTYPE] = i_dtype};
    uint8_t mask[1] = {0};
    msw_rule_row(&f->sweep.block, &f->sweep.rules[0], position, MSW_N_AXES, 0, 1, scratch, mask);
    assert_int_equal(mask[0], i_dtype == 1);
  }
  made_sweep_free(&f->sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {GRID_TEST(expressions), GRID_TEST(nan_does_not_hold), GRID_TEST(matches),
                                     GRID_TEST(a_mask_is_added_to), GRID_TEST(texts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
