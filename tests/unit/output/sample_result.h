/* Hand-made plans of small results, and cells for them: what the tests of the output layer write. */
#ifndef MSW_TEST_SAMPLE_RESULT_H
#define MSW_TEST_SAMPLE_RESULT_H

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/formats/h5.h"
#include "msw/output/reader.h"
#include "msw/output/writer.h"
#include "msw_test.h"

enum { N_MODEL = 2, N_TP = 3, N_METHOD = 2, N_BATCH = 5, N_KV = 7, N_FIELD = 3, MOST_BLOCKS = 3 };

static const char *const gpu_labels[1] = {"h100_sxm"};
static const char *const model_labels[N_MODEL] = {"llama-2-7b-hf", "qwen3-größe"};
static const char *const dtype_labels[1] = {"config"};
static const char *const method_labels[N_METHOD] = {"v2-floor", "interp, other knobs"};
static const double tp_values[N_TP] = {1, 2, 4}, one_value[1] = {1};
static const double batch_values[N_BATCH] = {1, 2, 3, 4, 8};
static const double kv_values[N_KV] = {128, 1024, 4096, 16384, 65536, 262144, 3000000000};
static const char *const field_names[N_FIELD] = {"step_us", "bound", "flags"};
static const double edges[2] = {512, 2048};
static const msw_method_setting changed[3] = {
    {.knob = "ragged_corner", .kind = MSW_SETTING_TEXT, .text = "clamp"},
    {.knob = "bw_efficiency", .kind = MSW_SETTING_NUMBER, .text = ".5", .number = 0.5},
    {.knob = "prefill_bucket", .kind = MSW_SETTING_LIST, .text = "[512,2048]", .list = edges, .n_list = 2},
};
static const msw_method_spec method_specs[N_METHOD] = {
    {.label = "v2-floor", .base = "v2-floor"},
    {.label = "interp, other knobs", .base = "v2-interp", .settings = changed, .n_settings = 3},
};

/* A test's folder, diag and memory, and the parts that a plan points into. */
typedef struct {
  msw_arena arena;
  msw_diag diag;
  char *dir;
  msw_gpu gpu;
  const msw_gpu *gpus[1];
  msw_spec spec;
  msw_spec_block spec_blocks[MOST_BLOCKS];
  msw_plan_block blocks[MOST_BLOCKS];
  msw_plan plan;
  msw_provenance provenance;
  msw_block_counts counts[MOST_BLOCKS];
} sample;

static inline int sample_setup(void **state) {
  sample *s = msw_alloc_zero(1, sizeof *s);
  const char *base = getenv("TMPDIR");
  s->dir = msw_join_path(&s->arena, base ? base : "/tmp", "msw_output_XXXXXX");
  *state = s;
  return mkdtemp(s->dir) ? 0 : -1;
}

static inline int sample_remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)kind, (void)place;
  return remove(path);
}

static inline int sample_teardown(void **state) {
  sample *s = *state;
  enum { MAX_OPEN = 16 };
  int failed = nftw(s->dir, sample_remove_one, MAX_OPEN, FTW_DEPTH | FTW_PHYS);
  msw_diag_free(&s->diag);
  msw_arena_free(&s->arena);
  free(s);
  return failed;
}

static inline const char *in_dir(sample *s, const char *name) { return msw_join_path(&s->arena, s->dir, name); }

static inline size_t n_files(sample *s) {
  const char **names;
  size_t n;
  assert_int_equal(msw_list_dir(s->dir, &s->arena, NULL, &names, &n), MSW_OK);
  return n;
}

