/* The made-up world (measured_world.h) with a model of multi-head latent attention, and closed forms of round numbers:
 *
 *   heads of 30 + 20 and 40, latents of 80 + 20, queries from 200; q_b_proj 500, kv_b_proj 700, qkv_a_proj 300 wide
 *   decode: the KV of 5 heads at once in up to 4 parts of 128-token blocks of 2 us, after 5 us; half of the peak
 */
#ifndef LATENT_WORLD_H
#define LATENT_WORLD_H

#include "measured_world.h"

static const msw_latent_analytic made_latent = {
    .fitted_on = "made",
    .decode = {.core = {.launch_us = 5, .cta_us = 1, .block_us = 2, .sm_load_gb_per_s = 1e15, .bw_fraction = 1, .overlap_power = 1,
                        .combine_us = 3, .ctas_per_sm = 1, .max_splits = 4, .mha_splits = 1, .wide_head_slowdown = 1},
               .heads_per_cta = 5, .query_passes = 10, .mfu = 0.5},
    .prefill = {.launch_us = 4, .mfu = 0.5, .cta_us = 1, .tail_fraction = 0.5, .overlap_power = 1, .bw_fraction = 1, .kv_passes = 3,
                .token_us = 0.1, .q_tile = 128, .kv_tile = 64, .wide_head_slowdown = 1, .query_passes = 1}};

static inline void latent_model(msw_model *model) {
  model->is_mla = true;
  model->q_lora_rank = 200;
  model->kv_lora_rank = 80;
  model->qk_rope_head_dim = 20;
  model->qk_nope_head_dim = 30;
  model->v_head_dim = 40;
}

static inline int latent_setup(void **state) {
  static const int64_t shapes[][2] = {{300, 1000}, {500, 200}, {700, 80}, {1000, 400}, {8000, 1000}, {1000, 4000}, {5000, 1000}};
  if (world_setup(state) != 0) return -1;
  measured_world *world = *state;
  latent_model(&world->model);
  world->made.gpu.analytic_mla = &made_latent;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) world_gemm(world, shapes[i][0], shapes[i][1]);
  return 0;
}

#define LATENT_TEST(test) cmocka_unit_test_setup_teardown(test, latent_setup, made_teardown)

#endif
