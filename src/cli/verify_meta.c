/* What /meta says of the cells: its counts, and the table of points beside the grid. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "msw/base/str.h"
#include "verify.h"

/* ---- Counts ---- */

typedef struct {
  int64_t n_total, n_excluded, n_conditional, n_void, n_evaluated;
  uint64_t flags[MSW_N_FLAG_BITS];
  uint64_t n_flags;
} stored_counts;

static bool read_counts(msw_verification *v, msw_h5 group, const char *path, stored_counts *counts) {
  const struct { const char *name; int64_t *value; } attrs[] = {{"n_total", &counts->n_total},
                                                                {"n_excluded", &counts->n_excluded},
                                                                {"n_conditional", &counts->n_conditional},
                                                                {"n_void", &counts->n_void},
                                                                {"n_evaluated", &counts->n_evaluated}};
  const uint64_t start = 0;
  msw_diag problems = {0};
  bool found = true;
  size_t rank = 0;
  msw_status status = MSW_OK;
  for (size_t i_attr = 0; i_attr < sizeof attrs / sizeof attrs[0] && status == MSW_OK && found; i_attr++)
    status = msw_h5_read_attr_int(group, attrs[i_attr].name, &problems, attrs[i_attr].value, &found);
  if (status == MSW_OK && found) status = msw_h5_shape(group, "flag_counts", 1, &problems, &rank, &counts->n_flags);
  if (counts->n_flags > MSW_N_FLAG_BITS) counts->n_flags = MSW_N_FLAG_BITS;
  if (status == MSW_OK && found)
    status = msw_h5_read_slab(group, "flag_counts", MSW_H5_U64, 1, &start, &counts->n_flags, counts->flags, &problems);
  if (problems.n > 0) msw_verify_problem(v, "%s: %s", path, problems.items[0].message);
  else if (!found) msw_verify_problem(v, "%s: counts are missing", path);
  msw_diag_free(&problems);
  return status == MSW_OK && found;
}

static void check_equal(msw_verification *v, const char *path, const char *what, int64_t stored, uint64_t counted) {
  if (stored >= 0 && (uint64_t)stored == counted) return;
  msw_verify_problem(v, "%s: %s says %" PRId64 ", counted %" PRIu64, path, what, stored, counted);
}

/* Flag counts are of all cells: known only when all were looked at. */
static void check_flags(msw_verification *v, size_t i_block, const char *path, const stored_counts *stored) {
  const msw_spec_block *spec = v->plan.blocks[i_block].spec;
  const uint64_t n_wanted = MSW_N_FLAGS + spec->n_constraints;
  if (stored->n_flags != n_wanted)
    msw_verify_problem(v, "%s: flag_counts has %" PRIu64 " flags instead of %" PRIu64, path, stored->n_flags, n_wanted);
  for (uint64_t i_flag = 0; i_flag < stored->n_flags && i_flag < n_wanted; i_flag++) {
    const char *name = i_flag < MSW_N_FLAGS ? msw_flag_table[i_flag].name : spec->constraints[i_flag - MSW_N_FLAGS].name;
    const uint64_t counted = v->counts[i_block].flags[i_flag];
    if (stored->flags[i_flag] != counted)
      msw_verify_problem(v, "%s: flag_counts says %" PRIu64 " cells are %s, counted %" PRIu64, path, stored->flags[i_flag],
                         name, counted);
  }
}

static void check_counts(msw_verification *v, size_t i_block, const char *path, const stored_counts *stored) {
  const msw_cell_counts *planned = &v->plan.blocks[i_block].counts;
  if (stored->n_total != stored->n_excluded + stored->n_conditional + stored->n_void + stored->n_evaluated)
    msw_verify_problem(v, "%s: n_excluded, n_conditional, n_void and n_evaluated do not add up to n_total", path);
  if (v->identity.is_whole) {
    check_equal(v, path, "n_total", stored->n_total, planned->n_total);
    check_equal(v, path, "n_excluded", stored->n_excluded, planned->n_excluded);
    check_equal(v, path, "n_conditional", stored->n_conditional, planned->n_conditional);
  }
  if (!v->order->all || !v->is_sound[i_block]) return;
  check_equal(v, path, "n_evaluated", stored->n_evaluated, v->counts[i_block].n_evaluated);
  check_flags(v, i_block, path, stored);
}