static inline void sample_axes(msw_spec_axis *axes) {
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) axes[axis] = (msw_spec_axis){.id = axis, .zip = -1};
  axes[MSW_AXIS_GPU] = (msw_spec_axis){.id = MSW_AXIS_GPU, .n = 1, .labels = gpu_labels, .zip = -1};
  axes[MSW_AXIS_MODEL] = (msw_spec_axis){.id = MSW_AXIS_MODEL, .n = N_MODEL, .labels = model_labels, .zip = -1};
  axes[MSW_AXIS_TP] = (msw_spec_axis){.id = MSW_AXIS_TP, .n = N_TP, .values = tp_values, .zip = -1};
  axes[MSW_AXIS_EP] = (msw_spec_axis){.id = MSW_AXIS_EP, .n = 1, .values = one_value, .zip = -1};
  axes[MSW_AXIS_DTYPE] = (msw_spec_axis){.id = MSW_AXIS_DTYPE, .n = 1, .labels = dtype_labels, .zip = -1};
  axes[MSW_AXIS_METHOD] = (msw_spec_axis){.id = MSW_AXIS_METHOD, .n = N_METHOD, .labels = method_labels, .zip = -1};
  axes[MSW_AXIS_BATCH] = (msw_spec_axis){.id = MSW_AXIS_BATCH, .n = N_BATCH, .values = batch_values, .zip = -1};
  axes[MSW_AXIS_KV_LEN] = (msw_spec_axis){.id = MSW_AXIS_KV_LEN, .n = N_KV, .values = kv_values, .zip = -1};
}

static inline void sample_methods(sample *s, msw_plan_block *block) {
  msw_method *methods = msw_arena_array(&s->arena, N_METHOD, sizeof *methods);
  msw_knobs *knobs = msw_arena_array(&s->arena, N_METHOD, sizeof *knobs);
  msw_flags flags = 0;
  for (size_t i_method = 0; i_method < N_METHOD; i_method++) {
    assert_true(msw_method_resolve(&method_specs[i_method], &s->diag, &methods[i_method]));
    assert_true(msw_method_knobs(&methods[i_method], &s->gpu, &s->diag, &knobs[i_method], &flags));
  }
  block->methods = methods;
  block->knobs = knobs;
}

static inline void sample_fields(sample *s, msw_plan_block *block) {
  const msw_field **fields = msw_arena_array(&s->arena, N_FIELD, sizeof *fields);
  for (size_t i_field = 0; i_field < N_FIELD; i_field++) fields[i_field] = msw_field_find(field_names[i_field]);
  block->fields = fields;
  block->n_fields = N_FIELD;
}

static inline void sample_add_dim(msw_plan_block *block, const char *name, msw_axis_id axis, int zip, uint64_t n,
                                  uint64_t chunk) {
  bool outer = axis < MSW_FIRST_NUMERIC_AXIS || zip >= 0;
  const msw_dim dim = {.name = name, .axis = axis, .zip = zip, .n = n, .chunk = chunk, .outer = outer};
  block->dims[block->rank++] = dim;
  if (outer) block->n_outer++;
}

/* Dimensions in the order of the file; batch and kv_len in chunks of 2 and 4, so that edges reach over. */
static inline void sample_dims(msw_plan_block *block) {
  const msw_spec_axis *axes = block->spec->axes;
  for (msw_axis_id axis = 0; axis < MSW_FIRST_NUMERIC_AXIS; axis++)
    if (axes[axis].zip < 0) sample_add_dim(block, msw_axis_name(axis), axis, -1, axes[axis].n, 1);
  for (size_t i_zip = 0; i_zip < block->spec->n_zips; i_zip++)
    sample_add_dim(block, block->spec->zips[i_zip].name, MSW_N_AXES, (int)i_zip, block->spec->zips[i_zip].n, 1);
  if (axes[MSW_AXIS_BATCH].zip < 0) sample_add_dim(block, "batch", MSW_AXIS_BATCH, -1, N_BATCH, 2);
  if (axes[MSW_AXIS_KV_LEN].zip < 0) sample_add_dim(block, "kv_len", MSW_AXIS_KV_LEN, -1, N_KV, 4);
  block->counts.n_total = block->n_cases = block->chunk_cells = block->tiles_per_case = 1;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    const msw_dim *dim = &block->dims[i_dim];
    block->counts.n_total *= dim->n;
    block->chunk_cells *= dim->chunk;
    if (dim->outer) block->n_cases *= dim->n;
    else block->tiles_per_case *= (dim->n + dim->chunk - 1) / dim->chunk;
  }
}

/* The numbers of the tiles, after any change of the blocks. */
static inline void sample_number_tiles(sample *s) {
  s->plan.n_tiles = 0;
  for (size_t i_block = 0; i_block < s->plan.n_blocks; i_block++) {
    s->blocks[i_block].first_tile = s->plan.n_tiles;
    s->plan.n_tiles += s->blocks[i_block].n_cases * s->blocks[i_block].tiles_per_case;
  }
}

