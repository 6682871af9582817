/* A plan for machines. Keys are stable. */
#include "msw/formats/json.h"
#include "msw/grid/reduction.h"
#include "plan_show.h"

static void add_values(msw_arena *arena, msw_json *parent, const msw_spec_axis *axis) {
  msw_json *values = msw_json_add_array(arena, parent, "values");
  for (size_t i_value = 0; i_value < axis->n; i_value++) {
    if (axis->labels) msw_json_add_string(arena, values, NULL, axis->labels[i_value]);
    else msw_json_add_number(arena, values, NULL, axis->values[i_value]);
  }
}

static void add_dim(msw_arena *arena, msw_json *dims, const msw_plan_block *block, const msw_dim *dim) {
  msw_json *object = msw_json_add_object(arena, dims, NULL);
  msw_json_add_string(arena, object, "name", dim->name);
  msw_json_add_number(arena, object, "size", (double)dim->n);
  msw_json_add_number(arena, object, "chunk", (double)dim->chunk);
  if (dim->zip < 0) {
    add_values(arena, object, &block->spec->axes[dim->axis]);
    return;
  }
  const msw_spec_zip *zip = &block->spec->zips[dim->zip];
  msw_json *members = msw_json_add_array(arena, object, "zip");
  for (size_t i_member = 0; i_member < zip->n_members; i_member++) {
    msw_json *member = msw_json_add_object(arena, members, NULL);
    msw_json_add_string(arena, member, "name", msw_axis_name(zip->members[i_member]));
    add_values(arena, member, &block->spec->axes[zip->members[i_member]]);
  }
}

static void add_counts(msw_arena *arena, msw_json *object, const msw_plan_block *block) {
  msw_json *cells = msw_json_add_object(arena, object, "cells");
  msw_json_add_number(arena, cells, "total", (double)block->counts.n_total);
  msw_json_add_number(arena, cells, "excluded", (double)block->counts.n_excluded);
  if (block->counts.n_conditional > 0)
    msw_json_add_number(arena, cells, "conditional", (double)block->counts.n_conditional);
  msw_json_add_number(arena, cells, "void", (double)block->counts.n_void);
  msw_json_add_number(arena, cells, "valid", (double)block->counts.n_valid);
  msw_json *rules = msw_json_add_array(arena, object, "rules");
  for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++) {
    const msw_rule_count *count = &block->rule_counts[i_rule];
    msw_json *rule = msw_json_add_object(arena, rules, NULL);
    msw_json_add_string(arena, rule, "text", count->rule->text);
    if (count->rule->kind == MSW_RULE_WHEN) msw_json_add_string(arena, rule, "kind", "when");
    msw_json_add_string(arena, rule, "file", count->rule->where.loc.file);
    msw_json_add_number(arena, rule, "line", count->rule->where.loc.line);
    msw_json_add_number(arena, rule, "cells", (double)count->n_cells);
  }
  msw_json *voids = msw_json_add_object(arena, object, "void");
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    if (block->void_counts[i_flag] > 0)
      msw_json_add_number(arena, voids, msw_flag_table[i_flag].name, (double)block->void_counts[i_flag]);
}

static void add_reduction(msw_arena *arena, msw_json *list, const msw_plan_block *block, const msw_reduction *reduction) {
  const msw_spec_reduction *spec = reduction->spec;
  msw_json *object = msw_json_add_object(arena, list, NULL);
  msw_json_add_string(arena, object, "name", spec->name);
  msw_json_add_string(arena, object, "op", msw_reduce_op_name(spec->op));
  if (spec->field) msw_json_add_string(arena, object, "field", spec->field);
  if (spec->condition) msw_json_add_string(arena, object, "where", spec->condition_text);
  msw_json *over = msw_json_add_array(arena, object, "over"), *kept = msw_json_add_array(arena, object, "dimensions");
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    msw_json_add_string(arena, msw_reduction_keeps(reduction, i_dim) ? kept : over, NULL, block->dims[i_dim].name);
  msw_json *variables = msw_json_add_array(arena, object, "variables");
  for (size_t i_variable = 0; i_variable < reduction->n_variables; i_variable++)
    msw_json_add_string(arena, variables, NULL, reduction->variables[i_variable].name);
  msw_json_add_number(arena, object, "cells", (double)reduction->n_cells);
  msw_json_add_number(arena, object, "bytes", (double)reduction->n_bytes);
}

static void add_reductions(msw_arena *arena, msw_json *object, const msw_plan_block *block) {
  if (block->spec->n_reductions == 0) return;
  msw_json *list = msw_json_add_array(arena, object, "reductions");
  for (size_t i = 0; i < block->spec->n_reductions; i++) add_reduction(arena, list, block, &block->reductions[i]);
}

static void add_block(msw_arena *arena, msw_json *blocks, const msw_plan_block *block) {
  msw_json *object = msw_json_add_object(arena, blocks, NULL);
  msw_json_add_string(arena, object, "name", block->spec->name);
  msw_json_add_string(arena, object, "phase", msw_phase_name(block->spec->phase));
  msw_json *dims = msw_json_add_array(arena, object, "dimensions");
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) add_dim(arena, dims, block, &block->dims[i_dim]);
  msw_json_add_number(arena, object, "cases", (double)block->n_cases);
  msw_json_add_number(arena, object, "tiles", (double)block->n_cases * (double)block->tiles_per_case);
  msw_json_add_number(arena, object, "chunk_cells", (double)block->chunk_cells);
  if (block->spec->n_points > 0) msw_json_add_number(arena, object, "include_points", (double)block->spec->n_points);
  add_counts(arena, object, block);
  msw_json *fields = msw_json_add_array(arena, object, "fields");
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    msw_json_add_string(arena, fields, NULL, block->fields[i_field]->name);
  msw_json_add_number(arena, object, "cell_bytes", (double)block->cell_bytes);
  add_reductions(arena, object, block);
}

/* The warnings that the text form prints on stderr; they go there too. */
static void add_warnings(msw_arena *arena, msw_json *root, const msw_diag *diag, size_t first) {
  msw_json *warnings = msw_json_add_array(arena, root, "warnings");
  for (size_t i_item = first; i_item < diag->n; i_item++)
    if (diag->items[i_item].severity == MSW_WARNING)
      msw_json_add_string(arena, warnings, NULL, diag->items[i_item].message);
}

msw_status msw_plan_show_json(const msw_plan *plan, const char *path, bool compressed, msw_context *ctx) {
  msw_arena *arena = &ctx->arena;
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_string(arena, root, "name", plan->spec->name);
  msw_json_add_string(arena, root, "file", plan->spec->file);
  msw_json_add_string(arena, root, "result", path);
  msw_json_add_number(arena, root, "cells", (double)plan->n_cells);
  msw_json_add_number(arena, root, "valid", (double)plan->n_valid);
  msw_json_add_number(arena, root, "bytes", (double)plan->n_bytes);
  msw_json_add_number(arena, root, "core_seconds", msw_plan_core_s(plan, compressed));
  msw_json *blocks = msw_json_add_array(arena, root, "blocks");
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) add_block(arena, blocks, &plan->blocks[i_block]);
  size_t first_warning = ctx->diag.n;
  msw_plan_warn(plan, path, compressed, &ctx->diag);
  add_warnings(arena, root, &ctx->diag, first_warning);

  msw_buf text = {0};
  msw_json_write(root, 2, &text);
  puts(text.text);
  msw_buf_free(&text);
  return MSW_OK;
}
