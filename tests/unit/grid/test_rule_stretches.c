/* Rules as stretches of rows and over boxes. tests/property holds both against every cell. */
#include "grid_fixture.h"
#include "msw/grid/rule.h"

enum { LENGTH = 1000, MOST = LENGTH / 2 + 1 };

/* tp {1,2,4}, batch {1,8,64}, kv_len 1 … 1000 */
static void fill_axes(grid_fixture *f) {
  double values[LENGTH];
  for (int i = 0; i < LENGTH; i++) values[i] = i + 1;
  begin_sweep(f, MSW_DECODE, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 4);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 8, 64);
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, values, LENGTH);
}

typedef struct { msw_rule_book book; double *scratch; } ready;

static ready make_ready(grid_fixture *f) {
  const msw_rule_book book = msw_rule_book_make(&f->sweep.block, &f->sweep.arena);
  return (ready){book, msw_arena_array(&f->sweep.arena, book.n_scratch, sizeof(double))};
}

/* The row along kv_len at tp 2, batch 8, as "first-end …". */
static const char *row_text(grid_fixture *f, const ready *with, size_t i_rule, size_t first, size_t n) {
  static char text[200];
  msw_stretch out[MOST];
  const size_t position[MSW_N_AXES] = {[MSW_AXIS_TP] = 1, [MSW_AXIS_BATCH] = 1};
  const size_t n_out = msw_rule_stretches(&with->book, &f->sweep.rules[i_rule], position, msw_axes_of(MSW_AXIS_KV_LEN), first,
                                          n, with->scratch, out);
  text[0] = '\0';
  for (size_t i = 0; i < n_out && i < 8; i++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s%zu-%zu", i ? " " : "", out[i].first, out[i].end);
  return text;
}

static void rows(void **state) {
  grid_fixture *f = *state;
  static const struct { const char *rule, *all, *part; } table[] = {   /* part: positions 100 … 499 */
      {"batch * kv_len > 4000", "500-1000", ""},
      {"batch * kv_len >= 4000", "499-1000", "499-500"},
      {"kv_len < 200 || kv_len > 300", "0-199 300-1000", "100-199 300-500"},
      {"kv_len > 200 && kv_len <= 300", "200-300", "200-300"},
      {"kv_len == 77", "76-77", ""},
      {"kv_len != 77", "0-76 77-1000", "100-500"},
      {"kv_len in [1, 2, 500, 1000]", "0-2 499-500 999-1000", "499-500"},
      {"ceil(kv_len / 100) == 3", "200-300", "200-300"},
      {"kv_len % 400 == 0", "399-400 799-800", "399-400"},
      {"abs(kv_len - 500) < 3", "497-502", "497-500"},
      {"kv_len * (kv_len - 10) < 0", "0-9", ""},
      {"tp == 2", "0-1000", "100-500"},
      {"tp == 4", "", ""},
      {"kv_len > 2000", "", ""},
      {"kv_len", "0-1000", "100-500"},
      {"1 / (kv_len - 500)", "0-1000", "100-500"},         /* infinity is true */
      {"sqrt(kv_len - 500) >= 0", "499-1000", "499-500"},   /* NaN below */
      {"gpu.tdp_w * kv_len > 3", "", ""},                   /* an unknown figure */
      {"log2(kv_len) >= 8", "255-1000", "255-500"}};
  fill_axes(f);
  for (size_t i = 0; i < MADE_MAX_RULES; i++) made_exclude(&f->sweep, table[i].rule);
  const ready first = make_ready(f);
  for (size_t i = 0; i < MADE_MAX_RULES; i++) {
    assert_string_equal(row_text(f, &first, i, 0, LENGTH), table[i].all);
    assert_string_equal(row_text(f, &first, i, 100, 400), table[i].part);
    assert_string_equal(row_text(f, &first, i, 0, LENGTH), table[i].all);   /* what is remembered does no harm */
  }
  f->sweep.block.n_rules = 0;
  for (size_t i = MADE_MAX_RULES; i < COUNT(table); i++) made_exclude(&f->sweep, table[i].rule);
  const ready second = make_ready(f);
  for (size_t i = MADE_MAX_RULES; i < COUNT(table); i++) {
    assert_string_equal(row_text(f, &second, i - MADE_MAX_RULES, 0, LENGTH), table[i].all);
    assert_string_equal(row_text(f, &second, i - MADE_MAX_RULES, 100, 400), table[i].part);
  }
  made_sweep_free(&f->sweep);
}

static void axes_out_of_order(void **state) {
  grid_fixture *f = *state;
  double values[LENGTH];
  fill_axes(f);
  for (int i = 0; i < LENGTH; i++) values[i] = i < 500 ? 1000 - i : i - 499;   /* 1000 … 501, 1 … 500 */
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, values, LENGTH);
  made_exclude(&f->sweep, "kv_len > 900 || kv_len == 3");
  const ready with = make_ready(f);
  assert_string_equal(row_text(f, &with, 0, 0, LENGTH), "0-100 502-503");
  for (int i = 0; i < LENGTH; i++) values[i] = 1000 - i;
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, values, LENGTH);
  f->sweep.variables[0].values = f->sweep.block.axes[MSW_AXIS_KV_LEN].values;
  const ready falling = make_ready(f);
  assert_string_equal(row_text(f, &falling, 0, 0, LENGTH), "0-100 997-998");
  made_sweep_free(&f->sweep);
}

