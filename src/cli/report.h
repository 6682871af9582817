/* What the report_*.c files share: what a page is made of, and what it is about. */
#ifndef MSW_CLI_REPORT_H
#define MSW_CLI_REPORT_H

#include <stddef.h>

#include "context.h"
#include "msw/formats/json.h"
#include "msw/output/result.h"

typedef struct {
  msw_context *ctx;
  const msw_result *result;
  const msw_result_block **blocks;   /* [n_blocks] that are told of */
  const msw_selection *selections;   /* [n_blocks] */
  size_t n_blocks;
  const msw_data_root *data;         /* NULL: there is none */
  int n_threads;
  const volatile int *stop;
} msw_report_job;

/* ---- report_page.c ---- */

/* The page without data: `named` (--page), else $MFUSWEEP_REPORT_PAGE, else where scripts/report_page and the installation put
 * it. All of it in memory. */
msw_status msw_report_find_page(const char *named, const msw_data_root *data, msw_arena *arena, msw_diag *diag,
                                const char **page, const char **path);
/* The page with the document in its place. */
msw_status msw_report_write(const char *page, const msw_json *document, const char *path, msw_diag *diag, size_t *n_bytes);

/* ---- report_document.c ---- */

/* Everything of the result, in a page of about most_bytes together with what is in `document` already. */
msw_status msw_report_document(const msw_report_job *job, size_t most_bytes, msw_json *document);

/* ---- report_roofline.c ---- */

/* Adds "roofline" to each of `parents` [job->n_blocks]: peaks and bandwidths of the GPUs, FLOP and bytes of a few steps by the
 * scalar reference; {"why": text} where the sweep cannot be evaluated again. */
msw_status msw_report_rooflines(const msw_report_job *job, msw_json *const *parents);

/* ---- report_accuracy.c ---- */

/* Adds "accuracy": figures of the result's methods against measured steps, by model, tp and phase, and the steps themselves. */
msw_status msw_report_accuracy(const msw_report_job *job, const msw_opt_list *measured, msw_json *document);

#endif
