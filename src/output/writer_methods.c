/* /meta/methods: {block: {label: {preset, …, changed: […], knobs: {gpu: {knob: value, …}}}}}. */
#include "writer_parts.h"

#include <string.h>

#include "msw/base/str.h"
#include "msw/formats/json.h"

static const msw_loc nowhere;

static void add_edges(msw_arena *arena, msw_json *parent, const char *name, const msw_knobs *knobs) {
  msw_json *list = msw_json_add_array(arena, parent, name);
  for (size_t i_edge = 0; i_edge < knobs->n_bucket_edges; i_edge++)
    msw_json_add_number(arena, list, NULL, knobs->bucket_edges[i_edge]);
}

static int choice_of(const msw_knobs *knobs, const msw_knob_info *knob) {
  int choice = 0;
  memcpy(&choice, (const char *)knobs + knob->offset, sizeof choice);
  return choice;
}

/* A number that nobody gave is NaN, which JSON shows as null. */
static void add_knob(msw_arena *arena, msw_json *parent, const msw_knobs *knobs, const msw_knob_info *knob) {
  double number = 0.0;
  switch (knob->type) {
    case MSW_KNOB_NUMBER:
      memcpy(&number, (const char *)knobs + knob->offset, sizeof number);
      msw_json_add_number(arena, parent, knob->name, number);
      return;
    case MSW_KNOB_FLAG: msw_json_add_bool(arena, parent, knob->name, choice_of(knobs, knob) != 0); return;
    case MSW_KNOB_BUCKETS:
      if (choice_of(knobs, knob) == MSW_BUCKET_EDGES) add_edges(arena, parent, knob->name, knobs);
      else msw_json_add_string(arena, parent, knob->name, knob->choices[choice_of(knobs, knob)]);
      return;
    case MSW_KNOB_CHOICE:
      msw_json_add_string(arena, parent, knob->name, knob->choices[choice_of(knobs, knob)]);
      return;
  }
}

static void add_gpu(msw_arena *arena, msw_json *parent, const char *gpu, msw_family family, const msw_knobs *knobs) {
  if (msw_json_get(parent, gpu)) return;   /* a zip may name a GPU twice */
  msw_json *object = msw_json_add_object(arena, parent, gpu);
  size_t n;
  const msw_knob_info *table = msw_knobs_table(&n);
  for (size_t i_knob = 0; i_knob < n; i_knob++)
    if (msw_knob_is_of(&table[i_knob], family)) add_knob(arena, object, knobs, &table[i_knob]);
}

static void add_method(msw_arena *arena, msw_json *parent, const msw_plan_block *block, size_t i_method) {
  const msw_method *method = &block->methods[i_method];
  if (msw_json_get(parent, method->label)) return;
  msw_json *object = msw_json_add_object(arena, parent, method->label);
  msw_json_add_string(arena, object, "preset", method->preset->name);
  msw_json_add_string(arena, object, "description", method->preset->description);
  msw_json_add_string(arena, object, "source", method->preset->source);
  msw_json *changed = msw_json_add_array(arena, object, "changed");
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++)
    msw_json_add_string(arena, changed, NULL, method->settings[i_setting].knob);
  msw_json *knobs = msw_json_add_object(arena, object, "knobs");
  const msw_spec_axis *gpus = &block->spec->axes[MSW_AXIS_GPU];
  size_t n_methods = block->spec->axes[MSW_AXIS_METHOD].n;
  for (size_t i_gpu = 0; i_gpu < gpus->n; i_gpu++)
    add_gpu(arena, knobs, gpus->labels[i_gpu], method->preset->family, &block->knobs[i_gpu * n_methods + i_method]);
}

const char *msw_methods_json(const msw_plan *plan, msw_arena *arena) {
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, nowhere);
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    msw_json *methods = msw_json_add_object(arena, root, msw_meta_block_name(block->spec));
    for (size_t i_method = 0; i_method < block->spec->axes[MSW_AXIS_METHOD].n; i_method++)
      add_method(arena, methods, block, i_method);
  }
  enum { INDENT = 1 };
  msw_buf text = {0};
  msw_json_write(root, INDENT, &text);
  const char *copy = msw_strdup(arena, text.text ? text.text : "");
  msw_buf_free(&text);
  return copy;
}
