/* Scans: pieces are the selection, each cell once, whatever the threads; pins; ends before the end; damage. */
#include "sample_result.h"

#include <stdatomic.h>

#include "msw/output/result_scan.h"

enum { N_CELLS = N_MODEL * N_TP * N_METHOD * N_BATCH * N_KV, MODEL_DIM = 1, METHOD_DIM = 5, BATCH_DIM = 6, KV_DIM = 7 };

/* An open result of one block, and what a scan found. */
typedef struct {
  sample *s;
  msw_result result;
  const msw_result_block *block;
  msw_selection selection;
  const msw_selection *shown;         /* of the pieces: pinned dimensions do not count */
  int pinned_dim;
  uint64_t pins[2];
  atomic_int n_seen[N_CELLS];         /* by cell of the block, pinned dimensions at 0 */
  atomic_int n_wrong;
  atomic_int n_pieces;
  int n_most;                         /* so many pieces, then visits say no */
  size_t n_threads;
} scanned;

static scanned *open_scanned(sample *s) {
  sample_plan(s);
  sample_block(s, "");
  sample_write(s, in_dir(s, "out.h5"), (msw_writer_options){.n_threads = 1, .deflate = true});
  scanned *to = msw_arena_alloc(&s->arena, sizeof *to);
  to->s = s;
  assert_int_equal(msw_result_open(in_dir(s, "out.h5"), &s->arena, &s->diag, &to->result), MSW_OK);
  to->block = &to->result.blocks[0];
  to->selection = msw_select_all(to->block, &s->arena);
  to->pinned_dim = -1;
  to->n_most = N_CELLS;
  return to;
}

/* The number of a cell of the block; `pinned` replaces the position of the pinned dimension. */
static uint64_t cell_at(const scanned *to, const msw_scan_piece *piece, size_t i_cell, uint64_t pinned) {
  uint64_t cell = 0, stride = 1;
  for (size_t i_dim = to->block->rank; i_dim-- > 0; i_cell /= piece->count[i_dim]) {
    const bool is_pinned = to->pinned_dim == (int)i_dim;
    const size_t at = piece->first[i_dim] + i_cell % piece->count[i_dim];
    cell += (is_pinned ? pinned : to->selection.dims[i_dim].at[at]) * stride;
    stride *= to->block->dims[i_dim];
  }
  return cell;
}

static bool is_right(double found, msw_field_type type, uint64_t cell) {
  float number = 0.0f;
  uint32_t bits = 0;
  sample_cell(type, cell, type == MSW_FIELD_F32 ? (void *)&number : &bits);
  const double want = type == MSW_FIELD_F32 ? (double)number : bits;
  return isnan(want) ? isnan(found) : !(found < want) && !(found > want);
}

/* Streams 0 and 1 are step_us, at pins 0 and 1; stream 2 is flags, at pin 0. */
static bool look(void *context, const msw_scan_piece *piece) {
  scanned *to = context;
  const int n_before = atomic_fetch_add(&to->n_pieces, 1);
  if (piece->i_thread >= to->n_threads || (to->pinned_dim >= 0 && piece->count[to->pinned_dim] != 1)) to->n_wrong++;
  for (size_t i_cell = 0; i_cell < piece->n_cells; i_cell++) {
    const uint64_t first = cell_at(to, piece, i_cell, to->pins[0]), second = cell_at(to, piece, i_cell, to->pins[1]);
    atomic_fetch_add(&to->n_seen[cell_at(to, piece, i_cell, 0)], 1);
    if (!is_right(piece->values[0][i_cell], MSW_FIELD_F32, first)) to->n_wrong++;
    if (!is_right(piece->values[1][i_cell], MSW_FIELD_F32, second)) to->n_wrong++;
    if (!is_right(piece->values[2][i_cell], MSW_FIELD_U32, first)) to->n_wrong++;
  }
  return n_before + 1 < to->n_most;
}

