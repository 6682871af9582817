/* What a report page (src/report_page) shows of a result, as parts of one JSON document. Numbers of cells are packed
 * (formats/packed.h); a grid that is too large for a page is thinned, and the document says how. Counts, figures and fronts are
 * of the whole selection.
 *
 * An array of numbers is {"type": "f32" | "f64" | "u32", "n": count, "data": packed}.
 */
#ifndef MSW_ANALYSIS_REPORT_H
#define MSW_ANALYSIS_REPORT_H

#include "msw/formats/json.h"
#include "msw/output/result_scan.h"

/* The selection of one block of an open result. */
typedef struct {
  const msw_result *result;
  const msw_result_block *block;
  const msw_selection *selection;
  int n_threads;
  const volatile int *stop;      /* may be NULL */
} msw_report_source;

/* ---- report_thin.c ---- */

/* At most `most` (2 or more) of the positions of an axis: first and last are kept. Numbers over several octaves are taken
 * evenly in their logarithm, in as many steps an octave as fit; others evenly by position. `is_log` (may be NULL) says which.
 */
msw_result_positions msw_report_thin_axis(const msw_result_axis *axis, msw_result_positions positions, size_t most,
                                          msw_arena *arena, bool *is_log);
/* Thins axes of numbers, the longest first, until at most `most_cells` are left; then, where there are still more, all others
 * too. */
msw_selection msw_report_thin(const msw_result_block *block, const msw_selection *selection, uint64_t most_cells,
                              msw_arena *arena);

/* ---- report_values.c ---- */

void msw_report_add_numbers(msw_arena *arena, msw_json *parent, const char *key, const double *values, size_t n);   /* f64 */
void msw_report_add_floats(msw_arena *arena, msw_json *parent, const char *key, const float *values, size_t n);
void msw_report_add_codes(msw_arena *arena, msw_json *parent, const char *key, const uint32_t *values, size_t n);

/* ---- report_cells.c ---- */

/* Adds "dims", "zipped" and "fields" to `parent`: the block's axes with all their values and the positions that are kept, and
 * the fields' values there, in most_bytes of text at most (more only where a few cells take more). Floats are exact where all
 * cells fit so, else rounded to 12 bits of mantissa: "rounded": true. */
msw_status msw_report_cells(const msw_report_source *source, size_t most_bytes, msw_arena *arena, msw_diag *diag,
                            msw_json *parent);

/* ---- report_flags.c ---- */

/* Adds "flags": how many cells have which flag, how many have no number and how many have nothing to be said of. null where the
 * block has no flags. */
msw_status msw_report_flags(const msw_report_source *source, msw_arena *arena, msw_diag *diag, msw_json *parent);

/* ---- report_front.c ---- */

/* Adds "pareto": for each combination of the other axes (long ones thinned) the front of tok_per_s_per_gpu against
 * tok_per_s_per_user, in prefill blocks against the least step_us, over tp, ep and batch. Cells that do not fit memory or
 * context take no part. {"why": text} where it cannot be. */
msw_status msw_report_front(const msw_report_source *source, msw_arena *arena, msw_diag *diag, msw_json *parent);

/* ---- report_differences.c ---- */

/* Adds "differences": figures of compare.h between the first value of the axis `method` and each other one, for step_us or the
 * block's signal, and how often tp and batch would be chosen differently. null where there is one method. */
msw_status msw_report_differences(const msw_report_source *source, msw_arena *arena, msw_diag *diag, msw_json *parent);

#endif
