/* What verify found, for people. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "shell_word.h"
#include "verify.h"

enum { TEXT_BYTES = 48, FLAGS_BYTES = 512 };

static const char *count_text(uint64_t n, msw_arena *arena) {
  char text[TEXT_BYTES];
  return msw_strdup(arena, msw_human_count(n, text, sizeof text));
}

/* ---- A difference ---- */

static const char *axis_text(const msw_difference *difference, msw_axis_id axis, msw_arena *arena) {
  const msw_spec_axis *given = &difference->block->spec->axes[axis];
  const size_t at = difference->position[axis];
  return given->labels ? given->labels[at] : msw_format(arena, "%.15g", given->values[at]);
}

const char *msw_difference_cell(const msw_difference *difference, msw_arena *arena) {
  const msw_spec_block *block = difference->block->spec;
  const char *text = block->name[0] ? msw_format(arena, "block=%s", block->name) : "";
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++)
    if (block->axes[axis].n > 0)
      text = msw_format(arena, "%s%s%s=%s", text, text[0] ? "," : "", msw_axis_name(axis), axis_text(difference, axis, arena));
  return text;
}

static const char *method_text(const msw_method *method, msw_arena *arena) {
  const char *text = msw_format(arena, " --method %s", method->preset->name);
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++) {
    const msw_method_setting *setting = &method->settings[i_setting];
    text = msw_format(arena, "%s --set %s", text, msw_shell_word(msw_format(arena, "%s=%s", setting->knob, setting->text), arena));
  }
  return text;
}

static const char *step_text(const msw_difference *difference, msw_arena *arena) {
  const msw_phase phase = difference->block->spec->phase;
  const char *batch = axis_text(difference, MSW_AXIS_BATCH, arena), *text = "";
  if (phase != MSW_PREFILL)
    text = msw_format(arena, " --decode '%s*%s'", batch, axis_text(difference, MSW_AXIS_KV_LEN, arena));
  if (phase == MSW_DECODE) return text;
  const char *prefills = phase == MSW_MIXED ? axis_text(difference, MSW_AXIS_PREFILL_BATCH, arena) : batch;
  return msw_format(arena, "%s --prefill '%s*%s:%s'", text, prefills, axis_text(difference, MSW_AXIS_CACHED_LEN, arena),
                    axis_text(difference, MSW_AXIS_SEQ_LEN, arena));
}

const char *msw_difference_explain(const msw_difference *difference, const msw_data_options *data, msw_arena *arena) {
  const msw_method *method = &difference->block->methods[difference->position[MSW_AXIS_METHOD]];
  const char *text = msw_format(arena, "mfusweep explain --gpu %s --model %s --tp %s --dtype %s",
                                msw_shell_word(axis_text(difference, MSW_AXIS_GPU, arena), arena),
                                msw_shell_word(axis_text(difference, MSW_AXIS_MODEL, arena), arena),
                                axis_text(difference, MSW_AXIS_TP, arena), axis_text(difference, MSW_AXIS_DTYPE, arena));
  text = msw_format(arena, "%s%s%s", text, method_text(method, arena), step_text(difference, arena));
  if (data->data_dir) text = msw_format(arena, "%s --data-dir %s", text, msw_shell_word(data->data_dir, arena));
  for (size_t i_dir = 0; i_dir < data->bench_dirs.n; i_dir++)
    text = msw_format(arena, "%s --bench-data %s", text, msw_shell_word(data->bench_dirs.items[i_dir], arena));
  return text;
}

static const char *value_text(const msw_field *field, double value, msw_arena *arena) {
  char names[FLAGS_BYTES];
  switch (field->type) {
    case MSW_FIELD_F32: return msw_format(arena, "%.9g", value);
    case MSW_FIELD_U8: return msw_bound_name((msw_bound)value);
    case MSW_FIELD_U32: break;
  }
  msw_flags_text((msw_flags)value, names, sizeof names);
  return msw_format(arena, "0x%" PRIx32 "%s%s%s", (uint32_t)value, names[0] ? " (" : "", names, names[0] ? ")" : "");
}

