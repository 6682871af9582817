/* A file of latencies while it is read, and what is odd about its rows. */
#include "latency_internal.h"
#include "msw/base/str.h"

static const char *const WHAT[MSW_N_LATENCY_DEFECTS] = {
    [MSW_LATENCY_ODD_FORMAT] = "in a number format that no model has",
    [MSW_LATENCY_CACHED] = "prefill on cached tokens, which is not looked up",
    [MSW_LATENCY_BEAM] = "with more than one beam",
    [MSW_LATENCY_NEW_TOKENS] = "decode of more than one new token per request",
    [MSW_LATENCY_TOO_FAST] = "faster than the GPU can be by more than 5 %",
    [MSW_LATENCY_CUT_OFF] = "without a line end: the file may be cut off",
    [MSW_LATENCY_OUTLIER] = "more than twice as slow as the next smaller and the next larger size",
    [MSW_LATENCY_REPEAT] = "measured twice: the fastest counts",
    [MSW_LATENCY_OTHER_KERNEL] = "measured with several kernels: the fastest counts",
    [MSW_LATENCY_EAGER] = "timed eagerly, where one replayed from a CUDA graph counts",
    [MSW_LATENCY_HIDDEN] = "hidden by a table that is searched before",
    [MSW_LATENCY_SPARSE] = "of shapes with few rows, while a whole table is searched before",
};

msw_latency_source *msw_latency_source_new(const char *path, const char *gpu, const char *engine, msw_arena *arena) {
  msw_latency_source *source = msw_arena_alloc(arena, sizeof *source);
  source->file.path = msw_strdup(arena, path);
  source->file.gpu = gpu;
  source->file.engine = msw_strdup(arena, engine);
  source->file.defects = source->counts;
  for (size_t i_defect = 0; i_defect < MSW_N_LATENCY_DEFECTS; i_defect++) source->counts[i_defect].what = WHAT[i_defect];
  return source;
}

void msw_latency_count(msw_latency_source *source, msw_latency_oddity oddity, size_t line) {
  msw_latency_defect *defect = &source->counts[oddity];
  if (defect->n++ == 0 || line < defect->line) defect->line = line;
}

void msw_latency_source_finish(msw_latency_source *source) {
  size_t n = 0;
  for (size_t i_defect = 0; i_defect < MSW_N_LATENCY_DEFECTS; i_defect++)
    if (source->counts[i_defect].n > 0) source->counts[n++] = source->counts[i_defect];
  source->file.n_defects = n;
}
