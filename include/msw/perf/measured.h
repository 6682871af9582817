/* The family of the method `measured`: a step as the engine runs it, kernel by kernel, each priced from measured latencies of
 * its own shape on one GPU (surface.h). Per layer: fused QKV, output, fused gate-up and down projections on the padded
 * tokens of the step (CUDA graphs), attention of the decode and of the prefill requests, two all-reduces, and small kernels
 * between them; once per step: embedding, lm_head on one token per request, and the engine's own overhead. All of them run
 * one after the other: times add up. Formulas, constants and evidence: docs/model.md.
 */
#ifndef MSW_PERF_MEASURED_H
#define MSW_PERF_MEASURED_H

#include "msw/inputs/steps.h"
#include "msw/perf/case.h"
#include "msw/perf/latent.h"
#include "msw/perf/step.h"
#include "msw/perf/surface.h"
#include "msw/perf/time_curve.h"

enum { MSW_MEASURED_MAX_OPS = 9 };

/* A kernel whose time depends on a number of tokens only. */
typedef struct {
  const char *name;              /* "qkv_proj", "o_proj", "gate_up_proj", "down_proj", "experts", …, "lm_head" */
  double k, n;                   /* GEMM: shape of the weight on one GPU; else 0 */
  double count;                  /* calls per step */
  double flop_per_tok;           /* of one call */
  msw_time_curve curve;          /* of one call, us over tokens (lm_head: over requests) */
  msw_surface_source source;     /* n = 0 for analytic ones */
} msw_token_op;

struct msw_measured_case {
  const msw_surfaces *surfaces;  /* NULL without any measured table */
  size_t n_ops;
  msw_token_op ops[MSW_MEASURED_MAX_OPS];   /* over the padded tokens of the step */
  msw_token_op lm_head;
  bool has_all_reduce;
  msw_token_op all_reduce;       /* curve over tokens */
  double small_us;               /* small kernels of the step that have a fixed cost */
  double small_us_per_tok;
  msw_attention_kernel attention;
  bool is_latent;                /* multi-head latent attention: `latent` instead of `attention` */
  msw_latent_kernel latent;
  double decode_flop_per_tok;    /* one layer's attention: per token of KV cache … */
  double prefill_flop_per_tok2;  /* … per squared token of context */
  double l2_bytes;
  double kv_us_per_tok;          /* to read a token's keys and values of one layer, one GPU, at the bandwidth reached */
  double chain_us_per_tok;       /* one SM reading one KV head's, 0 where the kernel spreads unequal requests evenly */
  double n_sm;
};

/* Builds bound->measured in the arena; what stands in the way becomes a void flag. */
void msw_measured_bind(const msw_case_key *key, msw_arena *arena, msw_case *bound);

/* Tokens that the engine runs for `tok`: the next CUDA-graph size, as far as graphs go. */
double msw_padded_tok(const msw_case *bound, double tok);

/* Decode attention of one layer for `batch` requests along their mean KV length, the new token included. In a step of decodes
 * (MSW_DECODE) with the lengths spread by the knob kv_spread; beside prefills (MSW_MIXED) the kernel's parts are cut for the
 * lengths at hand, so that unequal ones cost no more than equal ones. */
msw_time_curve msw_measured_decode_curve(const msw_case *bound, msw_phase phase, double batch, msw_arena *arena);
/* Prefill attention of one layer and of all `batch` requests along their context, nothing cached. */
msw_time_curve msw_measured_prefill_curve(const msw_case *bound, double batch, msw_arena *arena);
/* Attention of prefills on a cache takes at least the reading of all keys and values: us per token of context, of all `batch`
 * requests. No launch: beside decodes there may be none of its own. */
double msw_measured_cache_read_us(const msw_case *bound, double batch);

/* Latent attention projects cached latents again: of all prefills of the step together, `cached_tok` of them, all layers. 0
 * without any, and for other attention; adds to *flags. */
double msw_measured_cached_projection_us(const msw_case *bound, double cached_tok, msw_flags *flags);

/* What the host needs at least to launch a step with prefills, piece by piece, between its CUDA graphs: one piece per layer
 * and one for each kind of attention in it. 0 for steps of decodes alone, which are one graph. */
double msw_host_launch_us(const msw_case *bound, bool has_decodes, bool has_prefills);

/* Share of a context's attention that remains when its first `cached` tokens are: only new tokens have queries. */
static inline double msw_measured_cached_share(double context, double cached) {
  double share = cached / context;
  return 1.0 - share * share;
}
/* What prefill attention of a layer takes besides, where the longest cache of its requests has so many tokens: a tile of queries
 * goes through the keys one block after the other. Its own keys are measured. 0 for sliding windows. */
double msw_measured_cache_scan_us(const msw_case *bound, double longest_cached_tok);

/* The scalar reference of the family; called by msw_step_eval. */
void msw_measured_step(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_breakdown *out);

#endif
