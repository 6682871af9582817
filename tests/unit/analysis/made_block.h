/* A block made by hand, and pieces of it as a scan would give them: what formulas, best cells and fronts work on.
 *
 * gpu × pair (a zip of model and tp) × method × batch × kv_len. Values follow from the positions alone.
 */
#ifndef MADE_BLOCK_H
#define MADE_BLOCK_H

#include <stdlib.h>

#include "msw/analysis/formula.h"
#include "msw_test.h"

enum { MADE_RANK = 5, MADE_GPUS = 2, MADE_PAIRS = 3, MADE_METHODS = 2, MADE_BATCHES = 4, MADE_LENGTHS = 5 };
enum { MADE_CELLS = MADE_GPUS * MADE_PAIRS * MADE_METHODS * MADE_BATCHES * MADE_LENGTHS };

static const char *const MADE_GPU_NAMES[] = {"h100_sxm", "h20"};
static const char *const MADE_MODEL_NAMES[] = {"llama-2-7b-hf", "qwen3-8b", "qwen3-8b"};
static const char *const MADE_METHOD_NAMES[] = {"v2-floor", "measured"};
static const char *const MADE_TP_TEXTS[] = {"1", "2", "4"}, *const MADE_NUMBER_TEXTS[] = {"0", "1", "2", "3", "4"};
static const double MADE_TPS[] = {1, 2, 4}, MADE_POSITIONS[] = {0, 1, 2, 3, 4}, MADE_BATCH_VALUES[] = {1, 4, 16, 64},
                    MADE_LENGTH_VALUES[] = {128, 256, 512, 1024, 2048};

static const msw_result_axis MADE_AXES[] = {
    {"gpu", "GPU", "", 0, MADE_GPUS, true, MADE_GPU_NAMES, NULL},
    {"pair", "pair", "1", 1, MADE_PAIRS, false, MADE_NUMBER_TEXTS, MADE_POSITIONS},
    {"method", "Method", "", 2, MADE_METHODS, true, MADE_METHOD_NAMES, NULL},
    {"batch", "Batch size (requests)", "requests", 3, MADE_BATCHES, false, MADE_NUMBER_TEXTS, MADE_BATCH_VALUES},
    {"kv_len", "KV-cache length (tokens)", "tokens", 4, MADE_LENGTHS, false, MADE_NUMBER_TEXTS, MADE_LENGTH_VALUES}};
static const msw_result_axis MADE_ZIPPED[] = {
    {"model", "Model", "", 1, MADE_PAIRS, true, MADE_MODEL_NAMES, NULL},
    {"tp", "Tensor-parallel degree", "1", 1, MADE_PAIRS, false, MADE_TP_TEXTS, MADE_TPS}};
static const msw_result_meaning MADE_BOUNDS[] = {{0, "none"}, {1, "gemm"}, {2, "attention"}, {3, "memory"}};
static const msw_result_meaning MADE_FLAGS[] = {{1, "excluded"}, {64, "memory_full"}, {1u << 31, "my_rule"}};
static const msw_result_field MADE_FIELDS[] = {
    {.name = "step_us", .units = "us", .long_name = "step time (us)", .type = MSW_FIELD_F32},
    {.name = "bound", .units = "1", .long_name = "what bounds the step", .type = MSW_FIELD_U8, .stored = MSW_H5_U8,
     .meanings = MADE_BOUNDS, .n_meanings = 4},
    {.name = "flags", .units = "1", .long_name = "flags", .type = MSW_FIELD_U32, .stored = MSW_H5_U32,
     .meanings = MADE_FLAGS, .n_meanings = 3},
    {.name = "tok_per_s_per_gpu", .units = "tokens s-1", .long_name = "throughput (tokens/s/GPU)", .type = MSW_FIELD_F32},
    {.name = "weight_gib", .units = "GiB", .long_name = "weights per GPU (GiB)", .type = MSW_FIELD_F32}};

static inline msw_result_block made_block(void) {
  msw_result_block block = {.name = "", .phase = "decode", .signal = "step_us", .rank = MADE_RANK, .zipped = MADE_ZIPPED,
                            .n_zipped = 2, .fields = MADE_FIELDS, .n_fields = 5, .n_cells = MADE_CELLS};
  for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++) {
    block.axes[i_dim] = MADE_AXES[i_dim];
    block.dims[i_dim] = block.chunk[i_dim] = MADE_AXES[i_dim].n;
  }
  return block;
}

