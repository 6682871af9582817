/* What must hold of a whole block: tensor parallelism against heads, number formats, the number of cells. */
#include "spec_parts.h"

#include <math.h>
#include <string.h>

#include "msw/base/num.h"

/* ---- tp ---- */

static const char *heads_text(msw_spec_reader *reader, const msw_spec_block *block) {
  enum { MAX_LISTED = 5 };
  const char *text = "";
  const size_t n_models = block->axes[MSW_AXIS_MODEL].n;
  for (size_t i_model = 0; i_model < n_models && i_model < MAX_LISTED; i_model++)
    text = msw_format(reader->arena, "%s%s%s has %lld", text, i_model ? ", " : "", block->models[i_model]->name,
                      (long long)block->models[i_model]->num_heads);
  if (n_models <= MAX_LISTED) return text;
  return msw_format(reader->arena, "%s and %zu more models", text, n_models - MAX_LISTED);
}

/* Where tp fits some of the models, the cases of the others are void, not wrong. */
static void check_tp(msw_spec_reader *reader, const msw_spec_block *block) {
  const msw_spec_axis *tp = &block->axes[MSW_AXIS_TP], *model = &block->axes[MSW_AXIS_MODEL];
  for (size_t i_tp = 0; model->n > 0 && i_tp < tp->n; i_tp++) {
    bool fits = false;
    for (size_t i_model = 0; i_model < model->n && !fits; i_model++)
      fits = block->models[i_model]->num_heads % (int64_t)tp->values[i_tp] == 0;
    if (fits) continue;
    msw_spec_error_once(reader->diag, tp->where, NULL,
               msw_format(reader->arena, "tp %g divides the attention heads of no model: %s", tp->values[i_tp],
                          heads_text(reader, block)));
  }
}

/* ---- dtype ---- */

/* "config" needs a config that says it. Models that are not dense make void cases anyway. */
static void check_dtype(msw_spec_reader *reader, const msw_spec_block *block) {
  const msw_spec_axis *dtype = &block->axes[MSW_AXIS_DTYPE], *axis = &block->axes[MSW_AXIS_MODEL];
  const bool in_step = axis->zip >= 0 && axis->zip == dtype->zip;
  bool asks_config = false;
  for (size_t i_dtype = 0; i_dtype < dtype->n; i_dtype++)
    asks_config = asks_config || strcmp(dtype->labels[i_dtype], "config") == 0;
  for (size_t i_model = 0; asks_config && i_model < axis->n; i_model++) {
    const msw_model *model = block->models[i_model];
    if (model->is_moe || model->is_mla || model->torch_dtype != MSW_DTYPE_NONE) continue;
    if (in_step && i_model < dtype->n && strcmp(dtype->labels[i_model], "config") != 0) continue;
    const char *message =
        msw_format(reader->arena, "the config of %s names no torch_dtype, and dtype is \"config\"", model->name);
    msw_spec_error_once(reader->diag, axis->where, "give the axis \"dtype\"", message);
  }
}

/* ---- Cells ---- */

static const char *cells_text(msw_spec_reader *reader, double cells) {
  static const double NEARLY = 1e-9;
  const double exponent = floor(log10(cells) + NEARLY), mantissa = cells / pow(10, exponent);
  if (mantissa < 1 + NEARLY) return msw_format(reader->arena, "10^%.0f", exponent);
  return msw_format(reader->arena, "%.3g * 10^%.0f", mantissa, exponent);
}

/* Of axes and zips, as far as multiplied. */
typedef struct { double cells; uint64_t exact; bool fits; const char *text; } product;

static void multiply(msw_spec_reader *reader, product *p, const char *name, size_t n) {
  p->cells *= (double)n;
  p->fits = p->fits && msw_mul_u64(p->exact, n, &p->exact);
  if (n > 1) p->text = msw_format(reader->arena, "%s%s%s %zu", p->text, *p->text ? " x " : "", name, n);
}

static void count_cells(msw_spec_reader *reader, const msw_block_draft *draft, uint64_t *sum) {
  static const uint64_t MOST = INT64_MAX;
  const msw_spec_block *block = &draft->block;
  product p = {.cells = 1, .exact = 1, .fits = true, .text = ""};
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (block->axes[id].zip < 0 && block->axes[id].n > 0) multiply(reader, &p, msw_axis_name(id), block->axes[id].n);
  for (size_t i_zip = 0; i_zip < block->n_zips; i_zip++)
    if (block->zips[i_zip].n > 0) multiply(reader, &p, block->zips[i_zip].name, block->zips[i_zip].n);
  if (!p.fits || p.exact > MOST)
    msw_json_error(reader->diag, draft->at, "a sweep can have up to 9.2 * 10^18", "%s cells: %s",
                   cells_text(reader, p.cells), p.text);
  else if (!msw_add_u64(*sum, p.exact, sum) || *sum > MOST) {
    msw_json_error(reader->diag, draft->at, "a sweep can have up to 9.2 * 10^18", "%s cells with the blocks before it",
                   cells_text(reader, (double)MOST + p.cells));
    *sum = 0;
  }
}

void msw_spec_check_block(msw_spec_reader *reader, const msw_block_draft *draft, uint64_t *sum) {
  if (!draft->has_phase) return;
  check_tp(reader, &draft->block);
  check_dtype(reader, &draft->block);
  count_cells(reader, draft, sum);
}
