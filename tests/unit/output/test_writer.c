/* What stands in a result file, read back through the h5 module. */
#include "sample_result.h"

#include "msw/formats/json.h"

static const msw_writer_options deflated = {.deflate = true, .deflate_level = 1, .n_threads = 2};

static msw_h5 write_and_open(sample *s, msw_writer_options options) {
  const char *path = in_dir(s, "out.h5");
  unsigned long long n_bytes = sample_write(s, path, options);
  assert_true(n_bytes > 1000);
  assert_int_equal(n_files(s), 1);   /* no temporary file */
  return sample_open(s, path);
}

static void check_cells(sample *s, msw_h5 file, const msw_plan_block *block, const char *group) {
  uint64_t start[MSW_MAX_RANK] = {0}, count[MSW_MAX_RANK], n = block->counts.n_total;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) count[i_dim] = block->dims[i_dim].n;
  float *times = msw_arena_array(&s->arena, n, sizeof *times);
  uint8_t *codes = msw_arena_array(&s->arena, n, sizeof *codes);
  uint32_t *flags = msw_arena_array(&s->arena, n, sizeof *flags);
  const char *step = msw_format(&s->arena, "%s/step_us", group), *bound = msw_format(&s->arena, "%s/bound", group);
  const char *flag = msw_format(&s->arena, "%s/flags", group);
  msw_h5_read_slab(file, step, MSW_H5_F32, block->rank, start, count, times, &s->diag);
  msw_h5_read_slab(file, bound, MSW_H5_U8, block->rank, start, count, codes, &s->diag);
  msw_h5_read_slab(file, flag, MSW_H5_U32, block->rank, start, count, flags, &s->diag);
  assert_no_errors(&s->diag);
  for (uint64_t cell = 0; cell < n; cell++) {
    float time;
    uint8_t code;
    uint32_t bits;
    sample_cell(MSW_FIELD_F32, cell, &time);
    sample_cell(MSW_FIELD_U8, cell, &code);
    sample_cell(MSW_FIELD_U32, cell, &bits);
    assert_memory_equal(&times[cell], &time, sizeof time);   /* NaN too */
    assert_int_equal(codes[cell], code);
    assert_int_equal(flags[cell], bits);
  }
}

static void check_numbers(sample *s, msw_h5 file, const char *path, const double *expected, size_t n) {
  double found[MSW_N_FLAGS];
  const uint64_t start = 0, count = n;
  assert_int_equal(msw_h5_read_slab(file, path, MSW_H5_F64, 1, &start, &count, found, &s->diag), MSW_OK);
  for (size_t i_value = 0; i_value < n; i_value++) assert_same(found[i_value], expected[i_value]);
}

static void the_cells_come_back(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  msw_h5 file = write_and_open(s, deflated);
  check_cells(s, file, &s->blocks[0], "");
  check_numbers(s, file, "/tp", tp_values, N_TP);
  check_numbers(s, file, "/kv_len", kv_values, N_KV);
  sample_close(s, file);
}

static void uncompressed_cells_come_back(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  msw_h5 file = write_and_open(s, (msw_writer_options){.n_threads = 1});
  check_cells(s, file, &s->blocks[0], "");
  sample_close(s, file);
}

static void the_root_describes_itself(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  msw_h5 file = write_and_open(s, deflated);
  assert_attr(s, file, "/", "Conventions", "CF-1.10");
  assert_attr(s, file, "/", "title", "small");
  const char *source = msw_format(&s->arena, "mfusweep %s (%s)", msw_version(), msw_git_commit());
  assert_attr(s, file, "/", "source", source);
  const char *history = msw_format(&s->arena, "evaluated by mfusweep %s from sweep 'small'", msw_version());
  assert_attr(s, file, "/", "history", history);
  assert_attr(s, file, "/", "phase", "decode");
  assert_attr(s, file, "/", "NX_class", "NXdata");
  assert_attr(s, file, "/", "signal", "step_us");
  assert_attr(s, file, "/", "default", NULL);
  assert_attr(s, file, "/", "SILX_style",
              "{\"signal_scale_type\":\"log\","
              "\"axes_scale_type\":[\"linear\",\"linear\",\"log\",\"linear\",\"linear\",\"linear\",\"log\",\"log\"],"
              "\"axes_scale_types\":[\"linear\",\"linear\",\"log\",\"linear\",\"linear\",\"linear\",\"log\",\"log\"]}");
  sample_close(s, file);
}