static inline void sample_block(sample *s, const char *name) {
  msw_spec_block *spec = &s->spec_blocks[s->plan.n_blocks];
  msw_plan_block *block = &s->blocks[s->plan.n_blocks];
  s->gpu = (msw_gpu){.name = "h100_sxm", .file = "gpus/h100_sxm.json", .sha256 = "99"};
  s->gpus[0] = &s->gpu;
  *spec = (msw_spec_block){.name = name, .phase = MSW_DECODE, .gpus = s->gpus, .methods = method_specs};
  sample_axes(spec->axes);
  *block = (msw_plan_block){.spec = spec};
  sample_fields(s, block);
  sample_methods(s, block);
  sample_dims(block);
  s->plan.n_blocks++;
  sample_number_tiles(s);
}

/* The file's frame; blocks are added by sample_block. */
static inline void sample_plan(sample *s) {
  s->spec = (msw_spec){.file = "sweep.json", .text = "{ \"sweep\": 1, } // größe\n", .name = "small",
                       .expanded = "{\"sweep\":1}"};
  static const msw_input inputs[2] = {{"sweep.json", "0123"}, {"models/größe.json", "4567"}};
  s->plan = (msw_plan){.spec = &s->spec, .blocks = s->blocks};
  s->provenance = (msw_provenance){.hash = "feed", .inputs = inputs, .n_inputs = 2, .host = "node7"};
}

/* Turns model and tp, which have to have equally many values, into the zip "shape". */
static inline void sample_zip(sample *s, size_t i_block) {
  static const msw_spec_zip zip = {.name = "shape", .n = N_MODEL, .members = {MSW_AXIS_MODEL, MSW_AXIS_TP},
                                   .n_members = 2};
  msw_spec_block *spec = &s->spec_blocks[i_block];
  msw_plan_block *block = &s->blocks[i_block];
  spec->zips = &zip;
  spec->n_zips = 1;
  spec->axes[MSW_AXIS_TP].n = N_MODEL;
  spec->axes[MSW_AXIS_MODEL].zip = spec->axes[MSW_AXIS_TP].zip = 0;
  block->rank = block->n_outer = 0;
  sample_dims(block);
  sample_number_tiles(s);
}

/* The value of a cell, from its place: every seventh is void. */
static inline void sample_cell(msw_field_type type, uint64_t cell, void *out) {
  bool is_void = cell % 7 == 0;
  const float time = is_void ? NAN : 10.0f + 0.5f * (float)cell;
  const uint8_t code = (uint8_t)(is_void ? MSW_BOUND_NONE : 1 + cell % 5);
  const uint32_t flags = is_void ? MSW_FLAG_VOID_TP : (uint32_t)(cell % 2) << 6;
  switch (type) {
    case MSW_FIELD_F32: memcpy(out, &time, sizeof time); return;
    case MSW_FIELD_U8: memcpy(out, &code, sizeof code); return;
    case MSW_FIELD_U32: memcpy(out, &flags, sizeof flags); return;
  }
}

/* Fills a chunk; cells beyond the tile's count are void. */
static inline void sample_fill(const msw_plan_block *block, const msw_tile *tile, const msw_field *field,
                               unsigned char *out) {
  size_t cell_bytes = msw_field_size(field->type);
  for (uint64_t i_cell = 0; i_cell < block->chunk_cells; i_cell++) {
    uint64_t rest = i_cell, cell = 0, stride = 1;
    bool is_inside = true;
    for (size_t i_dim = block->rank; i_dim-- > 0;) {
      uint64_t at = rest % block->dims[i_dim].chunk;
      rest /= block->dims[i_dim].chunk;
      is_inside = is_inside && at < tile->count[i_dim];
      cell += (tile->start[i_dim] + at) * stride;
      stride *= block->dims[i_dim].n;
    }
    if (is_inside) sample_cell(field->type, cell, out + i_cell * cell_bytes);
    else msw_field_fill_void(field, 0, 1, out + i_cell * cell_bytes);
  }
}

/* Counts what msw_run would count, from a chunk of the field `flags`. */
static inline void sample_count(const msw_plan_block *block, const msw_tile *tile, const unsigned char *flags,
                                msw_block_counts *counts) {
  uint64_t n_void = 0;
  for (uint64_t i_cell = 0; i_cell < block->chunk_cells; i_cell++) {
    msw_flags bits;
    memcpy(&bits, flags + i_cell * sizeof bits, sizeof bits);
    n_void += bits == MSW_FLAG_VOID_TP;   /* cells beyond the edge have none */
  }
  counts->n_evaluated += tile->n_cells - n_void;
  counts->flags[2] += n_void;
}

