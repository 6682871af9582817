/* A plan for people. */
#include <inttypes.h>
#include <string.h>

#include "columns.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/grid/reduction.h"
#include "place.h"
#include "plan_show.h"

/* One axis or zip shows at most this many values; longer ones their ends. */
enum { MAX_VALUES_SHOWN = 8, TEXT_BYTES = 48 };

typedef struct { const msw_plan_block *block; msw_arena *arena; } page;

static const char *count_text(uint64_t n, msw_arena *arena) {
  char text[TEXT_BYTES];
  return msw_strdup(arena, msw_human_count(n, text, sizeof text));
}

static const char *bytes_text(uint64_t n, msw_arena *arena) {
  char text[TEXT_BYTES];
  return msw_strdup(arena, msw_human_bytes((double)n, text, sizeof text));
}

/* ---- Dimensions ---- */

static const char *axis_value(const msw_spec_axis *axis, size_t i_value, msw_arena *arena) {
  return axis->labels ? axis->labels[i_value] : msw_format(arena, "%.15g", axis->values[i_value]);
}

/* "128" on an axis, "(8,1024)" along a zip. */
static const char *dim_value(const page *p, const msw_dim *dim, size_t i_value) {
  const msw_spec_block *spec = p->block->spec;
  if (dim->zip < 0) return axis_value(&spec->axes[dim->axis], i_value, p->arena);
  const msw_spec_zip *zip = &spec->zips[dim->zip];
  const char *text = "(";
  for (size_t i_member = 0; i_member < zip->n_members; i_member++)
    text = msw_format(p->arena, "%s%s%s", text, i_member ? ", " : "",
                      axis_value(&spec->axes[zip->members[i_member]], i_value, p->arena));
  return msw_format(p->arena, "%s)", text);
}

static const char *dim_values(const page *p, const msw_dim *dim) {
  bool all = dim->n <= MAX_VALUES_SHOWN;
  size_t n_shown = all ? (size_t)dim->n : 3;
  const char *text = "";
  for (size_t i_value = 0; i_value < n_shown; i_value++)
    text = msw_format(p->arena, "%s%s%s", text, i_value ? ", " : "", dim_value(p, dim, i_value));
  return all ? text : msw_format(p->arena, "%s ... %s", text, dim_value(p, dim, (size_t)dim->n - 1));
}

static const char *dim_name(const page *p, const msw_dim *dim) {
  if (dim->zip < 0) return dim->name;
  const msw_spec_zip *zip = &p->block->spec->zips[dim->zip];
  const char *text = msw_format(p->arena, "%s (zip of", dim->name);
  for (size_t i_member = 0; i_member < zip->n_members; i_member++)
    text = msw_format(p->arena, "%s%s %s", text, i_member ? "," : "", msw_axis_name(zip->members[i_member]));
  return msw_format(p->arena, "%s)", text);
}

static void print_dims(const page *p) {
  msw_columns table = msw_columns_new("lrrl", p->arena);
  static const char *const heads[] = {"dimension", "size", "chunk", "values"};
  for (size_t i_head = 0; i_head < sizeof heads / sizeof heads[0]; i_head++) msw_columns_add(&table, heads[i_head]);
  for (size_t i_dim = 0; i_dim < p->block->rank; i_dim++) {
    const msw_dim *dim = &p->block->dims[i_dim];
    msw_columns_add(&table, dim_name(p, dim));
    msw_columns_add(&table, count_text(dim->n, p->arena));
    msw_columns_add(&table, count_text(dim->chunk, p->arena));
    msw_columns_add(&table, dim_values(p, dim));
  }
  msw_columns_print(&table, 2, stdout);
}

/* ---- Counts ---- */

static void add_count(msw_columns *table, const char *name, uint64_t n, const char *note) {
  msw_columns_add(table, name);
  msw_columns_add(table, count_text(n, table->arena));
  msw_columns_add(table, note);
}

static const char *rule_place(const msw_spec_rule *rule, msw_arena *arena) {
  if (!rule->where.loc.file) return rule->text;
  return msw_format(arena, "%s   (%s:%d)", rule->text, rule->where.loc.file, rule->where.loc.line);
}

static void add_rules(const page *p, msw_columns *table, msw_rule_kind kind) {
  const char *name = "  by rule (they may overlap)";
  for (size_t i_rule = 0; i_rule < p->block->spec->n_rules; i_rule++) {
    const msw_rule_count *count = &p->block->rule_counts[i_rule];
    if (count->rule->kind != kind) continue;
    add_count(table, name, count->n_cells, rule_place(count->rule, p->arena));
    name = "";
  }
}

static void add_void(const page *p, msw_columns *table) {
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    if (p->block->void_counts[i_flag] > 0)
      add_count(table, msw_format(p->arena, "  %s", msw_flag_table[i_flag].name), p->block->void_counts[i_flag],
                msw_flag_table[i_flag].description);
}

