/* Any text as a sweep file over two models and a GPU: no crash; refused with an error or loaded without; the canonical
 * form of what is loaded is a sweep file that expands to itself. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/inputs/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- The world: files in a temporary folder, made at the first call and removed at the end ---- */

static const struct { const char *name, *text; } FILES[] = {   /* folders end in a slash; each after the one it is in */
  {"model_configs/", NULL},
  {"model_configs/llama-7b/", NULL},
  {"model_configs/llama-7b/config.json",
   "{\"num_hidden_layers\": 2, \"hidden_size\": 64, \"num_attention_heads\": 4, \"intermediate_size\": 128,"
   " \"vocab_size\": 100, \"torch_dtype\": \"bfloat16\"}"},
  {"model_configs/moe/", NULL},
  {"model_configs/moe/config.json",
   "{\"num_hidden_layers\": 2, \"hidden_size\": 64, \"num_attention_heads\": 8, \"intermediate_size\": 128,"
   " \"vocab_size\": 100, \"num_local_experts\": 8, \"num_experts_per_tok\": 2}"},
  {"bench_data/", NULL},
  {"bench_data/gpus/", NULL},
  {"bench_data/gpus/mini.json", "{\"peak_tflops\": {\"bf16\": 100}, \"mem_bw_gb_per_s\": 1000, \"mem_gib\": 80}"},
};
enum { N_FILES = sizeof FILES / sizeof *FILES };

static char root[] = "/tmp/msw_fuzz_XXXXXX";
static msw_arena world_arena;
static msw_data_root world;

static const char *path_of(size_t i_file) { return msw_join_path(&world_arena, root, FILES[i_file].name); }

static void remove_world(void) {
  for (size_t i_file = N_FILES; i_file-- > 0;) remove(path_of(i_file));
  rmdir(root);
  msw_arena_free(&world_arena);
}

static void make_world(void) {
  msw_diag diag = {0};
  fuzz_require(mkdtemp(root) && atexit(remove_world) == 0);
  for (size_t i_file = 0; i_file < N_FILES; i_file++) {
    const char *text = FILES[i_file].text;
    if (text) msw_write_file_atomic(path_of(i_file), text, strlen(text), &diag);
    else msw_make_dirs(path_of(i_file), &diag);
  }
  msw_data_root_open(root, NULL, 0, &world_arena, &diag, &world);
  msw_diag_print(&diag, stderr, N_FILES);
  fuzz_require(diag.n_errors == 0);
  msw_diag_free(&diag);
}

/* ---- One text ---- */

/* Its slots are variables of the block, which have values but for fields. */
static void check_expr(const msw_spec_block *block, const msw_expr *expr, bool knows_fields) {
  size_t n_slots;
  const size_t *slots = msw_expr_slots(expr, &n_slots);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) {
    fuzz_require(slots[i_slot] < block->n_variables);
    fuzz_require(block->variables[slots[i_slot]].values || knows_fields);
  }
}

static void check_parts(const msw_spec_block *block) {
  for (size_t i = 0; i < block->n_rules; i++) {
    if (block->rules[i].expr) check_expr(block, block->rules[i].expr, false);
    fuzz_require(block->rules[i].n_axes > 0);
  }
  fuzz_require(block->n_constraints <= MSW_MAX_CONSTRAINTS);
  for (size_t i = 0; i < block->n_constraints; i++) check_expr(block, block->constraints[i].expr, true);
  for (size_t i = 0; i < block->n_reductions; i++) {
    const msw_spec_reduction *reduction = &block->reductions[i];
    if (reduction->condition) check_expr(block, reduction->condition, true);
    fuzz_require(!reduction->field == (reduction->op == MSW_REDUCE_COUNT));
  }
  for (size_t i = 0; i < block->n_points; i++) {
    const msw_spec_point *point = &block->points[i];
    fuzz_require(point->gpu && point->model && point->method && point->dtype && point->values[MSW_AXIS_BATCH] >= 1);
  }
}

/* Every axis of the phase has values, as many as its zip is long; the other axes have none. */
static void check_block(const msw_spec_block *block) {
  check_parts(block);
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const msw_spec_axis *axis = &block->axes[id];
    fuzz_require((axis->n > 0) == msw_phase_has_axis(block->phase, id));
    fuzz_require(axis->zip < 0 || axis->n == block->zips[axis->zip].n);
    fuzz_require((axis->n > 0 && axis->labels) == msw_axis_is_text(id));
  }
}

static bool load(const char *text, size_t len, msw_spec_edits edits, msw_arena *arena, msw_spec *spec) {
  msw_diag diag = {0};
  const msw_status status = msw_spec_load_text(text, len, "/nowhere/fuzz.json", edits, &world, arena, &diag, spec);
  fuzz_require((status == MSW_OK) == (diag.n_errors == 0));
  msw_diag_free(&diag);
  return status == MSW_OK;
}

/* What loads has a canonical form, which stays itself. */
static bool load_twice(const char *text, size_t len, msw_spec_edits edits, msw_arena *arena) {
  msw_spec spec, again;
  if (!load(text, len, edits, arena, &spec)) return false;
  fuzz_require(load(spec.expanded, strlen(spec.expanded), (msw_spec_edits){0}, arena, &again));
  fuzz_require(strcmp(spec.expanded, again.expanded) == 0);
  for (size_t i_block = 0; i_block < spec.n_blocks; i_block++) check_block(&spec.blocks[i_block]);
  msw_spec_free(&again);
  msw_spec_free(&spec);
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const ONLY[] = {"model=*7b", "batch=1:2,256"};
  msw_arena arena = {0};
  if (!world.root) make_world();
  if (load_twice((const char *)data, size, (msw_spec_edits){0}, &arena))
    load_twice((const char *)data, size, (msw_spec_edits){.only = ONLY, .n_only = sizeof ONLY / sizeof *ONLY}, &arena);
  msw_arena_free(&arena);
  return 0;
}