/* Sends the tiles of a block that lie in the range through the sink, thread numbers in turn. */
static inline msw_status sample_run_block(sample *s, const msw_sink *sink, int n_threads, size_t i_block,
                                          msw_tile_range tiles) {
  const msw_plan_block *block = &s->blocks[i_block];
  unsigned char *cells = msw_alloc((size_t)block->chunk_cells * sizeof(float));
  msw_status status = MSW_OK;
  int thread = 0;
  for (uint64_t i_tile = 0; i_tile < block->n_cases * block->tiles_per_case && status == MSW_OK; i_tile++) {
    uint64_t number = block->first_tile + i_tile;
    if (number < tiles.first || number >= tiles.first + tiles.n) continue;
    msw_tile tile;
    msw_plan_tile(block, i_tile / block->tiles_per_case, i_tile % block->tiles_per_case, &tile);
    thread = (thread + 1) % n_threads;
    for (size_t i_field = 0; i_field < block->n_fields; i_field++) {
      size_t n_bytes = (size_t)block->chunk_cells * msw_field_size(block->fields[i_field]->type);
      sample_fill(block, &tile, block->fields[i_field], cells);
      if (strcmp(block->fields[i_field]->name, "flags") == 0) sample_count(block, &tile, cells, &s->counts[i_block]);
      sink->encode(sink->context, thread, i_block, i_field, cells, n_bytes);
    }
    status = sink->commit(sink->context, thread, i_block, &tile);
  }
  free(cells);
  return status;
}

/* Sends a stretch of the tiles through the sink (n 0: all of them) and counts their cells in s->counts. */
static inline msw_status sample_run(sample *s, const msw_sink *sink, int n_threads, msw_tile_range tiles) {
  if (tiles.n == 0) tiles = (msw_tile_range){0, s->plan.n_tiles};
  memset(s->counts, 0, sizeof s->counts);
  msw_status status = MSW_OK;
  for (size_t i_block = 0; i_block < s->plan.n_blocks && status == MSW_OK; i_block++)
    status = sample_run_block(s, sink, n_threads, i_block, tiles);
  return status;
}

/* Writes the result, or the part of it that the options name; returns the size of the file. */
static inline unsigned long long sample_write(sample *s, const char *path, msw_writer_options options) {
  msw_writer *writer = msw_writer_open(path, &s->plan, &s->provenance, options, &s->diag);
  assert_no_errors(&s->diag);
  assert_non_null(writer);
  msw_sink sink = msw_writer_sink(writer);
  assert_int_equal(sample_run(s, &sink, options.n_threads, options.tiles), MSW_OK);
  unsigned long long n_bytes = 0;
  assert_int_equal(msw_writer_finish(writer, s->counts, &n_bytes), MSW_OK);
  assert_no_errors(&s->diag);
  return n_bytes;
}

static inline msw_h5 sample_open(sample *s, const char *path) {
  msw_h5 file;
  assert_int_equal(msw_h5_open_read(path, &s->diag, &file), MSW_OK);
  return file;
}

static inline void sample_close(sample *s, msw_h5 file) {
  assert_int_equal(msw_h5_close_file(file, &s->diag), MSW_OK);
  assert_no_errors(&s->diag);
}

/* Fails unless the text attribute of an object (a dataset or a group, by path) is as given. */
static inline void assert_attr(sample *s, msw_h5 file, const char *path, const char *name, const char *expected) {
  msw_h5 object;
  const char *value;
  msw_diag unheard = {0};
  if (msw_h5_open_group(file, path, &unheard, &object) != MSW_OK)
    assert_int_equal(msw_h5_open_dataset(file, path, &s->diag, &object), MSW_OK);
  msw_diag_free(&unheard);
  assert_int_equal(msw_h5_read_attr_text(object, name, &s->arena, &s->diag, &value), MSW_OK);
  msw_h5_close(object);
  if (!expected) assert_null(value);
  else if (!value) fail_msg("%s has no attribute '%s'", path, name);
  else assert_string_equal(value, expected);
}

#endif
