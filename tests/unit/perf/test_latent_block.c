/* Measured blocks of latent attention less their projections: what is left, for which models it stands, and what is no block. */
#include "measured_world.h"

static const char *const measured_model = "deepseek-ai/DeepSeek-V3";
static const double batches[] = {1, 4, 16}, lengths[] = {1, 64, 256, 1024, 4096, 16384};
enum { N_BATCH = sizeof batches / sizeof *batches, N_LENGTH = sizeof lengths / sizeof *lengths };

/* What is left of a block of h heads, in microseconds: round numbers. */
static double left_us(bool is_decode, double heads, double batch, double length) {
  return is_decode ? 50 + heads + batch * length / 500 : 40 + heads + batch * length / 10;
}

/* As world_gemm's: 10 us + m n k / 1e8 each. */
static double projections_us(double heads, double tok) {
  const double weights = 2112 * 7168.0 + heads * 192 * 1536 + heads * 256 * 512 + heads * 128 * 7168;
  return 4 * 10 + tok * weights / 1e8;
}

static msw_latency_key block_key(bool is_decode, int64_t heads) {
  return (msw_latency_key){.kind = is_decode ? MSW_LATENCY_MLA_DECODE : MSW_LATENCY_MLA_PREFILL, .dtype = MSW_BF16,
                           .kv_dtype = MSW_BF16, .weight_dtype = MSW_BF16, .num_heads = heads, .name = measured_model};
}

static void add_block(measured_world *world, msw_latency_key key, double scale) {
  const bool is_decode = key.kind == MSW_LATENCY_MLA_DECODE;
  const double heads = (double)key.num_heads;
  made_point points[N_BATCH * N_LENGTH];
  for (size_t i = 0; i < N_BATCH * N_LENGTH; i++) {
    const double batch = batches[i / N_LENGTH], length = lengths[i % N_LENGTH], tok = is_decode ? batch : batch * length;
    points[i] = (made_point){batch, length, scale * (left_us(is_decode, heads, batch, length) + projections_us(heads, tok))};
  }
  made_add(&world->made, key, points, N_BATCH * N_LENGTH);
}

static void add_gemms(measured_world *world, int64_t heads) {
  const int64_t shapes[][2] = {{heads * 192, 1536}, {heads * 256, 512}, {7168, heads * 128}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) world_gemm(world, shapes[i][0], shapes[i][1]);
}

static void add_all(measured_world *world) {
  world_gemm(world, 2112, 7168);
  for (int64_t heads = 16; heads <= 32; heads += 16) {
    add_gemms(world, heads);
    add_block(world, block_key(true, heads), 1);
    add_block(world, block_key(false, heads), 1);
  }
}

static msw_latent_kernel kernel_of(double heads) {
  return (msw_latent_kernel){.kv_dtype = MSW_BF16, .num_heads = heads, .hidden_size = 7168, .q_lora_rank = 1536,
                             .kv_lora_rank = 512, .nope_dim = 128, .rope_dim = 64, .v_dim = 128};
}

typedef struct { bool is_found; msw_time_curve curve; msw_surface_source source; } looked_up;

static looked_up look_up(measured_world *world, bool is_decode, const msw_latent_kernel *kernel, double batch) {
  looked_up found = {.is_found = false};
  const msw_surfaces *surfaces = world->made.surfaces ? world->made.surfaces : made_done(&world->made);
  found.is_found = is_decode ? msw_surface_latent_decode(surfaces, kernel, batch, 0, &world->made.arena, &found.curve, &found.source)
                             : msw_surface_latent_prefill(surfaces, kernel, batch, &world->made.arena, &found.curve, &found.source);
  return found;
}

/* Within the rounding of a difference. */
static void assert_left(const looked_up *found, double x, double us, msw_flags flags) {
  msw_flags got = 0;
  assert_true(found->is_found);
  assert_close(msw_time_at(&found->curve, x, &got), us, 1e-11, 0);
  assert_int_equal(got, flags);
}

static void measured_places(void **state) {
  measured_world *world = *state;
  add_all(world);
  for (int is_decode = 0; is_decode <= 1; is_decode++)
    for (double heads = 16; heads <= 32; heads += 16)
      for (size_t i_batch = 0; i_batch < N_BATCH; i_batch++) {
        const msw_latent_kernel kernel = kernel_of(heads);
        const looked_up found = look_up(world, is_decode, &kernel, batches[i_batch]);
        for (size_t i_length = 0; i_length < N_LENGTH; i_length++)
          assert_left(&found, lengths[i_length], left_us(is_decode, heads, batches[i_batch], lengths[i_length]), EXACT);
        assert_int_equal(found.source.n, 1);
        assert_int_equal(found.source.slice[0]->n_points, N_BATCH * N_LENGTH);
      }
}