static void print_counts(const page *p) {
  const msw_cell_counts *counts = &p->block->counts;
  msw_columns table = msw_columns_new("lrl", p->arena);
  add_count(&table, "cells", counts->n_total, "");
  add_count(&table, "excluded", counts->n_excluded, "");
  add_rules(p, &table, MSW_RULE_EXCLUDE);
  if (counts->n_conditional > 0) {
    add_count(&table, "conditional", counts->n_conditional, "");
    add_rules(p, &table, MSW_RULE_WHEN);
  }
  add_count(&table, "void", counts->n_void, "");
  add_void(p, &table);
  add_count(&table, "valid", counts->n_valid, "");
  msw_columns_print(&table, 2, stdout);
}

/* ---- The page ---- */

/* "argmax of tok_per_s_per_gpu over tp, batch where step_us <= 50000" */
static const char *reduction_text(const page *p, const msw_reduction *reduction) {
  const msw_spec_reduction *spec = reduction->spec;
  const char *text = msw_reduce_op_name(spec->op);
  if (spec->field) text = msw_format(p->arena, "%s of %s", text, spec->field);
  text = msw_format(p->arena, "%s over %s", text, msw_reduction_over(p->block, reduction, ", ", p->arena));
  return spec->condition ? msw_format(p->arena, "%s where %s", text, spec->condition_text) : text;
}

static void print_reductions(const page *p) {
  msw_columns table = msw_columns_new("lrl", p->arena);
  static const char *const heads[] = {"reduction", "cells left", ""};
  for (size_t i_head = 0; i_head < sizeof heads / sizeof heads[0]; i_head++) msw_columns_add(&table, heads[i_head]);
  for (size_t i = 0; i < p->block->spec->n_reductions; i++) {
    const msw_reduction *reduction = &p->block->reductions[i];
    add_count(&table, reduction->spec->name, reduction->n_cells, reduction_text(p, reduction));
  }
  msw_columns_print(&table, 2, stdout);
  printf("  %s uncompressed; of the cells themselves nothing is stored\n", bytes_text(p->block->reduced_bytes, p->arena));
}

static void print_fields(const page *p) {
  const char *text = "fields:";
  for (size_t i_field = 0; i_field < p->block->n_fields; i_field++)
    text = msw_format(p->arena, "%s%s %s", text, i_field ? "," : "", p->block->fields[i_field]->name);
  msw_print_wrapped(text, 2, stdout);
}

static void print_block(const msw_plan_block *block, msw_arena *arena) {
  page p = {block, arena};
  const char *name = block->spec->name;
  if (name[0]) printf("\nblock %s: %s steps\n", name, msw_phase_name(block->spec->phase));
  else printf("\n%s steps\n", msw_phase_name(block->spec->phase));
  print_dims(&p);
  uint64_t n_tiles = block->n_cases * block->tiles_per_case;
  printf("  %s cases in %s tiles of up to %s cells\n", count_text(block->n_cases, arena), count_text(n_tiles, arena),
         count_text(block->chunk_cells, arena));
  const size_t n_points = block->spec->n_points;
  if (n_points > 0) printf("  %zu include point%s beside the grid\n", n_points, n_points == 1 ? "" : "s");
  printf("\n");
  print_counts(&p);
  printf("\n");
  if (block->spec->n_reductions > 0) {
    print_reductions(&p);
    return;
  }
  print_fields(&p);
  printf("  %s uncompressed, %zu bytes per cell\n", bytes_text(block->counts.n_total * block->cell_bytes, arena),
         block->cell_bytes);
}

void msw_plan_warn(const msw_plan *plan, const char *path, bool compressed, msw_diag *diag) {
  msw_plan_check_limits(plan, true, diag);
  msw_place_has_room(path, plan->n_bytes, compressed, true, diag);
}

msw_status msw_plan_show(const msw_plan *plan, const char *path, bool compressed, msw_context *ctx) {
  msw_arena *arena = &ctx->arena;
  char time[TEXT_BYTES];
  printf("sweep %s (%s): %s cells, %s of them with a number; %s uncompressed\n", plan->spec->name, plan->spec->file,
         count_text(plan->n_cells, arena), count_text(plan->n_valid, arena), bytes_text(plan->n_bytes, arena));
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) print_block(&plan->blocks[i_block], arena);
  printf("\nresult: %s\n", path);
  double core_s = msw_plan_core_s(plan, compressed);
  printf("time:   %s on one core, with writing\n",
         core_s < 1.0 ? "less than 1 s" : msw_human_seconds(core_s, time, sizeof time));
  msw_plan_warn(plan, path, compressed, &ctx->diag);
  return MSW_OK;
}