static void variables_describe_themselves(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  msw_h5 file = write_and_open(s, deflated);
  assert_attr(s, file, "/model", "long_name", msw_axis_long_name(MSW_AXIS_MODEL));
  assert_attr(s, file, "/model", "units", NULL);
  assert_attr(s, file, "/kv_len", "units", "tokens");
  assert_attr(s, file, "/kv_len", "long_name", "KV-cache length (tokens)");
  assert_attr(s, file, "/step_us", "units", "us");
  assert_attr(s, file, "/step_us", "long_name", "step time (us)");
  assert_attr(s, file, "/step_us", "interpretation", "image");
  assert_attr(s, file, "/step_us", "coordinates", NULL);
  assert_attr(s, file, "/bound", "interpretation", NULL);
  assert_attr(s, file, "/bound", "flag_meanings", "none gemm attention memory comm overhead");
  assert_attr(s, file, "/flags", "flag_meanings",
              "excluded void_architecture void_tp void_table void_peak void_params memory_full context_too_long "
              "table_clamped shape_borrowed tp_borrowed table_hole params_borrowed mfu_column_off tp_splits_heads "
              "conditional interpolated extrapolated analytic dtype_borrowed");
  sample_close(s, file);
}

static void several_blocks_are_groups(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "prefill");
  sample_block(s, "mixed");
  msw_h5 file = write_and_open(s, deflated);
  assert_attr(s, file, "/", "NX_class", "NXroot");
  assert_attr(s, file, "/", "default", "decode");
  assert_attr(s, file, "/mixed", "NX_class", "NXdata");
  assert_false(msw_h5_exists(file, "/step_us"));
  check_cells(s, file, &s->blocks[0], "/decode");
  check_cells(s, file, &s->blocks[2], "/mixed");
  assert_true(msw_h5_exists(file, "/meta/prefill/flag_counts"));
  sample_close(s, file);
}

static void a_zip_is_a_dimension_with_members(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  sample_zip(s, 0);
  msw_h5 file = write_and_open(s, deflated);
  check_cells(s, file, &s->blocks[0], "");
  const double positions[N_MODEL] = {0, 1};
  check_numbers(s, file, "/shape", positions, N_MODEL);
  check_numbers(s, file, "/tp", tp_values, N_MODEL);
  assert_attr(s, file, "/shape", "long_name", "position in the zip of model, tp");
  assert_attr(s, file, "/tp", "CLASS", NULL);   /* no dimension scale */
  assert_attr(s, file, "/tp", "units", "1");
  assert_attr(s, file, "/step_us", "coordinates", "model tp");
  assert_attr(s, file, "/flags", "coordinates", "model tp");
  sample_close(s, file);
}

static void meta_says_where_it_came_from(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  msw_h5 file = write_and_open(s, deflated);
  assert_attr(s, file, "/meta", "NX_class", "NXcollection");
  assert_attr(s, file, "/meta", "hash", "feed");
  assert_attr(s, file, "/meta", "host", "node7");
  assert_attr(s, file, "/meta", "version", msw_version());
  assert_attr(s, file, "/meta", "commit", msw_git_commit());
  assert_attr(s, file, "/meta", "compiler", msw_build_compiler());
  assert_attr(s, file, "/meta", "compiler_flags", msw_build_flags());
  assert_attr(s, file, "/meta", "hdf5_version", msw_h5_library_version());
  const char *text;
  assert_int_equal(msw_h5_read_text(file, "/meta/spec", &s->arena, &s->diag, &text), MSW_OK);
  assert_string_equal(text, s->spec.text);
  assert_int_equal(msw_h5_read_text(file, "/meta/expanded", &s->arena, &s->diag, &text), MSW_OK);
  assert_string_equal(text, s->spec.expanded);
  uint64_t shape[1];
  size_t rank;
  assert_int_equal(msw_h5_shape(file, "/meta/inputs", 1, &s->diag, &rank, shape), MSW_OK);
  assert_int_equal(shape[0], 2);
  sample_close(s, file);
}

