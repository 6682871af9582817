/* Measured steps for tests, without files. */
#ifndef MSW_TEST_MADE_STEPS_H
#define MSW_TEST_MADE_STEPS_H

#include "msw/inputs/measured.h"
#include "msw_test.h"

typedef struct {
  const char *model;
  double decodes, kv_len, prefills, new_len, latency_us;
} made_step;

enum { MADE_COLUMNS = 12 };
typedef struct { msw_measured measured; msw_arena arena; } made_steps;

static inline msw_phase made_phase(const made_step *step) {
  return step->decodes > 0.0 ? step->prefills > 0.0 ? MSW_MIXED : MSW_DECODE : MSW_PREFILL;
}

static inline void made_text_column(made_steps *made, const char *name, bool is_model, const made_step *steps) {
  const size_t n = made->measured.n_rows;
  const char **texts = msw_arena_array(&made->arena, n, sizeof *texts);
  for (size_t i_row = 0; i_row < n; i_row++) texts[i_row] = is_model ? steps[i_row].model : "same";
  msw_measured_column *columns = msw_arena_array(&made->arena, made->measured.n_columns + 1, sizeof *columns);
  if (made->measured.n_columns > 0)
    memcpy(columns, made->measured.columns, made->measured.n_columns * sizeof *columns);
  columns[made->measured.n_columns++] = (msw_measured_column){name, texts, NULL, false};
  made->measured.columns = columns;
}

/* Rows with one engine, GPU and tp. Free with made_free. */
static inline void made_set(made_steps *made, const made_step *steps, size_t n) {
  static const char *const names[] = {"source", "gpu", "engine", "model", "tp", "weight_dtype", "kv_dtype"};
  *made = (made_steps){.measured = {.n_rows = n}};
  for (size_t i_name = 0; i_name < sizeof names / sizeof *names; i_name++)
    made_text_column(made, names[i_name], strcmp(names[i_name], "model") == 0, steps);
  msw_measured_row *rows = msw_arena_array(&made->arena, n, sizeof *rows);
  double *batches = msw_arena_array(&made->arena, n, sizeof *batches);
  for (size_t i_row = 0; i_row < n; i_row++) {
    msw_decode_group *decode = msw_arena_alloc(&made->arena, sizeof *decode);
    msw_prefill_group *prefill = msw_arena_alloc(&made->arena, sizeof *prefill);
    *decode = (msw_decode_group){steps[i_row].decodes, steps[i_row].kv_len};
    *prefill = (msw_prefill_group){steps[i_row].prefills, 0.0, steps[i_row].new_len};
    rows[i_row] = (msw_measured_row){.source = "s", .gpu = "g", .engine = "e", .model = steps[i_row].model, .tp = 1,
                                     .weight_dtype = MSW_BF16, .kv_dtype = MSW_BF16, .phase = made_phase(&steps[i_row]),
                                     .step = {decode, steps[i_row].decodes > 0.0, prefill, steps[i_row].prefills > 0.0},
                                     .latency_us = steps[i_row].latency_us, .n_obs = 1.0};
    batches[i_row] = steps[i_row].decodes > 0.0 ? steps[i_row].decodes : steps[i_row].prefills;
  }
  made->measured.rows = rows;
  msw_measured_derive(&made->measured, "batch", batches, &made->arena);
}

static inline void made_free(made_steps *made) { msw_arena_free(&made->arena); }

#endif
