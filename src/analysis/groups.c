/* Keys of rows, and rows put together by them. */
#include "msw/analysis/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

int msw_size_bin(double size, int per_octave) {
  if (!(size > 1.0)) return 0;
  int bin = (int)ceil((double)per_octave * log2(size));
  /* log2 may err in the last place at the end of a bin */
  while (msw_size_bin_end(bin, per_octave) < size) bin++;
  while (bin > 0 && msw_size_bin_end(bin - 1, per_octave) >= size) bin--;
  return bin;
}

double msw_size_bin_end(int bin, int per_octave) {
  if (bin % per_octave == 0) return ldexp(1.0, bin / per_octave);
  return exp2((double)bin / (double)per_octave);
}

/* "0", "1", "2", "3..4", "5..8"; lengths that are fractions count as the next whole number. */
static const char *bin_label(double size, msw_arena *arena) {
  const double whole = ceil(size);
  if (!(whole > 2.0)) return msw_format(arena, "%.0f", whole);
  const double end = msw_size_bin_end(msw_size_bin(whole, 1), 1);
  return msw_format(arena, "%.0f..%.0f", end / 2.0 + 1.0, end);
}

static bool is_size(const char *name) {
  static const char *const sizes[] = {"batch", "kv_len", "seq_len", "cached_len"};
  bool found = false;
  for (size_t i_size = 0; i_size < sizeof sizes / sizeof *sizes; i_size++)
    found = found || strcmp(sizes[i_size], name) == 0;
  return found;
}

static msw_group_key key_of_sizes(const msw_measured_column *column, size_t n_rows, msw_arena *arena) {
  double *numbers = msw_arena_array(arena, n_rows, sizeof *numbers);
  const char **labels = msw_arena_array(arena, n_rows, sizeof *labels);
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    const double size = column->numbers[i_row];
    numbers[i_row] = size > 0.0 ? 1.0 + (double)msw_size_bin(ceil(size), 1) : 0.0;
    labels[i_row] = bin_label(size, arena);
  }
  return (msw_group_key){column->name, false, numbers, labels};
}

msw_group_key msw_group_key_of(const msw_measured_column *column, size_t n_rows, msw_arena *arena) {
  if (column->is_derived && column->numbers && is_size(column->name)) return key_of_sizes(column, n_rows, arena);
  double *numbers = msw_arena_array(arena, n_rows, sizeof *numbers);
  const char **labels = msw_arena_array(arena, n_rows, sizeof *labels);
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    const bool is_number = column->numbers && !isnan(column->numbers[i_row]);
    numbers[i_row] = is_number ? column->numbers[i_row] : -(double)INFINITY;   /* empty cells come first */
    labels[i_row] = is_number ? msw_format(arena, "%.15g", column->numbers[i_row]) : column->texts[i_row];
  }
  return (msw_group_key){column->name, column->numbers != NULL, numbers, labels};
}

typedef struct { const msw_group_key *keys; size_t n_keys; } key_list;

/* Order of two rows by all keys. */
static int compare_keys(const key_list *list, size_t a, size_t b) {
  for (size_t i_key = 0; i_key < list->n_keys; i_key++) {
    const msw_group_key *key = &list->keys[i_key];
    if (key->numbers[a] < key->numbers[b]) return -1;
    if (key->numbers[a] > key->numbers[b]) return 1;
    const int by_label = strcmp(key->labels[a], key->labels[b]);
    if (by_label) return by_label;
  }
  return 0;
}

static int compare_rows(const void *a, const void *b, void *list) {
  const size_t first = *(const size_t *)a, second = *(const size_t *)b;
  const int by_keys = compare_keys(list, first, second);
  return by_keys ? by_keys : (first > second) - (first < second);
}

const msw_group *msw_group_rows(const msw_group_key *keys, size_t n_keys, const size_t *chosen, size_t n_chosen,
                                msw_arena *arena, size_t *n_groups) {
  key_list list = {keys, n_keys};
  size_t *rows = msw_arena_array(arena, n_chosen, sizeof *rows);
  msw_group *groups = msw_arena_array(arena, n_chosen, sizeof *groups);
  if (n_chosen > 0) memcpy(rows, chosen, n_chosen * sizeof *rows);
  qsort_r(rows, n_chosen, sizeof *rows, compare_rows, &list);
  *n_groups = 0;
  for (size_t i_first = 0, i_end; i_first < n_chosen; i_first = i_end) {
    i_end = i_first + 1;
    while (i_end < n_chosen && compare_keys(&list, rows[i_first], rows[i_end]) == 0) i_end++;
    groups[(*n_groups)++] = (msw_group){rows + i_first, i_end - i_first};
  }
  return groups;
}
