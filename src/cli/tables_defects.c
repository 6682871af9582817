/* What is odd about a kernel table, in sentences. */
#include "mfu_column.h"
#include "msw/base/str.h"
#include "tables.h"

static const double percent = 100.0;

typedef struct { const char **items; size_t n; msw_arena *arena; } sentences;

static void check_mfu(const msw_kernel_table *table, const msw_table_report *report, sentences *out) {
  if (msw_kernel_table_mfu_is_off(table))
    out->items[out->n++] = "the mfu column was divided by another peak than the table's: use mfu_source=latency";
  if (report->n_file_mfu_above_1 > 0)
    out->items[out->n++] = msw_format(out->arena, "the mfu column is above 1 in %zu of %zu rows, up to %.4g",
                                      report->n_file_mfu_above_1, table->n_rows, report->max_file_mfu);
  if (report->n_mfu_above_1 > 0)
    out->items[out->n++] = msw_format(
        out->arena, "recomputed from latency_us, MFU is above 1 in %zu of %zu rows, up to %.4g: peak or rows are wrong",
        report->n_mfu_above_1, table->n_rows, report->max_mfu);
  bool is_nameless = table->implied_flop_per_s > 0.0 && !table->implied_name;
  if (is_nameless)
    out->items[out->n++] = "the mfu column implies a peak that no GPU entry has";
}

static void check_rows(const msw_kernel_table *table, const msw_table_report *report, sentences *out) {
  if (report->n_duplicates > 0)
    out->items[out->n++] = msw_format(out->arena, "%zu of %zu rows repeat the sizes of an earlier one",
                                      report->n_duplicates, table->n_rows);
  if (report->n_holes > 0)
    out->items[out->n++] = msw_format(out->arena, "ragged grid: %zu of %zu combinations of its sizes have no row",
                                      report->n_holes, report->n_grid);
  for (size_t i_size = 0; i_size < report->n_sizes; i_size++) {
    const msw_table_falls *falls = &report->falls[i_size];
    if (falls->n_falls > 0)
      out->items[out->n++] =
          msw_format(out->arena, "latency falls where %s grows in %zu of %zu steps, by up to %.1f %%",
                     report->sizes[i_size].name, falls->n_falls, falls->n_pairs, percent * falls->worst);
  }
}

const char *const *msw_table_defects(const msw_kernel_table *table, const msw_table_report *report, msw_arena *arena,
                                     size_t *n) {
  enum { MOST = 6 + MSW_MAX_TABLE_SIZES };
  sentences out = {.items = msw_arena_array(arena, MOST, sizeof *out.items), .arena = arena};
  if (!table->peak_declared)
    out.items[out.n++] = "no SOURCE.json names its peak";
  check_mfu(table, report, &out);
  check_rows(table, report, &out);
  *n = out.n;
  return out.items;
}
