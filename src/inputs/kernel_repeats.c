/* Finds rows of a kernel table that repeat the sizes of an earlier one. */
#include <stdlib.h>
#include <string.h>

#include "kernel_internal.h"

typedef struct { double sizes[MSW_N_KERNEL_SIZES]; size_t i_row; } row_key;

static row_key key_of_row(const msw_kernel_table *table, size_t i_row) {
  switch (table->kind) {
  case MSW_KERNEL_GEMM: return (row_key){{table->m[i_row], table->k[i_row], table->n[i_row]}, i_row};
  case MSW_KERNEL_PREFILL_ATTENTION:
    return (row_key){{table->batch[i_row], table->cached_len[i_row], table->seq_len[i_row]}, i_row};
  case MSW_KERNEL_DECODE_ATTENTION: break;
  }
  return (row_key){{table->batch[i_row], table->kv_len[i_row]}, i_row};
}

static int compare_sizes(const row_key *a, const row_key *b) {
  for (size_t i_size = 0; i_size < MSW_N_KERNEL_SIZES; i_size++) {
    if (a->sizes[i_size] < b->sizes[i_size]) return -1;
    if (a->sizes[i_size] > b->sizes[i_size]) return 1;
  }
  return 0;
}

static int compare_keys(const void *a, const void *b) {
  const row_key *left = a, *right = b;
  const int order = compare_sizes(left, right);
  if (order != 0) return order;
  return left->i_row < right->i_row ? -1 : left->i_row > right->i_row;
}

void msw_kernel_warn_of_repeats(const msw_kernel_table *table, msw_diag *diag) {
  row_key *keys = msw_alloc_zero(table->n_rows, sizeof *keys);
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) keys[i_row] = key_of_row(table, i_row);
  qsort(keys, table->n_rows, sizeof *keys, compare_keys);
  size_t n_repeats = 0, first = table->n_rows;
  for (size_t i_key = 1; i_key < table->n_rows; i_key++) {
    if (compare_sizes(&keys[i_key - 1], &keys[i_key]) != 0) continue;
    n_repeats++;
    if (keys[i_key].i_row < first) first = keys[i_key].i_row;
  }
  free(keys);
  if (n_repeats == 0) return;
  const msw_loc loc = {.file = table->file, .line = table->lines[first]};
  msw_warn(diag, loc, NULL, NULL, "%zu row%s an earlier row's sizes, this one first; all are kept", n_repeats,
           n_repeats == 1 ? " repeats" : "s repeat");
}
