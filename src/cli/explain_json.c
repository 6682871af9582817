/* An explanation for machines: the same facts, numbers in full. Keys are stable. */
#include <string.h>

#include "explain.h"
#include "msw/formats/json.h"

static void add_step(msw_arena *arena, msw_json *root, const msw_step *step) {
  msw_json *decode = msw_json_add_array(arena, root, "decode");
  for (size_t i_group = 0; i_group < step->n_decode; i_group++) {
    msw_json *group = msw_json_add_object(arena, decode, NULL);
    msw_json_add_number(arena, group, "count", step->decode[i_group].count);
    msw_json_add_number(arena, group, "kv_len", step->decode[i_group].kv_len);
  }
  msw_json *prefill = msw_json_add_array(arena, root, "prefill");
  for (size_t i_group = 0; i_group < step->n_prefill; i_group++) {
    msw_json *group = msw_json_add_object(arena, prefill, NULL);
    msw_json_add_number(arena, group, "count", step->prefill[i_group].count);
    msw_json_add_number(arena, group, "cached_len", step->prefill[i_group].cached_len);
    msw_json_add_number(arena, group, "new_len", step->prefill[i_group].new_len);
  }
}

static void add_phase(msw_arena *arena, msw_json *parent, const char *name, const msw_phase_time *phase) {
  msw_json *object = msw_json_add_object(arena, parent, name);
  msw_json_add_number(arena, object, "time_us", phase->time_us);
  msw_json_add_number(arena, object, "gemm_us", phase->gemm_us);
  msw_json_add_number(arena, object, "attn_us", phase->attn_us);
  msw_json_add_number(arena, object, "memory_us", phase->memory_us);
}

static void add_flags(msw_arena *arena, msw_json *parent, msw_flags flags) {
  msw_json *list = msw_json_add_array(arena, parent, "flags");
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    if (flags & msw_flag_table[i_flag].bit) msw_json_add_string(arena, list, NULL, msw_flag_table[i_flag].name);
}

static void add_breakdown(msw_arena *arena, msw_json *root, const msw_breakdown *b) {
  msw_json_add_number(arena, root, "step_us", b->step_us);
  msw_json_add_string(arena, root, "bound", msw_bound_name(b->bound));
  add_phase(arena, root, "prefill_phase", &b->prefill);
  add_phase(arena, root, "decode_phase", &b->decode);
  add_phase(arena, root, "fused_phase", &b->fused);
  msw_json_add_number(arena, root, "hardware_us", b->hardware_us);
  msw_json_add_number(arena, root, "comm_us", b->comm_us);
  msw_json_add_number(arena, root, "overhead_us", b->overhead_us);
  msw_json_add_number(arena, root, "tok_per_s_per_gpu", b->tok_per_s_per_gpu);
  msw_json_add_number(arena, root, "weight_gib", b->weight_gib);
  msw_json_add_number(arena, root, "kv_gib", b->kv_gib);
  add_flags(arena, root, b->flags);
}

static void add_lookup(msw_arena *arena, msw_json *object, const msw_case *bound, const msw_op *op) {
  msw_distance distances[MSW_MAX_DISTANCES];
  if (!op->table) return;
  msw_json_add_string(arena, object, "file", op->table->file);
  msw_json *rows = msw_json_add_array(arena, object, "rows");
  for (size_t i_row = 0; i_row < op->rows.n; i_row++) {
    msw_json *row = msw_json_add_object(arena, rows, NULL);
    msw_json_add_number(arena, row, "row", (double)(op->rows.row[i_row] + 1));
    msw_json_add_number(arena, row, "weight", op->rows.weight[i_row]);
  }
  msw_json *list = msw_json_add_array(arena, object, "distance");
  size_t n = msw_op_distances(bound, op, distances);
  for (size_t i_distance = 0; i_distance < n; i_distance++) {
    msw_json *item = msw_json_add_object(arena, list, NULL);
    msw_json_add_string(arena, item, "axis", distances[i_distance].axis);
    msw_json_add_number(arena, item, "at", distances[i_distance].at);
    msw_json_add_number(arena, item, "low", distances[i_distance].low);
    msw_json_add_number(arena, item, "high", distances[i_distance].high);
  }
}

