/* A made-up GPU, model and set of tables with round numbers, and cases bound from them.
 *
 *   GPU "made" (alias "m1"): bf16 100, fp8 200 TFLOP/s; 1 TB/s; 64 GiB. No constants of methods: tests give the knobs.
 *   model "toy": 10 layers, d 1000, 10 heads of 100, 2 KV heads (kv 200), ff 4000, vocab 5000, context 4096, bf16:
 *     projections 14.4e6 parameters a layer: q 1e6, k .2e6, v .2e6, o 1e6, gate 4e6, up 4e6, down 4e6
 *   GEMM at (1000,1000) (1000,4000) (4000,1000), MFU over m: 10 .1, 100 .5, 1000 .8
 *   prefill 10-2-100, MFU over seq_len: 512 .25, 1024 .5, 2048 .5
 *   decode 10-2-100 tp 1, MFU over batch x kv_len {1,8} x {512,1024}: .01 .02 / .04 .08, and tp 2: half of that
 */
#ifndef MSW_TEST_MADE_CASE_H
#define MSW_TEST_MADE_CASE_H

#include "made_tables.h"
#include "msw/perf/case.h"
#include "msw/perf/step.h"

typedef struct {
  msw_arena arena;
  msw_diag diag;
  msw_gpu gpu;
  msw_model model;
  msw_kernel_table tables[4];
  msw_kernel_set set;
  msw_knobs knobs;              /* made_knobs("v2-interp") until a test changes them */
  msw_family family;
  double tp;
  msw_dtype dtype;
  msw_flags method_flags;
  bool allow_split_heads;
} made_world;

/* Knobs of a preset with bw_efficiency .5 and per_layer_overhead_us 10; constants of the constant-MFU family: overhead
 * 1000 a step, all-reduce 5, MFU .5 x 1 and .1 x 2, tp exponents .5 and 2, bandwidth factors .8 and .5, vector .1,
 * 300 and 100 per prefill. */
msw_knobs made_knobs(const char *preset);

/* cmocka setup and teardown of a made_world. */
int made_setup(void **state);
int made_teardown(void **state);

/* Chooses another preset, with made_knobs. */
void made_use(made_world *world, const char *preset);
/* Binds what the world says by now. */
msw_case made_bind(made_world *world);
/* Binds, evaluates a step given as in a steps CSV ("4*512", "1*0:512") and fails on anything wrong with its text.
 * `ops` may be NULL. */
msw_breakdown made_eval(made_world *world, const char *decode, const char *prefill, msw_op_list *ops);
msw_step made_step(made_world *world, const char *decode, const char *prefill);

#endif
