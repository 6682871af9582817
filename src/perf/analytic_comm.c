/* Closed forms of all-reduce and of kernels that only move memory. */
#include <math.h>

#include "msw/perf/analytic.h"

static const double IN_SWITCH_GPUS = 8.0;   /* from so many on NVLink switches may add up in passing */

double msw_analytic_all_reduce_us(const msw_all_reduce_fit *fit, const msw_analytic_gpu *gpu, double bytes, double n_gpus) {
  double peers = n_gpus - 1.0;
  bool is_far = n_gpus > gpu->gpus_per_node;
  double link = (is_far ? gpu->far_link_bytes_per_us : gpu->link_bytes_per_us) * fit->ring_link_fraction;
  link = link * (n_gpus >= IN_SWITCH_GPUS && !is_far ? fit->in_switch_gain : 1.0);
  if (!(bytes < fit->custom_max_bytes) || is_far)
    return fit->ring_us + fit->ring_peer_us * peers + 2.0 * bytes * peers / n_gpus / link;
  double one_us = fit->one_shot_us + fit->one_shot_peer_us * peers;   /* everybody reads all */
  one_us = one_us + bytes * peers / (gpu->link_bytes_per_us * fit->one_shot_link_fraction);
  double two_us = fit->two_shot_us + fit->two_shot_peer_us * peers;   /* reduce-scatter, all-gather */
  two_us = two_us + 2.0 * bytes * peers / n_gpus / (gpu->link_bytes_per_us * fit->two_shot_link_fraction);
  return fmin(one_us, two_us);
}

double msw_analytic_memory_op_us(const msw_memory_op_fit *fit, const msw_analytic_gpu *gpu, double bytes) {
  return fit->launch_us + bytes / (gpu->bytes_per_us * fit->bw_fraction);
}
