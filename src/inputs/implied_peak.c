/* Which peak was a table's mfu column divided by? Published tables often name none, or another than they used:
 * attention tables of one GPU divided by another's peak, FP8 tables by the BF16 peak.
 *
 * A row with FLOP f, latency t +- dt and mfu u +- du (half a digit each) was divided by a peak within
 * f / ((t + dt) (u + du)) .. f / ((t - dt) (u - du)). The implied peak is the known one within most of these intervals.
 */
#include <math.h>
#include <stdlib.h>

#include "kernel_internal.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "units.h"

/* A known peak must explain this share of the rows, else the point within most intervals is reported, nameless. */
static const double MIN_KNOWN_SHARE = .5;
/* Peaks that explain nearly as many rows as the best cannot be told apart by the file: then what is said about the file
 * decides (see preference). */
static const double NEARLY = .9;
/* Two figures for one peak; also covers the rounding of the arithmetic below. */
static const double SAME = 1e-9;
/* Peaks closer than this differ by the digits that somebody wrote, e.g. 989 and 989.5 TFLOP/s. */
static const double OFF = .01;

typedef struct { double low, high; } interval;
typedef struct { const interval *items; size_t n; } interval_list;

typedef enum { DECLARED, OWN_GPU, OTHER_GPU } preference_rank;
typedef struct { double flop_per_s; const char *name; preference_rank preference; size_t n_agree; } candidate;
typedef struct { candidate *items; size_t n; } candidate_list;

static bool is_same(double a, double b) { return fabs(a - b) <= SAME * b; }

/* ---- Intervals ---- */

/* Rows whose mfu was rounded to nothing say nothing. */
static interval_list intervals_of(const msw_kernel_table *table, msw_kernel_rounding rounding, msw_arena *arena) {
  interval *items = msw_arena_array(arena, table->n_rows, sizeof *items);
  size_t n = 0;
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) {
    const double mfu = table->file_mfu[i_row], latency_us = table->latency_us[i_row];
    if (mfu <= rounding.mfu * (1.0 + SAME) || latency_us <= rounding.latency_us) continue;
    const double flop_us = table->flop[i_row] * US_PER_S;
    items[n].low = flop_us / ((latency_us + rounding.latency_us) * (mfu + rounding.mfu)) * (1.0 - SAME);
    items[n].high = flop_us / ((latency_us - rounding.latency_us) * (mfu - rounding.mfu)) * (1.0 + SAME);
    n++;
  }
  return (interval_list){items, n};
}

static size_t count_around(interval_list intervals, double flop_per_s) {
  size_t n = 0;
  for (size_t i_row = 0; i_row < intervals.n; i_row++)
    n += intervals.items[i_row].low <= flop_per_s && flop_per_s <= intervals.items[i_row].high;
  return n;
}

/* The middle of the region within most intervals: a sweep over their sorted ends. */
static double densest_point(interval_list intervals, msw_arena *arena) {
  double *lows = msw_arena_array(arena, intervals.n, sizeof *lows);
  double *highs = msw_arena_array(arena, intervals.n, sizeof *highs);
  for (size_t i_row = 0; i_row < intervals.n; i_row++) {
    lows[i_row] = intervals.items[i_row].low;
    highs[i_row] = intervals.items[i_row].high;
  }
  qsort(lows, intervals.n, sizeof *lows, msw_compare_numbers);
  qsort(highs, intervals.n, sizeof *highs, msw_compare_numbers);
  size_t i_high = 0, most = 0;
  double point = 0.0;
  for (size_t i_low = 0; i_low < intervals.n; i_low++) {
    while (highs[i_high] < lows[i_low]) i_high++;
    const size_t n_open = i_low + 1 - i_high;
    if (n_open <= most) continue;
    most = n_open;
    point = (lows[i_low] + highs[i_high]) / 2.0;
  }
  return point;
}

/* ---- Candidates ---- */

