/* Decode attention of the family `measured`: the kernel's measured time for equal requests, what reading the KV cache from
 * memory costs at least, and what the longest of unequal requests costs where a kernel cannot spread it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measured_parts.h"

/* How a kernel without load balance cuts the KV cache under a CUDA graph: into as many parts per request and KV head as it has SMs for, when every
 * request of the padded batch is as long as any. A part is read by one SM (a "chain"). */
typedef struct { double n_splits, n_chains; } chains;

static chains cut_into_chains(const msw_case *bound, double batch) {
  const msw_measured_case *m = bound->measured;
  double heads = m->attention.num_kv_heads, splits = floor(m->n_sm / (msw_padded_tok(bound, batch) * heads));
  if (splits < 1.0) splits = 1.0;
  return (chains){splits, batch * heads * splits};
}

/* Chains beyond the number of SMs wait for one: the later, the longer requests are. */
static double queue_us(const msw_case *bound, chains c, double mean_kv) {
  const msw_measured_case *m = bound->measured;
  if (c.n_chains <= m->n_sm) return 0.0;
  double waves = fmin(c.n_chains / m->n_sm - 1.0, 1.0);   /* of many short turns no one waits for long */
  return bound->knobs.chain_queue_share * waves * mean_kv / c.n_splits * m->chain_us_per_tok;
}

/* Per token of mean KV length, lengths spread exponentially: n(l) = batch exp(-l / mean) requests are longer than l, and the
 * longest of them is as long as its median, mean ln(batch / ln 2). While more chains are alive than saturate the memory they
 * share it; the last ones run at the pace of one SM. */
static double exponential_us_per_tok(const msw_case *bound, double batch) {
  const msw_measured_case *m = bound->measured;
  chains c = cut_into_chains(bound, batch);
  double chain_us = m->chain_us_per_tok, shared_us = m->kv_us_per_tok / m->attention.num_kv_heads;
  double saturating = chain_us / shared_us, longest = fmax(1.0, log(batch / M_LN2));
  double us = longest * chain_us;
  if (c.n_chains > saturating) {
    double alone = fmax(0.0, longest - log(c.n_chains / saturating));
    us = (c.n_chains - saturating) * shared_us + alone * chain_us;
  }
  return us / c.n_splits + queue_us(bound, c, 1.0);
}

static int by_length(const void *a, const void *b) {
  const msw_decode_group *p = a, *q = b;
  return (p->kv_len > q->kv_len) - (p->kv_len < q->kv_len);
}

/* The same for lengths that are known: from the shortest to the longest. */
double msw_measured_chain_us(const msw_case *bound, const msw_decode_group *groups, size_t n) {
  const msw_measured_case *m = bound->measured;
  msw_decode_group *sorted = msw_alloc(n * sizeof *sorted);
  memcpy(sorted, groups, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, by_length);
  double alive = 0.0, kv_tok = 0.0, reached = 0.0, us = 0.0;
  for (size_t i_group = 0; i_group < n; i_group++) {
    alive += groups[i_group].count;
    kv_tok += groups[i_group].count * (groups[i_group].kv_len + 1.0);
  }
  chains c = cut_into_chains(bound, alive);
  const double mean_kv = kv_tok / alive, longest = sorted[n - 1].kv_len + 1.0;
  us = queue_us(bound, c, mean_kv) * fmin(longest / mean_kv - 1.0, 1.0);   /* equal ones are measured with their turns */
  for (size_t i_group = 0; i_group < n; i_group++) {
    double shared_us = alive * c.n_splits * m->kv_us_per_tok;
    us += (sorted[i_group].kv_len + 1.0 - reached) / c.n_splits * fmax(shared_us, m->chain_us_per_tok);
    reached = sorted[i_group].kv_len + 1.0;
    alive -= sorted[i_group].count;
  }
  free(sorted);
  return us;
}

/* Equal requests as measured, but not faster than reading their KV cache from memory: a benchmark that repeats one call finds a
 * small cache in the L2, an engine does not. */
msw_time_curve msw_measured_equal_curve(const msw_case *bound, double batch, msw_arena *arena, double *launch_us) {
  const msw_measured_case *m = bound->measured;
  msw_time_curve curve = msw_measured_decode_surface(bound, batch, arena);
  *launch_us = msw_time_at(&curve, 1.0, NULL);
  return msw_measured_above(&curve, *launch_us, batch * m->kv_us_per_tok, arena);
}

msw_time_curve msw_measured_decode_curve(const msw_case *bound, msw_phase phase, double batch, msw_arena *arena) {
  double launch_us;
  msw_time_curve curve = msw_measured_equal_curve(bound, batch, arena, &launch_us);
  const bool is_spread = bound->knobs.kv_spread == MSW_KV_EXPONENTIAL && batch > 1.0;
  if (phase != MSW_DECODE || !is_spread || !(bound->measured->chain_us_per_tok > 0.0)) return curve;
  return msw_measured_above(&curve, launch_us, exponential_us_per_tok(bound, batch), arena);
}
