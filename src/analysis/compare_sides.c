/* What is compared with what: values of one axis, or the coordinates that files have in common. */
#include <string.h>

#include "msw/analysis/compare.h"
#include "msw/base/str.h"

/* ---- Values of an axis */

/* The position of the reference: the first selected one, or the one that the user named. */
static bool find_reference(const msw_result_block *block, const msw_selection *selection, const msw_result_axis *axis,
                           const char *reference, msw_arena *arena, msw_diag *diag, uint64_t *at) {
  *at = selection->dims[axis->i_dim].at[0];
  if (!reference) return true;
  msw_selection named = msw_select_all(block, arena);
  const char *text = msw_format(arena, "%s=%s", axis->name, reference);
  if (msw_select(block, text, "--ref", arena, diag, &named) != MSW_OK) return false;
  *at = named.dims[axis->i_dim].at[0];
  if (named.dims[axis->i_dim].n == 1) return true;
  msw_error(diag, (msw_loc){0}, "--ref", NULL, "'%s' stands for %zu values of %s, expected one", reference,
            named.dims[axis->i_dim].n, axis->name);
  return false;
}

static msw_compared side_at(const msw_result *result, const msw_result_block *block, const msw_selection *selection,
                            const msw_result_axis *axis, uint64_t at, msw_arena *arena) {
  uint64_t *only = msw_arena_alloc(arena, sizeof *only);
  msw_compared side = {.label = axis->texts[at], .result = result, .block = block, .selection = *selection};
  *only = at;
  side.selection.dims[axis->i_dim] = (msw_result_positions){1, only};
  return side;
}

msw_status msw_compare_along(const msw_result *result, const msw_result_block *block, const msw_selection *selection,
                             const char *axis_name, const char *reference, msw_arena *arena, msw_diag *diag,
                             msw_compared **sides, size_t *n_sides, size_t *i_dim) {
  const msw_result_axis *axis = msw_result_find_axis(block, axis_name, "--along", diag);
  uint64_t first = 0;
  if (!axis || !find_reference(block, selection, axis, reference, arena, diag, &first)) return MSW_BAD_INPUT;
  const msw_result_positions *positions = &selection->dims[axis->i_dim];
  *sides = msw_arena_array(arena, positions->n + 1, sizeof **sides);
  *i_dim = axis->i_dim;
  (*sides)[0] = side_at(result, block, selection, axis, first, arena);
  *n_sides = 1;
  for (size_t i = 0; i < positions->n; i++)
    if (positions->at[i] != first) (*sides)[(*n_sides)++] = side_at(result, block, selection, axis, positions->at[i], arena);
  if (*n_sides > 1) return MSW_OK;
  msw_error(diag, (msw_loc){0}, "--along", NULL, "%s has one value here (%s), so that there is nothing to compare", axis->name,
            axis->texts[first]);
  return MSW_BAD_INPUT;
}

/* ---- Files */

/* The axes that tell positions of a dimension apart: its own, or those along it where it is a zip. */
static const char *place_text(const msw_result_block *block, size_t i_dim, uint64_t at, msw_arena *arena) {
  const char *text = NULL;
  for (size_t i = 0; i < block->n_zipped; i++)
    if (block->zipped[i].i_dim == i_dim)
      text =
          msw_format(arena, "%s%s%s=%s", text ? text : "", text ? "," : "", block->zipped[i].name, block->zipped[i].texts[at]);
  return text ? text : block->axes[i_dim].texts[at];
}

/* Names of all positions of a dimension. */
static const char **place_texts(const msw_result_block *block, size_t i_dim, msw_arena *arena) {
  const char **texts = msw_arena_array(arena, block->axes[i_dim].n, sizeof *texts);
  for (size_t at = 0; at < block->axes[i_dim].n; at++) texts[at] = place_text(block, i_dim, at, arena);
  return texts;
}

static bool has_same_dims(const msw_compared *a, const msw_compared *b, msw_diag *diag) {
  bool is_same = a->block->rank == b->block->rank;
  for (size_t i_dim = 0; is_same && i_dim < a->block->rank; i_dim++)
    is_same = msw_equal_nocase(a->block->axes[i_dim].name, b->block->axes[i_dim].name);
  if (is_same) return true;
  const char *names[2] = {"", ""};
  for (size_t i_dim = 0; i_dim < a->block->rank; i_dim++)
    names[0] = msw_format(&diag->arena, "%s %s", names[0], a->block->axes[i_dim].name);
  for (size_t i_dim = 0; i_dim < b->block->rank; i_dim++)
    names[1] = msw_format(&diag->arena, "%s %s", names[1], b->block->axes[i_dim].name);
  msw_error(diag, msw_file_loc(diag, b->result->path), NULL, NULL, "has the dimensions%s, but %s has%s", names[1],
            a->result->path, names[0]);
  return false;
}

