/* Finding the cell of a plan that "--cell AXIS=VALUE,…" names: which block, which position on every axis. */
#include <string.h>

#include "explain.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

static const msw_loc command_line = {0};
static const char block_word[] = "block";

/* The texts as wishes: one value per axis, or NULL. */
typedef struct { const char *block, *values[MSW_N_AXES]; } wishes;

static const char *const *axis_names(const char *names[MSW_N_AXES + 1]) {
  for (int axis = 0; axis < MSW_N_AXES; axis++) names[axis] = msw_axis_name((msw_axis_id)axis);
  names[MSW_N_AXES] = block_word;
  return names;
}

/* Where a wish's value is to be kept, by its name up to '='; NULL for unknown names. */
static const char **slot_of(wishes *wanted, const char *name, size_t len) {
  if (len == sizeof block_word - 1 && strncmp(name, block_word, len) == 0) return &wanted->block;
  for (int axis = 0; axis < MSW_N_AXES; axis++) {
    const char *known = msw_axis_name((msw_axis_id)axis);
    if (strlen(known) == len && strncmp(known, name, len) == 0) return &wanted->values[axis];
  }
  return NULL;
}

/* Characters up to the comma before the next AXIS=; values may hold commas themselves (prefill_bucket=[512,1024]). */
static size_t item_length(const char *text) {
  wishes unused;
  size_t len = strcspn(text, ",");
  while (text[len] == ',' && !slot_of(&unused, text + len + 1, strcspn(text + len + 1, "=,"))) {
    size_t rest = strcspn(text + len + 1, ",=");
    if (text[len + 1 + rest] == '=' && !strchr(text, '[')) break;   /* an unknown axis, to be complained about */
    len += 1 + strcspn(text + len + 1, ",");
  }
  return len;
}

static bool read_item(msw_context *ctx, const char *item, wishes *wanted) {
  size_t equals = strcspn(item, "=");
  const char *names[MSW_N_AXES + 1];
  if (item[equals] == '\0') {
    msw_error(&ctx->diag, command_line, "--cell", NULL, "expected AXIS=VALUE, found '%s'", item);
    return false;
  }
  const char **slot = slot_of(wanted, item, equals);
  const char *name = msw_strndup(&ctx->arena, item, equals);
  if (!slot) {
    const char *nearest = msw_nearest(name, axis_names(names), MSW_N_AXES + 1);
    msw_error(&ctx->diag, command_line, "--cell", msw_did_you_mean(&ctx->diag, nearest), "unknown axis '%s'", name);
    return false;
  }
  if (*slot) msw_error(&ctx->diag, command_line, "--cell", NULL, "%s is given twice", name);
  bool is_first = !*slot;
  *slot = item + equals + 1;
  return is_first;
}

static bool read_wishes(msw_context *ctx, const msw_opt_list *cell, wishes *wanted) {
  bool is_good = true;
  for (size_t i_text = 0; i_text < cell->n; i_text++)
    for (const char *at = cell->items[i_text]; *at;) {
      size_t len = item_length(at);
      is_good = read_item(ctx, msw_strndup(&ctx->arena, at, len), wanted) && is_good;
      at += len + (at[len] == ',');
    }
  return is_good;
}

/* ---- Values ---- */

static bool matches(const msw_spec_block *block, const msw_spec_axis *axis, size_t i_value, const char *text) {
  double number;
  if (axis->id == MSW_AXIS_GPU) return msw_gpu_is(block->gpus[i_value], text);
  if (axis->labels) return msw_equal_nocase(axis->labels[i_value], text);
  return msw_parse_suffixed(text, &number) && number >= axis->values[i_value] && number <= axis->values[i_value];
}

static const char *value_text(const msw_spec_axis *axis, size_t i_value, msw_arena *arena) {
  return axis->labels ? axis->labels[i_value] : msw_format(arena, "%.15g", axis->values[i_value]);
}

/* "1, 2, 4, 8", or the ends of a long axis. */
static const char *values_text(const msw_spec_axis *axis, msw_arena *arena) {
  const size_t max_shown = 12, n_ends = 3;
  const char *text = "";
  for (size_t i_value = 0; i_value < axis->n; i_value++) {
    bool is_skipped = axis->n > max_shown && i_value >= n_ends && i_value + n_ends < axis->n;
    if (is_skipped && i_value == n_ends) text = msw_format(arena, "%s, ...", text);
    if (!is_skipped) text = msw_format(arena, "%s%s%s", text, i_value ? ", " : "", value_text(axis, i_value, arena));
  }
  return text;
}

/* The neighbours of a value that a long numeric axis lacks, the nearest label of a text axis, else all values. */
static const char *hint_for(const msw_spec_axis *axis, const char *text, msw_diag *diag) {
  if (axis->labels) {
    const char *nearest = msw_nearest(text, axis->labels, axis->n);
    if (nearest) return msw_did_you_mean(diag, nearest);
  }
  double number, below = -1.0, above = -1.0;
  if (axis->labels || !msw_parse_suffixed(text, &number)) return values_text(axis, &diag->arena);
  for (size_t i_value = 0; i_value < axis->n; i_value++) {
    double value = axis->values[i_value];
    if (value < number && (below < 0.0 || value > below)) below = value;
    if (value > number && (above < 0.0 || value < above)) above = value;
  }
  if (below < 0.0 || above < 0.0) return values_text(axis, &diag->arena);
  return msw_format(&diag->arena, "nearest: %.15g and %.15g", below, above);
}

