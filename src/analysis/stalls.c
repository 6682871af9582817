/* Finding stalls: decode steps are put beside their like, and the median decides. */
#include "msw/analysis/stalls.h"

#include "msw/analysis/errors.h"
#include "msw/analysis/groups.h"

static const double STALL_RATIO = 1.1;   /* of the median of its like */

/* What must be equal, by value; then batch and the bin of kv_len. */
static const char *const same_columns[] = {"source", "gpu", "engine", "model", "tp", "weight_dtype", "kv_dtype"};
enum { N_SAME = sizeof same_columns / sizeof *same_columns, N_KEYS = N_SAME + 2 };

static msw_group_key exact_key(const double *numbers, size_t n_rows, msw_arena *arena) {
  const char **labels = msw_arena_array(arena, n_rows, sizeof *labels);
  for (size_t i_row = 0; i_row < n_rows; i_row++) labels[i_row] = "";
  return (msw_group_key){"", true, numbers, labels};
}

static void mark(const msw_measured *measured, const msw_group *like, double *is_stall, msw_arena *arena) {
  double *latencies_us = msw_arena_array(arena, like->n, sizeof *latencies_us);
  for (size_t i = 0; i < like->n; i++) latencies_us[i] = measured->rows[like->rows[i]].latency_us;
  const double limit_us = STALL_RATIO * msw_median(latencies_us, like->n);
  for (size_t i = 0; i < like->n; i++) is_stall[like->rows[i]] = measured->rows[like->rows[i]].latency_us > limit_us;
}

const double *msw_find_stalls(const msw_measured *measured, msw_arena *arena) {
  msw_arena scratch = {0};
  const size_t n_rows = measured->n_rows;
  double *is_stall = msw_arena_array(arena, n_rows, sizeof *is_stall);
  double *batches = msw_arena_array(&scratch, n_rows, sizeof *batches), *bins = msw_arena_array(&scratch, n_rows, sizeof *bins);
  size_t *decodes = msw_arena_array(&scratch, n_rows, sizeof *decodes), n_decodes = 0;
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    const msw_measured_row *row = &measured->rows[i_row];
    if (row->phase != MSW_DECODE) continue;
    batches[i_row] = row->step.decode[0].count;
    bins[i_row] = (double)msw_size_bin(row->step.decode[0].kv_len, MSW_LIKE_BINS);
    decodes[n_decodes++] = i_row;
  }
  msw_group_key keys[N_KEYS];
  for (size_t i_key = 0; i_key < N_SAME; i_key++)
    keys[i_key] = msw_group_key_of(msw_measured_find(measured, same_columns[i_key]), n_rows, &scratch);
  keys[N_SAME] = exact_key(batches, n_rows, &scratch);
  keys[N_SAME + 1] = exact_key(bins, n_rows, &scratch);
  size_t n_groups;
  const msw_group *groups = msw_group_rows(keys, N_KEYS, decodes, n_decodes, &scratch, &n_groups);
  for (size_t i_group = 0; i_group < n_groups; i_group++) mark(measured, &groups[i_group], is_stall, &scratch);
  msw_arena_free(&scratch);
  return is_stall;
}
