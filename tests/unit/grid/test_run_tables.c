/* Loading the kernel tables of a plan: each GPU once, none where no method needs any. */
#include <ftw.h>
#include <unistd.h>

#include "grid_fixture.h"
#include "msw/base/file.h"
#include "msw/grid/run.h"

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)kind, (void)place;
  return remove(path);
}

static void put(made_world *world, const char *dir, const char *name, const char *text) {
  char *path = msw_join_path(&world->arena, dir, name);
  assert_int_equal(msw_make_dirs(msw_dir_name(&world->arena, path), &world->diag), MSW_OK);
  assert_int_equal(msw_write_file_atomic(path, text, strlen(text), &world->diag), MSW_OK);
}

/* A bench-data folder with one GEMM table for "made". */
static void make_folder(made_world *world, char *dir, const char *csv) {
  assert_non_null(mkdtemp(dir));
  put(world, dir, "gemm/made/SOURCE.json", "{\"gpu\": \"made\", \"dtype\": \"bf16\", \"peak_tflops\": 100}");
  put(world, dir, "gemm/made/data.csv", csv);
}

static void load(grid_fixture *f, const char *csv, const char *preset, msw_status want, size_t n_sets, size_t n_tables) {
  const msw_gpu *gpus[] = {&f->world->gpu, &f->second_gpu, &f->world->gpu};
  char dir[] = "/tmp/msw_grid_XXXXXX";
  make_folder(f->world, dir, csv);
  const char *dirs[] = {dir};
  msw_data_root data = {.root = dir, .bench_dirs = dirs, .n_bench_dirs = 1, .gpus = &f->world->gpu, .n_gpus = 2};
  begin_sweep(f, MSW_DECODE, preset);
  made_gpus(&f->sweep, gpus, 3);
  msw_plan plan = made_plan(&f->sweep);
  msw_run_tables tables;
  assert_int_equal(msw_run_load_tables(&plan, &data, &f->sweep.arena, &f->sweep.diag, &tables), want);
  assert_int_equal(tables.n_sets, n_sets);
  for (size_t i_gpu = 0; i_gpu < 3; i_gpu++) {
    if (n_sets == 0) assert_null(tables.of_block[0][i_gpu]);
    else assert_ptr_equal(tables.of_block[0][i_gpu]->gpu, gpus[i_gpu]);
  }
  if (n_sets > 0) {
    assert_ptr_equal(tables.of_block[0][0], tables.of_block[0][2]);   /* loaded once */
    assert_int_equal(tables.of_block[0][0]->n_tables, n_tables);
    assert_int_equal(tables.of_block[0][1]->n_tables, 0);
  }
  made_sweep_free(&f->sweep);
  nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void each_gpu_once(void **state) {
  grid_fixture *f = *state;
  load(f, "m,k,n,latency_us\n8,1000,1000,10\n", "v2-interp", MSW_OK, 2, 1);
}

static void none_for_methods_without_tables(void **state) {
  grid_fixture *f = *state;
  load(f, "m,k,n,latency_us\n8,1000,1000,10\n", "v1-calibrated", MSW_OK, 0, 0);
}

static void a_malformed_table(void **state) {
  grid_fixture *f = *state;
  load(f, "m,k,n,latency_us\n8,1000,1000,-10\n", "v2-interp", MSW_BAD_INPUT, 2, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {GRID_TEST(each_gpu_once), GRID_TEST(none_for_methods_without_tables),
                                     GRID_TEST(a_malformed_table)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