static void check_block(msw_verification *v, size_t i_block) {
  const char *name = v->plan.blocks[i_block].spec->name;
  const char *path = msw_format(&v->ctx->arena, "/meta/%s", name[0] ? name : "block");
  msw_diag unheard = {0};
  msw_h5 group = MSW_H5_NONE;
  stored_counts stored = {0};
  bool is_there = msw_h5_exists(v->file, path) && msw_h5_open_group(v->file, path, &unheard, &group) == MSW_OK;
  if (!is_there) msw_verify_problem(v, "%s is missing", path);
  else if (read_counts(v, group, path, &stored)) check_counts(v, i_block, path, &stored);
  msw_h5_close(group);
  msw_diag_free(&unheard);
}

void msw_verify_counts(msw_verification *v) {
  for (size_t i_block = 0; i_block < v->plan.n_blocks; i_block++)
    if (v->plan.blocks[i_block].n_fields > 0) check_block(v, i_block);
}

/* ---- Points ---- */

static msw_h5_type type_of(const msw_field *field) {
  switch (field->type) {
    case MSW_FIELD_F32: return MSW_H5_F32;
    case MSW_FIELD_U8: return MSW_H5_U8;
    case MSW_FIELD_U32: return MSW_H5_U32;
  }
  return MSW_H5_F32;
}

static bool same_texts(const char *const *a, const char *const *b, size_t n) {
  bool same = true;
  for (size_t i = 0; i < n && same; i++) same = strcmp(a[i], b[i]) == 0;
  return same;
}

/* The same code wrote the column: it must be equal bit by bit. */
static void check_column(msw_verification *v, const msw_point_table *table, const msw_point_column *column, const char *group) {
  msw_arena scratch = {0};
  msw_diag problems = {0};
  const char *path = msw_format(&scratch, "%s/%s", group, column->name), *const *texts = NULL;
  const uint64_t start = 0, count = table->n_points;
  const msw_h5_type type = column->field ? type_of(column->field) : MSW_H5_F64;
  const size_t n_bytes = table->n_points * msw_h5_type_size(type);
  void *found = msw_arena_alloc(&scratch, n_bytes);
  size_t n_texts = table->n_points;
  msw_status status = MSW_OK;
  if (!msw_h5_exists(v->file, group) || !msw_h5_exists(v->file, path)) msw_verify_problem(v, "%s is missing", path);
  else if (column->texts) status = msw_h5_read_texts(v->file, path, &scratch, &problems, &texts, &n_texts);
  else status = msw_h5_read_slab(v->file, path, type, 1, &start, &count, found, &problems);
  const void *want = column->field ? column->cells : (const void *)column->numbers;
  bool is_same = status != MSW_OK || !msw_h5_exists(v->file, group) || !msw_h5_exists(v->file, path);   /* told */
  if (!is_same && column->texts) is_same = n_texts == table->n_points && same_texts(texts, column->texts, n_texts);
  else if (!is_same) is_same = memcmp(found, want, n_bytes) == 0;
  if (status != MSW_OK) msw_verify_problem(v, "%s: %s", path, problems.n > 0 ? problems.items[0].message : "cannot be read");
  if (!is_same) msw_verify_problem(v, "%s is not what its points give when they are evaluated again", path);
  msw_diag_free(&problems);
  msw_arena_free(&scratch);
}

void msw_verify_points(msw_verification *v) {
  msw_diag unheard = {0};   /* points without numbers */
  const msw_point_table *tables = msw_points_eval(&v->plan, &v->tables, &v->ctx->arena, &unheard);
  msw_diag_free(&unheard);
  for (size_t i_block = 0; i_block < v->plan.n_blocks; i_block++) {
    const char *name = v->plan.blocks[i_block].spec->name;
    const char *group = msw_format(&v->ctx->arena, "/meta/include%s%s", name[0] ? "/" : "", name);
    for (size_t i_column = 0; i_column < tables[i_block].n_columns; i_column++)
      check_column(v, &tables[i_block], &tables[i_block].columns[i_column], group);
    v->n_points_seen += tables[i_block].n_points;
  }
}
