/* The figures as one table. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "compare_job.h"
#include "msw/base/str.h"
#include "msw/formats/csv.h"

static void add_number(msw_buf *out, double number) {
  if (isnan(number)) msw_buf_add(out, ",nan");   /* without the sign that some have */
  else msw_buf_printf(out, ",%.17g", number);
}

/* `i_group` SIZE_MAX: all cells. */
static void add_line(msw_buf *out, const msw_compare_job *job, size_t i_other, size_t i_field, size_t i_group) {
  msw_arena *arena = &job->ctx->arena;
  const bool is_all = i_group == SIZE_MAX;
  const msw_difference_figures figures = is_all ? msw_compare_overall(job->compare, i_other, i_field)
                                                : msw_compare_group(job->compare, i_other, i_field, i_group);
  msw_buf_printf(out, "%s,", msw_csv_quote(arena, job->sides[i_other + 1].label));
  msw_buf_printf(out, "%s,%s", msw_csv_quote(arena, job->fields[i_field]), is_all ? "all" : "slice");
  for (size_t i_key = 0; i_key < job->order.n_keys; i_key++)
    msw_buf_printf(out, ",%s", is_all ? "" : msw_csv_quote(arena, msw_compare_group_label(job, i_group, i_key)));
  msw_buf_printf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, figures.n, figures.n_only_reference,
                 figures.n_only_other, figures.n_neither, figures.n_undefined);
  for (size_t i_figure = 0; i_figure < MSW_N_COMPARE_FIGURES; i_figure++)
    add_number(out, msw_compare_figure_of(&figures, &msw_compare_figures_shown[i_figure]));
  for (size_t i_beyond = 0; i_beyond < MSW_N_BEYOND; i_beyond++) msw_buf_printf(out, ",%" PRIu64, figures.n_beyond[i_beyond]);
  msw_buf_add(out, "\n");
}

void msw_compare_csv(const msw_compare_job *job) {
  msw_buf out = {0};
  const size_t n_groups = job->order.n_keys > 0 ? msw_compare_groups(job->compare) : 0;
  msw_buf_add(&out, "against,field,cells");
  for (size_t i_key = 0; i_key < job->order.n_keys; i_key++) msw_buf_printf(&out, ",%s", job->order.keys[i_key].name);
  msw_buf_add(&out, ",n,n_only_reference,n_only_other,n_neither,n_undefined");
  for (size_t i = 0; i < MSW_N_COMPARE_FIGURES; i++) msw_buf_printf(&out, ",%s", msw_compare_figures_shown[i].name);
  for (size_t i = 0; i < MSW_N_BEYOND; i++) msw_buf_printf(&out, ",n_beyond_%.0f", msw_beyond_percent[i]);
  msw_buf_add(&out, "\n");
  for (size_t i_other = 0; i_other + 1 < job->order.n_sides; i_other++)
    for (size_t i_field = 0; i_field < job->order.n_fields; i_field++) {
      add_line(&out, job, i_other, i_field, SIZE_MAX);
      for (size_t i_group = 0; i_group < n_groups; i_group++) add_line(&out, job, i_other, i_field, i_group);
    }
  fwrite(out.text, 1, out.len, stdout);
  msw_buf_free(&out);
}
