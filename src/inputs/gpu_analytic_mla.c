/* Reads the block "analytic_mla" of a GPU entry: closed forms of multi-head latent attention. */
#include <float.h>

#include "gpu_analytic_internal.h"
#include "msw/base/str.h"

static const double MOST_HEADS = 1e6, MOST_PASSES = 1e4;

static bool begin_kernel(msw_json_reader *block, const char *kernel, msw_diag *diag, msw_json_reader *reader) {
  const msw_json *object = msw_json_want(block, kernel, true);
  return object && msw_json_begin(reader, object, diag);
}

msw_latent_analytic *msw_latent_analytic_read(const msw_json *block, const char *name, msw_arena *arena, msw_diag *diag) {
  msw_latent_analytic *analytic = msw_arena_alloc(arena, sizeof *analytic);
  const char *source = NULL;
  msw_json_reader reader, kernel;
  if (!msw_json_begin(&reader, block, diag)) return analytic;
  msw_json_want_string(&reader, "source", false, &source);   /* for people */
  if (msw_json_want_string(&reader, "fitted_on", true, &analytic->fitted_on))
    analytic->is_borrowed = !msw_equal_nocase(analytic->fitted_on, name);
  if (begin_kernel(&reader, "decode", diag, &kernel)) {
    msw_decode_fit_read(&kernel, diag, &analytic->decode.core);
    msw_json_want_number(&kernel, "heads_per_cta", true, 1.0, MOST_HEADS, &analytic->decode.heads_per_cta);
    msw_json_want_number(&kernel, "mfu", true, DBL_MIN, 1.0, &analytic->decode.mfu);
    msw_json_want_number(&kernel, "query_passes", true, 0.0, MOST_PASSES, &analytic->decode.query_passes);
    msw_json_end(&kernel, true);
  }
  if (begin_kernel(&reader, "prefill", diag, &kernel)) {
    msw_prefill_fit_read(&kernel, diag, &analytic->prefill);
    msw_json_end(&kernel, true);
  }
  msw_json_end(&reader, true);
  return analytic;
}
