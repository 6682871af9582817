/* How the files of formulas work together (formula*.c); not for others. */
#ifndef MSW_ANALYSIS_FORMULA_PARTS_H
#define MSW_ANALYSIS_FORMULA_PARTS_H

#include "msw/analysis/formula.h"

/* What a name in a formula stands for. */
typedef enum {
  MSW_NAME_POSITION,   /* a value for each position of a dimension: axes, model.* and gpu.* */
  MSW_NAME_FIELD,      /* what a stream holds */
  MSW_NAME_BIT,        /* 1 where a stream of flags has the bit `code` */
  MSW_NAME_CODE        /* 1 where a stream of codes is `code` */
} msw_name_kind;

typedef struct {
  const char *name;
  msw_name_kind kind;
  bool is_text;
  size_t i_dim;            /* POSITION */
  const double *values;    /* POSITION: [positions of the dimension] */
  size_t i_stream;         /* all others */
  uint32_t code;
} msw_formula_name;

typedef struct {
  const char *text, *units, *label;
  msw_expr *expr;
  const msw_formula_name *alone;   /* the formula is this name and nothing else; or NULL */
} msw_formula;

struct msw_formulas {
  const msw_result_block *block;
  const msw_data_root *data;
  msw_arena *arena;
  msw_texts texts;
  msw_formula_name **names;        /* [n_names] by slot */
  size_t n_names, names_cap;
  msw_scan_stream streams[MSW_SCAN_MAX_STREAMS];
  size_t n_streams;
  msw_formula *items;
  size_t n, cap;
  const msw_model *models;         /* [positions of the model axis], NULL before they are loaded */
  const msw_gpu *const *gpus;
  msw_expr_definition *definitions;   /* [quantities] */
  const char *what;                /* of the formula that is being added, and where its problems go */
  msw_diag *diag;
};

/* The scope of names (formula_names.c); its context is the formulas. */
msw_expr_scope msw_formula_scope(msw_formulas *formulas);
const msw_result_axis *msw_formula_axis(const msw_result_block *block, const char *name);
const msw_result_field *msw_formula_field(const msw_result_block *block, const char *name);

/* Figures of the models or GPUs of an axis (formula_entries.c), [axis->n]; NaN where they are not known. NULL after errors. */
const double *msw_formula_model_values(msw_formulas *formulas, const msw_result_axis *axis, const char *figure);
const double *msw_formula_gpu_values(msw_formulas *formulas, const msw_result_axis *axis, const char *figure);

/* The quantity of this name if this block has it (formula_quantities.c). */
const msw_quantity *msw_quantity_find(const char *name);
bool msw_quantity_fits(const msw_quantity *quantity, const msw_result_block *block);

#endif
