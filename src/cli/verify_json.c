/* What verify found, for machines. Keys are stable. */
#include <math.h>
#include <stdio.h>

#include "msw/base/str.h"
#include "msw/formats/json.h"
#include "verify.h"

/* Infinite where there is no distance: null, as NaN. */
static void add_ulps(msw_arena *arena, msw_json *parent, double ulps) {
  msw_json_add_number(arena, parent, "ulps", isfinite(ulps) ? ulps : (double)NAN);
}

static void add_cell(msw_arena *arena, msw_json *parent, const msw_difference *difference) {
  const msw_spec_block *block = difference->block->spec;
  msw_json *cell = msw_json_add_object(arena, parent, "cell");
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    const msw_spec_axis *given = &block->axes[axis];
    if (given->n == 0) continue;
    const size_t at = difference->position[axis];
    if (given->labels) msw_json_add_string(arena, cell, msw_axis_name(axis), given->labels[at]);
    else msw_json_add_number(arena, cell, msw_axis_name(axis), given->values[at]);
  }
}

static void add_difference(const msw_verification *v, msw_arena *arena, msw_json *list, const msw_difference *difference) {
  msw_json *object = msw_json_add_object(arena, list, NULL);
  msw_json_add_string(arena, object, "block", difference->block->spec->name);
  msw_json_add_string(arena, object, "field", difference->field->name);
  add_cell(arena, object, difference);
  msw_json_add_number(arena, object, "found", difference->found);
  msw_json_add_number(arena, object, "grid", difference->grid);
  msw_json_add_number(arena, object, "reference", difference->reference);
  add_ulps(arena, object, difference->ulps);
  msw_json_add_string(arena, object, "explain", msw_difference_explain(difference, &v->order->data, arena));
}

static void add_checked(const msw_verification *v, msw_arena *arena, msw_json *root) {
  msw_json *checked = msw_json_add_object(arena, root, "checked");
  msw_json_add_number(arena, checked, "tiles", (double)v->n_tiles_seen);
  msw_json_add_number(arena, checked, "of_tiles", (double)v->tiles.n);
  msw_json_add_number(arena, checked, "cells", (double)v->n_cells_seen);
  msw_json_add_number(arena, checked, "reference_cells", (double)v->n_cells_by_reference);
  msw_json_add_number(arena, checked, "include_points", (double)v->n_points_seen);
  msw_json *reduced = msw_json_add_array(arena, checked, "reduced_blocks");   /* not computed again */
  for (size_t i_block = 0; i_block < v->plan.n_blocks; i_block++)
    if (v->plan.blocks[i_block].n_fields == 0)
      msw_json_add_string(arena, reduced, NULL, v->plan.blocks[i_block].spec->name);
}

void msw_verify_json(const msw_verification *v) {
  msw_arena *arena = &v->ctx->arena;
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_string(arena, root, "file", v->order->file);
  msw_json_add_string(arena, root, "sweep", v->spec.name);
  msw_json_add_string(arena, root, "version", v->identity.version);
  msw_json_add_string(arena, root, "hash", v->provenance.hash);
  msw_json_add_bool(arena, root, "whole", v->identity.is_whole);
  msw_json_add_number(arena, root, "seed", (double)v->seed);
  add_checked(v, arena, root);
  msw_json_add_bool(arena, root, "same", !msw_verify_found_any(v));
  msw_json_add_number(arena, root, "differ_from_grid", (double)v->n_by_grid);
  msw_json_add_number(arena, root, "differ_from_reference", (double)v->n_by_reference);
  msw_json_add_number(arena, root, "most_ulps_from_reference", v->most_ulps);
  msw_json *problems = msw_json_add_array(arena, root, "problems");
  for (size_t i_problem = 0; i_problem < v->n_problems && i_problem < MSW_PROBLEMS_SHOWN; i_problem++)
    msw_json_add_string(arena, problems, NULL, v->problems[i_problem]);
  msw_json_add_number(arena, root, "n_problems", (double)v->n_problems);
  msw_json *worst = msw_json_add_array(arena, root, "worst");
  for (size_t i_worst = 0; i_worst < v->n_worst; i_worst++) add_difference(v, arena, worst, &v->worst[i_worst]);

  enum { INDENT = 2 };
  msw_buf text = {0};
  msw_json_write(root, INDENT, &text);
  puts(text.text);
  msw_buf_free(&text);
}
