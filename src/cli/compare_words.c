/* Names and figures that all reports of a comparison need. */
#include "compare_job.h"

#include "explain_command.h"

#define AT(field) offsetof(msw_difference_figures, field)
const msw_compare_figure msw_compare_figures_shown[MSW_N_COMPARE_FIGURES] = {
    {"mean", "mean", AT(mean)}, {"mean_abs", "mean |d|", AT(mean_abs)}, {"p50", "p50", AT(p50)}, {"p90", "p90", AT(p90)},
    {"p95", "p95", AT(p95)},    {"p99", "p99", AT(p99)},                {"max", "max", AT(max)},
};

double msw_compare_figure_of(const msw_difference_figures *figures, const msw_compare_figure *figure) {
  return *(const double *)(const void *)((const char *)figures + figure->offset);
}

const char *msw_compare_group_label(const msw_compare_job *job, size_t i_group, size_t i_key) {
  for (size_t i_inner = job->order.n_keys; i_inner-- > i_key + 1;) i_group /= job->order.keys[i_inner].n;
  return job->order.keys[i_key].labels[i_group % job->order.keys[i_key].n];
}

const msw_compare_where *msw_compare_place_words(const msw_compare_job *job, const msw_worst_cell *cell, msw_arena *arena,
                                                 size_t *n) {
  uint64_t at[MSW_H5_MAX_RANK] = {0};
  const msw_compared *reference = &job->sides[0];
  const msw_result_block *block = reference->block;
  msw_compare_where *words = msw_arena_array(arena, block->rank + block->n_zipped, sizeof *words);
  msw_compare_place(job->compare, 0, cell->i_selected, at);
  *n = 0;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    size_t n_zipped = 0;
    if (reference->selection.dims[i_dim].n == 1) continue;
    for (size_t i = 0; i < block->n_zipped; i++)
      if (block->zipped[i].i_dim == i_dim) {
        words[(*n)++] = (msw_compare_where){block->zipped[i].name, block->zipped[i].texts[at[i_dim]]};
        n_zipped++;
      }
    if (n_zipped == 0) words[(*n)++] = (msw_compare_where){block->axes[i_dim].name, block->axes[i_dim].texts[at[i_dim]]};
  }
  return words;
}

const char *msw_compare_explain(const msw_compare_job *job, size_t i_side, const msw_worst_cell *cell, msw_arena *arena) {
  uint64_t at[MSW_H5_MAX_RANK] = {0};
  msw_compare_place(job->compare, i_side, cell->i_selected, at);
  return msw_explain_command(job->sides[i_side].result, job->sides[i_side].block, at, job->options->result.data_dir, arena);
}