static msw_status scan(scanned *to, int n_threads, const volatile int *stop) {
  const msw_result_field *fields = to->block->fields;
  const msw_scan_stream streams[3] = {{&fields[0], to->pinned_dim, to->pins[0]}, {&fields[0], to->pinned_dim, to->pins[1]},
                                      {&fields[2], to->pinned_dim, to->pins[0]}};
  const msw_scan order = {.result = &to->result, .block = to->block, .selection = &to->selection, .streams = streams,
                          .n_streams = 3, .pinned_dim = to->pinned_dim, .n_threads = n_threads, .stop = stop};
  memset(to->n_seen, 0, sizeof to->n_seen);
  to->n_wrong = to->n_pieces = 0;
  to->n_threads = (size_t)n_threads;
  return msw_result_scan(&order, look, to, &to->s->diag);
}

/* Each cell of the selection was seen once, no other one. */
static void assert_seen(const scanned *to) {
  int n_seen = 0;
  uint64_t n_wanted = msw_selection_cells(to->block, &to->selection);
  if (to->pinned_dim >= 0) n_wanted /= to->selection.dims[to->pinned_dim].n;
  for (size_t cell = 0; cell < N_CELLS; cell++) {
    assert_true(to->n_seen[cell] <= 1);
    n_seen += to->n_seen[cell];
  }
  assert_int_equal(n_seen, n_wanted);
  assert_int_equal(to->n_wrong, 0);
}

static void pieces_are_the_selection(void **state) {
  scanned *to = open_scanned(*state);
  static const char *const texts[] = {"batch=2:", "kv_len=128,4096,3000000000", "model=qwen*", "batch=3", "kv_len=3G"};
  for (size_t i_text = 0; i_text <= sizeof texts / sizeof texts[0]; i_text++) {
    for (int n_threads = 1; n_threads <= 3; n_threads++) {
      assert_int_equal(scan(to, n_threads, NULL), MSW_OK);
      assert_seen(to);
    }
    if (i_text < sizeof texts / sizeof texts[0])
      assert_int_equal(msw_select(to->block, texts[i_text], "", &to->s->arena, &to->s->diag, &to->selection), MSW_OK);
  }
  assert_int_equal(to->n_pieces, N_TP * N_METHOD);   /* one cell of each of these chunks */
  msw_result_close(&to->result);
  assert_no_errors(&to->s->diag);
}

static void pinned_streams_stand_side_by_side(void **state) {
  scanned *to = open_scanned(*state);
  static const struct { int dim; uint64_t pins[2];
  } cases[] = {{METHOD_DIM, {0, 1}}, {METHOD_DIM, {1, 1}}, {BATCH_DIM, {0, 1}}, {BATCH_DIM, {4, 1}},
               {KV_DIM, {3, 4}},     {KV_DIM, {5, 6}},     {0, {0, 0}}};
  msw_select(to->block, "kv_len=1Ki:64Ki", "", &to->s->arena, &to->s->diag, &to->selection);
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    to->pinned_dim = cases[i_case].dim;
    memcpy(to->pins, cases[i_case].pins, sizeof to->pins);
    for (int n_threads = 1; n_threads <= 2; n_threads++) {
      assert_int_equal(scan(to, n_threads, NULL), MSW_OK);
      assert_seen(to);
    }
  }
  msw_result_close(&to->result);
}

/* A stream pinned beside others that are not: the same values for every position of its dimension. */
static bool look_beside(void *context, const msw_scan_piece *piece) {
  scanned *to = context;
  for (size_t i_cell = 0; i_cell < piece->n_cells; i_cell++) {
    to->pinned_dim = -1;
    if (!is_right(piece->values[0][i_cell], MSW_FIELD_F32, cell_at(to, piece, i_cell, 0))) to->n_wrong++;
    to->pinned_dim = KV_DIM;
    if (!is_right(piece->values[1][i_cell], MSW_FIELD_F32, cell_at(to, piece, i_cell, 6))) to->n_wrong++;
  }
  atomic_fetch_add(&to->n_pieces, 1);
  return true;
}

