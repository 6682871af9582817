/* Formulas over a result: expressions of the sweep language (inputs/expr.h) whose names are the block's axes (also zipped
 * ones), its fields, model.<field> and gpu.<field> of the data root, and a few quantities that follow from these:
 *
 *   tok_per_s_per_user   1e6 / step_us                        tokens/s    decode and mixed blocks
 *   tok_per_s            tok_per_s_per_gpu * tp               tokens/s    all GPUs of the replica
 *   usd_per_mtok         price of the replica's GPUs for a million of its tokens (gpu.usd_per_hour)      USD
 *   joule_per_tok        gpu.tdp_w / tok_per_s_per_gpu        J           at the power limit: an upper bound
 *   memory_gib           weight_gib + kv_gib                  GiB         on one GPU
 *
 * `flag("name")` is not part of the language: use flag.<name> (1 where the bit is set: "!flag.memory_full") and bound.<name>
 * ("bound.memory").
 */
#ifndef MSW_ANALYSIS_FORMULA_H
#define MSW_ANALYSIS_FORMULA_H

#include "msw/inputs/data_root.h"
#include "msw/inputs/expr.h"
#include "msw/output/result_scan.h"

/* A quantity with a name of its own, for help, reports and hints. `text` is what it stands for. Where `decodes_only`, only
 * decode and mixed blocks have it. */
typedef struct { const char *name, *units, *long_name, *text; bool decodes_only; } msw_quantity;
const msw_quantity *msw_quantities(size_t *n);

/* The formula of cells that can run: the KV cache fits the memory, the context the model. NULL where a block has no flags. */
const char *msw_fitting_cells(const msw_result_block *block);

/* Formulas of one block, compiled together; they share the fields that have to be read. They are known by their numbers. */
typedef struct msw_formulas msw_formulas;
#define MSW_NO_FORMULA SIZE_MAX
/* `data` may be NULL: then model.* and gpu.* are errors that say so. Models and GPUs are loaded when the first formula names
 * them. All three must outlive the formulas. */
msw_formulas *msw_formulas_new(const msw_result_block *block, const msw_data_root *data, msw_arena *arena);
void msw_formulas_free(msw_formulas *formulas);
/* Adds one; its number is *i_formula. Errors point at `what` (e.g. "--where") with the column inside the text. The name of a
 * field, axis or quantity alone is a formula too; texts (model == "…") only inside comparisons. A figure that a GPU's entry
 * lacks is NaN, with a warning. */
msw_status msw_formulas_add(msw_formulas *formulas, const char *text, const char *what, msw_diag *diag, size_t *i_formula);
/* Adds --where and another condition, both or either (NULL: none), as one formula. What is wrong with --where is said in its own
 * words and columns. Without any, *i_formula stays. */
msw_status msw_formulas_add_where(msw_formulas *formulas, const char *where, const char *and, msw_diag *diag, size_t *i_formula);
/* Unit and long name for axes of pictures and column headings: those of the field, axis or quantity that it is, else "" and the
 * text itself. */
const char *msw_formula_units(const msw_formulas *formulas, size_t i_formula);
const char *msw_formula_label(const msw_formulas *formulas, size_t i_formula);
/* Its text, as it was added. */
const char *msw_formula_text(const msw_formulas *formulas, size_t i_formula);
/* Where it is nothing but a field that is stored as float32: its values print exactly with 9 digits. */
bool msw_formula_is_float32(const msw_formulas *formulas, size_t i_formula);

/* True when some formula rests on this name ("gpu.usd_per_hour"), be it through a quantity. */
bool msw_formulas_use(const msw_formulas *formulas, const char *name);

/* The streams to scan, in this order; valid after the last add. */
const msw_scan_stream *msw_formulas_streams(const msw_formulas *formulas, size_t *n);

/* Work space of one thread. */
typedef struct msw_formula_work msw_formula_work;
msw_formula_work *msw_formula_work_new(const msw_formulas *formulas);
void msw_formula_work_free(msw_formula_work *work);
/* Values of a formula at the cells of a piece: an array [piece->n_cells] that stays until the same formula is asked again or
 * the visit ends. The piece's values are those of the streams above, in their order. A cell without a number gives NaN wherever
 * a field takes part; a comparison with NaN does not hold. */
const double *msw_formula_values(const msw_formulas *formulas, size_t i_formula, const msw_selection *selection,
                                 const msw_scan_piece *piece, msw_formula_work *work);

#endif
