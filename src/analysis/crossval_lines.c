/* Tables with one axis: messages over bytes, experts over tokens. A size between others, and the largest one. */
#include <string.h>

#include "crossval_parts.h"

static const char ALL_REDUCE[] = "all_reduce";
static const size_t FEWEST_SIZES = 5;   /* of a slice that may lose its largest one */

bool msw_cross_line(const msw_surfaces *surfaces, const msw_latency_key *key, msw_arena *arena, msw_time_curve *curve) {
  const msw_moe_kernel experts = {key->dtype, key->block_scaled, key->hidden_size, key->intermediate_size,
                                  key->n_experts_per_tok, key->n_experts, key->moe_tp, key->moe_ep};
  msw_surface_source source;
  if (key->kind == MSW_LATENCY_MOE) return msw_surface_moe(surfaces, &experts, arena, curve, &source);
  return msw_surface_all_reduce(surfaces, key->n_gpus, arena, curve, &source);
}

static double without_us(const msw_cross_table *table, const msw_latency_slice *slice, double size) {
  const msw_cross_box box = msw_cross_x(size, size);
  msw_cross_rest rest;
  msw_time_curve curve;
  msw_cross_begin(&rest, table);
  msw_cross_keep(&rest, slice, &box);
  const bool found = msw_cross_line(msw_cross_lookup(&rest), &slice->key, &rest.arena, &curve);
  const double us = found ? msw_time_at(&curve, size, NULL) : (double)NAN;
  msw_cross_end(&rest);
  return us;
}

static msw_cross_knot knot_at(const msw_latency_slice *slice, size_t i_size) {
  return (msw_cross_knot){slice->x[i_size], slice->latency_us[i_size]};
}

static void test_size(msw_cross_trial *trial, const msw_latency_slice *slice, size_t i_size) {
  const double size = slice->x[i_size];
  msw_cross_guess guess = msw_cross_no_guess();
  if (i_size + 1 < slice->n_points)
    msw_cross_between(knot_at(slice, i_size - 1), knot_at(slice, i_size + 1), size, size / slice->x[i_size - 1], &guess);
  else
    msw_cross_beyond(knot_at(slice, i_size - 2), knot_at(slice, i_size - 1), size, size / slice->x[i_size - 1], &guess);
  guess.us[MSW_CROSS_MEASURED] = without_us(trial->table, slice, size);
  msw_cross_add(trial, slice->latency_us[i_size], &guess);
}

/* Of NCCL's operations only this one is looked up. */
static bool is_looked_up(const msw_latency_key *key) {
  return key->kind != MSW_LATENCY_NCCL || strcmp(key->name, ALL_REDUCE) == 0;
}

/* The sizes of a slice that are tested: first to end. */
typedef struct { size_t first, end; } size_span;

static size_span sizes_of(const msw_latency_slice *slice, msw_cross_protocol protocol) {
  const size_t n = slice->n_points;
  if (!is_looked_up(&slice->key)) return (size_span){0, 0};
  if (protocol == MSW_CROSS_SIZE) return n > 2 ? (size_span){1, n - 1} : (size_span){0, 0};
  return n >= FEWEST_SIZES ? (size_span){n - 1, n} : (size_span){0, 0};
}

static void test_sizes(const msw_cross_table *table, msw_cross_protocol protocol, msw_cross_list *list) {
  size_t n_tests = 0, i_test = 0;
  for (size_t i_slice = 0; i_slice < table->set.n_slices; i_slice++) {
    const size_span sizes = sizes_of(&table->set.slices[i_slice], protocol);
    n_tests += sizes.end - sizes.first;
  }
  msw_cross_trial trial = msw_cross_start(table, false, protocol, n_tests, table->most_tests);
  for (size_t i_slice = 0; i_slice < table->set.n_slices; i_slice++) {
    const size_span sizes = sizes_of(&table->set.slices[i_slice], protocol);
    for (size_t i_size = sizes.first; i_size < sizes.end; i_size++)
      if (msw_cross_is_due(&trial, i_test++)) test_size(&trial, &table->set.slices[i_slice], i_size);
  }
  msw_cross_finish(&trial, list);
}

void msw_cross_lines(const msw_cross_table *table, msw_cross_list *list) {
  test_sizes(table, MSW_CROSS_SIZE, list);
  test_sizes(table, MSW_CROSS_LAST_SIZE, list);
}
