/* Values of formulas at the cells of a piece, a strip of cells at a time, so that what a formula needs between its steps stays
 * in the cache. */
#include <math.h>
#include <stdlib.h>

#include "formula_parts.h"

enum { STRIP_CELLS = 1024 };

struct msw_formula_work {
  size_t n_names, n_formulas;
  double (*strips)[STRIP_CELLS];   /* [n_names] what has to be worked out for a strip */
  msw_expr_input *inputs;          /* [n_names] */
  double *scratch;
  double **values;                 /* [n_formulas] */
  size_t *caps;                    /* [n_formulas] cells that there is room for */
};

msw_formula_work *msw_formula_work_new(const msw_formulas *formulas) {
  msw_formula_work *work = msw_alloc_zero(1, sizeof *work);
  size_t most = 1;
  for (size_t i = 0; i < formulas->n; i++) {
    const size_t needs = msw_expr_scratch(formulas->items[i].expr, STRIP_CELLS);
    most = needs > most ? needs : most;
  }
  work->n_names = formulas->n_names;
  work->n_formulas = formulas->n;
  work->strips = msw_alloc_zero(formulas->n_names + 1, sizeof *work->strips);
  work->inputs = msw_alloc_zero(formulas->n_names + 1, sizeof *work->inputs);
  work->scratch = msw_alloc_zero(most, sizeof *work->scratch);
  work->values = msw_alloc_zero(formulas->n + 1, sizeof *work->values);
  work->caps = msw_alloc_zero(formulas->n + 1, sizeof *work->caps);
  return work;
}

void msw_formula_work_free(msw_formula_work *work) {
  if (!work) return;
  for (size_t i = 0; i < work->n_formulas; i++) free(work->values[i]);
  free(work->strips);
  free(work->inputs);
  free(work->scratch);
  free(work->values);
  free(work->caps);
  free(work);
}

/* Cells of a piece from `first` on. */
typedef struct {
  const msw_result_block *block;
  const msw_selection *selection;
  const msw_scan_piece *piece;
  size_t first, n;
} strip;

/* Cells in which the dimension stands at one position, one after the other. */
static size_t run_of(const strip *s, size_t i_dim) {
  size_t n = 1;
  for (size_t inner = i_dim + 1; inner < s->block->rank; inner++) n *= s->piece->count[inner];
  return n;
}

static void fill_positions(const strip *s, const msw_formula_name *name, double *out) {
  const size_t run = run_of(s, name->i_dim), count = s->piece->count[name->i_dim];
  const uint64_t *at = s->selection->dims[name->i_dim].at + s->piece->first[name->i_dim];
  size_t i_position = s->first / run % count, left = run - s->first % run;
  for (size_t i_cell = 0; i_cell < s->n;) {
    const double value = name->values[at[i_position]];
    const size_t end = i_cell + left < s->n ? i_cell + left : s->n;
    while (i_cell < end) out[i_cell++] = value;
    i_position = i_position + 1 < count ? i_position + 1 : 0;
    left = run;
  }
}

static void fill_bits(const double *flags, uint32_t bit, size_t n, double *out) {
  for (size_t i_cell = 0; i_cell < n; i_cell++)
    out[i_cell] = isnan(flags[i_cell]) ? flags[i_cell] : (double)(((uint32_t)flags[i_cell] & bit) != 0);
}

static void fill_codes(const double *codes, uint32_t code, size_t n, double *out) {
  for (size_t i_cell = 0; i_cell < n; i_cell++)
    out[i_cell] = isnan(codes[i_cell]) ? codes[i_cell] : (double)((uint32_t)codes[i_cell] == code);
}

static msw_expr_input input_of(const strip *s, const msw_formula_name *name, double *room) {
  if (name->kind == MSW_NAME_POSITION) {
    if (s->piece->count[name->i_dim] == 1)
      return (msw_expr_input){name->values + s->selection->dims[name->i_dim].at[s->piece->first[name->i_dim]], 0};
    fill_positions(s, name, room);
    return (msw_expr_input){room, 1};
  }
  const double *stream = s->piece->values[name->i_stream] + s->first;
  if (name->kind == MSW_NAME_FIELD) return (msw_expr_input){stream, 1};
  (name->kind == MSW_NAME_BIT ? fill_bits : fill_codes)(stream, name->code, s->n, room);
  return (msw_expr_input){room, 1};
}

static double *room_for(msw_formula_work *work, size_t i_formula, size_t n_cells) {
  if (work->caps[i_formula] < n_cells) {
    free(work->values[i_formula]);
    work->values[i_formula] = msw_alloc(n_cells * sizeof(double));
    work->caps[i_formula] = n_cells;
  }
  return work->values[i_formula];
}

const double *msw_formula_values(const msw_formulas *formulas, size_t i_formula, const msw_selection *selection,
                                 const msw_scan_piece *piece, msw_formula_work *work) {
  const msw_formula *formula = &formulas->items[i_formula];
  if (formula->alone && formula->alone->kind == MSW_NAME_FIELD) return piece->values[formula->alone->i_stream];
  size_t n_slots = 0;
  const size_t *slots = msw_expr_slots(formula->expr, &n_slots);
  double *out = room_for(work, i_formula, piece->n_cells);
  strip s = {.block = formulas->block, .selection = selection, .piece = piece};
  for (s.first = 0; s.first < piece->n_cells; s.first += STRIP_CELLS) {
    s.n = piece->n_cells - s.first < STRIP_CELLS ? piece->n_cells - s.first : STRIP_CELLS;
    for (size_t i = 0; i < n_slots; i++)
      work->inputs[slots[i]] = input_of(&s, formulas->names[slots[i]], work->strips[slots[i]]);
    msw_expr_eval(formula->expr, work->inputs, s.n, work->scratch, out + s.first);
  }
  return out;
}
