/* A sweep of one block, built by hand: what msw_spec_load makes of a file, without file and language.
 * Axes that are not given have one value: the first GPU, model and method must be given; numbers default to 1, cached_len
 * to 0, dtype to "config".
 */
#ifndef MSW_TEST_MADE_SWEEP_H
#define MSW_TEST_MADE_SWEEP_H

#include "msw/grid/plan.h"
#include "msw/inputs/spec.h"

enum { MADE_MAX_RULES = 16, MADE_MAX_VARIABLES = 64, MADE_MAX_ZIPS = 4 };

typedef struct {
  msw_arena arena;
  msw_diag diag;
  msw_texts texts;
  msw_spec spec;
  msw_spec_block block;
  msw_spec_zip zips[MADE_MAX_ZIPS];
  msw_spec_rule rules[MADE_MAX_RULES];
  msw_spec_variable variables[MADE_MAX_VARIABLES];
} made_sweep;

void made_sweep_init(made_sweep *sweep, msw_phase phase);
void made_sweep_free(made_sweep *sweep);

void made_gpus(made_sweep *sweep, const msw_gpu *const *gpus, size_t n);
void made_models(made_sweep *sweep, const msw_model *const *models, size_t n);
void made_methods(made_sweep *sweep, const msw_method_spec *methods, size_t n);
void made_dtypes(made_sweep *sweep, const char *const *labels, size_t n);
void made_numbers(made_sweep *sweep, msw_axis_id axis, const double *values, size_t n);   /* copied */
/* Fields by name, NULL-terminated; without a call all. */
void made_fields(made_sweep *sweep, const char *const *names);
/* Runs the members, which have equal lengths by now, along one dimension. */
void made_zip(made_sweep *sweep, const char *name, const msw_axis_id *members, size_t n);

/* Rules, once the axes stand. A match begins with made_match and gets its axes by made_holds (bytes are copied), in
 * ascending order of axes. Expressions may name axes, model.<field> and gpu.<field>. */
msw_spec_rule *made_match(made_sweep *sweep);
void made_holds(made_sweep *sweep, msw_spec_rule *rule, msw_axis_id axis, const uint8_t *holds);
void made_exclude(made_sweep *sweep, const char *expr);
/* The same as a rule of "when": what it holds for is conditional. */
void made_when(made_sweep *sweep, const char *expr);

/* The plan of the sweep; fails the test on errors. */
msw_plan made_plan(made_sweep *sweep);

#endif