static void counts_are_kept(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  static const msw_spec_rule rule = {.text = "tp > 2"};
  static const msw_rule_count rule_counts[1] = {{&rule, 70}};
  s->spec_blocks[0].n_rules = 1;
  s->blocks[0].rule_counts = rule_counts;
  msw_h5 file = write_and_open(s, deflated), group;
  uint64_t n_total = s->blocks[0].counts.n_total, n_evaluated = s->counts[0].n_evaluated;
  assert_int_equal(msw_h5_open_group(file, "/meta/block", &s->diag, &group), MSW_OK);
  const struct { const char *name; uint64_t expected; } cases[] = {
      {"n_total", n_total}, {"n_excluded", 0}, {"n_evaluated", n_evaluated}, {"n_void", n_total - n_evaluated}};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    int64_t value = -1;
    bool found;
    assert_int_equal(msw_h5_read_attr_int(group, cases[i_case].name, &s->diag, &value, &found), MSW_OK);
    assert_true(found);
    assert_int_equal(value, cases[i_case].expected);
  }
  msw_h5_close(group);
  double expected[MSW_N_FLAGS] = {0};
  expected[2] = (double)s->counts[0].flags[2];
  check_numbers(s, file, "/meta/block/flag_counts", expected, MSW_N_FLAGS);
  const double rule_cells = 70;
  check_numbers(s, file, "/meta/block/rule_cells", &rule_cells, 1);
  sample_close(s, file);
}

/* The JSON value at a path of keys. */
static const msw_json *at(const msw_json *value, const char *const *keys) {
  static const msw_json nothing;   /* the compiler does not know that the assertion does not return */
  for (; *keys && value; keys++) value = msw_json_get(value, *keys);
  assert_non_null(value);
  return value ? value : &nothing;
}

static void methods_list_every_knob(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  msw_h5 file = write_and_open(s, deflated);
  const char *text;
  msw_json *root;
  assert_int_equal(msw_h5_read_text(file, "/meta/methods", &s->arena, &s->diag, &text), MSW_OK);
  assert_int_equal(msw_json_parse(text, strlen(text), "methods", &s->arena, &s->diag, &root), MSW_OK);
  const char *const method[] = {"block", "interp, other knobs", NULL};
  const msw_json *interp = at(root, method);
  assert_string_equal(msw_json_get(interp, "preset")->text, "v2-interp");
  assert_int_equal(msw_json_get(interp, "changed")->n_children, 3);
  const char *const keys[] = {"knobs", "h100_sxm", NULL};
  const msw_json *knobs = at(interp, keys);
  size_t n_knobs;
  const msw_knob_info *table = msw_knobs_table(&n_knobs);
  size_t n_of_family = 0;
  for (size_t i_knob = 0; i_knob < n_knobs; i_knob++)
    n_of_family += msw_knob_is_of(&table[i_knob], MSW_FAMILY_KERNEL_TABLES);
  assert_int_equal(knobs->n_children, n_of_family);
  assert_string_equal(msw_json_get(knobs, "ragged_corner")->text, "clamp");
  assert_string_equal(msw_json_get(knobs, "decode_lookup")->text, "bilinear");
  assert_same(msw_json_get(knobs, "bw_efficiency")->number, 0.5);
  assert_true(msw_json_get(knobs, "gemm_weight_floor")->boolean);
  assert_int_equal(msw_json_get(knobs, "prefill_bucket")->type, MSW_JSON_ARRAY);
  assert_same(msw_json_get(knobs, "prefill_bucket")->last->number, 2048);
  assert_int_equal(msw_json_get(knobs, "mfu_decode")->type, MSW_JSON_NULL);   /* nobody gave it */
  const char *const floor[] = {"block", "v2-floor", "knobs", "h100_sxm", "prefill_bucket", NULL};
  assert_string_equal(at(root, floor)->text, "pow2");
  sample_close(s, file);
}

static void an_earlier_result_is_replaced(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const char *path = in_dir(s, "out.h5");
  FILE *old = fopen(path, "wb");
  assert_non_null(old);
  fclose(old);
  msw_h5 file = write_and_open(s, deflated);
  sample_close(s, file);
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SAMPLE(the_cells_come_back),
      WITH_SAMPLE(uncompressed_cells_come_back),
      WITH_SAMPLE(the_root_describes_itself),
      WITH_SAMPLE(variables_describe_themselves),
      WITH_SAMPLE(several_blocks_are_groups),
      WITH_SAMPLE(a_zip_is_a_dimension_with_members),
      WITH_SAMPLE(meta_says_where_it_came_from),
      WITH_SAMPLE(counts_are_kept),
      WITH_SAMPLE(methods_list_every_knob),
      WITH_SAMPLE(an_earlier_result_is_replaced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
