/* A cell of a result as a command line of `mfusweep explain`. */
#include "explain_command.h"

#include <string.h>

#include "msw/base/str.h"
#include "msw/formats/json.h"
#include "shell_word.h"

typedef struct { const msw_result *result; const msw_result_block *block; const uint64_t *at; msw_arena *arena; } cell;

/* What the cell has on an axis; NULL where there is none of the name. */
static const char *value_of(const cell *c, const char *name) {
  for (size_t i_dim = 0; i_dim < c->block->rank; i_dim++)
    if (strcmp(c->block->axes[i_dim].name, name) == 0) return c->block->axes[i_dim].texts[c->at[i_dim]];
  for (size_t i = 0; i < c->block->n_zipped; i++)
    if (strcmp(c->block->zipped[i].name, name) == 0) return c->block->zipped[i].texts[c->at[c->block->zipped[i].i_dim]];
  return NULL;
}

/* ---- Method: the preset behind its label, and the knobs that were changed */

/* A value as --set takes it: a number, word or list. */
static const char *knob_text(const msw_json *value, msw_arena *arena) {
  msw_buf out = {0};
  if (value->type == MSW_JSON_STRING) msw_buf_add(&out, value->text);
  else msw_json_write(value, 0, &out);
  const char *text = msw_strdup(arena, out.text ? out.text : "");
  msw_buf_free(&out);
  return text;
}

static const char *method_words(const cell *c, const msw_json *method, const char *gpu) {
  const msw_json *preset = msw_json_get(method, "preset"), *changed = msw_json_get(method, "changed");
  const msw_json *knobs = msw_json_get(msw_json_get(method, "knobs"), gpu);
  if (!preset || preset->type != MSW_JSON_STRING || !changed) return NULL;
  const char *text = msw_format(c->arena, " --method %s", msw_shell_word(preset->text, c->arena));
  for (const msw_json *knob = changed->first; knob; knob = knob->next) {
    const msw_json *value = knobs && knob->type == MSW_JSON_STRING ? msw_json_get(knobs, knob->text) : NULL;
    if (!value || value->type == MSW_JSON_NULL) continue;
    const char *set = msw_format(c->arena, "%s=%s", knob->text, knob_text(value, c->arena));
    text = msw_format(c->arena, "%s --set %s", text, msw_shell_word(set, c->arena));
  }
  return text;
}

static const char *method_of(const cell *c, const char *label, const char *gpu) {
  static const char unnamed_block[] = "block";
  msw_diag unused = {0};
  msw_json *root = NULL;
  const char *words = NULL;
  const char *name = c->block->name[0] ? c->block->name : unnamed_block;
  if (c->result->methods &&
      msw_json_parse(c->result->methods, strlen(c->result->methods), "methods", c->arena, &unused, &root) == MSW_OK) {
    const msw_json *block = msw_json_get(root, name);
    const msw_json *method = block ? msw_json_get(block, label) : NULL;
    if (method) words = method_words(c, method, gpu);
  }
  msw_diag_free(&unused);
  return words;
}

/* ---- Step */

static const char *step_of(const cell *c) {
  const char *batch = value_of(c, "batch"), *kv_len = value_of(c, "kv_len"), *seq_len = value_of(c, "seq_len");
  const char *cached_len = value_of(c, "cached_len"), *prefill_batch = value_of(c, "prefill_batch"), *text = "";
  if (!batch || (!kv_len && !seq_len)) return NULL;
  if (kv_len) text = msw_format(c->arena, " --decode '%s*%s'", batch, kv_len);
  if (!seq_len) return text;
  const char *prefills = !kv_len ? batch : prefill_batch ? prefill_batch : "1";
  return msw_format(c->arena, "%s --prefill '%s*%s:%s'", text, prefills, cached_len ? cached_len : "0", seq_len);
}

const char *msw_explain_command(const msw_result *result, const msw_result_block *block, const uint64_t *at,
                                const char *data_dir, msw_arena *arena) {
  const cell c = {result, block, at, arena};
  const char *gpu = value_of(&c, "gpu"), *model = value_of(&c, "model"), *tp = value_of(&c, "tp"),
             *dtype = value_of(&c, "dtype");
  const char *label = value_of(&c, "method"), *ep = value_of(&c, "ep"), *step = step_of(&c);
  const bool is_one_rank = !ep || strcmp(ep, "1") == 0;
  if (!gpu || !model || !tp || !label || !step || !is_one_rank) return NULL;
  const char *method = method_of(&c, label, gpu);
  if (!method) return NULL;
  const char *text = msw_format(arena, "mfusweep explain --gpu %s --model %s --tp %s", msw_shell_word(gpu, arena),
                                msw_shell_word(model, arena), tp);
  if (dtype && strcmp(dtype, "config") != 0) text = msw_format(arena, "%s --dtype %s", text, dtype);
  text = msw_format(arena, "%s%s%s", text, method, step);
  return data_dir ? msw_format(arena, "%s --data-dir %s", text, msw_shell_word(data_dir, arena)) : text;
}
