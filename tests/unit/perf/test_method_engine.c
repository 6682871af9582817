/* The setting `engine` of a method: which constants it takes, and what is said when it makes no sense. */
#include "made_case.h"
#include "msw_test.h"

static const msw_gpu_param old_params[] = {{.name = "small_kernel_us", .value = 1.0}, {.name = "fuse_all_reduce_norm", .value = 1.0, .is_flag = true}};
static const msw_gpu_param new_params[] = {{.name = "small_kernel_us", .value = 2.0}};
static const msw_gpu_engine engines[] = {{.method = "vllm-0.9", .fitted_on = "m1", .params = old_params, .n_params = 2},
                                         {.method = "vllm-0.15.1", .fitted_on = "other", .params = new_params, .n_params = 1}};

static bool parse(made_world *world, const char *preset, const char *set, msw_method *method) {
  world->gpu.engines = engines;
  world->gpu.n_engines = 2;
  return msw_method_parse(preset, &set, set ? 1 : 0, &world->arena, &world->diag, method);
}

static const struct { const char *set; double small_kernel_us; int is_fused; bool is_borrowed; } choices[] = {
    {NULL, 2.0, 0, true},                     /* the newest, fitted elsewhere */
    {"engine=vllm-0.9", 1.0, 1, false},
    {"engine=vllm-0.10", 1.0, 1, true},       /* not listed: the last one before */
    {"engine=vllm-0.15.1", 2.0, 0, true},
    {"small_kernel_us=7", 7.0, 0, false},     /* nothing borrowed stays in use */
};

static void constants_of_an_engine(void **state) {
  made_world *world = *state;
  for (size_t i_choice = 0; i_choice < sizeof choices / sizeof *choices; i_choice++) {
    msw_method method;
    msw_knobs knobs;
    msw_flags flags = 0;
    assert_true(parse(world, "measured", choices[i_choice].set, &method));
    assert_true(msw_method_knobs(&method, &world->gpu, &world->diag, &knobs, &flags));
    assert_same(knobs.small_kernel_us, choices[i_choice].small_kernel_us);
    assert_int_equal(knobs.fuse_all_reduce_norm, choices[i_choice].is_fused);
    assert_int_equal((flags & MSW_FLAG_PARAMS_BORROWED) != 0, choices[i_choice].is_borrowed);
    assert_true(flags & MSW_FLAG_VOID_PARAMS);   /* the entry says little */
    assert_no_errors(&world->diag);
  }
}

static void refused(void **state) {
  static const struct { const char *preset, *set, *says; } cases[] = {
      {"measured", "engine=0.15", "engine: expected a name and version, \"vllm-0.15.1\""},
      {"measured", "engine=true", "engine: expected a name and version, \"vllm-0.15.1\""},
      {"measured", "engine=[1,2]", "engine: expected a name and version, \"vllm-0.15.1\""},
      {"v2-interp", "engine=vllm-0.9", "v2-interp has no engines"},
      {"infersim", "engine=vllm-0.9", "infersim has no engines"},
  };
  made_world *world = *state;
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    msw_method method;
    assert_false(parse(world, cases[i_case].preset, cases[i_case].set, &method));
    assert_says(&world->diag, cases[i_case].says);
    assert_says(&world->diag, "--set engine");
    msw_diag_free(&world->diag);
    world->diag = (msw_diag){0};
  }
}

static void constants_that_are_no_knobs(void **state) {
  static const msw_gpu_param params[] = {{.name = "small_kernel_uss", .value = 1.0}};
  static const msw_gpu_engine engine = {.method = "vllm-1", .params = params, .n_params = 1};
  made_world *world = *state;
  msw_method method;
  msw_knobs knobs;
  msw_flags flags = 0;
  assert_true(parse(world, "measured", NULL, &method));
  world->gpu.engines = &engine;
  world->gpu.n_engines = 1;
  assert_false(msw_method_knobs(&method, &world->gpu, &world->diag, &knobs, &flags));
  assert_says(&world->diag, "small_kernel_us");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(constants_of_an_engine, made_setup, made_teardown),
                                     cmocka_unit_test_setup_teardown(refused, made_setup, made_teardown),
                                     cmocka_unit_test_setup_teardown(constants_that_are_no_knobs, made_setup, made_teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