static void add_op(msw_arena *arena, msw_json *list, const msw_explanation *e, const msw_op *op) {
  msw_json *object = msw_json_add_object(arena, list, NULL);
  msw_json_add_string(arena, object, "phase", op->phase);
  msw_json_add_string(arena, object, "name", op->name);
  msw_json_add_number(arena, object, "m", op->m);
  msw_json_add_number(arena, object, "k", op->k);
  msw_json_add_number(arena, object, "n", op->n);
  msw_json_add_number(arena, object, "batch", op->batch);
  msw_json_add_number(arena, object, "context", op->context);
  msw_json_add_number(arena, object, "flop", op->flop);
  msw_json_add_number(arena, object, "bytes", op->bytes);
  msw_json_add_number(arena, object, "mfu", op->mfu);
  msw_json_add_number(arena, object, "us", op->us);
  msw_json_add_number(arena, object, "floor_us", op->floor_us);
  msw_json_add_number(arena, object, "share", op->us / e->breakdown->step_us);
  msw_json_add_bool(arena, object, "hidden", msw_op_is_hidden(e->bound, e->breakdown, op));
  msw_json_add_string(arena, object, "limit", msw_op_limit(op));
  const char *origin = msw_op_origin(e->bound, op, arena);
  if (origin) msw_json_add_string(arena, object, "origin", origin);
  add_flags(arena, object, op->flags);
  add_lookup(arena, object, e->bound, op);
}

/* Numbers as numbers (null where the method has none), flags as true or false, the rest as its text. */
static void add_knob(msw_arena *arena, msw_json *object, const msw_knobs *values, const msw_knob_info *knob) {
  const char *field = (const char *)values + knob->offset;
  double number;
  int flag;
  if (knob->type == MSW_KNOB_NUMBER) {
    memcpy(&number, field, sizeof number);
    msw_json_add_number(arena, object, knob->name, number);
  } else if (knob->type == MSW_KNOB_FLAG) {
    memcpy(&flag, field, sizeof flag);
    msw_json_add_bool(arena, object, knob->name, flag != 0);
  } else {
    msw_json_add_string(arena, object, knob->name, msw_knob_text(values, knob, arena));
  }
}

static void add_knobs(msw_arena *arena, msw_json *root, msw_family family, const msw_knobs *values) {
  size_t n_knobs;
  const msw_knob_info *knobs = msw_knobs_table(&n_knobs);
  msw_json *object = msw_json_add_object(arena, root, "knobs");
  for (size_t i_knob = 0; i_knob < n_knobs; i_knob++)
    if (msw_knob_is_of(&knobs[i_knob], family)) add_knob(arena, object, values, &knobs[i_knob]);
}

void msw_explain_json(const msw_explanation *e, msw_arena *arena) {
  const msw_subject *subject = e->subject;
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_string(arena, root, "model", subject->model->name);
  msw_json_add_string(arena, root, "gpu", subject->setup.gpu->name);
  msw_json_add_number(arena, root, "tp", subject->tp);
  msw_json_add_string(arena, root, "weight_dtype", msw_dtype_name(e->bound->weight_dtype));
  msw_json_add_string(arena, root, "kv_dtype", msw_dtype_name(e->bound->kv_dtype));
  msw_json_add_string(arena, root, "method", subject->setup.method.label);
  msw_json_add_string(arena, root, "preset", subject->setup.method.preset->name);
  msw_json_add_string(arena, root, "cell", subject->cell);
  add_step(arena, root, &subject->step);
  msw_json *rules = msw_json_add_array(arena, root, "excluded_by");
  for (size_t i_rule = 0; i_rule < subject->n_rules; i_rule++)
    msw_json_add_string(arena, rules, NULL, subject->rules[i_rule]->text);
  msw_json_add_string(arena, root, "void", e->bound->why_void);
  add_breakdown(arena, root, e->breakdown);
  msw_json *ops = msw_json_add_array(arena, root, "ops");
  for (size_t i_op = 0; i_op < e->ops->n; i_op++) add_op(arena, ops, e, &e->ops->ops[i_op]);
  add_knobs(arena, root, e->bound->family, &e->bound->knobs);

  msw_buf text = {0};
  msw_json_write(root, 2, &text);
  puts(text.text);
  msw_buf_free(&text);
}
