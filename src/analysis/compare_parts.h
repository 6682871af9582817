/* How the files of a comparison work together (compare*.c); not for others. */
#ifndef MSW_ANALYSIS_COMPARE_PARTS_H
#define MSW_ANALYSIS_COMPARE_PARTS_H

#include <pthread.h>

#include "boxes.h"
#include "cell_groups.h"
#include "msw/analysis/compare.h"
#include "spread.h"

/* ---- compare_worst.c: the cells that lie furthest apart ---- */

/* The n_most worst so far, the least of them on top of a heap. */
typedef struct { msw_worst_cell *cells; size_t n, n_most; } msw_worst_list;
void msw_worst_add(msw_worst_list *list, const msw_worst_cell *cell);
/* Is such a difference among the worst? */
bool msw_worst_wants(const msw_worst_list *list, double percent);
/* Worst first, equal ones by cell. */
void msw_worst_sort(msw_worst_list *list);

/* ---- compare_decide.c: what would be chosen ---- */

typedef struct {
  bool is_there;
  double reference, other, reference_at_other;   /* best of each; what the reference says of the other's choice */
  uint64_t cell, cell_of_other;                  /* of the selection, row-major */
} msw_choice;

enum { MSW_CHOICE_LOCKS = 64 };
typedef struct {
  bool is_max;
  msw_cell_groups places;
  msw_choice *choices;                           /* [n_others][places.n_groups] */
  pthread_mutex_t locks[MSW_CHOICE_LOCKS];       /* each for the places of some stretches */
} msw_choices;
/* NULL and an error where there are too many places. */
msw_choices *msw_choices_new(const msw_compare_order *order, msw_diag *diag);
void msw_choices_free(msw_choices *choices);
/* A piece's values on both sides; those of cells that take no part are NaN on one. */
void msw_choices_add(msw_choices *choices, size_t i_other, const msw_scan_piece *piece, const double *reference,
                     const double *other, const bool *chosen, const uint64_t *row_cells);
msw_decision_figures msw_choices_figures(const msw_choices *choices, size_t i_other);

/* ---- compare.c ---- */

/* What one thread works with. */
typedef struct {
  msw_formula_work **formulas;                   /* [n_sides] */
  double *percent;
  bool *chosen;
  uint64_t *row_cells;                           /* number in the selection of the first cell of each row of the piece */
  size_t cap;
  msw_worst_list *worst;                         /* [n_others][n_fields] */
} msw_compare_worker;

typedef struct { pthread_mutex_t lock; msw_spread spread; } msw_locked_spread;

struct msw_compare {
  msw_compare_order order;
  size_t n_others, n_streams, n_groups;
  size_t counts[MSW_H5_MAX_RANK];                /* of the selection; 1 along the sides' dimension */
  uint32_t *group_of[MSW_H5_MAX_RANK];           /* [counts] what a position adds to a group's number; NULL: nothing */
  msw_locked_spread *spreads;                    /* [n_copies][n_others][n_fields][n_groups] */
  size_t n_copies;                               /* as many as there are threads, where the memory allows */
  msw_choices *choices;                          /* NULL: no decisions */
  msw_compare_worker *workers;                   /* [n_threads] */
  msw_worst_list *worst;                         /* [n_others][n_fields] after the scan */
  msw_compare_put *put;                          /* may be NULL */
  void *put_context;
};

/* Takes a piece into account; its positions are those of the whole selection, values [n_sides][n_streams]. */
void msw_compare_add(msw_compare *compare, const msw_scan_piece *piece);
/* After all pieces. */
void msw_compare_finish(msw_compare *compare);

/* ---- compare_scan.c ---- */
/* Calls msw_compare_add for all pieces of a box. */
msw_status msw_compare_scan_box(msw_compare *compare, const msw_box *box, msw_diag *diag);
msw_box msw_compare_whole(const msw_compare *compare);

#endif
