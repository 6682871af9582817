/* Reads cells of a result as the commands do, for checks in Python.
 *
 *     read_result show FILE
 *     read_result read FILE BLOCK FIELD THREADS OUT [AXIS=VALUES …]     doubles, row-major, to the file OUT
 *     read_result apart FILE BLOCK FIELD DIM A B THREADS OUT [AXIS=VALUES …]     the same at A and at B of DIM,
 * [cell][2] read_result sum FILE BLOCK FIELDS THREADS                          fields separated by commas; time is the
 * caller's business
 *
 * BLOCK "-": the only one. Exit codes as the tool's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/output/result_scan.h"

typedef struct {
  msw_arena arena;
  msw_diag diag;
  msw_result result;
  const msw_result_block *block;
  msw_selection selection;
} reading;

static void show_axis(const msw_result_axis *axis) {
  printf(" %s %s[%zu] '%s' '%s' first %s last %s\n", axis->name, axis->is_text ? "text" : "number", axis->n, axis->units,
         axis->long_name, axis->texts[0], axis->texts[axis->n - 1]);
}

static msw_status show(reading *r) {
  printf("%s %s %s inputs %zu expanded %d methods %d tiles %llu/%llu\n", r->result.spec_name, r->result.version, r->result.hash,
         r->result.n_inputs, r->result.expanded != NULL, r->result.methods != NULL,
         (unsigned long long)r->result.n_tiles_there, (unsigned long long)r->result.n_tiles);
  for (size_t i_block = 0; i_block < r->result.n_blocks; i_block++) {
    const msw_result_block *block = &r->result.blocks[i_block];
    printf("block '%s' phase '%s' signal %s cells %llu\n", block->name, block->phase, block->signal,
           (unsigned long long)block->n_cells);
    for (size_t i_dim = 0; i_dim < block->rank; i_dim++) show_axis(&block->axes[i_dim]);
    for (size_t i = 0; i < block->n_zipped; i++) show_axis(&block->zipped[i]);
    for (size_t i_bit = 0; i_bit < block->n_flag_bits; i_bit++)
      if (block->flag_counts[i_bit]) printf(" bit %zu: %llu\n", i_bit, (unsigned long long)block->flag_counts[i_bit]);
    for (size_t i_field = 0; i_field < block->n_fields; i_field++) {
      const msw_result_field *field = &block->fields[i_field];
      printf(" field %s '%s' '%s' type %d stored %d meanings", field->name, field->units, field->long_name,
             (int)field->type, (int)field->stored);
      for (size_t i = 0; i < field->n_meanings; i++) printf(" %u:%s", field->meanings[i].value, field->meanings[i].name);
      printf("\n");
    }
  }
  return MSW_OK;
}

static int whole_number(const char *text) {
  int64_t value = 0;
  return msw_parse_int(text, &value) ? (int)value : 0;
}

static msw_status select_all(reading *r, const char *block, char **texts) {
  r->block = msw_result_find_block(&r->result, strcmp(block, "-") == 0 ? NULL : block, "--block", &r->diag);
  if (!r->block) return MSW_BAD_INPUT;
  r->selection = msw_select_all(r->block, &r->arena);
  msw_status status = MSW_OK;
  for (; *texts && status == MSW_OK; texts++)
    status = msw_select(r->block, *texts, "--select", &r->arena, &r->diag, &r->selection);
  return status;
}

static msw_status write_out(const char *path, const double *values, uint64_t n) {
  FILE *file = fopen(path, "wb");
  if (!file) return MSW_FAILED;
  const bool is_written = fwrite(values, sizeof *values, (size_t)n, file) == n;
  return fclose(file) == 0 && is_written ? MSW_OK : MSW_FAILED;
}

static msw_status read_field(reading *r, char **words) {
  msw_status status = select_all(r, words[0], words + 4);
  const msw_result_field *field = status == MSW_OK ? msw_result_find_field(r->block, words[1], "--field", &r->diag) : NULL;
  if (!field) return MSW_BAD_INPUT;
  const uint64_t n = msw_selection_cells(r->block, &r->selection);
  double *values = msw_alloc((size_t)n * sizeof *values);
  status = msw_result_read(&r->result, r->block, field, &r->selection, whole_number(words[2]), values, &r->diag);
  if (status == MSW_OK) status = write_out(words[3], values, n);
  free(values);
  return status;
}

/* What `compare` does: two streams of one field, pinned. */
typedef struct { const reading *r; size_t i_pinned; double *out; } apart;

static bool put_pairs(void *context, const msw_scan_piece *piece) {
  const apart *to = context;
  for (size_t i_cell = 0; i_cell < piece->n_cells; i_cell++) {
    size_t rest = i_cell, at[MSW_H5_MAX_RANK], cell = 0;
    for (size_t i_dim = to->r->block->rank; i_dim-- > 0; rest /= piece->count[i_dim])
      at[i_dim] = piece->first[i_dim] + rest % piece->count[i_dim];
    for (size_t i_dim = 0; i_dim < to->r->block->rank; i_dim++)
      if (i_dim != to->i_pinned) cell = cell * to->r->selection.dims[i_dim].n + at[i_dim];
    to->out[2 * cell] = piece->values[0][i_cell];
    to->out[2 * cell + 1] = piece->values[1][i_cell];
  }
  return true;
}