/* Position of `text` among `texts`, looked for behind the last one that was found first; n where it is not there. */
static size_t find_text(const char *const *texts, size_t n, const char *text, size_t after) {
  for (size_t i = 0; i < n; i++) {
    const size_t at = (after + 1 + i) % n;
    if (msw_equal_nocase(texts[at], text)) return at;
  }
  return n;
}

/* "3 of 10 values of batch are left out: not in B.h5: 5, 6, 7" */
static void tell_left_out(const msw_compared *side, size_t i_dim, const char *const *texts, const bool *is_left, size_t n_left,
                          const char *lacking, msw_diag *diag) {
  enum { MOST_NAMED = 6 };
  const msw_result_axis *axis = &side->block->axes[i_dim];
  const char *names = "";
  size_t n_named = 0;
  if (n_left == 0) return;
  for (size_t at = 0; at < axis->n && n_named < MOST_NAMED; at++)
    if (is_left[at]) names = msw_format(&diag->arena, "%s%s%s", names, n_named++ ? ", " : "", texts[at]);
  msw_note(diag, msw_file_loc(diag, side->result->path), "%zu of %zu values of %s are not in %s and left out: %s%s", n_left,
           axis->n, axis->name, lacking, names, n_named < n_left ? ", ..." : "");
}

/* Which selected positions of the reference the other has: matching positions, or its length where it has none. */
typedef struct { const char **texts; size_t *match; } dim_match;

static dim_match match_dim(const msw_compared *reference, const msw_compared *other, size_t i_dim, msw_arena *arena,
                           msw_diag *diag) {
  const size_t n = reference->block->axes[i_dim].n, n_other = other->block->axes[i_dim].n;
  const msw_result_positions *positions = &reference->selection.dims[i_dim];
  const char **texts = place_texts(reference->block, i_dim, arena), **others = place_texts(other->block, i_dim, arena);
  dim_match found = {texts, msw_arena_array(arena, n, sizeof *found.match)};
  bool *is_left = msw_arena_array(arena, n, sizeof *is_left), *is_new = msw_arena_array(arena, n_other, sizeof *is_new);
  size_t n_left = 0, n_new = 0, last = n_other - 1;
  for (size_t i = 0; i < positions->n; i++) {
    const uint64_t at = positions->at[i];
    const size_t place = find_text(others, n_other, texts[at], last);
    found.match[at] = place;
    if (place < n_other) last = place;
    is_left[at] = place == n_other;
    n_left += is_left[at];
  }
  last = n - 1;
  for (size_t at = 0; at < n_other; at++) {
    const size_t place = find_text(texts, n, others[at], last);
    is_new[at] = place == n;
    if (place < n) last = place;
    n_new += is_new[at];
  }
  tell_left_out(reference, i_dim, texts, is_left, n_left, other->result->path, diag);
  tell_left_out(other, i_dim, others, is_new, n_new, reference->result->path, diag);
  return found;
}

/* Keeps what all sides have. */
static msw_status align_dim(msw_compared *sides, size_t n_sides, size_t i_dim, msw_arena *arena, msw_diag *diag) {
  const msw_result_positions positions = sides[0].selection.dims[i_dim];
  dim_match *matches = msw_arena_array(arena, n_sides, sizeof *matches);
  uint64_t **kept = msw_arena_array(arena, n_sides, sizeof *kept);
  size_t n = 0;
  for (size_t i_side = 0; i_side < n_sides; i_side++) {
    kept[i_side] = msw_arena_array(arena, positions.n, sizeof **kept);
    if (i_side > 0) matches[i_side] = match_dim(&sides[0], &sides[i_side], i_dim, arena, diag);
  }
  for (size_t i = 0; i < positions.n; i++) {
    bool is_common = true;
    for (size_t i_side = 1; i_side < n_sides; i_side++)
      is_common = is_common && matches[i_side].match[positions.at[i]] < sides[i_side].block->axes[i_dim].n;
    if (!is_common) continue;
    kept[0][n] = positions.at[i];
    for (size_t i_side = 1; i_side < n_sides; i_side++) kept[i_side][n] = matches[i_side].match[positions.at[i]];
    n++;
  }
  for (size_t i_side = 0; i_side < n_sides; i_side++)
    sides[i_side].selection.dims[i_dim] = (msw_result_positions){n, kept[i_side]};
  if (n > 0) return MSW_OK;
  msw_error(diag, (msw_loc){0}, NULL, NULL, "the files have no value of %s in common", sides[0].block->axes[i_dim].name);
  return MSW_BAD_INPUT;
}

msw_status msw_compare_align(msw_compared *sides, size_t n_sides, msw_arena *arena, msw_diag *diag) {
  msw_status status = MSW_OK;
  for (size_t i_side = 1; i_side < n_sides; i_side++)
    if (!has_same_dims(&sides[0], &sides[i_side], diag)) status = MSW_BAD_INPUT;
  if (status != MSW_OK) return status;
  for (size_t i_dim = 0; i_dim < sides[0].block->rank; i_dim++)
    if (align_dim(sides, n_sides, i_dim, arena, diag) != MSW_OK) status = MSW_BAD_INPUT;
  return status;
}
