/* Names of slices: the values of an axis, or its powers of two. */
#include <math.h>
#include <string.h>

#include "msw/analysis/compare.h"
#include "msw/analysis/groups.h"
#include "msw/base/str.h"

/* "0", "1", "2", "3..4", "513..1024" */
static const char *bin_label(double size, msw_arena *arena) {
  const double whole = ceil(size), pair = 2.0;
  if (!(whole > pair)) return msw_format(arena, "%.0f", whole);
  const double end = msw_size_bin_end(msw_size_bin(whole, 1), 1);
  return msw_format(arena, "%.0f..%.0f", end / pair + 1.0, end);
}

static uint32_t number_of(const char **labels, size_t *n, const char *label) {
  for (size_t i_label = *n; i_label-- > 0;)   /* most often the last one again */
    if (strcmp(labels[i_label], label) == 0) return (uint32_t)i_label;
  labels[*n] = label;
  return (uint32_t)(*n)++;
}

msw_compare_key msw_compare_key_of(const msw_result_axis *axis, const msw_result_positions *positions, size_t most_values,
                                   msw_arena *arena) {
  const bool is_binned = !axis->is_text && positions->n > most_values;
  const char **labels = msw_arena_array(arena, positions->n, sizeof *labels);
  uint32_t *of = msw_arena_array(arena, positions->n, sizeof *of);
  size_t n = 0;
  for (size_t i = 0; i < positions->n; i++) {
    const uint64_t at = positions->at[i];
    of[i] = number_of(labels, &n, is_binned ? bin_label(axis->values[at], arena) : axis->texts[at]);
  }
  return (msw_compare_key){.name = axis->name, .i_dim = axis->i_dim, .n = n, .labels = labels, .of = of};
}