static void between_places(void **state) {
  measured_world *world = *state;
  const msw_latent_kernel sixteen = kernel_of(16), between = kernel_of(24);
  add_all(world);
  const looked_up row = look_up(world, true, &sixteen, 4), batch = look_up(world, true, &sixteen, 8),
                  heads = look_up(world, true, &between, 4);
  assert_left(&row, 500, left_us(true, 16, 4, 500), BETWEEN);
  assert_left(&batch, 256, left_us(true, 16, 8, 256), BETWEEN);
  assert_left(&heads, 256, left_us(true, 24, 4, 256), BORROWED);
}

/* What the kernel depends on has to be the same; what the rest of the block depends on is said. */
static void other_models(void **state) {
  measured_world *world = *state;
  add_all(world);
  msw_latent_kernel lite = kernel_of(16), wide = kernel_of(16), narrow = kernel_of(16), many = kernel_of(64);
  lite.hidden_size = 2048;
  lite.q_lora_rank = 0;
  wide.nope_dim = 192;
  wide.v_dim = 256;
  narrow.kv_lora_rank = 256;
  const looked_up of_lite = look_up(world, true, &lite, 4), of_wide = look_up(world, true, &wide, 4);
  assert_left(&of_lite, 256, left_us(true, 16, 4, 256), BORROWED);
  assert_left(&of_wide, 256, left_us(true, 16, 4, 256), BORROWED);
  assert_true(look_up(world, false, &lite, 4).is_found);
  assert_false(look_up(world, false, &wide, 4).is_found);
  assert_false(look_up(world, true, &narrow, 4).is_found);
  assert_true(look_up(world, false, &narrow, 4).is_found);   /* keys and values are as wide */
  assert_false(look_up(world, true, &many, 4).is_found);     /* beyond the measured heads */
}

/* Blocks of another model, in other formats, and attention without its block. */
static void no_blocks(void **state) {
  measured_world *world = *state;
  msw_latency_key keys[4];
  for (size_t i_key = 0; i_key < 4; i_key++) keys[i_key] = block_key(true, 16);
  keys[0].name = "another/model";
  keys[1].weight_dtype = MSW_FP8;
  keys[2].kv_dtype = MSW_FP8;
  keys[3].weight_dtype = MSW_DTYPE_NONE;
  keys[3].name = "";
  world_gemm(world, 2112, 7168);
  add_gemms(world, 16);
  for (size_t i_key = 0; i_key < 4; i_key++) add_block(world, keys[i_key], 1);
  const msw_latent_kernel kernel = kernel_of(16);
  assert_false(look_up(world, true, &kernel, 4).is_found);
}

/* Nothing can be taken off where no GEMM is known. */
static void without_gemms(void **state) {
  measured_world *world = *state;
  add_block(world, block_key(true, 16), 1);
  const msw_latent_kernel kernel = kernel_of(16);
  assert_false(look_up(world, true, &kernel, 4).is_found);
}

/* Of a block that is faster than its projections a twentieth is left. */
static void no_less_than_a_twentieth(void **state) {
  measured_world *world = *state;
  world_gemm(world, 2112, 7168);
  add_gemms(world, 16);
  add_block(world, block_key(false, 16), 0.01);
  const msw_latent_kernel kernel = kernel_of(16);
  const looked_up found = look_up(world, false, &kernel, 4);
  assert_left(&found, 1024, 0.01 / 20 * (left_us(false, 16, 4, 1024) + projections_us(16, 4096)), EXACT);
}

/* A step of the measured model takes for its block what the row says. */
static void a_step_takes_the_row(void **state) {
  measured_world *world = *state;
  const msw_decode_group group = {4, 255};
  msw_breakdown out;
  add_all(world);
  world_gemm(world, 8000, 7168);
  world_gemm(world, 7168, 4000);
  world->model = (msw_model){.name = "toy", .num_layers = 10, .hidden_size = 7168, .num_heads = 16, .num_kv_heads = 16,
                             .intermediate_size = 4000, .torch_dtype = MSW_BF16, .is_mla = true, .q_lora_rank = 1536,
                             .kv_lora_rank = 512, .qk_nope_head_dim = 128, .qk_rope_head_dim = 64, .v_head_dim = 128};
  world->knobs.sustained_gemm_fraction = 100.0;
  world->knobs.bw_efficiency = 0.9;
  const msw_case bound = world_bind(world);
  assert_int_equal(bound.flags, 0);
  msw_step_eval(&bound, &(msw_step){.decode = &group, .n_decode = 1}, NULL, &out);
  const double block = left_us(true, 16, 4, 256) + projections_us(16, 4);
  const double mlp = 2 * 10 + 4 * (8000 * 7168.0 + 7168 * 4000.0) / 1e8;
  assert_close(out.decode.gemm_us + out.decode.attn_us, 10 * (block + mlp), 1e-11, 0);
  assert_close(out.decode.attn_us, 10 * left_us(true, 16, 4, 256), 1e-11, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WORLD_TEST(measured_places), WORLD_TEST(between_places), WORLD_TEST(other_models), WORLD_TEST(no_blocks),
      WORLD_TEST(without_gemms), WORLD_TEST(no_less_than_a_twentieth), WORLD_TEST(a_step_takes_the_row)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