/* The second GPU's cells of the last batch have no number. */
static inline double made_value(const char *field, const uint64_t *at) {
  const double batch = MADE_BATCH_VALUES[at[3]], length = MADE_LENGTH_VALUES[at[4]], tp = MADE_TPS[at[1]];
  const bool is_void = at[0] == 1 && at[3] == MADE_BATCHES - 1;
  const double step_us = 1000 / tp + 10 * batch + batch * length / 64 * (at[0] == 1 ? 3 : 1) + (at[2] == 1 ? 5 : 0);
  if (strcmp(field, "bound") == 0) return is_void ? 0 : (double)(1 + (at[3] + at[4]) % 3);
  if (strcmp(field, "flags") == 0)
    return (is_void ? 1 : 0) + (batch * length > 50000 ? 64 : 0) + (at[4] == 0 ? 2147483648.0 : 0);
  if (is_void) return (double)NAN;
  if (strcmp(field, "step_us") == 0) return step_us;
  if (strcmp(field, "tok_per_s_per_gpu") == 0) return batch * 1e6 / step_us / tp;
  return 13 / tp;
}

/* Positions first, first + step, … of every dimension. */
static inline msw_selection made_selection(size_t first, size_t step, msw_arena *arena) {
  msw_selection selection = {0};
  for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++) {
    uint64_t *at = msw_arena_array(arena, MADE_AXES[i_dim].n, sizeof *at);
    size_t n = 0;
    for (size_t i = first < MADE_AXES[i_dim].n ? first : 0; i < MADE_AXES[i_dim].n; i += step) at[n++] = i;
    selection.dims[i_dim] = (msw_result_positions){n, at};
  }
  return selection;
}

/* The block, and formulas over it. */
typedef struct {
  msw_arena arena;
  msw_diag diag;
  msw_result_block block;
  msw_formulas *formulas;
} made_world;

static inline void made_world_begin(made_world *made) {
  made->block = made_block();
  made->formulas = msw_formulas_new(&made->block, NULL, &made->arena);
}

static inline size_t made_formula(made_world *made, const char *text) {
  size_t i;
  assert_int_equal(msw_formulas_add(made->formulas, text, "--max", &made->diag, &i), MSW_OK);
  return i;
}

static inline void made_world_end(made_world *made) {
  msw_formulas_free(made->formulas);
  msw_diag_free(&made->diag);
  msw_arena_free(&made->arena);
}

typedef bool made_visit(void *context, const msw_scan_piece *piece);

static inline void fill_piece(const msw_selection *selection, const msw_scan_stream *streams, size_t n_streams,
                              const msw_scan_piece *piece, double *const *values) {
  for (size_t i_cell = 0; i_cell < piece->n_cells; i_cell++) {
    uint64_t at[MADE_RANK];
    size_t rest = i_cell;
    for (size_t i_dim = MADE_RANK; i_dim-- > 0;) {
      at[i_dim] = selection->dims[i_dim].at[piece->first[i_dim] + rest % piece->count[i_dim]];
      rest /= piece->count[i_dim];
    }
    for (size_t i_stream = 0; i_stream < n_streams; i_stream++)
      values[i_stream][i_cell] = made_value(streams[i_stream].field->name, at);
  }
}

/* Cuts the selection into boxes of at most `shape` and visits them, the last one first, by `n_threads` in turns. */
static inline void made_scan(const msw_selection *selection, const msw_formulas *formulas, const size_t shape[MADE_RANK],
                             size_t n_threads, made_visit *visit, void *context) {
  size_t n_streams = 0, n_boxes = 1, boxes[MADE_RANK];
  const msw_scan_stream *streams = msw_formulas_streams(formulas, &n_streams);
  double *values[MSW_SCAN_MAX_STREAMS] = {0};
  for (size_t i_stream = 0; i_stream < n_streams; i_stream++) values[i_stream] = msw_alloc(MADE_CELLS * sizeof(double));
  for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++) {
    boxes[i_dim] = (selection->dims[i_dim].n + shape[i_dim] - 1) / shape[i_dim];
    n_boxes *= boxes[i_dim];
  }
  for (size_t i_box = n_boxes; i_box-- > 0;) {
    msw_scan_piece piece = {.n_cells = 1, .values = (const double *const *)values, .i_thread = i_box % n_threads};
    size_t rest = i_box;
    for (size_t i_dim = MADE_RANK; i_dim-- > 0;) {
      piece.first[i_dim] = rest % boxes[i_dim] * shape[i_dim];
      rest /= boxes[i_dim];
      const size_t left = selection->dims[i_dim].n - piece.first[i_dim];
      piece.count[i_dim] = left < shape[i_dim] ? left : shape[i_dim];
      piece.n_cells *= piece.count[i_dim];
    }
    fill_piece(selection, streams, n_streams, &piece, values);
    assert_true(visit(context, &piece));
  }
  for (size_t i_stream = 0; i_stream < n_streams; i_stream++) free(values[i_stream]);
}

static const size_t MADE_SHAPES[][MADE_RANK] = {
    {9, 9, 9, 9, 9}, {1, 1, 1, 1, 1}, {1, 2, 1, 3, 2}, {2, 1, 2, 4, 5}, {1, 1, 1, 2, 5}};
enum { N_MADE_SHAPES = sizeof MADE_SHAPES / sizeof *MADE_SHAPES };

#endif
