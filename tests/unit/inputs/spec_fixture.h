/* A small world for tests of sweep files: a data root with four models and two GPUs, and sweeps loaded from texts.
 * For the eyes' sake JSON is written with ' for " (and ` for ') in all these tests; in_notation puts answers so, too.
 */
#ifndef MSW_TEST_SPEC_FIXTURE_H
#define MSW_TEST_SPEC_FIXTURE_H

#include <limits.h>

#include "input_fixture.h"
#include "msw/inputs/spec.h"

#define SPEC_MODEL(HEADS, MORE) \
  "{'num_hidden_layers': 2, 'hidden_size': 1024, 'num_attention_heads': " #HEADS ", 'num_key_value_heads': 8," \
  " 'head_dim': 32, 'intermediate_size': 128, 'vocab_size': 100" MORE "}"

static inline const char *exchange(input_fixture *fixture, const char *text, const char *from, const char *to) {
  char *copy = msw_strdup(&fixture->arena, text);
  for (char *at = copy; *at; at++) {
    const char *found = strchr(from, *at);
    if (found) *at = to[found - from];
  }
  return copy;
}
static inline const char *to_json(input_fixture *fixture, const char *text) {
  return exchange(fixture, text, "'`", "\"'");
}
static inline const char *in_notation(input_fixture *fixture, const char *text) {
  return exchange(fixture, text, "\"'", "'`");
}
static inline const char *put_json(input_fixture *fixture, const char *name, const char *text) {
  return put(fixture, name, to_json(fixture, text));
}
/* What the diag says, in the tests' notation. */
static inline const char *answer(input_fixture *fixture) { return in_notation(fixture, said(fixture)); }

typedef struct {
  input_fixture *fixture;
  msw_data_root data;
  msw_spec spec;
  bool is_loaded;
} spec_world;

/* llama-7b, llama-13b: 32 and 40 heads, bf16. plain-1b: 16 heads, no torch_dtype. moe-8x1b: 32 heads, experts, none
 * either. GPUs: mini; toy_sxm, also called TOY. */
static inline void make_world(spec_world *world, void **state) {
  *world = (spec_world){.fixture = *state};
  input_fixture *fixture = world->fixture;
  put_json(fixture, "root/model_configs/llama-7b/config.json", SPEC_MODEL(32, ", 'torch_dtype': 'bfloat16'"));
  put_json(fixture, "root/model_configs/llama-13b/config.json", SPEC_MODEL(40, ", 'torch_dtype': 'bfloat16'"));
  put_json(fixture, "root/model_configs/plain-1b/config.json", SPEC_MODEL(16, ""));
  put_json(fixture, "root/model_configs/moe-8x1b/config.json",
           SPEC_MODEL(32, ", 'num_local_experts': 8, 'num_experts_per_tok': 2"));
  put_json(fixture, "root/bench_data/gpus/mini.json",
      "{'peak_tflops': {'bf16': 100}, 'mem_bw_gb_per_s': 1000, 'mem_gib': 80}");
  put_json(fixture, "root/bench_data/gpus/toy_sxm.json",
      "{'aliases': ['TOY'], 'peak_tflops': {'bf16': 200}, 'mem_bw_gb_per_s': 2000, 'mem_gib': 160}");
  assert_int_equal(msw_data_root_open(in_dir(fixture, "root"), NULL, 0, &fixture->arena, &fixture->diag, &world->data),
                   MSW_OK);
}

static inline void forget_spec(spec_world *world) {
  if (world->is_loaded) msw_spec_free(&world->spec);
  world->is_loaded = false;
  forget(world->fixture);
}

/* With MSW_SPEC_CORPUS=FOLDER these tests leave there every sweep that they load and what was said of it, an empty file where
 * it was right: documents to hold other readers of the language against. */
static inline void keep_in_corpus(const char *json, const msw_diag *diag) {
  static unsigned n_kept;
  const char *folder = getenv("MSW_SPEC_CORPUS");
  char path[PATH_MAX];
  if (!folder) return;
  snprintf(path, sizeof path, "%s/%d-%u.json", folder, (int)getpid(), n_kept);
  FILE *document = fopen(path, "w");
  snprintf(path, sizeof path, "%s/%d-%u.said", folder, (int)getpid(), n_kept++);
  FILE *answer = fopen(path, "w");
  assert_true(document && answer);
  fputs(json, document);
  if (diag->n_errors > 0) msw_diag_print(diag, answer, diag->n_errors);
  fclose(document);
  fclose(answer);
}

/* Loads a text as s.json; the outcome and what the diag says must agree. */
static inline bool load_with(spec_world *world, const char *text, msw_spec_edits edits) {
  input_fixture *fixture = world->fixture;
  forget_spec(world);
  const char *json = to_json(fixture, text), *file = in_dir(fixture, "s.json");
  const msw_status status = msw_spec_load_text(json, strlen(json), file, edits, &world->data, &fixture->arena,
                                               &fixture->diag, &world->spec);
  assert_int_equal(status, fixture->diag.n_errors ? MSW_BAD_INPUT : MSW_OK);
  if (edits.n_sets + edits.n_only == 0) keep_in_corpus(json, &fixture->diag);
  world->is_loaded = status == MSW_OK;
  return world->is_loaded;
}