static msw_status read_apart(reading *r, char **words) {
  msw_status status = select_all(r, words[0], words + 7);
  const msw_result_field *field = status == MSW_OK ? msw_result_find_field(r->block, words[1], "--field", &r->diag) : NULL;
  const msw_result_axis *axis = field ? msw_result_find_axis(r->block, words[2], "--along", &r->diag) : NULL;
  if (!axis) return MSW_BAD_INPUT;
  const int dim = (int)axis->i_dim;
  const msw_scan_stream streams[] = {{field, dim, (uint64_t)whole_number(words[3])},
                                     {field, dim, (uint64_t)whole_number(words[4])}};
  const msw_scan scan = {.result = &r->result,
                         .block = r->block,
                         .selection = &r->selection,
                         .streams = streams,
                         .n_streams = 2,
                         .pinned_dim = dim,
                         .n_threads = whole_number(words[5])};
  const uint64_t n = 2 * msw_selection_cells(r->block, &r->selection) / r->selection.dims[dim].n;
  apart to = {r, axis->i_dim, msw_alloc_zero((size_t)n, sizeof *to.out)};
  status = msw_result_scan(&scan, put_pairs, &to, &r->diag);
  if (status == MSW_OK) status = write_out(words[6], to.out, n);
  free(to.out);
  return status;
}

enum { MOST_THREADS = 64, LINE_DOUBLES = 8 };
typedef struct { size_t n_streams; double sums[MOST_THREADS][LINE_DOUBLES]; } totals;   /* a cache line for each thread */

static bool add_up(void *context, const msw_scan_piece *piece) {
  totals *all = context;
  double sum = 0.0, n = 0.0;
  for (size_t i_stream = 0; i_stream < all->n_streams; i_stream++)
    for (size_t i_cell = 0; i_cell < piece->n_cells; i_cell++) {
      const double value = piece->values[i_stream][i_cell];
      const bool is_number = value >= 0.0 || value < 0.0;
      sum += is_number ? value : 0.0;
      n += is_number ? 1.0 : 0.0;
    }
  all->sums[piece->i_thread][0] += sum;
  all->sums[piece->i_thread][1] += n;
  return true;
}

static msw_status sum_up(reading *r, char **words) {
  char *none = NULL;
  msw_scan_stream streams[MSW_SCAN_MAX_STREAMS];
  totals all = {0};
  msw_status status = select_all(r, words[0], &none);
  for (const char *names = words[1]; status == MSW_OK && *names; names += strspn(names, ",")) {
    const size_t len = strcspn(names, ",");
    const msw_result_field *field = msw_result_find_field(r->block, msw_strndup(&r->arena, names, len), "FIELDS", &r->diag);
    if (!field) return MSW_BAD_INPUT;
    streams[all.n_streams++] = (msw_scan_stream){.field = field, .pinned_dim = -1};
    names += len;
  }
  const msw_scan scan = {.result = &r->result, .block = r->block, .selection = &r->selection, .streams = streams,
                         .n_streams = all.n_streams, .pinned_dim = -1, .n_threads = whole_number(words[2])};
  if (status == MSW_OK) status = msw_result_scan(&scan, add_up, &all, &r->diag);
  double sum = 0.0, n = 0.0;
  for (size_t i_thread = 0; i_thread < MOST_THREADS; i_thread++) {
    sum += all.sums[i_thread][0];
    n += all.sums[i_thread][1];
  }
  printf("%.17g of %.0f\n", sum, n);
  return status;
}

int main(int argc, char **argv) {
  const struct {
    const char *name;
    int n_words;
    msw_status (*run)(reading *);
    msw_status (*run_with)(reading *, char **);
  } ways[] = {
      {"show", 0, show, NULL}, {"read", 4, NULL, read_field}, {"apart", 7, NULL, read_apart}, {"sum", 3, NULL, sum_up}};
  reading r = {0};
  msw_status status = MSW_BAD_INPUT;
  const int before = 3;
  for (size_t i_way = 0; argc >= before && i_way < sizeof ways / sizeof ways[0]; i_way++) {
    if (strcmp(argv[1], ways[i_way].name) != 0 || argc < before + ways[i_way].n_words) continue;
    status = msw_result_open(argv[2], &r.arena, &r.diag, &r.result);
    if (status == MSW_OK) status = ways[i_way].run ? ways[i_way].run(&r) : ways[i_way].run_with(&r, argv + before);
  }
  msw_diag_print(&r.diag, stderr, 100);
  msw_result_close(&r.result);
  msw_diag_free(&r.diag);
  msw_arena_free(&r.arena);
  return msw_exit_code(status);
}
