/* How far results lie apart: values of an axis, or files, against one that is the reference.
 *
 * A difference is 100 (other - reference) / |reference|, in percent. It exists where both have a number and the reference is
 * not 0; two equal numbers, zeros too, have the difference 0. Percentiles are of absolute differences, linear between order
 * statistics as in errors.h, of values rounded to MSW_SPREAD_BINS steps an octave: within 0.2 % of their value. All other
 * figures are exact, and nothing depends on threads.
 */
#ifndef MSW_ANALYSIS_COMPARE_H
#define MSW_ANALYSIS_COMPARE_H

#include "msw/analysis/formula.h"

enum { MSW_COMPARE_MOST_GROUPS = 4096, MSW_COMPARE_MOST_PLACES = 5000000, MSW_COMPARE_MOST_WORST = 1000 };

/* One of those that are compared. `selection` has as many positions of each dimension as those of the others, in an order in
 * which they mean the same (ascending only where no other file has it otherwise); of the dimension compared along, one.
 * `formulas` hold the same texts under the same numbers. */
typedef struct {
  const char *label;
  const msw_result *result;
  const msw_result_block *block;
  msw_selection selection;
  msw_formulas *formulas;
} msw_compared;

/* ---- Sides ---- */

/* The values of an axis that are selected, the reference first; *i_dim is the dimension that they lie on. Two at least.
 * `reference` NULL: the first selected. Formulas are still to be made. */
msw_status msw_compare_along(const msw_result *result, const msw_result_block *block, const msw_selection *selection,
                             const char *axis, const char *reference, msw_arena *arena, msw_diag *diag, msw_compared **sides,
                             size_t *n_sides, size_t *i_dim);
/* Narrows the selections of all sides to the coordinates that they have in common, in the order of the first; what goes is
 * noted. MSW_BAD_INPUT where they have other dimensions, or nothing in common. */
msw_status msw_compare_align(msw_compared *sides, size_t n_sides, msw_arena *arena, msw_diag *diag);

/* ---- Slices ---- */

/* What a dimension's selected positions are called; several may have one name. */
typedef struct {
  const char *name;              /* of the axis */
  size_t i_dim, n;
  const char *const *labels;     /* [n] */
  const uint32_t *of;            /* [selected positions] number of the label */
} msw_compare_key;
/* Numbers with more than `most_values` values go by powers of two: "513..1024". */
msw_compare_key msw_compare_key_of(const msw_result_axis *axis, const msw_result_positions *positions, size_t most_values,
                                   msw_arena *arena);

/* ---- Figures ---- */

enum { MSW_N_BEYOND = 4, MSW_SPREAD_BINS = 256 };
extern const double msw_beyond_percent[MSW_N_BEYOND];   /* 1, 5, 10, 25 */

typedef struct {
  uint64_t n;                                  /* cells with a difference */
  uint64_t n_only_reference, n_only_other;     /* a number on one side alone */
  uint64_t n_neither;
  uint64_t n_undefined;                        /* numbers on both, but the reference is 0 or one of them infinite */
  double mean, mean_abs, p50, p90, p95, p99, max;   /* NaN where n is 0; max is of absolute differences */
  uint64_t n_beyond[MSW_N_BEYOND];             /* cells with a larger absolute difference */
} msw_difference_figures;

/* `i_selected` counts the selection's cells, row-major. Cells without any difference are not among the worst. */
typedef struct { double reference, other, percent; uint64_t i_selected; } msw_worst_cell;

/* Choices: at every place, which is a combination of the positions of the dimensions that are not decided, the cell whose value
 * of the formula is best; ties go to the first in the file. Only cells take part that have a number on both sides. A wrong
 * choice costs what the reference's value at the other's choice is worse than at its own, in percent of that. */
typedef struct {
  uint64_t n_places, n_empty;                  /* where something can be decided; where nothing can */
  uint64_t n_changed, n_costly;                /* another choice; one that costs more than 1 % */
  double cost_mean, cost_p95, cost_max;        /* over all places, 0 where the choice is the same; NaN without places */
  double cost_mean_changed;                    /* over those with another choice; NaN without any */
} msw_decision_figures;

/* ---- Comparing ---- */

/* Takes differences as they are found: `percent` [piece->n_cells], not finite where there is none. From several threads. */
typedef void msw_compare_put(void *context, size_t i_other, size_t i_field, const msw_scan_piece *piece, const double *percent);

typedef struct {
  const msw_compared *sides;     /* [n_sides] the first is the reference */
  size_t n_sides;
  int along;                     /* dimension whose positions are the sides, all of one result; -1: each has its own */
  const size_t *fields;          /* [n_fields] formulas whose values are compared */
  size_t n_fields;
  size_t i_where;                /* MSW_NO_FORMULA: every cell; else those where it holds on both sides */
  size_t i_decide;               /* what is best; MSW_NO_FORMULA: no decisions */
  bool decide_max;
  bool is_decided[MSW_H5_MAX_RANK];
  const msw_compare_key *keys;   /* [n_keys] */
  size_t n_keys;
  size_t n_worst;
  int n_threads;
  const volatile int *stop;      /* may be NULL */
} msw_compare_order;

typedef struct msw_compare msw_compare;
/* NULL and an error where there would be more than the limits above, or more streams than a scan has. */
msw_compare *msw_compare_new(const msw_compare_order *order, msw_diag *diag);
void msw_compare_free(msw_compare *compare);
/* Goes over all cells. */
msw_status msw_compare_scan(msw_compare *compare, msw_diag *diag);
/* The same, and writes the differences to a file that draws itself: the sides' dimension is called `against`. */
msw_status msw_compare_scan_into(msw_compare *compare, const char *path, msw_diag *diag);

/* Others are counted from 0: side 1 is other 0. Groups are row-major over the keys' labels. */
size_t msw_compare_groups(const msw_compare *compare);
msw_difference_figures msw_compare_overall(const msw_compare *compare, size_t i_other, size_t i_field);
msw_difference_figures msw_compare_group(const msw_compare *compare, size_t i_other, size_t i_field, size_t i_group);
const msw_worst_cell *msw_compare_worst(const msw_compare *compare, size_t i_other, size_t i_field, size_t *n);
msw_decision_figures msw_compare_decision(const msw_compare *compare, size_t i_other);
/* Positions in a side's block of cell number `i_selected` of the selection. */
void msw_compare_place(const msw_compare *compare, size_t i_side, uint64_t i_selected, uint64_t at[MSW_H5_MAX_RANK]);

#endif