static inline bool load_edited(spec_world *world, const char *text, const char *const *sets, size_t n_sets) {
  input_fixture *fixture = world->fixture;
  const char **json_sets = msw_arena_array(&fixture->arena, n_sets, sizeof *json_sets);
  for (size_t i_set = 0; i_set < n_sets; i_set++) json_sets[i_set] = to_json(fixture, sets[i_set]);
  return load_with(world, text, (msw_spec_edits){.sets = json_sets, .n_sets = n_sets});
}

static inline bool load(spec_world *world, const char *text) { return load_edited(world, text, NULL, 0); }

/* Loads, or fails with what the diag says. */
static inline const msw_spec_block *must_load(spec_world *world, const char *text) {
  load(world, text);
  assert_no_errors(&world->fixture->diag);
  return world->spec.blocks;
}

/* The canonical document of a text that must load, in the tests' notation. */
static inline const char *expanded(spec_world *world, const char *text) {
  must_load(world, text);
  return in_notation(world->fixture, world->spec.expanded);
}

/* A document that is wrong in one thing, where the message points at, and the message. */
typedef struct { const char *text, *at, *says; } bad_sweep;

static inline void check_only_error(spec_world *world, const bad_sweep *bad) {
  assert_false(load(world, bad->text));
  const char *at = strstr(bad->text, bad->at);
  assert_non_null(at);
  const char *wanted =
      msw_format(&world->fixture->arena, "s.json:1:%d: error: %s\n", (int)(at - bad->text) + 1, bad->says);
  const char *text = answer(world->fixture);
  if (strcmp(text, wanted) != 0) fail_msg("%s\nsays: %snot:  %s", bad->text, text, wanted);
}

static inline void check_only_errors(spec_world *world, const bad_sweep *bad, size_t n) {
  for (size_t i_case = 0; i_case < n; i_case++) check_only_error(world, &bad[i_case]);
}

/* The part of the canonical document from "axes" on, of a text that must load; loaded again it must stay the same. */
static inline const char *canonical(spec_world *world, const char *text) {
  static const char AXES[] = "'axes':";
  const char *once = expanded(world, text);
  const char *twice = expanded(world, once);
  if (strcmp(once, twice) != 0) fail_msg("%s\nbecomes %s\nand then %s", text, once, twice);
  if (world->fixture->diag.n > 0) fail_msg("%s\nsays: %s", once, answer(world->fixture));
  must_load(world, text);
  return strstr(once, AXES);
}

/* The cells of a block at which a rule holds, as 0 and 1 in the order of the axes, last fastest. */
static inline const char *held_cells(spec_world *world, const msw_spec_block *block, const msw_spec_rule *rule) {
  msw_buf text = {0};
  size_t n_cells = 1;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) n_cells *= block->axes[id].n ? block->axes[id].n : 1;
  msw_expr_input *inputs = msw_alloc_zero(block->n_variables, sizeof *inputs);
  double *scratch = msw_alloc((rule->expr ? msw_expr_scratch(rule->expr, 1) : 0) * sizeof *scratch);
  for (size_t i_cell = 0; i_cell < n_cells; i_cell++) {
    size_t position[MSW_N_AXES] = {0}, rest = i_cell;
    for (msw_axis_id id = MSW_N_AXES; id-- > 0;) {
      const size_t n = block->axes[id].n ? block->axes[id].n : 1;
      position[id] = rest % n;
      rest /= n;
    }
    double holds = 1;
    for (size_t slot = 0; slot < block->n_variables; slot++)
      if (block->variables[slot].values)
        inputs[slot] = (msw_expr_input){block->variables[slot].values + position[block->variables[slot].axis], 0};
    if (rule->expr) msw_expr_eval(rule->expr, inputs, 1, scratch, &holds);
    else
      for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++)
        holds *= rule->holds[rule->axes[i_axis]][position[rule->axes[i_axis]]];
    msw_buf_add(&text, holds < 0 || holds > 0 ? "1" : "0");
  }
  free(inputs);
  free(scratch);
  const char *copy = msw_strdup(&world->fixture->arena, text.text);
  msw_buf_free(&text);
  return copy;
}

/* Beginnings of documents: what every sweep needs, and a whole decode sweep but for its closing brace. */
#define SWEEP "{'sweep': 1, 'name': 't', "
#define WHERE "'gpu': 'mini', 'model': 'llama-7b', 'tp': 1, 'method': 'm'"
#define DECODE_AXES WHERE ", 'batch': [1, 2], 'kv_len': [128, 256, 512]"
#define DECODE SWEEP "'axes': {" DECODE_AXES "}"

#endif