static void a_stream_may_be_pinned_alone(void **state) {
  scanned *to = open_scanned(*state);
  const msw_scan_stream streams[2] = {{to->block->fields, -1, 0}, {to->block->fields, KV_DIM, 6}};
  const msw_scan order = {.result = &to->result, .block = to->block, .selection = &to->selection, .streams = streams,
                          .n_streams = 2, .pinned_dim = -1, .n_threads = 1};
  assert_int_equal(msw_result_scan(&order, look_beside, to, &to->s->diag), MSW_OK);
  assert_int_equal(to->n_wrong, 0);
  assert_true(to->n_pieces > 0);
  msw_result_close(&to->result);
}

static void scans_end_early(void **state) {
  scanned *to = open_scanned(*state);
  const volatile int stop = 1;
  assert_int_equal(scan(to, 2, &stop), MSW_INTERRUPTED);
  assert_int_equal(to->n_pieces, 0);
  to->n_most = 3;
  assert_int_equal(scan(to, 1, NULL), MSW_FAILED);
  assert_int_equal(to->n_pieces, 3);
  to->n_most = 3;
  assert_int_equal(scan(to, 3, NULL), MSW_FAILED);
  assert_true(to->n_pieces >= 3 && to->n_pieces <= 5);   /* others may be at theirs */
  to->n_most = N_CELLS;
  to->selection.dims[KV_DIM].n = 0;
  assert_int_equal(scan(to, 2, NULL), MSW_OK);
  assert_int_equal(to->n_pieces, 0);
  assert_no_errors(&to->s->diag);
  msw_result_close(&to->result);
}

/* A chunk of step_us is no zlib stream: said once, by whichever thread. */
static void damage_ends_a_scan(void **state) {
  scanned *to = open_scanned(*state);
  const uint64_t offset[8] = {0, 1, 2, 0, 0, 1, 4, 4};
  msw_h5 file, dataset;
  msw_result_close(&to->result);
  assert_int_equal(msw_h5_open_update(in_dir(to->s, "out.h5"), &to->s->diag, &file), MSW_OK);
  assert_int_equal(msw_h5_open_dataset(file, "step_us", &to->s->diag, &dataset), MSW_OK);
  assert_int_equal(msw_h5_write_chunk(dataset, offset, "spoilt", 6, &to->s->diag), MSW_OK);
  msw_h5_close(dataset);
  sample_close(to->s, file);
  assert_int_equal(msw_result_open(in_dir(to->s, "out.h5"), &to->s->arena, &to->s->diag, &to->result), MSW_OK);
  to->block = &to->result.blocks[0];
  for (int n_threads = 1; n_threads <= 3; n_threads++) {
    msw_diag diag = {0};
    double out[N_CELLS];
    assert_int_equal(msw_result_read(&to->result, to->block, to->block->fields, &to->selection, n_threads, out, &diag),
                     MSW_FAILED);
    assert_int_equal(diag.n, 1);
    assert_string_equal(diag.items[0].message,
                        "the chunk of '/step_us' at [0, 1, 2, 0, 0, 1, 4, 4] is damaged: it cannot be inflated");
    assert_string_equal(diag.items[0].loc.file, in_dir(to->s, "out.h5"));
    assert_int_equal(diag.status, MSW_FAILED);
    assert_int_equal(
        msw_result_read(&to->result, to->block, &to->block->fields[1], &to->selection, n_threads, out, &diag), MSW_OK);
    msw_diag_free(&diag);
  }
  msw_result_close(&to->result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(pieces_are_the_selection, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(pinned_streams_stand_side_by_side, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_stream_may_be_pinned_alone, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(scans_end_early, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(damage_ends_a_scan, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