/* Units in the last place. */
static const char *ulps_text(double ulps, msw_arena *arena) {
  const bool is_one = ulps > 0.5 && ulps < 1.5;
  return msw_format(arena, "%.0f ulp%s", ulps, is_one ? "" : "s");
}

static void print_difference(const msw_verification *v, const msw_difference *difference) {
  msw_arena *arena = &v->ctx->arena;
  const msw_field *field = difference->field;
  printf("  %s at %s\n", field->name, msw_difference_cell(difference, arena));
  printf("    file %s, grid %s, reference %s", value_text(field, difference->found, arena),
         value_text(field, difference->grid, arena), value_text(field, difference->reference, arena));
  if (isfinite(difference->ulps)) printf(" (%s)", ulps_text(difference->ulps, arena));
  printf("\n");
  printf("    %s\n", msw_difference_explain(difference, &v->order->data, arena));
}

/* ---- The report ---- */

static void print_head(const msw_verification *v) {
  msw_arena *arena = &v->ctx->arena;
  printf("%s: sweep %s, %s cells", v->order->file, v->spec.name, count_text(v->plan.n_cells, arena));
  if (!v->identity.is_whole)
    printf(", a shard with tiles %" PRIu64 " to %" PRIu64 " of %" PRIu64, v->tiles.first, v->tiles.first + v->tiles.n - 1,
           v->plan.n_tiles);
  printf("\n  inputs: unchanged, hash %s\n", v->provenance.hash);
}

static void print_reduced(const msw_verification *v) {
  for (size_t i_block = 0; i_block < v->plan.n_blocks; i_block++) {
    const char *name = v->plan.blocks[i_block].spec->name;
    if (v->plan.blocks[i_block].n_fields > 0) continue;
    printf("  reductions%s%s: not computed again\n", name[0] ? " of block " : "", name);
  }
}

static void print_cells(const msw_verification *v) {
  msw_arena *arena = &v->ctx->arena;
  printf("  grid engine: %s cells in %s of %s tiles", count_text(v->n_cells_seen, arena),
         count_text(v->n_tiles_seen, arena), count_text(v->tiles.n, arena));
  if (v->n_by_grid > 0) printf(", %s numbers differ\n", count_text(v->n_by_grid, arena));
  else printf(", same bits%s\n", v->spec.keepbits > 0 ? " after rounding" : "");
  printf("  scalar reference: %s cells (seed %" PRIu64 ")", count_text(v->n_cells_by_reference, arena), v->seed);
  if (v->n_by_reference > 0) printf(", %s numbers differ\n", count_text(v->n_by_reference, arena));
  else if (v->spec.keepbits > 0) printf(", as close as %d bits of mantissa can be\n", v->spec.keepbits);
  else printf(", at most %s apart\n", ulps_text(v->most_ulps, arena));
}

void msw_verify_text(const msw_verification *v) {
  print_head(v);
  print_cells(v);
  print_reduced(v);
  if (v->n_points_seen > 0) printf("  include points: %" PRIu64 "\n", v->n_points_seen);
  size_t n_shown = v->n_problems < MSW_PROBLEMS_SHOWN ? v->n_problems : MSW_PROBLEMS_SHOWN;
  for (size_t i_problem = 0; i_problem < n_shown; i_problem++) printf("  ! %s\n", v->problems[i_problem]);
  if (v->n_problems > n_shown) printf("  ! ... and %zu more\n", v->n_problems - n_shown);
  if (v->n_worst > 0) printf("worst differences:\n");
  for (size_t i_worst = 0; i_worst < v->n_worst; i_worst++) print_difference(v, &v->worst[i_worst]);
  puts(msw_verify_found_any(v) ? "differences found" : "no differences");
}