static void add_candidate(candidate_list *list, double flop_per_s, const char *name, preference_rank preference) {
  if (flop_per_s <= 0.0) return;
  for (size_t i_peak = 0; i_peak < list->n; i_peak++)
    if (is_same(list->items[i_peak].flop_per_s, flop_per_s)) return;
  list->items[list->n++] = (candidate){flop_per_s, name, preference, 0};
}

static void add_gpu(candidate_list *list, const msw_gpu *gpu, preference_rank preference, msw_arena *arena) {
  static const msw_dtype DTYPES[] = {MSW_BF16, MSW_FP8};
  for (size_t i_dtype = 0; i_dtype < sizeof DTYPES / sizeof *DTYPES; i_dtype++) {
    const char *name = msw_format(arena, "%s %s", gpu->name, msw_dtype_name(DTYPES[i_dtype]));
    add_candidate(list, gpu->peak_flop_per_s[DTYPES[i_dtype]], name, preference);
  }
}

/* The GPU's own peaks first, so that a peak which several GPUs share gets its name. */
static candidate_list list_candidates(const msw_data_root *data, const msw_gpu *gpu, double declared_flop_per_s,
                                      msw_arena *arena) {
  const size_t n_most = 2 * (data->n_gpus + 1) + 1;
  candidate_list list = {.items = msw_arena_array(arena, n_most, sizeof *list.items)};
  add_gpu(&list, gpu, OWN_GPU, arena);
  for (size_t i_gpu = 0; i_gpu < data->n_gpus; i_gpu++) add_gpu(&list, &data->gpus[i_gpu], OTHER_GPU, arena);
  add_candidate(&list, declared_flop_per_s, "declared", DECLARED);
  for (size_t i_peak = 0; i_peak < list.n; i_peak++)
    if (is_same(list.items[i_peak].flop_per_s, declared_flop_per_s)) list.items[i_peak].preference = DECLARED;
  return list;
}

static const candidate *choose(candidate_list list) {
  size_t most = 0;
  for (size_t i_peak = 0; i_peak < list.n; i_peak++)
    if (list.items[i_peak].n_agree > most) most = list.items[i_peak].n_agree;
  const candidate *chosen = NULL;
  for (size_t i_peak = 0; i_peak < list.n; i_peak++) {
    const candidate *peak = &list.items[i_peak];
    if ((double)peak->n_agree < NEARLY * (double)most) continue;
    if (!chosen || peak->preference < chosen->preference ||
        (peak->preference == chosen->preference && peak->n_agree > chosen->n_agree))
      chosen = peak;
  }
  return chosen;
}

void msw_kernel_imply_peak(const msw_data_root *data, const msw_gpu *gpu, double declared_flop_per_s,
                           msw_kernel_rounding rounding, msw_arena *arena, msw_kernel_table *table) {
  if (!table->file_mfu) return;
  const interval_list intervals = intervals_of(table, rounding, arena);
  table->n_mfu_rows = intervals.n;
  if (intervals.n == 0) return;

  const candidate_list list = list_candidates(data, gpu, declared_flop_per_s, arena);
  for (size_t i_peak = 0; i_peak < list.n; i_peak++)
    list.items[i_peak].n_agree = count_around(intervals, list.items[i_peak].flop_per_s);
  const candidate *known = choose(list);
  const bool is_known = known && (double)known->n_agree >= MIN_KNOWN_SHARE * (double)intervals.n;
  table->implied_flop_per_s = is_known ? known->flop_per_s : densest_point(intervals, arena);
  table->implied_name = is_known ? known->name : NULL;
  table->n_mfu_agree = count_around(intervals, table->implied_flop_per_s);
}

bool msw_kernel_table_mfu_is_off(const msw_kernel_table *table) {
  if (table->implied_flop_per_s <= 0.0) return false;
  return fabs(table->implied_flop_per_s / table->peak_flop_per_s - 1.0) > OFF;
}