static void matches(void **state) {
  grid_fixture *f = *state;
  static const uint8_t tps[] = {0, 1, 0}, others[] = {1, 0, 1};
  uint8_t kvs[LENGTH] = {0};
  kvs[0] = kvs[7] = kvs[8] = kvs[999] = 1;
  fill_axes(f);
  msw_spec_rule *holds = made_match(&f->sweep), *elsewhere = made_match(&f->sweep), *still = made_match(&f->sweep);
  made_holds(&f->sweep, holds, MSW_AXIS_TP, tps);
  made_holds(&f->sweep, holds, MSW_AXIS_KV_LEN, kvs);
  made_holds(&f->sweep, elsewhere, MSW_AXIS_TP, others);
  made_holds(&f->sweep, elsewhere, MSW_AXIS_KV_LEN, kvs);
  made_holds(&f->sweep, still, MSW_AXIS_TP, tps);
  const ready with = make_ready(f);
  assert_string_equal(row_text(f, &with, 0, 0, LENGTH), "0-1 7-9 999-1000");
  assert_string_equal(row_text(f, &with, 0, 8, 100), "8-9");
  assert_string_equal(row_text(f, &with, 1, 0, LENGTH), "");
  assert_string_equal(row_text(f, &with, 2, 0, LENGTH), "0-1000");
  made_sweep_free(&f->sweep);
}

/* Members of a zip run along a row together; a row of no axis is a cell. */
static void other_rows(void **state) {
  grid_fixture *f = *state;
  static const msw_axis_id members[] = {MSW_AXIS_TP, MSW_AXIS_BATCH};
  static const uint8_t tps[] = {1, 1, 0}, batches[] = {0, 1, 1};
  fill_axes(f);
  made_zip(&f->sweep, "scale", members, 2);
  made_exclude(&f->sweep, "batch / tp > 3");        /* 1, 4, 16 */
  msw_spec_rule *match = made_match(&f->sweep);
  made_holds(&f->sweep, match, MSW_AXIS_TP, tps);
  made_holds(&f->sweep, match, MSW_AXIS_BATCH, batches);
  const ready with = make_ready(f);
  const msw_axis_set both = msw_axes_of(MSW_AXIS_TP) | msw_axes_of(MSW_AXIS_BATCH);
  const size_t start[MSW_N_AXES] = {0}, last[MSW_N_AXES] = {[MSW_AXIS_TP] = 2, [MSW_AXIS_BATCH] = 2};
  msw_stretch out[2];
  assert_int_equal(msw_rule_stretches(&with.book, &f->sweep.rules[0], start, both, 0, 3, with.scratch, out), 1);
  assert_int_equal(out[0].first, 1);
  assert_int_equal(out[0].end, 3);
  assert_int_equal(msw_rule_stretches(&with.book, match, start, both, 0, 3, with.scratch, out), 1);
  assert_int_equal(out[0].first, 1);
  assert_int_equal(out[0].end, 2);
  assert_int_equal(msw_rule_stretches(&with.book, &f->sweep.rules[0], start, 0, 0, 1, with.scratch, out), 0);
  assert_int_equal(msw_rule_stretches(&with.book, &f->sweep.rules[0], last, 0, 0, 1, with.scratch, out), 1);
  assert_int_equal(msw_rule_stretches(&with.book, match, last, 0, 0, 1, with.scratch, out), 0);
  made_sweep_free(&f->sweep);
}

/* tp and batch in a box of positions, kv_len all. */
static msw_extent over(grid_fixture *f, const ready *with, size_t i_rule, msw_stretch tp, msw_stretch batch) {
  msw_stretch box[MSW_N_AXES];
  for (int axis = 0; axis < MSW_N_AXES; axis++) box[axis] = (msw_stretch){0, f->sweep.block.axes[axis].n};
  box[MSW_AXIS_TP] = tp;
  box[MSW_AXIS_BATCH] = batch;
  return msw_rule_over(&with->book, &f->sweep.rules[i_rule], box, with->scratch);
}

static void boxes(void **state) {
  grid_fixture *f = *state;
  static const uint8_t tps[] = {0, 1, 1}, batches[] = {1, 1, 0};
  const msw_stretch all = {0, 3}, first = {0, 1}, second = {1, 2}, lower = {0, 2}, upper = {1, 3};
  fill_axes(f);
  made_exclude(&f->sweep, "batch * kv_len / tp > 2000");   /* up to 1000, 8000, 64000 over tp */
  msw_spec_rule *match = made_match(&f->sweep);
  made_holds(&f->sweep, match, MSW_AXIS_TP, tps);
  made_holds(&f->sweep, match, MSW_AXIS_BATCH, batches);
  made_exclude(&f->sweep, "model.num_kv_heads % tp == 0");  /* 2 heads */
  const ready with = make_ready(f);
  assert_int_equal(over(f, &with, 0, all, all), MSW_UNSURE);
  assert_int_equal(over(f, &with, 0, all, first), MSW_NOWHERE);
  assert_int_equal(over(f, &with, 0, upper, lower), MSW_UNSURE);
  assert_int_equal(over(f, &with, 1, all, all), MSW_UNSURE);
  assert_int_equal(over(f, &with, 1, first, all), MSW_NOWHERE);
  assert_int_equal(over(f, &with, 1, upper, lower), MSW_EVERYWHERE);
  assert_int_equal(over(f, &with, 1, upper, upper), MSW_UNSURE);
  assert_int_equal(over(f, &with, 2, all, all), MSW_UNSURE);
  assert_int_equal(over(f, &with, 2, second, all), MSW_EVERYWHERE);          /* a cell, as far as the rule can tell */
  assert_int_equal(over(f, &with, 2, (msw_stretch){2, 3}, all), MSW_NOWHERE);
  made_sweep_free(&f->sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {GRID_TEST(rows), GRID_TEST(axes_out_of_order), GRID_TEST(matches), GRID_TEST(other_rows),
                                     GRID_TEST(boxes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