/* ---- Positions. `diag` may be a scratch one: blocks are tried before one is chosen. ---- */

static bool find_on_axis(const msw_spec_block *block, const msw_spec_axis *axis, const char *text, msw_diag *diag,
                         size_t *position) {
  const char *name = msw_axis_name(axis->id);
  if (axis->n == 0) {
    if (!text) return true;
    msw_error(diag, command_line, "--cell", NULL, "%s steps have no axis %s", msw_phase_name(block->phase), name);
    return false;
  }
  if (!text && axis->n == 1) return true;
  if (!text) {
    msw_error(diag, command_line, "--cell", values_text(axis, &diag->arena), "%s is missing: it has %zu values", name,
              axis->n);
    return false;
  }
  for (size_t i_value = 0; i_value < axis->n; i_value++)
    if (matches(block, axis, i_value, text)) {
      *position = i_value;
      return true;
    }
  msw_error(diag, command_line, "--cell", hint_for(axis, text, diag), "%s has no value '%s'", name, text);
  return false;
}

/* Members of a zip stand at one position together: the one at which all that were named match. */
static bool find_on_zip(const msw_spec_block *block, const msw_spec_zip *zip, const wishes *wanted, msw_diag *diag,
                        size_t position[MSW_N_AXES]) {
  size_t n_found = 0, found = 0;
  for (size_t i_value = 0; i_value < zip->n; i_value++) {
    bool fits = true;
    for (size_t i_member = 0; i_member < zip->n_members; i_member++) {
      const msw_spec_axis *axis = &block->axes[zip->members[i_member]];
      const char *text = wanted->values[axis->id];
      fits = fits && (!text || matches(block, axis, i_value, text));
    }
    if (fits && n_found++ == 0) found = i_value;
  }
  if (n_found == 0) msw_error(diag, command_line, "--cell", NULL, "no position of zip %s has these values", zip->name);
  if (n_found > 1)
    msw_error(diag, command_line, "--cell", "name more of its axes", "%zu positions of zip %s have these values",
              n_found, zip->name);
  if (n_found != 1) return false;
  for (size_t i_member = 0; i_member < zip->n_members; i_member++) position[zip->members[i_member]] = found;
  return true;
}

static bool find_in_block(const msw_spec_block *block, const wishes *wanted, msw_diag *diag,
                          size_t position[MSW_N_AXES]) {
  bool is_good = true;
  memset(position, 0, MSW_N_AXES * sizeof *position);
  for (int axis = 0; axis < MSW_N_AXES; axis++)
    if (block->axes[axis].zip < 0)
      is_good = find_on_axis(block, &block->axes[axis], wanted->values[axis], diag, &position[axis]) && is_good;
  for (size_t i_zip = 0; i_zip < block->n_zips; i_zip++)
    is_good = find_on_zip(block, &block->zips[i_zip], wanted, diag, position) && is_good;
  return is_good;
}

/* ---- Blocks ---- */

static const char *block_names(const msw_plan *plan, msw_arena *arena) {
  const char *text = "blocks:";
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++)
    text = msw_format(arena, "%s%s %s", text, i_block ? "," : "", plan->blocks[i_block].spec->name);
  return text;
}

static const msw_plan_block *named_block(msw_context *ctx, const msw_plan *plan, const char *name) {
  const char **names = msw_arena_array(&ctx->arena, plan->n_blocks, sizeof *names);
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    names[i_block] = plan->blocks[i_block].spec->name;
    if (strcmp(names[i_block], name) == 0) return &plan->blocks[i_block];
  }
  const char *nearest = msw_nearest(name, names, plan->n_blocks);
  const char *hint = nearest ? msw_did_you_mean(&ctx->diag, nearest) : block_names(plan, &ctx->arena);
  msw_error(&ctx->diag, command_line, "--cell", hint, "unknown block '%s'", name);
  return NULL;
}

/* The only block in which the wishes name a cell. */
static const msw_plan_block *fitting_block(msw_context *ctx, const msw_plan *plan, const wishes *wanted) {
  const msw_plan_block *fits = NULL;
  size_t n_fits = 0, position[MSW_N_AXES];
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    msw_diag unused = {0};
    if (find_in_block(plan->blocks[i_block].spec, wanted, &unused, position) && n_fits++ == 0)
      fits = &plan->blocks[i_block];
    msw_diag_free(&unused);
  }
  if (n_fits == 1) return fits;
  msw_error(&ctx->diag, command_line, "--cell", block_names(plan, &ctx->arena),
            n_fits ? "several blocks have such a cell: add block=NAME"
                   : "no block has such a cell: block=NAME says why");
  return NULL;
}

bool msw_parse_cell(msw_context *ctx, const msw_plan *plan, const msw_opt_list *cell, const msw_plan_block **block,
                    size_t position[MSW_N_AXES]) {
  wishes wanted = {0};
  if (!read_wishes(ctx, cell, &wanted)) return false;
  if (wanted.block) *block = named_block(ctx, plan, wanted.block);
  else if (plan->n_blocks == 1) *block = &plan->blocks[0];
  else *block = fitting_block(ctx, plan, &wanted);
  return *block && find_in_block((*block)->spec, &wanted, &ctx->diag, position);
}
